//! Sweeps the due index: sends again what is stuck, sends what has a second look due, and counts what an alarm
//! must know of. Its reads grow with what is due, not with what exists.
//!
//! Stuck means "no progress past a promised time", and what is stuck is sent again, never cancelled. Every open
//! obligation passes here at least once an hour, so none can reach its date unseen. Of what is due in a shard the nearest last day
//! goes first, and shards are swept beside each other.

mod holds;
mod page;
mod plan;
mod shard;
mod tally;

use futures_util::lock::Mutex;
use futures_util::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};

use self::page::shards;
pub use self::plan::{DueOfKind, DuePlan, ToSend, plan_sweep};
use self::shard::Ports;
use self::tally::Tally;
use crate::data_map::DataMap;
use crate::fault::Fault;
use crate::obligation::{Head, State};
use crate::ports::{Clock, DueIndex, HoldBook, NextAction, WorkQueue};
use crate::replay::ReplayStage;

/// Entries taken from one shard at a time, and so how far the order by the last day reaches: as many as a sweep takes of it.
const PAGE: u16 = 2_000;

/// How long a plan above its ceiling rests until an alarm counts it again.
const HALTED_RECHECK: SignedDuration = SignedDuration::from_hours(1);

/// What the sweeper does with one obligation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whether the worker gets a message.
    pub is_sent: bool,
    /// When it is looked at next.
    pub next: NextAction,
}

/// Decides over one due obligation. Pure.
#[must_use]
pub fn decide(head: &Head, now: Timestamp, stuck_after: SignedDuration) -> Decision {
    let soon = NextAction::At(now + stuck_after);
    let is_leased = head.leased_until.is_some_and(|until| until > now);
    if head.replay.is_some_and(|mark| mark.stage == ReplayStage::Asked) {
        return Decision { is_sent: !is_leased, next: soon };
    }
    match &head.state {
        State::Completed { .. } | State::Cancelled { .. } => Decision { is_sent: false, next: NextAction::Never },
        State::Planned { .. } if head.is_halted() => {
            Decision { is_sent: false, next: NextAction::At(now + HALTED_RECHECK) }
        }
        State::Held { .. } => Decision { is_sent: !is_leased, next: NextAction::At(now + HALTED_RECHECK) },
        State::Received
        | State::Planned { .. }
        | State::Executing { .. }
        | State::Failed { .. }
        | State::Verifying { .. } => Decision { is_sent: !is_leased, next: soon },
    }
}

/// What a sweep saw and did. Starts at zero, so that a metric of it is never missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sweep {
    /// Obligations that were due.
    pub due: u64,
    /// Messages sent.
    pub sent: u64,
    /// Seconds since the receipt of the oldest obligation seen that is not erased.
    pub oldest_open_seconds: i64,
    /// Not erased, and the promised date is near.
    pub near_due: u64,
    /// Not erased, and the promised date is past.
    pub overdue: u64,
    /// Plans above a ceiling that wait for a person.
    pub halted: u64,
    /// Obligations with a part that could not be erased.
    pub failed: u64,
    /// Obligations of which legal holds keep a part.
    pub held: u64,
    /// Of those, the ones whose hold should have been reviewed by now.
    pub holds_past_review: u64,
    /// Processors that were to be settled by now, obligation by obligation: their alarm rings, those past their last day included.
    pub processors_late: u64,
    /// Of those, the ones whose own last day is past.
    pub processors_overdue: u64,
    /// Obligations that could not be handled; the sweep as a whole has failed.
    pub faults: u64,
    /// Whether more was due than one sweep takes.
    pub is_truncated: bool,
}

/// Something that staff must be able to find, one by one.
#[derive(Clone, Copy, Debug)]
pub enum Notice<'a> {
    /// A part of the sweep failed.
    Fault(&'a Fault),
    /// An obligation that counts for an alarm.
    Alarming {
        /// Which.
        head: &'a Head,
        /// Why: `near-due`, `overdue`, `halted`, `failed`, `hold-past-review`, `processor-late`, `processor-overdue`.
        why: &'static str,
    },
}

/// Bounds of a sweep.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// How long an obligation may be without progress.
    pub stuck_after: SignedDuration,
    /// At most so many obligations of one shard.
    pub per_shard_max: u64,
    /// So many shards at the same time, at least one. In each of them one obligation comes after the other.
    pub shards_at_once: u8,
    /// No obligation is begun after this instant.
    pub stop_at: Timestamp,
}

/// Sweeps every shard once, some of them at the same time. A fault with one obligation or shard leaves the others swept; each is handed
/// to `notice` and counted, and so is each obligation that counts for an alarm.
pub async fn sweep_ledger(
    index: &impl DueIndex,
    book: &impl HoldBook,
    queue: &impl WorkQueue,
    clock: &impl Clock,
    map: &DataMap,
    bounds: Bounds,
    notice: impl FnMut(Notice<'_>) + Send,
) -> Sweep {
    let ports = Ports { index, book, queue, clock, map, bounds };
    let tally = Mutex::new(Tally::new(notice));
    let at_once = usize::from(bounds.shards_at_once.max(1));
    stream::iter(shards(clock.now())).for_each_concurrent(at_once, |shard| ports.sweep(shard, &tally)).await;
    tally.into_inner().sweep
}

#[cfg(test)]
mod tests;
