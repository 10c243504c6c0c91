//! One run: a world drawn from a seed, worked until nothing is left to do, and judged.

use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use jiff::Timestamp;
use privacy::accept_callback::Callback;
use privacy::data_map::DataMap;
use privacy::keys::SubjectKeys;
use privacy::memory;
use privacy::receipt::SigningKey;
use privacy_tests::demo;
use serde_json::Value;

use crate::actors::{Intake, Product, Request};
use crate::cloud::Cloud;
use crate::machinery::{Sweeper, Worker};
use crate::naive::Naive;
use crate::oracle::{Connected, Violation};
use crate::people::PEOPLE;
use crate::process::{BEGINNING, true_time};
use crate::spoiled::Memory;
use crate::staff::Staff;

/// How long after the last act everything must have come to its end: the last second look is after 30 days.
const QUIET_WITHIN: Duration = Duration::from_secs(50 * 86_400);

/// What a run works with.
#[derive(Debug)]
pub struct World {
    /// The account.
    pub cloud: Arc<Cloud>,
    /// The naive variant, if it is one.
    pub naive: Option<Naive>,
    /// What it remembers.
    pub memory: Memory,
    /// Vendors that hold copies; honest.
    pub vendors: memory::World,
    /// The policy.
    pub map: DataMap,
    /// The ring of keys.
    pub keys: SubjectKeys,
    /// Signs receipts.
    pub signing_key: SigningKey,
}

/// What a run came to.
#[derive(Debug)]
pub struct Outcome {
    /// Every promise that was broken.
    pub violations: Vec<Violation>,
    /// The same for two runs in which the same happened.
    pub hash: u64,
    /// The trace, if it was kept.
    pub trace: Vec<String>,
}

/// Runs a seed.
#[must_use]
pub fn run(seed: u64, naive: Option<Naive>, is_traced: bool) -> Outcome {
    // The SDK and the adapters draw their waits from the chance of the thread.
    fastrand::seed(seed);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let world = Arc::new(World::draw(seed, naive, is_traced));
        world.play().await;
        let cloud = &world.cloud;
        let mut oracle = cloud.oracle.lock().unwrap();
        oracle.judge(&cloud.account);
        let trace = cloud.trace.lock().unwrap();
        Outcome { violations: oracle.violations().to_vec(), hash: trace.hash(), trace: trace.lines().to_vec() }
    })
}

