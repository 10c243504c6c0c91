//! What is cut short at any call is made good by asking again.

use super::*;
use crate::memory::plan_hash;
use crate::obligation::PlanRef;

#[tokio::test]
async fn a_crash_while_a_new_end_is_accepted_leaves_no_part_behind() {
    for call in 1..=32 {
        let world = world();
        terminate(&world, None).await.unwrap();
        cancel(&world).await;
        world.pass(DAY);
        world.strike(Some(Strike::Before(call)));
        drop(tell(&world, None, Some("2026-02-01T12:00:00Z")).await);
        world.strike(None);
        tell(&world, None, Some("2026-02-01T12:00:00Z")).await.unwrap();
        assert!(world.stored().heads.values().all(|head| head.state == State::Received), "{call}");
    }
}

#[tokio::test]
async fn a_reactivation_that_was_cut_short_is_followed_by_the_phases_it_missed() {
    let world = world();
    terminate(&world, None).await.unwrap();
    world.strike(Some(Strike::Before(4)));
    assert!(reactivate(&world, &prompt_map(), &tenant("alder"), world.now()).await.is_err());
    world.strike(None);
    go_to(&world, "2026-04-01T00:00:00Z");
    work(&world).await;
    assert_eq!(left(&world).len(), 6, "nothing was erased");
    let stored = world.stored();
    assert!(stored.heads.values().all(|head| matches!(head.state, State::Cancelled { .. })));
}

#[tokio::test]
async fn a_phase_that_was_planned_has_begun_or_was_erased_once_does_not_follow_its_window() {
    let planned = State::Executing { plan: PlanRef { hash: plan_hash(), covers_until: at("2026-01-01T00:00:00Z") } };
    let began = Some(at("2026-03-03T00:00:00Z"));
    for (state, reopened, begun_at, follows) in [
        (State::Received, 0, None, true),
        (planned.clone(), 0, None, false),
        (State::Received, 1, None, false),
        (State::Received, 0, began, false),
        (planned, 1, began, false),
    ] {
        let world = world();
        terminate(&world, None).await.unwrap();
        let of = |phase| ObligationId::of_termination(&tenant("alder"), phase);
        let set = |phase, set: &dyn Fn(&mut Head)| set(world.stored().heads.get_mut(&of(phase)).unwrap());
        set("account", &|head| head.state = State::Cancelled { at: at("2026-02-01T00:00:00Z") });
        set("conversations", &|head| {
            (head.state, head.reopened, head.begun_at) = (state.clone(), reopened, begun_at);
        });
        go_to(&world, "2026-04-01T00:00:00Z");
        returns::visit(&world, "conversations").await.unwrap();
        let is_cancelled = matches!(world.stored().heads[&of("conversations")].state, State::Cancelled { .. });
        assert_eq!(is_cancelled, follows, "{state:?} {reopened} {begun_at:?}");
        assert_eq!(left(&world).contains(&"conversations"), follows, "{state:?} {reopened} {begun_at:?}");
    }
}

#[tokio::test]
async fn a_crash_at_any_call_of_accepting_is_mended_by_asking_again() {
    // Two reads of what stands, four of what may be open, five writes.
    for call in 1..=11 {
        for strike in [Strike::Before(call), Strike::After(call)] {
            let world = world();
            world.strike(Some(strike));
            assert!(terminate(&world, None).await.is_err(), "{strike:?}");
            world.strike(None);
            assert_eq!(terminate(&world, None).await.unwrap().len(), 5);
            assert_eq!(world.stored().heads.len(), 5);
        }
    }
}

#[tokio::test]
async fn an_end_whose_acceptance_is_cut_keeps_its_day_however_late_it_is_told_again() {
    let days = |clocked: &[Clocked]| -> Vec<(String, String, String)> {
        let day = |one: &Clocked| (one.phase.clone(), one.starts_on.to_string(), one.accepted.due_by.date.to_string());
        clocked.iter().map(day).collect()
    };
    let whole = {
        let world = world();
        go_to(&world, "2026-01-31T23:59:58Z");
        days(&terminate(&world, None).await.unwrap())
    };
    for call in 1..=11 {
        for strike in [Strike::Before(call), Strike::After(call)] {
            for again_at in ["2026-02-01T00:00:05Z", "2026-02-04T09:00:00Z"] {
                let world = world();
                go_to(&world, "2026-01-31T23:59:58Z");
                world.strike(Some(strike));
                let first = terminate(&world, None).await;
                world.strike(None);
                let is_begun = !world.stored().heads.is_empty();
                go_to(&world, again_at);
                let again = days(&terminate(&world, None).await.unwrap());
                if is_begun {
                    assert!(first.is_err(), "{strike:?}");
                    assert_eq!(again, whole, "{strike:?}, again at {again_at}");
                }
                assert_eq!(days(&terminate(&world, None).await.unwrap()), again, "{strike:?}, again at {again_at}");
            }
        }
    }
}
