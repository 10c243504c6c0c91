use std::collections::BTreeMap;

use super::*;
use crate::clock::model::Kind;
use crate::legal_hold::Note;
use crate::memory::{World, asked};
use crate::subject_request::findings::FieldName;
use crate::subject_request::{Actor, Agent, PointKind, PointValue, Proof};

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

fn keys() -> SubjectKeys {
    SubjectKeys::parse(r#"{"current":"v1","v1":"0123456789abcdef0123456789abcdef"}"#).unwrap()
}

fn values(points: &[(PointKind, &str)]) -> BTreeMap<PointKind, PointValue> {
    points.iter().map(|(kind, value)| (*kind, PointValue::parse(value).unwrap())).collect()
}

fn names(names: &[&str]) -> Vec<FieldName> {
    names.iter().map(|name| FieldName::parse(name).unwrap()).collect()
}

/// Our record, beside what the request names.
fn record(held: &[(PointKind, &str)]) -> Reading {
    Reading::Record(Comparison { held: values(held), named: BTreeMap::new() })
}

const PHONE: (PointKind, &str) = (PointKind::Phone, "+1 555 0100");
const COMPANY: (PointKind, &str) = (PointKind::Company, "Birch & Sons");
const POSTCODE: (PointKind, &str) = (PointKind::Postcode, "90210");

fn californian(kind: Kind) -> SubjectRequest {
    let request = asked(1, kind, Some("mia@example.com"), None, at("2026-03-05T12:00:00Z"));
    let needs = vec![Proof::EmailCode, Proof::DataPoints];
    let proven = vec![Proven { proof: Proof::EmailCode, at: now() }];
    let named = values(&[(PointKind::Phone, "1-555-0100"), (PointKind::Company, "birch & sons"), POSTCODE]);
    let data_points = named.iter().map(|(kind, value)| (*kind, keys().data_point(&request.id, *kind, value).unwrap()));
    let (regime, standing) = ("CA_CCPA".to_owned(), Standing::AwaitingVerification);
    SubjectRequest { regime, standing, needs, proven, data_points: data_points.collect(), ..request }
}

fn by_agent(permission: Option<Sha256Hex>) -> SubjectRequest {
    let agent = Agent { email: None, name: None, permission_sha256: permission, has_power_of_attorney: true };
    let needs = vec![Proof::EmailCode, Proof::AgentPermission];
    SubjectRequest { agent: Some(agent), needs, proven: Vec::new(), ..californian(Kind::Erasure) }
}

fn look(request: &SubjectRequest, review: &Review) -> Option<SubjectRequest> {
    let law = Law::built_in().unwrap();
    request.review(review, true, (&law, &by("Read.")), now()).unwrap().map(|changed| changed.request)
}

fn compared(request: &SubjectRequest, reading: &Reading) -> Result<SubjectRequest, NotReviewed> {
    let law = Law::built_in().unwrap();
    let review = request.read(reading, &law, &keys())?;
    Ok(request
        .review(&review, true, (&law, &by("Read.")), now())?
        .map_or_else(|| request.clone(), |changed| changed.request))
}

#[test]
fn enough_data_points_put_a_request_to_work_and_what_does_not_agree_leaves_it_waiting() {
    let in_work = Standing::InProgress { since: now() };
    let wrong = (PointKind::Company, "Elm");
    // To know categories two must agree, to get a copy three.
    for (kind, held, is_shown) in [
        (Kind::Know, &[PHONE, wrong][..], false),
        (Kind::Know, &[PHONE, COMPANY][..], true),
        (Kind::Know, &[PHONE, POSTCODE, wrong][..], true),
        (Kind::Access, &[PHONE, POSTCODE, wrong][..], false),
        (Kind::Access, &[PHONE, POSTCODE, COMPANY][..], true),
    ] {
        let request = californian(kind);
        let after = compared(&request, &record(held)).unwrap();
        let expected = if is_shown { &in_work } else { &request.standing };
        assert_eq!(&after.standing, expected, "{kind:?} {held:?}");
        assert_eq!(after.is_verified(), is_shown, "{kind:?} {held:?}");
        let row = serde_json::to_string(&after).unwrap();
        assert!(!row.contains("0100") && !row.to_lowercase().contains("birch"), "{row}");
    }
}

#[test]
fn staff_cannot_say_that_something_agrees_which_nobody_named_nor_that_less_will_do() {
    let day = (PointKind::Day, "2026-02-01");
    let unnamed = SubjectRequest { data_points: BTreeMap::new(), ..californian(Kind::Erasure) };
    for (request, held, expected) in [
        (&unnamed, &[PHONE, COMPANY][..], NotReviewed::NotNamed),
        (&californian(Kind::Know), &[PHONE, COMPANY, day][..], NotReviewed::NotNamed),
        (&californian(Kind::Know), &[PHONE][..], NotReviewed::TooFew(2)),
        (&californian(Kind::Access), &[PHONE, COMPANY][..], NotReviewed::TooFew(3)),
        (&californian(Kind::Know), &[][..], NotReviewed::TooFew(2)),
    ] {
        assert_eq!(compared(request, &record(held)), Err(expected), "{held:?}");
    }
    // What they named since, in a mail: compared as well, and the trail says that staff took it down.
    let since = |company| Comparison {
        held: values(&[PHONE, COMPANY]),
        named: values(&[PHONE, (PointKind::Company, company)]),
    };
    assert!(compared(&unnamed, &Reading::Record(since("Birch & Sons"))).unwrap().is_verified());
    assert!(!compared(&unnamed, &Reading::Record(since("Elm"))).unwrap().is_verified());
    let review = unnamed.read(&Reading::Record(since("Elm")), &Law::built_in().unwrap(), &keys()).unwrap();
    let both = names(&["phone", "company"]);
    assert_eq!(review, Review::DataPoints { compared: both.clone(), matched: names(&["phone"]), noted: both });
    let more = Comparison { held: values(&[PHONE, COMPANY]), named: values(&[day]) };
    assert_eq!(compared(&californian(Kind::Know), &Reading::Record(more)), Err(NotReviewed::NotNamed));
}

#[tokio::test]
async fn what_was_compared_stands_in_the_trail_once_enough_or_not() {
    let (world, law) = (World::new(now(), 100), Law::built_in().unwrap());
    let request = californian(Kind::Know);
    world.stored().requests.heads.insert(request.id.clone(), request.clone());
    let review = async |reading: &Reading| {
        review_proof(&world, (&law, &keys()), &request.id, reading, &by("Called back."), now()).await
    };
    let (few, enough) = (record(&[PHONE, (PointKind::Company, "Elm")]), record(&[PHONE, COMPANY]));
    for _ in 0..2 {
        assert!(matches!(review(&few).await.unwrap(), Reviewed::NotShown));
    }
    for is_new in [true, false] {
        let Reviewed::Shown(done) = review(&enough).await.unwrap() else { panic!("enough") };
        assert_eq!(done.is_new, is_new);
    }
    let acts = world.stored().requests.acts[&request.id].clone();
    let both = names(&["phone", "company"]);
    let deed = |matched: &[&str], is_shown| {
        let review = Review::DataPoints { compared: both.clone(), matched: names(matched), noted: Vec::new() };
        by("Called back.").did(Deed::Reviewed { review, is_shown }, now())
    };
    assert_eq!(acts, [deed(&["phone"], false), deed(&["phone", "company"], true)]);
}

#[test]
fn where_a_power_of_attorney_was_only_a_permission_the_person_is_asked_after_all() {
    let said = SubjectRequest { needs: vec![Proof::AgentPermission], ..by_agent(None) };
    let after = look(&said, &Review::AgentPermission { document: document("ab") }).unwrap();
    assert_eq!(after.needs, [Proof::EmailCode, Proof::AgentPermission]);
    assert_eq!((after.is_verified(), after.has_to_ask_person()), (false, true));
    assert_eq!(after.next_action_at, Some(now()), "at once");
    let opt_out = SubjectRequest { kind: Kind::OptOut, ..said.clone() };
    assert!(look(&opt_out, &Review::AgentPermission { document: document("ab") }).unwrap().is_verified());
    let power = look(&said, &Review::PowerOfAttorney { document: document("ab") }).unwrap();
    assert!(power.is_verified() && power.identities().len() == 1);
}

#[test]
fn for_the_data_itself_an_agent_s_permission_spares_nobody_the_comparison() {
    let review = Review::AgentPermission { document: document("ab") };
    for (kind, expected) in [
        (Kind::Access, &[Proof::EmailCode, Proof::DataPoints, Proof::AgentPermission][..]),
        (Kind::Portability, &[Proof::EmailCode, Proof::DataPoints, Proof::AgentPermission]),
        (Kind::Know, &[Proof::EmailCode, Proof::AgentPermission]),
    ] {
        let said = SubjectRequest { kind, needs: vec![Proof::AgentPermission], ..by_agent(None) };
        assert_eq!(look(&said, &review).unwrap().needs, expected, "{kind:?}");
    }
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
    let review = Review::DataPoints { compared: names(&["day"]), matched: names(&["day"]), noted: Vec::new() };
    let needs_code = SubjectRequest { needs: vec![Proof::EmailCode], ..californian(Kind::Access) };
    let denied = Standing::Denied { at: now(), reason: "excessive".to_owned() };
    let closed = SubjectRequest { standing: denied, ..californian(Kind::Access) };
    for request in [needs_code, closed] {
        assert_eq!(request.review(&review, true, (&law, &by("So.")), now()), Err(NotReviewed::NotAsked));
        assert_eq!(compared(&request, &record(&[PHONE, COMPANY, POSTCODE])), Err(NotReviewed::NotAsked));
    }
    let european = SubjectRequest { regime: "EU_GDPR".to_owned(), ..by_agent(None) };
    let power = Review::PowerOfAttorney { document: document("ab") };
    let expected =
        if law.agent("EU_GDPR", Kind::Erasure).unwrap().power_of_attorney { None } else { Some(NotReviewed::NoPower) };
    assert_eq!(european.review(&power, true, (&law, &by("So.")), now()).err(), expected);
}

/// What came of one of staff reading this power of attorney.
async fn read_by(world: &World, id: &ObligationId, who: &str, byte: &str) -> &'static str {
    let law = Law::built_in().unwrap();
    let by = By { actor: Actor::Staff(who.to_owned()), why: Note::parse("Read.").unwrap() };
    let reading = Reading::PowerOfAttorney(document(byte));
    match review_proof(world, (&law, &keys()), id, &reading, &by, now()).await.unwrap() {
        Reviewed::Shown(_) => "shown",
        Reviewed::Seconding(_) => "seconding",
        Reviewed::NotShown => "not shown",
    }
}

