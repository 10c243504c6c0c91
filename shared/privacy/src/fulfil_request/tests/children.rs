//! Reports about children.

use std::collections::BTreeSet;

use super::*;
use crate::ingest_gate::{Flag, Purpose, may_process};
use crate::legal_hold::{HoldId, HoldScope, LegalHold, Note};
use crate::obligation::Outcome;
use crate::ports::Freshness;
use crate::review_child_report::{NotReviewable, find_credible, find_not_credible};
use crate::show_asked::{AskedView, show_asked};
use crate::subject_request::{ChildReview, Contact};

const BOTH: [Proof; 2] = [Proof::EmailCode, Proof::HandleCode];

fn links_of(house: &House, email: &str) -> Vec<KeyedRef> {
    house.keys.links(&Identity::Email(EmailAddress::parse(email).unwrap()))
}

async fn report(house: &House, proven: &[Proof]) -> SubjectRequest {
    let request = house.ask(1, Kind::Erasure, proven).await;
    let request = SubjectRequest { about_child: true, ..request };
    house.world.stored().requests.heads.insert(request.id.clone(), request.clone());
    request
}

fn child(house: &House) -> Vec<KeyedRef> {
    let platform = Namespace::parse("instagram").unwrap();
    house.keys.suppressions(&Identity::Handle { platform, handle: Handle::parse("maren").unwrap() })
}

#[tokio::test]
async fn nothing_is_done_before_staff_have_read_a_report_and_it_rings_from_the_first_hour() {
    for proven in [&BOTH[..], &[]] {
        let house = House::new();
        let before = house.of(&["alder", "birch", "dogwood"]);
        let request = report(&house, proven).await;
        for _ in 0..3 {
            assert_eq!(house.sweep().await.unread_child_reports, 1);
            house.work().await;
            house.world.pass(HOUR);
        }
        assert_eq!(house.of(&["alder", "birch", "dogwood"]), before);
        assert!(house.head(&request.id).is_none() && house.world.stored().flags.is_empty());
    }
}

#[tokio::test]
async fn a_credible_report_stops_every_use_at_once_and_erases_everywhere_without_anybody_s_login() {
    let house = House::new();
    let request = report(&house, &[]).await;
    let before = house.of(&["alder", "cedar", "dogwood", "elm"]);
    let now = house.world.now();
    let by = Actor::Staff("alex".to_owned());
    house.change(&request.id, |request| find_credible(request, None, &house.law, by, now).unwrap().unwrap()).await;
    house.fulfilment().begin(house.request(&request.id), now).await.unwrap();
    let flags = house.world.flags(&child(&house)).await.unwrap();
    assert_eq!(flags, BTreeSet::from([Flag::Quarantined]));
    assert!(!may_process(Purpose::Service, &flags) && !may_process(Purpose::Consented, &flags));
    let head = house.head(&request.id).unwrap();
    assert_eq!((head.due_by.date.to_string().as_str(), &head.target.limit()), ("2026-03-16", &&Limit::Everywhere));
    house.rounds(3).await;
    assert!(house.world.of_tenant("birch").iter().all(|line| !line.contains("p1")));
    assert_eq!(house.of(&["alder", "cedar", "dogwood", "elm"]), before, "of whoever reported it, nothing");
    assert_eq!(house.standing(&request.id), "completed");
    assert_eq!(house.letters(), ["quarantined", "tenant-told", "answer"]);
    assert!(house.request(&request.id).routed.is_empty(), "no tenant is waited for");
}

#[tokio::test]
async fn a_report_that_is_not_believed_goes_on_as_any_request_and_staff_may_learn_better() {
    let house = House::new();
    let request = report(&house, &BOTH).await;
    let by = || Actor::Staff("alex".to_owned());
    let now = house.world.now();
    house.change(&request.id, |request| find_not_credible(request, by(), now).unwrap().unwrap()).await;
    house.rounds(1).await;
    assert!(house.head(&request.id).is_some() && house.world.stored().flags.is_empty());
    let now = house.world.now();
    house.change(&request.id, |request| find_credible(request, None, &house.law, by(), now).unwrap().unwrap()).await;
    house.rounds(3).await;
    let apart = house.head(&request.id.of_part("child")).unwrap();
    assert!(apart.state.erased_at().is_some() && *apart.target.limit() == Limit::Everywhere);
    assert!(!house.world.stored().flags.is_empty());
}

