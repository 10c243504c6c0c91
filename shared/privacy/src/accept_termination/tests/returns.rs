//! An account that comes back after its window: the old goes on its old days, and nothing of the new one is lost.

use super::*;
use crate::erasure::Worked;
use crate::legal_hold::{HoldId, HoldScope, LegalHold, Note};

pub(super) const PHASES: [&str; 5] = ["account", "conversations", "linkedin", "people", "platforms"];

pub(super) fn phase(name: &str) -> ObligationId {
    ObligationId::of_termination(&tenant("alder"), name)
}

/// One visit to one phase.
pub(super) async fn visit(world: &World, name: &str) -> Result<Worked, Fault> {
    visit_turn(world, name, Turn::First).await
}

/// One visit to one phase of an end that took this turn.
pub(super) async fn visit_turn(world: &World, name: &str, turn: Turn) -> Result<Worked, Fault> {
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
    engine.work(&ObligationId::of_turn(&tenant("alder"), name, turn), "w", world.now() + HOUR).await
}

/// Visits every phase on these days, until each has nothing more to do.
pub(super) async fn work_on(world: &World, days: &[&str]) {
    for day in days {
        go_to(world, day);
        for (turn, name) in Turn::ALL.into_iter().flat_map(|turn| PHASES.map(|name| (turn, name))) {
            for _ in 0..6 {
                if visit_turn(world, name, turn).await.unwrap() == Worked::Idle {
                    break;
                }
            }
        }
    }
}

/// The days of the old life: every phase and its first look.
pub(super) const OLD_DAYS: [&str; 4] =
    ["2026-02-07T00:00:00Z", "2026-02-27T00:00:00Z", "2026-03-03T00:00:00Z", "2026-03-03T00:15:00Z"];
/// When the account comes back: T+40.
pub(super) const BACK: &str = "2026-03-12T09:00:00Z";
/// Seven and thirty days after the erasure, and a day more.
const LOOKS: [&str; 3] = ["2026-03-12T10:00:00Z", "2026-04-03T00:00:00Z", "2026-04-04T00:00:00Z"];

/// What the product writes for the new account. No key says when; some rows do, if it lets them.
pub(super) fn write_new(world: &World, says_when: bool) {
    let written = |store: &str, partition: &str, key: &str| {
        if says_when {
            world.put_written(store, partition, key, world.now());
        } else {
            world.put_item(store, partition, key);
        }
    };
    for key in ["profile", "user#u7#profile", "key#k7"] {
        written("accounts", "account#alder", key);
    }
    written("conversations", "alder", "contact#p7#profile");
    world.put_item("conversations", "alder", "contact#p7#message#2026-03-12T09:00:00.000Z#m7");
    world.put_version_at("files", "alder/p7/talk/b.pdf", "1", world.now());
}

fn new_lines() -> Vec<&'static str> {
    vec![
        "accounts account#alder key#k7",
        "accounts account#alder profile",
        "accounts account#alder user#u7#profile",
        "conversations alder contact#p7#message#2026-03-12T09:00:00.000Z#m7",
        "conversations alder contact#p7#profile",
        "files alder/p7/talk/b.pdf 1",
    ]
}

/// A hold on what the account had of its own.
pub(super) fn hold(classes: &[&str]) -> LegalHold {
    let note = |text| Note::parse(text).unwrap();
    let classes = classes.iter().map(|class| (*class).to_owned()).collect();
    LegalHold {
        id: HoldId::parse("hold-0001").unwrap(),
        scope: HoldScope { classes, ..HoldScope::of_tenant(tenant("alder")) },
        reason: note("a court asked"),
        approver: note("counsel"),
        proof: Some(note("file 7")),
        placed_at: at("2026-02-01T00:00:00Z"),
        review_by: "2026-04-30".parse().unwrap(),
    }
}

#[tokio::test]
async fn the_second_looks_leave_the_new_account_alone() {
    for says_when in [false, true] {
        let world = world();
        let before = world.of_tenant("birch");
        terminate(&world, None).await.unwrap();
        work_on(&world, &OLD_DAYS).await;
        go_to(&world, BACK);
        assert_eq!(cancel(&world).await, Reactivated::TooLate);
        write_new(&world, says_when);
        work_on(&world, &LOOKS).await;
        assert_eq!(world.of_tenant("alder"), new_lines(), "{says_when}");
        let states = PHASES.map(|name| world.stored().heads[&phase(name)].clone());
        assert!(states.iter().all(|head| matches!(head.state, State::Completed { .. }) && head.reopened == 0));
        assert_eq!(world.of_tenant("birch"), before);
    }
}

