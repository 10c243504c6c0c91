//! One user of an account, and one contact in what a tenant has of its own: everything else stays to the byte.

use super::*;
use crate::ids::{TenantId, UserId};
use crate::legal_hold::{HoldId, HoldScope, LegalHold, Note};
use crate::memory::{own_contact_place, user_place};

fn before() -> Timestamp {
    at("2026-01-01T00:00:00Z")
}

/// Two tenants with an account of two users, one of whose ids begins with the other's; with conversations, invoices, logs.
fn accounts() -> World {
    let world = world();
    for tenant in ["alder", "birch"] {
        for key in ["profile", "user#ab#profile", "user#abc#profile", "key#k1"] {
            world.put_item("accounts", &format!("account#{tenant}"), key);
        }
        for (contact, record) in [("p1", "profile"), ("p1", MESSAGE), ("p1x", "profile"), ("p1x", MESSAGE)] {
            world.put_item("conversations", tenant, &format!("contact#{contact}#{record}"));
            world.put_version("files", &format!("{tenant}/{contact}/talk/a.pdf"), "1");
        }
        world.put_item("billing", "billing#2026-02-01#0", &format!("{tenant}#2026-02-01T00:00:00.000Z#i1"));
        world.put_item("logs", "log#2026-02-01#0", &format!("{tenant}#2026-02-01T00:00:00.000Z#e1"));
    }
    world.stored().links.clear();
    world
}

const MESSAGE: &str = "message#2026-02-01T00:00:00.000Z#m1";

fn leads_to(world: &World, place: &Place, since: Timestamp) {
    world.stored().links.entry(link()).or_default().insert(place.clone(), since);
}

/// Every row, object and connection there is, links too.
fn everything(world: &World) -> Vec<String> {
    let stored = world.stored();
    let mut lines: Vec<String> =
        stored.items.iter().flat_map(|(at, keys)| keys.iter().map(move |key| format!("{at:?} {key}"))).collect();
    lines.extend(stored.objects.iter().flat_map(|(at, keys)| keys.iter().map(move |key| format!("{at} {key:?}"))));
    lines.extend(stored.connections.iter().map(|row| format!("{row:?}")));
    lines.extend(
        stored.links.iter().flat_map(|(link, places)| places.keys().map(move |place| format!("{link} {place}"))),
    );
    lines
}

fn gone(world: &World, before: &[String]) -> Vec<String> {
    let after = everything(world);
    assert!(after.iter().all(|line| before.contains(line)), "nothing is written");
    before.iter().filter(|line| !after.contains(line)).cloned().collect()
}

#[tokio::test]
async fn the_erasure_of_a_user_leaves_the_account_other_users_billing_and_logs() {
    let (world, run) = (accounts(), Run::new());
    leads_to(&world, &user_place("alder", "ab"), before());
    let before = everything(&world);
    open(&world).await;
    let worked = run.visit(&world, "w").await.unwrap();
    assert_eq!(worked, Worked::Erased { removed: Counts::from([("account-users".to_owned(), 1)]) });
    let expected = ["(\"accounts\", \"account#alder\") user#ab#profile", "v1-person alder##user#ab"];
    assert_eq!(gone(&world, &before), expected);
    let outcomes = world.stored().outcomes[&(id(), 1)].clone();
    assert_eq!(outcomes["account-users"], Outcome::Removed { count: 1 });
    assert!(!outcomes.contains_key("account-profile"), "no person's request reaches the account itself");
    assert_eq!(world.stored().plans[&(id(), 1)].counts, Counts::from([("account-users".to_owned(), 1)]));
}

#[tokio::test]
async fn one_contact_of_the_tenants_own_goes_with_messages_and_files() {
    let (world, run) = (accounts(), Run::new());
    leads_to(&world, &own_contact_place("birch", "p1"), before());
    let before = everything(&world);
    open(&world).await;
    run.visit(&world, "w").await.unwrap();
    let gone = gone(&world, &before);
    assert!(gone.iter().all(|line| line.contains("birch") && !line.contains("p1x")), "{gone:?}");
    assert_eq!(gone.len(), 4, "profile, message, file and link: {gone:?}");
    let marks: Vec<String> = world.stored().marks.keys().map(ToString::to_string).collect();
    assert!(marks.contains(&"contact#birch##contact#p1".to_owned()), "{marks:?}");
}

