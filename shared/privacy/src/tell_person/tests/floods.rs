//! Floods of letters to one address.

use super::*;
use crate::close_request::{Erasures, Step, steps};
use crate::subject_request::Turn;

/// What a source had an address told, of requests of its own.
async fn flood(post: &Post, sources: u32, each: u32) -> u32 {
    let mut sent = 0;
    for number in 0..sources * each {
        let id = post.asked_many(ask(Kind::Erasure)).await;
        let source = format!("bot {}", number % sources);
        let told = post.tell(&post.job(&id, Notice::Acknowledgement, 1, &source), now()).await.unwrap();
        sent += u32::from(told == Told::Sent);
    }
    sent
}

#[tokio::test]
async fn no_number_of_sources_has_an_address_written_to_beyond_its_ceiling_nor_a_code_guessed() {
    for (sources, each, expected) in [
        // One place: its first and some more.
        (1, 60, FIRST_PER_SOURCE + MORE_PER_SOURCE),
        (10, 30, FIRST_PER_ADDRESS + MORE_PER_ADDRESS),
        // A net of them, each with a letter or two.
        (200, 2, FIRST_PER_ADDRESS + MORE_PER_ADDRESS),
    ] {
        let post = Post::new();
        assert_eq!(flood(&post, sources, each).await, expected, "{sources} sources");
        let letters = post.letters();
        let passes = letters.iter().filter(|letter| letter.pass.is_some()).count();
        assert_eq!((passes, letters.len()), (PASSES as usize, expected as usize + PASSES as usize));
        assert!(letters.iter().all(|letter| letter.code.is_some() != letter.pass.is_some()));
        let guesses = letters.iter().filter(|letter| letter.code.is_some()).count() * usize::from(TRIES);
        assert!(guesses <= (CEILING * u32::from(TRIES)) as usize && guesses < 400, "of a million");
    }
}

#[tokio::test]
async fn whoever_reads_the_mailbox_gets_through_a_flood_of_it_and_nobody_else_does() {
    let post = Post::new();
    // One place that floods keeps nobody away.
    flood(&post, 1, 60).await;
    let hers = post.asked_many(ask(Kind::Erasure)).await;
    let told = post.tell(&post.job(&hers, Notice::Acknowledgement, 1, "home"), now()).await.unwrap();
    assert_eq!(told, Told::Sent);
    // A net does, until she enters what only the mailbox has.
    flood(&post, 200, 2).await;
    let mine = post.asked_many(ask(Kind::Erasure)).await;
    let told = post.tell(&post.job(&mine, Notice::Acknowledgement, 1, "home"), now()).await.unwrap();
    assert_eq!(told, Told::Withheld);
    let pass = post.letters().into_iter().rev().find_map(|letter| letter.pass).unwrap();
    let request = post.world.stored().requests.heads[&mine].clone();
    for (guess, hours) in [("1234567890123456", 0), (&pass[..6], 0), ("", 0), (&pass[..], 48)] {
        let later = now() + SignedDuration::from_hours(hours);
        assert_eq!(measure::by_pass(&post.keys, &request, guess, later), None, "{guess}");
    }
    let other = Contact { email: EmailAddress::parse("tim@example.com").ok(), account: None };
    let other = SubjectRequest { contact: other, ..request.clone() };
    assert_eq!(measure::by_pass(&post.keys, &other, &pass, now()), None, "of another address");
    for round in 1..=3 {
        let source = measure::by_pass(&post.keys, &request, &pass, now());
        let job = NoticeJob { source, ..post.job(&mine, Notice::Code, round, "home") };
        assert_eq!(post.tell(&job, now()).await.unwrap(), Told::Sent);
    }
    let code = post.letters().last().unwrap().code.clone().unwrap();
    assert!(matches!(verify_request(&post.world, &post.keys, &mine, &code, now()).await.unwrap(), Verified::Proved(_)));
    // What was shown to be hers is told whatever else comes in, also a code for her copy.
    let proven = vec![Proven { proof: Proof::EmailCode, at: now() }];
    let standing = Standing::Answered { at: now(), in_part: false };
    let copy = post.asked_many(ask(Kind::Access)).await;
    if let Some(copy) = post.world.stored().requests.heads.get_mut(&copy) {
        (copy.proven, copy.standing) = (proven, standing);
    }
    let job = post.job(&copy, Notice::Code, 1, "home");
    assert_eq!(post.tell(&job, now()).await.unwrap(), Told::Sent);
    // Even so there is an end.
    let mut sent = 0;
    for round in 2..100 {
        let told = post.tell(&post.job(&copy, Notice::Code, round, "home"), now()).await.unwrap();
        sent += u32::from(told == Told::Sent);
    }
    assert_eq!(sent, RESERVED - 4);
    assert!(post.letters().len() <= CEILING as usize);
    // What was held back is not lost: it is told a day later.
    let held: Vec<SubjectRequest> = {
        let stored = post.world.stored();
        stored.requests.heads.values().filter(|request| request.standing == Standing::Received).cloned().collect()
    };
    let tomorrow = now() + SignedDuration::from_hours(24);
    assert!(!held.is_empty() && held.iter().all(|request| request.next_action_at == Some(tomorrow)));
    let late = NoticeJob { source: None, ..post.job(&held[0].id, Notice::Acknowledgement, 1, "home") };
    assert_eq!(post.tell(&late, tomorrow).await.unwrap(), Told::Sent);
}

