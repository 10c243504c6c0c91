//! One row of the table.

use std::str::{self, Utf8Error};

use csv::ByteRecord;
use jiff::Timestamp;
use privacy::clock::{BadRule, ClockError, Rule};
use privacy::law::Law;
use privacy::law::names::NoOwnRule;

/// Why a row has no date.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Uncountable {
    #[error("not UTF-8")]
    Text(#[from] Utf8Error),
    #[error("received_at_utc `{0}` is not an instant like 2026-01-31T12:00:00Z")]
    Instant(String),
    #[error("extended `{0}` is neither yes nor no")]
    Extended(String),
    #[error(transparent)]
    Rule(#[from] BadRule),
    #[error("no rule given and {0}")]
    OwnRule(#[from] NoOwnRule),
    #[error(transparent)]
    Clock(#[from] ClockError),
}

/// Where the columns are.
#[derive(Debug)]
pub(crate) struct Columns {
    id: usize,
    received_at: usize,
    regime: Option<usize>,
    rule: Option<usize>,
    extended: Option<usize>,
}

impl Columns {
    /// Reads the header, or names a column that is missing.
    pub(crate) fn of(header: &ByteRecord) -> Result<Self, &'static str> {
        let place = |name: &'static str| header.iter().position(|field| field.trim_ascii() == name.as_bytes());
        Ok(Self {
            id: place("id").ok_or("id")?,
            received_at: place("received_at_utc").ok_or("received_at_utc")?,
            regime: place("regime"),
            rule: place("rule"),
            extended: place("extended"),
        })
    }

    /// As it was given.
    pub(crate) fn id<'a>(&self, record: &'a ByteRecord) -> &'a [u8] {
        record.get(self.id).unwrap_or_default()
    }

    /// The date or instant.
    pub(crate) fn due(&self, record: &ByteRecord, law: &Law) -> Result<String, Uncountable> {
        let text = |place: Option<usize>| {
            let field = place.and_then(|place| record.get(place)).unwrap_or_default();
            str::from_utf8(field.trim_ascii())
        };
        let received_at = text(Some(self.received_at))?;
        let received_at: Timestamp = received_at.parse().map_err(|_| Uncountable::Instant(received_at.to_owned()))?;
        let regime = text(self.regime)?;
        let rule = match text(self.rule)? {
            "" => law.own_rule(regime, is_extended(text(self.extended)?)?)?,
            rule => Rule::parse(rule)?,
        };
        let rule = rule.or_in_zone(law.zone_of(regime).unwrap_or("UTC"));
        Ok(rule.due(received_at, law.holidays())?.to_string())
    }
}

fn is_extended(text: &str) -> Result<bool, Uncountable> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "true" | "1" => Ok(true),
        "no" | "false" | "0" | "" => Ok(false),
        _ => Err(Uncountable::Extended(text.to_owned())),
    }
}
