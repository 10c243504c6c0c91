//! Legal holds: before an erasure, in the middle of it, and after they are released.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use super::proofs::{copies, receipts, vendor};
use super::*;
use crate::ids::{ContactId, TenantId};
use crate::legal_hold::{HoldId, HoldScope, LegalHold, Note};
use crate::memory::Mood;

pub(super) fn hold(id: &str, tenant: &str, contact: Option<&str>, classes: &[&str]) -> LegalHold {
    let note = |text| Note::parse(text).unwrap();
    LegalHold {
        id: HoldId::parse(id).unwrap(),
        scope: HoldScope {
            tenant: TenantId::parse(tenant).unwrap(),
            connection: None,
            contact: contact.map(|contact| ContactId::parse(contact).unwrap()),
            user: None,
            classes: classes.iter().map(|class| (*class).to_owned()).collect::<BTreeSet<String>>(),
            from: None,
            until: None,
        },
        reason: note("a court asked"),
        approver: note("counsel"),
        proof: Some(note("file 7")),
        placed_at: now(),
        review_by: "2026-05-01".parse().unwrap(),
    }
}

/// Alder keeps the signals of p1: four records of connection c1.
pub(super) fn of_p1() -> LegalHold {
    hold("hold-0001", "alder", Some("p1"), &["signals"])
}

pub(super) fn held_lines(world: &World) -> Vec<String> {
    let is_held = |line: &String| line.starts_with("inbox alder#c1 contact#p1#signal");
    world.of_tenant("alder").into_iter().filter(is_held).collect()
}

#[tokio::test]
async fn a_hold_keeps_its_scope_and_delays_nothing_else() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    let before = bystanders(&world);
    world.stored().holds.push(of_p1());
    let review_by = "2026-05-01".parse().unwrap();
    assert_eq!(run.visit(&world, "w1").await.unwrap(), Worked::Held { review_by });
    assert_eq!(held_lines(&world).len(), 4);
    let left: Vec<String> = residue(&world).into_iter().filter(|line| line.starts_with("inbox")).collect();
    assert_eq!(left, held_lines(&world), "of the records only what is held stays");
    let head = head(&world);
    assert!(matches!(&head.state, State::Held { by, .. } if *by == [HoldId::parse("hold-0001").unwrap()]));
    assert_eq!(head.state.erased_at(), None);
    assert!(!world.stored().connections[&place("alder", "c1", None)].has_tokens, "the product uses nothing of it");
    assert!(!world.stored().connections.contains_key(&place("birch", "c2", None)), "the other tenant is done");
    let outcomes = world.stored().outcomes[&(id(), 1)].clone();
    assert_eq!(outcomes["signals"], Outcome::Held { removed: 12, held: 4 });
    assert_eq!(outcomes["scores"], Outcome::Removed { count: 4 });
    assert_eq!(outcomes["connections"], Outcome::Held { removed: 1, held: 1 }, "what finds the rest stays with it");
    assert_eq!(bystanders(&world), before);
    assert_eq!(world.stored().waiting.len(), 1, "its release finds the obligation");
}

