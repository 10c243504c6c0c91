//! What a hold must say to be placed.

use super::*;

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
