//! The ingest gate over the suppression table: for the product, before it writes a signal.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{ConditionCheck, KeysAndAttributes, TransactWriteItem};
use jiff::Timestamp;
use privacy::fault::Fault;
use privacy::ingest_gate::{self, Arrival, Entry, Mark, Suppressed};

use crate::attributes::{Item, at, get_at, get_text, number, text};
use crate::connection::Connection;
use crate::faults::fault;

/// Asks the suppression table.
#[derive(Clone, Debug)]
pub struct IngestGate {
    client: Client,
    table: String,
}

impl IngestGate {
    /// A gate over a suppression table.
    #[must_use]
    pub fn new(connection: &Connection, table: String) -> Self {
        Self { client: connection.dynamodb(), table }
    }

    /// The conditions to put into the same `TransactWriteItems` as the write of the signal. This form, and only
    /// this form, cannot lose a race against a running erasure.
    ///
    /// # Errors
    /// [`Fault`] when the SDK refuses to build a condition.
    pub fn conditions(&self, arrival: &Arrival<'_>, now: Timestamp) -> Result<Vec<TransactWriteItem>, Fault> {
        let condition = |check: ingest_gate::Check| {
            let built = ConditionCheck::builder()
                .table_name(&self.table)
                .key("pk", text(check.mark.as_str()))
                .condition_expression("attribute_not_exists(pk) OR covers_until <= :since OR expires_at <= :now")
                .expression_attribute_values(":since", at(check.since))
                .expression_attribute_values(":now", number(now.as_second()))
                .build();
            let built = built.map_err(|error| Fault::park("gate.condition", error))?;
            Ok(TransactWriteItem::builder().condition_check(built).build())
        };
        ingest_gate::checks(arrival).into_iter().map(condition).collect()
    }

    /// Reads the marks and judges: to drop early what is clearly unwanted.
    ///
    /// # Errors
    /// [`Fault`] when the marks cannot be read: the caller must not write.
    pub async fn admit(&self, arrival: &Arrival<'_>, now: Timestamp) -> Result<Result<(), Suppressed>, Fault> {
        let mut wanted: Vec<Item> = ingest_gate::checks(arrival)
            .iter()
            .map(|check| HashMap::from([("pk".to_owned(), text(check.mark.as_str()))]))
            .collect();
        let mut entries = Vec::new();
        while !wanted.is_empty() {
            let keys = KeysAndAttributes::builder().set_keys(Some(wanted)).consistent_read(true).build();
            let keys = keys.map_err(|error| Fault::park("gate.read", error))?;
            let answer = self
                .client
                .batch_get_item()
                .request_items(&self.table, keys)
                .send()
                .await
                .map_err(fault("gate.read"))?;
            for item in answer.responses.unwrap_or_default().into_values().flatten() {
                entries.push(entry(&item)?);
            }
            let left = answer.unprocessed_keys.unwrap_or_default().into_values().next();
            wanted = left.map(|left| left.keys).unwrap_or_default();
        }
        Ok(ingest_gate::admit(arrival, &entries, now))
    }
}

fn entry(item: &Item) -> Result<Entry, Fault> {
    let expires_at = match item.get("expires_at") {
        Some(_) => Some(crate::attributes::get_number::<i64>(item, "expires_at")?),
        None => None,
    };
    Ok(Entry {
        mark: Mark::from_stored(get_text(item, "pk")?.to_owned()),
        covers_until: get_at(item, "covers_until")?,
        expires_at: expires_at.and_then(|second| Timestamp::from_second(second).ok()),
    })
}
