//! Codes and acknowledgements: who gets which, and that a crash leaves one that works.

use super::*;
use crate::withdraw_request::{Withdrawal, withdraw_by_code};

#[tokio::test]
async fn the_acknowledgement_brings_the_code_and_goes_out_once() {
    let post = Post::new();
    let id = post.asked(ask(Kind::Access)).await;
    let job = post.job(&id, Notice::Acknowledgement, 1, "home");
    assert_eq!(post.tell(&job, now()).await.unwrap(), Told::Sent);
    assert_eq!(post.standing(&id), Standing::AwaitingVerification);
    assert_eq!(post.tell(&job, now()).await.unwrap(), Told::Idle, "delivered twice");
    let [letter] = &post.letters()[..] else { panic!("one letter") };
    assert_eq!(letter.to, "email#mia@example.com");
    let code = letter.code.clone().unwrap();
    let verified = verify_request(&post.world, &post.keys, &id, &code, now()).await.unwrap();
    assert!(matches!(verified, Verified::Proved(_)));
    // Its own alarm, not the one for stuck requests.
    let next = post.world.stored().requests.heads[&id].next_action_at;
    assert_eq!(next, Some(now()));
}

#[tokio::test]
async fn what_needs_no_proof_is_in_work_as_soon_as_it_is_acknowledged() {
    let post = Post::new();
    let id = post.asked(ask(Kind::OptOut)).await;
    post.tell(&post.job(&id, Notice::Acknowledgement, 1, "home"), now()).await.unwrap();
    assert_eq!(post.standing(&id), Standing::InProgress { since: now() });
    assert_eq!(post.letters()[0].code, None);
}

#[tokio::test]
async fn a_fresh_code_voids_the_old_one_and_verified_people_get_one_only_to_take_it_back() {
    let post = Post::new();
    let id = post.asked(ask(Kind::Access)).await;
    post.tell(&post.job(&id, Notice::Acknowledgement, 1, "home"), now()).await.unwrap();
    post.tell(&post.job(&id, Notice::Code, 1, "home"), now()).await.unwrap();
    let codes: Vec<String> = post.letters().into_iter().filter_map(|letter| letter.code).collect();
    let tried = async |code: &str| verify_request(&post.world, &post.keys, &id, code, now()).await.unwrap();
    assert!(matches!(tried(&codes[0]).await, Verified::Refused));
    assert!(matches!(tried(&codes[1]).await, Verified::Proved(_)));
    assert!(!post.world.stored().requests.heads[&id].has_code_to_send(), "nothing waits for it");
    assert_eq!(post.tell(&post.job(&id, Notice::Code, 2, "home"), now()).await.unwrap(), Told::Sent);
    let last = post.letters().pop().and_then(|letter| letter.code).unwrap();
    assert!(matches!(tried(&last).await, Verified::Refused), "it shows nothing more");
    let (world, keys) = (&post.world, &post.keys);
    post.tell(&post.job(&id, Notice::Code, 3, "home"), now()).await.unwrap();
    let last = post.letters().pop().and_then(|letter| letter.code).unwrap();
    assert!(matches!(
        withdraw_by_code(world, world, (world, keys), &id, &last, now()).await.unwrap(),
        Withdrawal::Done(_)
    ));
    assert_eq!(post.tell(&post.job(&id, Notice::Code, 4, "home"), now()).await.unwrap(), Told::Idle, "it is over");
}

#[tokio::test]
async fn whoever_asks_twice_before_the_first_code_is_noted_gets_one_that_works() {
    let post = Post::new();
    let id = post.asked(ask(Kind::Access)).await;
    post.tell(&post.job(&id, Notice::Acknowledgement, 1, "home"), now()).await.unwrap();
    let before = post.world.stored().requests.heads[&id].clone();
    let source = source_of(&post.keys, "home").unwrap();
    let first = post.job(&id, Notice::Code, before.next_round(Notice::Code), "home");
    post.tell(&first, now()).await.unwrap();
    // The second click has read the request as it was before the first letter was noted.
    send_code(&post.world, &post.world, &before, source).await.unwrap();
    assert_eq!(post.tell(&first, now()).await.unwrap(), Told::Sent);
    assert_eq!(post.tell(&first, now()).await.unwrap(), Told::Idle, "once more it is not");
    let codes: Vec<String> = post.letters().into_iter().filter_map(|letter| letter.code).collect();
    let tried = async |code: &str| verify_request(&post.world, &post.keys, &id, code, now()).await.unwrap();
    assert_eq!(codes.len(), 3);
    assert!(matches!(tried(&codes[1]).await, Verified::Refused));
    assert!(matches!(tried(&codes[2]).await, Verified::Proved(_)));
}

