//! What ends with a tenant goes after the bundles that its users have asked for, and still on its day.

use super::*;
use crate::ids::TenantId;

fn tenant() -> TenantId {
    TenantId::parse("alder").unwrap()
}

/// Alder's account begins to go now; a user of it, or of another tenant, has asked for their data.
async fn ending(asked_of: &str) -> (World, ObligationId) {
    let world = world();
    world.put_item("accounts", "account#alder", "profile");
    let id = ObligationId::of_termination(&tenant(), "account");
    let new = NewObligation {
        id: id.clone(),
        route: Route::Termination,
        target: Target::Tenant { tenant: tenant(), phase: "account".to_owned() },
        starts_at: Some(now()),
        is_dated: false,
        due_by: DueBy { date: "2026-03-10".parse().unwrap(), time_zone: "UTC".to_owned() },
        ..request(now())
    };
    assert_eq!(world.open(&new).await.unwrap(), Opened::New);
    let of = TenantId::parse(asked_of).unwrap();
    world.stored().exports.awaited.insert((of, ObligationId::of_request(&[7; 20])));
    world.strike(None);
    (world, id)
}

#[tokio::test]
async fn a_purge_waits_for_a_bundle_and_goes_on_when_it_is_made() {
    let (run, (world, id)) = (Run::new(), ending("alder").await);
    let until = now() + SignedDuration::from_mins(15);
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
    let until = now() + SignedDuration::from_hours(12);
    assert_eq!(run.work(&world, &id).await, Worked::Waiting { until });
    world.pass(SignedDuration::from_mins(1));
    assert!(matches!(run.work(&world, &id).await, Worked::Erased { .. }));
}

#[tokio::test]
async fn nobody_waits_for_a_bundle_of_another_tenant() {
    let (run, (world, id)) = (Run::new(), ending("birch").await);
    assert!(matches!(run.work(&world, &id).await, Worked::Erased { .. }));
}
