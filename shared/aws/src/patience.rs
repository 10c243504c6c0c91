//! Updates of rows that others check in transactions: the ingest gate checks marks and disconnects with every signal, and
//! a write beside one is refused. A moment later it is not.

use std::time::Duration;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::{UpdateItemError, UpdateItemOutput};

use crate::faults::{is_busy, is_in_transaction};

/// How often an update is tried.
const TRIES: u32 = 8;

type Answer = Result<UpdateItemOutput, SdkError<UpdateItemError>>;

/// Sends an update, again after a wait while a transaction has its row.
pub(crate) async fn send(update: UpdateItemFluentBuilder) -> Answer {
    send_made(|| update.clone()).await
}

/// As [`send`], where nearly every update is taken the first time: made anew for another try, and never copied before it.
pub(crate) async fn send_made(make: impl Fn() -> UpdateItemFluentBuilder) -> Answer {
    again_while(is_in_transaction, make).await
}

/// As [`send`], and while the partition is short of throughput.
pub(crate) async fn send_through_throttling(update: UpdateItemFluentBuilder) -> Answer {
    again_while(is_busy, || update.clone()).await
}

async fn again_while(
    is_passing: fn(&SdkError<UpdateItemError>) -> bool,
    make: impl Fn() -> UpdateItemFluentBuilder,
) -> Answer {
    for attempt in 1..TRIES {
        match make().send().await {
            Err(error) if is_passing(&error) => tokio::time::sleep(backoff(attempt)).await,
            answer => return answer,
        }
    }
    make().send().await
}

/// Exponential with full jitter, from 50 ms to at most 3 s.
pub(crate) fn backoff(attempt: u32) -> Duration {
    let ceiling = (50_u64 << attempt.min(6)).min(3_000);
    Duration::from_millis(fastrand::u64(ceiling / 2..=ceiling))
}
