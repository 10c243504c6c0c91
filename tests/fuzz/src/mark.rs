//! Marks what somebody wrote, so that it is seen where it comes out again.

use serde_json::Value;

/// A word that nothing of ours has.
pub const MARK: &str = "zq7mark";

/// The same value, with the mark at the end of each text in it.
pub fn marked(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(text + MARK),
        Value::Array(values) => values.into_iter().map(marked).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, marked(value))).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}

/// Panics when the mark is in what was said.
pub fn is_unmarked(said: &str) {
    assert!(!said.contains(MARK), "what somebody wrote came out again: {said}");
}
