//! Several requests of one person.

use super::*;
use crate::extend_request::extend;
use crate::inspect_request::inspect_request;
use crate::legal_hold::Note;
use crate::subject_request::{Agent, By};

const BOTH: [Proof; 2] = [Proof::EmailCode, Proof::HandleCode];

async fn begin(house: &House, request: &SubjectRequest) -> SubjectRequest {
    house.fulfilment().begin(request.clone(), house.world.now()).await.unwrap();
    house.request(&request.id)
}

/// Maren asks to erase twice, an hour apart.
async fn twice(house: &House) -> (SubjectRequest, SubjectRequest) {
    let first = house.ask(1, Kind::Erasure, &BOTH).await;
    let first = begin(house, &first).await;
    house.world.pass(HOUR);
    let second = house.ask(2, Kind::Erasure, &BOTH).await;
    let second = begin(house, &second).await;
    (first, second)
}

#[tokio::test]
async fn an_erasure_that_is_asked_twice_is_carried_out_and_answered_once_by_the_earlier_date() {
    let house = House::new();
    let (first, second) = twice(&house).await;
    assert_eq!(second.course.joined, Some(first.id.clone()));
    assert!(house.head(&second.id).is_none(), "one erasure");
    let head = house.head(&first.id).unwrap();
    assert_eq!(head.covers_until, second.received_at, "of all that both cover");
    assert_eq!(head.due_by, first.carry_out_by());
    house.rounds(3).await;
    assert_eq!(house.letters(), ["tenant-forward", "routed", "tenant-forward"], "nobody hears of it twice");
    assert!(house.request(&second.id).routed.is_empty());
    house.move_to("2026-04-05T20:00:00Z");
    house.rounds(3).await;
    for id in [&first.id, &second.id] {
        assert_eq!(house.standing(id), "partly-retained");
    }
    assert_eq!(house.letters().iter().filter(|notice| *notice == "answer").count(), 1);
    house.world.pass(HOUR * 2);
    house.rounds(2).await;
    assert!(house.request(&second.id).settled_at().is_some(), "nothing of it is left to do");
}

#[tokio::test]
async fn whoever_is_reached_elsewhere_gets_the_answer_there_too() {
    let house = House::new();
    let (first, _) = (house.ask(1, Kind::Erasure, &BOTH).await, ());
    begin(&house, &first).await;
    house.world.pass(HOUR);
    let mut second = house.ask_as(2, Kind::Erasure, None, Some(("instagram", "maren")), &BOTH).await;
    second = begin(&house, &second).await;
    assert_eq!(second.course.joined, Some(first.id.clone()), "of less than the first");
    house.rounds(2).await;
    house.move_to("2026-04-05T20:00:00Z");
    house.rounds(4).await;
    assert_eq!(house.letters().iter().filter(|notice| *notice == "answer").count(), 2);
}

#[tokio::test]
async fn a_request_goes_its_own_way_where_it_would_be_worse_off_or_is_of_somebody_else() {
    let agent = Agent { email: None, name: None, permission_sha256: None, has_power_of_attorney: false };
    type Change = fn(&House, &mut SubjectRequest, &mut SubjectRequest);
    let cases: [(&str, Change); 6] = [
        ("nobody has shown that the first is theirs", |_, first, _| {
            first.proven.truncate(1);
            first.standing = Standing::AwaitingVerification;
        }),
        ("of somebody else", |_, _, second| {
            second.contact.email = EmailAddress::parse("tim@example.org").ok();
            second.contact.account = None;
        }),
        ("an earlier date", |house, _, second| {
            let row = house.law.row("KR_PIPA", Kind::Erasure).unwrap();
            second.clocks = crate::subject_request::Clocks::start(&row, second.received_at).unwrap();
        }),
        ("something else was asked first", |_, first, _| first.kind = Kind::Correction),
        ("of more than the first", |_, first, _| first.contact.account = None),
        ("a report about a child", |_, first, _| {
            first.about_child = true;
            first.course.child = Some(crate::subject_request::ChildReview::NotCredible { at: first.received_at });
        }),
    ];
    for (case, change) in cases {
        let house = House::new();
        let mut first = house.ask(1, Kind::Erasure, &BOTH).await;
        house.world.pass(HOUR);
        let mut second = house.ask(2, Kind::Erasure, &BOTH).await;
        change(&house, &mut first, &mut second);
        for request in [&first, &second] {
            house.world.stored().requests.heads.insert(request.id.clone(), request.clone());
            begin(&house, request).await;
        }
        assert_eq!(house.request(&second.id).course.joined, None, "{case}");
        assert!(house.head(&second.id).is_some(), "{case}");
    }
    for of_first in [true, false] {
        let house = House::new();
        let (mut first, mut second) =
            (house.ask(1, Kind::Erasure, &BOTH).await, house.ask(2, Kind::Erasure, &BOTH).await);
        if of_first {
            first.agent = Some(agent.clone())
        } else {
            second.agent = Some(agent.clone())
        }
        for request in [&first, &second] {
            house.world.stored().requests.heads.insert(request.id.clone(), request.clone());
            begin(&house, request).await;
        }
        assert_eq!(house.request(&second.id).course.joined, None, "by an agent");
    }
}

#[tokio::test]
async fn once_a_business_has_decided_the_next_request_is_asked_about_anew() {
    let house = House::new();
    let first = house.ask(1, Kind::Erasure, &BOTH).await;
    house.rounds(2).await;
    house.instruct(&first.id, "dogwood").await;
    let second = house.ask(2, Kind::Erasure, &BOTH).await;
    assert_eq!(begin(&house, &second).await.course.joined, None);
}