#[tokio::test]
async fn whoever_was_answered_with_a_bundle_gets_a_code_for_it_and_nobody_else() {
    for (kind, sent) in [(Kind::Access, Told::Sent), (Kind::Know, Told::Sent), (Kind::Erasure, Told::Idle)] {
        let post = Post::new();
        let id = post.asked(ask(kind)).await;
        post.tell(&post.job(&id, Notice::Acknowledgement, 1, "home"), now()).await.unwrap();
        let answered = Standing::Answered { at: now(), in_part: false };
        if let Some(request) = post.world.stored().requests.heads.get_mut(&id) {
            request.proven = request.needs.iter().map(|proof| Proven { proof: *proof, at: now() }).collect();
            request.standing = answered.clone();
        }
        assert_eq!(post.tell(&post.job(&id, Notice::Code, 1, "home"), now()).await.unwrap(), sent, "{kind:?}");
        assert_eq!(post.standing(&id), answered, "nothing else changes");
    }
}

#[tokio::test]
async fn a_handle_gets_its_code_where_it_is() {
    let post = Post::new();
    let account = ConnectedAccount {
        platform: Platform::parse("instagram").unwrap(),
        handle: Handle::parse("@Mia.Loves.Tea").unwrap(),
    };
    let contact = Contact { email: None, account: Some(account) };
    let id = post.asked(Ask { contact, ..ask(Kind::Erasure) }).await;
    post.tell(&post.job(&id, Notice::Acknowledgement, 1, "home"), now()).await.unwrap();
    assert_eq!(post.letters()[0].to, "instagram#mia.loves.tea");
    assert!(post.letters()[0].code.is_some());
}

#[tokio::test]
async fn a_code_goes_only_where_it_shows_something() {
    let post = Post::new();
    let (platform, handle) = (Platform::parse("instagram").unwrap(), Handle::parse("mia").unwrap());
    let account = Some(ConnectedAccount { platform, handle });
    let contact = Contact { account, ..ask(Kind::Erasure).contact };
    let id = post.asked(Ask { contact, ..ask(Kind::Erasure) }).await;
    for (notice, to) in [(Notice::Acknowledgement, "email#mia@example.com"), (Notice::Code, "instagram#mia")] {
        post.tell(&post.job(&id, notice, 1, "home"), now()).await.unwrap();
        let letter = post.letters().pop().unwrap();
        assert_eq!(letter.to, to);
        let code = letter.code.unwrap();
        let verified = verify_request(&post.world, &post.keys, &id, &code, now()).await.unwrap();
        assert!(matches!(verified, Verified::Proved(_)), "{to}");
    }
    let request = post.world.stored().requests.heads[&id].clone();
    assert!(request.is_verified() && request.identities().len() == 2);
}

#[tokio::test]
async fn a_crash_at_any_step_ends_with_a_code_that_works() {
    for strike in (1..=6).flat_map(|call| [Strike::Before(call), Strike::After(call)]) {
        let post = Post::new();
        let id = post.asked(ask(Kind::Access)).await;
        let job = post.job(&id, Notice::Acknowledgement, 1, "home");
        post.world.strike(Some(strike));
        post.tell(&job, now()).await.unwrap_err();
        post.world.strike(None);
        let told = post.tell(&job, now()).await.unwrap();
        let is_noted = matches!(strike, Strike::After(6));
        assert_eq!(told, if is_noted { Told::Idle } else { Told::Sent }, "{strike:?}");
        assert!(post.letters().len() <= 2, "{strike:?}");
        let code = post.letters().last().unwrap().code.clone().unwrap();
        let verified = verify_request(&post.world, &post.keys, &id, &code, now()).await.unwrap();
        assert!(matches!(verified, Verified::Proved(_)), "{strike:?}");
    }
}
