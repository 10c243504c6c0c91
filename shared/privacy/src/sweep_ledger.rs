//! Sweeps the due index: sends again what is stuck, sends what has a second look due, and counts what an alarm
//! must know of. Its reads grow with what is due, not with what exists.
//!
//! Stuck means "no progress past a promised time", and what is stuck is sent again, never cancelled. Every open
//! obligation passes here at least once an hour, so none can reach its date unseen. Of what is due the nearest last day goes first,
//! and some are worked on beside each other.

mod act;
mod holds;
mod page;
mod plan;
mod tally;

use futures_util::lock::Mutex;
use futures_util::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};

use self::act::Ports;
use self::page::{Looked, look};
pub use self::plan::{DueOfKind, DuePlan, ToSend, plan_sweep};
use self::tally::Tally;
use crate::data_map::DataMap;
use crate::fault::Fault;
use crate::obligation::{Head, State};
use crate::ports::{Clock, Due, DueIndex, HoldBook, NextAction, WorkQueue};
use crate::promise_ledger::{ProofBook, newest};
use crate::replay::ReplayStage;

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
    /// At most so many obligations, those with the nearest last day.
    pub taken_max: usize,
    /// So many of them at the same time, at least one.
    pub at_once: usize,
    /// No obligation is begun after this instant.
    pub stop_at: Timestamp,
}

/// Looks at every shard, in half of the time at most, and then works on what is due, some of it at the same time; last it notes when
/// each sentence of the policy was last proven by any of that. A fault with one obligation or shard leaves the others swept; each is
/// handed to `notice` and counted, and so is each obligation that counts for an alarm.
pub async fn sweep_ledger(
    index: &impl DueIndex,
    book: &(impl HoldBook + ProofBook),
    queue: &impl WorkQueue,
    clock: &impl Clock,
    map: &DataMap,
    bounds: Bounds,
    notice: impl FnMut(Notice<'_>) + Send,
) -> Sweep {
    let (mut tally, now) = (Tally::new(notice), clock.now());
    let looked_until = now + bounds.stop_at.duration_since(now) / 2;
    let Looked { taken, is_truncated, faults } = look(index, clock, bounds.stuck_after, looked_until).await;
    tally.sweep.is_truncated = is_truncated || taken.len() > bounds.taken_max;
    for fault in &faults {
        tally.fault(fault);
    }
    let (ports, counting) = (Ports { index, book, queue, clock, map, stop_at: bounds.stop_at }, Mutex::new(tally));
    let first = stream::iter(taken.iter().take(bounds.taken_max));
    first.for_each_concurrent(bounds.at_once.max(1), |one| ports.work_on(one, &counting)).await;
    let mut tally = counting.into_inner();
    let proofs = newest(taken.iter().map(|taken| &taken.head));
    if !proofs.is_empty()
        && let Err(fault) = book.note_proofs(&proofs).await
    {
        tally.fault(&fault);
    }
    tally.sweep
}

/// The row behind an index entry, if it is still due: the index may be stale.
async fn still_due(index: &impl DueIndex, due: &Due, now: Timestamp) -> Result<Option<Head>, Fault> {
    let head = index.head(&due.id).await?;
    Ok(head.filter(|head| head.next_action_at.is_some_and(|at| at <= now)))
}

#[cfg(test)]
mod tests;
