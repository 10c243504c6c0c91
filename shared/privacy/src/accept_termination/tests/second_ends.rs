//! A second end while something of the first is open: it stands beside it, all of it, and each has its own clocks.

use super::repeats::{clocks, refused};
use super::returns::{BACK, OLD_DAYS, PHASES, hold, phase, visit, visit_turn, work_on, write_new};
use super::*;
use crate::erasure::Worked;
use crate::judgement::{Judged, Open, Timeliness, judge};
use crate::legal_hold::InForce;
use crate::obligation::Head;

const FIRST: &str = "2026-01-31T12:00:00Z";
const SECOND: &str = "2026-06-30T12:00:00Z";
const LOOKS: [&str; 2] = ["2026-03-10T01:00:00Z", "2026-04-03T01:00:00Z"];
/// The days on which the phases of the second end begin.
const NEW_DAYS: [&str; 4] =
    ["2026-07-07T00:00:00Z", "2026-07-27T00:00:00Z", "2026-07-31T00:00:00Z", "2026-07-31T00:15:00Z"];
const MESSAGE: &str = "conversations alder contact#p1#message#2026-01-30T00:00:00.000Z#m1";

fn head(world: &World, name: &str, turn: Turn) -> Head {
    world.stored().heads[&ObligationId::of_turn(&tenant("alder"), name, turn)].clone()
}

/// The last day of every phase.
fn days(clocked: &[Clocked]) -> Vec<(String, String, String)> {
    let day = |one: &Clocked| (one.phase.clone(), one.starts_on.to_string(), one.accepted.due_by.date.to_string());
    clocked.iter().map(day).collect()
}

/// Ended, held, back if that is told, and with a new life up to the day of the second end.
async fn held_where(is_back: bool, says_when: bool) -> World {
    let world = world();
    terminate(&world, None).await.unwrap();
    world.stored().holds.push(hold(&["conversation-messages"]));
    work_on(&world, &OLD_DAYS).await;
    go_to(&world, BACK);
    if is_back {
        assert_eq!(cancel(&world).await, Reactivated::TooLate);
    }
    write_new(&world, says_when);
    work_on(&world, &LOOKS).await;
    assert!(matches!(head(&world, "conversations", Turn::First).state, State::Held { .. }));
    go_to(&world, SECOND);
    world
}

async fn held(is_back: bool) -> World {
    held_where(is_back, true).await
}

#[tokio::test]
async fn it_is_stored_beside_a_first_that_a_hold_keeps_and_each_has_its_clocks() {
    for (is_back, released_on) in [
        (true, Some("2026-07-20T00:00:00Z")),
        (true, Some("2026-08-20T00:00:00Z")),
        (false, Some("2026-07-20T00:00:00Z")),
        (false, Some("2026-08-20T00:00:00Z")),
        (true, None),
    ] {
        let world = held(is_back).await;
        let others = world.of_tenant("birch");
        let second = terminate(&world, Some(SECOND)).await.unwrap();
        assert!(second.iter().all(|one| one.accepted.became == Became::New), "{is_back}");
        let expected = [
            ("account", "2026-07-31", "2026-07-31"),
            ("conversations", "2026-07-31", "2026-09-28"),
            ("linkedin", "2026-07-07", "2026-07-10"),
            ("people", "2026-07-27", "2026-07-30"),
            ("platforms", "2026-07-27", "2026-07-30"),
        ];
        let owned = |(phase, starts, due): (&str, &str, &str)| (phase.to_owned(), starts.to_owned(), due.to_owned());
        assert_eq!(days(&second), expected.map(owned));
        let first = head(&world, "conversations", Turn::First);
        assert_eq!((first.seq, first.due_by.date.to_string().as_str()), (1, "2026-05-01"), "on its old clock");

        let everything = world.of_tenant("alder");
        assert!(everything.iter().any(|line| line == MESSAGE) && everything.len() == 7, "{everything:?}");
        let mut on = vec!["2026-07-20T00:00:00Z"];
        on.extend(NEW_DAYS);
        on.push("2026-08-20T00:00:00Z");
        on.sort_unstable();
        for day in on {
            if released_on == Some(day) {
                go_to(&world, day);
                world.stored().holds.clear();
            }
            work_on(&world, &[day]).await;
            let lines = world.of_tenant("alder");
            let is_released = released_on.is_some_and(|released_on| released_on <= day);
            assert_eq!(lines.iter().any(|line| line == MESSAGE), !is_released, "{is_back} {day}");
            if day < NEW_DAYS[2] {
                assert_eq!(
                    lines.iter().filter(|line| *line != MESSAGE).count(),
                    6,
                    "not before its day: {is_back} {day}"
                );
            } else {
                // The hold is on messages of the second life too, which the second end waits for.
                assert_eq!(lines.len(), if is_released { 0 } else { 2 }, "{is_back} {day}: {lines:?}");
            }
        }
        for (turn, name) in Turn::ALL.into_iter().flat_map(|turn| PHASES.map(|name| (turn, name))) {
            let is_held = name == "conversations" && released_on.is_none();
            assert_eq!(head(&world, name, turn).state.is_finished(), !is_held, "{turn:?} {name}");
        }
        assert_eq!(world.of_tenant("birch"), others);
    }
}

