//! What runs by itself: the workers and the sweeper, wired as their functions wire them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use privacy::erasure::{Engine, Proof, Worked};
use privacy::fault::Fault;
use privacy::message::Work;
use privacy::obligation::{Head, ObligationId};
use privacy::ports::{Answer, Clock, Due as Entry, DueIndex, NextAction, WorkQueue};
use privacy::replay::sweep_replays;
use privacy::sweep_ledger::{Bounds, Notice, sweep_ledger};
use privacy::sweep_requests::sweep_requests;
use privacy_aws::connection::Patience;
use privacy_aws::ledger::LedgerTable;
use privacy_aws::outbox::Outbox;
use privacy_aws::queue::SqsQueue;
use privacy_aws::receipts::ReceiptBucket;
use privacy_aws::vault::Vault;

use crate::actors::{STUCK_AFTER, ledger, queue, vault};
use crate::asker::outbox;
use crate::cloud::OUTAGE_FROM;
use crate::process::{BEGINNING, Process};
use crate::spoiled::Spoiled;
use crate::world::{World, classes};

/// What the functions have; as the template says.
const INVOCATION: Duration = Duration::from_secs(120);
/// No chunk begins when less than this is left; as the worker says.
const LAST_CHUNK: SignedDuration = SignedDuration::from_secs(40);
/// When requests of people are looked at again of which nothing came.
const REQUESTS_AGAIN: Duration = Duration::from_secs(20 * 3_600);

/// An erasure worker.
#[derive(Debug)]
pub struct Worker {
    process: Process,
    world: Arc<World>,
    ledger: LedgerTable,
    vault: Vault,
    queue: SqsQueue,
    receipts: ReceiptBucket,
    client: aws_sdk_dynamodb::Client,
}

impl Worker {
    /// A worker with its own process.
    #[must_use]
    pub fn new(name: &str, world: &Arc<World>) -> Self {
        let process = Process::new(name, &world.cloud);
        let connection = process.connection(Patience::WORK);
        Self {
            ledger: ledger(&connection),
            vault: vault(&connection),
            queue: queue(&connection),
            receipts: ReceiptBucket::new(&connection, "receipts".to_owned()),
            client: connection.dynamodb(),
            process,
            world: Arc::clone(world),
        }
    }

    /// Takes messages for ever.
    pub async fn run(self) {
        let cloud = Arc::clone(&self.process.cloud);
        let back_at = cloud.workers_back_at();
        let mut deliveries = 0_u64;
        loop {
            if cloud.elapsed() > OUTAGE_FROM && cloud.elapsed() < back_at {
                tokio::time::sleep(back_at - cloud.elapsed()).await;
                self.process.note("the workers are back");
            }
            while cloud.is_stopped() {
                tokio::time::sleep(Duration::from_secs(20)).await;
            }
            let Some((id, body, receives)) = cloud.queue.receive(|count| cloud.draw(|rng| rng.usize(..count))) else {
                cloud.queue.wait().await;
                continue;
            };
            deliveries += 1;
            self.process.note(&format!("receives {body}, time {receives}"));
            let work = Work::from_body(&body).unwrap();
            let worker = format!("{}/{deliveries}", self.process.name);
            let handled = self.process.alive(tokio::time::timeout(INVOCATION, self.handle(&work, &worker))).await;
            match handled {
                Some(Ok(Ok(worked))) => {
                    self.process.note(&format!("comes to {worked:?}"));
                    cloud.queue.delete(id);
                }
                Some(Ok(Err(fault))) => self.process.note(&format!("stops: {}", fault.chain())),
                Some(Err(_)) => self.process.note("runs out of its invocation"),
                None => self.process.note("has died"),
            }
        }
    }

    async fn handle(&self, work: &Work, worker: &str) -> Result<Worked, Fault> {
        let (world, clock) = (&self.world, &self.process);
        let spoiled = Spoiled {
            ledger: &self.ledger,
            vault: &self.vault,
            client: &self.client,
            naive: world.naive,
            memory: &world.memory,
            id: work.obligation.as_str().to_owned(),
        };
        let proof = Proof {
            processors: &world.vendors,
            ledger: &self.ledger,
            store: &self.receipts,
            clock,
            map: world.map,
            subject_keys: world.keys,
            signing_key: &world.signing_key,
        };
        let engine = Engine {
            ledger: &spoiled,
            vault: &spoiled,
            aftermath: &proof,
            clock,
            map: world.map,
            second_looks: world.looks,
        };
        let stop_at = clock.now() + SignedDuration::from_secs(120) - LAST_CHUNK;
        let worked = engine.work(&work.obligation, worker, stop_at).await?;
        if matches!(worked, Worked::Again | Worked::Resurfaced { .. }) {
            self.queue.send(work).await?;
        }
        Ok(worked)
    }
}

/// The sweeper on its schedule. Ticks at which nothing is due are left out: they change nothing.
#[derive(Debug)]
pub struct Sweeper {
    process: Process,
    world: Arc<World>,
    ledger: LedgerTable,
    vault: Vault,
    outbox: Outbox,
    /// The parts of the due index in which something was due the last time: a stale read may show it still.
    were_due: BTreeSet<String>,
    /// Requests of people are not looked at before: the last look at them changed nothing.
    requests_from: Duration,
}

/// What there is to sweep.
#[derive(Debug, Default)]
struct Agenda {
    /// The parts of the due index to ask for obligations.
    shards: BTreeSet<String>,
    /// Whether to look at replays and obligations.
    are_obligations: bool,
    /// Whether to look at requests of people.
    are_requests: bool,
}

/// What came of a sweep.
enum Swept {
    /// Requests were not looked at.
    Obligations,
    /// Requests were looked at, and some moved.
    Requests,
    /// Requests were looked at, and nothing came of it.
    Nothing,
}

