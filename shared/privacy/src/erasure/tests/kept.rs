//! A hold that names record classes, at processors that get copies of them.

use super::holds::hold;
use super::proofs::{copies, receipts, vendor};
use super::*;
use crate::ids::UserId;
use crate::memory::{Mood, Vendor, user_place};
use crate::processors::Target as Asked;

fn other() -> Asked {
    Asked::Subject(KeyedRef::from_stored("v1-other".to_owned()))
}

/// The contact p1 of two customers, whom the CRM of each knows.
fn of_two_customers() -> (World, [Asked; 2]) {
    let world = world();
    let places = [place("alder", "c1", Some("p1")), place("birch", "c2", Some("p1"))];
    world.stored().links.clear();
    for place in &places {
        world.stored().links.entry(link()).or_default().insert(place.clone(), at("2026-01-01T00:00:00Z"));
    }
    let targets = places.map(Asked::Place);
    let crm = Vendor { copies: targets.clone().into(), ..Vendor::default() };
    world.stored().vendors.by_name.insert("crm".to_owned(), crm);
    (world, targets)
}

#[tokio::test]
async fn a_hold_on_a_class_keeps_its_copies_at_a_processor_and_no_others() {
    let run = Run::new();
    let (world, [held, _]) = of_two_customers();
    open(&world).await;
    vendor(&world, "posthog", Mood::Honest);
    world.stored().holds.push(hold("hold-0001", "alder", Some("p1"), &["contacts"]));
    for worker in ["w1", "w2", "w3"] {
        assert!(matches!(run.visit(&world, worker).await.unwrap(), Worked::Held { .. }));
        assert_eq!(copies(&world, "crm"), std::slice::from_ref(&held), "of the other customer it is gone");
        assert_eq!(copies(&world, "posthog"), [other()], "it gets no copies of that class");
        assert_eq!((receipts(&world, "alder").len(), receipts(&world, "birch").len()), (0, 1));
        world.pass(HOUR);
    }
    world.stored().holds.clear();
    assert!(matches!(run.visit(&world, "w4").await.unwrap(), Worked::Erased { .. }));
    assert_eq!(copies(&world, "crm"), []);
    assert_eq!((receipts(&world, "alder").len(), receipts(&world, "birch").len()), (1, 1));
}

#[tokio::test]
async fn a_hold_on_another_class_or_contact_keeps_nothing_at_the_processor() {
    for hold in
        [hold("hold-0001", "alder", Some("p1"), &["signals"]), hold("hold-0001", "alder", Some("p2"), &["contacts"])]
    {
        let run = Run::new();
        let (world, _) = of_two_customers();
        open(&world).await;
        world.stored().holds.push(hold);
        run.visit(&world, "w1").await.unwrap();
        assert_eq!(copies(&world, "crm"), []);
    }
}

#[tokio::test]
async fn a_held_user_stays_on_the_list_that_their_row_is_copied_to() {
    let run = Run::new();
    let world = world();
    world.stored().links.clear();
    for tenant in ["alder", "birch"] {
        world.put_item("accounts", &format!("account#{tenant}"), "user#u1#profile");
        let since = at("2026-01-01T00:00:00Z");
        world.stored().links.entry(link()).or_default().insert(user_place(tenant, "u1"), since);
    }
    let request = NewObligation { route: Route::SubjectRequest, ..request(now()) };
    assert_eq!(world.open(&request).await.unwrap(), Opened::New);
    world.strike(None);
    for name in ["posthog", "mailing"] {
        vendor(&world, name, Mood::Honest);
    }
    let mut of_u1 = hold("hold-0001", "alder", None, &["account-users"]);
    of_u1.scope.user = Some(UserId::parse("u1").unwrap());
    world.stored().holds.push(of_u1);
    assert!(matches!(run.visit(&world, "w1").await.unwrap(), Worked::Held { .. }));
    assert_eq!(copies(&world, "mailing").len(), 2, "nobody there can tell of which account somebody is");
    assert_eq!(copies(&world, "posthog"), [other()]);
    assert_eq!((receipts(&world, "alder").len(), receipts(&world, "birch").len()), (0, 0), "not all is confirmed");
    world.stored().holds.clear();
    assert!(matches!(run.visit(&world, "w2").await.unwrap(), Worked::Erased { .. }));
    assert_eq!(copies(&world, "mailing"), [other()]);
    assert_eq!((receipts(&world, "alder").len(), receipts(&world, "birch").len()), (1, 1));
}
