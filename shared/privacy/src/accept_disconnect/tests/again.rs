//! Disconnects of another day than the connection, and ids that are used again at any moment.

use super::*;
use crate::memory::{ConnectionRow, Stored};

const NEW: &str = "contact#p1#signal#2026-12-15T13:00:00.000Z#new";

/// Works until it needs no further visit.
async fn work_on(world: &World, id: &ObligationId) -> Worked {
    for _ in 0..4 {
        let worked = work(world, id).await;
        if worked != Worked::Again {
            return worked;
        }
    }
    panic!("it never ends")
}

fn connect_anew(world: &World) {
    world.connect("alder", "c1", world.now(), &[]);
    world.put("alder", "c1", NEW);
}

#[tokio::test]
async fn one_that_is_dated_before_its_connection_was_made_means_the_connection_that_is_there() {
    // Cut to seconds, of another zone, of the very instant, of last year.
    for dated in ["2026-12-15T11:00:05Z", "2026-12-15T09:00:00Z", "2026-12-15T11:00:05.300Z", "2025-12-15T11:00:00Z"] {
        let world = world();
        let link = KeyedRef::from_stored("v1-alder-c1".to_owned());
        world.connect("alder", "c1", at("2026-12-15T11:00:05.300Z"), &[link]);
        let before = bystanders(&world);
        let accepted = accepted(&world, disconnect("google", Some(dated))).await.unwrap();
        assert!(matches!(work_on(&world, &accepted.id).await, Worked::Erased { .. }), "{dated}");
        assert_eq!(of_connection(&world), Vec::<String>::new(), "{dated}");
        let head = world.stored().heads[&accepted.id].clone();
        assert_eq!(head.covers_until, head.received_at, "the gate refuses what comes late: {dated}");
        assert_eq!(bystanders(&world), before);
    }
}

#[tokio::test]
async fn one_made_after_the_receipt_is_another_connection_whatever_breaks() {
    for dated in [None, Some("2026-12-15T09:00:00Z")] {
        let world = world();
        let accepted = accepted(&world, disconnect("google", dated)).await.unwrap();
        world.pass(HOUR);
        connect_anew(&world);
        assert!(matches!(work_on(&world, &accepted.id).await, Worked::Erased { .. }));
        assert!(of_connection(&world).iter().any(|line| line.ends_with("#new")), "{dated:?}");
        assert!(world.stored().connections[&place("alder", "c1", None)].has_tokens, "{dated:?}");
    }
}

#[tokio::test]
async fn an_id_that_is_used_again_between_two_visits_keeps_the_new_connection() {
    let world = world();
    let accepted = accepted(&world, disconnect("google", None)).await.unwrap();
    world.break_store(Some("inbox"));
    assert!(matches!(work(&world, &accepted.id).await, Worked::Failed { .. }));
    world.pass(HOUR);
    connect_anew(&world);
    world.break_store(None);
    assert!(matches!(work_on(&world, &accepted.id).await, Worked::Erased { .. }));
    let left = of_connection(&world);
    assert!(left.iter().any(|line| line.ends_with("#new")), "{left:?}");
    assert!(left.iter().any(|line| line.ends_with("connection#alder#c1 connection")), "{left:?}");
    assert!(left.iter().all(|line| !line.contains("2026-02-01")), "{left:?}");
    assert!(world.stored().connections[&place("alder", "c1", None)].has_tokens);
}

#[tokio::test]
async fn a_second_disconnect_of_it_takes_the_new_connection_whatever_was_planned_before() {
    let world = world();
    let first = accepted(&world, disconnect("google", None)).await.unwrap();
    world.pass(HOUR);
    connect_anew(&world);
    world.break_store(Some("inbox"));
    assert!(matches!(work(&world, &first.id).await, Worked::Failed { .. }));
    world.pass(HOUR);
    let second = accepted(&world, disconnect("google", None)).await.unwrap();
    assert_eq!((&second.id, second.became), (&first.id, Became::Widened));
    world.break_store(None);
    assert!(matches!(work_on(&world, &first.id).await, Worked::Erased { .. }));
    assert_eq!(of_connection(&world), Vec::<String>::new());
}

/// Under the id of before, by the same person, from another process.
fn connect_meanwhile(stored: &mut Stored) {
    let (place, link) = (place("alder", "c1", None), KeyedRef::from_stored("v1-alder-c1".to_owned()));
    let connected_at = stored.now();
    stored.connections.insert(place.clone(), ConnectionRow::new("google", connected_at));
    let rows = stored.items.entry(("connections".to_owned(), "connection#alder#c1".to_owned())).or_default();
    rows.extend(["connection".to_owned(), format!("link#{link}")]);
    stored.links.entry(link).or_default().insert(place, connected_at);
}

#[tokio::test]
async fn an_id_that_is_used_again_at_any_moment_of_a_visit_keeps_what_finds_the_new_connection() {
    let mut is_over = false;
    let mut call = 0;
    while !is_over {
        call += 1;
        let world = world();
        let accepted = accepted(&world, disconnect("google", None)).await.unwrap();
        world.pass(HOUR);
        world.strike(None);
        world.interrupt(call, connect_meanwhile);
        assert!(matches!(work_on(&world, &accepted.id).await, Worked::Erased { .. }), "call {call}");
        is_over = world.calls() < call;
        if is_over {
            break;
        }
        let stored = world.stored();
        let row = stored.connections.get(&place("alder", "c1", None));
        assert!(row.is_some_and(|row| row.has_tokens), "call {call}");
        let link = KeyedRef::from_stored("v1-alder-c1".to_owned());
        assert!(stored.links.get(&link).is_some_and(|places| !places.is_empty()), "call {call}");
        drop(stored);
        let left = of_connection(&world);
        for key in ["connection#alder#c1 connection", "connection#alder#c1 link#v1-alder-c1"] {
            assert!(left.iter().any(|line| line.ends_with(key)), "call {call}: {left:?}");
        }
        assert!(left.iter().all(|line| !line.contains("2026-02-01")), "call {call}: {left:?}");
    }
    assert!(call > 20, "it was tried at every call");
}
