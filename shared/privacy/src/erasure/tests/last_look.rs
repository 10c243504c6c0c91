//! The last look before links go, beside a hold and without one.

use super::holds::hold;
use super::links::{by_email, disconnect, known, links};
use super::*;
use crate::accept_disconnect::accept_disconnect;

/// A record of p1 that lists may miss.
const MISSED: &str = "contact#p1#signal#2026-02-01T00:00:00.000Z#missed";

/// Alder disconnects c1; a hold may keep the signals of p2.
async fn disconnected(run: &Run, is_held: bool, is_missed: bool) -> (World, ObligationId) {
    let world = known();
    world.put("alder", "c1", MISSED);
    world.stored().unlisted.extend(is_missed.then(|| MISSED.to_owned()));
    world.stored().holds.extend(is_held.then(|| hold("hold-0001", "alder", Some("p2"), &["signals"])));
    let accepted = accept_disconnect(&world, &world, &run.map, HOUR, disconnect(), now()).await.unwrap();
    world.strike(None);
    (world, accepted.id)
}

fn outcomes(world: &World, id: &ObligationId) -> BTreeMap<String, Outcome> {
    world.stored().outcomes[&(id.clone(), 1)].clone()
}

fn is_linked(world: &World, contact: &str) -> bool {
    links(world).iter().any(|line| line.ends_with(&format!("alder#c1#{contact}")))
}

#[tokio::test]
async fn who_asks_after_a_crash_beside_a_hold_is_told_erased_of_nothing_that_a_list_had_missed() {
    let run = Run::new();
    let (world, first) = disconnected(&run, true, true).await;
    drop(run.work_as(&world, &first, "w1").await);
    for call in 1..=world.calls().min(400) {
        for strike in [Strike::Before(call), Strike::After(call)] {
            let (world, first) = disconnected(&run, true, true).await;
            world.strike(Some(strike));
            drop(run.work_as(&world, &first, "w1").await);
            world.strike(None);
            world.stored().unlisted.clear();
            world.open(&by_email()).await.unwrap();
            let worked = run.work_as(&world, &by_email().id, "w2").await.unwrap();
            assert!(matches!(worked, Worked::Erased { .. }), "{strike:?}: {worked:?}");
            let left = residue(&world).into_iter().filter(|line| line.contains("#missed"));
            assert_eq!(left.collect::<Vec<_>>(), Vec::<String>::new(), "{strike:?}");
        }
    }
}

#[tokio::test]
async fn what_the_last_look_finds_is_counted_once_and_so_is_what_waits_for_it() {
    let run = Run::new();
    let (world, first) = disconnected(&run, false, false).await;
    run.work(&world, &first).await;
    let all = outcomes(&world, &first);
    assert_eq!(all["signals"], Outcome::Removed { count: 9 });
    for is_held in [false, true] {
        let (world, first) = disconnected(&run, is_held, false).await;
        run.work(&world, &first).await;
        let (calls, expected) = (world.calls(), outcomes(&world, &first));
        let mut found_late = 0;
        for call in 1..=calls {
            let (world, first) = disconnected(&run, is_held, true).await;
            world.interrupt(call, |stored| stored.unlisted.clear());
            run.work(&world, &first).await;
            found_late += u32::from(world.calls() > calls + 5);
            assert_eq!(outcomes(&world, &first), expected, "held: {is_held}, listed from call {call} on");
            world.stored().holds.clear();
            world.pass(HOUR);
            run.work(&world, &first).await;
            assert_eq!(outcomes(&world, &first), all, "held: {is_held}, listed from call {call} on");
        }
        assert!(found_late > 10, "held: {is_held}, {found_late} of {calls}");
    }
}

#[tokio::test]
async fn what_comes_between_the_end_of_links_and_a_release_goes_with_what_was_held() {
    let run = Run::new();
    let (world, first) = disconnected(&run, true, false).await;
    let due_by = world.stored().heads[&first].due_by.clone();
    assert!(matches!(run.work(&world, &first).await, Worked::Held { .. }));
    assert_eq!((is_linked(&world, "p1"), is_linked(&world, "p2")), (false, true));
    // Past the gate, of somebody to whom no link leads any more and of whom something is held.
    for contact in ["p1", "p2"] {
        world.put("alder", "c1", &format!("contact#{contact}#signal#2026-03-10T12:00:00.000Z#late"));
    }
    world.stored().holds.clear();
    assert!(matches!(run.work(&world, &first).await, Worked::Erased { .. }));
    assert!(world.of_tenant("alder").iter().all(|line| !line.contains("c1")), "{:?}", world.of_tenant("alder"));
    assert!(!is_linked(&world, "p2"));
    assert_eq!(outcomes(&world, &first)["signals"], Outcome::Removed { count: 11 });
    assert_eq!(world.stored().heads[&first].due_by, due_by);
}

#[tokio::test]
async fn what_is_held_whole_is_not_read_before_its_links_stay() {
    let run = Run::new();
    let calls = async |signals: u32| {
        let world = known();
        for signal in 0..signals {
            world.put("alder", "c1", &format!("contact#p3#signal#2026-02-01T00:00:00.000Z#s{signal:03}"));
        }
        world.stored().holds.push(hold("hold-0001", "alder", None, &[]));
        let accepted = accept_disconnect(&world, &world, &run.map, HOUR, disconnect(), now()).await.unwrap();
        world.strike(None);
        assert!(matches!(run.work(&world, &accepted.id).await, Worked::Held { .. }));
        assert!(is_linked(&world, "p1") && is_linked(&world, "p2"));
        world.calls()
    };
    // Pages of three records: thirty more, read to be counted and once more for the links among them.
    assert_eq!(calls(90).await - calls(0).await, 60);
}

#[tokio::test]
async fn what_finds_a_connection_that_was_made_anew_is_not_told_as_held() {
    let run = Run::new();
    let (world, first) = disconnected(&run, true, false).await;
    world.pass(HOUR);
    world.connect("alder", "c1", world.now(), &[]);
    assert!(matches!(run.work(&world, &first).await, Worked::Held { .. }));
    assert_eq!(outcomes(&world, &first)["connections"], Outcome::NothingFound);
    assert!(world.stored().connections.contains_key(&place("alder", "c1", None)));
}
