//! Translates between the messages of the queue and the use case.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::LambdaEvent;
use privacy::export::job::{ExportJob, ExportQueue};
use privacy::export::make_bundle::{Exporter, Made};
use privacy::fault::Fault;
use privacy::keys::SubjectKeys;
use privacy::message::UnknownMessage;
use privacy::ports::Clock;
use privacy_aws::bundles::BundleBucket;
use privacy_aws::connection::Connection;
use privacy_aws::ledger::LedgerTable;
use privacy_aws::queue::SqsQueue;
use privacy_aws::secret::{Keep, Secret};
use privacy_aws::vault::Vault;
use privacy_edge::batch::{self, After, Consumer, Pace, Turn};
use privacy_edge::clock::SystemClock;
use privacy_edge::metrics;
use tracing::Span;

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
        batch::work_off(self, event, LAST_PAGE, Pace::InTurn).await
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

impl Consumer for Worker {
    type Job = ExportJob;

    fn read(body: &str) -> Result<ExportJob, UnknownMessage> {
        ExportJob::from_body(body)
    }

    fn span(job: &ExportJob, request_id: &str) -> Span {
        tracing::info_span!("export", "request.id" = request_id, "export.ref" = job.log_ref())
    }

    async fn work(&self, job: &ExportJob, turn: &Turn) -> Result<After, Fault> {
        let made = self.make(job, &turn.worker, turn.stop_at).await?;
        report(&made);
        // Somebody else has it, and may die with it: the message waits and comes again.
        Ok(if made == Made::Busy { After::Waits } else { After::Gone })
    }
}

fn report(made: &Made) {
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
mod tests;