/// Either end told once more, at any time, with or without when it was decided.
#[tokio::test]
async fn either_end_that_is_told_once_more_moves_no_clock() {
    let world = held(true).await;
    let first = terminate(&world, Some(FIRST)).await.unwrap();
    let second = days(&tell(&world, Some(SECOND), Some(SECOND)).await.unwrap());
    let before = clocks(&world);
    assert_eq!(before.len(), 10);
    for day in [SECOND, "2026-07-06T12:00:00Z"] {
        go_to(&world, day);
        for decided_at in [None, Some(SECOND)] {
            let again = tell(&world, Some(SECOND), decided_at).await.unwrap();
            assert!(again.iter().all(|one| one.accepted.became == Became::Duplicate));
            assert_eq!(days(&again), second);
        }
        assert_eq!(days(&terminate(&world, None).await.unwrap()), second, "now is the end that is under way");
        let again = terminate(&world, Some(FIRST)).await.unwrap();
        assert!(again.iter().all(|one| one.accepted.became == Became::Duplicate));
        assert_eq!(days(&again), days(&first));
        assert_eq!(refused(terminate(&world, Some("2026-06-29T00:00:00Z")).await), "other end", "a third day");
        assert_eq!(clocks(&world), before);
    }
    work_on(&world, &NEW_DAYS).await;
    let before = clocks(&world);
    for (ended_at, expected) in [(FIRST, &days(&first)), (SECOND, &second)] {
        assert_eq!(days(&terminate(&world, Some(ended_at)).await.unwrap()), *expected, "when both have begun");
    }
    assert_eq!(clocks(&world), before);
}

#[tokio::test]
async fn a_crash_at_any_call_of_accepting_it_is_mended_by_asking_again() {
    for is_back in [true, false] {
        let (whole, calls) = {
            let world = held(is_back).await;
            world.strike(None);
            terminate(&world, Some(SECOND)).await.unwrap();
            (clocks(&world), world.calls())
        };
        assert_eq!(whole.len(), 10);
        for call in 1..=calls {
            for strike in [Strike::Before(call), Strike::After(call)] {
                let world = held(is_back).await;
                world.strike(Some(strike));
                assert!(terminate(&world, Some(SECOND)).await.is_err(), "{strike:?}");
                world.strike(None);
                let again = terminate(&world, Some(SECOND)).await.unwrap();
                assert_eq!(again[0].accepted.due_by.date.to_string(), "2026-07-31", "{strike:?}");
                assert_eq!(clocks(&world), whole, "{strike:?}");
            }
        }
    }
}

/// Where the dashboard has not said that the account came back, a later end says so: nothing of the second life goes with the first
/// before its own days, and what nothing dates waits for a person.
#[tokio::test]
async fn a_later_end_says_by_itself_that_the_account_lived_on() {
    for says_when in [true, false] {
        let world = held_where(false, says_when).await;
        terminate(&world, Some(SECOND)).await.unwrap();
        for name in PHASES {
            assert_eq!(head(&world, name, Turn::First).returned_at, Some(at(SECOND)), "{name}");
            assert_eq!(head(&world, name, Turn::Second).returned_at, None, "{name}");
        }
        world.stored().holds.clear();
        let second_life: Vec<String> = world.of_tenant("alder").into_iter().filter(|line| line != MESSAGE).collect();
        work_on(&world, &["2026-07-01T00:00:00Z", "2026-07-01T00:15:00Z"]).await;
        let first = head(&world, "conversations", Turn::First);
        assert_eq!((first.is_halted(), first.state.is_finished()), (!says_when, says_when), "{first:?}");
        let lines: Vec<String> = world.of_tenant("alder").into_iter().filter(|line| line != MESSAGE).collect();
        assert_eq!(lines, second_life, "{says_when}");
        work_on(&world, &NEW_DAYS).await;
        assert_eq!(world.of_tenant("alder"), Vec::<String>::new(), "{says_when}");
    }
}

