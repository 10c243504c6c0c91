//! Deletes that go together or not at all.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::builders::DeleteBuilder;
use aws_sdk_dynamodb::types::{Delete, TransactWriteItem};
use privacy::fault::Fault;

use super::batch::Key;
use crate::transaction;

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
    transaction::send(client, action, items, tries).await
}
