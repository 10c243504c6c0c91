//! Account data goes on its one day, whatever processors take: they have last days of their own.

use super::processors::{known, peopled, subject};
use super::returns::{OLD_DAYS, phase, work_on};
use super::*;
use crate::memory::{Mood, built_in_map};
use crate::obligation::Head;
use crate::promise_ledger::{ProcessorStanding, Standing, processors, standing};
use crate::sweep_ledger::{Bounds, Sweep, sweep_ledger};

const ENDS: &str = "2026-03-03T00:00:00Z";

/// Ana's account data goes on 3 March, and PostHog says yes and keeps what it has of her.
async fn waits_for_posthog() -> World {
    let world = peopled();
    world.stored().vendors.by_name.get_mut("posthog").unwrap().mood = Mood::Lying;
    terminate(&world, None).await.unwrap();
    work_on(&world, &OLD_DAYS[..2]).await;
    go_to(&world, ENDS);
    work(&world).await;
    assert!(!left(&world).contains(&"account") && known(&world, "posthog").contains(&subject("ana")));
    world
}

fn head(world: &World) -> Head {
    world.stored().heads[&phase("account")].clone()
}

async fn sweep(world: &World) -> Sweep {
    let stop_at = world.now() + HOUR;
    let bounds = Bounds { stuck_after: HOUR / 12, taken_max: 8_000, at_once: 8, stop_at };
    sweep_ledger(world, world, world, world, &built_in_map(), bounds, |_| {}).await
}

/// The sentence about account data, and PostHog.
fn promised(world: &World) -> (Standing, ProcessorStanding) {
    let (map, heads) = (built_in_map(), world.stored().heads.values().cloned().collect::<Vec<_>>());
    let standings = standing(&map, &heads, &[], &crate::legal_hold::InForce::default(), world.now());
    let mut accounts = standings.into_iter().filter(|one| one.promise == "termination.phase.account");
    let mut all = processors(&map, &heads, world.now()).into_iter();
    (accounts.next().unwrap(), all.find(|one| one.name == "posthog").unwrap())
}

#[tokio::test]
async fn a_processor_that_takes_five_days_makes_nothing_of_ours_late() {
    let world = waits_for_posthog().await;
    for _ in 0..5 * 24 {
        world.pass(HOUR);
        let swept = sweep(&world).await;
        assert_eq!((swept.near_due, swept.overdue, swept.processors_late), (0, 0, 0), "{}", world.now());
        work(&world).await;
    }
    let (account, posthog) = promised(&world);
    assert!(account.holds() && account.overdue == 0 && account.last_proof >= Some(at(ENDS)));
    assert_eq!((posthog.awaited, posthog.oldest_since), (1, Some(at(ENDS))));
    assert_eq!(posthog.next_due.unwrap().date.to_string(), "2026-03-20");
    assert_eq!((head(&world).late_since, head(&world).state.erased_at()), (None, None), "and nothing is erased yet");
    world.stored().vendors.by_name.get_mut("posthog").unwrap().mood = Mood::Honest;
    for _ in 0..3 {
        world.pass(HOUR);
        work(&world).await;
    }
    assert_eq!(head(&world).awaited, None);
    assert!(head(&world).state.erased_at().is_some() && head(&world).late_since.is_none());
    assert_eq!(promised(&world).1.awaited, 0);
}

#[tokio::test]
async fn a_processor_that_never_confirms_rings_days_before_its_own_last_day_and_after_it() {
    let world = waits_for_posthog().await;
    let mut seen = Vec::new();
    for day in ["2026-03-13", "2026-03-14", "2026-03-20", "2026-03-21"] {
        go_to(&world, &format!("{day}T00:00:00Z"));
        work(&world).await;
        world.pass(HOUR);
        let swept = sweep(&world).await;
        let (account, posthog) = promised(&world);
        assert!(account.holds() && swept.overdue == 0, "{day}");
        seen.push((swept.processors_late, swept.processors_overdue, posthog.near_due, posthog.holds()));
    }
    assert_eq!(seen, [(1, 0, 1, true), (1, 0, 1, true), (1, 0, 1, true), (1, 1, 0, false)]);
    assert_eq!((head(&world).late_since, head(&world).state.erased_at()), (None, None));
}

#[tokio::test]
async fn what_is_ours_and_stands_is_late_whoever_else_is_waited_for() {
    let world = peopled();
    terminate(&world, None).await.unwrap();
    work_on(&world, &OLD_DAYS[..2]).await;
    go_to(&world, "2026-03-04T01:00:00Z");
    let swept = sweep(&world).await;
    assert_eq!((swept.overdue, head(&world).late_since), (1, Some(world.now())));

    // Nobody has seen that it is gone, of what a wider request covers.
    let world = waits_for_posthog().await;
    let covers = head(&world).covers_until + HOUR;
    world.stored().heads.get_mut(&phase("account")).unwrap().covers_until = covers;
    go_to(&world, "2026-03-04T01:00:00Z");
    assert_eq!(sweep(&world).await.overdue, 1);
    assert!(!promised(&world).0.holds());
}
