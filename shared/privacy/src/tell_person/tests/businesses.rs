//! Businesses: what they hear, and what is said where they cannot be reached.

use super::*;

#[tokio::test]
async fn a_business_hears_of_verified_requests_only_once_a_round_each() {
    let post = Post::new();
    let [alder, birch] = ["tenant-alder", "tenant-birch"].map(|tenant| TenantId::parse(tenant).unwrap());
    for tenant in [&alder, &birch] {
        let contact = EmailAddress::parse(&format!("privacy@{tenant}.example")).unwrap();
        post.world.stored().requests.tenant_contacts.insert(tenant.clone(), contact);
    }
    let id = post.asked(ask(Kind::Access)).await;
    let to = |tenant: &TenantId, notice, round| {
        let tenant = Some(tenant.clone());
        NoticeJob { tenant, ..post.job(&id, notice, round, "home") }
    };
    let notices = [Notice::TenantForward, Notice::TenantReminder, Notice::TenantTold];
    for notice in notices {
        assert_eq!(post.tell(&to(&alder, notice, 1), now()).await.unwrap(), Told::Idle, "nobody has verified it");
    }
    post.tell(&post.job(&id, Notice::Acknowledgement, 1, "home"), now()).await.unwrap();
    let code = post.letters()[0].code.clone().unwrap();
    verify_request(&post.world, &post.keys, &id, &code, now()).await.unwrap();
    let routed = post.job(&id, Notice::Routed, PASSED_ON, "home");
    assert_eq!(post.tell(&routed, now()).await.unwrap(), Told::Idle, "no business knows of it yet");
    for job in [to(&alder, Notice::TenantForward, 1), to(&birch, Notice::TenantForward, 1)] {
        assert_eq!(post.tell(&job, now()).await.unwrap(), Told::Sent);
        assert_eq!(post.tell(&job, now()).await.unwrap(), Told::Idle, "delivered twice");
    }
    assert_eq!(post.tell(&routed, now()).await.unwrap(), Told::Idle, "told with the first");
    let sent: Vec<(String, bool)> =
        post.letters().into_iter().skip(1).map(|letter| (letter.to, letter.code.is_some())).collect();
    let expected =
        ["email#privacy@tenant-alder.example", "email#mia@example.com", "email#privacy@tenant-birch.example"];
    assert_eq!(sent, expected.map(|to| (to.to_owned(), false)));
}

#[tokio::test]
async fn who_cannot_be_reached_is_noted_and_the_request_goes_on() {
    let post = Post::new();
    let id = post.asked(ask(Kind::Access)).await;
    post.world.stored().requests.unreachable.insert("email#mia@example.com".to_owned());
    let job = post.job(&id, Notice::Acknowledgement, 1, "home");
    assert_eq!(post.tell(&job, now()).await.unwrap(), Told::Unreachable);
    assert_eq!(post.tell(&job, now()).await.unwrap(), Told::Idle, "delivered twice");
    assert_eq!(post.standing(&id), Standing::AwaitingVerification);
    let undelivered = |post: &Post| post.world.stored().requests.heads[&id].undelivered.clone();
    assert_eq!(undelivered(&post), [Notice::Acknowledgement].into());
    let acts = post.world.stored().requests.acts[&id].clone();
    assert_eq!(
        acts.last().unwrap().deed,
        Deed::Bounced { notice: "acknowledgement".to_owned(), tenant: None, round: 1, cause: BounceCause::Unreachable }
    );
    // A business that names nobody.
    post.world.stored().requests.unreachable.clear();
    post.tell(&post.job(&id, Notice::Code, 1, "home"), now()).await.unwrap();
    let code = post.letters().last().unwrap().code.clone().unwrap();
    verify_request(&post.world, &post.keys, &id, &code, now()).await.unwrap();
    let tenant = TenantId::parse("tenant-cedar").ok();
    let job = NoticeJob { tenant, ..post.job(&id, Notice::TenantForward, 1, "home") };
    assert_eq!(post.tell(&job, now()).await.unwrap(), Told::Unreachable);
    assert_eq!(undelivered(&post), [Notice::Acknowledgement, Notice::TenantForward].into());
}

/// Gives a business its part in a request that is in work.
async fn route(post: &Post, id: &ObligationId, tenant: &TenantId) {
    let (law, by, at) = (Law::built_in().unwrap(), Actor::Service, instant::to_millis(now()));
    let request = post.world.stored().requests.heads[id].clone();
    let in_work = SubjectRequest { standing: Standing::InProgress { since: at }, ..request };
    let routed = route_request::route(&in_work, tenant, &law, by, at).unwrap().unwrap();
    assert!(post.world.record(&routed.request, &routed.act, None).await.unwrap());
}