impl World {
    fn draw(seed: u64, naive: Option<Naive>, is_traced: bool) -> Self {
        let map = demo::map().confirming_after(jiff::Span::new());
        Self {
            cloud: Arc::new(Cloud::new(Rng::with_seed(seed), is_traced)),
            naive,
            memory: Memory::default(),
            vendors: memory::World::new(Timestamp::UNIX_EPOCH, 100),
            map,
            keys: demo::keys(),
            signing_key: SigningKey::parse(&format!(r#"{{"seed":"{}"}}"#, "7".repeat(64))).unwrap(),
        }
    }

    /// Every obligation that is not closed: its state, and when it is looked at next.
    #[must_use]
    pub fn open_heads(&self) -> Vec<(String, Option<Timestamp>)> {
        let scan = serde_json::json!({
            "TableName": "ledger", "FilterExpression": "sk = :head AND attribute_exists(covers_until)",
            "ProjectionExpression": "#state, next_action_at", "ExpressionAttributeNames": {"#state": "state"},
            "ExpressionAttributeValues": {":head": {"S": "head"}},
        });
        let (_, answer) = self.cloud.account.carry_out("Scan", scan);
        let text = |row: &Value, name: &str| row[name]["S"].as_str().unwrap_or_default().to_owned();
        let heads = answer["Items"].as_array().unwrap().iter();
        let heads = heads.map(|row| (text(row, "state"), text(row, "next_action_at").parse().ok()));
        heads.filter(|(state, _)| !["completed", "cancelled"].contains(&state.as_str())).collect()
    }

    /// What there was before the run began.
    fn furnish(&self) {
        let cloud = &self.cloud;
        let before = Timestamp::from_second(BEGINNING - 50 * 86_400).unwrap();
        let known = [("alder", "c1", 0), ("alder", "c10", PEOPLE - 1), ("birch", "c2", 0), ("birch", "c3", 1)];
        for (tenant, id, person) in known {
            if id == "c2" && cloud.draw(|rng| rng.bool()) {
                continue;
            }
            let connected = Connected {
                tenant: tenant.to_owned(),
                id: id.to_owned(),
                person,
                platform: "facebook",
                connected_at: before,
                is_known: true,
            };
            let signals = cloud.draw(|rng| if rng.u32(..4) == 0 { rng.u64(20..60) } else { rng.u64(1..5) });
            let mut inbox = connected.about("p1");
            for number in 0..signals {
                inbox.push(connected.signal(if number % 2 == 0 { "p1" } else { "p2" }, before, number));
            }
            let mut oracle = cloud.oracle.lock().unwrap();
            oracle.connections.push(connected.clone());
            let index = oracle.connections.len() - 1;
            for (table, rows) in [("connections", connected.rows()), ("inbox", inbox)] {
                cloud.put(table, &rows);
                for row in &rows {
                    let key = oracle.may_store(index, table, row);
                    oracle.has_stored(&key);
                }
            }
            for (file, version, is_marker) in [("a.jpg", "1", false), ("a.jpg", "2", true)] {
                let key = format!("{tenant}/{id}/p1/avatar/{file}");
                cloud.account.buckets().put(&key, version, is_marker);
                oracle.has_object(index, &key, version, is_marker);
            }
        }
    }

    /// Lets everybody act, then waits until nothing is left to do.
    async fn play(self: &Arc<Self>) {
        self.furnish();
        let cloud = &self.cloud;
        for number in 1..=cloud.draw(|rng| rng.usize(1..=2)) {
            tokio::spawn(Worker::new(&format!("worker-{number}"), self).run());
        }
        if self.naive != Some(Naive::NoSweep) {
            tokio::spawn(Sweeper::new(self).run());
        }
        let mut acts = Vec::new();
        for person in 0..PEOPLE - 1 {
            acts.push(tokio::spawn(Arc::clone(self).live(person)));
        }
        if cloud.draw(|rng| rng.u32(..3) == 0) {
            acts.push(tokio::spawn(Arc::clone(self).dispute()));
        }
        for act in acts {
            act.await.unwrap();
        }
        let outage = Duration::from_secs(cloud.weather.outage_days * 86_400);
        let calm_at = cloud.elapsed().max(outage) + Duration::from_secs(3_600);
        *cloud.calm_at.lock().unwrap() = calm_at;
        cloud.note("run", "nothing more is asked for, and nothing goes wrong any more soon");
        while cloud.elapsed() < calm_at + QUIET_WITHIN {
            tokio::time::sleep(Duration::from_secs(12 * 3_600)).await;
            if cloud.elapsed() > calm_at && self.open_heads().is_empty() && cloud.queue.is_empty() {
                break;
            }
        }
        cloud.note("run", "is over");
    }

    async fn pause(&self, seconds: std::ops::Range<u64>) {
        let millis = self.cloud.draw(|rng| rng.u64(seconds.start * 1_000..seconds.end * 1_000));
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }

    /// Some time: moments, minutes, hours or days.
    async fn while_passes(&self) {
        let range =
            self.cloud.draw(|rng| [0..3, 3..120, 120..7_200, 7_200..100_000, 100_000..900_000][rng.usize(..5)].clone());
        self.pause(range).await;
    }

    /// What a person does, and what is done for them: signals come in, they ask, ask again, come back, ask once more.
    async fn live(self: Arc<Self>, person: usize) {
        let chance = |one_in: u32| self.cloud.draw(|rng| rng.u32(..one_in) == 0);
        let product = Arc::new(Product::new(&format!("product-{person}"), &self));
        self.pause(1..4_000).await;
        if chance(6) {
            return;
        }
        let mut acts = Vec::new();
        acts.push(tokio::spawn(Arc::clone(&self).ingest(Arc::clone(&product), person)));
        let intakes = [Intake::new(&format!("meta-{person}a"), &self), Intake::new(&format!("meta-{person}b"), &self)];
        for (number, intake) in intakes.into_iter().enumerate() {
            if number == 0 || chance(2) {
                acts.push(tokio::spawn(Arc::clone(&self).ask(intake, person)));
            }
        }
        if chance(2) {
            self.while_passes().await;
            if let Some(connection) = product.connect("alder", &format!("again{person}"), person).await {
                for number in 0..2 {
                    self.pause(0..60).await;
                    product.ingest(connection, number).await;
                }
            }
        }
        for act in acts {
            act.await.unwrap();
        }
    }

    async fn ask(self: Arc<Self>, intake: Intake, person: usize) {
        for _ in 0..self.cloud.draw(|rng| rng.u32(1..=2)) {
            let callback = self.cloud.draw(|rng| [Callback::DataDeletion, Callback::Deauthorize][rng.usize(..2)]);
            let issued_at = Timestamp::from_second(true_time(&self.cloud).as_second()).unwrap();
            let is_disconnect = self.cloud.draw(|rng| rng.u32(..5) == 0);
            let request = if is_disconnect {
                let oracle = self.cloud.oracle.lock().unwrap();
                let own = oracle.connections.iter().position(|known| known.person == person);
                own.map_or(Request::Meta(callback, person, issued_at), Request::Disconnect)
            } else {
                Request::Meta(callback, person, issued_at)
            };
            self.pause(0..4).await;
            for _ in 0..self.cloud.draw(|rng| rng.u32(1..=3)) {
                intake.send(request).await;
                self.while_passes().await;
            }
        }
    }

    /// Signals for old connections: many in the first minutes, a few long after.
    async fn ingest(self: Arc<Self>, product: Arc<Product>, person: usize) {
        let (many, late) = self.cloud.draw(|rng| (rng.u64(2..12), rng.u64(0..3)));
        for number in 0..many + late {
            if number < many {
                self.pause(0..20).await;
            } else {
                self.pause(3_600..2_000_000).await;
            }
            let connections: Vec<usize> = {
                let oracle = self.cloud.oracle.lock().unwrap();
                let is_theirs =
                    |one: &usize| oracle.connections[*one].person == person && oracle.connections[*one].is_known;
                (0..oracle.connections.len()).filter(is_theirs).collect()
            };
            let chosen = self.cloud.draw(|rng| connections[rng.usize(..connections.len())]);
            product.ingest(chosen, 1_000 + number).await;
        }
    }

    /// A hold comes and goes.
    async fn dispute(self: Arc<Self>) {
        let staff = Staff::new(&self);
        self.while_passes().await;
        let connection = self.cloud.draw(|rng| if rng.bool() { 0 } else { 2 });
        let hold = staff.place(connection, 1).await;
        self.while_passes().await;
        self.while_passes().await;
        staff.release(hold).await;
    }
}