#[tokio::test]
async fn beside_a_hold_everything_else_is_finished() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    vendor(&world, "posthog", Mood::Honest);
    world.stored().holds.push(of_p1());
    assert!(matches!(run.visit(&world, "w1").await.unwrap(), Worked::Held { .. }));
    assert_eq!(copies(&world, "posthog").len(), 1, "a hold on a class of ours keeps nothing at a processor");
    assert_eq!((receipts(&world, "alder").len(), receipts(&world, "birch").len()), (0, 1));
    // Something of what was free comes back past the gate.
    world.put("birch", "c2", "contact#p1#signal#2026-02-01T00:00:00.000Z#late");
    // Visits are an hour and some minutes apart.
    for _ in 0..24 {
        world.pass(SignedDuration::from_mins(69));
        run.visit(&world, "w2").await.unwrap();
    }
    assert!(residue(&world).iter().all(|line| !line.contains("birch")), "it is looked at every day");
    assert_eq!(held_lines(&world).len(), 4);
    assert_eq!((receipts(&world, "alder").len(), receipts(&world, "birch").len()), (0, 1), "none twice");
    world.stored().holds.clear();
    assert!(matches!(run.visit(&world, "w3").await.unwrap(), Worked::Erased { .. }));
    assert_eq!((receipts(&world, "alder").len(), receipts(&world, "birch").len()), (1, 1));
    assert_eq!(residue(&world), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_free_beside_a_hold_is_looked_at_in_the_first_two_hours_of_a_day() {
    let run = Run::new();
    for (time, is_looked_at) in [("00:00:00", true), ("01:59:59", true), ("02:00:00", false), ("23:59:59", false)] {
        let world = world();
        open(&world).await;
        world.stored().holds.push(of_p1());
        assert!(matches!(run.visit(&world, "w1").await.unwrap(), Worked::Held { .. }));
        world.put("birch", "c2", "contact#p1#signal#2026-02-01T00:00:00.000Z#late");
        world.stored().set_now(at(&format!("2026-03-11T{time}Z")));
        assert!(matches!(run.visit(&world, "w2").await.unwrap(), Worked::Held { .. }));
        let is_there = residue(&world).iter().any(|line| line.contains("birch"));
        assert_eq!(is_there, !is_looked_at, "{time}");
    }
}

#[tokio::test]
async fn a_hold_on_everything_of_a_tenant_keeps_the_person_at_processors_too() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    vendor(&world, "posthog", Mood::Honest);
    world.stored().holds.push(hold("hold-0001", "alder", None, &[]));
    assert!(matches!(run.visit(&world, "w1").await.unwrap(), Worked::Held { .. }));
    assert_eq!(copies(&world, "posthog").len(), 2);
    assert_eq!((receipts(&world, "alder").len(), receipts(&world, "birch").len()), (0, 0), "not all is confirmed");
    assert!(residue(&world).iter().all(|line| line.contains("alder")), "ours of the other tenant is gone all the same");
    world.stored().holds.clear();
    assert!(matches!(run.visit(&world, "w2").await.unwrap(), Worked::Erased { .. }));
    assert_eq!((copies(&world, "posthog").len(), residue(&world).len()), (1, 0));
    assert_eq!((receipts(&world, "alder").len(), receipts(&world, "birch").len()), (1, 1));
}

#[tokio::test]
async fn a_processor_that_has_not_confirmed_beside_a_hold_still_rings() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    vendor(&world, "posthog", Mood::Lying);
    world.stored().holds.push(of_p1());
    let mut late = Vec::new();
    for _ in 0..24 * 12 {
        if let Worked::Settling { overdue, .. } = run.visit(&world, "w1").await.unwrap() {
            late = overdue;
        }
        world.pass(HOUR);
    }
    assert_eq!(late, ["posthog"]);
    assert!(matches!(head(&world).state, State::Held { .. }));
    assert_eq!(receipts(&world, "birch").len(), 0);
}

/// What a run tells others, worked out from the row as it stood before each call. `act` is what happens before each visit.
async fn told(visits: usize, act: impl Fn(&World, usize)) -> Vec<&'static str> {
    let run = Run::new();
    let course = async |call: Option<u64>, seen: &Arc<Mutex<Vec<Head>>>| {
        let world = world();
        open(&world).await;
        world.strike(None);
        if let Some(call) = call {
            let seen = Arc::clone(seen);
            world.interrupt(call, move |stored| seen.lock().unwrap().push(stored.heads[&id()].clone()));
        }
        for visit in 0..visits {
            act(&world, visit);
            run.visit(&world, "w1").await.unwrap();
        }
        seen.lock().unwrap().push(head(&world));
        world.calls()
    };
    let heads = Arc::new(Mutex::new(Vec::new()));
    for call in 1..=course(None, &Arc::default()).await {
        let seen = Arc::default();
        course(Some(call), &seen).await;
        heads.lock().unwrap().extend(seen.lock().unwrap().first().cloned());
    }
    course(None, &heads).await;
    let heads = heads.lock().unwrap();
    let events = heads.windows(2).flat_map(|pair| crate::ledger_event::events(Some(&pair[0]), &pair[1]));
    events.map(|event| event.kind.name()).collect()
}

