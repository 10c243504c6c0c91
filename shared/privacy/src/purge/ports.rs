//! What purging periods asks of the world beside [`Stores`](crate::ports::Stores) and the book of holds.

use std::future::Future;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::instant;
use crate::legal_hold::HoldId;
use crate::obligation::PlanHash;
use crate::ports::{Answer, Confirmed};

/// A period that the watermark has passed and that is looked at again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    /// Its first instant.
    pub starts_at: Timestamp,
    /// When it is looked at next; earlier when one of the holds is released.
    pub look_at: Timestamp,
    /// The holds that keep a part of it.
    pub by: Vec<HoldId>,
    /// How many records they keep.
    pub held: u64,
    /// How many records stay because the data map does not know them.
    pub kept: u64,
}

/// What a run would have purged of a class, and did not because it is above the ceiling: what staff look at and confirm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurgePlan {
    /// Names this plan and no other.
    pub hash: PlanHash,
    /// What a run may purge without a confirmation.
    pub ceiling: u64,
    /// What it counted.
    pub records: u64,
    /// Only what was due then: periods before this instant; of our own records, what was due at it.
    pub until: Timestamp,
}

impl PurgePlan {
    /// The plan for a class.
    #[must_use]
    pub fn new(class: &str, ceiling: u64, records: u64, until: Timestamp) -> Self {
        let text = format!("{class}\n{ceiling}\n{records}\n{}\n", instant::to_text(until));
        Self { hash: PlanHash::from_bytes(&Sha256::digest(text)), ceiling, records, until }
    }
}

/// The watermark of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Swept {
    /// Every period before this instant was proven empty by a strong read, or is a leftover.
    pub until: Timestamp,
    /// When that was written down; `None` for what was written before this was noted.
    pub at: Option<Timestamp>,
}

/// Where the sweeps of a class looked: from which instant on, and in how many shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cover {
    /// The first instant that was ever looked at.
    pub from: Timestamp,
    /// How many shards of each period.
    pub shards: u8,
}

/// How far a class has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The watermark; `None` when it was never swept.
    pub swept: Option<Swept>,
    /// Where the watermark was earned; `None` for what was swept before this was noted.
    pub cover: Option<Cover>,
    /// The plan at which the class was halted, if it is.
    pub halted: Option<PurgePlan>,
    /// The plan that staff have confirmed, for this once.
    pub confirmed_plan: Option<PlanHash>,
    /// Since when something of it is there past its day and its alarm, as a run has seen it.
    pub late_since: Option<Timestamp>,
    /// Periods to look at again, in time order.
    pub leftovers: Vec<Leftover>,
    /// Why a row beside the watermark could not be read, the first of them: which period it lists is not known.
    pub unread: Option<String>,
}

impl Progress {
    /// The plan that staff have confirmed.
    #[must_use]
    pub fn confirmed(&self) -> Option<&PurgePlan> {
        self.halted.as_ref().filter(|plan| self.confirmed_plan.as_ref() == Some(&plan.hash))
    }

    /// The plan that waits for staff, where it is above what may be purged without them.
    #[must_use]
    pub fn waiting(&self, ceiling: u64) -> Option<&PurgePlan> {
        self.halted.as_ref().filter(|plan| self.confirmed().is_none() && plan.records > ceiling)
    }
}

/// A sweep of which the ledger knows when it ran last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RunOf {
    /// What is due in the ledger.
    Due,
    /// What goes by its date.
    Periods,
}

/// When sweeps ran last: what says whether their schedules live.
pub trait RunBook: Sync {
    /// When the last run ended that was not dry.
    fn last_run(&self, of: RunOf) -> impl Future<Output = Answer<Option<Timestamp>>> + Send;
    /// Notes that a run has ended.
    fn note_run(&self, of: RunOf, ended_at: Timestamp) -> impl Future<Output = Answer<()>> + Send;
}

/// What the ledger keeps of purges. Several sweepers may write at once: all that is written is true whoever wrote it.
pub trait PurgeLedger: RunBook {
    /// How far a class has come, by strong reads.
    fn progress(&self, class: &str) -> impl Future<Output = Answer<Progress>> + Send;
    /// Takes back a watermark that cannot be true, as it was read; one that was moved meanwhile stays.
    fn rewind(
        &self,
        class: &str,
        read: Timestamp,
        until: Timestamp,
        now: Timestamp,
    ) -> impl Future<Output = Answer<()>> + Send;
    /// Moves the watermark forward to an instant, never back, and notes when.
    fn advance(&self, class: &str, until: Timestamp, now: Timestamp) -> impl Future<Output = Answer<()>> + Send;
    /// Notes where the class is looked for from now on.
    fn note_cover(&self, class: &str, cover: Cover) -> impl Future<Output = Answer<()>> + Send;
    /// Lists a period to look at again, or replaces what is listed of it.
    fn list(&self, class: &str, leftover: &Leftover) -> impl Future<Output = Answer<()>> + Send;
    /// Takes a period from the list.
    fn unlist(&self, class: &str, starts_at: Timestamp) -> impl Future<Output = Answer<()>> + Send;
    /// Halts a class with a plan, which nobody has confirmed yet.
    fn halt(&self, class: &str, plan: &PurgePlan) -> impl Future<Output = Answer<()>> + Send;
    /// Confirms exactly this plan, if the class is halted with it, and notes who and when.
    fn confirm_purge(
        &self,
        class: &str,
        hash: &PlanHash,
        by: &str,
        now: Timestamp,
    ) -> impl Future<Output = Answer<Confirmed>> + Send;
    /// Lifts a halt, and forgets the plan that was confirmed for it.
    fn resume(&self, class: &str) -> impl Future<Output = Answer<()>> + Send;
    /// Notes since when a class is late, where that is not noted yet; `None`: that it is late no more.
    fn note_late(&self, class: &str, since: Option<Timestamp>) -> impl Future<Output = Answer<()>> + Send;
}

/// Where reports are kept.
pub trait Reports: Sync {
    /// Stores a report under a key that is not taken; `false` when it is.
    fn store(&self, key: &str, json: &str) -> impl Future<Output = Answer<bool>> + Send;
}