#[tokio::test]
async fn a_return_inside_the_second_window_keeps_the_second_life_and_not_the_first() {
    for is_back in [true, false] {
        let calls = {
            let world = held(is_back).await;
            terminate(&world, Some(SECOND)).await.unwrap();
            go_to(&world, "2026-07-08T00:00:00Z");
            world.strike(None);
            cancel(&world).await;
            world.calls()
        };
        let strikes = (1..=calls).flat_map(|call| [Some(Strike::Before(call)), Some(Strike::After(call))]);
        for strike in strikes.chain([None]) {
            let world = held(is_back).await;
            let before = world.of_tenant("alder");
            terminate(&world, Some(SECOND)).await.unwrap();
            go_to(&world, "2026-07-06T00:00:00Z");
            if strike.is_some() {
                world.strike(strike);
                assert!(reactivate(&world, &prompt_map(), &tenant("alder"), world.now()).await.is_err());
                world.strike(None);
                world.pass(HOUR);
            }
            let cancelled = PHASES.map(str::to_owned).to_vec();
            let expected = Reactivated::InTime { cancelled, begun: Vec::new() };
            for _ in 0..2 {
                assert_eq!(cancel(&world).await, expected, "{strike:?}");
            }
            assert_eq!(refused(terminate(&world, Some(SECOND)).await), "came back", "it comes late");
            for name in PHASES {
                assert!(matches!(head(&world, name, Turn::Second).state, State::Cancelled { .. }), "{strike:?} {name}");
                assert!(head(&world, name, Turn::First).returned_at.is_some(), "{strike:?} {name}");
            }
            if strike.is_some() {
                continue;
            }
            work_on(&world, &NEW_DAYS).await;
            assert_eq!(world.of_tenant("alder"), before, "{is_back} {strike:?}");
            world.stored().holds.clear();
            work_on(&world, &["2026-08-20T00:00:00Z"]).await;
            let lines = world.of_tenant("alder");
            assert!(lines.len() == 6 && !lines.contains(&MESSAGE.to_owned()), "{strike:?}: {lines:?}");
            let third = tell(&world, None, Some("2026-08-20T00:00:00Z")).await.unwrap();
            assert!(third.iter().all(|one| one.accepted.became == Became::Reopened));
        }
    }
}

/// A reactivation that is cut after the second window was cancelled: its phases follow, whatever became of the first window.
#[tokio::test]
async fn what_a_cut_reactivation_left_of_the_second_follows_its_own_window() {
    let world = held(true).await;
    terminate(&world, Some(SECOND)).await.unwrap();
    go_to(&world, "2026-07-06T00:00:00Z");
    world.strike(Some(Strike::After(3)));
    assert!(reactivate(&world, &prompt_map(), &tenant("alder"), world.now()).await.is_err());
    world.strike(None);
    assert!(matches!(head(&world, "account", Turn::Second).state, State::Cancelled { .. }), "two reads and a write");
    let before = world.of_tenant("alder");
    work_on(&world, &NEW_DAYS).await;
    assert_eq!(world.of_tenant("alder"), before);
    for name in PHASES {
        assert!(matches!(head(&world, name, Turn::Second).state, State::Cancelled { .. }), "{name}");
    }
}

/// What is connected while the second end is under way goes when that window closes, and stays where that was cancelled.
#[tokio::test]
async fn what_is_connected_in_the_second_window_goes_by_that_window() {
    for is_cancelled in [false, true] {
        let world = held(true).await;
        terminate(&world, Some(SECOND)).await.unwrap();
        work_on(&world, &[NEW_DAYS[0], "2026-07-14T01:00:00Z"]).await;
        world.connect_by("linkedin", "alder", "c8", at("2026-07-15T00:00:00Z"), &[]);
        world.put("alder", "c8", "contact#p1#profile");
        let made = || world.of_tenant("alder").iter().filter(|line| line.contains("c8")).count();
        let before = made();
        if is_cancelled {
            assert!(matches!(cancel(&world).await, Reactivated::InTime { begun, .. } if begun == ["linkedin"]));
        }
        work_on(&world, &["2026-07-30T23:59:59Z"]).await;
        assert_eq!(made(), before, "{is_cancelled}");
        work_on(&world, &["2026-07-31T00:00:00Z", "2026-08-07T01:00:00Z"]).await;
        assert_eq!(made(), if is_cancelled { before } else { 0 }, "{is_cancelled}");
    }
}

