//! What of a place an obligation takes, by every case of what is known of a record and of an account.

use super::*;
use crate::data_map::{StoreMap, UNCLEAR};
use crate::erasure::covered::{Age, age, class_of, is_new_life, takes};
use crate::ids::TenantId;
use crate::memory::{fresh, plan_hash, user_place};
use crate::ports::Record;

/// A request of an instant; of an account that ended, which came back or not.
fn head_of(is_tenant: bool, returned_at: Option<&str>) -> Head {
    let target = match is_tenant {
        true => Target::Tenant { tenant: TenantId::parse("alder").unwrap(), phase: "conversations".to_owned() },
        false => request(now()).target,
    };
    let head = fresh(&NewObligation { target, ..request(at("2026-03-01T00:00:00Z")) }, 1);
    Head { returned_at: returned_at.map(at), ..head }
}

fn record(key: &str, written_at: Option<&str>, is_object: bool) -> Record {
    Record { key: key.to_owned(), version: is_object.then(|| "v".to_owned()), written_at: written_at.map(at) }
}

const UNDATED: &str = "contact#p1#profile";
const EARLIER: &str = "contact#p1#signal#2026-02-01T00:00:00.000Z#s1";
const LATER: &str = "contact#p1#signal#2026-03-01T00:00:00.000Z#s1";
const BEFORE: Option<&str> = Some("2026-02-28T23:59:59.999Z");
const SINCE: Option<&str> = Some("2026-03-01T00:00:00Z");

fn in_inbox(check: impl FnOnce(&StoreMap)) {
    check(prompt_map().store("inbox").unwrap());
}

#[test]
fn a_record_is_as_old_as_its_key_says_and_of_an_account_that_ended_as_it_was_written() {
    in_inbox(|store| {
        let of = |head: &Head, key, written_at, is_object| age(head, store, &record(key, written_at, is_object));
        for is_tenant in [false, true] {
            let head = head_of(is_tenant, None);
            assert_eq!(of(&head, EARLIER, SINCE, false), Age::Covered, "a key decides");
            assert_eq!(of(&head, LATER, BEFORE, false), Age::Later, "the very instant is of the new life");
            assert_eq!(of(&head, UNDATED, None, false), Age::Undated);
        }
        let (person, tenant, back) =
            (head_of(false, None), head_of(true, None), head_of(true, Some("2026-03-05T00:00:00Z")));
        for written_at in [BEFORE, SINCE] {
            assert_eq!(of(&person, UNDATED, written_at, false), Age::Undated, "of a person only a key says when");
            assert_eq!(of(&tenant, UNDATED, written_at, true), Age::Undated, "a restored object looks new");
        }
        for (head, is_object) in [(&tenant, false), (&back, false), (&back, true)] {
            assert_eq!(of(head, UNDATED, BEFORE, is_object), Age::Covered, "{is_object}");
            assert_eq!(of(head, UNDATED, SINCE, is_object), Age::Later, "{is_object}");
        }
        let early = head_of(true, Some("2026-02-01T00:00:00Z"));
        assert_eq!(
            of(&early, EARLIER, None, false),
            Age::Later,
            "a new life begins with the return, before the request"
        );
    });
}

#[test]
fn a_new_life_is_known_where_the_account_came_back_to_what_was_erased_or_a_person_said_so() {
    let erased = State::Verifying { plan: plan_hash(), erased_at: now(), looks: vec![] };
    for (returned_at, state, is_returned, expected) in [
        (None, State::Received, false, false),
        (None, State::Received, true, false),
        (None, erased.clone(), false, false),
        (Some("2026-03-05T00:00:00Z"), State::Received, false, false),
        (Some("2026-03-05T00:00:00Z"), State::Received, true, true),
        (Some("2026-03-05T00:00:00Z"), erased, false, true),
    ] {
        let head = Head { state, ..head_of(true, returned_at) };
        let scope = Scope { is_returned, ..Scope::found(user_place("alder", "ab")) };
        assert_eq!(is_new_life(&head, &scope), expected, "{returned_at:?} {is_returned}");
    }
}

#[test]
fn what_nothing_dates_goes_until_a_return_is_known_and_then_only_as_a_person_confirmed() {
    in_inbox(|store| {
        let found = || Scope { is_reused: true, ..Scope::found(place("alder", "c1", None)) };
        let counting = || Scope { uncounted: [(store.name.clone(), None)].into(), ..found() };
        let planned = || Scope { pending: [(UNCLEAR.to_owned(), 1)].into(), ..found() };
        let (stayed, back) = (head_of(true, None), head_of(true, Some("2026-03-05T00:00:00Z")));
        let undated = record(UNDATED, None, false);
        for (what, head, scope, expected) in [
            ("nobody came back", &stayed, found(), true),
            ("as it is counted", &back, counting(), true),
            ("as a person confirmed it", &back, planned(), true),
            ("counted and not confirmed", &back, found(), false),
            ("of a new life", &back, Scope { is_returned: true, ..planned() }, false),
            ("of a new life, as it is counted", &stayed, Scope { is_returned: true, ..counting() }, false),
            ("of a connection that was not made anew", &back, Scope { is_reused: false, ..found() }, true),
        ] {
            assert_eq!(takes(head, &scope, store, &undated), expected, "{what}");
        }
        assert!(!takes(&stayed, &counting(), store, &record(LATER, None, false)));
        assert!(takes(&back, &found(), store, &record(EARLIER, None, false)));
        let classes = [(&stayed, found()), (&back, Scope { is_reused: false, ..found() }), (&back, found())];
        let classes = classes.map(|(head, scope)| class_of(head, &scope, store, &undated).to_owned());
        assert_eq!(classes, ["contacts", "contacts", UNCLEAR]);
        assert_eq!(class_of(&back, &found(), store, &record(EARLIER, None, false)), "signals");
    });
}
