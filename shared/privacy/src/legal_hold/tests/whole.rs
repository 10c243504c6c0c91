//! What a hold keeps whole, and of a row that several connections feed.

use super::*;
use crate::memory::own_contact_place;

fn narrowed(change: impl FnOnce(&mut HoldScope)) -> LegalHold {
    let mut hold = hold();
    change(&mut hold.scope);
    hold
}

fn of_contact(contact: &str) -> LegalHold {
    narrowed(|scope| scope.contact = ContactId::parse(contact).ok())
}

fn of_user(user: &str) -> LegalHold {
    narrowed(|scope| scope.user = UserId::parse(user).ok())
}

#[test]
fn a_place_is_held_whole_where_nothing_narrows_the_hold_within_it() {
    let (connection, contact) = (place("alder", "c1", None), place("alder", "c1", Some("p1")));
    let own = Place::of_tenant(connection.tenant.clone());
    let dated = |scope: &mut HoldScope| scope.from = Some(at("2026-02-01T00:00:00Z"));
    let ended = |scope: &mut HoldScope| scope.until = Some(at("2026-02-01T00:00:00Z"));
    for (what, hold, place, expected) in [
        ("all of the tenant", hold(), &connection, true),
        ("of another tenant", hold(), &place("birch", "c1", None), false),
        ("of a class", narrowed(|scope| scope.classes.extend(["signals".to_owned()])), &connection, false),
        ("from a day on", narrowed(dated), &connection, false),
        ("until a day", narrowed(ended), &connection, false),
        ("its connection", narrowed(|scope| scope.connection = ConnectionId::parse("c1").ok()), &connection, true),
        ("another connection", narrowed(|scope| scope.connection = ConnectionId::parse("c2").ok()), &connection, false),
        ("a contact within it", of_contact("p1"), &connection, false),
        ("that contact alone", of_contact("p1"), &contact, true),
        ("another contact", of_contact("p2"), &contact, false),
        ("that contact, of the account", of_contact("p1"), &own_contact_place("alder", "p1"), true),
        ("a user of the account", of_user("ab"), &own, false),
        ("that user alone", of_user("ab"), &user_place("alder", "ab"), true),
        ("another user", of_user("abc"), &user_place("alder", "ab"), false),
    ] {
        assert_eq!(hold.keeps_whole(place), expected, "{what}");
    }
}

#[test]
fn a_shared_row_is_held_with_the_source_that_a_hold_names() {
    let map = built_in_map();
    let store = map.store("people").unwrap();
    let (alder, birch) = (place("alder", "c1", None), place("birch", "c1", None));
    let class = store.classify("person#x").to_owned();
    let of = |connection: Option<&str>, contact: Option<&str>| {
        narrowed(|scope| {
            scope.connection = connection.and_then(|id| ConnectionId::parse(id).ok());
            scope.contact = contact.and_then(|id| ContactId::parse(id).ok());
        })
    };
    let with = |hold: LegalHold, change: fn(&mut HoldScope, &str)| {
        let mut hold = hold;
        change(&mut hold.scope, &class);
        hold
    };
    let cases = [
        ("its connection", of(Some("c1"), None), &alder, true),
        ("another connection", of(Some("c2"), None), &alder, false),
        ("its contact", of(None, Some("p1")), &alder, true),
        ("another contact", of(None, Some("p2")), &alder, false),
        ("both", of(Some("c1"), Some("p1")), &alder, true),
        ("its connection, another contact", of(Some("c1"), Some("p2")), &alder, false),
        ("another connection, its contact", of(Some("c2"), Some("p1")), &alder, false),
        ("neither: known by its place", of(None, None), &alder, false),
        ("another tenant", of(Some("c1"), None), &birch, false),
        ("a user", with(of(Some("c1"), None), |scope, _| scope.user = UserId::parse("ab").ok()), &alder, false),
        (
            "its class",
            with(of(Some("c1"), None), |scope, class| scope.classes.extend([class.to_owned()])),
            &alder,
            true,
        ),
        (
            "another class",
            with(of(Some("c1"), None), |scope, _| scope.classes.extend(["signals".to_owned()])),
            &alder,
            false,
        ),
    ];
    for (what, hold, place, expected) in cases {
        assert_eq!(hold.holds_source(place, store, ("person#x", "c1#p1")), expected, "{what}");
    }
}
