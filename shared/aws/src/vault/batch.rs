//! Batched deletes by key: 25 to a call, a few calls at a time, unprocessed keys again until they are done.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{ConsumedCapacity, DeleteRequest, ReturnConsumedCapacity, WriteRequest};
use futures_util::{StreamExt, TryStreamExt, stream};
use privacy::fault::Fault;
use tokio::time::Instant;

use super::pace::Pace;
use crate::attributes::{Item, text};
use crate::faults::{fault, is_busy};
use crate::patience;

/// What DynamoDB takes in one call.
const BATCH: usize = 25;
/// Calls under way at once: one partition takes 1,000 writes a second, which these fill. How fast they follow one another is the pace's.
const IN_FLIGHT: usize = 8;
/// How often unprocessed keys are sent again before the chunk is given up for this visit.
const TRIES: u32 = 8;
/// A chunk must fit into a lease: what has no turn by then, in this chunk, is handed back. Only where there is a pace.
pub(super) const TURNS_WITHIN: Duration = Duration::from_secs(20);

/// A primary key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key<'a> {
    pub(crate) partition: &'a str,
    pub(crate) sort: &'a str,
}

impl Key<'_> {
    pub(crate) fn item(&self) -> Item {
        Item::from([("pk".to_owned(), text(self.partition)), ("sk".to_owned(), text(self.sort))])
    }
}

/// The deletes of one table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Batches<'a> {
    pub(crate) client: &'a Client,
    pub(crate) table: &'a str,
    /// Without one they go as fast as the table answers.
    pub(crate) pace: Option<&'a Pace>,
}

impl Batches<'_> {
    /// Deletes `keys`, of however many partitions; answers with those that stayed unprocessed, or had no turn in time.
    pub(crate) async fn delete<'k>(self, keys: &[Key<'k>]) -> Result<Vec<Key<'k>>, Fault> {
        let deadline = Instant::now() + TURNS_WITHIN;
        let batch = |number: usize| keys.iter().skip(number * BATCH).take(BATCH).copied().collect();
        let calls =
            stream::iter(0..keys.len().div_ceil(BATCH)).map(|number| self.delete_batch(batch(number), deadline));
        let left: Vec<Vec<Key<'k>>> = calls.buffer_unordered(IN_FLIGHT).try_collect().await?;
        Ok(left.into_iter().flatten().collect())
    }

    async fn delete_batch<'k>(self, mut left: Vec<Key<'k>>, deadline: Instant) -> Result<Vec<Key<'k>>, Fault> {
        for attempt in 0..TRIES {
            if attempt > 0 {
                tokio::time::sleep(patience::backoff(attempt)).await;
            }
            if !self.has_turn(left.len(), deadline).await {
                break;
            }
            let sent_at = Instant::now();
            // Made anew for each attempt: hardly ever is there a second one, and a copy for it would be half of what a delete allocates.
            let requests = left.iter().map(|key| request(key)).collect::<Result<Vec<WriteRequest>, Fault>>()?;
            let call = self.client.batch_write_item().request_items(self.table, requests);
            // Only who has a pace asks what it cost.
            let call = call.set_return_consumed_capacity(self.pace.map(|_| ReturnConsumedCapacity::Total));
            let answer = match call.send().await {
                Ok(answer) => answer,
                // Nothing of the batch fitted into the partition's throughput: all of it is unprocessed.
                Err(error) if is_busy(&error) => {
                    self.slow(sent_at);
                    if attempt + 1 < TRIES {
                        continue;
                    }
                    return Err(fault("batch.delete")(error));
                }
                Err(error) => return Err(fault("batch.delete")(error)),
            };
            let unprocessed = unprocessed(answer.unprocessed_items);
            self.note(left.len(), answer.consumed_capacity.as_deref().unwrap_or_default());
            if unprocessed.is_empty() {
                self.quicken();
                return Ok(Vec::new());
            }
            self.slow(sent_at);
            left.retain(|key| unprocessed.get(key.partition).is_some_and(|sorts| sorts.contains(key.sort)));
        }
        Ok(left)
    }

    async fn has_turn(&self, keys: usize, deadline: Instant) -> bool {
        match self.pace {
            Some(pace) => pace.take(u32::try_from(keys).unwrap_or(u32::MAX), deadline).await,
            None => true,
        }
    }

    /// Pays for what a call consumed beyond the unit that was taken for each key.
    fn note(&self, keys: usize, consumed: &[ConsumedCapacity]) {
        let Some(pace) = self.pace else { return };
        let units: f64 = consumed.iter().filter_map(ConsumedCapacity::capacity_units).sum();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of a float saturates")]
        let units = units.ceil() as u32;
        pace.pay(units.saturating_sub(u32::try_from(keys).unwrap_or(u32::MAX)));
    }

    fn slow(&self, sent_at: Instant) {
        if let Some(pace) = self.pace {
            pace.slow(sent_at);
        }
    }

    fn quicken(&self) {
        if let Some(pace) = self.pace {
            pace.quicken();
        }
    }
}

fn request(key: &Key<'_>) -> Result<WriteRequest, Fault> {
    let delete = DeleteRequest::builder().set_key(Some(key.item())).build();
    let delete = delete.map_err(|error| Fault::park("batch.delete", error))?;
    Ok(WriteRequest::builder().delete_request(delete).build())
}

/// The sort keys of each partition that a call left undone.
fn unprocessed(items: Option<HashMap<String, Vec<WriteRequest>>>) -> HashMap<String, HashSet<String>> {
    let mut undone: HashMap<String, HashSet<String>> = HashMap::new();
    for request in items.into_iter().flatten().flat_map(|(_, requests)| requests) {
        let Some(mut key) = request.delete_request.map(|delete| delete.key) else { continue };
        let mut part = |name| key.remove(name).and_then(|value| value.as_s().cloned().ok());
        if let (Some(partition), Some(sort)) = (part("pk"), part("sk")) {
            undone.entry(partition).or_default().insert(sort);
        }
    }
    undone
}
