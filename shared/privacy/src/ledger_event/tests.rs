use std::collections::BTreeSet;

use super::*;
use crate::deadline::DueBy;
use crate::legal_hold::HoldId;
use crate::memory::plan_hash;
use crate::obligation::{ObligationId, PlanHash, PlanRef};
use crate::policy::retained::Exception;
use crate::target::{Limit, Target};

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(super) fn head(state: State) -> Head {
    let held_by = if let State::Held { by, .. } = &state { by.clone() } else { Vec::new() };
    Head {
        id: ObligationId::parse(&"a".repeat(32)).unwrap(),
        seq: 1,
        route: Route::MetaDataDeletion,
        target: Target::Person { links: vec![], suppressions: vec![], limit: Limit::Everywhere },
        received_at: at("2026-03-10T12:00:00Z"),
        starts_at: None,
        covers_until: at("2026-03-10T12:00:00Z"),
        due_by: DueBy { date: "2026-04-09".parse().unwrap(), time_zone: "UTC".to_owned() },
        state,
        next_action_at: None,
        leased_until: None,
        reopened: 0,
        confirmed_plan: None,
        late_since: None,
        begun_at: None,
        returned_at: None,
        retained: Vec::new(),
        replay: None,
        held_by,
        awaited: None,
    }
}

pub(super) fn plan() -> PlanRef {
    PlanRef { hash: plan_hash(), covers_until: at("2026-03-10T12:00:00Z") }
}

pub(super) fn states() -> Vec<State> {
    let erased_at = at("2026-03-10T12:01:00Z");
    let by = vec![HoldId::parse("hold-2026-1").unwrap()];
    vec![
        State::Received,
        State::Planned { plan: plan() },
        State::Executing { plan: plan() },
        State::Failed { plan: plan(), retry_at: erased_at, attempts: 1 },
        State::Held { plan: plan(), by, review_by: "2026-05-01".parse().unwrap() },
        State::Verifying { plan: plan_hash(), erased_at, looks: vec![] },
        State::Completed { erased_at, completed_at: at("2026-04-10T00:00:00Z"), looks: vec![] },
        State::Cancelled { at: erased_at },
    ]
}

fn kinds(before: Option<&Head>, after: &Head) -> Vec<&'static str> {
    events(before, after).iter().map(|event| event.kind.name()).collect()
}

#[test]
fn every_change_of_state_is_told_once() {
    let named = ["received", "planned", "executing", "failed", "held", "verifying", "completed", "cancelled"];
    let told = [&[][..], &["halted"], &[], &["failed"], &["held"], &["erased"], &["completed"], &["cancelled"]];
    for (index, after) in states().into_iter().enumerate() {
        assert_eq!(after.name(), named[index]);
        let after = head(after);
        let received = head(State::Executing { plan: plan() });
        assert_eq!(kinds(Some(&received), &after), told[index], "{}", named[index]);
        let first: Vec<&str> = ["accepted"].into_iter().chain(told[index].iter().copied()).collect();
        assert_eq!(kinds(None, &after), first, "a row that nobody saw before tells what it is");
        let mut leased = after.clone();
        leased.leased_until = Some(at("2026-03-10T13:00:00Z"));
        leased.next_action_at = Some(at("2026-03-10T13:00:00Z"));
        assert_eq!(kinds(Some(&after), &leased), [""; 0], "a lease says nothing");
    }
}

#[test]
fn what_comes_again_is_told_again_and_what_is_told_twice_is_known() {
    let looked = |reopened: u32, looks: Vec<Timestamp>| {
        let erased_at = at("2026-03-10T12:01:00Z");
        Head { reopened, ..head(State::Verifying { plan: plan_hash(), erased_at, looks }) }
    };
    assert_eq!(kinds(Some(&looked(0, vec![])), &looked(0, vec![at("2026-03-10T12:16:00Z")])), [""; 0]);
    let back = Head { reopened: 1, ..head(State::Received) };
    assert_eq!(kinds(Some(&looked(0, vec![])), &back), ["resurfaced"]);

    let again = Head { seq: 2, ..head(State::Received) };
    assert_eq!(kinds(Some(&looked(0, vec![])), &again), ["accepted"], "a new request under the same code");

    let late = Head { late_since: Some(at("2026-04-10T00:05:00Z")), ..head(State::Received) };
    assert_eq!(kinds(Some(&head(State::Received)), &late), ["late"]);
    assert_eq!(kinds(Some(&late), &late), [""; 0]);

    let erased = head(states().remove(5));
    let (one, two) = (events(None, &erased), events(None, &erased));
    assert_eq!(one, two, "the same fact has the same id");
    let ids: BTreeSet<&str> = one.iter().map(|event| event.event_id.as_str()).collect();
    assert_eq!(ids.len(), one.len());
    assert_ne!(events(None, &again)[0].event_id, one[0].event_id);
}

