//! An obligation: one promise towards one person, from receipt to the last second look.
//!
//! ```text
//! Received ─► Planned ─► Executing ─► Verifying ─► Completed
//!    │           │           │  ▲         │
//!                │ (halted)  ▼  │         └── a second look that finds something re-opens the case
//!                │        Failed { retry_at }
//! ```
//!
//! `Received` may wait for its `starts_at`; until then it can be `Cancelled`. A state holds only its own facts. `Verifying` starts at `erased_at`: a strong read found nothing.

mod awaited;
mod id;
mod outcome;
pub use awaited::Awaited;
pub use id::{InvalidObligationId, ObligationId, Turn};
pub use outcome::Outcome;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::deadline::DueBy;
use crate::hex::hex;
use crate::legal_hold::HoldId;
use crate::policy::Route;
use crate::policy::retained::Exception;
use crate::replay::ReplayMark;
use crate::target::Target;

/// SHA-256 of a plan, 64 hex digits. What staff confirm when a plan is above its ceiling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanHash(String);

impl PlanHash {
    pub(crate) fn from_bytes(digest: &[u8]) -> Self {
        Self(hex(digest))
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
    /// Legal holds keep a part; the rest is erased.
    Held {
        /// The plan that is being worked off.
        plan: PlanRef,
        /// The holds that were met.
        by: Vec<HoldId>,
        /// The day by which the first of them is reviewed.
        review_by: Date,
    },
    /// Everything is erased and a strong read found nothing; second looks are due.
    Verifying {
        /// The plan that was worked off.
        plan: PlanHash,
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
    /// What it was for has not come to pass: the account was reactivated in time.
    Cancelled {
        /// When.
        at: Timestamp,
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
            Self::Held { .. } => "held",
            Self::Verifying { .. } => "verifying",
            Self::Completed { .. } => "completed",
            Self::Cancelled { .. } => "cancelled",
        }
    }

    /// Whether nothing more is to be erased: a new request begins a new one.
    #[must_use]
    pub const fn is_finished(&self) -> bool {
        self.erased_at().is_some() || matches!(self, Self::Cancelled { .. })
    }

    /// When everything was erased, once it is.
    #[must_use]
    pub const fn erased_at(&self) -> Option<Timestamp> {
        match self {
            Self::Verifying { erased_at, .. } | Self::Completed { erased_at, .. } => Some(*erased_at),
            Self::Received
            | Self::Planned { .. }
            | Self::Executing { .. }
            | Self::Failed { .. }
            | Self::Held { .. }
            | Self::Cancelled { .. } => None,
        }
    }

    /// When the case was closed: from then on its record is kept for its months, and nothing is done.
    #[must_use]
    pub const fn closed_at(&self) -> Option<Timestamp> {
        match self {
            Self::Completed { completed_at: at, .. } | Self::Cancelled { at } => Some(*at),
            Self::Received
            | Self::Planned { .. }
            | Self::Executing { .. }
            | Self::Failed { .. }
            | Self::Held { .. }
            | Self::Verifying { .. } => None,
        }
    }

    /// The plan that is waiting or being worked off.
    #[must_use]
    pub const fn plan(&self) -> Option<&PlanRef> {
        match self {
            Self::Planned { plan } | Self::Executing { plan } | Self::Failed { plan, .. } | Self::Held { plan, .. } => {
                Some(plan)
            }
            Self::Received | Self::Verifying { .. } | Self::Completed { .. } | Self::Cancelled { .. } => None,
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
    /// Nothing is done before this instant, if there is one.
    pub starts_at: Option<Timestamp>,
    /// Connections made before this instant are covered.
    pub covers_until: Timestamp,
    /// The promised last day.
    pub due_by: DueBy,
    /// Where it stands.
    pub state: State,
    /// When somebody has to look at it; `None` once it is closed.
    pub next_action_at: Option<Timestamp>,
    /// A worker has it until then.
    pub leased_until: Option<Timestamp>,
    /// How often a second look found something and re-opened it.
    pub reopened: u32,
    /// The plan that staff confirmed, for one above its ceiling.
    pub confirmed_plan: Option<PlanHash>,
    /// When the sweeper first saw it past its date.
    pub late_since: Option<Timestamp>,
    /// Of an account that ended: when a worker first began with it. From then on it is not cancelled any more.
    pub begun_at: Option<Timestamp>,
    /// When we heard that the account came back after its window: from then on what it has is of a new life.
    pub returned_at: Option<Timestamp>,
    /// By which exceptions of a law it left records, once it is erased.
    pub retained: Vec<Exception>,
    /// The look that a replay after a restored backup has asked for, if one has.
    pub replay: Option<ReplayMark>,
    /// The holds that kept something when it was last worked through, also while more is erased beside them; none once they are
    /// released, or keep nothing.
    pub held_by: Vec<HoldId>,
    /// Who else is waited for, while nothing of ours is left that may go.
    pub awaited: Option<Awaited>,
}

impl Head {
    /// When the work could begin: from then on it counts as open.
    #[must_use]
    pub fn open_since(&self) -> Timestamp {
        self.starts_at.map_or(self.received_at, |starts_at| starts_at.max(self.received_at))
    }

    /// Whether the plan waits for a person: it is above a ceiling, still the plan of what is covered, and not confirmed.
    #[must_use]
    pub fn is_halted(&self) -> bool {
        match &self.state {
            State::Planned { plan } => !self.needs_plan() && self.confirmed_plan.as_ref() != Some(&plan.hash),
            State::Received
            | State::Executing { .. }
            | State::Failed { .. }
            | State::Held { .. }
            | State::Verifying { .. }
            | State::Completed { .. }
            | State::Cancelled { .. } => false,
        }
    }

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
    /// Nothing is done before this instant, if there is one.
    pub starts_at: Option<Timestamp>,
    /// What it covers.
    pub covers_until: Timestamp,
    /// Whether the request itself said what it covers. If not, only a finished request is opened anew.
    pub is_dated: bool,
    /// The promised last day.
    pub due_by: DueBy,
    /// When it counts as stuck.
    pub next_action_at: Timestamp,
}