#[tokio::test]
async fn a_business_that_names_nobody_is_asked_once_it_does_and_before_that_whoever_asked_hears_that_it_was_not() {
    let post = Post::new();
    let id = post.asked(ask(Kind::Access)).await;
    post.tell(&post.job(&id, Notice::Acknowledgement, 1, "home"), now()).await.unwrap();
    let code = post.letters()[0].code.clone().unwrap();
    verify_request(&post.world, &post.keys, &id, &code, now()).await.unwrap();
    let cedar = TenantId::parse("tenant-cedar").unwrap();
    route(&post, &id, &cedar).await;
    let forward = NoticeJob { tenant: Some(cedar.clone()), ..post.job(&id, Notice::TenantForward, 1, "home") };
    let routed = |round| post.job(&id, Notice::Routed, round, "home");
    let told = || post.world.stored().requests.heads[&id].told.get(&Notice::Routed).copied();
    assert_eq!(post.tell(&routed(NOT_REACHED), now()).await.unwrap(), Told::Idle, "nobody has tried");
    // Whichever call fails, it is told.
    post.world.strike(Some(Strike::After(4)));
    post.tell(&forward, now()).await.unwrap_err();
    post.world.strike(None);
    let mut acts = None;
    for _ in 0..3 {
        assert_eq!(post.tell(&forward, now()).await.unwrap(), Told::Unreachable);
        assert_eq!(post.tell(&routed(PASSED_ON), now()).await.unwrap(), Told::Idle, "nobody has it");
        assert_eq!(told(), Some(NOT_REACHED));
        let known = post.world.stored().requests.acts[&id].len();
        assert_eq!(*acts.get_or_insert(known), known, "noted once");
    }
    assert_eq!(post.letters().len(), 2, "told once that it could not be passed on");
    let contact = EmailAddress::parse("privacy@cedar.example").unwrap();
    post.world.stored().requests.tenant_contacts.insert(cedar, contact);
    // Whichever call fails, both hear of it in the end.
    post.world.strike(Some(Strike::After(4)));
    post.tell(&forward, now()).await.unwrap_err();
    post.world.strike(None);
    post.tell(&forward, now()).await.unwrap();
    let sent: Vec<String> = post.letters().into_iter().skip(1).map(|letter| letter.to).collect();
    assert_eq!(sent, ["email#mia@example.com", "email#privacy@cedar.example", "email#mia@example.com"]);
    assert_eq!(told(), Some(PASSED_ON));
    assert_eq!(post.tell(&forward, now()).await.unwrap(), Told::Idle);
    assert_eq!(post.tell(&routed(NOT_REACHED), now()).await.unwrap(), Told::Idle, "it is so no more");
    assert_eq!(post.letters().len(), 4);
}

#[tokio::test]
async fn of_several_businesses_one_that_is_reached_is_enough_and_nobody_hears_before_the_last_was_tried() {
    let [alder, birch] = ["tenant-alder", "tenant-birch"].map(|tenant| TenantId::parse(tenant).unwrap());
    for is_birch_reached in [false, true] {
        let post = Post::new();
        let id = post.asked(ask(Kind::Access)).await;
        post.tell(&post.job(&id, Notice::Acknowledgement, 1, "home"), now()).await.unwrap();
        let code = post.letters()[0].code.clone().unwrap();
        verify_request(&post.world, &post.keys, &id, &code, now()).await.unwrap();
        for tenant in [&alder, &birch] {
            route(&post, &id, tenant).await;
        }
        if is_birch_reached {
            let contact = EmailAddress::parse("privacy@birch.example").unwrap();
            post.world.stored().requests.tenant_contacts.insert(birch.clone(), contact);
        }
        let told = || post.world.stored().requests.heads[&id].told.get(&Notice::Routed).copied();
        let round = if is_birch_reached { PASSED_ON } else { NOT_REACHED };
        for (tenant, expected) in [(&alder, None), (&birch, Some(round)), (&alder, Some(round))] {
            let forward = NoticeJob { tenant: Some(tenant.clone()), ..post.job(&id, Notice::TenantForward, 1, "home") };
            post.tell(&forward, now()).await.unwrap();
            assert_eq!(told(), expected, "{tenant:?} {is_birch_reached}");
        }
    }
}