#[tokio::test]
async fn others_hear_of_a_hold_once_however_often_more_is_erased_beside_it() {
    let happens = |world: &World, visit: usize| match visit {
        0 => world.stored().holds.push(of_p1()),
        1 | 2 => {
            world.pass(SignedDuration::from_hours(12 * visit as i64));
            world.put("birch", "c2", &format!("contact#p1#signal#2026-02-01T00:00:00.000Z#late{visit}"));
        }
        3 => world.stored().holds.push(hold("hold-0002", "alder", Some("p1"), &["signals"])),
        4 => world.stored().holds.retain(|hold| hold.id.as_str() != "hold-0001"),
        _ => world.stored().holds.clear(),
    };
    assert_eq!(told(6, happens).await, ["held", "held", "released", "erased"], "again only by another hold");
}

#[tokio::test]
async fn what_is_held_goes_when_the_hold_is_released_on_the_old_clock() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    let due_by = head(&world).due_by;
    world.stored().holds.push(of_p1());
    run.visit(&world, "w1").await.unwrap();
    world.pass(HOUR);
    world.strike(None);
    assert!(matches!(run.visit(&world, "w2").await.unwrap(), Worked::Held { .. }), "it is looked at and stays");
    assert!(world.calls() < 16, "no record is read again on the same day: {}", world.calls());
    assert_eq!(held_lines(&world).len(), 4);
    world.stored().holds.clear();
    assert!(matches!(run.visit(&world, "w3").await.unwrap(), Worked::Erased { .. }));
    assert_eq!(residue(&world), Vec::<String>::new());
    assert_eq!(removed(&world), all_removed());
    assert_eq!(head(&world).due_by, due_by);
}

#[tokio::test]
async fn a_hold_placed_before_any_call_is_respected_from_its_next_chunk_on() {
    let run = Run::new();
    let calls = calls_of_a_visit(&run).await;
    let (mut held, mut too_late) = (0, 0);
    for call in 1..=calls {
        let world = world();
        open(&world).await;
        let before = bystanders(&world);
        world.interrupt(call, |stored| stored.holds.push(of_p1()));
        let worked = run.visit(&world, "w1").await.unwrap();
        world.interrupt(u64::MAX, |_| {});
        match held_lines(&world).len() {
            // One chunk holds them all: it had begun, or it had not.
            4 => {
                held += 1;
                assert!(matches!(worked, Worked::Held { .. }), "{call}: {worked:?}");
            }
            0 => {
                too_late += 1;
                assert!(matches!(worked, Worked::Erased { .. }), "{call}: {worked:?}");
            }
            other => panic!("{call}: {other} of 4 held records left"),
        }
        world.stored().holds.clear();
        run.visit(&world, "w2").await.unwrap();
        assert_eq!(residue(&world), Vec::<String>::new(), "{call}");
        assert_eq!(removed(&world), all_removed(), "{call}");
        assert_eq!(bystanders(&world), before, "{call}");
    }
    assert!(held > 10 && too_late > 10, "{held} held, {too_late} too late");
}

