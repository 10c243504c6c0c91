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

/// The list of who has one page of it.
async fn all(world: &World, name: &str) -> Vec<PartLine> {
    let page = list_parts(world, &tenant(name), None, 200).await.unwrap();
    assert_eq!(page.next, None);
    page.parts
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
    let lines = all(&world, "alder").await;
    assert_eq!(told(&lines), [(&*early_ref, "asked", true), (&*late_ref, "asked", true)], "the earliest first");
    assert!(!format!("{lines:?}").contains("birch") && !format!("{lines:?}").contains("mia"));
    assert_eq!(all(&world, "cedar").await, []);

    decide(&world, &late, "birch", Decision::Agree).await;
    assert_eq!(all(&world, "alder").await, lines, "what birch says is birch's");
    decide(&world, &early, "alder", Decision::Decline(DenialReason::OthersRights)).await;
    let after = all(&world, "alder").await;
    assert_eq!(told(&after), [(&*early_ref, "declined", true), (&*late_ref, "asked", true)], "it may still agree");
    let of_birch = all(&world, "birch").await;
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
    let line = || async { all(&world, "alder").await.remove(0) };
    assert_eq!((line().await.standing.name(), line().await.is_open), ("asked-time", true));
    let denied = Standing::Denied { at: now(), reason: "excessive".to_owned() };
    world.stored().requests.heads.get_mut(&id).unwrap().standing = denied;
    assert_eq!((line().await.standing.name(), line().await.is_open), ("unanswered", false));
}

/// Page after page, by the texts of the cursors; how many pages it was.
async fn paged(world: &World, name: &str, limit: usize) -> (Vec<String>, usize) {
    let (mut references, mut from, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = list_parts(world, &tenant(name), from.as_ref(), limit).await.unwrap();
        assert!(page.parts.len() <= limit);
        references.extend(page.parts.into_iter().map(|line| line.reference));
        pages += 1;
        let Some(next) = page.next else { return (references, pages) };
        from = Some(PartsCursor::parse(&next.to_text(), &tenant(name)).unwrap());
    }
}

#[tokio::test]
async fn pages_have_every_part_once_in_the_order_of_the_whole() {
    let world = World::new(now(), 100);
    for number in 1..=9 {
        let received = format!("2026-03-0{}T12:00:00Z", 1 + number % 7);
        let id = hand_over(&world, number, Kind::Erasure, &received, &["alder", "birch"]).await;
        if number % 3 == 0 {
            decide(&world, &id, "alder", Decision::Agree).await;
        }
    }
    let whole: Vec<String> = all(&world, "alder").await.into_iter().map(|line| line.reference).collect();
    assert_eq!(whole.len(), 9);
    for (limit, pages) in [(1, 9), (2, 5), (3, 3), (4, 3), (8, 2), (9, 1), (200, 1)] {
        assert_eq!(paged(&world, "alder", limit).await, (whole.clone(), pages), "{limit}");
    }
}

/// Requests of one day whose rows are as many as are read together, and some.
fn many(world: &World, count: u32) {
    let law = Law::built_in().unwrap();
    let one = asked(1, Kind::Erasure, Some("mia@example.com"), None, at("2026-03-06T12:00:00Z"));
    let one = SubjectRequest { standing: Standing::InProgress { since: one.received_at }, ..one };
    let handed = route(&one, &tenant("alder"), &law, Actor::Service, now()).unwrap().unwrap().request;
    for number in 0..count {
        let mut seed = [0; 20];
        seed[..4].copy_from_slice(&number.wrapping_mul(2_654_435_761).to_be_bytes());
        let id = ObligationId::of_request(&seed);
        let mut stored = world.stored();
        stored.requests.tenants.insert((tenant("alder"), id.clone()));
        stored.requests.heads.insert(id.clone(), SubjectRequest { id, ..handed.clone() });
    }
}

#[tokio::test]
async fn a_page_reads_no_more_however_many_there_are_and_all_are_found() {
    for count in [u32::from(TOGETHER) - 1, u32::from(TOGETHER), u32::from(TOGETHER) + 1, 1_700] {
        let world = World::new(now(), 100);
        many(&world, count);
        let (references, _) = paged(&world, "alder", 200).await;
        let different: std::collections::BTreeSet<&String> = references.iter().collect();
        assert_eq!((references.len(), different.len()), (count as usize, count as usize));
        let before = world.calls();
        list_parts(&world, &tenant("alder"), None, 200).await.unwrap();
        assert!(world.calls() - before <= 6, "one look for whose they are, and five for what they are: {count}");
    }
}

#[tokio::test]
async fn a_cursor_is_of_one_business_says_nothing_that_opens_a_page_and_nothing_else_is_one() {
    let world = World::new(now(), 100);
    many(&world, 600);
    let first = list_parts(&world, &tenant("alder"), None, 1).await.unwrap().next.unwrap();
    let ranked = first.to_text();
    let windowed = list_parts(&world, &tenant("alder"), None, 500).await.unwrap().next.unwrap().to_text();
    for text in [&ranked, &windowed] {
        assert!(PartsCursor::parse(text, &tenant("alder")).is_ok());
        assert_eq!(PartsCursor::parse(text, &tenant("birch")), Err(InvalidPlace));
        let plain = String::from_utf8(data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).unwrap()).unwrap();
        assert!(!plain.contains("alder"), "{plain}");
        let ids: Vec<ObligationId> = world.stored().requests.heads.keys().cloned().collect();
        assert!(ids.iter().all(|id| !plain.contains(&id.as_str()[..14])), "{plain}");
        let other = data_encoding::BASE64URL_NOPAD.encode(plain.replacen("1.", "2.", 1).as_bytes());
        let longer = data_encoding::BASE64URL_NOPAD.encode(format!("{plain}.x").as_bytes());
        for forged in [other, longer, format!("{text}A"), text[1..].to_owned()] {
            assert_eq!(PartsCursor::parse(&forged, &tenant("alder")), Err(InvalidPlace), "{forged}");
        }
    }
    for text in ["", "x", "MQ", "é"] {
        assert_eq!(PartsCursor::parse(text, &tenant("alder")), Err(InvalidPlace), "{text}");
    }
}

#[tokio::test]
async fn what_the_person_wants_no_more_is_told_as_taken_back_and_not_as_done() {
    let world = World::new(now(), 100);
    let id = hand_over(&world, 1, Kind::Restriction, "2026-03-06T12:00:00Z", &["alder", "birch"]).await;
    decide(&world, &id, "alder", Decision::Agree).await;
    for part in &mut world.stored().requests.heads.get_mut(&id).unwrap().routed {
        part.done_at = part.instruction.as_ref().map(|_| now());
    }
    assert_eq!(all(&world, "alder").await[0].standing.name(), "done");
    world.stored().requests.heads.get_mut(&id).unwrap().course.lifted.push(crate::ingest_gate::Flag::Restricted);
    assert_eq!(all(&world, "alder").await[0].standing.name(), "taken-back");
    assert_eq!(all(&world, "birch").await[0].standing.name(), "asked");
}
