//! The sweep of bundles whose days are over, with its part of the report in logs and metrics.

use jiff::Timestamp;
use privacy::export::erase_bundles::{BundlesErased, erase_bundles};
use privacy::ports::Clock;
use privacy_aws::bundles::BundleBucket;
use privacy_aws::connection::Connection;
use privacy_aws::ledger::LedgerTable;
use privacy_edge::clock::SystemClock;
use privacy_edge::metrics;
use serde::Serialize;

use crate::config::Config;

/// The answer, for whoever invokes the function by hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Report {
    erased: u64,
    is_truncated: bool,
}

/// Sweeps bundles.
#[derive(Debug)]
pub(crate) struct Bundles {
    ledger: LedgerTable,
    bucket: BundleBucket,
}

impl Bundles {
    pub(crate) fn new(connection: &Connection, config: &Config) -> Self {
        Self {
            ledger: LedgerTable::new(connection, config.ledger_table.clone()),
            bucket: BundleBucket::new(connection, config.bundles_bucket.clone()),
        }
    }

    /// The report, and how many bundles could not be erased.
    pub(crate) async fn sweep(&self, request_id: &str, stop_at: Timestamp) -> (Report, u64) {
        let swept = erase_bundles(&self.ledger, &self.bucket, &SystemClock, stop_at).await;
        let BundlesErased { erased, is_truncated, faults } = swept;
        for fault in &faults {
            let cause = fault.chain();
            tracing::error!("request.id" = request_id, outcome = "fault", cause, "a bundle could not be erased");
        }
        let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let left = faults.len() as u64;
        metrics::emit(SystemClock.now(), &[("BundlesErased", count(erased)), ("BundlesNotErased", count(left))]);
        let report = Report { erased, is_truncated };
        tracing::info!("request.id" = request_id, outcome = "swept", ?report, "bundles were swept");
        (report, left)
    }
}
