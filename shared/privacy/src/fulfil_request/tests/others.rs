//! Everything but erasures, and what nobody has verified.

use std::collections::BTreeSet;

use super::*;
use crate::ingest_gate::{Flag, Purpose, may_process};

const BOTH: [Proof; 2] = [Proof::EmailCode, Proof::HandleCode];

#[tokio::test]
async fn every_kind_goes_its_way_once_it_is_verified() {
    let mut ways = String::new();
    for (number, kind) in (1..).zip(Kind::ALL) {
        if kind == Kind::Erasure {
            continue;
        }
        let house = House::new();
        let before = house.of(&["alder", "birch", "cedar", "dogwood", "elm"]);
        // The law of the Union knows no opting out; it is a request all the same.
        let request = house.ask_as(number, kind_of_law(kind), Some("maren@example.org"), None, &BOTH).await;
        let request = SubjectRequest { kind, ..request };
        house.world.stored().requests.heads.insert(request.id.clone(), request.clone());
        house.rounds(3).await;
        let people = house.fulfilment().suppressions(&request.identities());
        let flags = house.world.flags(&people).await.unwrap();
        let exports = house.world.stored().exports.jobs.len();
        let standing = house.standing(&request.id);
        ways += &format!("{} {standing} flags {flags:?} exports {exports} {:?}\n", kind.as_str(), house.letters());
        assert_eq!(house.of(&["alder", "birch", "cedar", "dogwood", "elm"]), before, "nothing is erased");
        assert!(house.world.stored().heads.is_empty());
    }
    expect_test::expect![[r#"
        access in-progress flags {} exports 1 []
        know in-progress flags {} exports 1 []
        correction in-progress flags {} exports 0 ["tenant-forward", "routed", "tenant-forward"]
        portability in-progress flags {} exports 1 []
        restriction in-progress flags {Restricted} exports 0 ["tenant-forward", "routed", "tenant-forward"]
        objection in-progress flags {NoMarketing} exports 0 ["tenant-forward", "routed", "tenant-forward"]
        consent-withdrawal completed flags {ConsentWithdrawn} exports 0 ["answer"]
        opt-out completed flags {OptedOut} exports 0 ["answer"]
        limit completed flags {Limited} exports 0 ["answer"]
        appeal in-progress flags {} exports 0 []
        complaint in-progress flags {} exports 0 []
    "#]]
    .assert_eq(&ways);
}

/// A kind that the law of the Union has dates for.
const fn kind_of_law(kind: Kind) -> Kind {
    match kind {
        Kind::OptOut | Kind::Limit | Kind::Appeal | Kind::Complaint => Kind::Objection,
        Kind::Access
        | Kind::Know
        | Kind::Correction
        | Kind::Erasure
        | Kind::Portability
        | Kind::Restriction
        | Kind::Objection
        | Kind::ConsentWithdrawal => kind,
    }
}

#[tokio::test]
async fn objecting_and_opting_out_need_no_proof_and_work_at_once() {
    for (kind, flag, purpose, standing) in [
        (Kind::Objection, Flag::NoMarketing, Purpose::Marketing, "awaiting-verification"),
        (Kind::OptOut, Flag::OptedOut, Purpose::Advertising, "completed"),
        (Kind::Limit, Flag::Limited, Purpose::SensitiveBeyondNeed, "completed"),
    ] {
        let house = House::new();
        let request = house.ask_as(1, kind_of_law(kind), Some("maren@example.org"), None, &[]).await;
        let needs = if kind == Kind::Objection { request.needs.clone() } else { Vec::new() };
        let request = SubjectRequest { kind, needs, ..request };
        house.world.stored().requests.heads.insert(request.id.clone(), request.clone());
        house.fulfilment().begin(request.clone(), house.world.now()).await.unwrap();
        let person = house.keys.suppressions(&Identity::Email(EmailAddress::parse("maren@example.org").unwrap()));
        let flags = house.world.flags(&person).await.unwrap();
        assert_eq!(flags, BTreeSet::from([flag]), "{kind:?}");
        assert!(!may_process(purpose, &flags) && may_process(Purpose::Service, &flags));
        assert_eq!(house.standing(&request.id), standing, "{kind:?}");
        let writes = house.world.stored().flags.clone();
        house.world.pass(HOUR);
        house.rounds(2).await;
        assert_eq!(house.world.stored().flags, writes, "since the first time, however often it is looked at");
    }
}

#[tokio::test]
async fn consent_is_taken_back_by_who_gave_it_at_once_and_by_nobody_else() {
    for (proven, is_taken) in [(&[][..], false), (&[Proof::EmailCode], true)] {
        let house = House::new();
        let request = house.ask_as(1, Kind::ConsentWithdrawal, Some("maren@example.org"), None, proven).await;
        let needs = vec![Proof::EmailCode];
        let standing = if is_taken { request.standing.clone() } else { Standing::AwaitingVerification };
        let standing = if is_taken { Standing::InProgress { since: house.world.now() } } else { standing };
        let request = SubjectRequest { needs, standing, ..request };
        house.world.stored().requests.heads.insert(request.id.clone(), request.clone());
        house.fulfilment().begin(request.clone(), house.world.now()).await.unwrap();
        let person = house.keys.suppressions(&Identity::Email(EmailAddress::parse("maren@example.org").unwrap()));
        let flags = house.world.flags(&person).await.unwrap();
        assert_eq!(flags.contains(&Flag::ConsentWithdrawn), is_taken);
        assert_eq!(may_process(Purpose::Consented, &flags), !is_taken);
        assert_eq!(house.standing(&request.id), if is_taken { "completed" } else { "awaiting-verification" });
    }
}

#[tokio::test]
async fn a_flag_that_was_lifted_is_not_raised_again_by_the_request_that_is_still_open() {
    let house = House::new();
    let request = house.ask_as(1, Kind::Objection, Some("maren@example.org"), None, &[]).await;
    house.rounds(1).await;
    let person = house.keys.suppressions(&Identity::Email(EmailAddress::parse("maren@example.org").unwrap()));
    assert_eq!(house.request(&request.id).course.flagged, person.iter().cloned().collect());
    let lift = crate::lift_flag::Lift { flag: Flag::NoMarketing, asked_in: None };
    let why = crate::legal_hold::Note::parse("They wrote back.").unwrap();
    let by = crate::subject_request::By { actor: Actor::Staff("alex".to_owned()), why };
    let (world, now) = (&house.world, house.world.now());
    crate::lift_flag::lift_flag(world, world, &house.keys, (&request.id, &lift), &by, (now, None)).await.unwrap();
    let open = house.request(&request.id);
    assert_eq!(open.standing.name(), "awaiting-verification");
    house.fulfilment().begin(open.clone(), house.world.now()).await.unwrap();
    assert!(house.world.flags(&person).await.unwrap().is_empty());
    assert_eq!(house.request(&request.id), open);
}

#[tokio::test]
async fn what_nobody_verified_does_nothing_and_changes_no_other_request() {
    for kind in [Kind::Erasure, Kind::Access, Kind::Restriction, Kind::Correction] {
        let house = House::new();
        let real = house.ask(1, kind, &BOTH).await;
        house.rounds(3).await;
        let (then, heads) = (house.request(&real.id), house.world.stored().heads.clone());
        let (letters, flags) = (house.letters(), house.world.stored().flags.clone());
        let jobs = house.world.stored().exports.jobs.len();
        let twin = house.ask(2, kind, &[Proof::EmailCode]).await;
        house.rounds(3).await;
        assert_eq!(house.request(&real.id).standing, then.standing, "{kind:?}");
        assert_eq!(house.request(&twin.id).course, Course::default(), "{kind:?}");
        assert!(house.request(&twin.id).routed.is_empty());
        assert_eq!(house.world.stored().heads, heads, "{kind:?}");
        assert_eq!((house.letters(), house.world.stored().flags.clone()), (letters, flags), "{kind:?}");
        assert_eq!(house.world.stored().exports.jobs.len(), jobs);
    }
}

#[tokio::test]
async fn a_verified_erasure_of_somebody_whom_no_proof_names_waits_for_staff() {
    let house = House::new();
    let request = house.ask_as(1, Kind::Erasure, None, None, &BOTH).await;
    house.rounds(3).await;
    assert_eq!(house.standing(&request.id), "in-progress");
    assert!(house.head(&request.id).is_none());
}

use crate::subject_request::Course;
