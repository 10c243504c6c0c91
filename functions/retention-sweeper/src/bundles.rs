//! The sweep of bundles whose days are over, with its part of the report in logs and metrics; and orders of accounts that never
//! reached their worker.

use jiff::{SignedDuration, Timestamp};
use privacy::data_map::DataMap;
use privacy::export::erase_bundles::{BundlesErased, erase_bundles};
use privacy::export::order_again::{OrderedOnceMore, order_again};
use privacy::ports::Clock;
use privacy_aws::bundles::BundleBucket;
use privacy_aws::connection::Connection;
use privacy_aws::ledger::LedgerTable;
use privacy_aws::outbox::Outbox;
use privacy_edge::clock::SystemClock;
use privacy_edge::metrics;
use serde::Serialize;

use crate::config::Config;

/// The answer, for whoever invokes the function by hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Report {
    erased: u64,
    /// Accounts whose exports nothing is known of any more.
    forgotten: u64,
    is_truncated: bool,
}

/// Sweeps bundles.
#[derive(Debug)]
pub(crate) struct Bundles {
    ledger: LedgerTable,
    bucket: BundleBucket,
    outbox: Outbox,
    stuck_after: SignedDuration,
}

impl Bundles {
    pub(crate) fn new(connection: &Connection, config: &Config) -> Self {
        Self {
            ledger: LedgerTable::new(connection, config.ledger_table.clone()),
            bucket: BundleBucket::new(connection, config.bundles_bucket.clone()),
            outbox: Outbox::new(connection, config.queues.clone()),
            stuck_after: config.stuck_after,
        }
    }

    /// The report, and how many bundles could not be erased.
    pub(crate) async fn sweep(&self, map: &DataMap, request_id: &str, stop_at: Timestamp) -> (Report, u64) {
        let swept = erase_bundles(&self.ledger, &self.bucket, map, &SystemClock, stop_at).await;
        let BundlesErased { erased, forgotten, is_truncated, faults } = swept;
        for fault in &faults {
            let cause = fault.chain();
            tracing::error!("request.id" = request_id, outcome = "fault", cause, "a bundle could not be erased");
        }
        let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let left = faults.len() as u64;
        metrics::emit(SystemClock.now(), &[("BundlesErased", count(erased)), ("BundlesNotErased", count(left))]);
        let report = Report { erased, forgotten, is_truncated };
        tracing::info!("request.id" = request_id, outcome = "swept", ?report, "bundles were swept");
        (report, left)
    }

    /// Sends orders of accounts again; how many orders and shards could not be looked at.
    pub(crate) async fn order_again(&self, map: &DataMap, request_id: &str, stop_at: Timestamp) -> u64 {
        let bounds = (self.stuck_after, stop_at);
        let OrderedOnceMore { sent, is_truncated, faults } =
            order_again(&self.ledger, &self.outbox, map, &SystemClock, bounds).await;
        for fault in &faults {
            let cause = fault.chain();
            tracing::error!("request.id" = request_id, outcome = "fault", cause, "an order could not be sent again");
        }
        if sent > 0 || is_truncated {
            tracing::warn!(
                "request.id" = request_id,
                outcome = "swept",
                "sweep.sent" = sent,
                truncated = is_truncated,
                "orders were sent again"
            );
        }
        faults.len() as u64
    }
}
