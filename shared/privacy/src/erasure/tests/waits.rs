//! What ends with a tenant goes after the bundles that its users have asked for, and still on its day.

use super::*;
use crate::clock::model::Kind;
use crate::ids::TenantId;
use crate::memory::asked;
use crate::subject_request::{Standing, SubjectRequest};

fn tenant() -> TenantId {
    TenantId::parse("alder").unwrap()
}

fn midnight() -> Timestamp {
    at("2026-03-10T00:00:00Z")
}

/// Alder's account begins to go now; a user of it, or of another tenant, has asked for their data.
async fn ending(asked_of: &str) -> (World, ObligationId) {
    ending_by("account", "2026-03-10", asked_of, midnight()).await
}

/// The same of one phase, which has until then.
async fn ending_by(phase: &str, last_day: &str, asked_of: &str, received_at: Timestamp) -> (World, ObligationId) {
    let world = world();
    world.stored().set_now(midnight());
    world.put_item("accounts", "account#alder", "profile");
    let id = ObligationId::of_termination(&tenant(), phase);
    let new = NewObligation {
        id: id.clone(),
        route: Route::Termination,
        target: Target::Tenant { tenant: tenant(), phase: phase.to_owned() },
        starts_at: Some(midnight()),
        received_at,
        is_dated: false,
        due_by: DueBy { date: last_day.parse().unwrap(), time_zone: "UTC".to_owned() },
        ..super::request(midnight())
    };
    assert_eq!(world.open(&new).await.unwrap(), Opened::New);
    let of = TenantId::parse(asked_of).unwrap();
    let open = SubjectRequest {
        standing: Standing::InProgress { since: midnight() },
        ..asked(7, Kind::Access, Some("mia@example.org"), None, midnight())
    };
    world.stored().exports.awaited.insert((of, open.id.clone()));
    world.stored().requests.heads.insert(open.id.clone(), open);
    world.strike(None);
    (world, id)
}

#[tokio::test]
async fn a_purge_waits_for_a_bundle_and_goes_on_when_it_is_made() {
    let (run, (world, id)) = (Run::new(), ending("alder").await);
    let until = midnight() + SignedDuration::from_mins(15);
    assert_eq!(run.work(&world, &id).await, Worked::Waiting { until });
    assert_eq!(
        world.calls(),
        4,
        "a claim, a read, a note, and the claim given back: no more than one read of what waits"
    );
    let head = world.stored().heads[&id].clone();
    assert_eq!((head.state, head.next_action_at), (State::Received, Some(until)));
    assert!(world.of_tenant("alder").iter().any(|line| line.contains("account#alder")));
    world.stored().exports.awaited.clear();
    assert!(matches!(run.work(&world, &id).await, Worked::Erased { .. }));
}

#[tokio::test]
async fn no_purge_is_put_off_beyond_its_day() {
    let (run, (world, id)) = (Run::new(), ending("alder").await);
    world.pass(SignedDuration::from_hours(12) - SignedDuration::from_mins(1));
    let until = at("2026-03-10T11:59:59Z");
    assert_eq!(run.work(&world, &id).await, Worked::Waiting { until });
    world.pass(SignedDuration::from_mins(1));
    assert!(matches!(run.work(&world, &id).await, Worked::Erased { .. }));
    // Told late: at eight in the evening of the last day half of what is left of it, after that day half a day.
    for (received, until) in [("10T20:00:00", "10T21:59:59.500"), ("11T08:00:00", "11T20:00:00")] {
        let received_at = at(&format!("2026-03-{received}Z"));
        let (world, id) = ending_by("account", "2026-03-10", "alder", received_at).await;
        let until = at(&format!("2026-03-{until}Z"));
        world.stored().set_now(until - SignedDuration::from_mins(1));
        assert_eq!(run.work(&world, &id).await, Worked::Waiting { until }, "{received}");
        world.stored().set_now(until);
        assert!(matches!(run.work(&world, &id).await, Worked::Erased { .. }), "{received}");
    }
}

#[tokio::test]
async fn nobody_waits_for_a_bundle_of_another_tenant() {
    let (run, (world, id)) = (Run::new(), ending("birch").await);
    assert!(matches!(run.work(&world, &id).await, Worked::Erased { .. }));
}

#[tokio::test]
async fn a_phase_with_weeks_to_spare_waits_until_its_alarm_and_no_longer() {
    // Of the shipped file: the alarm of the conversations rings 15 days before their last day.
    let (run, (world, id)) = (Run::new(), ending_by("conversations", "2026-05-08", "alder", midnight()).await);
    let latest = at("2026-04-22T11:59:59Z");
    for now in [midnight() + SignedDuration::from_hours(24), latest - SignedDuration::from_mins(1)] {
        world.stored().set_now(now);
        let until = latest.min(now + SignedDuration::from_mins(15));
        assert_eq!(run.work(&world, &id).await, Worked::Waiting { until }, "{now}");
    }
    let head = world.stored().heads[&id].clone();
    let alarm_before = prompt_map().alarm_before(head.route, &head.target).unwrap();
    let rings_from = at("2026-04-23T00:00:00Z");
    for (now, rings) in [(rings_from - SignedDuration::from_millis(1), false), (rings_from, true)] {
        assert_eq!(head.due_by.is_near(alarm_before, now), rings, "{now}");
    }
    world.stored().set_now(latest);
    assert!(matches!(run.work(&world, &id).await, Worked::Erased { .. }), "it goes by its day, answered or not");
}

#[tokio::test]
async fn nothing_waits_for_a_request_that_was_closed_without_a_bundle() {
    let (run, (world, id)) = (Run::new(), ending_by("conversations", "2026-05-08", "alder", midnight()).await);
    let denied = Standing::Denied { at: midnight(), reason: "unverifiable".to_owned() };
    for head in world.stored().requests.heads.values_mut() {
        head.standing = denied.clone();
    }
    assert!(matches!(run.work(&world, &id).await, Worked::Erased { .. }));
}
