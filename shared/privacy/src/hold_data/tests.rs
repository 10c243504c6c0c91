use std::collections::BTreeSet;

use super::*;
use crate::accept_disconnect::{Disconnect, accept_disconnect};
use crate::erasure::{Engine, Worked};
use crate::ids::{Platform, TenantId};
use crate::keys::KeyedRef;
use crate::legal_hold::{HoldScope, Note};
use crate::memory::{Strike, World, place, prompt_map, proof};
use crate::obligation::{ObligationId, State};
use crate::ports::Clock;
use crate::sweep_ledger::{Bounds, Notice, sweep_ledger};
use jiff::SignedDuration;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn hold(world: &World) -> LegalHold {
    let note = |text| Note::parse(text).unwrap();
    LegalHold {
        id: HoldId::parse("hold-0001").unwrap(),
        scope: HoldScope {
            tenant: TenantId::parse("alder").unwrap(),
            connection: None,
            contact: None,
            user: None,
            classes: BTreeSet::from(["signals".to_owned()]),
            from: None,
            until: None,
        },
        reason: note("a court asked"),
        approver: note("counsel"),
        proof: Some(note("file 7")),
        placed_at: world.now(),
        review_by: "2026-05-01".parse().unwrap(),
    }
}

/// A disconnected connection of alder whose signals are held.
async fn held() -> (World, ObligationId) {
    let world = World::new("2026-03-10T12:00:00Z".parse().unwrap(), 10);
    let link = KeyedRef::from_stored("v1-link".to_owned());
    world.connect("alder", "c1", "2026-01-01T00:00:00Z".parse().unwrap(), &[link]);
    world.put("alder", "c1", "contact#p1#signal#2026-02-01T00:00:00.000Z#s1");
    world.put("alder", "c1", "contact#p1#score");
    place_hold(&world, &prompt_map(), &hold(&world), world.now()).await.unwrap();
    let place = place("alder", "c1", None);
    let disconnect = Disconnect { place, platform: Platform::parse("google").unwrap(), disconnected_at: None };
    let accepted = accept_disconnect(&world, &world, &prompt_map(), HOUR, disconnect, world.now()).await.unwrap();
    assert!(matches!(work(&world, &accepted.id).await, Worked::Held { .. }));
    (world, accepted.id)
}

async fn work(world: &World, id: &ObligationId) -> Worked {
    try_to_work(world, id).await.unwrap()
}

async fn try_to_work(world: &World, id: &ObligationId) -> Result<Worked, Fault> {
    let map = prompt_map();
    let looks = map.model().second_looks.after.clone();
    let engine = Engine {
        ledger: world,
        vault: world,
        aftermath: &proof(world, &map),
        clock: world,
        map: &map,
        second_looks: &looks,
    };
    engine.work(id, "w", world.now() + HOUR).await
}

#[tokio::test]
async fn a_release_makes_what_waited_due_at_once() {
    let (world, id) = held().await;
    let before = world.stored().sent.len();
    let hold = hold(&world).id;
    assert_eq!(release_hold(&world, &world, &world, &hold, world.now()).await.unwrap(), Release::Done { waiting: 1 });
    let now = world.now();
    assert_eq!(world.stored().heads[&id].next_action_at, Some(now));
    assert_eq!(world.stored().sent.len(), before + 1);
    assert!(matches!(work(&world, &id).await, Worked::Erased { .. }));
    assert_eq!(world.of_tenant("alder"), Vec::<String>::new());
    assert_eq!(release_hold(&world, &world, &world, &hold, world.now()).await.unwrap(), Release::Done { waiting: 1 });
}

#[tokio::test]
async fn what_nobody_can_work_on_after_a_release_is_overdue_on_its_old_clock() {
    for (call, strike) in [(None, None), (Some(1), Some(Strike::Before(1))), (Some(3), Some(Strike::Before(3)))] {
        let (world, id) = held().await;
        world.pass(HOUR * 24 * 31);
        let bounds = Bounds { stuck_after: HOUR, taken_max: 80, at_once: 8, stop_at: world.now() + HOUR };
        let map = prompt_map();
        let swept = sweep_ledger(&world, &world, &world, &world, &map, bounds, |_| {}).await;
        assert_eq!((swept.held, swept.overdue, world.stored().heads[&id].late_since), (1, 0, None));
        release_hold(&world, &world, &world, &hold(&world).id, world.now()).await.unwrap();
        if strike.is_some() {
            world.strike(strike);
            assert!(try_to_work(&world, &id).await.is_err(), "{call:?}");
            world.strike(None);
        }
        assert!(matches!(world.stored().heads[&id].state, State::Held { .. }), "{call:?}: a worker got no further");
        let mut why = Vec::new();
        let swept = sweep_ledger(&world, &world, &world, &world, &map, bounds, |notice| match notice {
            Notice::Alarming { why: alarm, .. } => why.push(alarm),
            Notice::Fault(fault) => panic!("{}", fault.chain()),
        });
        let swept = swept.await;
        assert_eq!((swept.held, swept.overdue, why), (0, 1, vec!["overdue"]), "{call:?}");
        let now = world.now();
        assert_eq!(world.stored().heads[&id].late_since, Some(now), "{call:?}");
    }
}

