use super::*;
use crate::deadline::DueBy;
use crate::ingest_gate::{Arrival, Mark};
use crate::keys::KeyedRef;
use crate::memory::{Strike, World, built_in_map, place};
use crate::obligation::{NewObligation, Outcome};
use crate::policy::Route;
use crate::ports::{Intake, Opened};
use crate::scope::Stage;

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
        links: vec![link()],
        suppressions: vec![owner()],
        received_at: now(),
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
        let map = built_in_map();
        let looks = map.model().second_looks.after.clone();
        Self { map, looks }
    }

    async fn visit(&self, world: &World, worker: &str) -> Result<Worked, Fault> {
        let engine = Engine { ledger: world, vault: world, clock: world, map: &self.map, second_looks: &self.looks };
        engine.work(&id(), worker, world.now() + HOUR).await
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
        Outcome::NothingFound | Outcome::Failed { .. } => None,
    };
    outcomes.into_iter().filter_map(count).collect()
}

fn all_removed() -> Vec<(String, u64)> {
    let counts =
        [("avatars", 8), ("connections", 2), ("contacts", 4), ("identity-links", 3), ("scores", 4), ("signals", 16)];
    counts.map(|(class, count)| (class.to_owned(), count)).into()
}

#[tokio::test]
async fn everything_of_the_person_goes_and_nothing_else() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    let before = bystanders(&world);
    let worked = run.visit(&world, "w").await.unwrap();
    assert_eq!(worked, Worked::Erased { removed: all_removed().into_iter().collect() });
    assert_eq!(residue(&world), Vec::<String>::new());
    assert_eq!(bystanders(&world), before);
    assert_eq!(removed(&world), all_removed());
    let head = head(&world);
    assert_eq!(head.state, State::Verifying { erased_at: now(), looks: vec![] });
    assert_eq!(head.next_action_at, Some(now() + SignedDuration::from_mins(15)));
    assert_eq!(head.leased_until, None);
    let outcomes = world.stored().outcomes[&(id(), 1)].clone();
    assert_eq!(outcomes.len(), 11, "an outcome for every record class");
    assert_eq!(outcomes["drafts"], Outcome::NothingFound);
}

#[tokio::test]
async fn a_fault_at_any_call_changes_nothing_about_the_outcome() {
    let run = Run::new();
    let calls = calls_of_a_visit(&run).await;
    assert!(calls > 40, "{calls}");
    for call in 1..=calls {
        for strike in [Strike::Before(call), Strike::After(call)] {
            let world = world();
            open(&world).await;
            let before = bystanders(&world);
            world.strike(Some(strike));
            for visit in 0..6 {
                drop(run.visit(&world, &format!("w{visit}")).await);
                world.strike(None);
                world.pass(SignedDuration::from_mins(10));
            }
            assert!(matches!(head(&world).state, State::Verifying { .. }), "{strike:?}: {:?}", head(&world).state);
            assert_eq!(residue(&world), Vec::<String>::new(), "{strike:?}");
            assert_eq!(bystanders(&world), before, "{strike:?}");
            assert_eq!(removed(&world), all_removed(), "{strike:?}");
        }
    }
}

#[tokio::test]
async fn ingest_at_any_moment_leaves_no_residue() {
    let run = Run::new();
    let (before, contact) = (at("2026-01-01T00:00:00Z"), place("alder", "c1", Some("p1")));
    let calls = calls_of_a_visit(&run).await;
    let (mut admitted, mut refused) = (0, 0);
    for call in 1..=calls {
        let world = world();
        open(&world).await;
        world.strike(Some(Strike::Before(call)));
        drop(run.visit(&world, "w1").await);
        world.strike(None);
        let arrival = Arrival { place: &contact, connected_at: before, owners: &[owner()], occurred_at: now() };
        match world.ingest(&arrival, "contact#p1#signal#2026-03-10T12:00:00.000Z#late") {
            Ok(()) => admitted += 1,
            Err(_) => refused += 1,
        }
        for visit in 2..6 {
            world.pass(SignedDuration::from_mins(10));
            drop(run.visit(&world, &format!("w{visit}")).await);
        }
        assert_eq!(residue(&world), Vec::<String>::new(), "ingest before call {call}");
        assert!(matches!(head(&world).state, State::Verifying { .. }), "{call}");
    }
    assert!(admitted > 0 && refused > 0, "{admitted} admitted, {refused} refused");
}

