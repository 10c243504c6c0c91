use jiff::SignedDuration;

use super::*;
use crate::accept_disconnect::{Disconnect, accept_disconnect};
use crate::erasure::{Engine, Worked};
use crate::ids::Platform;
use crate::keys::KeyedRef;
use crate::memory::{Strike, World, place, prompt_map, proof};
use crate::obligation::State;
use crate::ports::Clock;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// A disconnect of alder's c1 with a record that no class knows; birch's is a bystander.
async fn halted() -> (World, ObligationId, PlanHash) {
    let world = World::new("2026-03-10T12:00:00Z".parse().unwrap(), 10);
    for tenant in ["alder", "birch"] {
        let link = KeyedRef::from_stored(format!("v1-{tenant}"));
        world.connect(tenant, "c1", "2026-01-01T00:00:00Z".parse().unwrap(), &[link]);
        world.put(tenant, "c1", "something#new");
    }
    let place = place("alder", "c1", None);
    let disconnect = Disconnect { place, platform: Platform::parse("google").unwrap(), disconnected_at: None };
    let now = world.now();
    let id = accept_disconnect(&world, &world, &prompt_map(), HOUR, disconnect, now).await.unwrap().id;
    assert!(matches!(work(&world, &id).await, Worked::Halted { .. }));
    let hash = world.stored().heads[&id].state.plan().unwrap().hash.clone();
    (world, id, hash)
}

async fn work(world: &World, id: &ObligationId) -> Worked {
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
    let until = world.now() + HOUR;
    engine.work(id, "w", until).await.unwrap()
}

async fn confirm(world: &World, id: &ObligationId, hash: &PlanHash) -> Result<Confirmed, Fault> {
    let now = world.now();
    confirm_plan(world, world, id, hash, now).await
}

#[tokio::test]
async fn the_reviewed_plan_goes_on_at_once_and_no_other() {
    let (world, id, hash) = halted().await;
    let sent = world.stored().sent.len();
    let bystander = world.of_tenant("birch");
    world.pass(HOUR);
    let other = PlanHash::from_stored("0".repeat(64));
    assert_eq!(confirm(&world, &id, &other).await.unwrap(), Confirmed::Differs);
    assert_eq!(world.stored().sent.len(), sent, "nothing was sent");
    assert!(matches!(work(&world, &id).await, Worked::Halted { .. }));
    for _ in 0..2 {
        assert_eq!(confirm(&world, &id, &hash).await.unwrap(), Confirmed::Done);
    }
    let now = world.now();
    assert_eq!(world.stored().heads[&id].next_action_at, Some(now));
    assert_eq!(world.stored().sent.len(), sent + 2);
    assert!(matches!(work(&world, &id).await, Worked::Erased { .. }));
    assert_eq!(confirm(&world, &id, &hash).await.unwrap(), Confirmed::Done, "asked again after it is done");
    assert_eq!(confirm(&world, &id, &other).await.unwrap(), Confirmed::Differs);
    assert_eq!(world.of_tenant("birch"), bystander);
}

#[tokio::test]
async fn a_plan_that_a_newer_request_has_overtaken_is_not_confirmed() {
    let (world, id, hash) = halted().await;
    world.stored().heads.get_mut(&id).unwrap().covers_until += SignedDuration::from_secs(1);
    assert_eq!(confirm(&world, &id, &hash).await.unwrap(), Confirmed::Differs);
    let nobody = ObligationId::parse(&"n".repeat(32)).unwrap();
    assert_eq!(confirm(&world, &nobody, &hash).await.unwrap(), Confirmed::Missing);
}

#[tokio::test]
async fn a_crash_between_the_steps_is_mended_by_asking_again_or_by_the_sweeper() {
    for strike in [Strike::Before(1), Strike::After(1), Strike::Before(2), Strike::After(2)] {
        let (world, id, hash) = halted().await;
        world.strike(Some(strike));
        assert!(confirm(&world, &id, &hash).await.is_err(), "{strike:?}");
        let is_written = strike != Strike::Before(1);
        let now = world.now();
        let is_due = world.stored().heads[&id].next_action_at == Some(now);
        assert_eq!(is_due, is_written, "{strike:?}: what is written is due, so that the sweeper sends it");
        world.strike(None);
        assert_eq!(confirm(&world, &id, &hash).await.unwrap(), Confirmed::Done);
        assert!(matches!(work(&world, &id).await, Worked::Erased { .. }), "{strike:?}");
        assert!(matches!(world.stored().heads[&id].state, State::Verifying { .. }));
    }
}
