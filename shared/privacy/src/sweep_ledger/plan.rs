//! What a sweep of the due index would do now, from the same readings and the same decisions, and nothing written or sent.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::page::{Page, Taken, read_page, shards};
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
    /// Shard by shard, of each in the order of sending: by the last day. Shards are swept beside each other.
    pub to_send: Vec<ToSend>,
    /// Whether a shard has more than one page, or time ran out: the rest is not shown.
    pub is_truncated: bool,
    /// When the last run ended that was noted: one an hour is.
    pub last_run_at: Option<Timestamp>,
    /// Whether that is recent enough for the schedule to be alive.
    pub is_schedule_alive: bool,
    /// What could not be read.
    pub faults: Vec<Fault>,
}

/// Reads one page of every shard; none is begun after `stop_at`.
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
    for shard in shards(clock.now()) {
        let now = clock.now();
        if now >= stop_at {
            plan.is_truncated = true;
            break;
        }
        match read_page(index, clock, (shard, now), (stuck_after, stop_at)).await {
            Ok(page) => plan.add(page),
            Err(fault) => plan.faults.push(fault),
        }
    }
    plan
}

impl DuePlan {
    fn add(&mut self, page: Page) {
        self.is_truncated |= page.is_full() || page.is_cut;
        self.faults.extend(page.faults);
        for Taken { head, decision } in page.taken {
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
