//! The purge of what goes by its date, and of our own records when their months are over: one tick is one run, with a report in the bucket, in logs and in metrics.

use jiff::{SignedDuration, Timestamp};
use privacy::data_map::{DataMap, UnusablePolicy};
use privacy::ports::Clock;
use privacy::purge::{Bounds, ClassReport, PeriodClass, RunReport, purge_own, purge_periods, store_report};
use privacy_aws::connection::Connection;
use privacy_aws::ledger::LedgerTable;
use privacy_aws::reports::ReportBucket;
use privacy_aws::vault::{Names, Vault};
use privacy_edge::clock::SystemClock;
use privacy_edge::metrics;
use serde::Serialize;

use crate::config::Config;

/// Nothing is begun when less than this is left of the invocation: a chunk with its retries takes less.
const LAST_CHUNK: SignedDuration = SignedDuration::from_secs(28);
/// At about so many records a run ends: what 90 seconds can erase, with room, where the share of a table's writes lets it.
const RECORDS_MAX: u64 = 200_000;

/// The report of a run, and where it is kept.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    report: RunReport,
    stored_under: Option<String>,
}

/// Something could not be swept: the invocation fails, so that an alarm rings. The rest is done and reported.
///
/// A class that halted at its ceiling is among them: nothing of it went. It rings an alarm of its own as well (`PeriodsHalted`),
/// which says that it waits for a person. So is one that is due and had no turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{failures} parts of what goes by its date could not be swept")]
pub(crate) struct PurgeFailed {
    failures: usize,
}

/// Purges.
#[derive(Debug)]
pub(crate) struct Periods {
    ledger: LedgerTable,
    vault: Vault,
    flags: Vault,
    reports: ReportBucket,
    classes: Vec<PeriodClass>,
}

impl Periods {
    pub(crate) fn new(connection: &Connection, config: &Config, map: &DataMap) -> Result<Self, UnusablePolicy> {
        Ok(Self {
            ledger: LedgerTable::new(connection, config.ledger_table.clone()),
            vault: Vault::new(connection, Names::of_stores(config.stores.clone())).paced(config.share),
            flags: Vault::new(connection, config.people.clone()),
            reports: ReportBucket::new(connection, config.reports_bucket.clone()),
            classes: PeriodClass::all(map)?,
        })
    }

    pub(crate) async fn sweep(
        &self,
        map: &DataMap,
        request_id: &str,
        ends_at: Timestamp,
        is_dry_run: bool,
    ) -> Result<Answer, PurgeFailed> {
        let bounds = Bounds { stop_at: ends_at - LAST_CHUNK, records_max: RECORDS_MAX, is_dry_run };
        let mut report = purge_periods(&self.ledger, &self.vault, &SystemClock, map, &self.classes, bounds).await;
        // Last: what people and platforms wait for goes first, and these have a month.
        purge_own(&self.ledger, &self.flags, &SystemClock, map, bounds, &mut report).await;
        let mut failures = report.failures();
        let mut stored_under = None;
        if !is_dry_run {
            emit(&report);
            match store_report(&self.reports, &report).await {
                Ok(key) => stored_under = Some(key),
                Err(fault) => {
                    failures += 1;
                    let cause = fault.chain();
                    tracing::error!("request.id" = request_id, outcome = "fault", cause, "a report was not stored");
                }
            }
        }
        log(&report, request_id);
        if failures > 0 { Err(PurgeFailed { failures }) } else { Ok(Answer { report, stored_under }) }
    }
}

fn log(report: &RunReport, request_id: &str) {
    let is_dry_run = report.is_dry_run;
    if report.holds_past_review > 0 {
        let holds = report.holds_past_review;
        tracing::warn!("request.id" = request_id, outcome = "holds-past-review", holds, "needs attention");
    }
    for cause in &report.faults {
        tracing::error!("request.id" = request_id, outcome = "fault", cause, "part of a purge failed");
    }
    for (class, report) in &report.classes {
        let ClassReport {
            counted: _,
            purged,
            held,
            kept,
            periods,
            held_periods: _,
            late,
            gone_by: _,
            truncated,
            halted,
            plan,
            ahead,
            swept_until: _,
            fault,
        } = report;
        if *ahead {
            tracing::warn!("request.id" = request_id, outcome = "purge-ahead", class, "a watermark was not believed");
        }
        if let Some(plan) = plan {
            let (plan_hash, records) = (plan.plan_hash.as_str(), plan.records);
            tracing::warn!(
                "request.id" = request_id,
                outcome = "purge-halted",
                class,
                plan_hash,
                records,
                "waits for staff"
            );
        }
        if let Some(cause) = fault {
            tracing::error!("request.id" = request_id, outcome = "fault", class, cause, "a class was not swept");
        }
        let outcome = if *halted { "purge-halted" } else { "purged" };
        tracing::info!(
            "request.id" = request_id,
            outcome,
            class,
            is_dry_run,
            purge_count = purged,
            held,
            kept,
            periods,
            late,
            truncated,
            "a class was swept"
        );
    }
}

fn emit(report: &RunReport) {
    let total = |number: fn(&ClassReport) -> u64| i64::try_from(report.total(number)).unwrap_or(i64::MAX);
    metrics::emit(
        SystemClock.now(),
        &[
            ("RecordsPurged", total(|class| class.purged)),
            ("PeriodsPurged", total(|class| class.periods)),
            ("PeriodsHeld", total(|class| class.held_periods)),
            ("RecordsKept", total(|class| class.kept)),
            ("PeriodsLate", total(|class| class.late)),
            ("PeriodsHalted", total(|class| u64::from(class.halted))),
            ("PeriodsAhead", total(|class| u64::from(class.ahead))),
            ("HoldsPastReview", i64::try_from(report.holds_past_review).unwrap_or(i64::MAX)),
            ("PurgeTruncated", total(|class| u64::from(class.truncated))),
        ],
    );
}

#[cfg(test)]
mod tests;
