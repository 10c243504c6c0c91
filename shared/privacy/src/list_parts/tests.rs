use super::*;
use crate::decide_part::{Decision, Word, decide_part};
use crate::ids::{InstructionId, UserId};
use crate::law::Law;
use crate::law::denial::DenialReason;
use crate::memory::{World, asked};
use crate::record_act::record_act;
use crate::route_request::route;
use crate::subject_request::ports::RequestIntake;
use crate::subject_request::{Actor, Standing};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn tenant(name: &str) -> TenantId {
    TenantId::parse(name).unwrap()
}

fn now() -> Timestamp {
    at("2026-03-10T09:00:00Z")
}

async fn hand_over(world: &World, number: u8, kind: Kind, received: &str, to: &[&str]) -> ObligationId {
    let request = asked(number, kind, Some("mia@example.com"), None, at(received));
    let request = SubjectRequest { standing: Standing::InProgress { since: at(received) }, ..request };
    world.receive(&request).await.unwrap();
    let law = Law::built_in().unwrap();
    for name in to {
        let hand = |request: &SubjectRequest| route(request, &tenant(name), &law, Actor::Service, now());
        record_act(world, &request.id, hand).await.unwrap();
    }
    request.id
}

async fn decide(world: &World, id: &ObligationId, name: &str, decision: Decision) {
    let (law, actor) = (Law::built_in().unwrap(), Actor::Tenant(UserId::parse("u7").unwrap()));
    let word = Word { tenant: tenant(name), id: InstructionId::parse("d-1").unwrap(), decision };
    record_act(world, id, |request| decide_part(request, &word, &law, actor.clone(), now())).await.unwrap();
}

fn told(lines: &[PartLine]) -> Vec<(&str, &'static str, bool)> {
    lines.iter().map(|line| (line.reference.as_str(), line.standing.name(), line.is_open)).collect()
}

#[tokio::test]
async fn a_tenant_sees_its_own_parts_and_nothing_of_another_s() {
    let world = World::new(now(), 100);
    let late = hand_over(&world, 1, Kind::Erasure, "2026-03-08T12:00:00Z", &["alder", "birch"]).await;
    let early = hand_over(&world, 2, Kind::Access, "2026-03-06T12:00:00Z", &["alder"]).await;
    let other = hand_over(&world, 3, Kind::Access, "2026-03-06T12:00:00Z", &["birch"]).await;
    let (early_ref, late_ref) = (early.log_ref(), late.log_ref());
    let lines = list_parts(&world, &tenant("alder")).await.unwrap();
    assert_eq!(told(&lines), [(&*early_ref, "asked", true), (&*late_ref, "asked", true)], "the earliest first");
    assert!(!format!("{lines:?}").contains("birch") && !format!("{lines:?}").contains("mia"));
    assert_eq!(list_parts(&world, &tenant("cedar")).await.unwrap(), []);

    decide(&world, &late, "birch", Decision::Agree).await;
    assert_eq!(list_parts(&world, &tenant("alder")).await.unwrap(), lines, "what birch says is birch's");
    decide(&world, &early, "alder", Decision::Decline(DenialReason::OthersRights)).await;
    let after = list_parts(&world, &tenant("alder")).await.unwrap();
    assert_eq!(told(&after), [(&*early_ref, "declined", true), (&*late_ref, "asked", true)], "it may still agree");
    let of_birch = list_parts(&world, &tenant("birch")).await.unwrap();
    assert_eq!(told(&of_birch), [(&*other.log_ref(), "asked", true), (&*late_ref, "agreed", false)]);
}

#[tokio::test]
async fn a_reference_finds_a_part_of_the_tenant_that_names_it_and_of_no_other() {
    let world = World::new(now(), 100);
    let id = hand_over(&world, 1, Kind::Erasure, "2026-03-06T12:00:00Z", &["alder"]).await;
    let find = async |name: &str, reference: &str| {
        find_part(&world, &tenant(name), &Named::parse(reference).unwrap()).await.unwrap()
    };
    assert_eq!(find("alder", &id.log_ref()).await, Some(id.clone()));
    assert_eq!(find("birch", &id.log_ref()).await, None);
    assert_eq!(find("alder", "0123456789ab").await, None);
    assert_eq!(find("alder", id.as_str()).await, None, "the reference of the person's page is not asked for");
}

#[tokio::test]
async fn who_said_nothing_until_the_end_did_not_answer() {
    let world = World::new(now(), 100);
    let id = hand_over(&world, 1, Kind::Erasure, "2026-03-06T12:00:00Z", &["alder", "birch"]).await;
    decide(&world, &id, "alder", Decision::MoreTime).await;
    let line = || async { list_parts(&world, &tenant("alder")).await.unwrap().remove(0) };
    assert_eq!((line().await.standing.name(), line().await.is_open), ("asked-time", true));
    let denied = Standing::Denied { at: now(), reason: "excessive".to_owned() };
    world.stored().requests.heads.get_mut(&id).unwrap().standing = denied;
    assert_eq!((line().await.standing.name(), line().await.is_open), ("unanswered", false));
}
