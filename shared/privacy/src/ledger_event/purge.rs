//! What the rows of a purge say when they change: a period that holds keep, one that they keep no more, a class that is late or halted.
//! What was purged on its day is told by the report of the run, and by no event.

use jiff::Timestamp;
use serde::Serialize;

use super::event_id;
use crate::instant;
use crate::legal_hold::HoldId;
use crate::purge::{Leftover, Progress};

/// What happened to a class of records that go by their date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PurgeKind {
    /// Legal holds keep a part of a period whose day has come.
    Held,
    /// No hold keeps anything of that period any more.
    Released,
    /// Something of the class is there past its day and its alarm.
    Late,
    /// Nothing of the class is late any more.
    CaughtUp,
    /// More is due than may go without a person's confirmation.
    Halted,
}

impl PurgeKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Held, Self::Released, Self::Late, Self::CaughtUp, Self::Halted];

    /// As it stands in the event.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Released => "released",
            Self::Late => "late",
            Self::CaughtUp => "caught-up",
            Self::Halted => "halted",
        }
    }
}

/// One event, as it goes on the bus. `docs/purge-event.schema.json` is its form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PurgeEvent {
    /// Version of this form.
    pub version: u8,
    /// The same for the same fact, however often it is told.
    pub event_id: String,
    /// What happened.
    pub kind: PurgeKind,
    /// The record class, or `own.` and one of our own records, as in `policy.toml`.
    pub class: String,
    /// The first instant of the period, for what is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period_starts_at: Option<String>,
    /// How many records are kept, or wait for a confirmation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub records: Option<u64>,
    /// The holds that keep them, for `held`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hold_refs: Vec<String>,
    /// Since when it is late, for `late` and `caught-up`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
}

impl PurgeEvent {
    fn new(class: &str, kind: PurgeKind, fact: &str) -> Self {
        Self {
            version: 1,
            event_id: event_id(&["purge", class, kind.name(), fact]),
            kind,
            class: class.to_owned(),
            period_starts_at: None,
            records: None,
            hold_refs: Vec::new(),
            since: None,
        }
    }

    fn of_period(class: &str, kind: PurgeKind, leftover: &Leftover) -> Self {
        let starts_at = instant::to_text(leftover.starts_at);
        // A period is looked at again and again: each look writes another next one.
        let fact = format!("{starts_at} {}", instant::to_text(leftover.look_at));
        Self { period_starts_at: Some(starts_at), ..Self::new(class, kind, &fact) }
    }
}

/// What a change of a listed period says. The row goes when nothing of the period is left, so a removal tells too.
#[must_use]
pub fn leftover_events(class: &str, before: Option<&Leftover>, after: Option<&Leftover>) -> Vec<PurgeEvent> {
    let holding = |leftover: &&Leftover| leftover.held > 0;
    match (before.filter(holding), after.filter(holding)) {
        (Some(before), None) => vec![PurgeEvent::of_period(class, PurgeKind::Released, before)],
        (before, Some(after)) if before.is_none_or(|before| before.by != after.by) => vec![PurgeEvent {
            records: Some(after.held),
            hold_refs: after.by.iter().map(HoldId::log_ref).collect(),
            ..PurgeEvent::of_period(class, PurgeKind::Held, after)
        }],
        (_, _) => Vec::new(),
    }
}

/// What a change of a class's own row says.
#[must_use]
pub fn class_events(class: &str, before: Option<&Progress>, after: &Progress) -> Vec<PurgeEvent> {
    let mut events = Vec::new();
    let since = |kind: PurgeKind, since: Timestamp| {
        let since = instant::to_text(since);
        PurgeEvent { since: Some(since.clone()), ..PurgeEvent::new(class, kind, &since) }
    };
    match (before.and_then(|before| before.late_since), after.late_since) {
        (None, Some(at)) => events.push(since(PurgeKind::Late, at)),
        (Some(at), None) => events.push(since(PurgeKind::CaughtUp, at)),
        (None, None) | (Some(_), Some(_)) => {}
    }
    if let Some(plan) = &after.halted
        && before.and_then(|before| before.halted.as_ref()) != Some(plan)
    {
        let event = PurgeEvent::new(class, PurgeKind::Halted, plan.hash.as_str());
        events.push(PurgeEvent { records: Some(plan.records), ..event });
    }
    events
}

#[cfg(test)]
mod tests;