fn address(text: &str) -> Contact {
    Contact { email: EmailAddress::parse(text).ok(), account: None }
}

/// A report by Maren, who gives nothing but her own address, and enters the code that comes there.
async fn report_by_address(house: &House, proven: &[Proof]) -> SubjectRequest {
    let request = house.ask_as(1, Kind::Erasure, Some("maren@example.org"), None, proven).await;
    let (needs, standing) = (vec![Proof::EmailCode], Standing::AwaitingVerification);
    let request = SubjectRequest { about_child: true, needs, standing, ..request };
    house.world.stored().requests.heads.insert(request.id.clone(), request.clone());
    request
}

#[tokio::test]
async fn what_is_of_whoever_reports_neither_rests_nor_goes_and_of_whom_staff_name_it_does() {
    let house = House::new();
    house.world.link(
        &place("cedar", "c1", Some("p2")),
        house.world.now() - HOUR,
        &links_of(&house, "tim@example.org")[0],
    );
    let request = report_by_address(&house, &[Proof::EmailCode]).await;
    let before = house.of(&["alder", "birch", "dogwood", "elm"]);
    let (now, by) = (house.world.now(), || Actor::Staff("alex".to_owned()));
    let unnamed = find_credible(&house.request(&request.id), None, &house.law, by(), now);
    assert_eq!(unnamed, Err(NotReviewable::Unnamed));
    let tim = address("tim@example.org");
    let credible =
        |request: &SubjectRequest| find_credible(request, Some(&tim), &house.law, by(), now).unwrap().unwrap();
    house.change(&request.id, credible).await;
    house.rounds(3).await;
    assert_eq!(house.of(&["alder", "birch", "dogwood", "elm"]), before);
    assert!(house.world.of_tenant("cedar").iter().all(|line| !line.contains("p2")));
    let maren = house.keys.suppressions(&Identity::Email(EmailAddress::parse("maren@example.org").unwrap()));
    let tim = house.keys.suppressions(&Identity::Email(EmailAddress::parse("tim@example.org").unwrap()));
    assert_eq!(house.world.flags(&maren).await.unwrap(), BTreeSet::new());
    assert_eq!(house.world.flags(&tim).await.unwrap(), BTreeSet::from([Flag::Quarantined]));
    assert_eq!(
        house.request(&request.id).course.flagged,
        tim.into_iter().collect(),
        "what shows whom it was about stays"
    );
    assert_eq!(house.standing(&request.id), "completed");
}

#[tokio::test]
async fn a_report_that_is_not_believed_erases_nothing_of_whoever_made_it_though_they_entered_their_code() {
    let house = House::new();
    let request = report_by_address(&house, &[Proof::EmailCode]).await;
    let before = house.of(&["alder", "birch", "cedar", "dogwood", "elm"]);
    let (now, by) = (house.world.now(), Actor::Staff("alex".to_owned()));
    house.change(&request.id, |request| find_not_credible(request, by, now).unwrap().unwrap()).await;
    let mut verified = house.request(&request.id);
    verified.standing = Standing::InProgress { since: now };
    house.world.stored().requests.heads.insert(request.id.clone(), verified);
    house.rounds(3).await;
    assert_eq!(house.of(&["alder", "birch", "cedar", "dogwood", "elm"]), before);
    assert!(house.head(&request.id).is_none() && house.world.stored().flags.is_empty());
    assert_eq!(house.request(&request.id).turns(), [crate::subject_request::Turn::FindPerson]);
}

