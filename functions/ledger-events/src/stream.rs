//! Translates between the ledger's stream and events. A row that cannot be read is counted and parked, so that it holds up nothing
//! and is not lost; when the bus or the queue does not take everything, the whole batch comes again: who listens drops what it knows.

use jiff::{SignedDuration, Timestamp};
use lambda_runtime::LambdaEvent;
use privacy::fault::Fault;
use privacy::ledger_event::{DeadLetters, Parked, Told, Unread};
use privacy::ports::Clock;
use privacy::tell_again::Bus;
use privacy_aws::connection::Connection;
use privacy_aws::event_bus::EventBus;
use privacy_aws::ledger::told_by;
use privacy_aws::queue::SqsQueue;
use privacy_edge::clock::SystemClock;
use privacy_edge::metrics;
use serde::Deserialize;
use serde_json::{Map, Value};

/// What DynamoDB's stream delivers: the records of one shard, in order.
#[derive(Deserialize)]
pub(crate) struct Batch {
    #[serde(rename = "Records")]
    records: Vec<Value>,
}

privacy::redacted!(Batch);

/// A change of one row.
#[derive(Deserialize)]
struct Change {
    dynamodb: Images,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Images {
    old_image: Option<Map<String, Value>>,
    /// Absent when the row was removed.
    new_image: Option<Map<String, Value>>,
}

/// Tells.
#[derive(Debug)]
pub(crate) struct Teller {
    bus: EventBus,
    dead_letters: SqsQueue,
}

impl Teller {
    pub(crate) fn new(connection: &Connection, bus: String, dead_letters: String) -> Self {
        Self { bus: EventBus::new(connection, bus), dead_letters: SqsQueue::new(connection, dead_letters) }
    }

    /// What can be read goes to the bus first: while the bus takes nothing, nothing is parked again and again.
    pub(crate) async fn tell(&self, event: &LambdaEvent<Batch>) -> Result<(), Fault> {
        let request_id = event.context.request_id.as_str();
        let (mut told, mut parked) = (Vec::new(), Parked::default());
        for record in &event.payload.records {
            match read(record) {
                Ok(events) => told.extend(events),
                Err(fault) => {
                    let (position, cause, row) = (position(record), fault.chain(), named(record));
                    tracing::error!(
                        "request.id" = request_id,
                        "row.ref" = row.about(),
                        position,
                        outcome = "unreadable",
                        cause,
                        "a row of the ledger cannot be read"
                    );
                    parked.unreadable.push(row);
                }
            }
        }
        metrics::emit(
            SystemClock.now(),
            &[("EventsUnreadable", i64::try_from(parked.unreadable.len()).unwrap_or(i64::MAX))],
        );
        self.bus.publish(&told).await?;
        for event in &told {
            let (about, kind) = (event.about(), event.detail_type());
            tracing::info!(
                "request.id" = request_id,
                "row.ref" = about,
                kind,
                outcome = "told",
                "an event went to the bus"
            );
        }
        if parked.unreadable.is_empty() { Ok(()) } else { self.dead_letters.park(&parked).await }
    }
}

fn read(record: &Value) -> Result<Vec<Told>, Fault> {
    let change = Change::deserialize(record).map_err(|_| Fault::park("stream.read", "not a change of a row"))?;
    told_by(change.dynamodb.old_image.as_ref(), change.dynamodb.new_image.as_ref())
}

/// Where it stands in the shard.
fn position(record: &Value) -> &str {
    record.pointer("/dynamodb/SequenceNumber").and_then(Value::as_str).unwrap_or_default()
}

/// What is known of a change that cannot be read.
fn named(record: &Value) -> Unread {
    let key = |name: &str| record.pointer(&format!("/dynamodb/Keys/{name}/S")).and_then(Value::as_str);
    Unread::new(key("pk").zip(key("sk")), position(record), changed_at(record))
}

/// About when: the stream has seconds, of which some writers make a number with a point.
fn changed_at(record: &Value) -> Option<Timestamp> {
    let seconds = record.pointer("/dynamodb/ApproximateCreationDateTime").and_then(Value::as_f64)?;
    let since = SignedDuration::try_from_secs_f64(seconds.floor()).ok()?;
    Timestamp::UNIX_EPOCH.checked_add(since).ok()
}

#[cfg(test)]
mod tests;
