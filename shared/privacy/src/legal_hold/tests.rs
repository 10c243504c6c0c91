use super::*;
use crate::memory::{built_in_map, place, user_place};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-03-10T12:00:00Z")
}

fn hold() -> LegalHold {
    let note = |text| Note::parse(text).unwrap();
    LegalHold {
        id: HoldId::parse("hold-0001").unwrap(),
        scope: HoldScope {
            tenant: TenantId::parse("alder").unwrap(),
            connection: None,
            contact: None,
            user: None,
            classes: BTreeSet::new(),
            from: None,
            until: None,
        },
        reason: note("a court asked"),
        approver: note("counsel"),
        proof: Some(note("file 7")),
        placed_at: now(),
        review_by: "2026-06-08".parse().unwrap(),
    }
}

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

#[test]
fn a_hold_is_placed_for_a_time_with_a_proof_and_known_classes() {
    let check = |change: fn(&mut LegalHold)| {
        let mut hold = hold();
        change(&mut hold);
        hold.check(&built_in_map(), now()).err()
    };
    assert_eq!(check(|_| {}), None, "the ninetieth day");
    assert_eq!(check(|hold| hold.review_by = "2026-06-09".parse().unwrap()), Some(InvalidHold::Review));
    assert_eq!(check(|hold| hold.review_by = "2026-03-10".parse().unwrap()), Some(InvalidHold::Review));
    assert_eq!(check(|hold| hold.proof = None), Some(InvalidHold::Proof));
    assert_eq!(
        check(|hold| (hold.proof, hold.scope.classes) = (None, BTreeSet::from(["signals".to_owned()]))),
        Some(InvalidHold::Proof)
    );
    assert_eq!(
        check(|hold| (hold.proof, hold.scope.classes) = (None, BTreeSet::from(["account-users".to_owned()]))),
        None
    );
    assert_eq!(check(|hold| hold.scope.classes = BTreeSet::from(["gossip".to_owned()])), Some(InvalidHold::Class));
    assert_eq!(
        check(|hold| (hold.scope.from, hold.scope.until) = (Some(now()), Some(now()))),
        Some(InvalidHold::Dates)
    );
}

#[test]
fn a_hold_on_a_user_needs_no_platforms_proof_and_a_name_of_its_own() {
    let mut of_user = hold();
    (of_user.scope.user, of_user.proof) = (UserId::parse("ab").ok(), None);
    assert_eq!(of_user.check(&built_in_map(), now()), Ok(()));
    let named = |hold: &LegalHold| HoldId::derived(&hold.scope, [Some(&hold.reason), None, None], hold.review_by);
    let whole = named(&hold());
    assert_eq!(whole.as_str(), "hold-90b217310a23260a89d6808a7cf6a6da", "as it was before there were users");
    assert_ne!(named(&of_user), whole);
}

#[test]
fn what_people_wrote_about_it_is_never_printed() {
    let printed = format!("{:?}", hold());
    for word in ["court", "counsel", "file 7"] {
        assert!(!printed.contains(word), "{printed}");
    }
    assert!(Note::parse(" ").is_err() && Note::parse(&"x".repeat(501)).is_err());
    assert!(Note::parse(&"ж".repeat(500)).is_ok() && Note::parse(&"ж".repeat(501)).is_err(), "characters");
    assert!(HoldId::parse("Hold#0001").is_err() && HoldId::parse("short").is_err());
}

#[test]
fn what_is_added_up_from_connections_is_platform_data_too() {
    let map = built_in_map();
    for (class, needs_proof) in [("people", true), ("sources", true), ("signals", true), ("account-profile", false)] {
        let mut hold = hold();
        hold.proof = None;
        hold.scope.classes = [class.to_owned()].into();
        assert_eq!(hold.check(&map, now()).is_err(), needs_proof, "{class}");
    }
}

#[test]
fn each_way_in_which_a_class_is_platform_data_asks_for_the_proof_by_itself() {
    let needs_proof = |class: &str, change: fn(&mut crate::policy::model::Class)| {
        let mut model = built_in_map().model().clone();
        change(model.class.get_mut(class).unwrap());
        let mut hold = hold();
        (hold.proof, hold.scope.classes) = (None, [class.to_owned()].into());
        hold.check(&DataMap::new(model).unwrap(), now()).err() == Some(InvalidHold::Proof)
    };
    let recorded = |class: &mut crate::policy::model::Class| class.clock.anchor = "recorded_at".to_owned();
    assert!(!needs_proof("account-profile", |_| {}));
    assert!(
        needs_proof("account-profile", |class| class.clock.anchor = "disconnected_at".to_owned()),
        "it goes with a connection"
    );
    assert!(needs_proof("member-profiles", |_| {}), "it stands under a connection and goes by its own date");
    assert!(needs_proof("people", recorded), "it is added up from connections");
    assert!(!needs_proof("account-profile", recorded), "a date of its own makes nothing platform data");
}

#[test]
fn a_hold_that_could_keep_nothing_is_refused() {
    let map = built_in_map();
    let check = |connection: bool, contact: bool, user: bool, classes: &[&str]| {
        let mut hold = hold();
        hold.scope.connection = connection.then(|| ConnectionId::parse("c1").unwrap());
        hold.scope.contact = contact.then(|| ContactId::parse("p1").unwrap());
        hold.scope.user = user.then(|| UserId::parse("u1").unwrap());
        hold.scope.classes = classes.iter().map(|class| (*class).to_owned()).collect();
        hold.check(&map, now())
    };
    for (connection, contact, user, classes) in [
        (false, false, true, &["security-logs"][..]),
        (false, false, true, &["billing-records"]),
        (false, true, false, &["member-profiles"]),
        (true, false, false, &["conversation-messages"]),
        (false, true, true, &[]),
        (true, false, true, &[]),
        // One of two would be kept, and the other seem so.
        (false, true, false, &["signals", "billing-records"]),
    ] {
        assert_eq!(check(connection, contact, user, classes), Err(InvalidHold::Narrowed), "{classes:?}");
    }
    for (connection, contact, user, classes) in [
        (false, false, true, &["account-users"][..]),
        (true, true, false, &["signals", "avatars"]),
        (true, false, false, &["member-profiles", "people"]),
        (false, true, false, &["conversation-messages", "signals", "people"]),
        (false, false, false, &["billing-records", "security-logs"]),
        (true, true, false, &[]),
    ] {
        assert_eq!(check(connection, contact, user, classes), Ok(()), "{classes:?}");
    }
}

/// A hold is of what the data map keeps of people. Whoever names one of our own records is told that it is not held, instead of
/// finding it gone after its months.
#[test]
fn a_hold_on_one_of_our_own_records_is_refused() {
    let map = built_in_map();
    assert!(map.model().own.len() >= 3);
    for own in map.model().own.keys() {
        for name in [own.clone(), format!("own.{own}")] {
            let mut hold = hold();
            hold.scope.classes = BTreeSet::from(["signals".to_owned(), name.clone()]);
            assert_eq!(hold.check(&map, now()), Err(InvalidHold::Class), "{name}");
        }
    }
}
