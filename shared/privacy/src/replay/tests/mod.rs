//! Replays over ports in memory: back up, erase, restore, replay, and nothing is left.

mod crashes;
mod kinds;
mod passes;

use std::collections::BTreeMap;

use super::*;
use crate::data_map::DataMap;
use crate::deadline::DueBy;
use crate::erasure::{Engine, Worked};
use crate::ingest_gate::{Flag, LiftedFlag, Mark};
use crate::keys::KeyedRef;
use crate::legal_hold::Note;
use crate::memory::{ConnectionRow, SharedSources, Stored, World, prompt_map, proof};
use crate::message::Work;
use crate::obligation::{Head, NewObligation, ObligationId, State};
use crate::policy::Route;
use crate::ports::{Clock, Intake, Opened};
use crate::purge::{Bounds, PeriodClass, purge_periods};
use crate::scope::Place;
use crate::subject_request::{Actor, By};
use crate::sweep_ledger::{Bounds as SweepBounds, sweep_ledger};
use crate::target::{Limit, Target};

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn start() -> Timestamp {
    at("2027-03-10T12:00:00Z")
}

fn reference(text: &str) -> KeyedRef {
    KeyedRef::from_stored(format!("v1-{text}"))
}

fn id(number: u8) -> ObligationId {
    ObligationId::parse(&char::from(b'a' + number).to_string().repeat(32)).unwrap()
}

/// Odile asks; she is connected in alder and birch.
fn request(covers_until: Timestamp) -> NewObligation {
    request_of(0, "odile", covers_until)
}

fn request_of(number: u8, who: &str, covers_until: Timestamp) -> NewObligation {
    NewObligation {
        id: id(number),
        route: Route::MetaDataDeletion,
        target: Target::Person {
            links: vec![reference(who)],
            suppressions: vec![reference(&format!("{who}-mark"))],
            limit: Limit::Everywhere,
        },
        received_at: covers_until,
        starts_at: None,
        covers_until,
        is_dated: true,
        due_by: DueBy { date: "2027-04-09".parse().unwrap(), time_zone: "UTC".to_owned() },
        next_action_at: covers_until + HOUR,
    }
}

fn fill(world: &World, tenant: &str, connection: &str) {
    for contact in ["p1", "p2"] {
        for key in ["profile", "score", "signal#2027-02-01T00:00:00.000Z#s1", "signal#2027-02-02T00:00:00.000Z#s2"] {
            world.put(tenant, connection, &format!("contact#{contact}#{key}"));
        }
        world.put_object(&format!("{tenant}/{connection}/{contact}/avatar/a.jpg"), "1");
        world.share(tenant, connection, contact, "x", 3);
    }
}

/// Odile in alder and birch; others beside her and in cedar.
fn world() -> World {
    let world = World::new(start(), 3);
    for (tenant, connection, who) in
        [("alder", "c1", "odile"), ("birch", "c2", "odile"), ("alder", "c9", "other"), ("cedar", "c3", "other")]
    {
        world.connect(tenant, connection, at("2027-01-01T00:00:00Z"), &[reference(who)]);
        fill(&world, tenant, connection);
    }
    world.strike(None);
    world
}

/// What restoring the data tables and buckets brings back; marks and flags too, if their table was restored.
#[derive(Clone)]
struct Backup {
    links: BTreeMap<KeyedRef, BTreeMap<Place, Timestamp>>,
    connections: BTreeMap<Place, ConnectionRow>,
    items: BTreeMap<(String, String), BTreeSet<String>>,
    shared: BTreeMap<(String, String, String), SharedSources>,
    objects: BTreeMap<String, BTreeSet<(String, String)>>,
    marks: BTreeMap<Mark, crate::ingest_gate::Entry>,
    flags: BTreeMap<Mark, BTreeMap<Flag, Timestamp>>,
    lifted: BTreeMap<Mark, Vec<LiftedFlag>>,
    flags_expire: BTreeMap<Mark, Timestamp>,
    taken_at: Timestamp,
}

impl Backup {
    fn of(world: &World) -> Self {
        let taken_at = world.now();
        let Stored { links, connections, items, shared, objects, marks, flags, lifted, flags_expire, .. } =
            world.stored().clone();
        Self { links, connections, items, shared, objects, marks, flags, lifted, flags_expire, taken_at }
    }

    fn restore(&self, world: &World) {
        let mut stored = world.stored();
        stored.links.clone_from(&self.links);
        stored.connections.clone_from(&self.connections);
        stored.items.clone_from(&self.items);
        stored.shared.clone_from(&self.shared);
        stored.objects.clone_from(&self.objects);
        stored.marks.clone_from(&self.marks);
        stored.flags.clone_from(&self.flags);
        stored.lifted.clone_from(&self.lifted);
        stored.flags_expire.clone_from(&self.flags_expire);
    }
}

fn by() -> By {
    By { actor: Actor::Staff("arn:staff".to_owned()), why: Note::parse("the inbox was damaged").unwrap() }
}