#[test]
fn a_failure_after_it_went_on_is_another_event_and_the_same_one_told_twice_is_not() {
    let failed = |retry_at: &str| head(State::Failed { plan: plan(), retry_at: at(retry_at), attempts: 1 });
    let on = head(State::Executing { plan: plan() });
    let id = |after: &Head| events(Some(&on), after).remove(0).event_id;
    let (first, later) = (failed("2026-03-10T12:05:00Z"), failed("2026-03-10T18:05:00Z"));
    assert_ne!(id(&first), id(&later), "attempts are counted from one again");
    assert_eq!(id(&first), id(&failed("2026-03-10T12:05:00Z")), "the same change comes again");
    assert_eq!(kinds(Some(&first), &first), [""; 0]);
}

#[test]
fn an_event_holds_references_and_dates_and_nothing_else() {
    let text = serde_json::to_string_pretty(&events(None, &head(State::Received))[0]).unwrap();
    assert!(!text.contains(&"a".repeat(32)), "the code opens the status page");
    expect_test::expect![[r#"
        {
          "version": 1,
          "event_id": "cc8302742bc3595957a5f0e1720ae9d7",
          "kind": "accepted",
          "obligation_ref": "3ba3f5f43b92",
          "request": 1,
          "reopened": 0,
          "route": "meta-data-deletion",
          "received_at": "2026-03-10T12:00:00.000Z",
          "due_by": {
            "date": "2026-04-09",
            "time_zone": "UTC"
          }
        }"#]]
    .assert_eq(&text);
}

#[test]
fn the_schema_names_every_member_kind_and_route() {
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../../../docs/ledger-event.schema.json")).unwrap();
    let retained = Head { retained: Exception::ALL.into(), ..head(states().remove(5)) };
    let retained = events(Some(&head(State::Received)), &retained);
    assert_eq!(retained.iter().map(|event| event.kind.name()).collect::<Vec<_>>(), ["erased", "retained"]);
    assert_eq!(retained[0].codes, [""; 0], "only with the kind that is about them");
    let event = serde_json::to_value(&retained[1]).unwrap();
    let names = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(&schema["properties"]), names(&event));
    assert_eq!(names(&schema["properties"]["due_by"]["properties"]), names(&event["due_by"]));
    assert_eq!(schema["required"].as_array().unwrap().len(), names(&event).len() - 1, "all but `codes`");
    let texts = |value: &serde_json::Value| -> BTreeSet<String> {
        value["enum"].as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(texts(&schema["properties"]["kind"]), Kind::ALL.iter().map(|kind| kind.name().to_owned()).collect());
    let codes = Exception::ALL.iter().map(|code| code.as_str().to_owned()).collect();
    assert_eq!(texts(&schema["properties"]["codes"]["items"]), codes);
    let routes = Route::ALL.iter().map(|route| route.as_str().to_owned()).collect();
    assert_eq!(texts(&schema["properties"]["route"]), routes);
}

/// Each step in turn: what it tells.
fn told(steps: &[Head]) -> Vec<Vec<&'static str>> {
    steps.windows(2).map(|pair| kinds(Some(&pair[0]), &pair[1])).collect()
}

#[test]
fn holds_are_told_once_until_they_are_others_and_released_once_none_is_in_force() {
    let by = |names: &[&str]| names.iter().map(|name| HoldId::parse(name).unwrap()).collect::<Vec<_>>();
    let held = |names: &[&str], hash: &str| {
        let plan = PlanRef { hash: PlanHash::from_stored(hash.repeat(32)), ..plan() };
        head(State::Held { plan, by: by(names), review_by: "2026-05-01".parse().unwrap() })
    };
    let beside = |names: &[&str]| Head { held_by: by(names), ..head(State::Executing { plan: plan() }) };
    let erased = head(states().remove(5));
    let (one, both) = (&["hold-0001"][..], &["hold-0001", "hold-0002"][..]);
    let daily = [beside(&[]), held(one, "0a"), beside(one), held(one, "0b"), beside(one), held(one, "0c")];
    assert_eq!(told(&daily), [&["held"][..], &[], &[], &[], &[]]);
    assert_eq!(told(&[held(one, "0a"), beside(&[]), erased.clone()]), [&["released"][..], &["erased"]]);
    assert_eq!(told(&[held(one, "0a"), beside(one), erased]), [&[][..], &["released", "erased"]]);
    assert_eq!(told(&[held(both, "0a"), beside(both), held(one, "0b")]), [&[][..], &["held"]], "others");
    let failed = Head { held_by: by(one), ..head(states().remove(3)) };
    assert_eq!(told(&[held(one, "0a"), failed.clone(), held(one, "0b")]), [&["failed"][..], &[]]);
    let id = |before: Head| events(Some(&before), &beside(&[])).remove(0).event_id;
    assert_eq!(id(held(one, "0a")), id(beside(one)), "the same fact, from whichever state it is left");
    assert_ne!(id(held(one, "0a")), id(held(both, "0a")));
}