#[tokio::test]
async fn what_gets_in_before_the_mark_is_found_by_the_strong_read() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    // Everything is erased, and just before the verification a late transaction shows up.
    let mut scope = Scope::found(place("alder", "c1", None));
    scope.stage = Stage::Erased;
    world.stored().scopes.entry((id(), 1)).or_default().insert(scope.place.clone(), scope);
    world.stored().links.clear();
    world.stored().heads.get_mut(&id()).unwrap().state = State::Executing {
        plan: PlanRef { hash: crate::obligation::PlanHash::from_stored("h".to_owned()), covers_until: now() },
    };
    run.visit(&world, "w").await.unwrap();
    assert!(world.of_tenant("alder").iter().all(|line| !line.contains("c1")), "counted and erased in another round");
}

#[tokio::test]
async fn a_visit_that_runs_out_of_time_goes_on_where_it_stopped() {
    let run = Run::new();
    let world = world();
    for signal in 0..2_000 {
        world.put("alder", "c1", &format!("contact#p1#signal#2026-02-01T00:00:00.000Z#x{signal:05}"));
    }
    open(&world).await;
    let engine =
        Engine { ledger: &world, vault: &world, clock: &Ticking(&world), map: &run.map, second_looks: &run.looks };
    let mut visits = 0;
    loop {
        visits += 1;
        let worked =
            engine.work(&id(), &format!("w{visits}"), world.now() + SignedDuration::from_secs(20)).await.unwrap();
        if worked != Worked::Again {
            break;
        }
        assert!(visits < 500);
    }
    assert!(visits > 2, "{visits}");
    assert_eq!(residue(&world), Vec::<String>::new());
    let signals = removed(&world).into_iter().find(|(class, _)| class == "signals").unwrap().1;
    assert_eq!(signals, 2_016);
}

#[tokio::test]
async fn more_keys_than_are_remembered_are_read_again_and_erased() {
    let (world, run) = (World::new(now(), 1_000), Run::new());
    world.connect("alder", "c1", at("2026-01-01T00:00:00Z"), &[link()]);
    let signals = REMEMBERED_KEYS + 1_500;
    for signal in 0..signals {
        world.put("alder", "c1", &format!("contact#p1#signal#2026-02-01T00:00:00.000Z#x{signal:05}"));
    }
    open(&world).await;
    run.visit(&world, "w").await.unwrap();
    assert_eq!(world.of_tenant("alder"), Vec::<String>::new());
    let removed = removed(&world).into_iter().find(|(class, _)| class == "signals").unwrap().1;
    assert_eq!(removed, u64::try_from(signals).unwrap());
}

/// A clock that moves on by a second whenever it is read.
struct Ticking<'a>(&'a World);

impl Clock for Ticking<'_> {
    fn now(&self) -> Timestamp {
        self.0.pass(SignedDuration::from_secs(1));
        self.0.now()
    }
}

#[tokio::test]
async fn only_connections_made_before_the_request_are_covered() {
    let (world, run) = (world(), Run::new());
    world.connect("dogwood", "c7", now(), &[link()]);
    fill(&world, "dogwood", "c7");
    let before = world.of_tenant("dogwood");
    open(&world).await;
    run.visit(&world, "w").await.unwrap();
    assert_eq!(world.of_tenant("dogwood"), before);
    assert_eq!(residue(&world), Vec::<String>::new());
    assert!(matches!(head(&world).state, State::Verifying { .. }));
}

