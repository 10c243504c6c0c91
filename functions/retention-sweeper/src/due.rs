//! The sweep of what is due in the ledger: one tick is one sweep, with a report in logs and metrics.

use jiff::{SignedDuration, Timestamp};
use privacy::data_map::DataMap;
use privacy::ports::Clock;
use privacy::sweep_ledger::{Bounds, Notice, Sweep, sweep_ledger};
use privacy_aws::connection::Connection;
use privacy_aws::ledger::LedgerTable;
use privacy_aws::queue::SqsQueue;
use privacy_edge::clock::SystemClock;
use privacy_edge::metrics;
use serde::Serialize;

use crate::config::Config;

/// More of one shard waits for the next tick.
const PER_SHARD_MAX: u64 = 1_000;

/// The answer, for whoever invokes the function by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Report {
    due: u64,
    sent: u64,
    near_due: u64,
    overdue: u64,
    halted: u64,
    failed: u64,
    held: u64,
    holds_past_review: u64,
    is_truncated: bool,
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

    pub(crate) async fn sweep(
        &self,
        map: &DataMap,
        request_id: &str,
        stop_at: Timestamp,
    ) -> Result<Report, SweepFailed> {
        let bounds = Bounds { stuck_after: self.stuck_after, per_shard_max: PER_SHARD_MAX, stop_at };
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
        let sweep = sweep_ledger(&self.ledger, &self.queue, &SystemClock, map, bounds, log).await;
        report(&sweep, request_id);
        if sweep.faults > 0 {
            return Err(SweepFailed { faults: sweep.faults });
        }
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
            faults: _,
        } = sweep;
        Ok(Report { due, sent, near_due, overdue, halted, failed, held, holds_past_review, is_truncated })
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
            ("SweepSent", count(sweep.sent)),
            ("SweepTruncated", i64::from(sweep.is_truncated)),
        ],
    );
}

#[cfg(test)]
mod tests;
