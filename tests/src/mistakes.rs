//! The shipped policy file with a mistake in it, and what is said of it.

use privacy::data_map::DataMap;
use privacy::policy::model::Model;
use privacy::policy::validate::validate;

/// The shipped policy file.
pub const SHIPPED: &str = include_str!("../../policy.toml");

/// The shipped file with the first `from` after the heading `[section]` replaced.
#[must_use]
pub fn with(section: &str, from: &str, to: &str) -> String {
    let start = SHIPPED.find(&format!("[{section}]")).unwrap_or_else(|| panic!("no [{section}]"));
    let (head, tail) = SHIPPED.split_at(start);
    assert!(tail.contains(from), "[{section}] has no `{from}`");
    format!("{head}{}", tail.replacen(from, to, 1))
}

/// The policy file of another company, ready for work.
#[must_use]
pub fn northwind() -> DataMap {
    let model = toml::from_str(include_str!("../policies/northwind.toml")).unwrap();
    validate(&model).unwrap();
    DataMap::new(model).unwrap()
}

/// What is wrong with a policy file.
#[must_use]
pub fn problem(text: &str) -> Option<String> {
    match toml::from_str::<Model>(text) {
        Ok(model) => validate(&model).err().map(|error| error.to_string()),
        Err(error) => Some(error.to_string()),
    }
}
