//! Judges one obligation against its date. The sweeper's alarms and the promise ledger both ask here, so that they never
//! disagree.

use jiff::Timestamp;

use crate::data_map::DataMap;
use crate::legal_hold::is_past_review;
use crate::obligation::{Head, State};

/// What an obligation comes to at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judged {
    /// Erased or cancelled: nothing of it is open.
    Finished,
    /// A hold delays: what counts is whether somebody looks at it again in time.
    Held {
        /// Whether the review is over its day.
        is_past_review: bool,
    },
    /// Something is to be erased.
    Open(Open),
}

/// An open obligation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    /// When the work could begin; may lie ahead.
    pub since: Timestamp,
    /// Where it stands to its date.
    pub timeliness: Timeliness,
    /// What keeps it from going on by itself.
    pub trouble: Option<Trouble>,
}

/// Where an open obligation stands to the promised date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timeliness {
    /// There is time.
    InTime,
    /// Less is left than the alarm allows.
    NearDue,
    /// The last day is over.
    Overdue,
}

/// What a person must look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Its plan is above a ceiling and waits.
    Halted,
    /// A part could not be erased.
    Failed,
}

/// Judges an obligation. Pure.
#[must_use]
pub fn judge(head: &Head, map: &DataMap, now: Timestamp) -> Judged {
    let trouble = match &head.state {
        State::Verifying { .. } | State::Completed { .. } | State::Cancelled { .. } => return Judged::Finished,
        State::Held { review_by, .. } => return Judged::Held { is_past_review: is_past_review(*review_by, now) },
        State::Planned { .. } if head.is_halted() => Some(Trouble::Halted),
        State::Failed { .. } => Some(Trouble::Failed),
        // A plan that was confirmed or overtaken is worked on by itself.
        State::Received | State::Planned { .. } | State::Executing { .. } => None,
    };
    let is_near = || map.alarm_before(head.route, &head.target).is_some_and(|before| head.due_by.is_near(before, now));
    let timeliness = if head.due_by.is_past(now) {
        Timeliness::Overdue
    } else if is_near() {
        Timeliness::NearDue
    } else {
        Timeliness::InTime
    };
    Judged::Open(Open { since: head.open_since(), timeliness, trouble })
}
