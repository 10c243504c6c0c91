use super::*;

#[tokio::test]
async fn what_is_not_verified_or_asks_for_something_else_gets_no_bundle() {
    let office = Office::with_mia(2);
    let id = office.asked(Kind::Erasure).await;
    assert_eq!(office.make(&job(&id)).await, Made::Idle);
    assert_eq!(office.make(&job(&ObligationId::of_request(&[9; 20]))).await, Made::Idle);
    let office = Office::with_mia(2);
    let id = office.asked(Kind::Access).await;
    office.change(&id, |request| request.standing = Standing::AwaitingVerification);
    assert_eq!(office.make(&job(&id)).await, Made::Idle);
    office.change(&id, |request| {
        request.standing = Standing::InProgress { since: at("2026-03-05T12:00:00Z") };
        request.proven.clear();
    });
    assert_eq!(office.make(&job(&id)).await, Made::Idle);
}

#[tokio::test]
async fn what_somebody_only_named_is_not_in_their_bundle() {
    let office = Office::with_mia(2);
    let id = office.asked(Kind::Access).await;
    office.change(&id, |request| {
        request.needs = vec![Proof::EmailCode];
        request.proven.retain(|proven| proven.proof == Proof::EmailCode);
    });
    office.make(&job(&id)).await;
    assert!(!office.files().keys().any(|name| name.starts_with("data/")));
}

#[tokio::test]
async fn a_verified_request_has_its_bundle_made_and_the_end_of_the_account_waits() {
    let office = Office::with_mia(2);
    office.know_user();
    let id = office.asked(Kind::Access).await;
    office.log_in(&id);
    let ask = async |request: &SubjectRequest| {
        let (world, now) = (&office.world, office.now());
        request_bundle(world, world, world, (&office.keys, &office.map), request, now).await.unwrap()
    };
    let open = SubjectRequest { standing: Standing::AwaitingVerification, ..office.request(&id) };
    assert!(!ask(&open).await);
    assert!(!ask(&SubjectRequest { kind: Kind::Erasure, ..office.request(&id) }).await);
    assert!(ask(&office.request(&id)).await);
    let alder = TenantId::parse("alder").unwrap();
    assert!(office.world.stored().exports.awaited.iter().eq([&(alder, id.clone())]));
    let jobs = office.world.stored().exports.jobs.clone();
    assert_eq!(jobs, [job(&id)]);
    assert!(matches!(office.make(&jobs[0]).await, Made::Whole { .. }));
    assert!(office.world.stored().exports.awaited.is_empty());
}

#[tokio::test]
async fn an_address_opens_no_account_and_a_login_no_address() {
    for (proofs, is_account, is_inbox) in [
        (&[Proof::EmailCode][..], false, false),
        (&[Proof::EmailCode, Proof::HandleCode][..], false, true),
        (&[Proof::AccountLogin][..], true, false),
        (&[Proof::EmailCode, Proof::HandleCode, Proof::AccountLogin][..], true, true),
    ] {
        let office = Office::with_mia(2);
        office.know_user();
        let id = office.asked(Kind::Access).await;
        office.log_in(&id);
        office.change(&id, |request| {
            request.needs = proofs.to_vec();
            request.proven.retain(|proven| proofs.contains(&proven.proof));
        });
        assert!(matches!(office.make(&job(&id)).await, Made::Whole { .. }));
        let files = office.files();
        let has = |class: &str| files.keys().any(|name| name.starts_with(&format!("data/{class}-")));
        assert_eq!((has("account-users"), has("signals")), (is_account, is_inbox), "{proofs:?}");
        let says = files["index.html"].contains("nothing of an account");
        assert_eq!(says, !is_account, "{proofs:?}: alike for whoever has one and whoever has none");
    }
}
