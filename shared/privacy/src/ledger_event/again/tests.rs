use super::super::tests::{at, head, plan, states};
use super::*;
use crate::legal_hold::{HoldId, HoldScope, LegalHold, Note};
use crate::memory::plan_hash;
use crate::policy::retained::Exception;
use crate::purge::{Leftover, PurgePlan};

const BEGINNING: &str = "2026-03-01T00:00:00Z";

/// Every event that the changes from one row to the next were told by.
fn told_by(rows: &[Head]) -> Vec<LedgerEvent> {
    let before = std::iter::once(None).chain(rows.iter().map(Some));
    before.zip(rows).flat_map(|(before, after)| events(before, after)).collect()
}

/// The kinds of those that the last row does not tell again, in their order; whatever it tells was told.
#[track_caller]
fn forgotten(rows: &[Head]) -> Vec<&'static str> {
    let (told, again) = (told_by(rows), told_again(rows.last().unwrap(), at(BEGINNING)));
    for event in &again {
        let known = told.iter().find(|known| known.event_id == event.event_id);
        assert_eq!(known, Some(event), "an event that nobody was told");
    }
    told.iter().filter(|event| !again.contains(event)).map(|event| event.kind.name()).collect()
}

fn erased(at: Timestamp) -> State {
    State::Verifying { plan: plan_hash(), erased_at: at, looks: vec![] }
}

#[test]
fn what_a_row_tells_again_is_what_its_changes_told() {
    let erased_at = at("2026-03-10T12:01:00Z");
    for state in states() {
        let mut course = vec![head(State::Received), head(state)];
        let name = course[1].state.name();
        if name == "completed" {
            course.insert(1, head(erased(erased_at)));
        }
        assert_eq!(forgotten(&course), [""; 0], "{name}");
    }
    let kept = |state: State| Head { retained: vec![Exception::LegalObligation], ..head(state) };
    let completed = State::Completed { erased_at, completed_at: at("2026-04-10T00:00:00Z"), looks: vec![erased_at] };
    let course =
        [head(State::Received), head(State::Executing { plan: plan() }), kept(erased(erased_at)), kept(completed)];
    let kinds: Vec<&str> = told_by(&course).iter().map(|event| event.kind.name()).collect();
    assert_eq!(kinds, ["accepted", "erased", "retained", "completed"]);
    assert_eq!(forgotten(&course), [""; 0], "with the records that a law keeps");
}

#[test]
fn what_came_and_went_is_not_kept_and_what_followed_is() {
    let late =
        |reopened: u32, state: State| Head { reopened, late_since: Some(at("2026-04-10T00:05:00Z")), ..head(state) };
    let held = states().remove(4);
    let (first, second) = (erased(at("2026-03-10T12:01:00Z")), erased(at("2026-04-12T12:01:00Z")));
    let let_go = [head(State::Received), head(held), head(State::Executing { plan: plan() }), head(first.clone())];
    assert_eq!(forgotten(&let_go), ["held", "released"]);
    let resurfaced = [
        head(State::Received),
        head(first),
        Head { reopened: 1, ..head(State::Received) },
        Head { reopened: 1, ..head(second.clone()) },
    ];
    assert_eq!(forgotten(&resurfaced), ["erased"], "of the first time");

    assert_eq!(forgotten(&[head(State::Received), late(0, State::Received), late(0, second.clone())]), [""; 0]);
    let again = told_again(&late(1, second), at(BEGINNING));
    let lates: Vec<u32> = again.iter().filter(|event| event.kind == Kind::Late).map(|event| event.reopened).collect();
    assert_eq!(lates, [0, 1], "under one of these it was told");
}