#[tokio::test]
async fn a_person_is_erased_everywhere_at_once() {
    let (world, run) = (accounts(), Run::new());
    for place in [user_place("alder", "abc"), own_contact_place("birch", "p1"), place("alder", "c1", Some("p1"))] {
        leads_to(&world, &place, before());
    }
    open(&world).await;
    assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Erased { .. }));
    let scopes: Vec<String> = world.stored().scopes[&(id(), 1)].keys().map(ToString::to_string).collect();
    assert_eq!(scopes, ["alder##user#abc", "alder#c1#p1", "birch##contact#p1"]);
    assert_eq!(world.stored().links[&link()].len(), 0);
    let left = everything(&world);
    assert!(left.iter().any(|line| line.ends_with("user#ab#profile")));
    assert!(left.iter().all(|line| !line.ends_with("\"account#alder\") user#abc#profile")), "{left:?}");
}

#[tokio::test]
async fn a_crash_at_any_call_ends_in_the_same_erasure() {
    let run = Run::new();
    let undisturbed = || {
        let world = accounts();
        leads_to(&world, &user_place("alder", "ab"), before());
        world
    };
    let calls = {
        let world = undisturbed();
        open(&world).await;
        run.visit(&world, "w").await.unwrap();
        world.calls()
    };
    for call in 1..=calls {
        for strike in [Strike::Before(call), Strike::After(call)] {
            let world = undisturbed();
            let before = everything(&world);
            open(&world).await;
            world.strike(Some(strike));
            drop(run.visit(&world, "w1").await);
            world.strike(None);
            world.pass(HOUR);
            drop(run.visit(&world, "w2").await);
            assert!(head(&world).state.erased_at().is_some(), "{strike:?}");
            assert_eq!(gone(&world, &before).len(), 2, "{strike:?}");
        }
    }
}

fn hold_of(user: &str) -> LegalHold {
    let note = |text| Note::parse(text).unwrap();
    LegalHold {
        id: HoldId::parse("hold-0001").unwrap(),
        scope: HoldScope { user: UserId::parse(user).ok(), ..HoldScope::of_tenant(TenantId::parse("alder").unwrap()) },
        reason: note("a court asked"),
        approver: note("counsel"),
        proof: None,
        placed_at: now(),
        review_by: "2026-05-01".parse().unwrap(),
    }
}

#[tokio::test]
async fn a_hold_on_a_user_keeps_that_user_and_what_finds_them_until_it_is_released() {
    for (held, is_held) in [("ab", true), ("abc", false)] {
        let (world, run) = (accounts(), Run::new());
        leads_to(&world, &user_place("alder", "ab"), before());
        let before = everything(&world);
        world.stored().holds.push(hold_of(held));
        open(&world).await;
        let worked = run.visit(&world, "w1").await.unwrap();
        assert_eq!(matches!(worked, Worked::Held { .. }), is_held, "{held}: {worked:?}");
        if is_held {
            assert_eq!(gone(&world, &before), Vec::<String>::new());
            assert_eq!(world.stored().outcomes[&(id(), 1)]["account-users"], Outcome::Held { removed: 0, held: 1 });
            world.stored().holds.clear();
            assert!(matches!(run.visit(&world, "w2").await.unwrap(), Worked::Erased { .. }));
        }
        assert_eq!(gone(&world, &before).len(), 2);
    }
}

#[tokio::test]
async fn a_user_who_comes_back_from_a_backup_is_erased_again() {
    let (world, run) = (accounts(), Run::new());
    leads_to(&world, &user_place("alder", "ab"), before());
    open(&world).await;
    run.visit(&world, "w").await.unwrap();
    world.put_item("accounts", "account#alder", "user#ab#profile");
    world.pass(SignedDuration::from_mins(15));
    assert_eq!(run.visit(&world, "w").await.unwrap(), Worked::Resurfaced { places: 1 });
    assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Erased { .. }));
    assert!(everything(&world).iter().all(|line| !line.ends_with("\"account#alder\") user#ab#profile")));
}
