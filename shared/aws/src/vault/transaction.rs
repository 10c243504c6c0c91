//! Deletes that go together or not at all, tried again while something else has one of the rows.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::builders::DeleteBuilder;
use aws_sdk_dynamodb::types::{Delete, TransactWriteItem};
use privacy::fault::Fault;

use super::batch::Key;
use crate::faults::{fault, is_busy, is_in_transaction, is_refused};
use crate::patience;

/// What DynamoDB takes in one transaction.
pub(super) const AT_ONCE: usize = 100;

pub(super) fn delete(table: &str, key: &Key<'_>) -> DeleteBuilder {
    Delete::builder().table_name(table).set_key(Some(key.item()))
}

/// What a delete in a transaction takes of its table, at the least.
pub(super) const UNITS: usize = 2;

/// Sends up to [`AT_ONCE`] deletes as one write: `false`, and nothing is changed, where one of their conditions does not hold.
pub(super) async fn send(
    client: &Client,
    action: &'static str,
    deletes: impl Iterator<Item = DeleteBuilder>,
    tries: u32,
) -> Result<bool, Fault> {
    let mut items = Vec::new();
    for delete in deletes {
        let delete = delete.build().map_err(|error| Fault::park(action, error))?;
        items.push(TransactWriteItem::builder().delete(delete).build());
    }
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
