//! The engine over ports in memory.

mod beside;
mod covered;
mod handed_since;
mod holds;
mod kept;
mod last_look;
mod links;
mod looks;
#[cfg(target_os = "linux")]
mod memory;
mod proofs;
mod races;
mod shared;
mod troubles;
mod users;
mod visits;
mod waits;

use super::*;
use crate::deadline::DueBy;
use crate::ingest_gate::{Arrival, Mark};
use crate::keys::KeyedRef;
use crate::memory::{Strike, World, place, prompt_map, proof};
use crate::obligation::{NewObligation, Outcome};
use crate::policy::Route;
use crate::ports::{Intake, Opened};
use crate::scope::{Counts, Stage};
use crate::target::{Limit, Target};
use jiff::SignedDuration;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-03-10T12:00:00Z")
}

fn id() -> ObligationId {
    ObligationId::parse(&"a".repeat(32)).unwrap()
}

fn link() -> KeyedRef {
    KeyedRef::from_stored("v1-person".to_owned())
}

fn owner() -> KeyedRef {
    KeyedRef::from_stored("v1-owner".to_owned())
}

fn request(covers_until: Timestamp) -> NewObligation {
    NewObligation {
        id: id(),
        route: Route::MetaDataDeletion,
        target: Target::Person { links: vec![link()], suppressions: vec![owner()], limit: Limit::Everywhere },
        received_at: now(),
        starts_at: None,
        covers_until,
        is_dated: true,
        due_by: DueBy { date: "2026-04-09".parse().unwrap(), time_zone: "UTC".to_owned() },
        next_action_at: now() + HOUR,
    }
}

fn fill(world: &World, tenant: &str, connection: &str) {
    for contact in ["p1", "p2"] {
        world.put(tenant, connection, &format!("contact#{contact}#profile"));
        world.put(tenant, connection, &format!("contact#{contact}#score"));
        for signal in 0..4 {
            world.put(
                tenant,
                connection,
                &format!("contact#{contact}#signal#2026-02-0{}T00:00:00.000Z#s{signal}", signal + 1),
            );
        }
        world.put_object(&format!("{tenant}/{connection}/{contact}/avatar/a.jpg"), "1");
        world.put_object(&format!("{tenant}/{connection}/{contact}/avatar/a.jpg"), "2");
    }
}

/// The person connected in alder and birch; bystanders in both and in cedar.
fn world() -> World {
    let world = World::new(now(), 3);
    let (before, others) = (at("2026-01-01T00:00:00Z"), KeyedRef::from_stored("v1-other".to_owned()));
    world.connect("alder", "c1", before, &[link(), KeyedRef::from_stored("v1-alias".to_owned())]);
    world.connect("birch", "c2", before, &[link()]);
    world.connect("alder", "c9", before, std::slice::from_ref(&others));
    world.connect("cedar", "c3", before, &[others]);
    for (tenant, connection) in [("alder", "c1"), ("birch", "c2"), ("alder", "c9"), ("cedar", "c3")] {
        fill(&world, tenant, connection);
    }
    world
}

async fn open(world: &World) {
    assert_eq!(world.open(&request(now())).await.unwrap(), Opened::New);
    world.strike(None);
}

struct Run {
    map: DataMap,
    looks: Vec<jiff::Span>,
}

impl Run {
    fn new() -> Self {
        let map = prompt_map();
        let looks = map.model().second_looks.after.clone();
        Self { map, looks }
    }

    async fn visit(&self, world: &World, worker: &str) -> Result<Worked, Fault> {
        self.work_as(world, &id(), worker).await
    }

    /// A visit to another obligation.
    async fn work(&self, world: &World, id: &ObligationId) -> Worked {
        self.work_as(world, id, "w").await.unwrap()
    }

    async fn work_as(&self, world: &World, id: &ObligationId, worker: &str) -> Result<Worked, Fault> {
        let engine = Engine {
            ledger: world,
            vault: world,
            aftermath: &proof(world, &self.map),
            clock: world,
            map: &self.map,
            second_looks: &self.looks,
        };
        engine.work(id, worker, world.now() + HOUR).await
    }
}

/// How many calls a visit makes that nothing disturbs.
async fn calls_of_a_visit(run: &Run) -> u64 {
    let world = world();
    open(&world).await;
    run.visit(&world, "w").await.unwrap();
    world.calls()
}

/// Lines of `alder` that are not of connection c1.
fn bystanders(world: &World) -> Vec<String> {
    let mut lines: Vec<String> = world.of_tenant("alder").into_iter().filter(|line| !line.contains("c1")).collect();
    lines.extend(world.of_tenant("cedar"));
    lines
}

fn residue(world: &World) -> Vec<String> {
    let mut lines: Vec<String> = world.of_tenant("alder").into_iter().filter(|line| line.contains("c1")).collect();
    lines.extend(world.of_tenant("birch"));
    lines
}

fn head(world: &World) -> Head {
    world.stored().heads[&id()].clone()
}

fn removed(world: &World) -> Vec<(String, u64)> {
    let seq = head(world).seq;
    let stored = world.stored();
    let outcomes = stored.outcomes.get(&(id(), seq)).cloned().unwrap_or_default();
    let count = |(class, outcome): (String, Outcome)| match outcome {
        Outcome::Removed { count } => Some((class, count)),
        Outcome::NothingFound | Outcome::Held { .. } | Outcome::Failed { .. } | Outcome::Retained { .. } => None,
    };
    outcomes.into_iter().filter_map(count).collect()
}

fn all_removed() -> Vec<(String, u64)> {
    let counts =
        [("avatars", 8), ("connections", 2), ("contacts", 4), ("identity-links", 3), ("scores", 4), ("signals", 16)];
    counts.map(|(class, count)| (class.to_owned(), count)).into()
}
