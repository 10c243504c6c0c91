//! What one visit does, undisturbed.

use super::*;
use crate::erasure::remembered::REMEMBERED_BYTES;

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
    let State::Verifying { erased_at, looks, .. } = &head.state else { panic!("{:?}", head.state) };
    assert_eq!((*erased_at, looks.as_slice()), (now(), &[][..]));
    assert_eq!(head.next_action_at, Some(now() + SignedDuration::from_mins(15)));
    assert_eq!(head.leased_until, None);
    let outcomes = world.stored().outcomes[&(id(), 1)].clone();
    assert_eq!(outcomes.len(), 25, "an outcome for every record class that a person can be in");
    assert_eq!(outcomes["drafts"], Outcome::NothingFound);
}

#[tokio::test]
async fn a_visit_that_runs_out_of_time_goes_on_where_it_stopped() {
    let run = Run::new();
    let world = world();
    for signal in 0..2_000 {
        world.put("alder", "c1", &format!("contact#p1#signal#2026-02-01T00:00:00.000Z#x{signal:05}"));
    }
    open(&world).await;
    let engine = Engine {
        ledger: &world,
        vault: &world,
        aftermath: &proof(&world, &run.map),
        clock: &Ticking(&world),
        map: &run.map,
        second_looks: &run.looks,
    };
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
async fn who_goes_on_with_a_plan_makes_no_other() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    world.break_store(Some("media"));
    assert!(matches!(run.visit(&world, "w1").await.unwrap(), Worked::Failed { .. }));
    world.break_store(None);
    world.stored().plans.clear();
    world.pass(HOUR);
    assert!(matches!(run.visit(&world, "w2").await.unwrap(), Worked::Erased { .. }));
    assert!(world.stored().plans.is_empty(), "nothing is found, counted and planned a second time");
}

#[tokio::test]
async fn a_million_records_are_erased_across_many_invocations() {
    const RECORDS: u64 = 1_000_000;
    let (world, run) = (World::new(now(), 10_000), Run::new());
    world.connect("alder", "c1", at("2026-01-01T00:00:00Z"), &[link()]);
    world.put("birch", "c2", "contact#p1#profile");
    for signal in 0..RECORDS {
        world.put("alder", "c1", &format!("contact#p1#signal#2026-02-01T00:00:00.000Z#x{signal:07}"));
    }
    open(&world).await;
    let engine = Engine {
        ledger: &world,
        vault: &world,
        aftermath: &proof(&world, &run.map),
        clock: &Ticking(&world),
        map: &run.map,
        second_looks: &run.looks,
    };
    let (mut visits, mut left) = (0, usize::MAX);
    loop {
        visits += 1;
        let stop_at = world.now() + SignedDuration::from_secs(90);
        let worked = engine.work(&id(), &format!("w{visits}"), stop_at).await.unwrap();
        let records = world.stored().records();
        assert!(records <= left, "each visit goes on where the last one stopped");
        left = records;
        if let Worked::Erased { removed } = worked {
            assert_eq!(removed["signals"], RECORDS);
            break;
        }
        assert_eq!(worked, Worked::Again);
        assert!(visits < 100);
    }
    assert!(visits > 5, "{visits}");
    assert_eq!(world.of_tenant("alder"), Vec::<String>::new());
    assert_eq!(world.of_tenant("birch").len(), 1);
}

#[tokio::test]
async fn more_keys_than_are_remembered_are_read_again_and_erased() {
    let (world, run) = (World::new(now(), 1_000), Run::new());
    world.connect("alder", "c1", at("2026-01-01T00:00:00Z"), &[link()]);
    // Of a key with a long end after its number, all of that end is kept.
    let end = "z".repeat(900);
    let signals = REMEMBERED_BYTES / 900 + 1_500;
    for signal in 0..signals {
        world.put("alder", "c1", &format!("contact#p1#signal#2026-02-01T00:00:00.000Z#x{signal:05}{end}"));
    }
    open(&world).await;
    run.visit(&world, "w").await.unwrap();
    assert_eq!(world.of_tenant("alder"), Vec::<String>::new());
    let removed = removed(&world).into_iter().find(|(class, _)| class == "signals").unwrap().1;
    assert_eq!(removed, u64::try_from(signals).unwrap());
}

