mod appending;
mod telling;

use jiff::Timestamp;

use super::*;
use crate::keys::SubjectKeys;
use crate::obligation::ObligationId;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-03-10T12:00:00Z")
}

fn keys() -> SubjectKeys {
    SubjectKeys::parse(r#"{"current":"v1","v1":"0123456789abcdef0123456789abcdef"}"#).unwrap()
}

fn code(letter: &str) -> ObligationId {
    ObligationId::parse(&letter.repeat(32)).unwrap()
}

/// A row that says what it says; what counts in it is how it prints.
fn image(row: Row) -> Option<Image> {
    let counted = format!("{row:?}");
    Some(Image { row: Some(row), counted })
}

fn change(event: &str, before: Option<Row>, after: Option<Row>) -> Change {
    let image = |row: Option<Row>| row.and_then(image);
    Change { event: event.to_owned(), at: now(), key: "pk\nsk".to_owned(), before: image(before), after: image(after) }
}

fn request(version: u32) -> Row {
    Row::Request { id: code("8"), version }
}
