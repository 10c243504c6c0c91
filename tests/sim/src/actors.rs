//! Who does something in a run: Meta, the dashboard, staff, the product that ingests, the workers, the sweeper. Each decides
//! by the run's own chance.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};
use jiff::{SignedDuration, Timestamp};
use privacy::accept_callback::{Callback, Terms, accept_callback};
use privacy::accept_disconnect::{Disconnect, accept_disconnect};
use privacy::identity::{Namespace, PlatformId};
use privacy::ids::Platform;
use privacy::ingest_gate::Arrival;
use privacy::message::Work;
use privacy::obligation::ObligationId;
use privacy::ports::{Clock, WorkQueue};
use privacy::signed_request::{IssuedAt, SignedRequest};
use privacy_aws::connection::{Connection, Patience};
use privacy_aws::ingest_gate::IngestGate;
use privacy_aws::ledger::LedgerTable;
use privacy_aws::queue::SqsQueue;
use privacy_aws::vault::{Names, Vault};
use privacy_tests::demo;
use serde_json::Value;

use crate::naive::Naive;
use crate::oracle::{About, Ask, Connected};
use crate::people;
use crate::process::Process;
use crate::spoiled::Spoiled;
use crate::world::World;

/// How long a stored row may wait for its worker; as the template says.
pub const STUCK_AFTER: SignedDuration = SignedDuration::from_mins(5);
/// How often whoever gets no acknowledgement asks again.
const TRIES: u32 = 4;

pub(crate) fn queue(connection: &Connection) -> SqsQueue {
    SqsQueue::new(connection, "http://account.test/000000000000/erasure".to_owned())
}

pub(crate) fn ledger(connection: &Connection) -> LedgerTable {
    LedgerTable::new(connection, "ledger".to_owned())
}

pub(crate) fn vault(connection: &Connection) -> Vault {
    let stores =
        ["inbox", "media", "connections", "accounts", "conversations", "files", "people", "social", "billing", "logs"]
            .map(|name| (name.to_owned(), name.to_owned()));
    let names = Names {
        stores: HashMap::from(stores),
        connections: "connections".to_owned(),
        secrets: vec!["access_token".to_owned(), "refresh_token".to_owned()],
        suppression: "suppression".to_owned(),
    };
    Vault::new(connection, names)
}

/// The functions that take requests: Meta's callbacks and the dashboard's.
#[derive(Debug)]
pub struct Intake {
    process: Process,
    world: Arc<World>,
    ledger: LedgerTable,
    vault: Vault,
    queue: SqsQueue,
    client: aws_sdk_dynamodb::Client,
}

/// One request, as it is sent each time.
#[derive(Clone, Copy, Debug)]
pub enum Request {
    /// A callback of Meta's for a person, issued at an instant.
    Meta(Callback, usize, Timestamp),
    /// The dashboard disconnects a connection.
    Disconnect(usize),
}

impl Intake {
    /// A function with its own process.
    #[must_use]
    pub fn new(name: &str, world: &Arc<World>) -> Self {
        let process = Process::new(name, &world.cloud);
        let connection = process.connection(Patience::REQUEST);
        Self {
            ledger: ledger(&connection),
            vault: vault(&connection),
            queue: queue(&connection),
            client: connection.dynamodb(),
            process,
            world: Arc::clone(world),
        }
    }

    /// Sends a request until it is acknowledged, a few times.
    pub async fn send(&self, request: Request) {
        for attempt in 0..TRIES {
            if self.send_once(request).await {
                return;
            }
            let wait = self.process.cloud.draw(|rng| rng.u64(5..3_600)) << attempt;
            tokio::time::sleep(Duration::from_secs(wait)).await;
        }
    }

    fn ask(&self, request: Request, now: Timestamp) -> Ask {
        let oracle = self.process.cloud.oracle.lock().unwrap();
        let (id, about, covers_until) = match request {
            Request::Meta(_, person, issued_at) => {
                let id = demo::keys().obligation_id(&people::person(person)).unwrap();
                (id, About::Person(person), issued_at.min(now))
            }
            Request::Disconnect(connection) => {
                let id = ObligationId::of_connection(&oracle.connections[connection].place(None));
                (id, About::Connection(connection), now)
            }
        };
        let covers_until = privacy::instant::to_millis(covers_until);
        Ask { id: id.as_str().to_owned(), about, covers_until, received_at: now, is_acknowledged: false }
    }

    /// Whether it was acknowledged.
    async fn send_once(&self, request: Request) -> bool {
        let cloud = &self.process.cloud;
        cloud.stir();
        let now = self.process.now();
        let ask = self.ask(request, now);
        self.process.note(&format!("{request:?}, attempt, covers until {}", ask.covers_until));
        let index = {
            let mut oracle = cloud.oracle.lock().unwrap();
            oracle.asks.push(ask.clone());
            oracle.asks.len() - 1
        };
        let accepted = self.process.alive(self.accept(request, &ask, now)).await.unwrap_or(false);
        self.process.note(if accepted { "acknowledged" } else { "not acknowledged" });
        cloud.oracle.lock().unwrap().asks[index].is_acknowledged = accepted;
        accepted
    }

    async fn accept(&self, request: Request, ask: &Ask, now: Timestamp) -> bool {
        let (world, naive) = (&self.world, self.world.naive);
        let spoiled = Spoiled {
            ledger: &self.ledger,
            vault: &self.vault,
            client: &self.client,
            naive,
            memory: &world.memory,
            id: ask.id.clone(),
        };
        let mut is_sent = false;
        if naive == Some(Naive::SendBeforeStore) {
            let work = Work { obligation: ObligationId::parse(&ask.id).unwrap() };
            is_sent = self.queue.send(&work).await.is_ok();
        }
        let accepted = match request {
            Request::Meta(callback, person, issued_at) => {
                let signed = SignedRequest {
                    namespace: Namespace::parse("facebook").unwrap(),
                    user_id: PlatformId::parse(&format!("1015800000000000{}", person + 1)).unwrap(),
                    profile_id: None,
                    issued_at: Some(IssuedAt::from_seconds(issued_at.as_second())),
                };
                let terms = Terms { keys: &world.keys, map: &world.map, stuck_after: STUCK_AFTER };
                accept_callback(&spoiled, &self.queue, terms, &signed, callback, now).await
            }
            Request::Disconnect(connection) => {
                let known = self.process.cloud.oracle.lock().unwrap().connections[connection].clone();
                let platform = Platform::parse(known.platform).unwrap();
                let disconnect = Disconnect { place: known.place(None), platform, disconnected_at: Some(now) };
                accept_disconnect(&spoiled, &self.queue, &world.map, STUCK_AFTER, disconnect, now).await
            }
        };
        accepted.is_ok() || is_sent || naive == Some(Naive::AckOnFailedPut)
    }
}

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
        let connected_at = privacy::instant::to_millis(self.process.now());
        let known = Connected {
            tenant: tenant.to_owned(),
            id: id.to_owned(),
            person,
            platform: "facebook",
            connected_at,
            is_known: false,
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
        let known = self.process.cloud.oracle.lock().unwrap().connections[connection].clone();
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
