use jiff::SignedDuration;

use super::*;
use crate::accept_request::Ask;
use crate::clock::model::Kind;
use crate::keys::SubjectKeys;
use crate::law::Law;
use crate::legal_hold::Note;
use crate::memory::{Strike, World};
use crate::subject_request::notice::Notice;
use crate::subject_request::{Actor, Channel, Contact, EmailAddress, Proof, Turn};
use crate::tell_person::{Teller, Told};

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
async fn a_letter_without_an_address_of_ours_to_write_to_has_its_clock_and_stands_on_the_list() {
    for channel in [Channel::Letter, Channel::Phone, Channel::Email] {
        let world = World::new(at("2026-03-05T12:00:00Z"), 100);
        let (keys, law) = (SubjectKeys::parse(RING).unwrap(), Law::built_in().unwrap());
        let terms = Terms { keys: &keys, law: &law, stuck_after: SignedDuration::from_mins(10) };
        let Sent { mut ask, source } = call(Kind::Access);
        ask.contact.email = None;
        ask.channel = channel;
        ask.residence = Some("Berlin, Germany".to_owned());
        ask.check(at("2026-03-05T12:00:00Z")).unwrap();
        assert!(
            Ask { channel: Channel::Web, received_at: None, ..ask.clone() }.check(at("2026-03-05T12:00:00Z")).is_err()
        );
        let sent = Sent { ask, source };
        let now = at("2026-03-05T12:00:00Z");
        let noted = note_request(&world, &world, terms, "staff", sent, &by(), now).await.unwrap().request;
        assert_eq!(
            (noted.clocks.legal.date.to_string(), noted.needs.clone()),
            ("2026-04-01".to_owned(), vec![Proof::DataPoints])
        );
        let jobs = std::mem::take(&mut world.stored().requests.notices);
        let teller = Teller { book: &world, limits: &world, tenants: &world, messenger: &world, keys: &keys };
        assert_eq!(teller.tell(&jobs[0], &[9; 24], now).await.unwrap(), Told::Unreachable);
        let stored = world.stored().requests.heads[&noted.id].clone();
        assert_eq!(
            (stored.standing.name(), stored.turns()),
            ("awaiting-verification", vec![Turn::CompareData, Turn::Reach])
        );
        let verified = stored.prove(Proof::DataPoints, now).unwrap();
        assert!(verified.names_nobody() && verified.turns().contains(&Turn::FindPerson), "staff answer by hand");
    }
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
