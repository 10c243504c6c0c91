use super::*;
use crate::keys::KeyedRef;
use crate::memory::{World, built_in_map, plan_hash};
use crate::obligation::{PlanHash, PlanRef};
use crate::target::{Limit, Target};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn head(state: State) -> Head {
    Head {
        id: ObligationId::parse(&"a".repeat(32)).unwrap(),
        seq: 1,
        route: Route::MetaDataDeletion,
        target: Target::Person {
            links: vec![KeyedRef::from_stored("v1-link".to_owned())],
            suppressions: vec![],
            limit: Limit::Everywhere,
        },
        received_at: at("2026-03-10T12:00:00Z"),
        starts_at: None,
        covers_until: at("2026-03-10T11:00:00Z"),
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
        held_by: Vec::new(),
        awaited: None,
    }
}

fn plan() -> PlanRef {
    PlanRef { hash: PlanHash::from_stored("h".to_owned()), covers_until: at("2026-03-10T11:00:00Z") }
}

async fn shown(head: Head) -> RequestView {
    let (world, map) = (World::new(at("2026-03-11T00:00:00Z"), 10), built_in_map());
    let id = head.id.clone();
    world.stored().heads.insert(id.clone(), head);
    show_request(&world, &map, &map.model().second_looks.after, &id, Freshness::Now).await.unwrap().unwrap()
}

#[tokio::test]
async fn every_state_has_its_public_name() {
    let erased_at = at("2026-03-10T12:01:00Z");
    let completed = State::Completed { erased_at, completed_at: at("2026-04-09T12:01:00Z"), looks: vec![] };
    let failed = State::Failed { plan: plan(), retry_at: erased_at, attempts: 1 };
    let cases = [
        (State::Received, "received"),
        (State::Planned { plan: plan() }, "in-progress"),
        (State::Executing { plan: plan() }, "in-progress"),
        (failed, "failed"),
        (State::Verifying { plan: plan_hash(), erased_at, looks: vec![] }, "verifying"),
        (completed, "completed"),
    ];
    for (state, name) in cases {
        assert_eq!(shown(head(state)).await.state.name(), name);
    }
    let mut reopened = head(State::Received);
    reopened.reopened = 1;
    assert_eq!(shown(reopened).await.state.name(), "in-progress", "a case that was opened again is not new");
}

#[tokio::test]
async fn looks_are_due_after_the_erasure_and_done_when_they_were() {
    let (erased_at, done_at) = (at("2026-03-10T12:01:00Z"), at("2026-03-10T12:17:00Z"));
    let view = shown(head(State::Verifying { plan: plan_hash(), erased_at, looks: vec![done_at] })).await;
    let looks: Vec<(String, bool)> =
        view.looks.iter().map(|look| (look.due_at.to_string(), look.done_at.is_some())).collect();
    let expected = [("2026-03-10T12:16:00Z", true), ("2026-03-17T12:01:00Z", false), ("2026-04-09T12:01:00Z", false)];
    assert_eq!(looks, expected.map(|(due_at, is_done)| (due_at.to_owned(), is_done)));
}

#[tokio::test]
async fn what_is_kept_says_why_and_until_when() {
    let before = shown(head(State::Received)).await;
    assert!(before.kept.iter().all(|kept| kept.until.is_none() && !kept.reason.is_empty()));
    let after =
        shown(head(State::Verifying { plan: plan_hash(), erased_at: at("2026-03-10T12:01:00Z"), looks: vec![] })).await;
    assert!(after.kept.iter().all(|kept| kept.until == Some("2028-03-10".parse().unwrap())));
}

/// The person hears of it, with its years, what the letters and `retains` say of it: it ends by dates of the processor.
#[tokio::test]
async fn what_a_processor_keeps_is_said_where_the_request_concerns_it() {
    let route = |route| Head { route, ..head(State::Received) };
    let view = shown(route(Route::SubjectRequest)).await;
    let elsewhere: Vec<&KeptRecord> = view.kept.iter().filter(|kept| kept.is_elsewhere).collect();
    assert_eq!(elsewhere.iter().map(|kept| kept.class.as_str()).collect::<Vec<_>>(), ["payments"]);
    assert!(elsewhere[0].title == "Payments" && elsewhere[0].reason.contains("7 years"), "{elsewhere:?}");
    assert_eq!((&elsewhere[0].until, &elsewhere[0].retained), (&None, &None));
    assert!(view.kept.len() > 1, "our own records are kept beside it");
    let by_callback = shown(route(Route::MetaDataDeletion)).await;
    assert!(by_callback.kept.iter().all(|kept| !kept.is_elsewhere), "what came through a connection never gets there");
}

#[tokio::test]
async fn an_unknown_code_shows_nothing() {
    let (world, map) = (World::new(at("2026-03-11T00:00:00Z"), 10), built_in_map());
    let id = ObligationId::parse(&"z".repeat(32)).unwrap();
    assert_eq!(show_request(&world, &map, &[], &id, Freshness::Now).await.unwrap(), None);
}

#[tokio::test]
async fn a_callback_that_a_copy_does_not_have_yet_is_found_all_the_same() {
    let (world, map) = (World::new(at("2026-03-11T00:00:00Z"), 10), built_in_map());
    let before = Box::new(world.stored().clone());
    let received = head(State::Received);
    world.stored().heads.insert(received.id.clone(), received.clone());
    world.stored().a_moment_ago = Some(before);
    let view = show_request(&world, &map, &[], &received.id, Freshness::MomentAgo).await.unwrap();
    assert_eq!(view.map(|view| view.id), Some(received.id));
}
