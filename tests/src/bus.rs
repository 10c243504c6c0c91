//! An event bus that takes what it is given, or all but the last.

use serde_json::{Value, json};

/// The details that were taken, and the answer.
pub(crate) fn put(request: &Value, is_last_refused: bool) -> (Vec<String>, Value) {
    let entries = request["Entries"].as_array().unwrap();
    let refused = usize::from(is_last_refused);
    let taken = entries.iter().rev().skip(refused).rev();
    let details = taken.map(|entry| entry["Detail"].as_str().unwrap().to_owned()).collect();
    (details, json!({"FailedEntryCount": refused, "Entries": []}))
}