#[tokio::test]
async fn a_link_to_a_contact_erases_that_contact_alone() {
    let (world, run) = (World::new(now(), 3), Run::new());
    let before = at("2026-01-01T00:00:00Z");
    world.connect("alder", "c1", before, &[]);
    fill(&world, "alder", "c1");
    world.stored().links.entry(link()).or_default().insert(place("alder", "c1", Some("p1")), before);
    open(&world).await;
    run.visit(&world, "w").await.unwrap();
    let left = world.of_tenant("alder");
    assert!(left.iter().all(|line| !line.contains("p1")), "{left:?}");
    assert!(
        left.iter().any(|line| line.contains("contact#p2#profile"))
            && left.iter().any(|line| line.contains("p2/avatar"))
    );
    assert!(world.stored().connections[&place("alder", "c1", None)].has_tokens, "the connection is not theirs");
}

#[tokio::test]
async fn an_unknown_person_ends_with_nothing_found() {
    let (world, run) = (World::new(now(), 3), Run::new());
    open(&world).await;
    assert_eq!(run.visit(&world, "w").await.unwrap(), Worked::Erased { removed: Counts::new() });
    assert!(world.stored().outcomes[&(id(), 1)].values().all(|outcome| *outcome == Outcome::NothingFound));
}

#[tokio::test]
async fn a_plan_above_its_ceiling_halts_until_its_hash_is_confirmed() {
    let (world, run) = (world(), Run::new());
    world.put("alder", "c1", "something#new");
    open(&world).await;
    let before = residue(&world);
    let halted = run.visit(&world, "w1").await.unwrap();
    assert_eq!(halted, Worked::Halted { over_ceiling: vec![("unclassified".to_owned(), 0)] });
    assert_eq!(run.visit(&world, "w2").await.unwrap(), halted);
    let kept: Vec<String> = residue(&world);
    assert_eq!(kept.len(), before.len(), "nothing was erased");
    let hash = head(&world).state.plan().unwrap().hash.clone();
    world.stored().heads.get_mut(&id()).unwrap().confirmed_plan =
        Some(crate::obligation::PlanHash::from_stored("0".repeat(64)));
    assert_eq!(run.visit(&world, "w3").await.unwrap(), halted, "another plan's hash confirms nothing");
    world.stored().heads.get_mut(&id()).unwrap().confirmed_plan = Some(hash);
    assert!(matches!(run.visit(&world, "w4").await.unwrap(), Worked::Erased { .. }));
    assert_eq!(residue(&world), Vec::<String>::new());
}

#[tokio::test]
async fn a_newer_callback_during_the_work_is_discovered_before_the_end() {
    let run = Run::new();
    let calls = calls_of_a_visit(&run).await;
    for call in 1..calls {
        let world = world();
        world.connect("dogwood", "c7", now(), &[link()]);
        fill(&world, "dogwood", "c7");
        open(&world).await;
        world.strike(Some(Strike::Before(call)));
        drop(run.visit(&world, "w1").await);
        world.strike(None);
        if head(&world).state.erased_at().is_some() {
            continue;
        }
        assert_eq!(world.open(&request(now() + HOUR)).await.unwrap(), Opened::Widened);
        for visit in 2..6 {
            world.pass(SignedDuration::from_mins(10));
            drop(run.visit(&world, &format!("w{visit}")).await);
        }
        assert_eq!(world.of_tenant("dogwood"), Vec::<String>::new(), "widened before call {call}");
        assert!(head(&world).state.erased_at().is_some());
    }
}