/// The due index. Parts in which nothing is due are not asked: they would change nothing, and are most of them.
struct Due<'a> {
    ledger: &'a LedgerTable,
    shards: &'a BTreeSet<String>,
}

impl DueIndex for Due<'_> {
    async fn due(&self, shard: u8, now: Timestamp, limit: u16) -> Answer<Vec<Entry>> {
        if !self.shards.contains(&format!("{shard:02}")) {
            return Ok(Vec::new());
        }
        self.ledger.due(shard, now, limit).await
    }

    async fn head(&self, id: &ObligationId) -> Answer<Option<Head>> {
        self.ledger.head(id).await
    }

    async fn mark_late(&self, id: &ObligationId, since: Timestamp) -> Answer<()> {
        self.ledger.mark_late(id, since).await
    }

    async fn postpone(&self, due: &Entry, next: NextAction) -> Answer<()> {
        self.ledger.postpone(due, next).await
    }
}

impl Sweeper {
    /// A sweeper with its own process.
    #[must_use]
    pub fn new(world: &Arc<World>) -> Self {
        let process = Process::new("sweeper", &world.cloud);
        let connection = process.connection(Patience::WORK);
        Self {
            ledger: ledger(&connection),
            vault: vault(&connection),
            outbox: outbox(&connection),
            process,
            world: Arc::clone(world),
            were_due: BTreeSet::new(),
            requests_from: Duration::ZERO,
        }
    }

    /// Sweeps for ever.
    pub async fn run(mut self) {
        loop {
            tokio::time::sleep(self.interval()).await;
            let agenda = self.agenda();
            if self.process.cloud.is_stopped() || !(agenda.are_obligations || agenda.are_requests) {
                continue;
            }
            let swept = self.process.alive(tokio::time::timeout(INVOCATION, self.tick(&agenda))).await;
            if let Some(Ok(Swept::Nothing)) = swept
                && self.process.cloud.elapsed() > Duration::from_secs(86_400)
            {
                self.requests_from = self.process.cloud.elapsed() + REQUESTS_AGAIN;
            }
        }
    }

    fn interval(&self) -> Duration {
        let cloud = &self.process.cloud;
        let elapsed = cloud.elapsed();
        let minutes = if elapsed < *cloud.busy_until.lock().unwrap() {
            self.world.sweep_minutes
        } else if elapsed < Duration::from_secs(86_400) {
            60
        } else if cloud.is_calm() || elapsed < Duration::from_secs(cloud.weather.outage_days * 86_400) {
            1_440
        } else {
            480
        };
        Duration::from_secs(minutes * 60)
    }

    /// What is due, seen past every fault.
    fn agenda(&mut self) -> Agenda {
        let cloud = &self.process.cloud;
        let latest = Timestamp::from_second(BEGINNING).unwrap()
            + SignedDuration::try_from(cloud.elapsed()).unwrap()
            + SignedDuration::from_secs(cloud.weather.jumps_seconds);
        let due = self.world.open_heads().into_iter().filter(|head| head.next.is_some_and(|due| due <= latest));
        let (requests, obligations): (BTreeSet<String>, BTreeSet<String>) =
            due.map(|head| head.shard).partition(|shard| shard.starts_with("request-"));
        let are_obligations = cloud.is_replaying() || !obligations.is_empty();
        let are_requests = !requests.is_empty() && cloud.elapsed() >= self.requests_from;
        let mut shards = obligations.clone();
        if are_obligations {
            shards.append(&mut std::mem::replace(&mut self.were_due, obligations));
        }
        Agenda { shards, are_obligations, are_requests }
    }

    async fn tick(&self, agenda: &Agenda) -> Swept {
        let cloud = &self.process.cloud;
        self.process.note("sweeps");
        let stop_at = self.process.now() + SignedDuration::from_secs(92);
        let bounds = Bounds { stuck_after: STUCK_AFTER, per_shard_max: 1_000, stop_at };
        let notice = |notice: Notice<'_>| match notice {
            Notice::Fault(fault) => self.process.note(&format!("a part of the sweep fails: {}", fault.chain())),
            Notice::Alarming { head, why } => {
                self.process.note(&format!("ALARM {why} {}", head.id.as_str()));
                cloud.oracle.lock().unwrap().alarmed(head.id.as_str(), cloud.elapsed());
            }
        };
        let map = self.world.map;
        let due = Due { ledger: &self.ledger, shards: &agenda.shards };
        if cloud.is_replaying() {
            let of_policy = (map, classes().as_slice());
            let swept = sweep_replays(&self.ledger, &self.vault, &self.process, of_policy, stop_at).await;
            self.process.note(&format!("has taken replays further: {swept:?}"));
        }
        if agenda.are_obligations {
            let sweep = sweep_ledger(&due, &self.outbox, &self.process, map, bounds, notice).await;
            self.process.note(&format!("has swept: {} due, {} sent, {} faults", sweep.due, sweep.sent, sweep.faults));
        }
        if !agenda.are_requests {
            return Swept::Obligations;
        }
        let fulfilment = self.world.fulfilment(&self.ledger, &self.vault, &self.outbox);
        let swept = sweep_requests(&fulfilment, &self.process, stop_at).await;
        self.process.note(&format!("has swept requests: {} answered, {} denied", swept.answered, swept.denied));
        if swept.unacknowledged > 0 {
            cloud.oracle.lock().unwrap().alarmed_of_forms(cloud.elapsed());
        }
        let changed = swept.answered + swept.denied + swept.resent + swept.settled + swept.faults.len() as u64;
        if changed == 0 { Swept::Nothing } else { Swept::Requests }
    }
}
