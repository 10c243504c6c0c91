//! The product, which connects and ingests through the gate.

use std::sync::Arc;

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};
use jiff::Timestamp;
use privacy::ingest_gate::Arrival;
use privacy::ports::Clock;
use privacy_aws::connection::Patience;
use privacy_aws::ingest_gate::IngestGate;
use serde_json::Value;

use crate::actors::TRIES;
use crate::naive::{self, Naive};
use crate::oracle::Connected;
use crate::people;
use crate::process::Process;
use crate::world::World;

/// The product, which connects and ingests through the gate.
#[derive(Debug)]
pub struct Product {
    process: Process,
    world: Arc<World>,
    gate: IngestGate,
    client: aws_sdk_dynamodb::Client,
}

impl Product {
    /// A product with its own process.
    #[must_use]
    pub fn new(name: &str, world: &Arc<World>) -> Self {
        let process = Process::new(name, &world.cloud);
        let connection = process.connection(Patience::REQUEST);
        let gate = IngestGate::new(&connection, "suppression".to_owned(), "ledger".to_owned());
        Self { gate, client: connection.dynamodb(), process, world: Arc::clone(world) }
    }

    /// A person connects something new; asked again until it is known what came of it. `None` where it is not connected, so that
    /// nothing may come in by it.
    pub async fn connect(&self, tenant: &str, id: &str, person: usize) -> Option<usize> {
        self.process.cloud.open_for_traffic().await;
        let connected_at = privacy::instant::to_millis(self.process.now());
        let known = Connected {
            tenant: tenant.to_owned(),
            id: id.to_owned(),
            person,
            platform: "facebook",
            connected_at,
            is_known: false,
            written_by: None,
        };
        let connection = {
            let mut oracle = self.process.cloud.oracle.lock().unwrap();
            oracle.connections.push(known.clone());
            oracle.connections.len() - 1
        };
        self.process.note(&format!("person {person} connects {tenant}/{id} at {connected_at}"));
        for _ in 0..TRIES {
            if let Some(is_in) = self.write(connection, &known, None, connected_at, "connections", known.rows()).await {
                self.process.cloud.oracle.lock().unwrap().connections[connection].is_known = is_in;
                return is_in.then_some(connection);
            }
        }
        None
    }

    /// A signal comes in.
    pub async fn ingest(&self, connection: usize, number: u64) {
        self.process.cloud.open_for_traffic().await;
        let known = self.process.cloud.oracle.lock().unwrap().connections[connection].clone();
        // A restore may have taken it meanwhile: the product reads what is connected anew before it writes.
        if !known.is_known {
            return;
        }
        let occurred_at = self.process.now();
        let row = known.signal("p1", occurred_at, number);
        self.process.note(&format!("a signal comes in for {}/{}", known.tenant, known.id));
        self.write(connection, &known, Some("p1"), occurred_at, "inbox", vec![row]).await;
    }

    async fn write(
        &self,
        connection: usize,
        known: &Connected,
        contact: Option<&str>,
        occurred_at: Timestamp,
        table: &str,
        rows: Vec<Value>,
    ) -> Option<bool> {
        let keys: Vec<String> = {
            let mut oracle = self.process.cloud.oracle.lock().unwrap();
            rows.iter().map(|row| oracle.may_store(connection, table, row)).collect()
        };
        let place = known.place(contact);
        let owners = self.world.keys.suppressions(&people::person(known.person));
        let arrival = Arrival { place: &place, connected_at: known.connected_at, owners: &owners, occurred_at };
        let written = self.process.alive(self.put(&arrival, table, &rows)).await.flatten();
        let mut oracle = self.process.cloud.oracle.lock().unwrap();
        for key in &keys {
            match written {
                Some(true) => oracle.has_stored(key),
                Some(false) => oracle.was_refused(key),
                None => {}
            }
        }
        written
    }

    /// Whether the gate let it in; `None` when nobody knows.
    async fn put(&self, arrival: &Arrival<'_>, table: &str, rows: &[Value]) -> Option<bool> {
        let now = self.process.now();
        let mut items = if self.world.naive == Some(Naive::GateReadsThenWrites) {
            if self.gate.admit(arrival, now).await.ok()?.is_err() {
                return Some(false);
            }
            naive::linger().await;
            Vec::new()
        } else {
            self.gate.conditions(arrival, now).unwrap()
        };
        for row in rows {
            let item = row.as_object().unwrap().iter();
            let item =
                item.map(|(name, value)| (name.clone(), AttributeValue::S(value["S"].as_str().unwrap().to_owned())));
            let put = Put::builder().table_name(table).set_item(Some(item.collect())).build().unwrap();
            items.push(TransactWriteItem::builder().put(put).build());
        }
        let sent = self.client.transact_write_items().set_transact_items(Some(items)).send().await;
        match sent {
            Ok(_) => Some(true),
            Err(error) => {
                let canceled = error.as_service_error().and_then(|error| {
                    use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError as E;
                    if let E::TransactionCanceledException(canceled) = error { Some(canceled) } else { None }
                })?;
                let mut reasons = canceled.cancellation_reasons().iter();
                reasons.any(|reason| reason.code() == Some("ConditionalCheckFailed")).then_some(false)
            }
        }
    }
}
