//! An obligation: one promise towards one person, from receipt to the last second look.
//!
//! ```text
//! Received ─► Planned ─► Executing ─► Verifying ─► Completed
//!                │           │  ▲         │
//!                │ (halted)  ▼  │         └── a second look that finds something re-opens the case
//!                │        Failed { retry_at }
//! ```
//!
//! A state holds only its own facts. `Verifying` starts at `erased_at`: a strong read found nothing.

use std::fmt;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::deadline::DueBy;
use crate::keys;
use crate::policy::Route;
use crate::scope::Place;
use crate::target::Target;

/// Text that is not an obligation id: 26 to 64 characters of `[a-z0-9]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an obligation id")]
pub struct InvalidObligationId;

/// The key of an obligation. For a Meta callback it is also the confirmation code, which opens the status
/// page: it stands in rows, queue messages and that one URL; logs get [`ObligationId::log_ref`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObligationId(String);

impl ObligationId {
    /// # Errors
    /// [`InvalidObligationId`]
    pub fn parse(text: &str) -> Result<Self, InvalidObligationId> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        if (26..=64).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidObligationId)
        }
    }

    /// The obligation to erase a connection: its key is the connection, so that whoever is about to store something of
    /// it, or to use its tokens, can check that one row. Tenant and connection ids are opaque, so no key is needed;
    /// the `0` in front, which no code has, keeps it from being one.
    #[must_use]
    pub fn of_connection(place: &Place) -> Self {
        let digest = Sha256::digest(format!("connection\n{}\n{}", place.tenant, place.connection).as_bytes());
        let bytes: Vec<u8> = digest.iter().copied().take(keys::REFERENCE_BYTES).collect();
        Self(format!("0{}", keys::lower_base32().encode(&bytes)))
    }

    /// Whether this is a confirmation code: of a person's request, which has a status page.
    #[must_use]
    pub fn is_code(&self) -> bool {
        !self.0.starts_with('0')
    }

    /// The code itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The partition key of its row in the ledger.
    #[must_use]
    pub fn partition(&self) -> String {
        format!("obligation#{}", self.0)
    }

    /// A name for logs that does not open the status page: 12 hex digits of SHA-256.
    #[must_use]
    pub fn log_ref(&self) -> String {
        hex(Sha256::digest(self.0.as_bytes()).iter().take(6))
    }

    /// Which of `shards` parts of the due index it stands in.
    #[must_use]
    pub fn shard(&self, shards: u8) -> u8 {
        let first = Sha256::digest(self.0.as_bytes()).first().copied().unwrap_or_default();
        first.checked_rem(shards).unwrap_or_default()
    }
}

impl fmt::Debug for ObligationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ObligationId(ref {})", self.log_ref())
    }
}

