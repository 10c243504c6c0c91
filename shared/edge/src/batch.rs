//! Works off a batch of SQS messages: each record is decoded and worked on by itself, and exactly those that have to come again are
//! reported. A body that cannot be read comes again until it is parked in the dead-letter queue, where an alarm waits for it.
//! A panic is one record's own.

use std::future::Future;
use std::panic::AssertUnwindSafe;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures_util::FutureExt;
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use lambda_http::LambdaEvent;
use privacy::fault::Fault;
use privacy::message::UnknownMessage;
use tracing::{Instrument, Span};

use crate::clock;

/// What a function does with the messages of its queue.
pub trait Consumer: Sync {
    /// What a message says.
    type Job: Send + Sync;

    /// Reads a body.
    ///
    /// # Errors
    /// [`UnknownMessage`]
    fn read(body: &str) -> Result<Self::Job, UnknownMessage>;

    /// What every line of the log about a message stands in: the id of the invocation, and references that open nothing.
    fn span(job: &Self::Job, request_id: &str) -> Span;

    /// Works it off. What came of it is logged there.
    fn work(&self, job: &Self::Job, turn: &Turn) -> impl Future<Output = Result<After, Fault>> + Send;
}

/// One delivery of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Who works on it: invocation and message.
    pub worker: String,
    /// After which instant nothing more is begun.
    pub stop_at: Timestamp,
}

/// What becomes of a message that has had its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// It is worked off.
    Gone,
    /// It waits and comes again, though nothing went wrong.
    Waits,
}

/// How the records of a batch go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// All at once.
    Together,
    /// One after the other, in their order: memory is for one.
    InTurn,
}

/// Works off a batch and says which of its messages have to come again. Nothing is begun when less than `margin` is left of
/// the invocation.
pub async fn work_off<C: Consumer>(
    consumer: &C,
    event: LambdaEvent<SqsEvent>,
    margin: SignedDuration,
    pace: Pace,
) -> SqsBatchResponse {
    let LambdaEvent { payload, context } = event;
    let stop_at = clock::stop_at(context.deadline, margin);
    let turns = payload.records.iter().map(|message| turn(consumer, message, &context.request_id, stop_at));
    let mut again = Vec::new();
    match pace {
        Pace::Together => again = join_all(turns).await,
        Pace::InTurn => {
            for turn in turns {
                again.push(turn.await);
            }
        }
    }
    let mut response = SqsBatchResponse::default();
    for message_id in again.into_iter().flatten() {
        let mut failure = BatchItemFailure::default();
        failure.item_identifier = message_id;
        response.batch_item_failures.push(failure);
    }
    response
}

/// The id of the message, if it has to come again.
async fn turn<C: Consumer>(consumer: &C, message: &SqsMessage, request_id: &str, stop_at: Timestamp) -> Option<String> {
    let message_id = message.message_id.clone().unwrap_or_default();
    let Ok(job) = C::read(message.body.as_deref().unwrap_or_default()) else {
        tracing::error!(
            "request.id" = request_id,
            "message.id" = message_id,
            outcome = "unreadable",
            "a message cannot be read"
        );
        return Some(message_id);
    };
    let span = C::span(&job, request_id);
    let turn = Turn { worker: format!("{request_id}/{message_id}"), stop_at };
    match AssertUnwindSafe(consumer.work(&job, &turn).instrument(span.clone())).catch_unwind().await {
        Ok(Ok(After::Gone)) => None,
        Ok(Ok(After::Waits)) => Some(message_id),
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

#[cfg(test)]
mod tests;
