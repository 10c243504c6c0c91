//! Translates between the messages of the queue and the use cases: what is to be told, and what came back.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use jiff::SignedDuration;
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
use privacy_edge::batch::{self, After, Consumer, Pace, Turn};
use privacy_edge::clock::SystemClock;
use privacy_edge::{metrics, random};
use tracing::Span;

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
pub(crate) enum Job {
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
        // A letter is short: what the batch began is brought to its end.
        batch::work_off(self, event, SignedDuration::ZERO, Pace::Together).await
    }

    async fn tell(&self, job: &Job) -> Result<Done, Fault> {
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

impl Consumer for Worker {
    type Job = Job;

    fn read(body: &str) -> Result<Job, UnknownMessage> {
        Job::from_body(body)
    }

    fn span(job: &Job, request_id: &str) -> Span {
        let (obligation, notice) = (job.log_ref(), job.notice());
        tracing::info_span!("tell", "request.id" = request_id, "obligation.ref" = obligation, notice)
    }

    async fn work(&self, job: &Job, _turn: &Turn) -> Result<After, Fault> {
        let done = self.tell(job).await?;
        tracing::info!(outcome = done.outcome, "a message is worked off");
        metrics::emit(SystemClock.now(), &[("LettersUndelivered", i64::from(done.is_undelivered))]);
        Ok(After::Gone)
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