#[tokio::test]
async fn what_somebody_has_shown_of_themselves_takes_nothing_of_what_is_kept_for_another() {
    let post = Post::new();
    let handle = Handle::parse("mia").unwrap();
    let account = ConnectedAccount { platform: Platform::parse("instagram").unwrap(), handle };
    let agent = Agent { email: EmailAddress::parse("mia@example.com").ok(), ..agent() };
    let email = EmailAddress::parse("tim@example.com").ok();
    let contact = Contact { email: email.clone(), account: Some(account.clone()) };
    let asked = Ask { contact, ..ask(Kind::Access) };
    let of_handle = post.asked_many(asked.clone()).await;
    let of_agent = post.asked_many(Ask { agent: Some(agent), ..asked }).await;
    for (id, notice, recipient) in [
        (of_handle, Notice::Code, Recipient::Account(&account)),
        (of_agent, Notice::AgentAnswer, Recipient::Email(&EmailAddress::parse("mia@example.com").unwrap())),
    ] {
        let mut request = post.world.stored().requests.heads[&id].clone();
        request.proven = vec![Proven { proof: Proof::EmailCode, at: now() }];
        assert!(request.has_shown(&Recipient::Email(email.as_ref().unwrap())) && !request.has_shown(&recipient));
        if notice == Notice::AgentAnswer {
            request.standing = Standing::Answered { at: now(), in_part: false };
        }
        post.world.stored().requests.heads.insert(id.clone(), request);
        let mut sent = 0;
        for round in 1..100 {
            let job = NoticeJob { source: None, ..post.job(&id, notice, round, "home") };
            sent += u32::from(post.tell(&job, now()).await.unwrap() == Told::Sent);
        }
        assert_eq!(sent, MORE_PER_ADDRESS, "{notice:?}");
    }
}

/// A copy that was asked for by Mia or by an agent whom she has confirmed, answered: a code to her opens it.
async fn shown_copy(post: &Post, agent: Option<Agent>) -> ObligationId {
    let id = post.asked_many(Ask { agent, ..ask(Kind::Access) }).await;
    let mut stored = post.world.stored();
    let copy = stored.requests.heads.get_mut(&id).unwrap();
    copy.proven = [Proof::EmailCode, Proof::AgentPermission].map(|proof| Proven { proof, at: now() }).into();
    copy.standing = Standing::Answered { at: now(), in_part: false };
    id
}

#[tokio::test]
async fn an_agent_whom_somebody_has_confirmed_uses_up_nothing_that_is_kept_for_them() {
    let post = Post::new();
    for agents_request in [1, 2] {
        let of_agent = shown_copy(&post, Some(agent())).await;
        let mut sent = 0;
        for round in 1..100 {
            let told = post.tell(&post.job(&of_agent, Notice::Code, round, "agent's place"), now()).await.unwrap();
            sent += u32::from(told == Told::Sent);
        }
        assert_eq!(sent, if agents_request == 1 { OF_AGENTS } else { 0 }, "all of an address's agents together");
    }
    let own = shown_copy(&post, None).await;
    for round in 1..=RESERVED {
        assert_eq!(post.tell(&post.job(&own, Notice::Code, round, "home"), now()).await.unwrap(), Told::Sent);
    }
    assert!(post.letters().len() <= CEILING as usize);
    // And what an agent asked for opens by what only the mailbox has.
    let post = Post::new();
    let of_agent = shown_copy(&post, Some(agent())).await;
    for round in 1..=OF_AGENTS + 1 {
        post.tell(&post.job(&of_agent, Notice::Code, round, "agent's place"), now()).await.unwrap();
    }
    let pass = post.letters().into_iter().rev().find_map(|letter| letter.pass).unwrap();
    let request = post.world.stored().requests.heads[&of_agent].clone();
    let source = measure::by_pass(&post.keys, &request, &pass, now());
    let job = NoticeJob { source, ..post.job(&of_agent, Notice::Code, 50, "home") };
    assert_eq!(post.tell(&job, now()).await.unwrap(), Told::Sent);
}