#[test]
fn nothing_is_told_of_what_was_over_before() {
    let erased_at = at("2026-03-10T12:01:00Z");
    let completed = State::Completed { erased_at, completed_at: at("2026-04-10T00:00:00Z"), looks: vec![] };
    let kinds = |head: &Head, since: &str| -> Vec<&str> {
        told_again(head, at(since)).iter().map(|event| event.kind.name()).collect()
    };
    let accepted_at = "2026-03-10T12:00:00Z";
    for (state, since, told) in [
        (State::Received, accepted_at, &["accepted"][..]),
        (State::Received, "2026-03-10T12:00:00.001Z", &[]),
        (erased(erased_at), "2026-03-10T12:00:01Z", &["erased"]),
        (erased(erased_at), "2026-03-10T12:01:00Z", &["erased"]),
        (erased(erased_at), "2026-03-10T12:01:01Z", &[]),
        (completed.clone(), accepted_at, &["accepted", "erased", "completed"]),
        (completed.clone(), "2026-03-10T12:01:01Z", &["completed"]),
        (completed, "2026-04-10T00:00:01Z", &[]),
        (State::Cancelled { at: erased_at }, "2026-03-10T12:01:00Z", &["cancelled"]),
        (State::Cancelled { at: erased_at }, "2026-03-10T12:01:01Z", &[]),
        (states().remove(3), "2026-05-01T00:00:00Z", &["failed"]),
        (states().remove(4), "2026-05-01T00:00:00Z", &["held"]),
    ] {
        assert_eq!(kinds(&head(state.clone()), since), told, "{} since {since}", state.name());
    }
    let reopened = Head { reopened: 2, ..head(erased(erased_at)) };
    assert_eq!(kinds(&reopened, "2026-03-10T12:01:01Z"), [""; 0]);
    assert_eq!(kinds(&reopened, "2026-03-10T12:00:30Z"), ["resurfaced", "resurfaced", "erased"]);
    let late = Head { late_since: Some(at("2026-04-10T00:05:00Z")), ..head(State::Received) };
    assert_eq!((kinds(&late, "2026-04-10T00:05:00Z"), kinds(&late, "2026-04-10T00:06:00Z")), (vec!["late"], vec![]));
    let asked = Head { route: Route::SubjectRequest, ..head(State::Received) };
    assert_eq!(
        kinds(&asked, "2026-03-20T00:00:00Z"),
        ["accepted"],
        "it was received before it was verified and stored"
    );
    assert_eq!(
        kinds(&Head { route: Route::SubjectRequest, ..head(erased(erased_at)) }, "2026-03-20T00:00:00Z"),
        [""; 0]
    );
}

#[test]
fn holds_and_purges_are_told_as_they_stand() {
    let note = |text: &str| Note::parse(text).unwrap();
    let placed = BookedHold {
        hold: LegalHold {
            id: HoldId::parse("hold-0001").unwrap(),
            scope: HoldScope::of_tenant(crate::ids::TenantId::parse("alder").unwrap()),
            reason: note("a court"),
            approver: note("counsel"),
            proof: None,
            placed_at: at("2026-03-10T12:00:00Z"),
            review_by: "2026-05-01".parse().unwrap(),
        },
        released_at: None,
    };
    let released = BookedHold { released_at: Some(at("2026-03-20T12:00:00Z")), ..placed.clone() };
    let told = [hold_events(None, &placed), hold_events(Some(&placed), &released)].concat();
    assert_eq!(hold_told_again(&released, at(BEGINNING)), told);
    assert_eq!(hold_told_again(&released, at("2026-03-20T12:00:00Z")), told[1..]);
    assert_eq!(hold_told_again(&placed, at("2026-03-20T12:00:00Z")), []);

    let by = vec![placed.hold.id];
    let leftover = Leftover { starts_at: at("2025-03-01T00:00:00Z"), look_at: at(BEGINNING), by, held: 3, kept: 0 };
    let halted = Some(PurgePlan::new("logs", 5, 7, at(BEGINNING)));
    let late_since = Some(at("2026-03-10T12:00:00Z"));
    let progress = Progress { late_since, halted, leftovers: vec![leftover.clone()], ..Progress::default() };
    let row = Progress { leftovers: Vec::new(), ..progress.clone() };
    let told = [class_events("logs", None, &row), leftover_events("logs", None, Some(&leftover))].concat();
    let kinds: Vec<&str> = told.iter().map(|event| event.kind.name()).collect();
    assert_eq!(kinds, ["late", "halted", "held"]);
    assert_eq!(purge_told_again("logs", &progress, at(BEGINNING)), told);
    assert_eq!(purge_told_again("logs", &progress, at("2026-03-11T00:00:00Z")), told[1..], "it was late before");
}
