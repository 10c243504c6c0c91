//! Letters to agents, and to the people they speak for.

use super::*;

/// A request that an agent made, answered or refused, or that takes longer.
async fn by_agent(post: &Post, kind: Kind) -> ObligationId {
    let agent = agent();
    post.asked(Ask { agent: Some(agent), residence: Some("Germany".to_owned()), ..ask(kind) }).await
}

fn end(post: &Post, id: &ObligationId, notice: Notice) {
    let mut stored = post.world.stored();
    let request = stored.requests.heads.get_mut(id).unwrap();
    if notice == Notice::Denial {
        request.standing = Standing::Denied { at: now(), reason: "excessive".to_owned() };
    } else if notice == Notice::Extension {
        let law = Law::built_in().unwrap();
        let row = law.row(&request.regime, request.kind).unwrap();
        request.clocks = request.clocks.extend(&row, request.received_at, "many", now()).unwrap();
    } else if notice == Notice::Answer {
        request.standing = Standing::Answered { at: now(), in_part: false };
    }
}

#[tokio::test]
async fn an_agent_hears_how_it_goes_on_and_so_does_the_person_each_once() {
    for (notice, to_agent) in [
        (Notice::Extension, Notice::AgentExtension),
        (Notice::Late, Notice::AgentLate),
        (Notice::Answer, Notice::AgentAnswer),
        (Notice::Denial, Notice::AgentDenial),
    ] {
        let post = Post::new();
        let id = by_agent(&post, Kind::Erasure).await;
        end(&post, &id, notice);
        let job = post.job(&id, notice, 1, "home");
        assert_eq!(post.tell(&job, now()).await.unwrap(), Told::Sent);
        assert_eq!(post.tell(&job, now()).await.unwrap(), Told::Idle, "delivered twice");
        let letters: Vec<(Notice, String)> =
            post.letters().into_iter().map(|letter| (letter.notice, letter.to)).collect();
        let expected = [(notice, "email#mia@example.com"), (to_agent, "email#agent@example.org")];
        assert_eq!(letters, expected.map(|(notice, to)| (notice, to.to_owned())));
        assert!(post.letters().iter().all(|letter| letter.code.is_none()));
    }
}

#[tokio::test]
async fn a_crash_between_the_two_letters_repeats_neither_that_went_out() {
    let count = |post: &Post, notice| post.letters().iter().filter(|letter| letter.notice == notice).count();
    for strike in (1..=12).flat_map(|call| [Strike::Before(call), Strike::After(call)]) {
        let post = Post::new();
        let id = by_agent(&post, Kind::Erasure).await;
        end(&post, &id, Notice::Answer);
        let job = post.job(&id, Notice::Answer, 1, "home");
        post.world.strike(Some(strike));
        let _first = post.tell(&job, now()).await;
        post.world.strike(None);
        let noted = post.world.stored().requests.heads[&id].was_told(Notice::Answer, 1);
        let before = count(&post, Notice::Answer);
        post.tell(&job, now()).await.unwrap();
        assert!(count(&post, Notice::AgentAnswer) >= 1, "{strike:?}");
        assert_eq!(count(&post, Notice::Answer), if noted { before } else { before + 1 }, "{strike:?}");
    }
}

#[tokio::test]
async fn whoever_has_no_agent_is_written_to_alone_and_an_address_that_is_flooded_gets_no_more_as_an_agent() {
    let post = Post::new();
    let id = post.asked(ask(Kind::Erasure)).await;
    end(&post, &id, Notice::Answer);
    post.tell(&post.job(&id, Notice::Answer, 1, "home"), now()).await.unwrap();
    assert_eq!(post.letters().len(), 1);
    let post = Post::new();
    for _ in 0..MORE_PER_ADDRESS + 10 {
        let id = by_agent(&post, Kind::OptOut).await;
        end(&post, &id, Notice::Answer);
        let job = NoticeJob { source: None, ..post.job(&id, Notice::Answer, 1, "home") };
        post.tell(&job, now()).await.unwrap();
    }
    let to_agent = post.letters().iter().filter(|letter| letter.to.contains("agent")).count();
    assert_eq!(to_agent, (MORE_PER_ADDRESS + PASSES) as usize, "nobody has shown that it is an agent's");
}

#[tokio::test]
async fn the_person_of_an_agent_is_asked_only_where_something_is_to_be_shown() {
    let post = Post::new();
    for (kind, asks) in [(Kind::Erasure, true), (Kind::OptOut, false)] {
        let id = by_agent(&post, kind).await;
        let request = post.world.stored().requests.heads[&id].clone();
        assert_eq!(request.asks_person(), asks, "{kind:?}");
    }
}

#[tokio::test]
async fn an_agent_hears_that_it_came_in_and_the_person_is_asked() {
    let post = Post::new();
    let email = EmailAddress::parse("agent@example.org").ok();
    let agent = Some(Agent { email, name: None, permission_sha256: None, has_power_of_attorney: false });
    let id = post.asked(Ask { agent, ..ask(Kind::Erasure) }).await;
    post.tell(&post.job(&id, Notice::Acknowledgement, 1, "home"), now()).await.unwrap();
    post.tell(&post.job(&id, Notice::AgentConfirmation, 1, "home"), now()).await.unwrap();
    let letters = post.letters();
    assert_eq!((letters[0].to.as_str(), letters[0].code.is_some()), ("email#agent@example.org", false));
    assert_eq!((letters[1].to.as_str(), letters[1].code.is_some()), ("email#mia@example.com", true));
}