#[tokio::test]
async fn a_code_for_what_staff_noted_down_counts_like_any_other() {
    let post = Post::new();
    let id = post.asked_many(Ask { channel: Channel::Phone, ..ask(Kind::Access) }).await;
    let mut sent = 0;
    for round in 1..200 {
        let job = post.job(&id, Notice::Code, round, &format!("bot {round}"));
        sent += u32::from(post.tell(&job, now()).await.unwrap() == Told::Sent);
    }
    assert_eq!(sent, FIRST_PER_ADDRESS + MORE_PER_ADDRESS);
}

#[tokio::test]
async fn what_a_verified_request_is_told_is_never_held_back_and_what_needs_no_proof_is() {
    let post = Post::new();
    let id = post.asked(ask(Kind::OptOut)).await;
    let mut request = post.world.stored().requests.heads[&id].clone();
    let letters = [Notice::Extension, Notice::Answer, Notice::Denial];
    assert!(letters.iter().all(|notice| request.is_limited(*notice)), "anybody can have it sent to anybody");
    request.channel = Channel::Phone;
    assert!(letters.iter().all(|notice| !request.is_limited(*notice)), "staff have noted it down");
    assert!(!request.is_limited(Notice::Acknowledgement));
    let id = post.asked(ask(Kind::Access)).await;
    post.tell(&post.job(&id, Notice::Acknowledgement, 1, "home"), now()).await.unwrap();
    let code = post.letters()[0].code.clone().unwrap();
    verify_request(&post.world, &post.keys, &id, &code, now()).await.unwrap();
    let request = post.world.stored().requests.heads[&id].clone();
    assert!(letters.iter().all(|notice| !request.is_limited(*notice)));
    // What else was shown says nothing of the address: a declaration that anybody can type, the login of somebody else.
    let proven = |proof| vec![Proven { proof, at: now() }];
    let declared = SubjectRequest { proven: proven(Proof::Declaration), ..request.clone() };
    let logged_in = SubjectRequest { proven: proven(Proof::AccountLogin), ..request };
    for request in [&declared, &logged_in] {
        assert!(letters.iter().all(|notice| request.is_limited(*notice)), "{:?}", request.proven);
    }
    let vouched = SubjectRequest { is_address_vouched: true, ..logged_in };
    assert!(letters.iter().all(|notice| !vouched.is_limited(*notice)));
}

#[tokio::test]
async fn whoever_asks_for_everything_from_one_place_hears_of_each() {
    let post = Post::new();
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Appeal) {
        let id = post.asked(ask(kind)).await;
        assert_eq!(
            post.tell(&post.job(&id, Notice::Acknowledgement, 1, "home"), now()).await.unwrap(),
            Told::Sent,
            "{kind:?}"
        );
    }
}

#[tokio::test]
async fn a_flood_keeps_nobody_s_appeal_or_complaint_from_being_worked_at() {
    for kind in [Kind::Appeal, Kind::Complaint] {
        let post = Post::new();
        let residence = Some("Virginia".to_owned());
        flood(&post, 200, 2).await;
        let id = post.asked_many(Ask { residence, ..ask(kind) }).await;
        let told = post.tell(&post.job(&id, Notice::Acknowledgement, 1, "home"), now()).await.unwrap();
        assert_eq!(told, Told::Withheld, "{kind:?}");
        let request = post.world.stored().requests.heads[&id].clone();
        assert_eq!((&request.standing, request.next_action_at), (&Standing::InProgress { since: now() }, Some(now())));
        assert!(request.turns().contains(&Turn::Answer), "{kind:?}");
        assert!(!steps(&request, &Erasures::default(), now()).contains(&Step::Verify), "{kind:?}");
        assert!(!request.was_told(Notice::Acknowledgement, 1), "that it came in is told later");
        // Told once more on the same day, nothing changes.
        post.tell(&post.job(&id, Notice::Acknowledgement, 1, "home"), now()).await.unwrap();
        assert_eq!(post.world.stored().requests.heads[&id], request);
    }
}
