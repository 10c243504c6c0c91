//! Translates between the messages of the queue and the engine.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::LambdaEvent;
use privacy::data_map::UNCLASSIFIED;
use privacy::erasure::{Engine, Worked};
use privacy::fault::Fault;
use privacy::message::{UnknownMessage, Work};
use privacy::obligation::ObligationId;
use privacy::ports::{Clock, WorkQueue};
use privacy_aws::connection::Connection;
use privacy_aws::ledger::LedgerTable;
use privacy_aws::queue::SqsQueue;
use privacy_aws::vault::Vault;
use privacy_edge::batch::{self, After, Consumer, Pace, Turn};
use privacy_edge::clock::SystemClock;
use privacy_edge::metrics;
use tracing::Span;

use crate::config::Config;
use crate::downstream::{AtWork, Downstream};

/// No chunk begins when less than this is left of the invocation: a chunk with its retries takes less.
const LAST_CHUNK: SignedDuration = SignedDuration::from_secs(40);

/// Works off messages.
#[derive(Debug)]
pub(crate) struct Worker {
    ledger: LedgerTable,
    vault: Vault,
    queue: SqsQueue,
    downstream: Downstream,
    config: Config,
}

impl Worker {
    pub(crate) fn new(connection: &Connection, config: Config) -> Self {
        Self {
            ledger: LedgerTable::new(connection, config.ledger_table.clone()),
            vault: Vault::new(connection, config.names.clone()).paced(config.share),
            queue: SqsQueue::new(connection, config.erasure_queue_url.clone()),
            downstream: Downstream::new(connection, &config.downstream),
            config,
        }
    }

    pub(crate) async fn handle(&self, event: LambdaEvent<SqsEvent>) -> SqsBatchResponse {
        batch::work_off(self, event, LAST_CHUNK, Pace::Together).await
    }

    async fn erase(&self, id: &ObligationId, worker: &str, stop_at: Timestamp) -> Result<Worked, Fault> {
        let aftermath = AtWork { downstream: &self.downstream, ledger: &self.ledger, map: &self.config.map };
        let engine = Engine {
            ledger: &self.ledger,
            vault: &self.vault,
            aftermath: &aftermath,
            clock: &SystemClock,
            map: &self.config.map,
            second_looks: &self.config.second_looks,
        };
        let worked = engine.work(id, worker, stop_at).await?;
        if matches!(worked, Worked::Again | Worked::Resurfaced { .. }) {
            self.queue.send(&Work { obligation: id.clone() }).await?;
        }
        Ok(worked)
    }
}

impl Consumer for Worker {
    type Job = Work;

    fn read(body: &str) -> Result<Work, UnknownMessage> {
        Work::from_body(body)
    }

    fn span(work: &Work, request_id: &str) -> Span {
        let obligation = work.obligation.log_ref();
        tracing::info_span!("work", "request.id" = request_id, "obligation.ref" = obligation)
    }

    async fn work(&self, work: &Work, turn: &Turn) -> Result<After, Fault> {
        report(&self.erase(&work.obligation, &turn.worker, turn.stop_at).await?);
        Ok(After::Gone)
    }
}

fn report(worked: &Worked) {
    let now = SystemClock.now();
    match worked {
        Worked::Idle => tracing::info!(outcome = "idle", "nothing was due"),
        Worked::Busy => tracing::info!(outcome = "busy", "another worker has it"),
        Worked::Gone => tracing::warn!(outcome = "gone", "there is no such obligation"),
        Worked::Again => tracing::info!(outcome = "again", "time ran out; sent again"),
        Worked::Waiting { until } => {
            tracing::info!(outcome = "waiting", %until, "bundles that were asked for come first");
        }
        Worked::Halted { over_ceiling } => {
            tracing::error!(outcome = "halted", classes = ?over_ceiling, "the plan is above a ceiling and waits for a person");
            metrics::emit(now, &[("PlansHalted", 1)]);
        }
        Worked::Erased { removed } => {
            let total = removed.values().fold(0_u64, |sum, count| sum.saturating_add(*count));
            let total = i64::try_from(total).unwrap_or(i64::MAX);
            let unclassified = removed.get(UNCLASSIFIED).map_or(0, |count| i64::try_from(*count).unwrap_or(i64::MAX));
            tracing::info!(outcome = "erased", purge_count = total, "everything is erased and verified");
            metrics::emit(
                now,
                &[("ObligationsErased", 1), ("RecordsErased", total), ("UnclassifiedRecords", unclassified)],
            );
        }
        Worked::Held { review_by } => {
            tracing::info!(outcome = "held", %review_by, "legal holds keep a part; the rest is erased");
        }
        Worked::Settling { unsettled, overdue, troubles, parked, next_at } => {
            for (processor, cause) in troubles {
                tracing::warn!(outcome = "processor-failed", processor, cause, "a processor did not work out");
            }
            tracing::info!(outcome = "settling", ?unsettled, ?overdue, %next_at, "processors have yet to confirm");
            let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
            let metrics = [("ProcessorsOverdue", count(overdue.len())), ("ProcessorsParked", count(*parked))];
            metrics::emit(now, &metrics);
        }
        Worked::Failed { stores, retry_at } => {
            tracing::error!(outcome = "failed", ?stores, %retry_at, "a part could not be erased");
            metrics::emit(now, &[("ObligationsFailed", 1)]);
        }
        Worked::LookedClean { is_last } => {
            tracing::info!(outcome = "looked", is_last, "a second look found nothing");
            metrics::emit(now, &[("SecondLooksClean", 1), ("ObligationsCompleted", i64::from(*is_last))]);
        }
        Worked::WrittenSince { is_last } => {
            tracing::error!(
                outcome = "written-since",
                is_last,
                "an account that ended is written to, and nobody said that it came back"
            );
            let looked = [("SecondLooksClean", 1), ("ObligationsCompleted", i64::from(*is_last)), ("ResidueFound", 1)];
            metrics::emit(now, &looked);
        }
        Worked::Resurfaced { places } => {
            tracing::error!(outcome = "resurfaced", places, "a second look found something; the case is open again");
            metrics::emit(now, &[("ResidueFound", 1)]);
        }
    }
}

#[cfg(test)]
mod tests;
