mod logins;

use jiff::SignedDuration;

use super::*;
use crate::accept_request::{Ask, Naming, Sent, Terms, accept_request};
use crate::clock::model::Kind;
use crate::identity::Identity;
use crate::ids::{TenantId, UserId};
use crate::law::Law;
use crate::memory::{Strike, World};
use crate::subject_request::challenge::Challenge;
use crate::subject_request::{Agent, Channel, Contact, EmailAddress, Member};

const RING: &str = r#"{"current":"v1","v1":"0123456789abcdef0123456789abcdef"}"#;

fn now() -> Timestamp {
    "2026-03-05T12:00:00Z".parse().unwrap()
}

fn keys() -> SubjectKeys {
    SubjectKeys::parse(RING).unwrap()
}

async fn asked(world: &World, number: u8) -> ObligationId {
    let law = Law::built_in().unwrap();
    let ask = Ask::of(
        Kind::Erasure,
        Contact { email: EmailAddress::parse("mia@example.com").ok(), account: None },
        Channel::Web,
    );
    let keys = keys();
    let terms = Terms { keys: &keys, law: &law, stuck_after: SignedDuration::from_mins(10) };
    let accepted =
        accept_request(world, world, terms, Naming::Fresh(&[number; 20]), Sent { ask, source: None }, now()).await;
    accepted.unwrap().request.id
}

async fn asked_as(world: &World, number: u8, ask: Ask) -> ObligationId {
    let (law, keys) = (Law::built_in().unwrap(), keys());
    let terms = Terms { keys: &keys, law: &law, stuck_after: SignedDuration::from_mins(10) };
    let sent = Sent { ask, source: None };
    accept_request(world, world, terms, Naming::Fresh(&[number; 20]), sent, now()).await.unwrap().request.id
}

fn ask(kind: Kind) -> Ask {
    let contact = Contact { email: EmailAddress::parse("mia@example.com").ok(), account: None };
    Ask::of(kind, contact, Channel::Web)
}

async fn send_code(world: &World, id: &ObligationId, seed: u8) -> String {
    let (challenge, code) = Challenge::make(&keys(), id, Proof::EmailCode, &[seed; 24], now()).unwrap();
    world.issue(id, &challenge).await.unwrap();
    code.expose().to_owned()
}

async fn is_proved(world: &World, id: &ObligationId, code: &str, now: Timestamp) -> bool {
    matches!(verify_request(world, &keys(), id, code, now).await.unwrap(), Verified::Proved(_))
}

fn other_than(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

#[tokio::test]
async fn the_code_that_was_sent_verifies_the_request_and_nothing_else() {
    let world = World::new(now(), 100);
    let (mine, theirs) = (asked(&world, 1).await, asked(&world, 2).await);
    let before = world.stored().requests.heads[&theirs].clone();
    let code = send_code(&world, &mine, 9).await;
    assert!(is_proved(&world, &mine, &format!(" {} {} ", &code[..3], &code[3..]), now()).await);
    let request = world.stored().requests.heads[&mine].clone();
    assert_eq!(request.standing, Standing::InProgress { since: now() });
    assert_eq!((request.version, request.next_action_at), (2, Some(now())));
    assert_eq!(world.stored().requests.heads[&theirs], before);
    assert_eq!(world.stored().requests.acts[&mine], [Act::of_asker(Deed::Proved { proof: Proof::EmailCode }, now())]);
}

#[tokio::test]
async fn every_wrong_code_is_refused_alike() {
    let world = World::new(now(), 100);
    let (mine, theirs) = (asked(&world, 1).await, asked(&world, 2).await);
    let code = send_code(&world, &mine, 9).await;
    let code_of_another = send_code(&world, &theirs, 10).await;
    for bad in ["", "12345", "1234567", "abcdef", &code_of_another] {
        let world = World::new(now(), 100);
        let id = asked(&world, 1).await;
        send_code(&world, &id, 9).await;
        assert!(!is_proved(&world, &id, bad, now()).await, "{bad}");
    }
    let nobody = ObligationId::of_request(&[77; 20]);
    assert!(!is_proved(&world, &nobody, &code, now()).await, "no such request");
    assert!(!is_proved(&world, &mine, &code, now() + SignedDuration::from_mins(10)).await, "late");
    let newer = send_code(&world, &mine, 11).await;
    assert!(!is_proved(&world, &mine, &code, now()).await, "the one before the newest");
    assert!(is_proved(&world, &mine, &newer, now()).await);
    assert!(!is_proved(&world, &mine, &newer, now()).await, "used");
}

#[tokio::test]
async fn three_tries_are_counted_before_they_are_looked_at() {
    let world = World::new(now(), 100);
    let id = asked(&world, 1).await;
    let code = send_code(&world, &id, 9).await;
    for _ in 0..3 {
        assert!(!is_proved(&world, &id, &other_than(&code), now()).await);
    }
    assert!(!is_proved(&world, &id, &code, now()).await, "the fourth is too many, though it is right");
    let fresh = send_code(&world, &id, 12).await;
    assert!(is_proved(&world, &id, &fresh, now()).await);
}

#[tokio::test]
async fn a_lost_answer_shows_nothing_or_all() {
    for strike in (1..=3).flat_map(|call| [Strike::Before(call), Strike::After(call)]) {
        let world = World::new(now(), 100);
        let id = asked(&world, 1).await;
        let code = send_code(&world, &id, 9).await;
        world.strike(Some(strike));
        assert!(verify_request(&world, &keys(), &id, &code, now()).await.is_err(), "{strike:?}");
        let is_recorded = world.stored().requests.heads[&id].is_verified();
        // Tried again with the same code, it is verified in the end, once.
        assert!(is_proved(&world, &id, &code, now()).await || is_recorded, "{strike:?}");
        assert_eq!(world.stored().requests.heads[&id].proven.len(), 1, "{strike:?}");
        assert_eq!(world.stored().requests.acts[&id].len(), 1, "{strike:?}");
    }
}

#[tokio::test]
async fn what_is_kept_of_a_code_does_not_give_it_away() {
    let (keys, id) = (keys(), ObligationId::of_request(&[1; 20]));
    let mut seen = std::collections::BTreeSet::new();
    for number in 0..100_u64 {
        let mut seed = [0xff; 24];
        seed[..8].copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
        let (challenge, code) = Challenge::make(&keys, &id, Proof::EmailCode, &seed, now()).unwrap();
        assert_eq!(code.expose().len(), 6);
        assert!(!format!("{challenge:?}{code:?}").contains(code.expose()));
        seen.insert(code.expose().to_owned());
    }
    assert!(seen.len() > 95);
}

#[tokio::test]
async fn burnt_tries_are_those_of_one_code() {
    let world = World::new(now(), 100);
    let id = asked(&world, 1).await;
    for round in 0..5 {
        let code = send_code(&world, &id, 20 + round).await;
        for _ in 0..4 {
            assert!(!is_proved(&world, &id, &other_than(&code), now()).await);
        }
        assert!(!is_proved(&world, &id, &code, now()).await, "its tries are burnt");
    }
    let code = send_code(&world, &id, 40).await;
    assert!(is_proved(&world, &id, &code, now()).await);
}

/// What somebody does to one of two requests.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Move {
    Ask,
    Code,
    Wrong,
    Prove,
}

