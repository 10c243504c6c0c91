//! Rows of the ledger as far as the trail tells of them.

use jiff::Timestamp;

use super::staff::StaffAct;
use crate::export::job::ExportJob;
use crate::export::ports::Bundle;
use crate::ids::TenantId;
use crate::legal_hold::HoldId;
use crate::obligation::{Head, ObligationId, Outcome, PlanHash};
use crate::processors::Settlement;
use crate::purge::{Leftover, Progress};
use crate::scope::Counts;
use crate::subject_request::Act;

/// A row of a kind that is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Row {
    /// An obligation as it is now.
    Obligation(Box<Head>),
    /// A finished request under the same code as a newer one.
    Earlier {
        /// Under which obligation.
        obligation: ObligationId,
        /// Which request, from 1.
        request: u32,
    },
    /// What was planned.
    Plan {
        /// Under which obligation.
        obligation: ObligationId,
        /// Which request, from 1.
        request: u32,
        /// Names the plan.
        hash: PlanHash,
        /// Records by class.
        counts: Counts,
    },
    /// What became of every class.
    Outcomes {
        /// Under which obligation.
        obligation: ObligationId,
        /// Which request, from 1.
        request: u32,
        /// By class.
        outcomes: Vec<(String, Outcome)>,
    },
    /// Where every processor stands.
    Processors {
        /// Under which obligation.
        obligation: ObligationId,
        /// Which request, from 1.
        request: u32,
        /// By processor.
        settlement: Settlement,
    },
    /// A request of a person.
    Request {
        /// Its reference.
        id: ObligationId,
        /// Counts its changes, from 1.
        version: u32,
    },
    /// What was done to a request.
    Deed {
        /// Its reference.
        id: ObligationId,
        /// The version that it made.
        version: u32,
        /// What, by whom.
        act: Box<Act>,
    },
    /// What is known of a bundle.
    Bundle {
        /// Whose.
        job: ExportJob,
        /// What.
        bundle: Bundle,
    },
    /// A hold in the book.
    Hold {
        /// Which.
        hold: HoldId,
        /// Of which tenant.
        tenant: TenantId,
        /// Whether it is released.
        is_released: bool,
    },
    /// A hold that the engine meets.
    HoldInForce {
        /// Which.
        hold: HoldId,
        /// Of which tenant.
        tenant: TenantId,
    },
    /// How far a class is purged.
    Watermark {
        /// Which.
        class: String,
        /// How far; leftovers stand beside it.
        progress: Progress,
    },
    /// A period that is looked at again.
    Leftover {
        /// Of which class.
        class: String,
        /// What is left.
        leftover: Leftover,
    },
    /// What staff or the dashboard were about to do or see last.
    Staff(StaffAct),
}

/// What stood in a row at one moment.
#[derive(Clone, PartialEq)]
pub struct Image {
    /// What it says; `None` when no version of this code has written it so.
    pub row: Option<Row>,
    /// Everything in it but leases and when it is looked at next, in one form only. Never stored: it goes into a digest.
    pub counted: String,
}

crate::redacted!(Image);

/// One change of one row.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The stream's name for it: the same however often it is delivered.
    pub event: String,
    /// When, in the clock of the ledger, whole seconds.
    pub at: Timestamp,
    /// The key of the row, partition and sort key.
    pub key: String,
    /// What stood there before; `None` when there was no row.
    pub before: Option<Image>,
    /// What stands there now; `None` when it was removed.
    pub after: Option<Image>,
}
