//! What a hold covers.

use super::*;

#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn a_hold_covers_its_scope_and_nothing_else() {
    let map = built_in_map();
    let store = |name: &str| map.stores().iter().find(|store| store.name == name).unwrap();
    let connection = place("alder", "c1", None);
    let narrowed = |change: fn(&mut HoldScope)| {
        let mut hold = hold();
        change(&mut hold.scope);
        hold
    };
    let signal = "contact#p1#signal#2026-02-01T00:00:00.000Z#s1";
    let of_user = || narrowed(|scope| scope.user = UserId::parse("ab").ok());
    let own = Place::of_tenant(connection.tenant.clone());
    let cases = [
        ("the whole tenant", hold(), connection.clone(), "inbox", signal, true),
        ("another tenant", hold(), place("birch", "c1", None), "inbox", signal, false),
        (
            "its connection",
            narrowed(|scope| scope.connection = ConnectionId::parse("c1").ok()),
            connection.clone(),
            "inbox",
            signal,
            true,
        ),
        (
            "another connection",
            narrowed(|scope| scope.connection = ConnectionId::parse("c2").ok()),
            connection.clone(),
            "inbox",
            signal,
            false,
        ),
        (
            "a connection, asked of the account",
            narrowed(|scope| scope.connection = ConnectionId::parse("c1").ok()),
            Place::of_tenant(connection.tenant.clone()),
            "accounts",
            "profile",
            false,
        ),
        (
            "its person in a connection",
            narrowed(|scope| scope.contact = ContactId::parse("p1").ok()),
            connection.clone(),
            "inbox",
            signal,
            true,
        ),
        (
            "another person in it",
            narrowed(|scope| scope.contact = ContactId::parse("p2").ok()),
            connection.clone(),
            "inbox",
            signal,
            false,
        ),
        (
            "its person asked for alone",
            narrowed(|scope| scope.contact = ContactId::parse("p1").ok()),
            place("alder", "c1", Some("p1")),
            "inbox",
            "contact#p1#score",
            true,
        ),
        (
            "a file of its person",
            narrowed(|scope| scope.contact = ContactId::parse("p1").ok()),
            connection.clone(),
            "media",
            "alder/c1/p1/avatar/a.jpg",
            true,
        ),
        (
            "a file of another",
            narrowed(|scope| scope.contact = ContactId::parse("p1").ok()),
            connection.clone(),
            "media",
            "alder/c1/p2/avatar/a.jpg",
            false,
        ),
        (
            "its class",
            narrowed(|scope| scope.classes.extend(["signals".to_owned()])),
            connection.clone(),
            "inbox",
            signal,
            true,
        ),
        (
            "another class",
            narrowed(|scope| scope.classes.extend(["signals".to_owned()])),
            connection.clone(),
            "inbox",
            "contact#p1#score",
            false,
        ),
        (
            "inside its dates",
            narrowed(|scope| {
                (scope.from, scope.until) = (Some(at("2026-02-01T00:00:00Z")), Some(at("2026-02-02T00:00:00Z")))
            }),
            connection.clone(),
            "inbox",
            signal,
            true,
        ),
        (
            "before its dates",
            narrowed(|scope| scope.from = Some(at("2026-02-01T00:00:00.001Z"))),
            connection.clone(),
            "inbox",
            signal,
            false,
        ),
        (
            "after its dates",
            narrowed(|scope| scope.until = Some(at("2026-02-01T00:00:00Z"))),
            connection.clone(),
            "inbox",
            signal,
            false,
        ),
        (
            "without a date",
            narrowed(|scope| scope.until = Some(at("2026-02-01T00:00:00Z"))),
            connection,
            "inbox",
            "contact#p1#profile",
            true,
        ),
        ("its user in the account", of_user(), own.clone(), "accounts", "user#ab#profile", true),
        ("another user of it", of_user(), own.clone(), "accounts", "user#abc#profile", false),
        ("the account itself", of_user(), own, "accounts", "profile", false),
        ("its user asked for alone", of_user(), user_place("alder", "ab"), "accounts", "user#ab#profile", true),
        ("another one asked for alone", of_user(), user_place("alder", "abc"), "accounts", "user#abc#profile", false),
        ("a contact, where a user is held", of_user(), place("alder", "c1", Some("ab")), "inbox", signal, false),
    ];
    for (case, hold, place, name, key, expected) in cases {
        assert_eq!(hold.holds(&place, store(name), key), expected, "{case}");
    }
}
