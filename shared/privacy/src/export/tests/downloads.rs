use super::*;

#[tokio::test]
async fn a_download_needs_a_code_that_was_sent_for_it() {
    let office = Office::with_mia(2);
    let id = office.asked(Kind::Access).await;
    let early = office.code(&id, 1).await;
    office.world.pass(SignedDuration::from_mins(1));
    let give = |code: String| {
        let (world, keys, id, now) = (&office.world, &office.keys, id.clone(), office.now());
        async move { download_bundle(world, world, keys, &id, (&code, None), now).await.unwrap() }
    };
    assert!(give(early.clone()).await.is_none(), "there is no bundle");
    office.make(&job(&id)).await;
    assert!(give(early).await.is_none(), "it was for something else");
    let code = office.code(&id, 2).await;
    assert!(give("000000".to_owned()).await.is_none());
    let link = give(code.clone()).await.unwrap();
    assert!(link.expose().contains("bundles/") && !format!("{link:?}").contains("bundles/"));
    assert!(give(code).await.is_none(), "it is used");
    let code = office.code(&id, 3).await;
    for _ in 0..3 {
        assert!(give("111111".to_owned()).await.is_none());
    }
    assert!(give(code).await.is_none(), "its tries are used up");
    office.world.pass(SignedDuration::from_hours(24 * 14));
    let code = office.code(&id, 4).await;
    assert!(give(code).await.is_none(), "its days are over");
}

#[tokio::test]
async fn what_a_login_opened_no_code_opens_and_no_login_of_another() {
    let office = Office::with_mia(2);
    office.know_user();
    let id = office.asked(Kind::Access).await;
    office.log_in(&id);
    office.make(&job(&id)).await;
    let request = office.request(&id);
    assert_eq!((request.opened_by(), request.has_code_to_send()), (Some(Proof::AccountLogin), false));
    office.world.pass(SignedDuration::from_mins(1));
    let (world, keys, now) = (&office.world, &office.keys, office.now());
    let code = office.code(&id, 2).await;
    assert!(download_bundle(world, world, keys, &id, (&code, None), now).await.unwrap().is_none(), "the right code");
    let login = |member, token: &str| Login {
        member,
        token_id: token.to_owned(),
        email: None,
        expires_at: now + SignedDuration::from_mins(2),
    };
    let of_another = Member { user: UserId::parse("u2").unwrap(), ..mia_at_alder() };
    for (login, is_given) in [
        (login(of_another, "token-1"), false),
        (login(mia_at_alder(), "token-2"), true),
        (login(mia_at_alder(), "token-2"), false),
    ] {
        let link = download_by_login(world, world, world, keys, &id, (&login, None), now).await.unwrap();
        assert_eq!(link.is_some(), is_given, "{}", login.token_id);
    }
    // Where nobody logged in, no login opens it, whoever it is of.
    office.change(&id, |request| {
        request.needs.retain(|need| *need != Proof::AccountLogin);
        request.proven.retain(|proven| proven.proof != Proof::AccountLogin);
    });
    let login = login(mia_at_alder(), "token-3");
    assert!(download_by_login(world, world, world, keys, &id, (&login, None), now).await.unwrap().is_none());
}

#[tokio::test]
async fn after_a_power_of_attorney_the_person_opens_it() {
    let office = Office::with_mia(2);
    let id = office.asked(Kind::Access).await;
    let now = office.now();
    office.change(&id, |request| {
        request.needs = vec![Proof::AgentPermission];
        request.proven = vec![Proven { proof: Proof::AgentPermission, at: now }];
        request.agent = Some(crate::subject_request::Agent {
            email: EmailAddress::parse("agent@example.net").ok(),
            name: None,
            permission_sha256: None,
            has_power_of_attorney: true,
        });
    });
    office.make(&job(&id)).await;
    assert!(office.files().keys().any(|name| name.starts_with("data/signals-")), "it is whom they speak for");
    assert!(office.request(&id).has_code_to_send());
    office.world.pass(SignedDuration::from_mins(1));
    let code = office.code(&id, 2).await;
    let (world, keys, now) = (&office.world, &office.keys, office.now());
    assert!(download_bundle(world, world, keys, &id, (&code, None), now).await.unwrap().is_some());
}

/// Staff change the request while its person downloads: what they showed was right, so it is neither lost nor called wrong.
#[tokio::test]
async fn a_change_by_staff_burns_neither_the_code_nor_the_login() {
    let staff_act = |id: &ObligationId, change: fn(&mut SubjectRequest)| {
        let id = id.clone();
        move |stored: &mut crate::memory::Stored| {
            let request = stored.requests.heads.get_mut(&id).unwrap();
            request.version += 1;
            change(request);
        }
    };
    let office = Office::with_mia(2);
    let id = office.asked(Kind::Access).await;
    office.make(&job(&id)).await;
    office.world.pass(SignedDuration::from_mins(1));
    let (world, keys, now) = (&office.world, &office.keys, office.now());
    let code = office.code(&id, 2).await;
    world.strike(None);
    world.interrupt(4, staff_act(&id, |_| {}));
    assert!(download_bundle(world, world, keys, &id, (&code, None), now).await.unwrap().is_some(), "by a code");
    let code = office.code(&id, 3).await;
    world.strike(None);
    world.interrupt(4, staff_act(&id, |request| request.proven.clear()));
    let after = download_bundle(world, world, keys, &id, (&code, None), now).await.unwrap();
    assert!(after.is_none(), "it opens nothing after that change");

    let office = Office::with_mia(2);
    office.know_user();
    let id = office.asked(Kind::Access).await;
    office.log_in(&id);
    office.make(&job(&id)).await;
    let (world, keys, now) = (&office.world, &office.keys, office.now());
    let login = Login {
        member: mia_at_alder(),
        token_id: "token-1".to_owned(),
        email: None,
        expires_at: now + SignedDuration::from_mins(2),
    };
    world.strike(None);
    world.interrupt(4, staff_act(&id, |_| {}));
    let link = download_by_login(world, world, world, keys, &id, (&login, None), now).await.unwrap();
    assert!(link.is_some(), "by a login");
}