#[tokio::test]
async fn where_the_first_takes_more_time_the_second_goes_its_own_way_by_its_own_date() {
    let house = House::new();
    let (first, second) = twice(&house).await;
    let by = By { actor: Actor::Staff("alex".to_owned()), why: Note::parse("It is a lot.").unwrap() };
    let now = house.world.now();
    let extended = extend(&first, &house.law, &by, now).unwrap().unwrap();
    house.change(&first.id, |_| extended).await;
    house.world.pass(HOUR * 24);
    house.rounds(3).await;
    let alone = house.request(&second.id);
    assert_eq!(alone.course.joined, None);
    assert!(house.head(&second.id).is_some() && !alone.routed.is_empty());
    house.move_to("2026-04-05T20:00:00Z");
    house.rounds(3).await;
    assert_eq!((house.standing(&first.id), house.standing(&second.id)), ("in-progress", "partly-retained"));
}

#[tokio::test]
async fn a_crash_at_any_call_joins_once_and_loses_nothing() {
    for strike in (1..=16).flat_map(|call| [Strike::Before(call), Strike::After(call)]) {
        let house = House::new();
        let first = house.ask(1, Kind::Erasure, &BOTH).await;
        let first = begin(&house, &first).await;
        house.world.pass(HOUR);
        let second = house.ask(2, Kind::Erasure, &BOTH).await;
        house.world.strike(Some(strike));
        drop(house.fulfilment().begin(second.clone(), house.world.now()).await);
        house.world.strike(None);
        let second = begin(&house, &house.request(&second.id)).await;
        assert_eq!(second.course.joined, Some(first.id.clone()), "{strike:?}");
        assert!(house.head(&second.id).is_none(), "{strike:?}");
        assert_eq!(house.head(&first.id).unwrap().covers_until, second.received_at, "{strike:?}");
    }
}

#[tokio::test]
async fn staff_see_the_other_requests_of_a_person_who_has_shown_both_and_no_others() {
    let house = House::new();
    let access = house.ask(1, Kind::Access, &BOTH).await;
    house.world.pass(HOUR);
    let (erasure, unproven) = (house.ask(2, Kind::Erasure, &BOTH).await, house.ask(3, Kind::Erasure, &[]).await);
    let stranger = house.ask_as(4, Kind::Access, Some("tim@example.org"), None, &BOTH).await;
    for request in [&access, &erasure, &unproven, &stranger] {
        begin(&house, request).await;
    }
    for (request, others) in
        [(&access, vec![&erasure.id]), (&erasure, vec![&access.id]), (&unproven, vec![]), (&stranger, vec![])]
    {
        let now = house.world.now();
        let shown = inspect_request(&house.world, &house.map, &[], &request.id, now).await.unwrap().unwrap();
        let shown: Vec<&ObligationId> = shown.same_person.iter().map(|other| &other.id).collect();
        assert_eq!(shown, others);
    }
    let noted = format!("{:?}", house.world.stored().requests.people);
    assert!(
        !noted.contains("maren") && !noted.contains(unproven.id.as_str()),
        "keyed references, and only once it is shown"
    );
}

#[tokio::test]
async fn more_time_to_answer_is_no_more_time_for_an_erasure_that_has_begun() {
    let house = House::new();
    let request = house.ask(1, Kind::Erasure, &BOTH).await;
    let request = begin(&house, &request).await;
    let first = house.head(&request.id).unwrap().due_by;
    house.rounds(2).await;
    let by = By { actor: Actor::Staff("alex".to_owned()), why: Note::parse("It is a lot.").unwrap() };
    let extended = extend(&house.request(&request.id), &house.law, &by, house.world.now()).unwrap().unwrap();
    house.change(&request.id, |_| extended).await;
    house.instruct(&request.id, "dogwood").await;
    house.rounds(1).await;
    let now = house.request(&request.id);
    assert_eq!((first.date.to_string(), house.head(&request.id).unwrap().due_by), ("2026-04-05".to_owned(), first));
    let part = house.head(&request.id.of_part("tenant#dogwood")).unwrap();
    assert_eq!((part.due_by.date.to_string(), part.due_by), ("2026-06-06".to_owned(), now.carry_out_by()));
}

#[tokio::test]
async fn what_was_answered_before_or_goes_with_another_leads_nobody() {
    let house = House::new();
    let (first, second) = twice(&house).await;
    assert!(second.course.joined.is_some());
    house.rounds(2).await;
    house.instruct(&first.id, "dogwood").await;
    let third = house.ask(3, Kind::Erasure, &BOTH).await;
    assert_eq!(begin(&house, &third).await.course.joined, None, "the second is not carried out itself");

    let house = House::new();
    let first = house.ask(1, Kind::Erasure, &BOTH).await;
    let mut first = begin(&house, &first).await;
    first.standing = Standing::Answered { at: house.world.now(), in_part: false };
    house.world.stored().requests.heads.insert(first.id.clone(), first.clone());
    house.world.pass(HOUR);
    let second = house.ask(2, Kind::Erasure, &BOTH).await;
    assert_eq!(begin(&house, &second).await.course.joined, None, "it is a new request");
    assert!(house.head(&second.id).is_some());
}

#[tokio::test]
async fn it_is_answered_only_when_what_it_added_is_gone() {
    let house = House::new();
    let (mut first, second) = twice(&house).await;
    first.standing = Standing::Answered { at: house.world.now(), in_part: false };
    house.world.stored().requests.heads.insert(first.id.clone(), first);
    house.world.pass(HOUR);
    house.sweep().await;
    assert_eq!(house.standing(&second.id), "in-progress", "the engine has not begun");
    house.work().await;
    house.world.pass(HOUR);
    house.sweep().await;
    assert_eq!(house.standing(&second.id), "completed");
}
