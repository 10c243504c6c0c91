//! The sweep of what people asked for, with its part of the report in logs and metrics.

use jiff::{SignedDuration, Timestamp};
use privacy::ports::Clock;
use privacy::sweep_requests::{RequestsSwept, sweep_requests};
use privacy_aws::connection::Connection;
use privacy_aws::ledger::LedgerTable;
use privacy_aws::queue::SqsQueue;
use privacy_edge::clock::SystemClock;
use privacy_edge::metrics;
use serde::Serialize;

use crate::config::Config;

/// No request is begun when less than this is left of the invocation.
const LAST_REQUEST: SignedDuration = SignedDuration::from_secs(15);

/// The answer, for whoever invokes the function by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Report {
    resent: u64,
    denied: u64,
    settled: u64,
    near: u64,
    overdue: u64,
    is_truncated: bool,
}

/// Sweeps requests.
#[derive(Debug)]
pub(crate) struct Requests {
    ledger: LedgerTable,
    notices: SqsQueue,
}

impl Requests {
    pub(crate) fn new(connection: &Connection, config: &Config) -> Self {
        Self {
            ledger: LedgerTable::new(connection, config.ledger_table.clone()),
            notices: SqsQueue::new(connection, config.notice_queue_url.clone()),
        }
    }

    /// The report, and how many requests could not be worked on.
    pub(crate) async fn sweep(&self, request_id: &str, ends_at: Timestamp) -> (Report, u64) {
        let swept = sweep_requests(&self.ledger, &self.notices, &SystemClock, ends_at - LAST_REQUEST).await;
        let RequestsSwept { resent, denied, settled, near, overdue, is_truncated, faults } = swept;
        for fault in &faults {
            let cause = fault.chain();
            tracing::error!("request.id" = request_id, outcome = "fault", cause, "a request could not be swept");
        }
        let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        metrics::emit(
            SystemClock.now(),
            &[
                ("RequestsNearDue", count(near)),
                ("RequestsOverdue", count(overdue)),
                ("RequestsDeniedUnverified", count(denied)),
                ("NoticesSentAgain", count(resent)),
            ],
        );
        let report = Report { resent, denied, settled, near, overdue, is_truncated };
        tracing::info!("request.id" = request_id, outcome = "swept", ?report, "requests were swept");
        (report, faults.len() as u64)
    }
}
