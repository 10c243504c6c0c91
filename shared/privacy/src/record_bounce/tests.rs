use super::*;
use crate::accept_request::{Ask, Naming, Sent, Terms, accept_request};
use crate::clock::model::Kind;
use crate::keys::SubjectKeys;
use crate::law::Law;
use crate::memory::{Strike, World};
use crate::obligation::ObligationId;
use crate::subject_request::bounce::BounceCause;
use crate::subject_request::notice::Notice;
use crate::subject_request::{Channel, Contact, EmailAddress};

fn now() -> Timestamp {
    "2026-03-05T12:00:00Z".parse().unwrap()
}

async fn asked(world: &World) -> ObligationId {
    let keys = SubjectKeys::parse(r#"{"current":"v1","v1":"0123456789abcdef0123456789abcdef"}"#).unwrap();
    let ask = Ask {
        kind: Kind::Access,
        contact: Contact { email: EmailAddress::parse("mia@example.com").ok(), account: None },
        residence: None,
        agent: None,
        data_points: std::collections::BTreeMap::new(),
        declaration: None,
        has_account: false,
        about_child: false,
        appeal_of: None,
        details: None,
        channel: Channel::Web,
        received_at: None,
    };
    let law = Law::built_in().unwrap();
    let terms = Terms { keys: &keys, law: &law, stuck_after: jiff::SignedDuration::from_mins(10) };
    let sent = Sent { ask, source: None };
    accept_request(world, world, terms, Naming::Fresh(&[1; 20]), sent, now()).await.unwrap().request.id
}

fn report(request: &ObligationId, round: u32) -> BounceReport {
    let letter = LetterName { notice: Notice::Code, round, tenant: None };
    BounceReport { request: request.clone(), letter, cause: BounceCause::Bounce }
}

#[tokio::test]
async fn a_letter_that_came_back_is_written_once_and_changes_nothing_but_the_mark() {
    let world = World::new(now(), 100);
    let id = asked(&world).await;
    let before = world.stored().requests.heads[&id].clone();
    assert_eq!(record_bounce(&world, &report(&id, 1), now()).await.unwrap(), Recorded::New);
    assert_eq!(record_bounce(&world, &report(&id, 1), now()).await.unwrap(), Recorded::Known, "delivered twice");
    let after = world.stored().requests.heads[&id].clone();
    let expected = SubjectRequest { version: before.version + 1, undelivered: [Notice::Code].into(), ..before };
    assert_eq!(after, expected);
    assert_eq!(world.stored().requests.acts[&id].len(), 1);
}

#[tokio::test]
async fn an_older_letter_leaves_the_mark_of_a_newer_one_alone() {
    let world = World::new(now(), 100);
    let id = asked(&world).await;
    world.stored().requests.heads.get_mut(&id).unwrap().told.insert(Notice::Code, 2);
    assert_eq!(record_bounce(&world, &report(&id, 1), now()).await.unwrap(), Recorded::New);
    assert!(world.stored().requests.heads[&id].undelivered.is_empty());
    record_bounce(&world, &report(&id, 2), now()).await.unwrap();
    assert_eq!(world.stored().requests.heads[&id].undelivered, [Notice::Code].into());
}

async fn told(world: &World, id: &ObligationId, notice: Notice, round: u32) {
    let request = world.stored().requests.heads[id].clone();
    let mut told = SubjectRequest { version: request.version + 1, ..request };
    told.told.insert(notice, round);
    told.undelivered.remove(&notice);
    let act = Act::of_service(Deed::Told { notice: notice.as_str().to_owned(), tenant: None }, now());
    assert!(world.record(&told, &act, None).await.unwrap());
}

#[tokio::test]
async fn what_is_told_anew_in_the_same_round_may_come_back_anew_and_is_written_once_more() {
    let world = World::new(now(), 100);
    let id = asked(&world).await;
    let letter = LetterName { notice: Notice::Answer, round: 1, tenant: None };
    let answer = BounceReport { request: id.clone(), letter, cause: BounceCause::Bounce };
    let bounce = async || record_bounce(&world, &answer, now()).await.unwrap();
    let is_marked = || world.stored().requests.heads[&id].undelivered.contains(&Notice::Answer);
    told(&world, &id, Notice::Answer, 1).await;
    assert_eq!((bounce().await, bounce().await, is_marked()), (Recorded::New, Recorded::Known, true));
    // A bundle is ordered again, an appeal is upheld.
    world.stored().requests.heads.get_mut(&id).unwrap().told.remove(&Notice::Answer);
    assert_eq!(bounce().await, Recorded::Known, "nothing went out since");
    told(&world, &id, Notice::Answer, 1).await;
    told(&world, &id, Notice::Code, 1).await;
    assert_eq!((bounce().await, bounce().await, is_marked()), (Recorded::New, Recorded::Known, true));
}

#[tokio::test]
async fn what_came_back_is_written_once_though_a_newer_letter_of_its_kind_went_out_since() {
    let world = World::new(now(), 100);
    let id = asked(&world).await;
    told(&world, &id, Notice::Code, 1).await;
    assert_eq!(record_bounce(&world, &report(&id, 1), now()).await.unwrap(), Recorded::New);
    told(&world, &id, Notice::Code, 2).await;
    assert_eq!(record_bounce(&world, &report(&id, 1), now()).await.unwrap(), Recorded::Known);
    assert!(world.stored().requests.heads[&id].undelivered.is_empty());
}

#[tokio::test]
async fn what_is_gone_stays_gone_and_a_crash_at_any_step_is_made_good() {
    let world = World::new(now(), 100);
    let gone = ObligationId::of_request(&[9; 20]);
    assert_eq!(record_bounce(&world, &report(&gone, 1), now()).await.unwrap(), Recorded::Gone);
    for strike in (1..=3).flat_map(|call| [Strike::Before(call), Strike::After(call)]) {
        let world = World::new(now(), 100);
        let id = asked(&world).await;
        world.strike(Some(strike));
        record_bounce(&world, &report(&id, 1), now()).await.unwrap_err();
        world.strike(None);
        record_bounce(&world, &report(&id, 1), now()).await.unwrap();
        assert_eq!(world.stored().requests.acts[&id].len(), 1, "{strike:?}");
    }
}
