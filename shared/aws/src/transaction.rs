//! Writes that go together or not at all, tried again while something else has one of the rows. Who that is may be a try of ours whose
//! answer was lost: a conflict says nothing of what stands, only a condition does.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::TransactWriteItem;
use privacy::fault::Fault;

use crate::faults::{fault, is_busy, is_in_transaction, is_refused};
use crate::patience;

/// How often a write is tried that somebody waits for.
pub(crate) const TRIES: u32 = 4;

/// Sends up to a hundred writes as one: `false`, and nothing is changed, where one of their conditions does not hold.
pub(crate) async fn send(
    client: &Client,
    action: &'static str,
    items: Vec<TransactWriteItem>,
    tries: u32,
) -> Result<bool, Fault> {
    let transaction = client.transact_write_items().set_transact_items(Some(items));
    let mut attempt = 1;
    loop {
        match transaction.clone().send().await {
            Ok(_) => return Ok(true),
            Err(error) if is_refused(&error) => return Ok(false),
            // Another transaction has one of the rows, or a partition is short of throughput.
            Err(error) if attempt < tries && (is_in_transaction(&error) || is_busy(&error)) => {
                tokio::time::sleep(patience::backoff(attempt)).await;
                attempt += 1;
            }
            Err(error) => return Err(fault(action)(error)),
        }
    }
}
