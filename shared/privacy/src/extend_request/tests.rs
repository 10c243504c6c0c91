use super::*;
use crate::clock::model::Kind;
use crate::legal_hold::Note;
use crate::memory::{Strike, World, asked};
use crate::subject_request::{Actor, Standing};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn by(why: &str) -> By {
    By { actor: Actor::Staff("arn:aws:iam::1:user/alex".to_owned()), why: Note::parse(why).unwrap() }
}

/// Received on 5 March, in work since: a month, and never more than 30 days, ends on 4 April.
fn in_work() -> SubjectRequest {
    let request = asked(1, Kind::Access, Some("mia@example.com"), None, at("2026-03-05T12:00:00Z"));
    SubjectRequest { standing: Standing::InProgress { since: at("2026-03-06T12:00:00Z") }, ..request }
}

fn world(request: &SubjectRequest) -> World {
    let world = World::new(at("2026-03-20T09:00:00Z"), 100);
    world.stored().requests.heads.insert(request.id.clone(), request.clone());
    world
}

#[tokio::test]
async fn more_time_counts_from_the_receipt_and_the_person_is_told_why() {
    let (world, law, now) = (world(&in_work()), Law::built_in().unwrap(), at("2026-03-20T09:00:00Z"));
    let id = in_work().id;
    let done = extend_request(&world, &world, &law, &id, &by("Two systems have to be searched."), now).await.unwrap();
    let clocks = done.request.clocks;
    assert!(done.is_new && done.unsent.is_none());
    assert_eq!(
        (clocks.legal.date.to_string(), clocks.received_on.to_string()),
        ("2026-06-05".into(), "2026-03-05".into())
    );
    let extended = clocks.extended.unwrap();
    assert_eq!((extended.first_legal.to_string(), extended.at), ("2026-04-04".to_owned(), now));
    assert_eq!(extended.reason, "Two systems have to be searched.");
    assert_eq!(world.stored().requests.acts[&id], [by("Two systems have to be searched.").did(Deed::Extended, now)]);
    let notices = world.stored().requests.notices.clone();
    assert_eq!(notices.iter().map(|job| job.notice).collect::<Vec<_>>(), [Notice::Extension]);
}

#[tokio::test]
async fn extended_again_for_the_same_reason_nothing_moves_and_for_another_it_is_refused() {
    let (world, law) = (world(&in_work()), Law::built_in().unwrap());
    let id = in_work().id;
    let extend = async |why: &str, now| extend_request(&world, &world, &law, &id, &by(why), at(now)).await;
    let first = extend("It is a lot.", "2026-03-20T09:00:00Z").await.unwrap();
    let again = extend("It is a lot.", "2026-04-20T09:00:00Z").await.unwrap();
    assert!(!again.is_new && again.request == first.request);
    assert_eq!(world.stored().requests.acts[&id].len(), 1);
    let other = extend("It is more.", "2026-03-21T09:00:00Z").await;
    assert!(matches!(other, Err(NotDone::Refused(NotExtendable::NotExtended(NotExtended::Twice)))));
}

#[test]
fn there_is_no_more_time_after_the_first_date_where_the_law_has_none_or_once_it_is_closed() {
    let law = Law::built_in().unwrap();
    let refused = |request: &SubjectRequest, now| extend(request, &law, &by("It is a lot."), at(now)).unwrap_err();
    let request = in_work();
    // The day ends in Brussels, two hours before it does in UTC.
    assert!(extend(&request, &law, &by("It is a lot."), at("2026-04-04T21:59:59Z")).is_ok());
    let date = "2026-04-04".parse().unwrap();
    assert_eq!(refused(&request, "2026-04-04T22:00:00Z"), NotExtended::TooLate(date).into());
    let brazil = SubjectRequest { regime: "BR_LGPD".to_owned(), ..request.clone() };
    assert_eq!(refused(&brazil, "2026-03-06T12:00:00Z"), NotExtended::NoExtension("BR_LGPD".to_owned()).into());
    let standing = Standing::Answered { at: at("2026-03-07T12:00:00Z"), in_part: false };
    let closed = SubjectRequest { standing, ..request };
    assert_eq!(refused(&closed, "2026-03-08T12:00:00Z"), NotExtendable::Closed);
}

#[tokio::test]
async fn a_crash_at_any_call_leaves_it_whole_or_not_done_and_the_sweeper_tells() {
    let (law, now) = (Law::built_in().unwrap(), at("2026-03-20T09:00:00Z"));
    for call in 1..=3 {
        for strike in [Strike::Before(call), Strike::After(call)] {
            let world = world(&in_work());
            let id = in_work().id;
            world.strike(Some(strike));
            let first = extend_request(&world, &world, &law, &id, &by("It is a lot."), now).await;
            let is_stored = world.stored().requests.heads[&id].clocks.extended.is_some();
            assert_eq!(is_stored, world.stored().requests.acts.contains_key(&id), "{strike:?}");
            if first.is_ok() {
                let stored = world.stored().requests.heads[&id].clone();
                assert_eq!(stored.next_action_at, Some(now), "due at once, told or not: {strike:?}");
            }
            let again = extend_request(&world, &world, &law, &id, &by("It is a lot."), now).await.unwrap();
            assert!(again.request.clocks.extended.is_some(), "{strike:?}");
            let is_queued = !world.stored().requests.notices.is_empty();
            let is_swept = again.request.next_action_at == Some(now) && !again.is_new;
            assert!(is_queued || is_swept, "{strike:?}");
            assert!(world.stored().requests.notices.len() < 2, "{strike:?}: one letter");
            assert_eq!(world.stored().requests.acts[&id].len(), 1, "{strike:?}");
        }
    }
    let unknown = crate::obligation::ObligationId::of_request(&[9; 20]);
    let world = world(&in_work());
    let none = extend_request(&world, &world, &law, &unknown, &by("It is a lot."), now).await;
    assert!(matches!(none, Err(NotDone::Unknown)));
}
