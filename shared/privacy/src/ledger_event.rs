//! What others may act on: the change of a row of an obligation, a legal hold or a purge, told as events. The row is the outbox: each event is worked out
//! from what stood there before and what stands there now, so none is lost, and one that is told twice is recognised.
//!
//! Keyed references only: no code, no tenant, no person.

mod again;
mod hold;
mod purge;
mod unread;

pub use again::{hold_told_again, purge_told_again, told_again};
pub use hold::{HoldEvent, HoldKind, hold_events};
pub use purge::{PurgeEvent, PurgeKind, class_events, leftover_events};
pub use unread::{DeadLetters, Parked, Unread};

use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::instant;
use crate::obligation::{Head, State};
use crate::policy::Route;

/// One event of any of the three forms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Told {
    /// Of an obligation.
    Obligation(LedgerEvent),
    /// Of a legal hold.
    Hold(HoldEvent),
    /// Of what goes by its date.
    Purge(PurgeEvent),
}

impl Told {
    /// What it is about and what happened: `Obligation erased`, `Hold placed`, `Purge late`.
    #[must_use]
    pub fn detail_type(&self) -> String {
        match self {
            Self::Obligation(event) => format!("Obligation {}", event.kind.name()),
            Self::Hold(event) => format!("Hold {}", event.kind.name()),
            Self::Purge(event) => format!("Purge {}", event.kind.name()),
        }
    }

    /// Which row it is about, as logs name it.
    #[must_use]
    pub fn about(&self) -> &str {
        match self {
            Self::Obligation(event) => &event.obligation_ref,
            Self::Hold(event) => &event.hold_ref,
            Self::Purge(event) => &event.class,
        }
    }
}

/// Names a fact by all that makes it this one.
fn event_id(parts: &[&str]) -> String {
    let digest = Sha256::digest(parts.join("\n").as_bytes());
    data_encoding::HEXLOWER.encode(digest.get(..16).unwrap_or_default())
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A request was stored.
    Accepted,
    /// A plan is above a ceiling and waits for a person.
    Halted,
    /// Legal holds keep a part; once for the same holds, however often more is erased beside them.
    Held,
    /// No hold keeps anything any more.
    Released,
    /// A part could not be erased yet.
    Failed,
    /// The promised date has passed.
    Late,
    /// Everything is erased, here and at every processor.
    Erased,
    /// The request leaves records, as a law wants them; told with the erasure, if there are any.
    Retained,
    /// A second look found something.
    Resurfaced,
    /// The last second look found nothing.
    Completed,
    /// What it was for has not come to pass.
    Cancelled,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::Accepted,
        Self::Halted,
        Self::Held,
        Self::Released,
        Self::Failed,
        Self::Late,
        Self::Erased,
        Self::Retained,
        Self::Resurfaced,
        Self::Completed,
        Self::Cancelled,
    ];

    /// As it stands in the event.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Halted => "halted",
            Self::Held => "held",
            Self::Released => "released",
            Self::Failed => "failed",
            Self::Late => "late",
            Self::Erased => "erased",
            Self::Retained => "retained",
            Self::Resurfaced => "resurfaced",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// The promised last day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Due {
    /// The day.
    pub date: String,
    /// Whose calendar.
    pub time_zone: String,
}

/// One event, as it goes on the bus. `docs/ledger-event.schema.json` is its form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LedgerEvent {
    /// Version of this form.
    pub version: u8,
    /// The same for the same fact, however often it is told.
    pub event_id: String,
    /// What happened.
    pub kind: Kind,
    /// Which obligation, as logs name it.
    pub obligation_ref: String,
    /// Which request under it, from 1.
    pub request: u32,
    /// How often a second look had re-opened it.
    pub reopened: u32,
    /// How it reached us.
    pub route: Route,
    /// When it was received.
    pub received_at: String,
    /// The promised last day.
    pub due_by: Due,
    /// By which exceptions records stay, for `retained`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<&'static str>,
}

