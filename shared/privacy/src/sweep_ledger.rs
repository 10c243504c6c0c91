//! Sweeps the due index: sends again what is stuck, sends what has a second look due, and counts what an alarm
//! must know of. Its reads grow with what is due, not with what exists.
//!
//! Stuck means "no progress past a promised time", and what is stuck is sent again, never cancelled. Every open
//! obligation passes here at least once an hour, so none can reach its date unseen. Of what is due the nearest last day goes first.

mod holds;
mod page;
mod plan;

use jiff::{SignedDuration, Timestamp};

use self::holds::Holds;
use self::page::{Taken, look};
pub use self::plan::{DueOfKind, DuePlan, ToSend, plan_sweep};
use crate::data_map::DataMap;
use crate::fault::Fault;
use crate::judgement::{Judged, Open, Timeliness, Trouble, awaited, judge};
use crate::legal_hold::InForce;
use crate::message::Work;
use crate::obligation::{Head, State};
use crate::ports::{Due, DueIndex, HoldBook, NextAction, WorkQueue};
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
    /// No obligation is begun after this instant.
    pub stop_at: Timestamp,
}

/// Looks at every shard, in half of the time at most, and then works on what is due; last it notes when each sentence of the policy was
/// last proven by any of that. A fault with one obligation or shard leaves
/// the others swept; each is handed to `notice` and counted, and so is each obligation that counts for an alarm.
pub async fn sweep_ledger(
    index: &impl DueIndex,
    book: &(impl HoldBook + ProofBook),
    queue: &impl WorkQueue,
    clock: &impl crate::ports::Clock,
    map: &DataMap,
    bounds: Bounds,
    mut notice: impl FnMut(Notice<'_>) + Send,
) -> Sweep {
    let (mut sweep, mut holds, now) = (Sweep::default(), Holds::default(), clock.now());
    let looked_until = now + bounds.stop_at.duration_since(now) / 2;
    let looked = look(index, clock, bounds.stuck_after, looked_until).await;
    sweep.is_truncated = looked.is_truncated || looked.taken.len() > bounds.taken_max;
    for fault in &looked.faults {
        sweep.faults += 1;
        notice(Notice::Fault(fault));
    }
    for Taken { head, decision, read_at } in looked.taken.iter().take(bounds.taken_max) {
        if clock.now() >= bounds.stop_at {
            sweep.is_truncated = true;
            break;
        }
        let now = *read_at;
        let (in_force, unread) = holds.for_one(book, head).await;
        let judged = judge(head, map, &in_force, now);
        observe(head, judged, now, &mut sweep, &mut notice);
        observe_awaited(head, map, now, &mut sweep, &mut notice);
        let is_late = is_late(head, judged, &in_force);
        // An entry that could not be moved on is left to the next sweep.
        let acted = act(index, queue, (head, is_late), *decision, now).await;
        sweep.sent += u64::from(decision.is_sent && acted.is_ok());
        for fault in unread.iter().chain(acted.as_ref().err()) {
            sweep.faults += 1;
            notice(Notice::Fault(fault));
        }
    }
    let proofs = newest(looked.taken.iter().map(|taken| &taken.head));
    if !proofs.is_empty()
        && let Err(fault) = book.note_proofs(&proofs).await
    {
        sweep.faults += 1;
        notice(Notice::Fault(&fault));
    }
    sweep
}

/// The row behind an index entry, if it is still due: the index may be stale.
async fn still_due(index: &impl DueIndex, due: &Due, now: Timestamp) -> Result<Option<Head>, Fault> {
    let head = index.head(&due.id).await?;
    Ok(head.filter(|head| head.next_action_at.is_some_and(|at| at <= now)))
}

/// Whether it has to be noted that an obligation is past its date: once, for whoever acts on such events. A hold delays, so
/// what it keeps is not late until it is released; and where another is in force, not before a worker has found that it keeps
/// nothing of it.
fn is_late(head: &Head, judged: Judged, in_force: &InForce) -> bool {
    let may_be_held = matches!(head.state, State::Held { .. }) && !in_force.is_empty();
    let is_overdue = matches!(judged, Judged::Open(Open { timeliness: Timeliness::Overdue, .. }));
    is_overdue && head.late_since.is_none() && !may_be_held
}

/// Sends and moves on, as decided. A crash in between sends it once more.
async fn act(
    index: &impl DueIndex,
    queue: &impl WorkQueue,
    (head, is_late): (&Head, bool),
    decision: Decision,
    now: Timestamp,
) -> Result<(), Fault> {
    if is_late {
        index.mark_late(&head.id, now).await?;
    }
    if decision.is_sent {
        queue.send(&Work { obligation: head.id.clone() }).await?;
    }
    if let Some(next_action_at) = head.next_action_at {
        index.postpone(&Due { id: head.id.clone(), next_action_at }, decision.next).await?;
    }
    Ok(())
}

fn observe(head: &Head, judged: Judged, now: Timestamp, sweep: &mut Sweep, mut notice: impl FnMut(Notice<'_>)) {
    sweep.due += 1;
    let mut alarming = |count: &mut u64, why| {
        *count += 1;
        notice(Notice::Alarming { head, why });
    };
    match judged {
        Judged::Finished | Judged::Settling => {}
        Judged::Held { is_past_review } => {
            sweep.held += 1;
            if is_past_review {
                alarming(&mut sweep.holds_past_review, "hold-past-review");
            }
        }
        Judged::Open(Open { since, timeliness, trouble }) => {
            sweep.oldest_open_seconds = sweep.oldest_open_seconds.max(now.duration_since(since).as_secs());
            match timeliness {
                Timeliness::InTime => {}
                Timeliness::NearDue => alarming(&mut sweep.near_due, "near-due"),
                Timeliness::Overdue => alarming(&mut sweep.overdue, "overdue"),
            }
            match trouble {
                None => {}
                Some(Trouble::Halted) => alarming(&mut sweep.halted, "halted"),
                Some(Trouble::Failed) => alarming(&mut sweep.failed, "failed"),
            }
        }
    }
}

/// Processors that are waited for ring by dates of their own: days before their last one, and once it is over.
fn observe_awaited(head: &Head, map: &DataMap, now: Timestamp, sweep: &mut Sweep, mut notice: impl FnMut(Notice<'_>)) {
    for processor in awaited(head, map, now) {
        let why = match processor.timeliness {
            Timeliness::InTime => continue,
            Timeliness::NearDue => "processor-late",
            Timeliness::Overdue => {
                sweep.processors_overdue += 1;
                "processor-overdue"
            }
        };
        sweep.processors_late += 1;
        notice(Notice::Alarming { head, why });
    }
}

#[cfg(test)]
mod tests;
