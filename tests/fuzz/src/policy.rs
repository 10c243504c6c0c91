//! A policy file. Bytes that begin with `=` are a whole file; others are edits of the shipped one, a line each: `12:text` puts
//! the text in place of the line, `12-` takes the line out, anything else is added at the end.

use privacy::data_map::{DataMap, UNCLASSIFIED};
use privacy::policy::model::Model;
use privacy::policy::pattern::Pattern;
use privacy::policy::validate::validate;

const SHIPPED: &str = include_str!("../../../policy.toml");

/// The tables of a policy file, and what is said of the file as a whole.
const PLACES: [&str; 17] = [
    "class",
    "company",
    "instructions",
    "kept",
    "letters",
    "messenger",
    "notice",
    "own",
    "platform",
    "processor",
    "promise",
    "routing",
    "second_looks",
    "store",
    "suppression",
    "termination",
    "unwatched",
];

pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let file = text.strip_prefix('=').map_or_else(|| edited(text), str::to_owned);
    let model: Model = match toml::from_str(&file) {
        Ok(model) => model,
        Err(error) => {
            assert!(!error.message().is_empty(), "a mistake has a name");
            return;
        }
    };
    match validate(&model) {
        Ok(()) => can_be_worked_by(&model),
        Err(invalid) => {
            let table = invalid.place.split('.').next().unwrap_or_default();
            assert!(PLACES.contains(&table), "a mistake is at a place of the file: {invalid}");
            assert!(!invalid.problem.is_empty(), "a mistake has a name: {invalid}");
        }
    }
}

fn edited(edits: &str) -> String {
    let mut lines: Vec<Option<&str>> = SHIPPED.lines().map(Some).collect();
    let mut more = Vec::new();
    for edit in edits.lines().filter(|edit| !edit.is_empty()) {
        let end = edit.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(edit.len());
        let (number, rest) = edit.split_at(end);
        let line = number.parse::<usize>().ok().and_then(|number| lines.get_mut(number.checked_sub(1)?));
        match (line, rest.strip_prefix(':')) {
            (Some(line), Some(text)) => *line = Some(text),
            (Some(line), None) if rest == "-" => *line = None,
            (Some(_) | None, _) => more.push(edit),
        }
    }
    lines.into_iter().flatten().chain(more).collect::<Vec<_>>().join("\n")
}

/// What the build takes, the functions can use: it survives the build, its ranges are filled, and each class finds its keys.
fn can_be_worked_by(model: &Model) {
    let built = serde_json::to_string(model).expect("a valid policy can be built in");
    let read: Model = serde_json::from_str(&built).expect("what was built in is read");
    assert_eq!(serde_json::to_string(&read).unwrap(), built, "nothing is lost on the way");
    let map = DataMap::new(read).expect("a valid policy can be used");
    for (name, class) in &model.class {
        let pattern = Pattern::parse(&class.key).expect("a valid policy has patterns that can be read");
        let key = pattern.fill(|_| Some("x1")).expect("every placeholder has a value");
        let store = map.store(&class.store).expect("a class lives in a store");
        assert_ne!(store.classify(&key), UNCLASSIFIED, "`{name}` does not find its own keys");
    }
}