#[tokio::test]
async fn a_return_that_nobody_told_is_known_to_the_looks_by_what_dates_itself_and_by_nothing_else() {
    for says_when in [true, false] {
        let world = world();
        terminate(&world, None).await.unwrap();
        work_on(&world, &OLD_DAYS).await;
        go_to(&world, BACK);
        for key in ["profile", "key#k7"] {
            world.put_item("accounts", "account#alder", key);
        }
        if says_when {
            world.put_item("accounts", "account#alder", "user#u7#link#2026-03-12T09:00:00.000Z#v1-new");
        }
        work_on(&world, &LOOKS).await;
        let is_there = |key: &str| world.of_tenant("alder").contains(&format!("accounts account#alder {key}"));
        assert_eq!([is_there("profile"), is_there("key#k7")], [says_when; 2]);
    }
}

#[tokio::test]
async fn what_a_backup_brings_back_goes_and_the_new_account_stays() {
    let world = world();
    terminate(&world, None).await.unwrap();
    work_on(&world, &OLD_DAYS).await;
    go_to(&world, BACK);
    cancel(&world).await;
    write_new(&world, false);
    world.put_item("conversations", "alder", "contact#p1#message#2026-01-30T00:00:00.000Z#m1");
    work_on(&world, &LOOKS).await;
    assert_eq!(world.of_tenant("alder"), new_lines());
    assert_eq!(world.stored().heads[&phase("conversations")].reopened, 1);
}

/// Held from before its day until T+60; the account came back in between.
async fn held_until_it_was_back(says_when: bool) -> World {
    let world = world();
    if says_when {
        for key in ["profile", "user#u1#profile"] {
            world.put_written("accounts", "account#alder", key, at("2025-06-01T00:00:00Z"));
        }
        world.put_version_at("files", "alder/p1/talk/a.pdf", "1", at("2025-06-01T00:00:00Z"));
    }
    terminate(&world, None).await.unwrap();
    world.stored().holds.push(hold(&["account-profile", "account-users", "conversation-files"]));
    work_on(&world, &OLD_DAYS).await;
    go_to(&world, BACK);
    assert_eq!(cancel(&world).await, Reactivated::TooLate);
    write_new(&world, says_when);
    work_on(&world, &["2026-04-01T00:00:00Z"]).await;
    let kept = world.of_tenant("alder");
    assert!(kept.iter().any(|line| line.contains("user#u1#profile")), "it is held: {kept:?}");
    world.stored().holds.clear();
    world
}

#[tokio::test]
async fn a_hold_that_is_released_late_lets_the_old_go_and_the_new_stay_where_rows_say_when() {
    let world = held_until_it_was_back(true).await;
    work_on(&world, &["2026-04-01T01:00:00Z", "2026-04-08T01:00:00Z", "2026-05-02T01:00:00Z"]).await;
    assert_eq!(world.of_tenant("alder"), new_lines());
}

#[tokio::test]
async fn what_may_be_old_or_new_waits_for_a_person() {
    let world = held_until_it_was_back(false).await;
    let before = world.of_tenant("alder");
    go_to(&world, "2026-04-01T01:00:00Z");
    let over_ceiling = vec![(crate::data_map::UNCLEAR.to_owned(), 0)];
    assert_eq!(visit(&world, "account").await.unwrap(), Worked::Halted { over_ceiling });
    assert_eq!(world.of_tenant("alder"), before, "nobody guesses");
    // A person has seen that all of it may go.
    let plan = world.stored().plans[&(phase("account"), 1)].clone();
    assert_eq!(plan.counts[crate::data_map::UNCLEAR], 4, "the held user, and three rows of the new account");
    world.stored().heads.get_mut(&phase("account")).unwrap().confirmed_plan = Some(plan.hash);
    assert!(matches!(visit(&world, "account").await.unwrap(), Worked::Erased { .. }));
    assert_eq!(left(&world), ["conversations", "files"]);
    world.put_item("accounts", "account#alder", "profile");
    go_to(&world, "2026-04-01T01:15:00Z");
    assert!(
        matches!(visit(&world, "account").await.unwrap(), Worked::LookedClean { .. }),
        "written after it was confirmed"
    );
}

