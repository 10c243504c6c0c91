use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::accept_disconnect::{Disconnect, accept_disconnect};
use crate::accept_termination::{Termination, accept_termination};
use crate::ids::{ContactId, Platform, UserId};
use crate::memory::{Strike, World, built_in_map, place};
use crate::obligation::{ObligationId, Turn};
use crate::ports::Clock;
use crate::target::Target;

/// Two versions: receipts that were written under the older one are found too.
const RING: &str =
    r#"{"current":"v2","v1":"0123456789abcdef0123456789abcdef","v2":"fedcba9876543210fedcba9876543210"}"#;

fn world() -> World {
    World::new("2026-03-10T12:00:00Z".parse::<Timestamp>().unwrap(), 10)
}

fn tenant(name: &str) -> TenantId {
    TenantId::parse(name).unwrap()
}

async fn find(world: &World, name: &str, connection: Option<&str>) -> Result<(), NotKnown> {
    let (keys, map) = (SubjectKeys::parse(RING).unwrap(), built_in_map());
    let connection = connection.map(|id| ConnectionId::parse(id).unwrap());
    Whereabouts { vault: world, ledger: world, keys: &keys, map: &map }.find(&tenant(name), connection.as_ref()).await
}

async fn knows(world: &World, name: &str) -> bool {
    match find(world, name, None).await {
        Ok(()) => true,
        Err(NotKnown::Tenant) => false,
        Err(other) => panic!("{other}"),
    }
}

async fn disconnect(world: &World) {
    let disconnect = Disconnect {
        place: place("alder", "c1", None),
        platform: Platform::parse("google").unwrap(),
        disconnected_at: None,
    };
    let wait = SignedDuration::from_hours(1);
    accept_disconnect(world, world, &built_in_map(), wait, disconnect, world.now()).await.unwrap();
}

async fn terminate(world: &World) {
    let ended = Termination { tenant: tenant("alder"), ended_at: None, decided_at: None, time_zone: "UTC".to_owned() };
    accept_termination(world, world, &built_in_map(), &ended.count(world.now()).unwrap()).await.unwrap();
}

#[tokio::test]
async fn a_tenant_is_known_by_each_trace_of_its_own_and_by_no_trace_of_another() {
    type Trace = fn(&World);
    let traces: [(&str, Trace); 6] = [
        ("its account", |world| world.put_item("accounts", "account#alder", "profile")),
        ("a user of it", |world| world.put_item("accounts", "account#alder", "user#u1#profile")),
        ("its conversations", |world| world.put_item("conversations", "alder", "contact#p1#profile")),
        ("people of it", |world| world.put_item("people", "people#alder", "person#p1")),
        ("a connection of it", |world| drop(world.connect("alder", "c1", world.now(), &[]))),
        ("a receipt under an older key", |world| {
            let older = SubjectKeys::parse(RING).unwrap().receipt_chains(&tenant("alder")).pop().unwrap();
            assert!(older.as_str().starts_with("v1-"));
            world.stored().chains.hints.insert(older, 1);
        }),
    ];
    for (trace, leave) in traces {
        let world = world();
        assert!(!knows(&world, "alder").await, "before {trace}");
        leave(&world);
        assert!(knows(&world, "alder").await, "{trace}");
        for other in ["ald", "alders", "birch"] {
            assert!(!knows(&world, other).await, "{other}, by {trace}");
        }
    }
}

#[tokio::test]
async fn a_tenant_whose_account_has_ended_is_known_when_nothing_else_is_left() {
    let world = world();
    terminate(&world).await;
    assert!(knows(&world, "alder").await && !knows(&world, "birch").await);
    // A second end that stood beside it, once the months of the first are over.
    let first = std::mem::take(&mut world.stored().heads);
    assert!(!knows(&world, "alder").await);
    for (_, mut head) in first {
        let Target::Tenant { tenant, phase } = &head.target else { continue };
        head.id = ObligationId::of_turn(tenant, phase, Turn::Second);
        world.stored().heads.insert(head.id.clone(), head);
    }
    assert!(knows(&world, "alder").await && !knows(&world, "birch").await);
}

#[tokio::test]
async fn a_connection_is_known_while_it_stands_and_once_it_was_disconnected() {
    let world = world();
    assert!(matches!(find(&world, "alder", Some("c1")).await, Err(NotKnown::Tenant)));
    world.put_item("accounts", "account#alder", "profile");
    assert!(matches!(find(&world, "alder", Some("c1")).await, Err(NotKnown::Connection)), "its tenant is known");
    world.connect("alder", "c1", world.now(), &[]);
    assert!(find(&world, "alder", Some("c1")).await.is_ok());
    assert!(matches!(find(&world, "alder", Some("c2")).await, Err(NotKnown::Connection)));
    assert!(matches!(find(&world, "birch", Some("c1")).await, Err(NotKnown::Tenant)), "of another tenant");
    let world = self::world();
    disconnect(&world).await;
    assert!(find(&world, "alder", Some("c1")).await.is_ok(), "only the obligation is left");
    assert!(matches!(find(&world, "alder", Some("c2")).await, Err(NotKnown::Tenant)));
}

#[tokio::test]
async fn what_cannot_be_read_is_a_fault_and_never_unknown() {
    let calls = {
        let world = world();
        drop(find(&world, "alder", Some("c1")).await);
        world.calls()
    };
    assert!(calls < 20, "{calls} reads");
    for call in 1..=calls {
        let world = world();
        world.strike(Some(Strike::Before(call)));
        assert!(matches!(find(&world, "alder", Some("c1")).await, Err(NotKnown::Fault(_))), "{call}");
    }
}

#[tokio::test]
async fn a_contact_or_a_user_is_known_by_a_row_of_theirs_there() {
    let world = world();
    drop(world.connect("alder", "c1", world.now(), &[]));
    world.put("alder", "c1", "contact#p1#profile");
    world.put_item("conversations", "alder", "contact#p2#profile");
    world.put_item("accounts", "account#alder", "user#u1#profile");
    world.put("birch", "c1", "contact#p9#profile");
    let (keys, map) = (SubjectKeys::parse(RING).unwrap(), built_in_map());
    let find = async |connection: Option<&str>, contact: Option<&str>, user: Option<&str>| {
        let mut scope = HoldScope::of_tenant(tenant("alder"));
        scope.connection = connection.map(|id| ConnectionId::parse(id).unwrap());
        scope.contact = contact.map(|id| ContactId::parse(id).unwrap());
        scope.user = user.map(|id| UserId::parse(id).unwrap());
        let whereabouts = Whereabouts { vault: &world, ledger: &world, keys: &keys, map: &map };
        whereabouts.find_people(&scope).await
    };
    for (connection, contact, user) in [
        (None, None, None),
        (None, Some("p1"), None),
        (Some("c1"), Some("p1"), None),
        (None, Some("p2"), None),
        (None, None, Some("u1")),
    ] {
        assert!(find(connection, contact, user).await.is_ok(), "{connection:?} {contact:?} {user:?}");
    }
    for (connection, contact) in [(None, "p3"), (Some("c1"), "p2"), (Some("c2"), "p1"), (None, "p9"), (None, "p")] {
        assert!(
            matches!(find(connection, Some(contact), None).await, Err(NotKnown::Contact)),
            "{connection:?} {contact}"
        );
    }
    assert!(matches!(find(None, None, Some("u")).await, Err(NotKnown::User)));
}
