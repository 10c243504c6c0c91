use super::*;
use crate::clock::model::Kind;
use crate::memory::asked;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn report() -> SubjectRequest {
    let request = asked(1, Kind::Erasure, None, Some(("instagram", "tim")), at("2026-03-06T12:00:00Z"));
    SubjectRequest { about_child: true, standing: Standing::AwaitingVerification, ..request }
}

fn credible(at: Timestamp, erase_by: jiff::civil::Date, is_apart: bool) -> ChildReview {
    ChildReview::Credible { at, erase_by, zone: "UTC".to_owned(), is_apart, child: None }
}

#[test]
fn what_staff_believe_is_in_work_at_once_and_has_ten_days_from_the_report() {
    let (law, now, actor) = (Law::built_in().unwrap(), at("2026-03-09T08:00:00Z"), Actor::Staff("alex".to_owned()));
    let changed = find_credible(&report(), None, &law, actor.clone(), now).unwrap().unwrap();
    let after = changed.request;
    assert_eq!((&after.standing, after.next_action_at), (&Standing::InProgress { since: now }, Some(now)));
    let erase_by = "2026-03-16".parse().unwrap();
    assert_eq!(after.course.child, Some(credible(now, erase_by, false)));
    assert!(after.proven.is_empty(), "it proves nothing of whoever reported it");
    assert_eq!(find_credible(&after, None, &law, actor.clone(), at("2026-03-10T08:00:00Z")), Ok(None));
    assert_eq!(find_not_credible(&after, actor.clone(), now), Err(NotReviewable::Credible));
    assert_eq!((changed.act.deed, changed.act.actor), (Deed::FoundCredible, actor));
}

#[test]
fn after_an_upheld_appeal_the_ten_days_count_from_it() {
    let (law, reopened_at) = (Law::built_in().unwrap(), at("2026-06-03T09:00:00Z"));
    for was_answered in [false, true] {
        let mut again = report();
        let appeal = crate::obligation::ObligationId::of_request(&[9; 20]);
        again.course.reopened = Some(crate::subject_request::Reopened { appeal, at: reopened_at, was_answered });
        let now = at("2026-06-04T08:00:00Z");
        let after = find_credible(&again, None, &law, Actor::Service, now).unwrap().unwrap().request;
        // What was erased for the first answer, of whoever had shown that, is not the child's.
        assert_eq!(after.course.child, Some(credible(now, "2026-06-13".parse().unwrap(), was_answered)));
    }
}

#[test]
fn what_staff_do_not_believe_goes_on_as_any_request() {
    let (law, now, actor) = (Law::built_in().unwrap(), at("2026-03-09T08:00:00Z"), Actor::Staff("alex".to_owned()));
    let changed = find_not_credible(&report(), actor.clone(), now).unwrap().unwrap();
    let after = changed.request;
    assert_eq!((&after.standing, changed.act.deed), (&Standing::AwaitingVerification, Deed::FoundNotCredible));
    assert_eq!(find_not_credible(&after, actor.clone(), now), Ok(None));
    let mut after = after;
    after.course.begun_at = Some(now);
    let believed = find_credible(&after, None, &law, actor, now).unwrap().unwrap().request;
    let erase_by = "2026-03-16".parse().unwrap();
    assert_eq!(believed.course.child, Some(credible(now, erase_by, true)), "staff may learn better");
    assert_eq!(believed.course.begun_at, None, "it is begun again, for all that is the child's");
}

#[test]
fn only_an_open_report_about_a_child_is_judged() {
    let (law, now) = (Law::built_in().unwrap(), at("2026-03-09T08:00:00Z"));
    let closed = SubjectRequest { standing: Standing::Answered { at: now, in_part: false }, ..report() };
    let other = SubjectRequest { about_child: false, ..report() };
    for (request, expected) in [(closed, NotReviewable::Closed), (other, NotReviewable::NoReport)] {
        assert_eq!(find_credible(&request, None, &law, Actor::Service, now), Err(expected.clone()));
        assert_eq!(find_not_credible(&request, Actor::Service, now), Err(expected));
    }
}

fn email(address: &str) -> Contact {
    Contact { email: crate::subject_request::EmailAddress::parse(address).ok(), account: None }
}

#[test]
fn staff_name_the_child_where_the_report_gives_an_address_only_and_name_it_once() {
    let (law, now, actor) = (Law::built_in().unwrap(), at("2026-03-09T08:00:00Z"), Actor::Staff("alex".to_owned()));
    let only_address = asked(1, Kind::Erasure, Some("parent@example.org"), None, at("2026-03-06T12:00:00Z"));
    let report = SubjectRequest { about_child: true, ..only_address };
    assert!(report.child().is_empty(), "whoever reports is not the child");
    assert_eq!(find_credible(&report, None, &law, actor.clone(), now), Err(NotReviewable::Unnamed));
    let child = email("tim@example.org");
    let believed = find_credible(&report, Some(&child), &law, actor.clone(), now).unwrap().unwrap().request;
    assert_eq!(believed.child(), child.identities());
    assert_eq!(find_credible(&believed, Some(&child), &law, actor.clone(), now), Ok(None));
    for other in [None, Some(&email("mia@example.org"))] {
        let refused = find_credible(&believed, other, &law, actor.clone(), now);
        assert_eq!(refused, Err(NotReviewable::Credible));
    }
    assert!(believed.has_contact() && believed.clone().without_contact().child().is_empty());
    assert!(!believed.without_contact().has_contact(), "whom staff named goes with the rest of what names somebody");
}