#[tokio::test]
async fn a_return_that_becomes_known_between_any_two_steps_loses_nothing_new() {
    let calls = {
        let world = world();
        terminate(&world, None).await.unwrap();
        work_on(&world, &["2026-02-07T00:00:00Z", "2026-02-27T00:00:00Z"]).await;
        go_to(&world, "2026-03-03T00:00:00Z");
        world.strike(None);
        visit(&world, "account").await.unwrap();
        world.calls()
    };
    assert!(calls > 10, "{calls}");
    for call in 1..=calls {
        let world = world();
        terminate(&world, None).await.unwrap();
        go_to(&world, "2026-03-03T00:00:00Z");
        world.strike(None);
        let back = world.now();
        world.interrupt(call, move |stored| {
            for name in PHASES {
                stored.heads.get_mut(&phase(name)).unwrap().returned_at.get_or_insert(back);
            }
            let keys = stored.items.entry(("accounts".to_owned(), "account#alder".to_owned())).or_default();
            keys.extend(["profile".to_owned(), "key#k7".to_owned()]);
        });
        drop(visit(&world, "account").await);
        work_on(&world, &["2026-03-03T00:15:00Z", "2026-03-10T01:00:00Z", "2026-04-03T01:00:00Z"]).await;
        let left = world.of_tenant("alder");
        assert!(left.iter().any(|line| line == "accounts account#alder key#k7"), "{call}: {left:?}");
    }
}

#[tokio::test]
async fn a_return_is_noted_once_whatever_breaks() {
    for call in 1..=8 {
        for strike in [Strike::Before(call), Strike::After(call)] {
            let world = world();
            terminate(&world, None).await.unwrap();
            go_to(&world, BACK);
            world.strike(Some(strike));
            assert!(reactivate(&world, &prompt_map(), &tenant("alder"), world.now()).await.is_err(), "{strike:?}");
            world.strike(None);
            world.pass(HOUR);
            let back = world.now();
            assert_eq!(cancel(&world).await, Reactivated::TooLate);
            let noted: Vec<Option<Timestamp>> =
                PHASES.iter().map(|name| world.stored().heads[&phase(name)].returned_at).collect();
            assert!(noted.iter().all(|at| at.is_some_and(|at| at <= back)), "{strike:?} {noted:?}");
            world.pass(HOUR);
            cancel(&world).await;
            let again: Vec<Option<Timestamp>> =
                PHASES.iter().map(|name| world.stored().heads[&phase(name)].returned_at).collect();
            assert_eq!(again, noted, "the first instant stays");
            assert!(world.stored().heads.values().all(|head| head.state == State::Received), "no clock moves");
        }
    }
}

#[tokio::test]
async fn an_account_that_ends_again_begins_anew() {
    let world = world();
    terminate(&world, None).await.unwrap();
    work_on(&world, &OLD_DAYS).await;
    work_on(&world, &["2026-03-10T01:00:00Z", "2026-04-03T01:00:00Z", "2026-04-04T01:00:00Z"]).await;
    cancel(&world).await;
    write_new(&world, false);
    go_to(&world, "2026-06-10T00:00:00Z");
    tell(&world, None, Some("2026-06-10T00:00:00Z")).await.unwrap();
    work_on(&world, &["2026-07-11T00:00:00Z", "2026-07-11T00:15:00Z"]).await;
    assert_eq!(world.of_tenant("alder"), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_written_to_an_account_that_ended_rings_until_somebody_says_that_it_came_back() {
    for is_told in [false, true] {
        let world = world();
        terminate(&world, None).await.unwrap();
        work_on(&world, &OLD_DAYS).await;
        go_to(&world, BACK);
        let message = "contact#p7#message#2026-03-12T09:00:00.000Z#m7";
        world.put_item("conversations", "alder", message);
        if is_told {
            assert_eq!(cancel(&world).await, Reactivated::TooLate);
        }
        go_to(&world, LOOKS[0]);
        let expected =
            if is_told { Worked::LookedClean { is_last: false } } else { Worked::WrittenSince { is_last: false } };
        assert_eq!(visit(&world, "conversations").await.unwrap(), expected);
        assert_eq!(visit(&world, "account").await.unwrap(), Worked::LookedClean { is_last: false }, "no other phase");
        assert_eq!(world.of_tenant("alder"), [format!("conversations alder {message}")], "nobody guesses");
        // What the runbook says: another end, with a later day, takes it.
        if !is_told {
            tell(&world, Some("2026-03-12T12:00:00Z"), None).await.unwrap();
            work_on(&world, &["2026-04-20T00:00:00Z"]).await;
            assert_eq!(world.of_tenant("alder"), Vec::<String>::new());
        }
    }
}
