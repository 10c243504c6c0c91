//! The shipped policy file with a mistake in it, and what is said of it.

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

/// What is wrong with a policy file.
#[must_use]
pub fn problem(text: &str) -> Option<String> {
    match toml::from_str::<Model>(text) {
        Ok(model) => validate(&model).err().map(|error| error.to_string()),
        Err(error) => Some(error.to_string()),
    }
}
