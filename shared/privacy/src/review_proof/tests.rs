use super::*;
use crate::clock::model::Kind;
use crate::legal_hold::Note;
use crate::memory::{World, asked};
use crate::subject_request::findings::FieldName;
use crate::subject_request::{Actor, Agent, Proof};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-03-20T09:00:00Z")
}

fn by(why: &str) -> By {
    By { actor: Actor::Staff("alex".to_owned()), why: Note::parse(why).unwrap() }
}

fn document(byte: &str) -> Sha256Hex {
    Sha256Hex::parse(&byte.repeat(32)).unwrap()
}

fn points(compared: &[&str], matched: &[&str]) -> Review {
    let names = |names: &[&str]| names.iter().map(|name| FieldName::parse(name).unwrap()).collect();
    Review::DataPoints { compared: names(compared), matched: names(matched) }
}

fn californian(kind: Kind) -> SubjectRequest {
    let request = asked(1, kind, Some("mia@example.com"), None, at("2026-03-05T12:00:00Z"));
    let needs = vec![Proof::EmailCode, Proof::DataPoints];
    let proven = vec![Proven { proof: Proof::EmailCode, at: now() }];
    SubjectRequest { regime: "CA_CCPA".to_owned(), standing: Standing::AwaitingVerification, needs, proven, ..request }
}

fn by_agent(permission: Option<Sha256Hex>) -> SubjectRequest {
    let agent = Agent { email: None, name: None, permission_sha256: permission, has_power_of_attorney: true };
    let needs = vec![Proof::EmailCode, Proof::AgentPermission];
    SubjectRequest { agent: Some(agent), needs, proven: Vec::new(), ..californian(Kind::Erasure) }
}

fn look(request: &SubjectRequest, review: &Review) -> Option<SubjectRequest> {
    let law = Law::built_in().unwrap();
    request.review(review, &law, &by("Read."), now()).unwrap().map(|changed| changed.request)
}

#[test]
fn enough_data_points_put_a_request_to_work_and_too_few_leave_it_waiting() {
    let in_work = Standing::InProgress { since: now() };
    // To know categories two must agree, to get a copy three.
    for (kind, matched, is_shown) in [
        (Kind::Know, &["city"][..], false),
        (Kind::Know, &["city", "phone"][..], true),
        (Kind::Access, &["city", "phone"][..], false),
        (Kind::Access, &["city", "phone", "invoice"][..], true),
    ] {
        let request = californian(kind);
        let after = look(&request, &points(&["city", "phone", "invoice"], matched)).unwrap();
        let expected = if is_shown { &in_work } else { &request.standing };
        assert_eq!(&after.standing, expected, "{kind:?} {matched:?}");
        assert_eq!(after.is_verified(), is_shown, "{kind:?} {matched:?}");
    }
}

#[tokio::test]
async fn what_was_compared_stands_in_the_trail_once_enough_or_not() {
    let (world, law) = (World::new(now(), 100), Law::built_in().unwrap());
    let request = californian(Kind::Know);
    world.stored().requests.heads.insert(request.id.clone(), request.clone());
    let review =
        async |review: &Review| review_proof(&world, &law, &request.id, review, &by("Called back."), now()).await;
    let (few, enough) = (points(&["city", "phone"], &["city"]), points(&["city", "phone"], &["city", "phone"]));
    for _ in 0..2 {
        assert!(matches!(review(&few).await.unwrap(), Reviewed::NotShown));
    }
    for is_new in [true, false] {
        let Reviewed::Shown(done) = review(&enough).await.unwrap() else { panic!("enough") };
        assert_eq!(done.is_new, is_new);
    }
    let acts = world.stored().requests.acts[&request.id].clone();
    let deed = |review: &Review, is_shown| Deed::Reviewed { review: review.clone(), is_shown };
    assert_eq!(
        acts,
        [by("Called back.").did(deed(&few, false), now()), by("Called back.").did(deed(&enough, true), now())]
    );
}

#[test]
fn a_permission_is_the_one_that_is_bound_to_the_request() {
    let review = |byte| Review::AgentPermission { document: document(byte) };
    let bound = by_agent(Some(document("ab")));
    assert!(look(&bound, &review("cd")).unwrap().proven.is_empty(), "another document");
    let after = look(&bound, &review("ab")).unwrap();
    assert_eq!(after.missing().collect::<Vec<_>>(), [Proof::EmailCode], "the person has still to confirm");
    assert_eq!(after.standing, Standing::AwaitingVerification);
    assert!(!after.agent.unwrap().has_power_of_attorney, "what they said that they hold is not what was read");
    let first = look(&by_agent(None), &review("cd")).unwrap();
    assert_eq!(first.agent.unwrap().permission_sha256, Some(document("cd")), "bound by being read");
}

#[test]
fn a_power_of_attorney_stands_for_the_permission_and_for_the_person() {
    let power = Review::PowerOfAttorney { document: document("ab") };
    let after = look(&by_agent(None), &power).unwrap();
    assert_eq!((&after.standing, after.is_verified()), (&Standing::InProgress { since: now() }, true));
    assert_eq!(look(&after, &power), None);
    let permission = look(&by_agent(None), &Review::AgentPermission { document: document("ab") }).unwrap();
    assert!(look(&permission, &power).unwrap().is_verified(), "it was read after the permission");
    let bound = by_agent(Some(document("cd")));
    let after = look(&bound, &power).unwrap();
    assert!(
        after.proven.is_empty() && !after.is_verified(),
        "another document than the one that came with the request"
    );
}

#[test]
fn nothing_is_looked_at_that_the_request_does_not_ask_for() {
    let law = Law::built_in().unwrap();
    let review = points(&["city", "phone"], &["city", "phone"]);
    let needs_code = SubjectRequest { needs: vec![Proof::EmailCode], ..californian(Kind::Access) };
    let denied = Standing::Denied { at: now(), reason: "excessive".to_owned() };
    let closed = SubjectRequest { standing: denied, ..californian(Kind::Access) };
    for request in [needs_code, closed] {
        assert_eq!(request.review(&review, &law, &by("So."), now()), Err(NotReviewed::NotAsked));
    }
    let european = SubjectRequest { regime: "EU_GDPR".to_owned(), ..by_agent(None) };
    let power = Review::PowerOfAttorney { document: document("ab") };
    let expected =
        if law.agent("EU_GDPR", Kind::Erasure).unwrap().power_of_attorney { None } else { Some(NotReviewed::NoPower) };
    assert_eq!(european.review(&power, &law, &by("So."), now()).err(), expected);
}
