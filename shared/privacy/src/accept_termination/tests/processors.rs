//! When an account ends, whoever else knows its users is asked about them.

use std::collections::BTreeSet;

use super::returns::visit;
use super::*;
use crate::erasure::Worked;
use crate::ids::UserId;
use crate::legal_hold::{HoldId, HoldScope, LegalHold, Note};
use crate::memory::{Vendor, built_in_map, user_place};
use crate::policy::Route;
use crate::processors::Target as Asked;

const ENDS: &str = "2026-03-03T00:00:00Z";

fn link(name: &str) -> KeyedRef {
    KeyedRef::from_stored(format!("v1-{name}"))
}

pub(super) fn subject(name: &str) -> Asked {
    Asked::Subject(link(name))
}

/// Ana works for alder, Bob for alder and birch, Cem for birch; PostHog and the payments provider know all three.
pub(super) fn peopled() -> World {
    let world = world();
    for (tenant, user, name) in
        [("alder", "u1", "ana"), ("alder", "u2", "bob"), ("birch", "u2", "bob"), ("birch", "u3", "cem")]
    {
        world.link(&user_place(tenant, user), at("2025-06-01T00:00:00Z"), &link(name));
    }
    for name in ["posthog", "payments"] {
        let copies: BTreeSet<Asked> = ["ana", "bob", "cem"].map(subject).into();
        world.stored().vendors.by_name.insert(name.to_owned(), Vendor { copies, ..Vendor::default() });
    }
    world.strike(None);
    world
}

pub(super) fn known(world: &World, vendor: &str) -> Vec<Asked> {
    world.stored().vendors.by_name[vendor].copies.iter().cloned().collect()
}

fn asked(world: &World, vendor: &str) -> usize {
    world.stored().vendors.by_name[vendor].asked.len()
}

#[tokio::test]
async fn the_users_of_an_account_that_ended_are_gone_from_processors_and_nobody_else_is() {
    let world = peopled();
    terminate(&world, None).await.unwrap();
    go_to(&world, ENDS);
    work(&world).await;
    for vendor in ["posthog", "payments"] {
        assert_eq!(known(&world, vendor), [subject("bob"), subject("cem")], "{vendor}: Bob works for birch too");
    }
    assert!(!left(&world).contains(&"account"));
}

#[tokio::test]
async fn a_hold_on_one_user_keeps_them_alone_on_the_list_of_those_who_get_mail() {
    let world = peopled();
    world.put_item("accounts", "account#alder", "user#u9#profile");
    world.link(&user_place("alder", "u9"), at("2025-06-01T00:00:00Z"), &link("dan"));
    let copies: BTreeSet<Asked> = ["ana", "dan"].map(subject).into();
    world.stored().vendors.by_name.insert("mailing".to_owned(), Vendor { copies, ..Vendor::default() });
    let note = |text| Note::parse(text).unwrap();
    let mut scope = HoldScope::of_tenant(tenant("alder"));
    scope.user = Some(UserId::parse("u9").unwrap());
    scope.classes = BTreeSet::from(["account-users".to_owned()]);
    let hold = LegalHold {
        id: HoldId::parse("hold-0001").unwrap(),
        scope,
        reason: note("a court asked"),
        approver: note("counsel"),
        proof: None,
        placed_at: world.now(),
        review_by: "2026-05-01".parse().unwrap(),
    };
    world.stored().holds.push(hold);
    terminate(&world, None).await.unwrap();
    go_to(&world, ENDS);
    assert!(matches!(visit(&world, "account").await.unwrap(), Worked::Held { .. }));
    assert_eq!(known(&world, "mailing"), [subject("dan")]);
    world.stored().holds.clear();
    assert!(matches!(visit(&world, "account").await.unwrap(), Worked::Erased { .. }));
    assert_eq!(known(&world, "mailing"), []);
}

#[tokio::test]
async fn a_crash_at_any_call_loses_nobody_on_the_way() {
    let calls = {
        let world = peopled();
        terminate(&world, None).await.unwrap();
        go_to(&world, ENDS);
        world.strike(None);
        visit(&world, "account").await.unwrap();
        world.calls()
    };
    for call in 1..=calls {
        for strike in [Strike::Before(call), Strike::After(call)] {
            let world = peopled();
            terminate(&world, None).await.unwrap();
            go_to(&world, ENDS);
            world.strike(Some(strike));
            drop(visit(&world, "account").await);
            world.strike(None);
            world.pass(HOUR);
            for _ in 0..3 {
                visit(&world, "account").await.unwrap();
                world.pass(HOUR);
            }
            assert_eq!(known(&world, "payments"), [subject("bob"), subject("cem")], "{strike:?}");
        }
    }
}

#[tokio::test]
async fn a_user_who_came_back_is_not_asked_about_again() {
    let world = peopled();
    terminate(&world, None).await.unwrap();
    go_to(&world, ENDS);
    visit(&world, "account").await.unwrap();
    let before = asked(&world, "posthog");
    go_to(&world, "2026-03-03T00:10:00Z");
    world.link(&user_place("cedar", "u1"), world.now(), &link("ana"));
    world.stored().vendors.by_name.get_mut("posthog").unwrap().copies.insert(subject("ana"));
    for instant in ["2026-03-03T00:15:00Z", "2026-03-10T01:00:00Z", "2026-04-03T01:00:00Z"] {
        go_to(&world, instant);
        assert!(matches!(visit(&world, "account").await.unwrap(), Worked::LookedClean { .. }), "{instant}");
    }
    assert!(known(&world, "posthog").contains(&subject("ana")));
    assert_eq!(asked(&world, "posthog"), before);
}

#[test]
fn whoever_is_asked_says_of_every_route_whether() {
    let map = built_in_map();
    for (name, processor) in &map.model().processor {
        for route in Route::ALL {
            let is_left = processor.is_left_out_of(route);
            assert!(processor.routes.contains(&route) != is_left, "{name} on {}", route.as_str());
        }
    }
}
