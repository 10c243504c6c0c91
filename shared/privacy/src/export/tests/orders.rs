use super::*;
use crate::keys::KeyedRef;
use crate::memory::own_contact_place;
use crate::ports::Ledger;

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
    let waits = ["alder", "birch"].map(|tenant| (TenantId::parse(tenant).unwrap(), id.clone()));
    assert!(office.world.stored().exports.awaited.iter().eq(&waits), "she is a user there, and wrote to both");
    let jobs = office.world.stored().exports.jobs.clone();
    assert_eq!(jobs, [job(&id)]);
    assert!(matches!(office.make(&jobs[0]).await, Made::Whole { .. }));
    assert!(office.world.stored().exports.awaited.is_empty());
}

#[tokio::test]
async fn what_ends_with_an_account_waits_for_the_copies_of_those_who_wrote_to_it() {
    let office = Office::with_mia(2);
    // What cedar has of its own it decides about, and has not; at dogwood is somebody else.
    let handle = Identity::Handle {
        platform: identity::Namespace::parse("instagram").unwrap(),
        handle: identity::Handle::parse("mia.tea").unwrap(),
    };
    office.world.link(
        &own_contact_place("cedar", "p1"),
        at("2026-01-10T00:00:00Z"),
        &office.keys.links(&handle).remove(0),
    );
    office.world.link(
        &place("dogwood", "c1", Some("p2")),
        at("2026-01-10T00:00:00Z"),
        &KeyedRef::from_stored("v1-ben".into()),
    );
    let id = office.asked(Kind::Access).await;
    let tenants =
        |ended: &[&str]| ended.iter().map(|tenant| (TenantId::parse(tenant).unwrap(), id.clone())).collect::<Vec<_>>();
    let awaited = || office.world.stored().exports.awaited.iter().cloned().collect::<Vec<_>>();
    office.world.tick(SignedDuration::from_secs(20));
    assert_eq!(office.try_make(&job(&id), "w1", 1).await.unwrap(), Made::Again);
    office.world.tick(SignedDuration::ZERO);
    assert_eq!(awaited(), tenants(&["alder", "birch"]), "from the visit on that has found where, whatever breaks then");
    for tenant in ["alder", "birch"] {
        let tenant = TenantId::parse(tenant).unwrap();
        assert_eq!(office.world.awaited_bundles(&tenant).await.unwrap(), std::slice::from_ref(&id));
    }
    office.change(&id, |request| {
        let standing = Standing::Answered { at: at("2026-03-05T12:00:00Z"), in_part: true };
        request.standing = standing;
    });
    assert_eq!(
        office.world.awaited_bundles(&TenantId::parse("alder").unwrap()).await.unwrap(),
        [],
        "closed without one"
    );
    office.change(&id, |request| request.standing = Standing::InProgress { since: at("2026-03-05T12:00:00Z") });
    assert!(matches!(office.make(&job(&id)).await, Made::Whole { .. }));
    assert_eq!(awaited(), []);
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
