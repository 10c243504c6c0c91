use super::*;
use crate::clock::model::Kind;
use crate::ingest_gate::{LiftedFlag, Purpose, may_process};
use crate::keys::KeyedRef;
use crate::legal_hold::Note;
use crate::memory::{Strike, World, asked};
use crate::subject_request::{Actor, Proof, Proven};

const RING: &str = r#"{"current":"v1","v1":"0123456789abcdef0123456789abcdef"}"#;

fn now() -> Timestamp {
    "2026-03-20T09:00:00Z".parse().unwrap()
}

fn raised_at() -> Timestamp {
    "2026-03-06T12:00:00Z".parse().unwrap()
}

fn by(why: &str) -> By {
    By { actor: Actor::Staff("alex".to_owned()), why: Note::parse(why).unwrap() }
}

fn of(number: u8, kind: Kind, email: &str) -> SubjectRequest {
    let request = asked(number, kind, Some(email), None, raised_at());
    let proven = vec![Proven { proof: Proof::EmailCode, at: raised_at() }];
    let standing = Standing::InProgress { since: raised_at() };
    SubjectRequest { needs: vec![Proof::EmailCode], proven, standing, ..request }
}

fn people(keys: &SubjectKeys, request: &SubjectRequest) -> Vec<KeyedRef> {
    request.identities().iter().flat_map(|identity| keys.suppressions(identity)).collect()
}

/// A restriction that the product knows of, answered.
async fn restricted(world: &World, keys: &SubjectKeys) -> SubjectRequest {
    let mut request = of(1, Kind::Restriction, "mia@example.com");
    request.standing = Standing::Answered { at: raised_at(), in_part: false };
    request.course.flags = vec![Flag::Restricted];
    request.course.flagged = people(keys, &request).into_iter().collect();
    for person in &request.course.flagged {
        world.raise_flag(person, Flag::Restricted, raised_at()).await.unwrap();
        world.raise_flag(person, Flag::OptedOut, raised_at()).await.unwrap();
    }
    world.stored().requests.heads.insert(request.id.clone(), request.clone());
    request
}

fn wanted(asked_in: Option<&SubjectRequest>) -> Lift {
    Lift { flag: Flag::Restricted, asked_in: asked_in.map(|asked| asked.id.clone()) }
}

#[tokio::test]
async fn once_it_is_lifted_the_product_may_again_and_what_stood_is_kept() {
    let (world, keys) = (World::new(raised_at(), 100), SubjectKeys::parse(RING).unwrap());
    let request = restricted(&world, &keys).await;
    let person = people(&keys, &request);
    assert!(!may_process(Purpose::Service, &world.flags(&person).await.unwrap()));
    let lift = async || {
        lift_flag(&world, &world, &keys, (&request.id, &wanted(None)), &by("Called back."), (now(), None)).await
    };
    let done = lift().await.unwrap();
    assert_eq!((&done.request.course.flags, &done.request.course.lifted), (&vec![], &vec![Flag::Restricted]));
    let left = world.flags(&person).await.unwrap();
    assert!(may_process(Purpose::Service, &left) && left.contains(&Flag::OptedOut), "no other is lifted");
    let stood = LiftedFlag { flag: Flag::Restricted, since: raised_at(), lifted_at: now() };
    assert_eq!(world.lifted_flags(&person[0], now()).await.unwrap(), [stood]);
    assert!(!lift().await.unwrap().is_new);
    assert_eq!(world.lifted_flags(&person[0], now()).await.unwrap().len(), 1);
    let act = by("Called back.").did(Deed::Lifted { flag: Flag::Restricted, asked_in: None }, now());
    assert_eq!(world.stored().requests.acts[&request.id], [act]);
}

#[tokio::test]
async fn the_word_of_a_person_is_a_request_that_they_have_shown_to_be_theirs() {
    let keys = SubjectKeys::parse(RING).unwrap();
    let real = of(2, Kind::Complaint, "mia@example.com");
    let unproven = SubjectRequest { proven: Vec::new(), ..real.clone() };
    let denied = Standing::Denied { at: now(), reason: "excessive".to_owned() };
    let cases = [
        (real.clone(), true),
        (unproven, false),
        (SubjectRequest { standing: denied, ..real.clone() }, false),
        (SubjectRequest { id: real.id.clone(), ..of(2, Kind::Complaint, "tim@example.com") }, false),
    ];
    for (asked, is_lifted) in cases {
        let world = World::new(raised_at(), 100);
        let request = restricted(&world, &keys).await;
        world.stored().requests.heads.insert(asked.id.clone(), asked.clone());
        let lift = wanted(Some(&asked));
        let done =
            lift_flag(&world, &world, &keys, (&request.id, &lift), &by("They say so there."), (now(), None)).await;
        assert_eq!(done.is_ok(), is_lifted, "{asked:?}");
        let stands = world.flags(&people(&keys, &request)).await.unwrap().contains(&Flag::Restricted);
        assert_eq!(stands, !is_lifted, "{asked:?}");
    }
    let world = World::new(raised_at(), 100);
    let request = restricted(&world, &keys).await;
    let nobody = wanted(Some(&real));
    let done = lift_flag(&world, &world, &keys, (&request.id, &nobody), &by("So."), (now(), None)).await;
    assert!(matches!(done, Err(NotDone::Refused(NotLifted::OtherPerson))));
}

