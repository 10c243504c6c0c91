//! Who asks for something in a run: Meta and the dashboard. Each decides by the run's own chance.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use privacy::accept_callback::{Callback, Terms, accept_callback};
use privacy::accept_disconnect::{Disconnect, accept_disconnect};
use privacy::identity::{Namespace, PlatformId};
use privacy::ids::Platform;
use privacy::message::Work;
use privacy::obligation::ObligationId;
use privacy::ports::{Clock, WorkQueue};
use privacy::signed_request::{IssuedAt, SignedRequest};
use privacy_aws::connection::{Connection, Patience};
use privacy_aws::ledger::LedgerTable;
use privacy_aws::queue::SqsQueue;
use privacy_aws::vault::{Names, Vault};

use crate::naive::Naive;
use crate::oracle::{About, Ask};
use crate::people;
use crate::process::Process;
use crate::spoiled::Spoiled;
use crate::world::World;

/// How long a stored row may wait for its worker; as the template says.
pub const STUCK_AFTER: SignedDuration = SignedDuration::from_mins(5);
/// How often whoever gets no acknowledgement asks again.
pub(crate) const TRIES: u32 = 4;

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
                let id = people::keys().obligation_id(&people::person(person)).unwrap();
                (id, About::Person(person), issued_at.min(now))
            }
            Request::Disconnect(connection) => {
                let id = ObligationId::of_connection(&oracle.connections[connection].place(None));
                (id, About::Connection(connection), now)
            }
        };
        let covers_until = privacy::instant::to_millis(covers_until);
        Ask {
            id: id.as_str().to_owned(),
            about,
            covers_until,
            starts_at: None,
            received_at: now,
            is_acknowledged: false,
            is_withdrawn: false,
            by_mail: false,
            last_day: None,
        }
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
        let spoiled =
            Spoiled { ledger: &self.ledger, vault: &self.vault, client: &self.client, world, id: ask.id.clone() };
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
                let terms = Terms { keys: world.keys, map: world.map, stuck_after: STUCK_AFTER };
                accept_callback(&spoiled, &self.queue, terms, &signed, callback, now).await
            }
            Request::Disconnect(connection) => {
                let known = self.process.cloud.oracle.lock().unwrap().connections[connection].clone();
                let platform = Platform::parse(known.platform).unwrap();
                let disconnect = Disconnect { place: known.place(None), platform, disconnected_at: Some(now) };
                accept_disconnect(&spoiled, &self.queue, world.map, STUCK_AFTER, disconnect, now).await
            }
        };
        accepted.is_ok() || is_sent || naive == Some(Naive::AckOnFailedPut)
    }
}
