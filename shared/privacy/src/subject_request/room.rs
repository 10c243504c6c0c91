//! Whether what a person wrote fits into their request. Writes cost by the KiB, and a request is written again at every step, with
//! an entry in the index each time; what they wrote never changes.

use serde_json::Value;

use super::SubjectRequest;

/// As large may a request be that is one unit, by [`weight`]: a KiB less its keys and what makes it due.
const ROW_BYTES_MAX: usize = 985;

impl SubjectRequest {
    /// The request with what they wrote beside it, if both together are more than one unit. Decided once, when it comes in.
    #[must_use]
    pub fn with_words_in_place(self) -> Self {
        let bytes = serde_json::to_value(&self).map_or(usize::MAX, |row| weight(&row));
        let has_words_beside = self.details.is_some() && bytes > ROW_BYTES_MAX;
        Self { has_words_beside, ..self }
    }
}

/// Bytes of a value as DynamoDB counts them, a number as its digits.
fn weight(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) => 1,
        Value::Number(number) => number.to_string().len() + 1,
        Value::String(text) => text.len(),
        Value::Array(values) => 3 + values.iter().map(|value| 1 + weight(value)).sum::<usize>(),
        Value::Object(members) => 3 + members.iter().map(|(name, value)| 1 + name.len() + weight(value)).sum::<usize>(),
    }
}