/// Of two holds that keep the same a worker has met the first. Until it has looked for the second, nobody says that it is late.
#[tokio::test]
async fn what_another_hold_keeps_is_not_late_when_the_first_is_released() {
    let (world, id) = held().await;
    let second = LegalHold { id: HoldId::parse("hold-0002").unwrap(), ..hold(&world) };
    place_hold(&world, &prompt_map(), &second, world.now()).await.unwrap();
    world.pass(HOUR * 24 * 31);
    release_hold(&world, &world, &world, &hold(&world).id, world.now()).await.unwrap();
    let bounds = Bounds { stuck_after: HOUR, taken_max: 80, at_once: 8, stop_at: world.now() + HOUR * 48 };
    let map = prompt_map();
    let swept = sweep_ledger(&world, &world, &world, &world, &map, bounds, |_| {}).await;
    assert_eq!(
        (swept.overdue, world.stored().heads[&id].late_since),
        (1, None),
        "it rings and is sent, and nobody is told"
    );
    assert!(matches!(work(&world, &id).await, Worked::Held { .. }));
    world.pass(HOUR * 2);
    let swept = sweep_ledger(&world, &world, &world, &world, &map, bounds, |_| {}).await;
    assert_eq!((swept.held, swept.overdue, world.stored().heads[&id].late_since), (1, 0, None));
    // Where a worker finds nothing held and cannot finish, it is.
    release_hold(&world, &world, &world, &second.id, world.now()).await.unwrap();
    let swept = sweep_ledger(&world, &world, &world, &world, &map, bounds, |_| {}).await;
    let now = world.now();
    assert_eq!((swept.overdue, world.stored().heads[&id].late_since), (1, Some(now)));
}

#[tokio::test]
async fn a_book_that_cannot_be_read_makes_nothing_late() {
    let (world, id) = held().await;
    world.pass(HOUR * 24 * 31);
    let bounds = Bounds { stuck_after: HOUR, taken_max: 80, at_once: 8, stop_at: world.now() + HOUR };
    for call in 1..=12 {
        world.strike(Some(Strike::Before(call)));
        sweep_ledger(&world, &world, &world, &world, &prompt_map(), bounds, |_| {}).await;
        assert_eq!(world.stored().heads[&id].late_since, None, "{call}");
    }
}

#[tokio::test]
async fn a_release_that_was_cut_short_is_mended_by_asking_again_or_by_the_hour() {
    for call in 1..=5 {
        for strike in [Strike::Before(call), Strike::After(call)] {
            let (world, id) = held().await;
            let hold = hold(&world).id;
            world.strike(Some(strike));
            drop(release_hold(&world, &world, &world, &hold, world.now()).await);
            world.strike(None);
            if call % 2 == 0 {
                release_hold(&world, &world, &world, &hold, world.now()).await.unwrap();
            }
            let worked = work(&world, &id).await;
            let is_released = world.stored().holds.is_empty();
            assert_eq!(matches!(worked, Worked::Erased { .. }), is_released, "{strike:?}: {worked:?}");
            assert!(is_released || strike == Strike::Before(1), "{strike:?}");
        }
    }
}

#[tokio::test]
async fn a_hold_that_may_not_be_is_not_placed_and_an_unknown_one_not_released() {
    let world = World::new("2026-03-10T12:00:00Z".parse().unwrap(), 10);
    let without_proof = LegalHold { proof: None, ..hold(&world) };
    let refused = place_hold(&world, &prompt_map(), &without_proof, world.now()).await;
    assert!(matches!(refused, Err(NotPlaced::Invalid(InvalidHold::Proof))));
    assert!(world.stored().holds.is_empty());
    let unknown = release_hold(&world, &world, &world, &without_proof.id, world.now()).await;
    assert_eq!(unknown.unwrap(), Release::Unknown);
}

#[tokio::test]
async fn placing_twice_changes_nothing_and_does_not_bring_back_what_was_released() {
    let world = World::new("2026-03-10T12:00:00Z".parse().unwrap(), 10);
    let (map, hold) = (prompt_map(), hold(&world));
    for _ in 0..2 {
        place_hold(&world, &map, &hold, world.now()).await.unwrap();
    }
    assert_eq!(world.stored().holds.len(), 1);
    release_hold(&world, &world, &world, &hold.id, world.now()).await.unwrap();
    assert!(matches!(place_hold(&world, &map, &hold, world.now()).await, Err(NotPlaced::Taken)));
    assert!(world.stored().holds.is_empty());
    assert_eq!(world.all().await.unwrap()[0].released_at, Some(world.now()));
}

#[tokio::test]
async fn a_hold_is_placed_once_and_an_id_is_never_used_for_another() {
    let (world, _) = held().await;
    let map = prompt_map();
    let now = world.now() + HOUR;
    let mut again = LegalHold { placed_at: now, ..hold(&world) };
    place_hold(&world, &map, &again, now).await.unwrap();
    assert_eq!(world.stored().holds.len(), 1);
    again.scope.classes = BTreeSet::new();
    assert!(
        matches!(place_hold(&world, &map, &again, now).await, Err(NotPlaced::Taken)),
        "it would hold something else"
    );
    let first = hold(&world);
    release_hold(&world, &world, &world, &first.id, now).await.unwrap();
    assert!(matches!(place_hold(&world, &map, &first, now).await, Err(NotPlaced::Taken)), "it would not be in force");
    assert!(world.stored().holds.is_empty());
}

#[tokio::test]
async fn a_call_that_is_repeated_after_the_review_says_the_same() {
    let (world, _) = held().await;
    let first = hold(&world);
    world.pass(HOUR * 24 * 80);
    let map = prompt_map();
    let again = || place_hold(&world, &map, &first, world.now());
    assert!(again().await.is_ok(), "the first call was lost on the way back");
    let other = LegalHold { approver: Note::parse("somebody").unwrap(), ..first.clone() };
    let other = place_hold(&world, &map, &other, world.now()).await;
    assert!(matches!(other, Err(NotPlaced::Invalid(_))), "{other:?}");
    release_hold(&world, &world, &world, &first.id, world.now()).await.unwrap();
    assert!(matches!(again().await, Err(NotPlaced::Invalid(_))), "a released one is not in force again");
    assert_eq!(world.stored().holds, vec![]);
}
