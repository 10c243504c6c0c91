//! A request of a person: what they want, by which law, by when, and how far it is.
//!
//! ```text
//! Received ─► AwaitingVerification ─► InProgress ─► Answered
//!     │                │   (its date passes)  └───► Denied { reason }
//!     └── needs no proof ─────────────────► InProgress
//! ```
//!
//! Its clocks begin at its receipt on any channel and are not moved by anything that follows. What it asks for is carried
//! out only once whoever asks is verified; an unverified request changes nothing of any other. An erasure is worked off by
//! the engine, as an obligation under the same reference.

mod act;
pub mod challenge;
pub mod clocks;
pub mod contact;
mod course;
pub mod findings;
pub mod letter;
pub mod notice;
pub mod ports;
mod proof;
pub mod review;
mod turn;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use act::{Act, Actor, By, Deed};
pub use clocks::{Clocks, Dated, Extended};
pub use contact::{ConnectedAccount, Contact, InvalidText, Member, Words};
pub use course::{ChildReview, Course, Instructed, Routed, RoutedDates};
pub use findings::Findings;
pub use proof::{Proof, Proven};
pub use turn::Turn;

use self::notice::Notice;
use crate::clock::model::Kind;
pub use crate::identity::{EmailAddress, Handle};
use crate::ids::TenantId;
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

/// Somebody who asks for somebody else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// Where answers about the request itself go; the person's data never does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<EmailAddress>,
    /// Who.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Words>,
    /// What binds the signed permission to this request: the SHA-256 of the document, 64 hex digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission_sha256: Option<Sha256Hex>,
    /// Whether they say that they hold a power of attorney; staff read it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_power_of_attorney: bool,
}

/// A SHA-256 digest as 64 lower-case hex digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sha256Hex(String);

impl Sha256Hex {
    /// # Errors
    /// [`InvalidText`]
    pub fn parse(text: &str) -> Result<Self, InvalidText> {
        let text = text.trim().to_ascii_lowercase();
        let is_hex = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_hex { Ok(Self(text)) } else { Err(InvalidText) }
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Sha256Hex {
    type Error = InvalidText;

    fn try_from(text: String) -> Result<Self, InvalidText> {
        Self::parse(&text)
    }
}

impl From<Sha256Hex> for String {
    fn from(digest: Sha256Hex) -> Self {
        digest.0
    }
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
}

impl Standing {
    /// Whether it was answered, one way or the other, and when.
    #[must_use]
    pub const fn closed_at(&self) -> Option<Timestamp> {
        match self {
            Self::Answered { at, .. } | Self::Denied { at, .. } => Some(*at),
            Self::Received | Self::AwaitingVerification | Self::InProgress { .. } => None,
        }
    }

    /// Its name in the interface.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::AwaitingVerification => "awaiting-verification",
            Self::InProgress { .. } => "in-progress",
            Self::Answered { in_part: false, .. } => "completed",
            Self::Answered { in_part: true, .. } => "partly-retained",
            Self::Denied { .. } => "denied",
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
    /// By which law: a name in `law.toml`.
    pub regime: String,
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
    /// Who they are at the dashboard, once it has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<Member>,
    /// What was told, and how often.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub told: BTreeMap<Notice, u32>,
    /// What businesses were told, and how often.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub told_tenants: BTreeMap<TenantId, BTreeMap<Notice, u32>>,
    /// Notices that reached nobody, until one of their kind does. Staff see it; it decides nothing.
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
            Standing::Received | Standing::AwaitingVerification | Standing::InProgress { .. } => None,
        }
    }

    /// When it was closed, if nothing at all is left to do: the person was told, and what served to verify is erased.
    #[must_use]
    pub fn settled_at(&self) -> Option<Timestamp> {
        let is_told = self.closing_notice().is_some_and(|notice| self.was_told(notice, 1));
        self.standing.closed_at().filter(|_| is_told && self.evidence_erased)
    }
}