#[tokio::test]
async fn nothing_of_whoever_reports_is_stopped_without_a_proof_whether_or_not_staff_believe_them() {
    for kind in [Kind::Objection, Kind::OptOut, Kind::Limit] {
        for is_believed in [None, Some(true), Some(false)] {
            let house = House::new();
            let now = house.world.now();
            let request = house.ask_as(1, kind, Some("maren@example.org"), None, &[]).await;
            let (needs, standing) = (Vec::new(), Standing::InProgress { since: now });
            let request = SubjectRequest { about_child: true, needs, standing, ..request };
            house.world.stored().requests.heads.insert(request.id.clone(), request.clone());
            house.fulfilment().begin(request.clone(), now).await.unwrap();
            let (tim, by) = (address("tim@example.org"), Actor::Staff("alex".to_owned()));
            let read = match is_believed {
                Some(true) => find_credible(&house.request(&request.id), Some(&tim), &house.law, by, now).unwrap(),
                Some(false) => find_not_credible(&house.request(&request.id), by, now).unwrap(),
                None => None,
            };
            if let Some(read) = read {
                house.change(&request.id, |_| read).await;
            }
            house.rounds(1).await;
            let maren = house.keys.suppressions(&Identity::Email(EmailAddress::parse("maren@example.org").unwrap()));
            assert_eq!(house.world.flags(&maren).await.unwrap(), BTreeSet::new(), "{kind:?} {is_believed:?}");
        }
    }
}

#[tokio::test]
async fn what_was_handed_to_a_tenant_before_a_report_was_believed_is_waited_for_by_nobody() {
    for kind in [Kind::Erasure, Kind::Access, Kind::Restriction, Kind::Correction] {
        let house = House::new();
        let request = house.ask(1, kind, &BOTH).await;
        let request = SubjectRequest { about_child: true, ..request };
        house.world.stored().requests.heads.insert(request.id.clone(), request.clone());
        let now = house.world.now();
        let (law, by) = (&house.law, Actor::Staff("alex".to_owned()));
        let handed = |request: &SubjectRequest| {
            crate::route_request::route(request, &tenant("dogwood"), law, Actor::Service, now).unwrap().unwrap()
        };
        house.change(&request.id, handed).await;
        house.change(&request.id, |request| find_credible(request, None, law, by, now).unwrap().unwrap()).await;
        house.rounds(3).await;
        assert_eq!(house.standing(&request.id), "completed", "{kind:?}: and in full");
        assert!(!house.letters().iter().any(|letter| letter == "tenant-forward" || letter == "routed"), "{kind:?}");
        assert!(house.world.stored().exports.jobs.is_empty(), "{kind:?}: no copy");
    }
}

/// Where the letter went that is for whose data is said to be a child's.
fn owners(house: &House) -> Vec<String> {
    let stored = house.world.stored();
    let letters = stored.requests.letters.iter().filter(|letter| letter.notice == Notice::Quarantined);
    letters.map(|letter| letter.to.clone()).collect()
}

#[tokio::test]
async fn whose_account_it_is_hears_once_that_it_rests_and_nobody_else_does() {
    let tim = address("tim@example.org");
    for (child, expected) in [(None, "instagram#maren"), (Some(&tim), "email#tim@example.org")] {
        let house = House::new();
        let request = report(&house, &[]).await;
        house.rounds(1).await;
        assert_eq!(owners(&house), [""; 0], "nobody has read it");
        let (now, by) = (house.world.now(), Actor::Staff("alex".to_owned()));
        house.change(&request.id, |request| find_credible(request, child, &house.law, by, now).unwrap().unwrap()).await;
        assert!(house.request(&request.id).has_owner_to_tell());
        house.rounds(4).await;
        assert_eq!((owners(&house), house.standing(&request.id)), (vec![expected.to_owned()], "completed"));
        assert!(!house.request(&request.id).has_owner_to_tell());
    }
}

#[tokio::test]
async fn an_owner_whom_nothing_reaches_is_noted_and_nothing_waits_for_them() {
    let house = House::new();
    house.world.stored().requests.unreachable.insert("instagram#maren".to_owned());
    let request = report(&house, &[]).await;
    let (now, by) = (house.world.now(), Actor::Staff("alex".to_owned()));
    house.change(&request.id, |request| find_credible(request, None, &house.law, by, now).unwrap().unwrap()).await;
    house.rounds(4).await;
    let after = house.request(&request.id);
    assert!(after.undelivered.contains(&Notice::Quarantined) && !after.has_owner_to_tell());
    assert_eq!((owners(&house), house.standing(&request.id)), (Vec::new(), "completed"));
}

async fn believe(house: &House, id: &ObligationId) {
    let (now, by) = (house.world.now(), Actor::Staff("alex".to_owned()));
    house.change(id, |request| find_credible(request, None, &house.law, by, now).unwrap().unwrap()).await;
}