#[tokio::test]
async fn a_return_after_the_second_window_is_noted_by_both() {
    let world = held(false).await;
    terminate(&world, Some(SECOND)).await.unwrap();
    go_to(&world, "2026-08-02T00:00:00Z");
    assert_eq!(cancel(&world).await, Reactivated::TooLate);
    for name in PHASES {
        assert_eq!(head(&world, name, Turn::First).returned_at, Some(at(SECOND)), "{name}: the first instant stays");
        assert_eq!(head(&world, name, Turn::Second).returned_at, Some(at("2026-08-02T00:00:00Z")), "{name}");
    }
}

/// A year of holds and three ends: refused only where two are open, and taken by the rows of the one that is over.
#[tokio::test]
async fn a_third_is_refused_while_both_are_open_and_stored_once_either_is_over() {
    let world = held(true).await;
    terminate(&world, Some(SECOND)).await.unwrap();
    go_to(&world, "2026-07-08T00:00:00Z");
    // The second is not over: its conversations keep a message of the second life too.
    work_on(&world, &NEW_DAYS).await;
    go_to(&world, "2026-08-02T00:00:00Z");
    assert_eq!(cancel(&world).await, Reactivated::TooLate);
    go_to(&world, "2026-09-30T12:00:00Z");
    let third = || tell(&world, Some("2026-09-30T12:00:00Z"), None);
    let before = clocks(&world);
    assert_eq!(refused(third().await), "other end");
    assert_eq!(clocks(&world), before, "nothing of it is stored");
    world.stored().holds.clear();
    go_to(&world, "2026-10-01T00:00:00Z");
    while visit(&world, "conversations").await.unwrap() != Worked::Idle {}
    let clocked = third().await.unwrap();
    assert!(clocked.iter().all(|one| one.accepted.became == Became::Reopened));
    assert_eq!(clocked[0].accepted.due_by.date.to_string(), "2026-10-31");
    assert_eq!((head(&world, "account", Turn::First).seq, head(&world, "account", Turn::Second).seq), (2, 1));
    // The one that was received last stands in the first rows now: its window is the one that is open.
    assert!(matches!(cancel(&world).await, Reactivated::InTime { cancelled, .. } if cancelled.len() == 5));
    assert!(matches!(head(&world, "account", Turn::First).state, State::Cancelled { .. }));
}

/// What is not erased in time is late, of either end; what a hold keeps is not.
#[tokio::test]
async fn each_is_judged_by_its_own_dates() {
    let world = held(true).await;
    terminate(&world, Some(SECOND)).await.unwrap();
    let (map, in_force) = (prompt_map(), InForce::of(&world.stored().holds));
    for (now, late) in [
        ("2026-07-10T23:59:59Z", &[][..]),
        ("2026-07-11T00:00:00Z", &["linkedin"][..]),
        ("2026-08-01T00:00:00Z", &["account", "linkedin", "people", "platforms"][..]),
        ("2026-09-29T00:00:00Z", &PHASES[..]),
    ] {
        let is_late = |name: &&str, turn| {
            let judged = judge(&head(&world, name, turn), &map, &in_force, at(now));
            matches!(judged, Judged::Open(Open { timeliness: Timeliness::Overdue, .. }))
        };
        let of = |turn| PHASES.into_iter().filter(|name| is_late(name, turn)).collect::<Vec<_>>();
        assert_eq!((of(Turn::First), of(Turn::Second)), (Vec::new(), late.to_vec()), "{now}");
    }
}

/// A window that a hold keeps itself: the second end has its own, and it is that which is open.
#[tokio::test]
async fn a_first_window_that_is_held_itself_does_not_stand_in_the_way() {
    for is_back in [true, false] {
        let world = world();
        terminate(&world, None).await.unwrap();
        world.stored().holds.push(hold(&["account-users"]));
        work_on(&world, &OLD_DAYS).await;
        assert!(matches!(head(&world, "account", Turn::First).state, State::Held { .. }));
        if is_back {
            go_to(&world, BACK);
            assert_eq!(cancel(&world).await, Reactivated::TooLate);
        }
        go_to(&world, SECOND);
        let before = clocks(&world);
        assert!(terminate(&world, Some(FIRST)).await.is_ok(), "the first, told again");
        assert_eq!(clocks(&world), before);
        let clocked = terminate(&world, Some(SECOND)).await.unwrap();
        assert_eq!(clocked[0].accepted.due_by.date.to_string(), "2026-07-31");
        assert!(matches!(cancel(&world).await, Reactivated::InTime { .. }), "{is_back}");
        assert!(matches!(head(&world, "account", Turn::First).state, State::Held { .. }));
    }
}

