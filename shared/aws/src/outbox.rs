//! The queues of whoever carries out what people ask for, together.

use privacy::export::job::{ExportJob, ExportQueue};
use privacy::message::Work;
use privacy::ports::{Answer, WorkQueue};
use privacy::subject_request::notice::NoticeJob;
use privacy::subject_request::ports::NoticeQueue;

use crate::connection::Connection;
use crate::queue::SqsQueue;

/// Sends each message to the worker that it is for.
#[derive(Clone, Debug)]
pub struct Outbox {
    erasures: SqsQueue,
    exports: SqsQueue,
    notices: SqsQueue,
}

/// The queues by their URLs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueUrls {
    /// Of the engine.
    pub erasures: String,
    /// Of the exporter.
    pub exports: String,
    /// Of what tells people and tenants.
    pub notices: String,
}

impl Outbox {
    /// Over these queues.
    #[must_use]
    pub fn new(connection: &Connection, urls: QueueUrls) -> Self {
        let queue = |url| SqsQueue::new(connection, url);
        Self { erasures: queue(urls.erasures), exports: queue(urls.exports), notices: queue(urls.notices) }
    }
}

impl WorkQueue for Outbox {
    async fn send(&self, work: &Work) -> Answer<()> {
        self.erasures.send(work).await
    }
}

impl ExportQueue for Outbox {
    async fn export(&self, job: &ExportJob) -> Answer<()> {
        self.exports.export(job).await
    }
}

impl NoticeQueue for Outbox {
    async fn notify(&self, job: &NoticeJob) -> Answer<()> {
        self.notices.notify(job).await
    }
}