#[tokio::test]
async fn a_newer_callback_between_any_two_calls_is_not_concluded_over() {
    let run = Run::new();
    let calls = calls_of_a_visit(&run).await;
    for call in 1..calls {
        let world = world();
        world.connect("dogwood", "c7", now(), &[link()]);
        fill(&world, "dogwood", "c7");
        open(&world).await;
        world.interrupt(call, |stored| {
            let head = stored.heads.get_mut(&id()).unwrap();
            if head.state.erased_at().is_none() {
                head.covers_until = now() + HOUR;
            }
        });
        let worked = run.visit(&world, "w").await.unwrap();
        assert!(matches!(worked, Worked::Erased { .. }), "{call}: {worked:?}");
        if head(&world).covers_until > now() {
            assert_eq!(world.of_tenant("dogwood"), Vec::<String>::new(), "widened before call {call}");
        }
        assert_eq!(residue(&world), Vec::<String>::new());
    }
}

#[tokio::test]
async fn ingest_between_any_two_calls_leaves_no_residue() {
    let run = Run::new();
    let calls = calls_of_a_visit(&run).await;
    let mut admitted = 0;
    for call in 1..=calls {
        let world = world();
        open(&world).await;
        world.interrupt(call, |stored| {
            let place = place("alder", "c1", Some("p1"));
            let owners = [owner()];
            let connected_at = at("2026-01-01T00:00:00Z");
            let arrival = Arrival { place: &place, connected_at, owners: &owners, occurred_at: now() };
            let entries: Vec<crate::ingest_gate::Entry> = stored.marks.values().cloned().collect();
            if crate::ingest_gate::admit(&arrival, &entries, now()).is_ok() {
                let inbox = stored.items.entry(("inbox".to_owned(), "alder#c1".to_owned())).or_default();
                inbox.insert("contact#p1#signal#2026-03-10T12:00:00.000Z#late".to_owned());
            }
        });
        run.visit(&world, "w").await.unwrap();
        admitted += u32::from(removed(&world) != all_removed());
        assert_eq!(residue(&world), Vec::<String>::new(), "ingest before call {call}");
    }
    assert!(admitted > 0, "no signal ever got in");
}

#[tokio::test]
async fn one_broken_store_leaves_the_rest_done_and_itself_due() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    world.break_store(Some("media"));
    let Worked::Failed { stores, retry_at } = run.visit(&world, "w1").await.unwrap() else { panic!("not failed") };
    assert_eq!(stores[0].0, "media");
    assert!(
        world
            .stored()
            .items
            .iter()
            .filter(|((store, partition), _)| store == "inbox" && partition.contains("#c1"))
            .all(|(_, keys)| keys.is_empty())
    );
    assert!(world.stored().connections.contains_key(&place("alder", "c1", None)), "what finds the rest stays");
    let outcomes = world.stored().outcomes[&(id(), 1)].clone();
    assert_eq!(outcomes["avatars"], Outcome::Failed { retry_at });
    assert_eq!(outcomes["connections"], Outcome::Failed { retry_at }, "it waits for the others");
    assert_eq!((&outcomes["signals"], &outcomes["drafts"]), (&Outcome::Removed { count: 16 }, &Outcome::NothingFound));
    assert_eq!(head(&world).next_action_at, Some(retry_at));
    world.pass(HOUR);
    let Worked::Failed { retry_at: later, .. } = run.visit(&world, "w2").await.unwrap() else { panic!("not failed") };
    assert!(later - world.now() > retry_at - now(), "it waits longer each time");
    world.break_store(None);
    assert!(matches!(run.visit(&world, "w3").await.unwrap(), Worked::Erased { .. }));
    assert_eq!(removed(&world), all_removed());
}

#[tokio::test]
async fn tokens_are_dropped_before_anything_is_erased() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    world.break_store(Some("inbox"));
    run.visit(&world, "w").await.unwrap();
    assert!(!world.stored().connections[&place("alder", "c1", None)].has_tokens);
    assert!(world.stored().connections[&place("alder", "c9", None)].has_tokens);
}

