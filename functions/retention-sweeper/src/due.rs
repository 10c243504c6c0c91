//! The sweep of what is due in the ledger: one tick is one sweep, with a report in logs and metrics.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use privacy::data_map::DataMap;
use privacy::fault::Fault;
use privacy::ports::Clock;
use privacy::purge::{RunBook, RunOf};
use privacy::sweep_ledger::{Bounds, DueOfKind, DuePlan, Notice, Sweep, ToSend, plan_sweep, sweep_ledger};
use privacy_aws::connection::Connection;
use privacy_aws::ledger::LedgerTable;
use privacy_aws::queue::SqsQueue;
use privacy_edge::clock::SystemClock;
use privacy_edge::metrics;
use serde::Serialize;

use crate::config::Config;

/// More than that waits for the next tick.
const TAKEN_MAX: usize = 16_000;
/// So many at the same time: what a case takes is mostly waiting, and so many keep far from what one part of the index takes of writes.
const AT_ONCE: usize = 8;

/// The answer, for whoever invokes the function by hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Report {
    due: u64,
    sent: u64,
    near_due: u64,
    overdue: u64,
    halted: u64,
    failed: u64,
    held: u64,
    holds_past_review: u64,
    processors_late: u64,
    processors_overdue: u64,
    is_truncated: bool,
}

/// What a sweep would send now, for whoever invokes the function by hand. Names obligations as logs do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Plan {
    dry_run: bool,
    due: u64,
    kinds: BTreeMap<&'static str, OfKind>,
    to_send: Vec<Planned>,
    is_truncated: bool,
    last_run_at: Option<Timestamp>,
    is_schedule_alive: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
struct OfKind {
    due: u64,
    to_send: u64,
    first_due_by: Option<Date>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Planned {
    #[serde(rename = "ref")]
    reference: String,
    kind: &'static str,
    due_by: Date,
    time_zone: String,
    is_look: bool,
}

/// The sweep could not handle something: the invocation fails, so that the schedule tries again and an alarm rings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{faults} parts of the ledger could not be swept")]
pub(crate) struct SweepFailed {
    pub(crate) faults: u64,
}

/// Sweeps the ledger.
#[derive(Debug)]
pub(crate) struct Due {
    ledger: LedgerTable,
    queue: SqsQueue,
    stuck_after: SignedDuration,
}

impl Due {
    pub(crate) fn new(connection: &Connection, config: &Config) -> Self {
        Self {
            ledger: LedgerTable::new(connection, config.ledger_table.clone()),
            queue: SqsQueue::new(connection, config.queues.erasures.clone()),
            stuck_after: config.stuck_after,
        }
    }

    /// The report, and how many parts could not be swept.
    pub(crate) async fn sweep(&self, map: &DataMap, request_id: &str, stop_at: Timestamp) -> (Report, u64) {
        let bounds = Bounds { stuck_after: self.stuck_after, taken_max: TAKEN_MAX, at_once: AT_ONCE, stop_at };
        let log = |notice: Notice<'_>| match notice {
            Notice::Fault(fault) => {
                let cause = fault.chain();
                tracing::error!("request.id" = request_id, outcome = "fault", cause, "part of a sweep failed");
            }
            Notice::Alarming { head, why } => {
                let (obligation, due_by) = (head.id.log_ref(), head.due_by.date);
                tracing::warn!("request.id" = request_id, "obligation.ref" = obligation, outcome = why, %due_by, "needs attention");
            }
        };
        let sweep = sweep_ledger(&self.ledger, &self.ledger, &self.queue, &SystemClock, map, bounds, log).await;
        report(&sweep, request_id);
        let Sweep {
            due,
            sent,
            near_due,
            overdue,
            halted,
            failed,
            is_truncated,
            oldest_open_seconds: _,
            held,
            holds_past_review,
            processors_late,
            processors_overdue,
            faults,
        } = sweep;
        let report = Report {
            due,
            sent,
            near_due,
            overdue,
            halted,
            failed,
            held,
            holds_past_review,
            processors_late,
            processors_overdue,
            is_truncated,
        };
        (report, faults)
    }
}

impl Due {
    /// What a sweep that began now would send. Writes nothing, sends nothing, and no metric says that something was swept.
    pub(crate) async fn plan(&self, request_id: &str, stop_at: Timestamp) -> Result<Plan, SweepFailed> {
        let DuePlan { kinds, to_send, is_truncated, last_run_at, is_schedule_alive, faults } =
            plan_sweep(&self.ledger, &SystemClock, self.stuck_after, stop_at).await;
        for fault in &faults {
            let cause = fault.chain();
            tracing::error!("request.id" = request_id, outcome = "fault", cause, "part of a dry run failed");
        }
        if !faults.is_empty() {
            return Err(SweepFailed { faults: u64::try_from(faults.len()).unwrap_or(u64::MAX) });
        }
        let due = kinds.values().map(|kind| kind.due).sum();
        let of_kind = |DueOfKind { due, to_send, first_due_by }| OfKind { due, to_send, first_due_by };
        let planned = |ToSend { reference, kind, due_by, is_look }| Planned {
            reference,
            kind,
            due_by: due_by.date,
            time_zone: due_by.time_zone,
            is_look,
        };
        Ok(Plan {
            dry_run: true,
            due,
            kinds: kinds.into_iter().map(|(kind, of)| (kind, of_kind(of))).collect(),
            to_send: to_send.into_iter().map(planned).collect(),
            is_truncated,
            last_run_at,
            is_schedule_alive,
        })
    }

    /// Notes that a sweep has ended, for whoever asks whether the schedule lives.
    pub(crate) async fn note_run(&self) -> Result<(), Fault> {
        self.ledger.note_run(RunOf::Due, SystemClock.now()).await
    }
}

fn report(sweep: &Sweep, request_id: &str) {
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    tracing::info!(
        "request.id" = request_id,
        outcome = "swept",
        sweep.due,
        sweep.sent,
        sweep.is_truncated,
        "the ledger was swept"
    );
    metrics::emit(
        SystemClock.now(),
        &[
            ("OldestOpenObligationSeconds", sweep.oldest_open_seconds),
            ("ObligationsNearDue", count(sweep.near_due)),
            ("ObligationsOverdue", count(sweep.overdue)),
            ("PlansHalted", count(sweep.halted)),
            ("ObligationsFailed", count(sweep.failed)),
            ("ObligationsHeld", count(sweep.held)),
            ("HoldsPastReview", count(sweep.holds_past_review)),
            ("ProcessorsOverdue", count(sweep.processors_late)),
            ("ProcessorsPastDate", count(sweep.processors_overdue)),
            ("SweepSent", count(sweep.sent)),
            ("SweepTruncated", i64::from(sweep.is_truncated)),
        ],
    );
}

#[cfg(test)]
mod tests;
