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

fn login(user: &str, token: &str) -> Login {
    let member = Member { tenant: TenantId::parse("alder").unwrap(), user: UserId::parse(user).unwrap() };
    Login { member, email: None, token_id: token.to_owned(), expires_at: now() + SignedDuration::from_mins(2) }
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

async fn log_in(world: &World, id: &ObligationId, login: &Login) -> bool {
    matches!(verify_login(world, world, &keys(), id, login, now()).await.unwrap(), Verified::Proved(_))
}

#[tokio::test]
async fn letters_about_an_account_go_where_the_dashboard_reaches_its_member_and_not_where_somebody_typed() {
    for email in [None, EmailAddress::parse("maren@alder.example").ok()] {
        let world = World::new(now(), 100);
        let id = asked_as(&world, 1, Ask { has_account: true, ..ask(Kind::Access) }).await;
        assert!(!world.stored().requests.heads[&id].is_reached_as_typed(), "nobody has logged in");
        assert!(log_in(&world, &id, &Login { email: email.clone(), ..login("7", "token-1") }).await);
        let request = world.stored().requests.heads[&id].clone();
        assert_eq!(request.contact.email == email, email.is_some());
        assert_eq!((request.is_reached_as_shown(), request.is_reached_as_typed()), (email.is_some(), email.is_none()));
        assert_eq!(request.identities(), [login("7", "").member.identity()], "an address opens nothing by it");
    }
}

#[tokio::test]
async fn a_login_shows_who_asks_once_and_for_one_request() {
    let world = World::new(now(), 100);
    let mine = asked_as(&world, 1, Ask { has_account: true, ..ask(Kind::Access) }).await;
    let other = asked_as(&world, 2, Ask { has_account: true, ..ask(Kind::Access) }).await;
    assert!(log_in(&world, &mine, &login("7", "token-1")).await);
    let request = world.stored().requests.heads[&mine].clone();
    assert_eq!(request.standing, Standing::InProgress { since: now() });
    assert_eq!(request.identities(), [login("7", "").member.identity()]);
    // The same again, for this request and for another; and a second one for a request that waits for nothing.
    assert!(!log_in(&world, &mine, &login("7", "token-1")).await);
    assert!(!log_in(&world, &other, &login("7", "token-1")).await);
    assert!(!log_in(&world, &mine, &login("8", "token-2")).await);
    assert_eq!(world.stored().requests.heads[&mine], request);
    assert!(!log_in(&world, &ObligationId::of_request(&[9; 20]), &login("7", "token-3")).await);
    // What showed nothing was not used up.
    assert!(log_in(&world, &other, &login("7", "token-2")).await);
}

#[tokio::test]
async fn a_login_stands_for_what_the_person_has_not_shown_and_for_no_agent() {
    let world = World::new(now(), 100);
    let california = || Ask { residence: Some("California".to_owned()), ..ask(Kind::Access) };
    let mine = asked_as(&world, 1, california()).await;
    let code = send_code(&world, &mine, 9).await;
    assert!(is_proved(&world, &mine, &code, now()).await);
    let at_the_address = Login { email: EmailAddress::parse("mia@example.com").ok(), ..login("7", "token-1") };
    assert!(log_in(&world, &mine, &at_the_address).await);
    let request = world.stored().requests.heads[&mine].clone();
    assert_eq!(request.needs, [Proof::EmailCode, Proof::AccountLogin]);
    assert_eq!(request.identities().len(), 2);
    let agent =
        Agent { email: None, name: Words::parse("Leo").ok(), permission_sha256: None, has_power_of_attorney: false };
    for (number, ask) in [
        (2, Ask { agent: Some(agent), ..california() }),
        (3, Ask { about_child: true, ..ask(Kind::Erasure) }),
        (4, ask(Kind::OptOut)),
    ] {
        let id = asked_as(&world, number, ask).await;
        assert!(!log_in(&world, &id, &login("7", &format!("token-{number}"))).await, "{number}");
    }
}

#[tokio::test]
async fn a_login_of_another_address_waives_nothing_of_what_the_law_wants_for_one_that_a_code_has_shown() {
    let other = EmailAddress::parse("maren@alder.example").ok();
    for (kind, left) in [
        (Kind::Access, &[Proof::DataPoints, Proof::Declaration][..]),
        (Kind::Erasure, &[Proof::DataPoints]),
        (Kind::Restriction, &[]),
    ] {
        for email in [None, other.clone()] {
            let world = World::new(now(), 100);
            let california = || Ask { residence: Some("California".to_owned()), ..ask(kind) };
            let mine = asked_as(&world, 1, california()).await;
            let code = send_code(&world, &mine, 9).await;
            assert!(is_proved(&world, &mine, &code, now()).await);
            let is_taken = log_in(&world, &mine, &Login { email: email.clone(), ..login("7", "token-1") }).await;
            let request = world.stored().requests.heads[&mine].clone();
            assert_eq!(request.missing().collect::<Vec<_>>(), left, "{kind:?} {email:?}");
            // One that nothing is wanted of any more is in work.
            assert_eq!((is_taken, request.is_verified()), (!left.is_empty(), left.is_empty()), "{kind:?}");
            assert_eq!(request.identities().is_empty(), !left.is_empty(), "{kind:?}: nothing is touched before");
            // Where no code has shown the address, nothing is done with it: it is about the account alone.
            let alone = asked_as(&world, 2, california()).await;
            assert!(log_in(&world, &alone, &Login { email: email.clone(), ..login("7", "token-2") }).await);
            let request = world.stored().requests.heads[&alone].clone();
            assert_eq!(request.identities(), [login("7", "").member.identity()], "{kind:?} {email:?}");
        }
    }
}

#[tokio::test]
async fn an_address_that_a_code_has_shown_stays_when_a_login_names_another() {
    let world = World::new(now(), 100);
    let elsewhere = EmailAddress::parse("maren@alder.example").unwrap();
    let with_address = |token: &str| Login { email: Some(elsewhere.clone()), ..login("7", token) };
    let both = [Identity::Email(EmailAddress::parse("mia@example.com").unwrap()), login("7", "").member.identity()];
    let mine = asked_as(&world, 1, Ask { residence: Some("California".to_owned()), ..ask(Kind::Access) }).await;
    let code = send_code(&world, &mine, 9).await;
    assert!(is_proved(&world, &mine, &code, now()).await);
    assert!(log_in(&world, &mine, &with_address("token-1")).await);
    // What California wants beside the code is shown by its own ways.
    let mut request = world.stored().requests.heads[&mine].clone();
    assert!(request.is_reached_as_shown() && request.identities().is_empty());
    for proof in [Proof::DataPoints, Proof::Declaration] {
        request = request.prove(proof, now()).unwrap();
    }
    assert!(request.is_verified() && request.is_reached_as_shown());
    assert_eq!(request.identities(), both, "whoever has the dashboard's address has entered no code");
    // A code that is on its way to what was typed shows that, and not what the dashboard names meanwhile.
    let other = asked_as(&world, 2, ask(Kind::Access)).await;
    let needs = vec![Proof::EmailCode, Proof::AccountLogin];
    world.stored().requests.heads.get_mut(&other).unwrap().needs = needs;
    let code = send_code(&world, &other, 10).await;
    assert!(log_in(&world, &other, &with_address("token-2")).await);
    assert!(is_proved(&world, &other, &code, now()).await);
    assert_eq!(world.stored().requests.heads[&other].identities(), both);
}

#[tokio::test]
async fn a_login_that_is_lost_half_way_is_made_good_by_the_next() {
    for strike in (1..=4).flat_map(|call| [Strike::Before(call), Strike::After(call)]) {
        let world = World::new(now(), 100);
        let id = asked_as(&world, 1, Ask { has_account: true, ..ask(Kind::Access) }).await;
        world.strike(Some(strike));
        let first = verify_login(&world, &world, &keys(), &id, &login("7", "token-1"), now()).await;
        world.strike(None);
        let second = log_in(&world, &id, &login("7", "token-2")).await;
        let is_done = matches!(first, Ok(Verified::Proved(_))) || second;
        let request = world.stored().requests.heads[&id].clone();
        assert!(request.is_verified() && request.proven.len() == 1, "{strike:?}");
        assert!(is_done || first.is_err(), "{strike:?}");
    }
}

#[tokio::test]
async fn a_declaration_is_kept_where_it_is_asked_for_and_shows_nobody() {
    let world = World::new(now(), 100);
    let name = Words::parse("Mia Example").unwrap();
    let california = Ask { residence: Some("California".to_owned()), ..ask(Kind::Access) };
    let (mine, other) = (asked_as(&world, 1, california).await, asked_as(&world, 2, ask(Kind::Access)).await);
    assert!(matches!(declare(&world, &mine, &name, now()).await.unwrap(), Verified::Proved(_)));
    let request = world.stored().requests.heads[&mine].clone();
    assert_eq!(request.declaration, Some(name.clone()));
    assert!(!request.is_verified() && request.identities().is_empty());
    assert!(matches!(declare(&world, &mine, &name, now()).await.unwrap(), Verified::Refused), "once");
    assert!(matches!(declare(&world, &other, &name, now()).await.unwrap(), Verified::Refused), "not asked for");
    assert_eq!(world.stored().requests.heads[&other].declaration, None);
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