/// How many calls it takes to erase two connections of so many signals each, whose keys end in 900 bytes that nothing shortens.
async fn calls_to_erase_twice(signals: usize) -> u64 {
    let (world, run) = (World::new(now(), 1_000), Run::new());
    let end = "z".repeat(900);
    for (tenant, connection) in [("alder", "c1"), ("birch", "c2")] {
        world.connect(tenant, connection, at("2026-01-01T00:00:00Z"), &[link()]);
        for signal in 0..signals {
            world.put(tenant, connection, &format!("contact#p1#signal#2026-02-01T00:00:00.000Z#x{signal:05}{end}"));
        }
    }
    open(&world).await;
    assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Erased { .. }));
    world.calls()
}

#[tokio::test]
async fn what_was_counted_is_read_again_only_where_there_is_no_room_for_it() {
    let room = REMEMBERED_BYTES / 900;
    let few = calls_to_erase_twice(1_000).await;
    let half = calls_to_erase_twice(room / 2 - 300).await;
    let more = calls_to_erase_twice(room / 2 + 300).await;
    // Two more pages of each are counted, and erased in one more chunk of at most five calls each.
    assert!(half - few <= 2 * (2 + 5), "{few} {half}");
    // As many pages and chunks; but of the two, the three pages of the one that was counted last are read again.
    assert!((3..=6).contains(&(more - half)), "{half} {more}");
}

#[tokio::test]
async fn a_long_count_asks_every_fifty_pages_whether_it_is_still_its_own() {
    let (world, run) = (World::new(now(), 1), Run::new());
    world.connect("alder", "c1", at("2026-01-01T00:00:00Z"), &[link()]);
    for signal in 0..200 {
        world.put("alder", "c1", &format!("contact#p1#signal#2026-02-01T00:00:00.000Z#x{signal:05}"));
    }
    open(&world).await;
    // It is counting by then.
    world.interrupt(30, |stored| stored.steal(&id(), "other", now() + HOUR));
    assert_eq!(run.visit(&world, "w").await.unwrap(), Worked::Busy);
    assert!((50..80).contains(&world.calls()), "{}", world.calls());
    let left = world.of_tenant("alder").into_iter().filter(|line| line.contains("#signal#")).count();
    assert_eq!(left, 200, "nothing of it is erased");
}

/// A clock that moves on by a second whenever it is read.
pub(super) struct Ticking<'a>(pub(super) &'a World);

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
async fn tokens_are_dropped_before_anything_is_erased() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    world.break_store(Some("inbox"));
    run.visit(&world, "w").await.unwrap();
    assert!(!world.stored().connections[&place("alder", "c1", None)].has_tokens);
    assert!(world.stored().connections[&place("alder", "c9", None)].has_tokens);
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
async fn the_confirmation_of_one_plan_frees_no_later_one() {
    let (world, run) = (world(), Run::new());
    world.put("alder", "c1", "something#new");
    open(&world).await;
    assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Halted { .. }));
    let hash = head(&world).state.plan().unwrap().hash.clone();
    world.stored().heads.get_mut(&id()).unwrap().confirmed_plan = Some(hash);
    assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Erased { .. }));
    for key in ["something#else", "something#more"] {
        world.put("alder", "c1", key);
    }
    world.pass(SignedDuration::from_mins(15));
    assert_eq!(run.visit(&world, "w").await.unwrap(), Worked::Resurfaced { places: 1 });
    assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Halted { .. }), "nobody has seen this one");
    assert_eq!(residue(&world).iter().filter(|line| line.contains("something#")).count(), 2);
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
