//! Translates between the ledger's stream and events. A row that cannot be read is counted and passed over, so that it holds up
//! nothing; when the bus does not take everything, the whole batch comes again: who listens drops what it knows.

use lambda_runtime::LambdaEvent;
use privacy::fault::Fault;
use privacy::ledger_event::Told;
use privacy::ports::Clock;
use privacy::tell_again::Bus;
use privacy_aws::connection::Connection;
use privacy_aws::event_bus::EventBus;
use privacy_aws::ledger::told_by;
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
}

impl Teller {
    pub(crate) fn new(connection: &Connection, bus: String) -> Self {
        Self { bus: EventBus::new(connection, bus) }
    }

    pub(crate) async fn tell(&self, event: &LambdaEvent<Batch>) -> Result<(), Fault> {
        let request_id = event.context.request_id.as_str();
        let (mut told, mut unreadable) = (Vec::new(), 0);
        for record in &event.payload.records {
            match read(record) {
                Ok(events) => told.extend(events),
                Err(fault) => {
                    unreadable += 1;
                    let (position, cause) = (position(record), fault.chain());
                    tracing::error!(
                        "request.id" = request_id,
                        position,
                        outcome = "unreadable",
                        cause,
                        "a row of the ledger cannot be read"
                    );
                }
            }
        }
        metrics::emit(SystemClock.now(), &[("EventsUnreadable", unreadable)]);
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
        Ok(())
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

#[cfg(test)]
mod tests;