impl LedgerEvent {
    fn new(head: &Head, kind: Kind, fact: &str) -> Self {
        let obligation_ref = head.id.log_ref();
        let (seq, reopened) = (head.seq.to_string(), head.reopened.to_string());
        Self {
            version: 1,
            event_id: event_id(&[&obligation_ref, &seq, &reopened, kind.name(), fact]),
            kind,
            obligation_ref,
            request: head.seq,
            reopened: head.reopened,
            route: head.route,
            received_at: instant::to_text(head.received_at),
            codes: match kind {
                Kind::Retained => head.retained.iter().map(|code| code.as_str()).collect(),
                Kind::Accepted
                | Kind::Halted
                | Kind::Held
                | Kind::Released
                | Kind::Failed
                | Kind::Late
                | Kind::Erased
                | Kind::Resurfaced
                | Kind::Completed
                | Kind::Cancelled => Vec::new(),
            },
            due_by: Due { date: head.due_by.date.to_string(), time_zone: head.due_by.time_zone.clone() },
        }
    }
}

/// What a change of a row says. Leases, checkpoints and dates of the next look say nothing.
#[must_use]
pub fn events(before: Option<&Head>, after: &Head) -> Vec<LedgerEvent> {
    let before = before.filter(|before| before.seq == after.seq);
    let mut events = Vec::new();
    let mut tell = |kind: Kind, fact: &str| events.push(LedgerEvent::new(after, kind, fact));
    if before.is_none() {
        tell(Kind::Accepted, &instant::to_text(after.received_at));
    }
    let was = before.map(|before| &before.state);
    let was_held_by = before.map_or(&[][..], |before| &before.held_by);
    if !was_held_by.is_empty() && after.held_by.is_empty() {
        tell(Kind::Released, &format!("held {was_held_by:?}"));
    }
    if before.is_some_and(|before| before.reopened < after.reopened) {
        tell(Kind::Resurfaced, "");
    }
    if after.late_since.is_some() && before.is_none_or(|before| before.late_since.is_none()) {
        tell(Kind::Late, &after.late_since.map(instant::to_text).unwrap_or_default());
    }
    if fact(was) == fact(Some(&after.state)) {
        return events;
    }
    let new = fact(Some(&after.state));
    match &after.state {
        State::Received | State::Executing { .. } => {}
        State::Planned { plan } if after.confirmed_plan.as_ref() == Some(&plan.hash) => {}
        State::Planned { .. } => tell(Kind::Halted, &new),
        State::Failed { .. } => tell(Kind::Failed, &new),
        State::Held { by, .. } if by == was_held_by => {}
        State::Held { .. } => tell(Kind::Held, &new),
        State::Verifying { .. } => {
            tell(Kind::Erased, &new);
            if !after.retained.is_empty() {
                tell(Kind::Retained, &new);
            }
        }
        State::Completed { .. } => tell(Kind::Completed, &new),
        State::Cancelled { .. } => tell(Kind::Cancelled, &new),
    }
    events
}

/// What makes a state this one and no other of its kind.
fn fact(state: Option<&State>) -> String {
    let at = |at: &Timestamp| instant::to_text(*at);
    match state {
        None => String::new(),
        Some(State::Received) => "received".to_owned(),
        Some(State::Planned { plan }) => format!("planned {}", plan.hash.as_str()),
        Some(State::Executing { .. }) => "executing".to_owned(),
        // Attempts are counted from one again once it went on: when it is tried next makes one failure another than the last.
        Some(State::Failed { attempts, retry_at, .. }) => format!("failed {attempts} {}", at(retry_at)),
        Some(State::Held { plan, by, .. }) => format!("held {} {by:?}", plan.hash.as_str()),
        Some(State::Verifying { erased_at, .. }) => format!("verifying {}", at(erased_at)),
        Some(State::Completed { completed_at, .. }) => format!("completed {}", at(completed_at)),
        Some(State::Cancelled { at: cancelled_at }) => format!("cancelled {}", at(cancelled_at)),
    }
}

#[cfg(test)]
mod tests;
