//! Ends that are told late, twice, in another order or otherwise: none erases an account that came back, none is passed over.

use super::returns::visit;
use super::*;
use crate::erasure::Worked;

const END: &str = "2026-01-31T12:00:00Z";

/// What everything about the account's end looks like, to be compared.
pub(super) fn clocks(world: &World) -> Vec<String> {
    world.stored().heads.values().map(|head| format!("{head:?}")).collect()
}

pub(super) fn refused(told: Result<Vec<Clocked>, NotEnding>) -> &'static str {
    match told.unwrap_err() {
        NotEnding::CameBack => "came back",
        NotEnding::OtherEnd => "other end",
        NotEnding::Fault(fault) => panic!("{fault}"),
    }
}

#[tokio::test]
async fn an_end_that_comes_once_more_after_the_account_came_back_touches_nothing() {
    for ended_at in [END, "2026-01-15T12:00:00Z", "2026-02-20T11:59:59Z"] {
        let world = world();
        terminate(&world, Some(END)).await.unwrap();
        go_to(&world, "2026-02-20T12:00:00Z");
        assert!(matches!(cancel(&world).await, Reactivated::InTime { .. }));
        let before = clocks(&world);
        go_to(&world, "2026-02-28T12:00:00Z");
        assert_eq!(refused(terminate(&world, Some(ended_at)).await), "came back", "{ended_at}");
        assert_eq!(refused(tell(&world, None, Some(ended_at)).await), "came back", "decided then");
        assert_eq!(clocks(&world), before);
        go_to(&world, "2026-06-01T00:00:00Z");
        work(&world).await;
        assert_eq!(left(&world).len(), 6, "the account lives");
    }
}

/// Told as one ahead, cancelled before its day, and here again once that has passed.
#[tokio::test]
async fn an_end_ahead_that_was_cancelled_ends_nothing_when_its_day_has_passed() {
    const AHEAD: &str = "2026-02-20T12:00:00Z";
    let world = world();
    terminate(&world, Some(AHEAD)).await.unwrap();
    go_to(&world, "2026-02-05T12:00:00Z");
    cancel(&world).await;
    let before = (clocks(&world), world.of_tenant("alder"));
    for day in ["2026-02-06T12:00:00Z", "2026-02-25T12:00:00Z"] {
        go_to(&world, day);
        assert_eq!(refused(terminate(&world, Some(AHEAD)).await), "came back", "{day}");
    }
    go_to(&world, "2027-03-01T00:00:00Z");
    work(&world).await;
    assert_eq!((clocks(&world), world.of_tenant("alder")), before);
}

#[tokio::test]
async fn a_doubled_end_after_the_window_moves_no_clock_and_cancels_nothing() {
    let world = world();
    let end = terminate(&world, None).await.unwrap();
    // Somebody's copy is not made yet, so the conversations wait while everything else goes.
    for day in ["2026-02-07T00:00:00Z", "2026-02-27T00:00:00Z"] {
        go_to(&world, day);
        work(&world).await;
    }
    go_to(&world, "2026-03-03T00:00:00Z");
    visit(&world, "account").await.unwrap();
    let before = clocks(&world);
    go_to(&world, "2026-03-12T00:00:00Z");
    let again = terminate(&world, None).await.unwrap();
    assert!(again.iter().all(|one| one.accepted.became == Became::Duplicate));
    for (again, end) in again.iter().zip(&end) {
        assert_eq!((again.starts_on, &again.accepted.due_by), (end.starts_on, &end.accepted.due_by), "{}", end.phase);
    }
    assert_eq!(clocks(&world), before);
    // Once nobody looks any more, it may be an old message or a new end: it has to say which.
    go_to(&world, "2026-03-12T01:00:00Z");
    work(&world).await;
    let days = ["2026-03-13T00:00:00Z", "2026-03-20T00:00:00Z", "2026-04-12T00:00:00Z", "2026-04-13T00:00:00Z"];
    returns::work_on(&world, &days).await;
    assert!(world.stored().heads.values().all(|head| matches!(head.state, State::Completed { .. })));
    let before = clocks(&world);
    assert_eq!(refused(terminate(&world, None).await), "came back");
    assert_eq!(clocks(&world), before);
    go_to(&world, "2026-06-01T00:00:00Z");
    let clocked = tell(&world, None, Some("2026-05-31T12:00:00Z")).await.unwrap();
    assert!(clocked.iter().all(|one| one.accepted.became == Became::Reopened));
}

#[tokio::test]
async fn an_account_that_came_back_ends_again_on_any_day_that_was_decided_after() {
    let cases = [
        // No day, one that lies after the return, two ahead, and two that were decided after.
        (None, None, "2026-03-31"),
        (Some("2026-02-25T12:00:00Z"), None, "2026-03-28"),
        (Some("2026-04-30T12:00:00Z"), None, "2026-05-31"),
        (Some("2026-04-30T12:00:00Z"), Some("2026-02-27T12:00:00Z"), "2026-05-31"),
        (Some(END), Some("2026-02-28T11:00:00Z"), "2026-03-03"),
        (None, Some("2026-02-27T12:00:00Z"), "2026-03-30"),
    ];
    for (ended_at, decided_at, due) in cases {
        let world = world();
        terminate(&world, Some(END)).await.unwrap();
        go_to(&world, "2026-02-05T12:00:00Z");
        cancel(&world).await;
        go_to(&world, "2026-02-28T12:00:00Z");
        let clocked = tell(&world, ended_at, decided_at).await.unwrap();
        assert!(clocked.iter().all(|one| one.accepted.became == Became::Reopened), "{ended_at:?} {decided_at:?}");
        assert_eq!(clocked[0].accepted.due_by.date.to_string(), due);
        let again = tell(&world, ended_at, decided_at).await.unwrap();
        assert!(again.iter().all(|one| one.accepted.became == Became::Duplicate), "{ended_at:?} {decided_at:?}");
    }
}

