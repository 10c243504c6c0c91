//! Translates between SQS and the use case. Each record is decoded and worked on by itself; exactly those that have to come
//! again are reported.

use std::panic::AssertUnwindSafe;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures_util::FutureExt;
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::LambdaEvent;
use privacy::export::job::{ExportJob, ExportQueue};
use privacy::export::make_bundle::{Exporter, Made};
use privacy::fault::Fault;
use privacy::keys::SubjectKeys;
use privacy::ports::Clock;
use privacy_aws::bundles::BundleBucket;
use privacy_aws::connection::Connection;
use privacy_aws::ledger::LedgerTable;
use privacy_aws::queue::SqsQueue;
use privacy_aws::secret::{Keep, Secret};
use privacy_aws::vault::Vault;
use privacy_edge::clock::{self, SystemClock};
use privacy_edge::metrics;

use crate::config::Config;

/// No page is begun when less than this is left of the invocation: a page, its upload and what is kept take less.
const LAST_PAGE: SignedDuration = SignedDuration::from_secs(40);

/// Makes the bundles that messages name.
#[derive(Debug)]
pub(crate) struct Worker {
    ledger: LedgerTable,
    vault: Vault,
    bundles: BundleBucket,
    exports: SqsQueue,
    notices: SqsQueue,
    subject_keys: Secret<SubjectKeys>,
    config: Config,
}

fn parse_subject_keys(text: &str) -> Result<SubjectKeys, Fault> {
    SubjectKeys::parse(text).map_err(|error| Fault::park("secret.subject-keys", error))
}

impl Worker {
    pub(crate) fn new(connection: &Connection, config: Config) -> Self {
        let keys = config.subject_keys_arn.clone();
        Self {
            ledger: LedgerTable::new(connection, config.ledger_table.clone()),
            vault: Vault::new(connection, config.names.clone()),
            bundles: BundleBucket::new(connection, config.bundles_bucket.clone()),
            exports: SqsQueue::new(connection, config.export_queue_url.clone()),
            notices: SqsQueue::new(connection, config.notice_queue_url.clone()),
            subject_keys: Secret::new(connection, keys, Keep::GROWING, parse_subject_keys),
            config,
        }
    }

    /// One after the other: memory is for one bundle.
    pub(crate) async fn handle(&self, event: LambdaEvent<SqsEvent>) -> SqsBatchResponse {
        let LambdaEvent { payload, context } = event;
        let stop_at = clock::stop_at(context.deadline, LAST_PAGE);
        let mut response = SqsBatchResponse::default();
        for record in &payload.records {
            if let Some(message_id) = self.record(record, &context.request_id, stop_at).await {
                let mut failure = BatchItemFailure::default();
                failure.item_identifier = message_id;
                response.batch_item_failures.push(failure);
            }
        }
        response
    }

    /// The id of the record, if it has to come again.
    async fn record(&self, record: &SqsMessage, request_id: &str, stop_at: Timestamp) -> Option<String> {
        let message_id = record.message_id.clone().unwrap_or_default();
        let Ok(job) = ExportJob::from_body(record.body.as_deref().unwrap_or_default()) else {
            // It comes again until it is parked in the dead-letter queue, where an alarm waits for it.
            tracing::error!(
                "request.id" = request_id,
                "message.id" = message_id,
                outcome = "unreadable",
                "a message cannot be read"
            );
            return Some(message_id);
        };
        let (export, worker) = (job.log_ref(), format!("{request_id}/{message_id}"));
        match AssertUnwindSafe(self.make(&job, &worker, stop_at)).catch_unwind().await {
            Ok(Ok(made)) => {
                report(&made, &export, request_id);
                // Somebody else has it, and may die with it: the message waits and comes again.
                (made == Made::Busy).then_some(message_id)
            }
            Ok(Err(fault)) => {
                let cause = fault.chain();
                let span = tracing::error_span!("export", "request.id" = request_id, "export.ref" = export);
                span.in_scope(|| tracing::error!(outcome = "fault", cause, "an export stopped"));
                Some(message_id)
            }
            Err(_panic) => {
                let span = tracing::error_span!("export", "request.id" = request_id, "export.ref" = export);
                span.in_scope(|| tracing::error!(outcome = "panic", "an export stopped"));
                Some(message_id)
            }
        }
    }

    async fn make(&self, job: &ExportJob, worker: &str, stop_at: Timestamp) -> Result<Made, Fault> {
        let keys = self.subject_keys.get().await?;
        let exporter = Exporter {
            ledger: &self.ledger,
            queue: &self.notices,
            vault: &self.vault,
            bundles: &self.bundles,
            clock: &SystemClock,
            map: &self.config.map,
            law: &self.config.law,
            keys: &keys,
        };
        let made = exporter.make(job, worker, stop_at).await?;
        if made == Made::Again {
            self.exports.export(job).await?;
        }
        Ok(made)
    }
}

fn report(made: &Made, export: &str, request_id: &str) {
    let span = tracing::info_span!("export", "request.id" = request_id, "export.ref" = export);
    let _entered = span.enter();
    match made {
        Made::Whole { bytes } => {
            tracing::info!(outcome = "made", bundle_bytes = *bytes, "a bundle is there");
            metrics::emit(SystemClock.now(), &[("BundlesMade", 1)]);
        }
        Made::Already => tracing::info!(outcome = "already", "the bundle was there"),
        Made::Again => tracing::info!(outcome = "again", "time ran out; sent again"),
        Made::Busy => tracing::info!(outcome = "busy", "another worker has it"),
        Made::Idle => tracing::warn!(outcome = "idle", "no bundle is to be made"),
        Made::Closed => tracing::warn!(outcome = "closed", "the export of the account is not open"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_record_of_the_example_is_a_job_or_parked() {
        let event: SqsEvent = serde_json::from_str(include_str!("../../../events/export-worker.batch.json")).unwrap();
        let read = |record: &SqsMessage| ExportJob::from_body(record.body.as_deref().unwrap_or_default()).is_ok();
        assert_eq!(event.records.iter().map(read).collect::<Vec<_>>(), [true, true, false]);
    }
}