#[test]
fn nothing_is_lifted_that_was_not_raised_and_nothing_of_a_child() {
    let mut request = of(1, Kind::Restriction, "mia@example.com");
    request.course.flags = vec![Flag::Restricted, Flag::Quarantined];
    for (flag, expected) in [(Flag::OptedOut, NotLifted::NotRaised), (Flag::Quarantined, NotLifted::Child)] {
        assert_eq!(lift(&request, &Lift { flag, asked_in: None }, &by("So."), now()).err(), Some(expected));
    }
    assert_eq!(Flag::parse("no-marketing"), Ok(Flag::NoMarketing));
    assert!(Flag::parse("no").is_err());
}

#[tokio::test]
async fn a_crash_at_any_call_is_made_good_by_sending_it_again() {
    let keys = SubjectKeys::parse(RING).unwrap();
    for strike in (1..=4).flat_map(|call| [Strike::Before(call), Strike::After(call)]) {
        let world = World::new(raised_at(), 100);
        let request = restricted(&world, &keys).await;
        let lift = async || {
            lift_flag(&world, &world, &keys, (&request.id, &wanted(None)), &by("Called."), (now(), None)).await
        };
        world.strike(Some(strike));
        let first = lift().await;
        world.strike(None);
        let person = people(&keys, &request);
        let stands = world.flags(&person).await.unwrap().contains(&Flag::Restricted);
        let is_told = world.stored().requests.acts.contains_key(&request.id);
        assert!(is_told || stands, "{strike:?}: nothing is opened without a trace");
        assert!(first.is_err() || !stands, "{strike:?}");
        lift().await.unwrap();
        assert!(!world.flags(&person).await.unwrap().contains(&Flag::Restricted), "{strike:?}");
        assert_eq!(world.stored().requests.acts[&request.id].len(), 1, "{strike:?}");
    }
}

#[tokio::test]
async fn sent_again_it_lifts_nothing_that_was_asked_for_since() {
    let (world, keys) = (World::new(raised_at(), 100), SubjectKeys::parse(RING).unwrap());
    let request = restricted(&world, &keys).await;
    let kept_for = kept_for(&crate::memory::built_in_map());
    let person = people(&keys, &request);
    let lift = async |now: Timestamp| {
        lift_flag(&world, &world, &keys, (&request.id, &wanted(None)), &by("Called back."), (now, kept_for)).await
    };
    lift(now()).await.unwrap();
    let hour = jiff::SignedDuration::from_hours(1);
    // Another request of the same person, later.
    world.raise_flag(&person[0], Flag::Restricted, now() + hour).await.unwrap();
    assert!(!lift(now() + hour * 2).await.unwrap().is_new);
    assert!(world.flags(&person).await.unwrap().contains(&Flag::Restricted));
    let stood = LiftedFlag { flag: Flag::Restricted, since: raised_at(), lifted_at: now() };
    assert_eq!(world.lifted_flags(&person[0], now() + hour * 2).await.unwrap(), [stood]);
}

/// What broke off is done as of the instant that the trail has.
#[tokio::test]
async fn what_was_left_of_it_is_lifted_as_of_when_it_was_said() {
    let (world, keys) = (World::new(raised_at(), 100), SubjectKeys::parse(RING).unwrap());
    let request = restricted(&world, &keys).await;
    let lift = async |now: Timestamp| {
        lift_flag(&world, &world, &keys, (&request.id, &wanted(None)), &by("Called back."), (now, None)).await
    };
    world.strike(Some(Strike::Before(4)));
    lift(now()).await.unwrap_err();
    world.strike(None);
    assert!(world.stored().requests.acts.contains_key(&request.id));
    lift(now() + jiff::SignedDuration::from_hours(3)).await.unwrap();
    let stood = LiftedFlag { flag: Flag::Restricted, since: raised_at(), lifted_at: now() };
    assert_eq!(world.lifted_flags(&people(&keys, &request)[0], now()).await.unwrap(), [stood]);
}

/// A consent log is kept for 24 months from the last withdrawal on, by the policy file: not for good, and not while anything stands.
#[tokio::test]
async fn what_stood_is_kept_for_two_years_after_the_last_flag_was_lifted() {
    let (world, keys) = (World::new(raised_at(), 100), SubjectKeys::parse(RING).unwrap());
    let mut request = restricted(&world, &keys).await;
    request.course.flags.push(Flag::OptedOut);
    world.stored().requests.heads.insert(request.id.clone(), request.clone());
    let kept_for = kept_for(&crate::memory::built_in_map());
    let person = people(&keys, &request).remove(0);
    let lift = async |flag, at: &str| {
        let wanted = Lift { flag, asked_in: None };
        let at = (at.parse().unwrap(), kept_for);
        lift_flag(&world, &world, &keys, (&request.id, &wanted), &by("So."), at).await.unwrap();
    };
    let kept = async |at: &str| world.lifted_flags(&person, at.parse().unwrap()).await.unwrap().len();
    lift(Flag::Restricted, "2026-03-20T09:00:00Z").await;
    assert_eq!(kept("2030-01-01T00:00:00Z").await, 1, "another stands");
    lift(Flag::OptedOut, "2026-05-31T09:00:00Z").await;
    assert_eq!(kept("2028-05-31T08:59:59Z").await, 2);
    assert_eq!(kept("2028-05-31T09:00:00Z").await, 0, "as if it were not there, whenever the table takes it");
}