async fn seen(house: &House, id: &ObligationId) -> AskedView {
    let now = house.world.now();
    show_asked(&house.world, &house.map, &[], id, Freshness::Now, now).await.unwrap().unwrap()
}

/// A hold keeps what birch has of Maren.
fn hold(house: &House) {
    house.world.stored().holds.push(LegalHold {
        id: HoldId::parse("hold-0001").unwrap(),
        scope: HoldScope { classes: ["signals".to_owned()].into(), ..HoldScope::of_tenant(tenant("birch")) },
        reason: Note::parse("a claim").unwrap(),
        approver: Note::parse("counsel").unwrap(),
        proof: None,
        placed_at: at("2026-02-01T00:00:00Z"),
        review_by: "2026-08-20".parse().unwrap(),
    });
}

#[tokio::test]
async fn who_reports_a_child_and_shows_nothing_sees_the_same_whether_or_not_there_was_anything() {
    let mut all = Vec::new();
    for handle in ["maren", "nobody"] {
        let house = House::new();
        let request = house.ask_as(1, Kind::Erasure, None, Some(("instagram", handle)), &[]).await;
        let request = SubjectRequest { about_child: true, ..request };
        house.world.stored().requests.heads.insert(request.id.clone(), request.clone());
        believe(&house, &request.id).await;
        let mut views = Vec::new();
        for _ in 0..4 {
            house.rounds(1).await;
            views.push(seen(&house, &request.id).await);
        }
        let outcomes = house.world.show(&request.id, Freshness::Now).await.unwrap().unwrap().outcomes;
        let is_removed = |(_, outcome): &(String, Outcome)| matches!(outcome, Outcome::Removed { count: 1.. });
        assert_eq!(outcomes.iter().any(is_removed), handle == "maren", "{outcomes:?}");
        assert_eq!(views.last().unwrap().state, "completed");
        all.push(views);
    }
    assert_eq!(all[0], all[1]);
}

#[tokio::test]
async fn what_a_hold_keeps_of_a_child_is_shown_to_nobody_but_who_has_shown_that_it_is_theirs() {
    for (proven, expected) in [(&[][..], ("completed", None)), (&BOTH[..], ("partly-retained", Some("held")))] {
        let house = House::new();
        hold(&house);
        let request = report(&house, proven).await;
        believe(&house, &request.id).await;
        house.rounds(3).await;
        let open = seen(&house, &request.id).await;
        let state = |view: &AskedView| view.erasure.as_ref().map(|erasure| erasure.state.name());
        assert_eq!((open.state, state(&open)), (expected.1.unwrap_or("in-progress"), expected.1), "{proven:?}");
        house.move_to("2026-04-10T10:00:00Z");
        house.rounds(2).await;
        assert_eq!(house.standing(&request.id), "partly-retained");
        let view = seen(&house, &request.id).await;
        assert_eq!((view.state, state(&view)), expected, "{proven:?}");
        assert_eq!(view.ways.is_empty(), proven.is_empty());
        // Of somebody else, whom staff named: what was shown is not theirs.
        let mut of_another = house.request(&request.id);
        if let Some(ChildReview::Credible { child, .. }) = &mut of_another.course.child {
            *child = Some(address("tim@example.org"));
        }
        house.world.stored().requests.heads.insert(request.id.clone(), of_another);
        let view = seen(&house, &request.id).await;
        assert_eq!((view.state, state(&view), view.ways.len()), ("completed", None, 0), "{proven:?}");
    }
}

#[tokio::test]
async fn where_a_child_s_erasure_goes_beside_another_it_is_the_one_that_is_shown() {
    let house = House::new();
    let request = report(&house, &BOTH).await;
    let (now, by) = (house.world.now(), Actor::Staff("alex".to_owned()));
    house.change(&request.id, |request| find_not_credible(request, by, now).unwrap().unwrap()).await;
    house.rounds(1).await;
    believe(&house, &request.id).await;
    house.rounds(3).await;
    assert!(house.head(&request.id).is_some());
    let id = seen(&house, &request.id).await.erasure.map(|erasure| erasure.id);
    assert_eq!(id, Some(request.id.of_part("child")));
}