fn hex<'a>(bytes: impl Iterator<Item = &'a u8>) -> String {
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

/// SHA-256 of a plan, 64 hex digits. What staff confirm when a plan is above its ceiling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanHash(String);

impl PlanHash {
    pub(crate) fn from_bytes(digest: &[u8]) -> Self {
        Self(hex(digest.iter()))
    }

    /// A hash that was stored before.
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The hex digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What was planned, as far as the head of an obligation needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanRef {
    /// Names the plan.
    pub hash: PlanHash,
    /// What the plan covers. Behind the head's when a newer callback came in: plan again.
    pub covers_until: Timestamp,
}

/// Where an obligation stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Stored; nothing was looked at yet, or counting is under way.
    Received,
    /// The plan is above a ceiling and waits for a person to confirm its hash.
    Planned {
        /// The plan that waits.
        plan: PlanRef,
    },
    /// Records are being erased.
    Executing {
        /// The plan that is being worked off.
        plan: PlanRef,
    },
    /// A part could not be erased; the rest is.
    Failed {
        /// The plan that is being worked off.
        plan: PlanRef,
        /// When the part is tried again.
        retry_at: Timestamp,
        /// How often in a row it failed.
        attempts: u32,
    },
    /// Everything is erased and a strong read found nothing; second looks are due.
    Verifying {
        /// When the strong read found nothing.
        erased_at: Timestamp,
        /// When second looks found nothing.
        looks: Vec<Timestamp>,
    },
    /// The last second look found nothing.
    Completed {
        /// When the strong read found nothing.
        erased_at: Timestamp,
        /// When the last look was.
        completed_at: Timestamp,
        /// When second looks found nothing.
        looks: Vec<Timestamp>,
    },
}

impl State {
    /// Its name in rows. People read the names of [`crate::show_request`].
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Planned { .. } => "planned",
            Self::Executing { .. } => "executing",
            Self::Failed { .. } => "failed",
            Self::Verifying { .. } => "verifying",
            Self::Completed { .. } => "completed",
        }
    }

    /// When everything was erased, once it is.
    #[must_use]
    pub const fn erased_at(&self) -> Option<Timestamp> {
        match self {
            Self::Verifying { erased_at, .. } | Self::Completed { erased_at, .. } => Some(*erased_at),
            Self::Received | Self::Planned { .. } | Self::Executing { .. } | Self::Failed { .. } => None,
        }
    }

    /// The plan that is waiting or being worked off.
    #[must_use]
    pub const fn plan(&self) -> Option<&PlanRef> {
        match self {
            Self::Planned { plan } | Self::Executing { plan } | Self::Failed { plan, .. } => Some(plan),
            Self::Received | Self::Verifying { .. } | Self::Completed { .. } => None,
        }
    }
}

/// The row of an obligation: small, so that a write to it costs one unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Key and confirmation code.
    pub id: ObligationId,
    /// Counts the requests under this code, from 1.
    pub seq: u32,
    /// How it reached us first.
    pub route: Route,
    /// Whom or what it is about.
    pub target: Target,
    /// When we received it. Never changes.
    pub received_at: Timestamp,
    /// Connections made before this instant are covered.
    pub covers_until: Timestamp,
    /// The promised last day.
    pub due_by: DueBy,
    /// Where it stands.
    pub state: State,
    /// When somebody has to look at it; `None` once it is completed.
    pub next_action_at: Option<Timestamp>,
    /// A worker has it until then.
    pub leased_until: Option<Timestamp>,
    /// How often a second look found something and re-opened it.
    pub reopened: u32,
    /// The plan that staff confirmed, for one above its ceiling.
    pub confirmed_plan: Option<PlanHash>,
}

impl Head {
    /// Whether a plan has to be made, or made again for a wider cover.
    #[must_use]
    pub fn needs_plan(&self) -> bool {
        self.state.plan().is_none_or(|plan| plan.covers_until < self.covers_until)
    }
}

/// A request to be stored as an obligation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewObligation {
    /// Key and confirmation code.
    pub id: ObligationId,
    /// How it reached us.
    pub route: Route,
    /// Whom or what it is about.
    pub target: Target,
    /// Now.
    pub received_at: Timestamp,
    /// What it covers.
    pub covers_until: Timestamp,
    /// Whether the request itself said what it covers. If not, only a finished request is opened anew.
    pub is_dated: bool,
    /// The promised last day.
    pub due_by: DueBy,
    /// When it counts as stuck.
    pub next_action_at: Timestamp,
}

/// The outcome for one record class. Never rolled up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// So many records were removed.
    Removed {
        /// How many.
        count: u64,
    },
    /// There was nothing.
    NothingFound,
    /// Could not be erased yet.
    Failed {
        /// When it is tried again.
        retry_at: Timestamp,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_does_not_print_itself() {
        let code = "abcdefghijklmnopqrstuvwxyz234567";
        let id = ObligationId::parse(code).unwrap();
        assert!(!format!("{id:?}").contains(code));
        assert_eq!(id.log_ref().len(), 12);
        assert!(!code.contains(&id.log_ref()));
    }

    #[test]
    fn only_codes_are_codes() {
        for bad in ["", "abc", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxy#", &"a".repeat(65)] {
            assert!(ObligationId::parse(bad).is_err(), "{bad}");
        }
    }
}