/// Told by a clock that is behind the end before, nobody could say which of two was received last.
#[tokio::test]
async fn it_is_not_stored_by_a_clock_that_is_behind_the_first() {
    let world = held(true).await;
    let first = ObligationId::of_termination(&tenant("alder"), "account");
    world.stored().heads.get_mut(&first).unwrap().received_at = at("2026-06-30T12:00:00.001Z");
    let before = clocks(&world);
    assert!(matches!(terminate(&world, Some(SECOND)).await, Err(NotEnding::Fault(_))));
    assert_eq!(clocks(&world), before);
    world.pass(SignedDuration::from_millis(2));
    assert!(terminate(&world, Some(SECOND)).await.is_ok());
}

/// A phase that had begun when the account came back in time is carried out, and a second end stands beside it.
#[tokio::test]
async fn it_does_not_wait_for_what_had_begun_when_the_account_came_back_in_its_window() {
    let world = world();
    terminate(&world, None).await.unwrap();
    world.break_store(Some("inbox"));
    go_to(&world, OLD_DAYS[0]);
    assert!(matches!(visit(&world, "linkedin").await.unwrap(), Worked::Failed { .. }));
    cancel(&world).await;
    go_to(&world, "2026-02-12T00:00:00Z");
    let before = head(&world, "linkedin", Turn::First);
    let second = tell(&world, None, Some("2026-02-11T00:00:00Z")).await.unwrap();
    assert!(second.iter().all(|one| one.accepted.became == Became::New));
    assert_eq!(head(&world, "linkedin", Turn::First), before, "it goes on as it was");
    world.break_store(None);
    assert!(matches!(visit(&world, "linkedin").await.unwrap(), Worked::Erased { .. }));
    assert_eq!(left(&world).len(), 5);
    go_to(&world, "2026-02-18T00:00:00Z");
    assert!(matches!(visit_turn(&world, "linkedin", Turn::Second).await.unwrap(), Worked::Erased { .. }));
    work_on(&world, &["2026-03-10T00:00:00Z", "2026-03-14T00:00:00Z"]).await;
    assert_eq!(world.of_tenant("alder"), Vec::<String>::new());
}

/// A look opens a phase again while the second end is being stored: it has all of its clocks in the end, in one place or the other.
#[tokio::test]
async fn a_phase_that_a_look_opens_again_meanwhile_gets_its_second_clock_too() {
    let (mut refusals, mut beside) = (0, 0);
    for call in 1..=40 {
        let world = world();
        terminate(&world, None).await.unwrap();
        work_on(&world, &OLD_DAYS).await;
        work_on(&world, &LOOKS).await;
        go_to(&world, SECOND);
        world.strike(None);
        let found = phase("conversations");
        world.interrupt(call, move |stored| {
            let head = stored.heads.get_mut(&found).unwrap();
            if head.seq == 1 {
                (head.state, head.reopened, head.next_action_at) = (State::Received, 1, Some(at(SECOND)));
            }
        });
        if let Err(refused) = terminate(&world, Some(SECOND)).await {
            refusals += 1;
            assert!(matches!(refused, NotEnding::Fault(_)), "{call}: {refused:?}");
            assert!(matches!(visit(&world, "conversations").await.unwrap(), Worked::Erased { .. }), "{call}");
            terminate(&world, Some(SECOND)).await.unwrap();
        }
        let is_beside = world.stored().heads.len() == 10;
        beside += u32::from(is_beside);
        let (turn, seq) = if is_beside { (Turn::Second, 1) } else { (Turn::First, 2) };
        for (name, due) in [("account", "2026-07-31"), ("conversations", "2026-09-28"), ("linkedin", "2026-07-10")] {
            let head = head(&world, name, turn);
            assert_eq!((head.seq, head.due_by.date.to_string().as_str()), (seq, due), "{call}");
        }
    }
    assert!(refusals > 1 && beside > 1, "{refusals} {beside}");
}
