//! The sweep of what people asked for, with its part of the report in logs and metrics.

use jiff::{SignedDuration, Timestamp};
use lambda_runtime::Error;
use privacy::data_map::DataMap;
use privacy::fault::Fault;
use privacy::fulfil_request::Fulfilment;
use privacy::keys::SubjectKeys;
use privacy::law::Law;
use privacy::ports::Clock;
use privacy::sweep_requests::{RequestsSwept, sweep_requests};
use privacy_aws::connection::Connection;
use privacy_aws::ledger::LedgerTable;
use privacy_aws::outbox::Outbox;
use privacy_aws::secret::{Keep, Secret};
use privacy_aws::vault::Vault;
use privacy_edge::clock::SystemClock;
use privacy_edge::metrics;
use serde::Serialize;

use crate::config::Config;

/// The answer, for whoever invokes the function by hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Report {
    resent: u64,
    answered: u64,
    denied: u64,
    settled: u64,
    unacknowledged: u64,
    near: u64,
    past_target: u64,
    near_legal: u64,
    last_day: u64,
    overdue: u64,
    unread_child_reports: u64,
    silent_tenants: u64,
    is_truncated: bool,
}

fn parse_subject_keys(text: &str) -> Result<SubjectKeys, Fault> {
    SubjectKeys::parse(text).map_err(|error| Fault::park("secret.subject-keys", error))
}

/// Sweeps requests.
#[derive(Debug)]
pub(crate) struct Requests {
    ledger: LedgerTable,
    vault: Vault,
    outbox: Outbox,
    subject_keys: Secret<SubjectKeys>,
    law: Law,
    stuck_after: SignedDuration,
}

impl Requests {
    pub(crate) fn new(connection: &Connection, config: &Config) -> Result<Self, Error> {
        Ok(Self {
            ledger: LedgerTable::new(connection, config.ledger_table.clone()),
            vault: Vault::new(connection, config.people.clone()),
            outbox: Outbox::new(connection, config.queues.clone()),
            subject_keys: Secret::new(connection, config.subject_keys_arn.clone(), Keep::GROWING, parse_subject_keys),
            law: Law::built_in()?,
            stuck_after: config.stuck_after,
        })
    }

    /// The report, and how many requests could not be worked on.
    pub(crate) async fn sweep(&self, map: &DataMap, request_id: &str, stop_at: Timestamp) -> (Report, u64) {
        let swept = self.swept(map, stop_at).await;
        let swept = swept.unwrap_or_else(|fault| RequestsSwept { faults: vec![fault], ..RequestsSwept::default() });
        for fault in &swept.faults {
            let cause = fault.chain();
            tracing::error!("request.id" = request_id, outcome = "fault", cause, "a request could not be swept");
        }
        emit(&swept);
        let (report, faults) = report(&swept);
        tracing::info!("request.id" = request_id, outcome = "swept", ?report, "requests were swept");
        (report, faults)
    }

    async fn swept(&self, map: &DataMap, stop_at: Timestamp) -> Result<RequestsSwept, Fault> {
        let keys = self.subject_keys.get().await?;
        let fulfilment = Fulfilment {
            ledger: &self.ledger,
            vault: &self.vault,
            queues: &self.outbox,
            keys: &keys,
            law: &self.law,
            map,
            stuck_after: self.stuck_after,
        };
        Ok(sweep_requests(&fulfilment, &SystemClock, stop_at).await)
    }
}

fn report(swept: &RequestsSwept) -> (Report, u64) {
    let RequestsSwept {
        resent,
        answered,
        denied,
        settled,
        unacknowledged,
        near,
        past_target,
        near_legal,
        last_day,
        overdue,
        unread_child_reports,
        silent_tenants,
        is_truncated,
        faults,
    } = swept;
    let report = Report {
        resent: *resent,
        answered: *answered,
        denied: *denied,
        settled: *settled,
        unacknowledged: *unacknowledged,
        near: *near,
        past_target: *past_target,
        near_legal: *near_legal,
        last_day: *last_day,
        overdue: *overdue,
        unread_child_reports: *unread_child_reports,
        silent_tenants: *silent_tenants,
        is_truncated: *is_truncated,
    };
    (report, faults.len() as u64)
}

fn emit(swept: &RequestsSwept) {
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    metrics::emit(
        SystemClock.now(),
        &[
            ("RequestsUnacknowledged", count(swept.unacknowledged)),
            ("RequestsNearDue", count(swept.near)),
            ("RequestsPastTarget", count(swept.past_target)),
            ("RequestsNearLegalDate", count(swept.near_legal)),
            ("RequestsOnLegalDate", count(swept.last_day)),
            ("RequestsOverdue", count(swept.overdue)),
            ("ChildReportsUnread", count(swept.unread_child_reports)),
            ("TenantsSilent", count(swept.silent_tenants)),
            ("RequestsAnswered", count(swept.answered)),
            ("RequestsDeniedUnverified", count(swept.denied)),
            ("NoticesSentAgain", count(swept.resent)),
        ],
    );
}
