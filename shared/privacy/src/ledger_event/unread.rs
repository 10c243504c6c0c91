//! Changes of rows that this version cannot read: named, so that they can be parked and told again once they are understood.

use std::future::Future;

use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::hex::first_hex;
use crate::instant;
use crate::ports::Answer;

/// A change of a row that nobody could be told of. Keyed references only, as events have them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unread {
    /// `obligation`, `hold`, `purge`, or `unknown`.
    row: &'static str,
    /// Which, as events name it: `obligation_ref`, `hold_ref`, or the class; `None` where it has no key.
    row_ref: Option<String>,
    /// Its place in the stream.
    sequence_number: String,
    /// About when it changed: from then on it is to be told again.
    changed_at: Option<String>,
}

impl Unread {
    /// Of the row under these keys.
    #[must_use]
    pub fn new(keys: Option<(&str, &str)>, sequence_number: &str, changed_at: Option<Timestamp>) -> Self {
        let (row, row_ref) = keys.map_or(("unknown", None), |(pk, sk)| {
            let (row, name) = named(pk, sk);
            (row, Some(name))
        });
        let sequence_number = sequence_number.to_owned();
        Self { row, row_ref, sequence_number, changed_at: changed_at.map(instant::to_text) }
    }

    /// Which row, as logs name it.
    #[must_use]
    pub fn about(&self) -> &str {
        self.row_ref.as_deref().unwrap_or(self.row)
    }
}

fn named(pk: &str, sk: &str) -> (&'static str, String) {
    let hashed = |id: &str| first_hex(&Sha256::digest(id.as_bytes()), 6);
    let is_class = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-' || byte == b'.');
    match pk.split_once('#') {
        Some(("obligation", code)) => ("obligation", hashed(code)),
        Some(("purge", class)) if is_class(class) => ("purge", class.to_owned()),
        None if pk == "holds" => ("hold", hashed(sk)),
        _ => ("unknown", hashed(pk)),
    }
}

/// The changes of one batch that nobody could be told of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parked {
    /// At least one.
    pub unreadable: Vec<Unread>,
}

impl Parked {
    /// The body to send.
    #[must_use]
    pub fn to_body(&self) -> String {
        serde_json::json!({"v": 1, "unreadable": self.unreadable}).to_string()
    }
}

/// Where is kept, for somebody to look at, what cannot be told.
pub trait DeadLetters: Sync {
    /// Parks these changes, in one message. At least once.
    fn park(&self, parked: &Parked) -> impl Future<Output = Answer<()>> + Send;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_named_as_events_name_it_and_shows_no_key() {
        let code = crate::obligation::ObligationId::parse(&"a".repeat(32)).unwrap();
        let hold = crate::legal_hold::HoldId::parse("hold-of-mia").unwrap();
        let obligation = code.partition();
        for (keys, row, row_ref) in [
            (Some((obligation.as_str(), "head")), "obligation", Some(code.log_ref())),
            (Some(("holds", "hold-of-mia")), "hold", Some(hold.log_ref())),
            (Some(("purge#security-logs", "watermark")), "purge", Some("security-logs".to_owned())),
            (Some(("purge#Ana Reis", "watermark")), "unknown", Some("53737d92294d".to_owned())),
            (Some(("someone", "head")), "unknown", Some("2a59d59e3809".to_owned())),
            (None, "unknown", None),
        ] {
            let unread = Unread::new(keys, "111", Some(Timestamp::UNIX_EPOCH));
            assert_eq!((unread.row, &unread.row_ref), (row, &row_ref), "{keys:?}");
            assert_eq!(unread.about(), row_ref.as_deref().unwrap_or("unknown"));
        }
    }

    #[test]
    fn the_message_says_where_each_stands_and_since_when_to_tell_again() {
        let unreadable = vec![
            Unread::new(Some(("purge#security-logs", "watermark")), "111", Some(Timestamp::UNIX_EPOCH)),
            Unread::new(None, "", None),
        ];
        assert_eq!(
            Parked { unreadable }.to_body(),
            r#"{"unreadable":[{"changed_at":"1970-01-01T00:00:00.000Z","row":"purge","row_ref":"security-logs","sequence_number":"111"},{"changed_at":null,"row":"unknown","row_ref":null,"sequence_number":""}],"v":1}"#
        );
    }
}