fn with(request: &SubjectRequest) -> World {
    let world = World::new(now(), 100);
    world.stored().requests.heads.insert(request.id.clone(), request.clone());
    world
}

#[tokio::test]
async fn a_power_of_attorney_erases_nothing_by_the_word_of_one_of_staff() {
    let said = SubjectRequest { needs: vec![Proof::AgentPermission], ..by_agent(None) };
    let world = with(&said);
    for _ in 0..3 {
        assert_eq!(read_by(&world, &said.id, "alex", "ab").await, "seconding", "however often they say so");
    }
    let first = world.stored().requests.heads[&said.id].clone();
    assert!(!first.is_verified() && first.identities().is_empty() && first.course.awaits_second_reader);
    assert_eq!(first.standing, Standing::AwaitingVerification);
    assert_eq!(world.stored().requests.acts[&said.id].len(), 1);
    assert_eq!(read_by(&world, &said.id, "kim", "cd").await, "not shown", "another document");
    assert!(!world.stored().requests.heads[&said.id].is_verified());
    assert_eq!(read_by(&world, &said.id, "kim", "ab").await, "shown");
    let second = world.stored().requests.heads[&said.id].clone();
    assert!(second.is_verified() && !second.course.awaits_second_reader);
    assert_eq!((second.standing, second.proven.len()), (Standing::InProgress { since: now() }, 1));
    assert_eq!(read_by(&world, &said.id, "kim", "ab").await, "shown", "sent again");
}

#[tokio::test]
async fn what_can_be_undone_takes_the_word_of_one() {
    for kind in [Kind::Access, Kind::Restriction, Kind::Correction] {
        let said = SubjectRequest { kind, needs: vec![Proof::AgentPermission], ..by_agent(None) };
        assert_eq!(read_by(&with(&said), &said.id, "alex", "ab").await, "shown", "{kind:?}");
    }
}
