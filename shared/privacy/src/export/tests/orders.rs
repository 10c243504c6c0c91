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
    let email = Identity::Email(identity::EmailAddress::parse("mia@example.com").unwrap());
    office.world.link(&user_place("alder", "u1"), at("2026-01-10T00:00:00Z"), &office.keys.links(&email)[0]);
    let id = office.asked(Kind::Access).await;
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