async fn begin(world: &World, backup: &Backup) -> Replay {
    begin_replay(world, &prompt_map(), backup.taken_at, &by(), world.now()).await.unwrap()
}

/// The functions, as the schedules and the queue would run them.
struct Office {
    map: DataMap,
    classes: Vec<PeriodClass>,
    looks: Vec<jiff::Span>,
}

impl Office {
    fn new() -> Self {
        let mut model = prompt_map().model().clone();
        for class in model.class.values_mut() {
            if let Some(purge) = &mut class.purge {
                purge.since = "2027-03-01".parse().unwrap();
            }
        }
        let map = DataMap::new(model).unwrap();
        let classes = PeriodClass::all(&map).unwrap();
        Self { looks: map.model().second_looks.after.clone(), classes, map }
    }

    /// Without what goes by its date, which takes no part in most of this.
    fn without_periods() -> Self {
        Self { classes: Vec::new(), ..Self::new() }
    }

    async fn work(&self, world: &World, id: &ObligationId) -> Result<Worked, crate::fault::Fault> {
        let engine = Engine {
            ledger: world,
            vault: world,
            aftermath: &proof(world, &self.map),
            clock: world,
            map: &self.map,
            second_looks: &self.looks,
        };
        engine.work(id, "w", world.now() + HOUR).await
    }

    async fn sweep(&self, world: &World) -> Result<ReplaySweep, crate::fault::Fault> {
        sweep_replays(world, world, world, (&self.map, &self.classes), world.now() + HOUR).await
    }

    async fn sweep_ledger(&self, world: &World) {
        let bounds = SweepBounds { stuck_after: MINUTE, taken_max: 8_000, at_once: 8, stop_at: world.now() + HOUR };
        sweep_ledger(world, world, world, world, &self.map, bounds, |_| {}).await;
    }

    /// Every message until there is none. One that fails is left to the sweep.
    async fn drain(&self, world: &World) {
        for _ in 0..100 {
            let sent: Vec<Work> = std::mem::take(&mut world.stored().sent);
            if sent.is_empty() {
                return;
            }
            for work in sent {
                if let Ok(Worked::Again | Worked::Resurfaced { .. }) = self.work(world, &work.obligation).await {
                    world.stored().sent.push(work);
                }
            }
        }
        panic!("messages without end");
    }

    async fn purge(&self, world: &World) {
        let bounds = Bounds { stop_at: world.now() + HOUR, records_max: 100_000, is_dry_run: false };
        let report = purge_periods(world, world, world, &self.map, &self.classes, bounds).await;
        assert_eq!(report.failures(), 0, "{report:?}");
    }

    /// One round of every schedule, and what comes of it.
    async fn round(&self, world: &World) {
        // A fault is the next round's.
        drop(self.sweep(world).await);
        self.sweep_ledger(world).await;
        self.drain(world).await;
        self.purge(world).await;
        world.pass(MINUTE * 5);
    }

    /// Rounds until the replay is over; how many.
    async fn until_over(&self, world: &World) -> usize {
        for rounds in 0..20 {
            if world.stored().replays.values().all(|replay| !replay.is_open()) {
                return rounds;
            }
            self.round(world).await;
        }
        panic!(
            "not over after 20 rounds: {:?}",
            world.stored().replays.values().map(Replay::tally).collect::<Vec<_>>()
        );
    }

    async fn erase(&self, world: &World, new: &NewObligation) {
        assert_eq!(world.open(new).await.unwrap(), Opened::New);
        assert!(matches!(self.work(world, &new.id).await.unwrap(), Worked::Erased { .. }));
    }
}

fn head(world: &World) -> Head {
    world.stored().heads[&id(0)].clone()
}

fn tally(world: &World) -> Tally {
    *world.stored().replays.values().last().unwrap().tally()
}

/// What is left of Odile's connections.
fn residue(world: &World) -> Vec<String> {
    let mut lines: Vec<String> = world.of_tenant("alder").into_iter().filter(|line| line.contains("c1")).collect();
    lines.extend(world.of_tenant("birch"));
    lines
}

fn bystanders(world: &World) -> Vec<String> {
    let mut lines: Vec<String> =
        world.of_tenant("alder").into_iter().filter(|line| !line.contains("c1") && !line.contains("shared")).collect();
    lines.retain(|line| !line.contains("SharedSources"));
    lines.extend(world.of_tenant("cedar"));
    lines
}

