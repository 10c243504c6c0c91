use jiff::SignedDuration;

use super::*;
use crate::accept_request::Ask;
use crate::clock::model::Kind;
use crate::keys::SubjectKeys;
use crate::law::Law;
use crate::legal_hold::Note;
use crate::memory::{Strike, World};
use crate::subject_request::notice::Notice;
use crate::subject_request::{Actor, Channel, Contact, EmailAddress};

const RING: &str = r#"{"current":"v1","v1":"0123456789abcdef0123456789abcdef"}"#;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn by() -> By {
    By { actor: Actor::Staff("alex".to_owned()), why: Note::parse("Called the office.").unwrap() }
}

fn call(kind: Kind) -> Sent {
    let ask = Ask {
        kind,
        contact: Contact { email: EmailAddress::parse("mia@example.com").ok(), account: None },
        residence: None,
        agent: None,
        data_points: std::collections::BTreeMap::new(),
        declaration: None,
        has_account: false,
        about_child: false,
        appeal_of: None,
        details: None,
        channel: Channel::Phone,
        received_at: Some(at("2026-03-02T22:30:00Z")),
    };
    Sent { ask, source: None }
}

async fn note(world: &World, kind: Kind) -> Result<AcceptedRequest, Fault> {
    let (keys, law) = (SubjectKeys::parse(RING).unwrap(), Law::built_in().unwrap());
    let terms = Terms { keys: &keys, law: &law, stuck_after: SignedDuration::from_mins(10) };
    note_request(world, world, terms, "staff", call(kind), &by(), at("2026-03-05T12:00:00Z")).await
}

#[tokio::test]
async fn a_call_counts_from_when_it_came_and_is_acknowledged_and_says_who_noted_it() {
    let world = World::new(at("2026-03-05T12:00:00Z"), 100);
    let accepted = note(&world, Kind::Access).await.unwrap();
    let request = accepted.request;
    assert_eq!((request.received_at, request.channel), (at("2026-03-02T22:30:00Z"), Channel::Phone));
    let deed = by().did(Deed::Received, at("2026-03-05T12:00:00Z"));
    assert_eq!(world.stored().requests.acts[&request.id], [deed]);
    assert_eq!(world.stored().requests.heads[&request.id].version, 2);
    let notices = world.stored().requests.notices.clone();
    assert_eq!(notices.iter().map(|job| job.notice).collect::<Vec<_>>(), [Notice::Acknowledgement]);
}

#[tokio::test]
async fn noted_again_or_after_a_crash_at_any_call_it_is_one_request_with_one_note() {
    for strike in (1..=6).flat_map(|call| [Strike::Before(call), Strike::After(call)]) {
        let world = World::new(at("2026-03-05T12:00:00Z"), 100);
        world.strike(Some(strike));
        let _first = note(&world, Kind::Access).await;
        world.strike(None);
        let second = note(&world, Kind::Access).await.unwrap();
        let third = note(&world, Kind::Access).await.unwrap();
        assert_eq!(second.request.id, third.request.id, "{strike:?}");
        assert_eq!(world.stored().requests.heads.len(), 1, "{strike:?}");
        assert_eq!(world.stored().requests.acts[&third.request.id].len(), 1, "{strike:?}");
    }
    let world = World::new(at("2026-03-05T12:00:00Z"), 100);
    note(&world, Kind::Access).await.unwrap();
    note(&world, Kind::Erasure).await.unwrap();
    assert_eq!(world.stored().requests.heads.len(), 2, "another ask is another request");
}
