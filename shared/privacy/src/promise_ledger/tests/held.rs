//! What waits: for a hold, for its first day.

use super::*;

#[tokio::test]
async fn what_is_held_is_counted_apart_and_breaks_no_promise() {
    let states =
        [held("2026-05-01"), held("2026-04-11"), State::Failed { plan: plan(), retry_at: at(RECEIVED), attempts: 1 }];
    let world = world(&states.map(|state| ("termination.phase.conversations", state))).await;
    let at_last = &ledger(&world, "2026-04-12T00:00:00Z").await["termination.phase.conversations"];
    assert_eq!((at_last.open, at_last.held, at_last.holds_past_review), (3, 2, 1));
    assert_eq!((at_last.failed, at_last.overdue, at_last.holds()), (1, 1, false));
    world.stored().heads.remove(&id(3));
    let held_only = &ledger(&world, "2026-04-12T00:00:00Z").await["termination.phase.conversations"];
    assert_eq!((held_only.open, held_only.holds(), held_only.oldest_open_at), (2, true, None));
    assert_eq!(held_only.next_due, None);
}

#[tokio::test]
async fn what_waits_for_its_first_day_is_open_but_not_old() {
    let world = world(&[("termination.phase.conversations", State::Received)]).await;
    world.stored().heads.get_mut(&id(1)).unwrap().starts_at = Some(at("2026-04-01T00:00:00Z"));
    let name = "termination.phase.conversations";
    let waiting = &ledger(&world, RECEIVED).await[name];
    assert_eq!((waiting.open, waiting.oldest_open_at), (1, None));
    let begun = &ledger(&world, "2026-04-02T00:00:00Z").await[name];
    assert_eq!(begun.oldest_open_at, Some(at("2026-04-01T00:00:00Z")));
}

#[tokio::test]
async fn what_a_hold_kept_is_overdue_on_its_old_clock_once_that_is_released() {
    let name = "promise.disconnect";
    let counts = |one: &Standing| (one.open, one.held, one.near_due, one.overdue, one.holds());
    for (state, expected) in [
        (held("2026-06-01"), (1, 1, 0, 0, true)),
        (held_by(&["hold-0002"], "2026-06-01"), (1, 0, 0, 1, false)),
        (held_by(&["hold-0001", "hold-0002"], "2026-06-01"), (1, 0, 0, 1, false)),
    ] {
        let world = world(&[(name, state.clone())]).await;
        let late = &ledger(&world, "2026-04-10T00:00:00Z").await[name];
        assert_eq!(counts(late), expected, "{state:?}");
        let is_released = expected.1 == 0;
        let near = &ledger(&world, "2026-04-05T00:00:00Z").await[name];
        assert_eq!((near.near_due, near.next_due.is_some()), (u64::from(is_released), is_released), "{state:?}");
    }
}

#[tokio::test]
async fn what_was_asked_for_since_is_open_beside_what_a_hold_keeps() {
    let name = "promise.disconnect";
    let world = world(&[(name, held("2026-06-01"))]).await;
    world.stored().heads.get_mut(&id(1)).unwrap().covers_until = at("2026-03-12T12:00:00Z");
    for (now, near_due, overdue) in [("2026-04-05T00:00:00Z", 1, 0), ("2026-04-10T00:00:00Z", 0, 1)] {
        let one = &ledger(&world, now).await[name];
        assert_eq!((one.held, one.near_due, one.overdue), (0, near_due, overdue), "{now}");
    }
}