#[tokio::test]
async fn one_worker_at_a_time() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    world.strike(Some(Strike::Before(9)));
    // The release after the fault is lost too: the worker died.
    drop(run.visit(&world, "w1").await);
    world.strike(None);
    let lease = Lease { id: id(), worker: "dead".to_owned() };
    let until = world.now() + LEASE;
    assert!(matches!(world.lease(&lease, world.now(), until).await.unwrap(), Leased::Granted(_)));
    assert_eq!(run.visit(&world, "w2").await.unwrap(), Worked::Busy);
    world.pass(LEASE);
    assert!(matches!(run.visit(&world, "w3").await.unwrap(), Worked::Erased { .. }));
    assert_eq!(run.visit(&world, "w4").await.unwrap(), Worked::Idle, "a redelivery finds nothing to do");
}

#[tokio::test]
async fn who_loses_the_lease_erases_no_further_chunk() {
    let run = Run::new();
    let calls = calls_of_a_visit(&run).await;
    for call in 2..calls {
        let world = world();
        open(&world).await;
        let left = std::sync::Arc::new(std::sync::Mutex::new(None));
        let at_theft = std::sync::Arc::clone(&left);
        world.interrupt(call, move |stored| {
            *at_theft.lock().unwrap() = Some(stored.records());
            stored.steal(&id(), "thief", now() + HOUR);
        });
        let worked = run.visit(&world, "w").await.unwrap();
        let at_theft = left.lock().unwrap().unwrap();
        let erased_since = at_theft - world.stored().records();
        // The largest chunk is the inbox of one connection.
        assert!(erased_since <= 12, "robbed before call {call}, then erased {erased_since}");
        if head(&world).state.erased_at().is_none() {
            assert_eq!(worked, Worked::Busy, "{call}");
        }
    }
}

#[tokio::test]
async fn three_second_looks_end_it() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    run.visit(&world, "w").await.unwrap();
    assert_eq!(run.visit(&world, "w").await.unwrap(), Worked::Idle, "not before it is due");
    for (span, is_last) in [(SignedDuration::from_mins(15), false), (HOUR * 24 * 7, false), (HOUR * 24 * 30, true)] {
        world.pass(span);
        assert_eq!(run.visit(&world, "w").await.unwrap(), Worked::LookedClean { is_last });
    }
    let head = head(&world);
    assert!(matches!(&head.state, State::Completed { looks, .. } if looks.len() == 3));
    assert_eq!(head.next_action_at, None);
    assert_eq!(run.visit(&world, "w").await.unwrap(), Worked::Idle);
}

#[tokio::test]
async fn a_second_look_that_finds_something_opens_the_case_again() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    run.visit(&world, "w").await.unwrap();
    // A restored backup brings back the row, the link and a signal.
    world.connect("alder", "c1", at("2026-01-01T00:00:00Z"), &[link()]);
    world.put("alder", "c1", "contact#p1#signal#2026-02-01T00:00:00.000Z#s0");
    world.pass(SignedDuration::from_mins(15));
    assert_eq!(run.visit(&world, "w").await.unwrap(), Worked::Resurfaced { places: 1 });
    assert_eq!((head(&world).reopened, head(&world).state.erased_at()), (1, None));
    assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Erased { .. }));
    assert_eq!(residue(&world), Vec::<String>::new());
}

#[tokio::test]
async fn a_request_that_is_opened_anew_still_looks_where_the_earlier_one_erased() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    run.visit(&world, "w").await.unwrap();
    let finished = head(&world);
    assert!(world.reopen(&finished, &request(now() + HOUR)).await.unwrap());
    assert_eq!(run.visit(&world, "w").await.unwrap(), Worked::Erased { removed: Counts::new() });
    // A signal comes back without its link.
    world.put("alder", "c1", "contact#p1#signal#2026-02-01T00:00:00.000Z#s0");
    world.pass(SignedDuration::from_mins(15));
    assert_eq!(run.visit(&world, "w").await.unwrap(), Worked::Resurfaced { places: 1 });
    run.visit(&world, "w").await.unwrap();
    assert_eq!(residue(&world), Vec::<String>::new());
}

