//! What a sweep of the due index would do now, from the same readings and the same decisions, and nothing written or sent.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::page::{Looked, Taken, look};
use crate::deadline::DueBy;
use crate::fault::Fault;
use crate::ports::{Clock, DueIndex};
use crate::purge::{RunBook, RunOf, is_schedule_alive};

/// Obligations of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DueOfKind {
    /// How many are due.
    pub due: u64,
    /// How many of them would be sent to the worker; the others rest, or are being worked on.
    pub to_send: u64,
    /// The earliest last day among those that are not erased.
    pub first_due_by: Option<Date>,
}

/// An obligation that would be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToSend {
    /// What logs call it.
    pub reference: String,
    /// Its route.
    pub kind: &'static str,
    /// Its last day.
    pub due_by: DueBy,
    /// Whether it is erased and only looked at once more.
    pub is_look: bool,
}

/// What a sweep that began now would do.
#[derive(Debug, Default)]
pub struct DuePlan {
    /// By route.
    pub kinds: BTreeMap<&'static str, DueOfKind>,
    /// In the order of sending: by the last day.
    pub to_send: Vec<ToSend>,
    /// Whether more is due than a sweep looks at, or time ran out: the rest is not shown.
    pub is_truncated: bool,
    /// When the last run ended that was noted: one an hour is.
    pub last_run_at: Option<Timestamp>,
    /// Whether that is recent enough for the schedule to be alive.
    pub is_schedule_alive: bool,
    /// What could not be read.
    pub faults: Vec<Fault>,
}

/// Looks at every shard as a sweep does; nothing is read any more after `stop_at`.
pub async fn plan_sweep(
    index: &(impl DueIndex + RunBook),
    clock: &impl Clock,
    stuck_after: SignedDuration,
    stop_at: Timestamp,
) -> DuePlan {
    let mut plan = DuePlan::default();
    match index.last_run(RunOf::Due).await {
        Ok(at) => (plan.last_run_at, plan.is_schedule_alive) = (at, is_schedule_alive(at, clock.now())),
        Err(fault) => plan.faults.push(fault),
    }
    plan.add(look(index, clock, stuck_after, stop_at).await);
    plan
}

impl DuePlan {
    fn add(&mut self, looked: Looked) {
        self.is_truncated |= looked.is_truncated;
        self.faults.extend(looked.faults);
        for Taken { head, decision, read_at: _ } in looked.taken {
            let (kind, is_look) = (head.route.as_str(), head.state.is_finished());
            let of_kind = self.kinds.entry(kind).or_default();
            of_kind.due += 1;
            of_kind.to_send += u64::from(decision.is_sent);
            if !is_look {
                let first = of_kind.first_due_by.map_or(head.due_by.date, |first| first.min(head.due_by.date));
                of_kind.first_due_by = Some(first);
            }
            if decision.is_sent {
                self.to_send.push(ToSend { reference: head.id.log_ref(), kind, due_by: head.due_by, is_look });
            }
        }
    }
}
