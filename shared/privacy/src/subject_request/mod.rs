//! A request of a person: what they want, by which law, by when, and how far it is.
//!
//! ```text
//! Received ─► AwaitingVerification ─► InProgress ─► Answered
//!     │                │   (its date passes)  └───► Denied { reason }
//!     └── needs no proof ─────────────────► InProgress
//! ```
//!
//! From any of the first three the person takes it back, as long as nothing of it is under way: `Withdrawn`
//! ([`crate::withdraw_request`]), from where nothing leads on.
//!
//! An appeal that is upheld leads from a denial, and from an answer with a part left out, back to `InProgress`, or to
//! `AwaitingVerification` where proof was missing ([`crate::reopen_request`]).
//!
//! Its clocks begin at its receipt on any channel. An upheld appeal, and an order to make its bundle again, begin them anew.
//! What it asks for is carried out only once whoever asks is verified; an unverified request changes nothing of any other. An
//! erasure is worked off by the engine, as an obligation under the same reference.

mod act;
mod agent;
pub mod bounce;
pub mod challenge;
pub mod clocks;
pub mod contact;
mod course;
mod evidence;
pub mod findings;
pub mod letter;
pub mod notice;
pub mod pass;
pub mod ports;
mod proof;
pub mod review;
mod room;
mod turn;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use act::{Act, Actor, By, Deed};
pub use agent::{Agent, Sha256Hex};
pub use clocks::{Clocks, Dated, Extended, Pause};
pub use contact::{ConnectedAccount, Contact, InvalidText, Member, Words};
pub use course::{ChildReview, Course, Declined, Instructed, Relocated, Reopened, Routed, RoutedDates};
pub use evidence::{PointKind, PointValue};
pub use findings::Findings;
pub use proof::{Proof, Proven};
pub use turn::Turn;

use self::notice::Notice;
use crate::clock::model::Kind;
pub use crate::identity::{EmailAddress, Handle};
use crate::ids::TenantId;
use crate::keys::KeyedRef;
use crate::law::governing::Basis;
use crate::obligation::ObligationId;

/// How a request reached us. The law asks for no form: any of them starts the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// The page for people, or the interface behind it.
    Web,
    /// A mail to the address of the policy.
    Email,
    /// A call.
    Phone,
    /// On paper.
    Letter,
}

/// Why a request was denied, by the code of `law.toml`.
pub type DenialCode = String;

/// Where a request stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Standing {
    /// Stored. Nobody was told anything yet.
    Received,
    /// The person has been asked to show who they are.
    AwaitingVerification,
    /// Verified, or in no need of it: it is being worked on.
    InProgress {
        /// Since when.
        since: Timestamp,
    },
    /// It was carried out and the person was told.
    Answered {
        /// When.
        at: Timestamp,
        /// Whether a part was kept or refused, with reasons beside it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        in_part: bool,
    },
    /// It was refused and the person was told why and where to turn.
    Denied {
        /// When.
        at: Timestamp,
        /// Why.
        reason: DenialCode,
    },
    /// The person wants it no more: nothing else of it is done.
    Withdrawn {
        /// When.
        at: Timestamp,
        /// Whether a part was done before.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        in_part: bool,
    },
}

impl Standing {
    /// Whether it has ended, by an answer or because it was taken back, and when.
    #[must_use]
    pub const fn closed_at(&self) -> Option<Timestamp> {
        match self {
            Self::Answered { at, .. } | Self::Denied { at, .. } | Self::Withdrawn { at, .. } => Some(*at),
            Self::Received | Self::AwaitingVerification | Self::InProgress { .. } => None,
        }
    }

    /// Its name in the interface, which has no word of its own for what was taken back: it was not carried out, or in part.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::AwaitingVerification => "awaiting-verification",
            Self::InProgress { .. } => "in-progress",
            Self::Answered { in_part: false, .. } => "completed",
            Self::Answered { in_part: true, .. } | Self::Withdrawn { in_part: true, .. } => "partly-retained",
            Self::Denied { .. } | Self::Withdrawn { in_part: false, .. } => "denied",
        }
    }
}

