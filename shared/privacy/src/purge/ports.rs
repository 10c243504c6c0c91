//! What purging periods asks of the world beside [`Stores`](crate::ports::Stores) and the book of holds.

use std::future::Future;

use jiff::Timestamp;

use crate::legal_hold::HoldId;
use crate::ports::Answer;

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

/// The watermark of a class. It only moves forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Swept {
    /// Every period before this instant was proven empty by a strong read, or is a leftover.
    pub until: Timestamp,
    /// When that was written down; `None` for what was written before this was noted.
    pub at: Option<Timestamp>,
}

/// How far a class has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The watermark; `None` when it was never swept.
    pub swept: Option<Swept>,
    /// The ceiling at which the class was halted, if it is.
    pub halted_at: Option<u64>,
    /// The ceiling that staff have confirmed for this once.
    pub confirmed_ceiling: Option<u64>,
    /// Periods to look at again, in time order.
    pub leftovers: Vec<Leftover>,
}

/// What the ledger keeps of purges. Several sweepers may write at once: all that is written is true whoever wrote it.
pub trait PurgeLedger: Sync {
    /// How far a class has come, by strong reads.
    fn progress(&self, class: &str) -> impl Future<Output = Answer<Progress>> + Send;
    /// Moves the watermark forward to an instant, never back, and notes when.
    fn advance(&self, class: &str, until: Timestamp, now: Timestamp) -> impl Future<Output = Answer<()>> + Send;
    /// Lists a period to look at again, or replaces what is listed of it.
    fn list(&self, class: &str, leftover: &Leftover) -> impl Future<Output = Answer<()>> + Send;
    /// Takes a period from the list.
    fn unlist(&self, class: &str, starts_at: Timestamp) -> impl Future<Output = Answer<()>> + Send;
    /// Halts a class at a ceiling.
    fn halt(&self, class: &str, ceiling: u64) -> impl Future<Output = Answer<()>> + Send;
    /// Lifts a halt, and forgets the ceiling that was confirmed for it.
    fn resume(&self, class: &str) -> impl Future<Output = Answer<()>> + Send;
    /// When the last run ended that was not dry.
    fn last_run(&self) -> impl Future<Output = Answer<Option<Timestamp>>> + Send;
    /// Notes that a run has ended.
    fn note_run(&self, ended_at: Timestamp) -> impl Future<Output = Answer<()>> + Send;
}

/// Where reports are kept.
pub trait Reports: Sync {
    /// Stores a report under a key that is not taken; `false` when it is.
    fn store(&self, key: &str, json: &str) -> impl Future<Output = Answer<bool>> + Send;
}
