//! Queues of workers, and of what none of them can work on.

use privacy::export::job::{ExportJob, ExportQueue};
use privacy::ledger_event::{DeadLetters, Parked};
use privacy::message::Work;
use privacy::ports::{Answer, WorkQueue};
use privacy::subject_request::notice::NoticeJob;
use privacy::subject_request::ports::NoticeQueue;

use crate::connection::Connection;
use crate::faults::fault;

/// Sends work to one SQS queue.
#[derive(Clone, Debug)]
pub struct SqsQueue {
    client: aws_sdk_sqs::Client,
    url: String,
}

impl SqsQueue {
    /// A queue by its URL.
    #[must_use]
    pub fn new(connection: &Connection, url: String) -> Self {
        Self { client: connection.sqs(), url }
    }
}

impl WorkQueue for SqsQueue {
    async fn send(&self, work: &Work) -> Answer<()> {
        let sent = self.client.send_message().queue_url(&self.url).message_body(work.to_body()).send().await;
        sent.map(drop).map_err(fault("queue.send"))
    }
}

impl NoticeQueue for SqsQueue {
    async fn notify(&self, job: &NoticeJob) -> Answer<()> {
        let sent = self.client.send_message().queue_url(&self.url).message_body(job.to_body()).send().await;
        sent.map(drop).map_err(fault("queue.notify"))
    }
}

impl ExportQueue for SqsQueue {
    async fn export(&self, job: &ExportJob) -> Answer<()> {
        let sent = self.client.send_message().queue_url(&self.url).message_body(job.to_body()).send().await;
        sent.map(drop).map_err(fault("queue.export"))
    }
}

impl DeadLetters for SqsQueue {
    async fn park(&self, parked: &Parked) -> Answer<()> {
        let sent = self.client.send_message().queue_url(&self.url).message_body(parked.to_body()).send().await;
        sent.map(drop).map_err(fault("queue.park"))
    }
}