/// Every way to mix two sequences.
fn mixes(mine: &[Move], theirs: &[Move]) -> Vec<Vec<(bool, Move)>> {
    match (mine.split_first(), theirs.split_first()) {
        (None, _) => vec![theirs.iter().map(|next| (false, *next)).collect()],
        (_, None) => vec![mine.iter().map(|next| (true, *next)).collect()],
        (Some((mine_next, mine_rest)), Some((their_next, their_rest))) => {
            let begun = |is_mine, next, rest: Vec<Vec<_>>| {
                rest.into_iter().map(move |rest| [vec![(is_mine, next)], rest].concat()).collect::<Vec<_>>()
            };
            let with_mine = begun(true, *mine_next, mixes(mine_rest, theirs));
            [with_mine, begun(false, *their_next, mixes(mine, their_rest))].concat()
        }
    }
}

/// What was seen of a request from outside, and what is stored of it.
async fn play(moves: &[(bool, Move)], kind: Kind) -> (Vec<bool>, [Option<SubjectRequest>; 2]) {
    let world = World::new(now(), 100);
    let ids = [1, 2].map(|number| ObligationId::of_request(&[number; 20]));
    let mut codes = [String::new(), String::new()];
    let mut seen = Vec::new();
    for (is_mine, next) in moves {
        let (index, number) = if *is_mine { (0, 1) } else { (1, 2) };
        let appeal_of = (kind == Kind::Appeal).then(|| ObligationId::of_request(&[9; 20]));
        let answer = match next {
            Move::Ask => asked_as(&world, number, Ask { appeal_of, ..ask(kind) }).await == ids[index],
            Move::Code => {
                codes[index] = send_code(&world, &ids[index], 50 + number).await;
                true
            }
            Move::Wrong => is_proved(&world, &ids[index], &codes[1 - index], now()).await,
            Move::Prove => is_proved(&world, &ids[index], &codes[index], now()).await,
        };
        if *is_mine {
            seen.push(answer);
        }
    }
    let heads = world.stored().requests.heads.clone();
    (seen, ids.map(|id| heads.get(&id).cloned()))
}

#[tokio::test]
async fn an_unverified_twin_neither_delays_nor_merges_nor_shows() {
    let mine = [Move::Ask, Move::Code, Move::Prove];
    let theirs = [Move::Ask, Move::Code, Move::Wrong, Move::Wrong];
    for kind in Kind::ALL {
        let alone: Vec<(bool, Move)> = mine.iter().map(|next| (true, *next)).collect();
        let unverified: Vec<(bool, Move)> = theirs.iter().map(|next| (false, *next)).collect();
        let (expected, [verified, _]) = play(&alone, kind).await;
        let (_, [_, waiting]) = play(&unverified, kind).await;
        for moves in mixes(&mine, &theirs) {
            let (seen, stored) = play(&moves, kind).await;
            assert_eq!(seen, expected, "{kind:?} {moves:?}");
            assert_eq!(stored, [verified.clone(), waiting.clone()], "{kind:?} {moves:?}");
        }
    }
}
