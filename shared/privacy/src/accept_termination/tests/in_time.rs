//! An account that comes back within its window, on the very day of a phase: what is answered is what happens.

use super::*;
use crate::obligation::Head;

/// The day of the earliest phase, while the window is open.
const DAY_OF_LINKEDIN: &str = "2026-02-07T00:00:00Z";

fn linkedin(world: &World) -> Head {
    world.stored().heads[&ObligationId::of_termination(&tenant("alder"), "linkedin")].clone()
}

/// Everything after, long enough for every look.
async fn work_on(world: &World) {
    for day in ["2026-02-08T00:00:00Z", "2026-02-16T00:00:00Z", "2026-03-20T00:00:00Z", "2026-05-02T00:00:00Z"] {
        go_to(world, day);
        work(world).await;
    }
}

#[tokio::test]
async fn a_phase_whose_day_has_come_and_that_no_worker_has_begun_is_cancelled() {
    let world = world();
    let before = world.of_tenant("alder");
    terminate(&world, None).await.unwrap();
    go_to(&world, DAY_OF_LINKEDIN);
    let all = ["account", "conversations", "linkedin", "people", "platforms"].map(str::to_owned).to_vec();
    let expected = Reactivated::InTime { cancelled: all, begun: Vec::new() };
    assert_eq!(cancel(&world).await, expected);
    assert_eq!(cancel(&world).await, expected, "asking again changes nothing");
    work_on(&world).await;
    assert_eq!(world.of_tenant("alder"), before);
}

/// The account comes back at any instant of the visit that begins a phase, and the visit may break off at any other: the phase
/// goes exactly if that was the answer.
#[tokio::test]
async fn whatever_a_worker_is_about_to_do_the_answer_is_true() {
    let calls = {
        let world = world();
        terminate(&world, None).await.unwrap();
        go_to(&world, DAY_OF_LINKEDIN);
        world.strike(None);
        drop(returns::visit(&world, "linkedin").await);
        world.calls()
    };
    let (mut went, mut stayed) = (0, 0);
    for call in 1..=calls {
        let world = world();
        let before = world.of_tenant("alder");
        terminate(&world, None).await.unwrap();
        go_to(&world, DAY_OF_LINKEDIN);
        // The worker dies there; what it had written stands.
        world.strike(Some(Strike::Before(call)));
        drop(returns::visit(&world, "linkedin").await);
        world.strike(None);
        let has_marks = !world.stored().marks.is_empty();
        let Reactivated::InTime { begun, .. } = cancel(&world).await else { panic!("the window is open") };
        let has_begun = linkedin(&world).begun_at.is_some();
        assert_eq!(begun == ["linkedin"], has_begun, "{call}");
        assert!(has_begun || !has_marks, "{call}: what is cancelled is not stopped either");
        work_on(&world).await;
        if has_begun {
            went += 1;
            assert!(!left(&world).contains(&"linkedin"), "{call}: it was said to go");
            assert!(matches!(linkedin(&world).state, State::Completed { .. }), "{call}");
        } else {
            stayed += 1;
            assert_eq!(world.of_tenant("alder"), before, "{call}: it was said to stay");
        }
    }
    assert!(went > 3 && stayed > 1, "{went} {stayed}");
}

/// Between any two calls of the worker both halves of a reactivation come in.
#[tokio::test]
async fn a_reactivation_between_any_two_calls_of_the_worker_decides_once() {
    for call in 1..=12 {
        let world = world();
        let before = world.of_tenant("alder");
        terminate(&world, None).await.unwrap();
        go_to(&world, DAY_OF_LINKEDIN);
        let now = world.now();
        world.strike(None);
        world.interrupt(call, move |stored| {
            let of = |phase: &str| ObligationId::of_termination(&tenant("alder"), phase);
            for phase in ["account", "linkedin"] {
                let head = stored.heads.get_mut(&of(phase)).unwrap();
                if head.state == State::Received && head.begun_at.is_none() {
                    head.state = State::Cancelled { at: now };
                    head.next_action_at = None;
                }
            }
        });
        drop(returns::visit(&world, "linkedin").await);
        let was_cancelled = matches!(linkedin(&world).state, State::Cancelled { .. });
        work_on(&world).await;
        let is_cancelled = matches!(linkedin(&world).state, State::Cancelled { .. });
        assert!(is_cancelled || !was_cancelled, "{call}: what is cancelled stays so");
        if is_cancelled {
            assert_eq!(world.of_tenant("alder"), before, "{call}");
        } else {
            assert!(!left(&world).contains(&"linkedin"), "{call}");
        }
    }
}