#[tokio::test]
async fn what_finds_a_place_is_told_as_held_with_it_and_counted_once_when_it_goes() {
    let (some, none) = (Outcome::Held { removed: 8, held: 8 }, Outcome::Removed { count: 16 });
    for (classes, signals) in
        [(&[][..], &some), (&["signals", "identity-links"], &some), (&["signals"], &some), (&["identity-links"], &none)]
    {
        let (world, run) = (world(), Run::new());
        open(&world).await;
        world.stored().holds.push(hold("hold-0001", "alder", None, classes));
        assert!(matches!(run.visit(&world, "w1").await.unwrap(), Worked::Held { .. }));
        let outcomes = world.stored().outcomes[&(id(), 1)].clone();
        assert_eq!(&outcomes["signals"], signals, "{classes:?}");
        assert_eq!(outcomes["connections"], Outcome::Held { removed: 1, held: 1 }, "{classes:?}");
        assert_eq!(outcomes["identity-links"], Outcome::Held { removed: 1, held: 2 }, "{classes:?}");
        world.stored().holds.clear();
        assert!(matches!(run.visit(&world, "w2").await.unwrap(), Worked::Erased { .. }));
        assert_eq!(removed(&world), all_removed(), "{classes:?}");
    }
}

#[tokio::test]
async fn what_was_held_is_planned_before_it_goes() {
    let (world, run) = (world(), Run::new());
    world.put("alder", "c1", "something#new");
    open(&world).await;
    world.stored().holds.push(hold("hold-0001", "alder", None, &[]));
    assert!(matches!(run.visit(&world, "w1").await.unwrap(), Worked::Held { .. }), "what is held is over no ceiling");
    world.stored().holds.clear();
    let halted = Worked::Halted { over_ceiling: vec![("unclassified".to_owned(), 0)] };
    assert_eq!(run.visit(&world, "w2").await.unwrap(), halted);
}

#[tokio::test]
async fn of_two_holds_each_keeps_its_own() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    world.stored().holds = vec![of_p1(), hold("hold-0002", "alder", Some("p2"), &["scores"])];
    assert!(matches!(run.visit(&world, "w1").await.unwrap(), Worked::Held { .. }));
    world.stored().holds.remove(0);
    assert!(matches!(run.visit(&world, "w2").await.unwrap(), Worked::Held { .. }));
    let left: Vec<String> = residue(&world).into_iter().filter(|line| line.starts_with("inbox")).collect();
    assert_eq!(left, ["inbox alder#c1 contact#p2#score"]);
    world.stored().holds.clear();
    assert!(matches!(run.visit(&world, "w3").await.unwrap(), Worked::Erased { .. }));
    assert_eq!(removed(&world), all_removed());
}

#[tokio::test]
async fn a_hold_of_others_stops_nothing() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    world.stored().holds =
        vec![hold("hold-0001", "cedar", None, &[]), hold("hold-0002", "alder", Some("p9"), &["signals"])];
    assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Erased { .. }));
    assert_eq!(residue(&world), Vec::<String>::new());
}

#[tokio::test]
async fn a_fault_at_any_call_loses_nothing_that_is_held() {
    let run = Run::new();
    let calls = calls_of_a_visit(&run).await;
    for call in 1..=calls {
        for strike in [Strike::Before(call), Strike::After(call)] {
            let world = world();
            open(&world).await;
            world.stored().holds.push(of_p1());
            world.strike(Some(strike));
            for visit in 0..4 {
                drop(run.visit(&world, &format!("w{visit}")).await);
                world.strike(None);
                world.pass(SignedDuration::from_mins(10));
            }
            assert_eq!(held_lines(&world).len(), 4, "{strike:?}");
            // What an earlier visit set aside is met again: the row names the hold, and the release finds the row.
            let state = head(&world).state;
            assert!(matches!(&state, State::Held { by, .. } if *by == [of_p1().id]), "{strike:?}: {state:?}");
            assert_eq!(world.stored().waiting.len(), 1, "{strike:?}");
            world.stored().holds.clear();
            run.visit(&world, "last").await.unwrap();
            assert_eq!(residue(&world), Vec::<String>::new(), "{strike:?}");
            assert_eq!(removed(&world), all_removed(), "{strike:?}");
        }
    }
}
