//! Translates between SQS and the use cases: what is to be told, and what came back. Each record is decoded and worked on
//! by itself; exactly those that have to come again are reported.

use std::panic::AssertUnwindSafe;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures_util::FutureExt;
use futures_util::future::join_all;
use lambda_runtime::LambdaEvent;
use privacy::fault::Fault;
use privacy::keys::SubjectKeys;
use privacy::message::UnknownMessage;
use privacy::ports::Clock;
use privacy::record_bounce::{Recorded, record_bounce};
use privacy::subject_request::bounce::BounceReport;
use privacy::subject_request::notice::NoticeJob;
use privacy::tell_person::{Teller, Told};
use privacy_aws::accounts::ContactTable;
use privacy_aws::connection::Connection;
use privacy_aws::ledger::LedgerTable;
use privacy_aws::limits::LimitsTable;
use privacy_aws::secret::{Keep, Secret};
use privacy_edge::clock::SystemClock;
use privacy_edge::{metrics, random};

use crate::carrier::{AtWork, Carriers};
use crate::config::Config;

/// Works off messages.
#[derive(Debug)]
pub(crate) struct Worker {
    ledger: LedgerTable,
    limits: LimitsTable,
    tenants: ContactTable,
    subject_keys: Secret<SubjectKeys>,
    carriers: Carriers,
    config: Config,
}

fn parse_keys(text: &str) -> Result<SubjectKeys, Fault> {
    SubjectKeys::parse(text).map_err(|error| Fault::park("secret.subject-keys", error))
}

/// What a message is about.
#[derive(Debug)]
enum Job {
    Tell(NoticeJob),
    Bounce(BounceReport),
}

impl Job {
    fn from_body(body: &str) -> Result<Self, UnknownMessage> {
        NoticeJob::from_body(body).map(Self::Tell).or_else(|_| BounceReport::from_body(body).map(Self::Bounce))
    }

    /// As logs name the request.
    fn log_ref(&self) -> String {
        match self {
            Self::Tell(job) => job.request.log_ref(),
            Self::Bounce(report) => report.request.log_ref(),
        }
    }

    const fn notice(&self) -> &'static str {
        match self {
            Self::Tell(job) => job.notice.as_str(),
            Self::Bounce(report) => report.letter.notice.as_str(),
        }
    }
}

/// What a message came to: the word in logs, and whether a letter reached nobody.
struct Done {
    outcome: &'static str,
    is_undelivered: bool,
}

impl Worker {
    pub(crate) fn new(connection: &Connection, config: Config) -> Self {
        let contact = config.model.letters.tenant_contact.clone();
        Self {
            ledger: LedgerTable::new(connection, config.ledger_table.clone()),
            limits: LimitsTable::new(connection, config.limits_table.clone()),
            tenants: ContactTable::new(connection, config.contacts_table.clone(), contact),
            subject_keys: Secret::new(connection, config.subject_keys_arn.clone(), Keep::GROWING, parse_keys),
            carriers: Carriers::new(connection, &config),
            config,
        }
    }

    pub(crate) async fn handle(&self, event: LambdaEvent<SqsEvent>) -> SqsBatchResponse {
        let LambdaEvent { payload, context } = event;
        let records = payload.records.iter().map(|record| self.record(record, &context.request_id));
        let failed = join_all(records).await.into_iter().flatten();
        let mut response = SqsBatchResponse::default();
        for message_id in failed {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = message_id;
            response.batch_item_failures.push(failure);
        }
        response
    }

    /// The id of the record, if it has to come again.
    async fn record(&self, record: &SqsMessage, request_id: &str) -> Option<String> {
        let message_id = record.message_id.clone().unwrap_or_default();
        let Ok(job) = Job::from_body(record.body.as_deref().unwrap_or_default()) else {
            // It comes again until it is parked in the dead-letter queue, where an alarm waits for it.
            tracing::error!(
                "request.id" = request_id,
                "message.id" = message_id,
                outcome = "unreadable",
                "a message cannot be read"
            );
            return Some(message_id);
        };
        let (obligation, notice) = (job.log_ref(), job.notice());
        let span = tracing::info_span!("tell", "request.id" = request_id, "obligation.ref" = obligation, notice);
        match AssertUnwindSafe(self.work(&job)).catch_unwind().await {
            Ok(Ok(done)) => {
                span.in_scope(|| tracing::info!(outcome = done.outcome, "a message is worked off"));
                metrics::emit(SystemClock.now(), &[("LettersUndelivered", i64::from(done.is_undelivered))]);
                None
            }
            Ok(Err(fault)) => {
                let cause = fault.chain();
                span.in_scope(|| tracing::error!(outcome = "fault", cause, "a message was not worked off"));
                Some(message_id)
            }
            Err(_panic) => {
                span.in_scope(|| tracing::error!(outcome = "panic", "a message was not worked off"));
                Some(message_id)
            }
        }
    }

    async fn work(&self, job: &Job) -> Result<Done, Fault> {
        let now = SystemClock.now();
        match job {
            Job::Tell(job) => {
                let keys = self.subject_keys.get().await?;
                let messenger = AtWork { carriers: &self.carriers, config: &self.config };
                let (book, limits, tenants) = (&self.ledger, &self.limits, &self.tenants);
                let teller = Teller { book, limits, tenants, messenger: &messenger, keys: &keys };
                Ok(told(teller.tell(job, &random::bytes()?, now).await?))
            }
            Job::Bounce(report) => Ok(recorded(record_bounce(&self.ledger, report, now).await?)),
        }
    }
}

const fn told(told: Told) -> Done {
    match told {
        Told::Sent => Done { outcome: "sent", is_undelivered: false },
        Told::Unreachable => Done { outcome: "unreachable", is_undelivered: true },
        Told::Idle => Done { outcome: "idle", is_undelivered: false },
        Told::Withheld => Done { outcome: "withheld", is_undelivered: false },
    }
}

const fn recorded(recorded: Recorded) -> Done {
    match recorded {
        Recorded::New => Done { outcome: "bounced", is_undelivered: true },
        Recorded::Known => Done { outcome: "bounced-before", is_undelivered: false },
        Recorded::Gone => Done { outcome: "gone", is_undelivered: false },
    }
}

#[cfg(test)]
mod tests;
