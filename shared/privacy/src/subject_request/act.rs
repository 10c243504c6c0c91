//! What was done to a request, by whom and why: one row per act, never changed. Names no person but staff.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::bounce::BounceCause;
use super::findings::{Correction, EvidenceId};
use super::review::{Outcome, Review};
use super::{DenialCode, Proof};
use crate::ids::{InstructionId, TenantId, UserId};
use crate::ingest_gate::Flag;
use crate::legal_hold::Note;
use crate::obligation::ObligationId;
use crate::order_bundle::OrderReason;

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
    /// Somebody who works with the account of a business, as the dashboard names them.
    Tenant(UserId),
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
        /// To which business, if not to whoever asks.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tenant: Option<TenantId>,
    },
    /// A notice was held back: its address has had too many.
    Withheld,
    /// A notice could not be delivered, or was complained about.
    Bounced {
        /// Which.
        notice: String,
        /// To which business, if not to whoever asks.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tenant: Option<TenantId>,
        /// Which of several of its kind.
        #[serde(default)]
        round: u32,
        /// How that is known.
        #[serde(default)]
        cause: BounceCause,
    },
    /// Something was shown.
    Proved {
        /// What.
        proof: Proof,
    },
    /// More time was taken.
    Extended,
    /// The person was asked something, and the clock of their law stands still.
    Paused {
        /// When they were asked.
        asked_at: Timestamp,
    },
    /// They have answered, and it goes on.
    Resumed {
        /// When they answered.
        answered_at: Timestamp,
    },
    /// Where the person lives was noted wrongly: another law holds for it, or another calendar.
    Relocated {
        /// Its regime before.
        from: String,
        /// Its regime since.
        to: String,
    },
    /// It waits for a copy that the same person has asked for.
    Waits,
    /// It was handed to the engine, the exporter or staff.
    Begun,
    /// Tenants that decide about a part were looked for, and each that was found has it.
    PartsSought,
    /// It was handed to a tenant, whose data it is about.
    Routed {
        /// Which.
        tenant: TenantId,
    },
    /// A tenant said what to do.
    Instructed {
        /// Which.
        tenant: TenantId,
        /// Under what.
        instruction: InstructionId,
    },
    /// A tenant said that it does not want that done.
    Declined {
        /// Which.
        tenant: TenantId,
        /// Under what.
        instruction: InstructionId,
        /// Why.
        reason: DenialCode,
    },
    /// A tenant said that it needs more time to decide.
    AskedTime {
        /// Which.
        tenant: TenantId,
        /// Under what.
        instruction: InstructionId,
    },
    /// What a tenant wanted done is done.
    CarriedOut {
        /// Which.
        tenant: TenantId,
    },
    /// A tenant wanted a flag in its data that the person wants no more: none was raised there.
    LeftOff {
        /// Which.
        tenant: TenantId,
    },
    /// From now on the product does not do that with the data.
    Flagged {
        /// What.
        flag: Flag,
    },
    /// The person wants it no more: from now on the product may do that again.
    Lifted {
        /// What.
        flag: Flag,
        /// The request in which they said so, if they did in one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asked_in: Option<ObligationId>,
    },
    /// The same person had asked to erase the same before: both are carried out and answered together.
    Joined {
        /// That request.
        first: ObligationId,
    },
    /// A report about a child is believed: nothing uses the data any more, and it goes.
    FoundCredible,
    /// A report about a child is not believed.
    FoundNotCredible,
    /// It was refused.
    Denied {
        /// Why.
        reason: DenialCode,
    },
    /// The person wants it no more, or says that nobody acts for them.
    Withdrawn {
        /// By what that was shown, where they did it themselves.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proof: Option<Proof>,
        /// Where their word is kept, where staff noted it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        evidence: Option<EvidenceId>,
    },
    /// A part of it was refused; the rest is carried out.
    RefusedPart {
        /// Why.
        reason: DenialCode,
    },
    /// Staff looked at what was shown to them.
    Reviewed {
        /// What they looked at, without what stands in it.
        review: Review,
        /// Whether that was enough.
        is_shown: bool,
    },
    /// Fields that were to be mended were named or decided.
    Corrected {
        /// Those of this act.
        fields: Vec<Correction>,
    },
    /// Staff have its bundle made again.
    OrderedAgain {
        /// Under what they said so.
        order: InstructionId,
        /// Why.
        reason: OrderReason,
    },
    /// An appeal against its denial was upheld: it is in work again.
    Reopened,
    /// It was answered.
    Answered,
    /// Staff closed it, with everything done.
    Closed {
        /// As what.
        outcome: Outcome,
        /// Where the proof is kept.
        evidence: EvidenceId,
    },
    /// Its copy is made without something that could not be read; of no class: nothing is missing any more.
    CopyLacks {
        /// Of which record classes.
        classes: Vec<String>,
    },
    /// Its bundle was given to whoever showed that it is theirs.
    Downloaded,
    /// Every version of its bundle was erased.
    BundleErased,
    /// What served to verify was erased.
    EvidenceErased,
    /// Where they could be reached was erased.
    ContactErased,
}

/// Who of staff acts, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct By {
    /// Who.
    pub actor: Actor,
    /// Why, in their words.
    pub why: Note,
}

impl By {
    /// An act of theirs.
    #[must_use]
    pub fn did(&self, deed: Deed, at: Timestamp) -> Act {
        Act { deed, actor: self.actor.clone(), why: Some(self.why.clone()), at }
    }
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
