//! Replays after a restored backup: each tick takes every open one further, with its part of the report in logs and metrics.

use jiff::Timestamp;
use privacy::data_map::{DataMap, UnusablePolicy};
use privacy::ports::Clock;
use privacy::purge::PeriodClass;
use privacy::replay::{ReplaySweep, sweep_replays};
use privacy_aws::connection::Connection;
use privacy_aws::ledger::LedgerTable;
use privacy_aws::vault::Vault;
use privacy_edge::clock::SystemClock;
use privacy_edge::metrics;
use serde::Serialize;

use crate::config::Config;

/// The answer, for whoever invokes the function by hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Report {
    open: u64,
    late: u64,
    asked: u64,
}

/// Takes replays further.
#[derive(Debug)]
pub(crate) struct Replays {
    ledger: LedgerTable,
    vault: Vault,
    classes: Vec<PeriodClass>,
}

impl Replays {
    pub(crate) fn new(connection: &Connection, config: &Config, map: &DataMap) -> Result<Self, UnusablePolicy> {
        Ok(Self {
            ledger: LedgerTable::new(connection, config.ledger_table.clone()),
            vault: Vault::new(connection, config.people.clone()),
            classes: PeriodClass::all(map)?,
        })
    }

    /// The report, and how many faults there were.
    pub(crate) async fn sweep(&self, map: &DataMap, request_id: &str, stop_at: Timestamp) -> (Report, u64) {
        let of_policy = (map, self.classes.as_slice());
        let (swept, faults) = match sweep_replays(&self.ledger, &self.vault, &SystemClock, of_policy, stop_at).await {
            Ok(swept) => (swept, 0),
            Err(fault) => {
                let cause = fault.chain();
                tracing::error!("request.id" = request_id, outcome = "fault", cause, "a replay could not go on");
                (ReplaySweep::default(), 1)
            }
        };
        let ReplaySweep { open, late, asked } = swept;
        let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        if faults == 0 {
            metrics::emit(SystemClock.now(), &[("ReplaysOpen", count(open)), ("ReplaysLate", count(late))]);
        }
        if open > 0 || asked > 0 {
            tracing::info!("request.id" = request_id, outcome = "replayed", open, late, asked, "replays went on");
        }
        (Report { open, late, asked }, faults)
    }
}