#[tokio::test]
async fn a_confirmed_plan_does_not_wait_again_for_what_is_gone() {
    let (world, run) = (world(), Run::new());
    world.put("alder", "c1", "something#new");
    open(&world).await;
    assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Halted { .. }));
    let hash = head(&world).state.plan().unwrap().hash.clone();
    world.stored().heads.get_mut(&id()).unwrap().confirmed_plan = Some(hash);
    run.visit(&world, "w").await.unwrap();
    world.put("alder", "c1", "contact#p1#score");
    world.pass(SignedDuration::from_mins(15));
    assert_eq!(run.visit(&world, "w").await.unwrap(), Worked::Resurfaced { places: 1 });
    assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Erased { .. }));
}

#[tokio::test]
async fn a_place_first_seen_by_the_strong_read_is_marked_and_disarmed_too() {
    let run = Run::new();
    let calls = calls_of_a_visit(&run).await;
    let mut late = 0;
    for call in 1..calls {
        let world = world();
        open(&world).await;
        world.interrupt(call, |stored| {
            let place = place("dogwood", "c8", None);
            let connected_at = at("2026-01-01T00:00:00Z");
            stored.links.entry(link()).or_default().insert(place.clone(), connected_at);
            stored.connections.insert(place, crate::memory::ConnectionRow { connected_at, has_tokens: true });
            let partition = ("connections".to_owned(), "connection#dogwood#c8".to_owned());
            stored.items.entry(partition).or_default().insert("connection".to_owned());
        });
        run.visit(&world, "w").await.unwrap();
        if world.of_tenant("dogwood").is_empty() {
            late += 1;
            let mark = Mark::place(&place("dogwood", "c8", None));
            assert!(world.stored().marks.contains_key(&mark), "seen before call {call}, erased without a mark");
        }
    }
    assert!(late > 20, "{late}");
}

#[tokio::test]
async fn a_person_who_came_back_is_not_found_by_a_second_look() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    run.visit(&world, "w").await.unwrap();
    world.pass(SignedDuration::from_mins(15));
    world.connect("alder", "c1-again", world.now(), &[link()]);
    fill(&world, "alder", "c1-again");
    let before = world.of_tenant("alder");
    assert_eq!(run.visit(&world, "w").await.unwrap(), Worked::LookedClean { is_last: false });
    assert_eq!(world.of_tenant("alder"), before);
    let (place, owners) = (place("alder", "c1-again", Some("p1")), [owner()]);
    let arrival = Arrival {
        place: &place,
        connected_at: now() + SignedDuration::from_mins(15),
        owners: &owners,
        occurred_at: world.now(),
    };
    assert!(world.ingest(&arrival, "contact#p1#signal#2026-03-10T12:15:00.000Z#new").is_ok());
}

#[tokio::test]
async fn a_connection_made_again_under_its_old_id_is_left_alone() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    run.visit(&world, "w").await.unwrap();
    world.pass(SignedDuration::from_mins(15));
    world.connect("alder", "c1", world.now(), &[link()]);
    fill(&world, "alder", "c1");
    let before = world.of_tenant("alder");
    assert_eq!(run.visit(&world, "w").await.unwrap(), Worked::LookedClean { is_last: false });
    assert_eq!(world.of_tenant("alder"), before);
}

#[tokio::test]
async fn marks_live_as_long_as_the_policy_says() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    run.visit(&world, "w").await.unwrap();
    let stored = world.stored();
    for mark in
        [Mark::subject(&owner()), Mark::place(&place("alder", "c1", None)), Mark::place(&place("birch", "c2", None))]
    {
        assert_eq!(stored.marks[&mark].expires_at, Some(at("2028-03-10T12:00:00Z")), "{mark}");
    }
}