/// A request as it stands in the ledger. Small, so that storing it costs one unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubjectRequest {
    /// Names it to the person; says nothing.
    pub id: ObligationId,
    /// Counts its changes, from 1: a change is stored only if nobody else made one.
    pub version: u32,
    /// What is asked for.
    pub kind: Kind,
    /// By which law, by where they say they live: a name in `law.toml`.
    pub regime: String,
    /// Whether that law sets its dates, or the fallback because it does not.
    #[serde(default, skip_serializing_if = "Basis::is_own")]
    pub basis: Basis,
    /// Who asks, and where the answer goes.
    pub contact: Contact,
    /// How it came.
    pub channel: Channel,
    /// When it reached us. Never changes.
    pub received_at: Timestamp,
    /// Its dates.
    pub clocks: Clocks,
    /// Where it stands.
    #[serde(flatten)]
    pub standing: Standing,
    /// What has to be shown, at least one of them with all that it needs; empty: nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Proof>,
    /// What was shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proven: Vec<Proven>,
    /// What they can name of what we hold, as keyed hashes, until the request is closed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub data_points: BTreeMap<PointKind, KeyedRef>,
    /// Their name under "I declare under penalty of perjury that I am the person"; when, is in `proven`. It stays with the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declaration: Option<Words>,
    /// Who they are at the dashboard, once it has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<Member>,
    /// Whether the dashboard has named the address, for who logged in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_address_vouched: bool,
    /// What was told, and how often.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub told: BTreeMap<Notice, u32>,
    /// What businesses were told, and how often.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub told_tenants: BTreeMap<TenantId, BTreeMap<Notice, u32>>,
    /// Notices that reached nobody or were complained about, until one of their kind goes out; those to businesses for good.
    /// Staff see it; it decides nothing.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub undelivered: BTreeSet<Notice>,
    /// Whether what served to verify is erased, which it is once the request is closed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub evidence_erased: bool,
    /// Who asks for the person, if it is not they.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<Agent>,
    /// Whether it is about a child.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub about_child: bool,
    /// The request whose denial it asks to look at again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appeal_of: Option<ObligationId>,
    /// What they wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<Words>,
    /// Whether that is kept beside the request, because both together are too large to be one unit. Then `details` is `None`
    /// where a request was read without it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_words_beside: bool,
    /// The tenants whose part of it is theirs to decide.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routed: Vec<Routed>,
    /// How far it is carried out.
    #[serde(default, skip_serializing_if = "Course::has_not_begun")]
    pub course: Course,
    /// What staff have found out so far.
    #[serde(default, skip_serializing_if = "Findings::is_empty")]
    pub findings: Findings,
    /// When somebody has to look at it; `None` once it is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_action_at: Option<Timestamp>,
}

impl SubjectRequest {
    /// The letter that closes it, once it is closed.
    #[must_use]
    pub const fn closing_notice(&self) -> Option<Notice> {
        match &self.standing {
            Standing::Answered { .. } => Some(Notice::Answer),
            Standing::Denied { .. } => Some(Notice::Denial),
            Standing::Withdrawn { .. } => Some(Notice::Withdrawal),
            Standing::Received | Standing::AwaitingVerification | Standing::InProgress { .. } => None,
        }
    }

    /// From when on its dates count: its receipt, an appeal that put it back to work, or an order to make its bundle again,
    /// whichever was last.
    #[must_use]
    pub fn dates_from(&self) -> Timestamp {
        let reopened_at = self.course.reopened.as_ref().map(|reopened| reopened.at);
        let ordered_at = self.course.ordered_again.as_ref().map(|order| order.at);
        reopened_at.into_iter().chain(ordered_at).fold(self.received_at, Timestamp::max)
    }

    /// When it was closed, if nothing at all is left to do: the person was told, and what served to verify is erased.
    #[must_use]
    pub fn settled_at(&self) -> Option<Timestamp> {
        let is_told = self.closing_notice().is_some_and(|notice| self.was_told(notice, 1));
        self.standing.closed_at().filter(|_| is_told && self.evidence_erased && !self.is_open_to_tenants())
    }

    /// Whether it is closed for good, how it ended has reached nobody, and it still says where they can be reached: staff see it
    /// until it does not.
    #[must_use]
    pub fn is_unreached(&self) -> bool {
        let is_undelivered = self.closing_notice().is_some_and(|notice| self.undelivered.contains(&notice));
        is_undelivered && self.has_contact() && self.settled_at().is_some()
    }
}
