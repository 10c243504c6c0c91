//! How far a request is carried out: which part of it is with whom, and what was begun.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::ids::{InstructionId, TenantId};
use crate::ingest_gate::Flag;
use crate::keys::KeyedRef;
use crate::law::routing::ProcessorDates;
use crate::obligation::ObligationId;
use crate::order_bundle::OrderedAgain;
use crate::subject_request::{Contact, DenialCode, Proof};

/// The dates of a part that is a tenant's to decide, all in one zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutedDates {
    /// The person is told which way their request goes.
    pub reply: Date,
    /// The tenant has it.
    pub forward: Date,
    /// The days on which a tenant that has not answered is asked again, in order.
    pub reminders: [Date; 3],
    /// Whose calendar counts: an IANA name.
    pub zone: String,
}

impl From<ProcessorDates> for RoutedDates {
    fn from(dates: ProcessorDates) -> Self {
        let ProcessorDates { reply_due, forward_due, reminders_on } = dates;
        Self {
            reply: reply_due.date,
            forward: forward_due.date,
            reminders: reminders_on.map(|reminder| reminder.date),
            zone: reply_due.time_zone,
        }
    }
}

/// What a tenant wants done with its part: what the person asks for, with all that it has of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instructed {
    /// Under what it said so.
    pub id: InstructionId,
    /// When it reached us.
    pub at: Timestamp,
}

/// That a tenant does not want its part carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declined {
    /// Under what it said so.
    pub id: InstructionId,
    /// Why: a code of `law.toml`.
    pub reason: DenialCode,
    /// When it reached us.
    pub at: Timestamp,
}

/// The part of a request that is a tenant's to decide: we only keep its data for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routed {
    /// Whose.
    pub tenant: TenantId,
    /// Since when.
    pub at: Timestamp,
    /// Counted from when those of the request begin.
    pub dates: RoutedDates,
    /// Its answer. Without one, nothing of its data is touched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instruction: Option<Instructed>,
    /// That it does not want that done, and why. It may still change its mind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declined: Option<Declined>,
    /// That it needs more time to decide. No clock moves by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_time: Option<Instructed>,
    /// When what it wanted was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_at: Option<Timestamp>,
}

impl Routed {
    /// Whether it has decided nothing.
    #[must_use]
    pub const fn is_silent(&self) -> bool {
        self.instruction.is_none() && self.declined.is_none()
    }
}

/// What staff made of a report about a child.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "found", rename_all = "kebab-case")]
pub enum ChildReview {
    /// They believe it: nothing uses the data from then on, and it goes whether or not anybody verifies anything.
    Credible {
        /// Since when.
        at: Timestamp,
        /// The last day for the erasure, in the calendar of `zone`.
        erase_by: Date,
        /// An IANA name.
        zone: String,
        /// Whether an erasure had begun before, for what somebody had shown: then this one goes beside it, for all that is
        /// the child's.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        is_apart: bool,
        /// Whom staff named as the child, where they did: then it is nobody else.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        child: Option<Contact>,
    },
    /// They do not: it goes on as any request.
    NotCredible {
        /// Since when.
        at: Timestamp,
    },
}

/// That where the person lives was noted wrongly, and another law or date holds since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relocated {
    /// Since when.
    pub at: Timestamp,
    /// How many letters say so, each of what held then: the last is [`crate::subject_request::notice::Notice::Relocated`] of this round.
    pub letters: u32,
}

/// That an appeal against its answer was upheld: it is in work again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reopened {
    /// Which appeal.
    pub appeal: ObligationId,
    /// Since when: its dates count from here.
    pub at: Timestamp,
    /// Whether it had been answered, with a part left out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub was_answered: bool,
}

/// What was begun of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    /// When it was handed to the engine, the exporter or staff.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun_at: Option<Timestamp>,
    /// What is not to be done with the data of whoever asks, as the product has it now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<Flag>,
    /// What was lifted of that since: it is not raised again for this request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lifted: Vec<Flag>,
    /// Whom the product knows the flags by.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub flagged: BTreeSet<KeyedRef>,
    /// Who asks, once they have shown it: what their requests are found by.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub people: BTreeSet<KeyedRef>,
    /// Whether staff have compared enough to tell the categories of the data, where the data itself takes more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_known_by_categories: bool,
    /// Whether one of staff has read a power of attorney for an erasure, and another has still to.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub awaits_second_reader: bool,
    /// What was not shown of what the data itself takes: it is answered with the categories alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unshown: Vec<Proof>,
    /// The record classes of which its copy lacks something that could not be read.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub unread: BTreeSet<String>,
    /// When every tenant was found that has a part of it, and got it. Until then nobody knows that there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts_sought_at: Option<Timestamp>,
    /// Since when it waits for a copy that the same person has asked for, while it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_since: Option<Timestamp>,
    /// The request of the same person that this one is carried out and answered with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined: Option<ObligationId>,
    /// What staff made of a report about a child.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub child: Option<ChildReview>,
    /// The last appeal that put it back to work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reopened: Option<Reopened>,
    /// That where the person lives was mended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relocated: Option<Relocated>,
    /// The last appeal after which everything was to be shown once more, by whoever appeals: what is erased since is erased by
    /// obligations of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anew_by: Option<ObligationId>,
    /// The last order of staff that had its bundle made again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ordered_again: Option<OrderedAgain>,
}

impl Course {
    /// Whether there is nothing to say yet.
    #[must_use]
    pub fn has_not_begun(&self) -> bool {
        *self == Self::default()
    }
}
