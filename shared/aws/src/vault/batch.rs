//! Batched deletes by key: 25 to a call, a few calls at a time, unprocessed keys again until they are done.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{DeleteRequest, WriteRequest};
use futures_util::{StreamExt, TryStreamExt, stream};
use privacy::fault::Fault;

use crate::attributes::{Item, text};
use crate::faults::{fault, is_busy};
use crate::patience;

/// What DynamoDB takes in one call.
const BATCH: usize = 25;
/// Calls under way at once: one partition takes 1,000 writes a second, which these fill.
const IN_FLIGHT: usize = 8;
/// How often unprocessed keys are sent again before the chunk is given up for this visit.
const TRIES: u32 = 8;

/// A primary key.
#[derive(Clone, Debug)]
pub(crate) struct Key<'a> {
    pub(crate) partition: &'a str,
    pub(crate) sort: &'a str,
}

impl Key<'_> {
    pub(crate) fn item(&self) -> Item {
        Item::from([("pk".to_owned(), text(self.partition)), ("sk".to_owned(), text(self.sort))])
    }
}

/// Deletes `keys`; answers with the sort keys of those that stayed unprocessed.
pub(crate) async fn delete(client: &Client, table: &str, keys: &[Key<'_>]) -> Result<Vec<String>, Fault> {
    let batch = |number: usize| keys.iter().skip(number * BATCH).take(BATCH).collect();
    let calls = stream::iter(0..keys.len().div_ceil(BATCH)).map(|number| delete_batch(client, table, batch(number)));
    let left: Vec<Vec<String>> = calls.buffer_unordered(IN_FLIGHT).try_collect().await?;
    Ok(left.into_iter().flatten().collect())
}

fn request(key: &Key<'_>) -> Result<WriteRequest, Fault> {
    let delete = DeleteRequest::builder().set_key(Some(key.item())).build();
    let delete = delete.map_err(|error| Fault::park("batch.delete", error))?;
    Ok(WriteRequest::builder().delete_request(delete).build())
}

async fn delete_batch(client: &Client, table: &str, mut left: Vec<&Key<'_>>) -> Result<Vec<String>, Fault> {
    for attempt in 0..TRIES {
        if attempt > 0 {
            tokio::time::sleep(patience::backoff(attempt)).await;
        }
        // Made anew for each attempt: hardly ever is there a second one, and a copy for it would be half of what a delete allocates.
        let requests = left.iter().map(|key| request(key)).collect::<Result<Vec<WriteRequest>, Fault>>()?;
        let answer = match client.batch_write_item().request_items(table, requests).send().await {
            Ok(answer) => answer,
            // Nothing of the batch fitted into the partition's throughput: all of it is unprocessed.
            Err(error) if attempt + 1 < TRIES && is_busy(&error) => continue,
            Err(error) => return Err(fault("batch.delete")(error)),
        };
        let unprocessed = sort_keys(answer.unprocessed_items);
        if unprocessed.is_empty() {
            return Ok(Vec::new());
        }
        left.retain(|key| unprocessed.contains(key.sort));
    }
    Ok(left.into_iter().map(|key| key.sort.to_owned()).collect())
}

fn sort_keys(unprocessed: Option<HashMap<String, Vec<WriteRequest>>>) -> HashSet<String> {
    let requests = unprocessed.into_iter().flatten().flat_map(|(_, requests)| requests);
    let keys = requests.filter_map(|request| request.delete_request.map(|delete| delete.key));
    keys.filter_map(|mut key| key.remove("sk").and_then(|sort| sort.as_s().cloned().ok())).collect()
}