#[tokio::test]
async fn another_end_than_the_one_that_stands_is_refused_and_not_passed_over() {
    let world = world();
    terminate(&world, Some("2026-12-31T12:00:00Z")).await.unwrap();
    let before = clocks(&world);
    for other in [Some("2026-11-01T12:00:00Z"), Some("2027-01-01T12:00:00Z"), None] {
        assert_eq!(refused(terminate(&world, other).await), "other end", "{other:?}: it means another day");
    }
    assert_eq!(clocks(&world), before, "no clock moves");
    assert!(terminate(&world, Some("2026-12-31T09:00:00Z")).await.is_ok(), "the same day");
    // As the refusal says: cancelled, and told with when it was decided.
    go_to(&world, "2026-11-02T12:00:00Z");
    cancel(&world).await;
    let clocked = tell(&world, Some("2026-11-01T12:00:00Z"), Some("2026-11-02T12:00:01Z")).await.unwrap();
    assert_eq!(clocked[0].accepted.due_by.date.to_string(), "2026-12-02");
}

#[tokio::test]
async fn after_the_window_an_end_from_before_the_return_starts_nothing_and_a_later_one_does() {
    let world = world();
    terminate(&world, Some(END)).await.unwrap();
    for day in ["2026-03-03T00:00:00Z", "2026-03-03T00:15:00Z", "2026-03-10T01:00:00Z", "2026-04-03T01:00:00Z"] {
        go_to(&world, day);
        work(&world).await;
    }
    go_to(&world, "2026-04-10T00:00:00Z");
    assert_eq!(cancel(&world).await, Reactivated::TooLate);
    let before = clocks(&world);
    go_to(&world, "2026-04-12T00:00:00Z");
    assert!(terminate(&world, Some(END)).await.unwrap().iter().all(|one| one.accepted.became == Became::Duplicate));
    assert_eq!(refused(terminate(&world, Some("2026-04-09T00:00:00Z")).await), "came back");
    assert_eq!(refused(tell(&world, None, Some("2026-04-09T23:00:00Z")).await), "came back");
    assert_eq!(clocks(&world), before);
    let clocked = terminate(&world, Some("2026-04-11T00:00:00Z")).await.unwrap();
    assert!(clocked.iter().all(|one| one.accepted.became == Became::Reopened));
}

#[tokio::test]
async fn an_end_told_while_the_first_is_worked_on_is_another_where_the_account_came_back() {
    let world = world();
    terminate(&world, Some(END)).await.unwrap();
    go_to(&world, "2026-03-04T00:00:00Z");
    assert!(terminate(&world, None).await.is_ok(), "it means the end that is being worked on");
    assert_eq!(cancel(&world).await, Reactivated::TooLate);
    world.pass(HOUR);
    let before = clocks(&world);
    assert_eq!(refused(terminate(&world, Some("2026-02-28T00:00:00Z")).await), "came back");
    assert!(terminate(&world, Some(END)).await.is_ok(), "the same, late");
    assert_eq!(clocks(&world), before);
    let second = terminate(&world, None).await.unwrap();
    assert!(second.iter().all(|one| one.accepted.became == Became::New), "beside the first, which is open");
    assert_eq!(second[0].accepted.due_by.date.to_string(), "2026-04-04");
    assert_eq!(world.stored().heads.len(), 10);
}

#[tokio::test]
async fn what_a_reactivation_left_behind_belongs_to_the_next_end() {
    let world = world();
    terminate(&world, Some(END)).await.unwrap();
    world.strike(Some(Strike::Before(4)));
    assert!(reactivate(&world, &prompt_map(), &tenant("alder"), world.now()).await.is_err());
    world.strike(None);
    go_to(&world, "2026-02-05T12:00:00Z");
    let clocked = tell(&world, Some("2026-07-31T12:00:00Z"), Some("2026-02-05T11:00:00Z")).await.unwrap();
    assert!(clocked.iter().all(|one| one.starts_on.to_string().as_str() > "2026-08-01"), "{clocked:?}");
    go_to(&world, "2026-06-01T00:00:00Z");
    assert_eq!(visit(&world, "conversations").await.unwrap(), Worked::Idle);
    assert_eq!(left(&world).len(), 6);
}

#[tokio::test]
async fn what_nobody_has_decided_yet_is_no_end() {
    let world = world();
    let count = |decided_at: &str| {
        let decided_at = Some(at(decided_at));
        let told = Termination { tenant: tenant("alder"), ended_at: None, decided_at, time_zone: "UTC".to_owned() };
        told.count(world.now()).err()
    };
    assert_eq!(count("2026-01-31T12:05:01Z"), Some(InvalidTermination::DecidedAt));
    assert_eq!(count("2026-01-31T12:05:00Z"), None, "a clock may be minutes ahead");
}

/// Ended, back and ended again on one day: two ends, each with its clocks.
#[tokio::test]
async fn a_second_end_of_the_same_day_counts_as_one() {
    let world = world();
    terminate(&world, None).await.unwrap();
    world.pass(SignedDuration::from_secs(1));
    assert!(matches!(cancel(&world).await, Reactivated::InTime { .. }));
    world.pass(SignedDuration::from_secs(1));
    let clocked = terminate(&world, None).await.unwrap();
    for one in &clocked {
        assert_eq!(one.accepted.became, Became::Reopened, "{}", one.phase);
    }
}