#[tokio::test]
async fn what_a_backup_brings_back_is_erased_again_and_nothing_else() {
    let (world, office) = (world(), Office::new());
    let (backup, others) = (Backup::of(&world), bystanders(&world));
    world.pass(HOUR);
    office.erase(&world, &request(world.now())).await;
    let (before, marks) = (head(&world), world.stored().marks.clone());
    let receipts = world.stored().chains.entries.len();
    world.pass(DAY * 3);
    backup.restore(&world);
    assert!(!residue(&world).is_empty() && world.stored().marks.is_empty(), "all of it is back, and no mark");
    begin(&world, &backup).await;
    assert_eq!(office.until_over(&world).await, 3, "asked; looked at, and past periods too; found clean");
    assert_eq!(residue(&world), Vec::<String>::new());
    assert_eq!(bystanders(&world), others);
    let expected = Tally { erased_again: 1, residue_found: 1, ..Tally::default() };
    assert_eq!(tally(&world), expected);
    let after = head(&world);
    assert_eq!(
        (after.received_at, &after.due_by, after.covers_until),
        (before.received_at, &before.due_by, before.covers_until)
    );
    assert_eq!((after.reopened, after.seq), (1, 1));
    assert!(matches!(after.state, State::Verifying { .. }));
    assert!(world.stored().chains.entries.len() > receipts, "what is erased again has a receipt of its own");
    let raised = world.stored().marks.clone();
    assert_eq!(raised.keys().collect::<Vec<_>>(), marks.keys().collect::<Vec<_>>());
    assert!(raised.values().all(|mark| mark.expires_at.is_some()), "{raised:?}");
    // The row that both connections of alder feed is rid of the source that went.
    let shared = world.stored().shared.clone();
    assert!(shared.values().all(|row| row.sources.keys().all(|source| !source.starts_with("c1#"))), "{shared:?}");
    // Asked again, it is looked at again and nothing is found.
    begin(&world, &backup).await;
    office.until_over(&world).await;
    assert_eq!(tally(&world), Tally { clean: 1, ..Tally::default() });
    assert_eq!(head(&world).reopened, 1);
}

#[tokio::test]
async fn without_a_replay_it_would_all_be_there() {
    let (world, office) = (world(), Office::new());
    let backup = Backup::of(&world);
    office.erase(&world, &request(world.now())).await;
    world.pass(HOUR);
    office.round(&world).await;
    world.pass(HOUR);
    backup.restore(&world);
    let restored = residue(&world);
    office.round(&world).await;
    assert_eq!(residue(&world), restored, "the next look is a week away");
}

#[tokio::test]
async fn a_completed_case_that_is_clean_stays_closed_since_the_same_instant_and_keeps_its_marks() {
    let (world, office) = (world(), Office::new());
    world.pass(HOUR);
    office.erase(&world, &request(world.now())).await;
    for _ in 0..3 {
        world.pass(DAY * 31);
        office.round(&world).await;
    }
    let before = head(&world);
    assert!(matches!(before.state, State::Completed { .. }), "{before:?}");
    let marks = world.stored().marks.clone();
    // Marks alone are lost: their table was restored to a day before it all.
    world.stored().marks.clear();
    begin_replay(&world, &office.map, start(), &by(), world.now()).await.unwrap();
    office.until_over(&world).await;
    assert_eq!(tally(&world), Tally { clean: 1, ..Tally::default() });
    let after = head(&world);
    assert_eq!((&after.state, after.next_action_at, after.reopened), (&before.state, None, 0));
    assert_eq!(world.stored().marks, marks);
}

#[tokio::test]
async fn a_completed_case_of_which_something_came_back_is_open_again() {
    let (world, office) = (world(), Office::new());
    let backup = Backup::of(&world);
    office.erase(&world, &request(world.now())).await;
    for _ in 0..3 {
        world.pass(DAY * 31);
        office.round(&world).await;
    }
    assert!(matches!(head(&world).state, State::Completed { .. }));
    backup.restore(&world);
    begin(&world, &backup).await;
    office.until_over(&world).await;
    assert_eq!(residue(&world), Vec::<String>::new());
    assert!(matches!(head(&world).state, State::Verifying { .. }), "it is looked at again as any other");
    assert_eq!(tally(&world).erased_again, 1);
}

#[tokio::test]
async fn what_was_erased_a_day_before_the_backup_is_not_looked_at() {
    for (hours, expected) in [(25, Tally::default()), (23, Tally { clean: 1, ..Tally::default() })] {
        let (world, office) = (world(), Office::without_periods());
        office.erase(&world, &request(world.now())).await;
        world.pass(HOUR * hours);
        let backup = Backup::of(&world);
        world.pass(HOUR);
        begin(&world, &backup).await;
        office.until_over(&world).await;
        assert_eq!(tally(&world), expected, "{hours}");
    }
}

#[tokio::test]
async fn what_was_closed_before_the_backup_is_not_looked_at() {
    let (world, office) = (world(), Office::without_periods());
    office.erase(&world, &request(world.now())).await;
    for _ in 0..3 {
        world.pass(DAY * 31);
        office.round(&world).await;
    }
    world.pass(DAY * 10);
    let backup = Backup::of(&world);
    begin(&world, &backup).await;
    office.sweep(&world).await.unwrap();
    assert!(world.stored().replays.values().all(Replay::is_open), "the index may have been stale: once more");
    office.until_over(&world).await;
    assert_eq!(tally(&world), Tally::default());
}
