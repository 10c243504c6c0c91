//! What was done to a request, by whom and why: one row per act, never changed. Names no person but staff.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{DenialCode, Proof};
use crate::legal_hold::Note;

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", content = "who", rename_all = "kebab-case")]
pub enum Actor {
    /// Whoever asks: the person, or their agent.
    Asker,
    /// The service itself.
    Service,
    /// Staff, by the name that their access has.
    Staff(String),
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Deed {
    /// It came in.
    Received,
    /// A notice went out.
    Told {
        /// Which.
        notice: String,
    },
    /// A notice was held back: its address has had too many.
    Withheld,
    /// A notice could not be delivered.
    Bounced {
        /// Which.
        notice: String,
    },
    /// Something was shown.
    Proved {
        /// What.
        proof: Proof,
    },
    /// More time was taken.
    Extended,
    /// It was handed to the engine, the exporter or staff.
    Begun,
    /// It was refused.
    Denied {
        /// Why.
        reason: DenialCode,
    },
    /// It was answered.
    Answered,
    /// Its bundle was given to whoever showed that it is theirs.
    Downloaded,
    /// Every version of its bundle was erased.
    BundleErased,
    /// What served to verify was erased.
    EvidenceErased,
}

/// One act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// What.
    pub deed: Deed,
    /// By whom.
    pub actor: Actor,
    /// Why, in words of staff.
    pub why: Option<Note>,
    /// When.
    pub at: Timestamp,
}

impl Act {
    /// Something that the service did of itself.
    #[must_use]
    pub const fn of_service(deed: Deed, at: Timestamp) -> Self {
        Self { deed, actor: Actor::Service, why: None, at }
    }

    /// Something that whoever asks did.
    #[must_use]
    pub const fn of_asker(deed: Deed, at: Timestamp) -> Self {
        Self { deed, actor: Actor::Asker, why: None, at }
    }
}
