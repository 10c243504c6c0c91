use super::*;

/// Alder's account: two users, one connection of Instagram and one of LinkedIn.
async fn ending(office: &Office) -> TenantId {
    let tenant = TenantId::parse("alder").unwrap();
    let termination = crate::accept_termination::Termination {
        tenant: tenant.clone(),
        ended_at: Some(office.now()),
        decided_at: None,
        time_zone: "UTC".to_owned(),
    };
    let counted = termination.count(office.now()).unwrap();
    crate::accept_termination::accept_termination(&office.world, &office.world, &office.map, &counted).await.unwrap();
    office.world.connect_by("linkedin", "alder", "c2", at("2026-01-10T00:00:00Z"), &[]);
    let mut stored = office.world.stored();
    stored.exports.put_row("inbox", "alder#c2", "contact#p9#profile", &json!({"name": "Lin"}));
    stored.exports.put_row(
        "social",
        "alder#c2",
        "member#2026-03-05T11#2026-03-05T11:00:00.000Z#m1",
        &json!({"name": "Lin"}),
    );
    stored.exports.put_row("accounts", "account#alder", "profile", &json!({"tenant_id": "alder", "company": "Alder"}));
    stored.exports.put_row("accounts", "account#alder", "user#u1#profile", &json!({"user_id": "u1", "name": "Uma"}));
    stored.exports.put_row("accounts", "account#alder", "key#k1", &json!({"secret": "sesame"}));
    tenant
}

#[tokio::test]
async fn an_account_is_exported_while_its_window_is_open_without_what_linkedin_forbids() {
    let office = Office::with_mia(3);
    let job = ExportJob::Tenant(TenantId::parse("alder").unwrap());
    assert_eq!(office.make(&job).await, Made::Closed, "nothing ends");
    ending(&office).await;
    assert!(matches!(office.make(&job).await, Made::Whole { .. }));
    let files = office.files();
    assert!(files["data/account-users-001.json"].contains("Uma"));
    assert!(files["data/signals-001.json"].contains("Cleo"), "it is their own business");
    for content in files.values() {
        for hidden in ["Lin\"", "sesame", "4111"] {
            assert!(!content.contains(hidden), "{hidden} in {content}");
        }
    }
    let manifest: Value = serde_json::from_str(&files["manifest.json"]).unwrap();
    assert_eq!(manifest["redactions"]["platform"], 1);
    office.world.pass(SignedDuration::from_hours(24 * 15));
    let stop_at = office.now() + SignedDuration::from_mins(1);
    assert_eq!(erase_bundles(&office.world, &office.world, &office.world, stop_at).await.erased, 1);
    assert!(matches!(office.make(&job).await, Made::Whole { .. }), "once more, while it is open");
    office.world.pass(SignedDuration::from_hours(24 * 16));
    assert_eq!(office.make(&job).await, Made::Closed);
}

#[tokio::test]
async fn an_account_is_ordered_from_its_end_to_its_last_day_and_shown_with_a_link_for_minutes() {
    let office = Office::with_mia(3);
    let tenant = TenantId::parse("alder").unwrap();
    let order = async || order_account(&office.world, &office.world, &office.map, &tenant, office.now()).await.unwrap();
    let show = async || show_account(&office.world, &office.world, &tenant, office.now()).await.unwrap();
    assert_eq!((order().await, show().await), (AccountOrdered::NotYet, AccountExport::None), "nothing ends");
    ending(&office).await;
    let closes_at = at("2026-04-05T00:00:00Z");
    for _ in 0..2 {
        assert_eq!(order().await, AccountOrdered::Taken { closes_at });
    }
    let jobs = office.world.stored().exports.jobs.clone();
    assert_eq!(jobs, [ExportJob::Tenant(tenant.clone()), ExportJob::Tenant(tenant.clone())]);
    office.world.tick(SignedDuration::from_secs(20));
    assert_eq!(office.try_make(&jobs[0], "w0", 1).await.unwrap(), Made::Again);
    office.world.tick(SignedDuration::ZERO);
    assert_eq!(show().await, AccountExport::InProgress);
    assert!(matches!(office.make(&jobs[0]).await, Made::Whole { .. }));
    assert_eq!(office.make(&jobs[1]).await, Made::Already);
    let AccountExport::Ready { made_at, bytes, erase_at, link, link_until } = show().await else { panic!("not ready") };
    assert_eq!((made_at, bytes), (office.now(), office.bytes().len() as u64));
    assert_eq!(erase_at, made_at + SignedDuration::from_hours(24 * 14));
    assert!(link.expose().contains("bundles/") && !link.expose().contains("alder"), "{}", link.expose());
    assert_eq!(link_until, office.now() + SignedDuration::from_mins(10));

    office.world.pass(SignedDuration::from_hours(24 * 14) - SignedDuration::from_mins(1));
    let AccountExport::Ready { link_until, .. } = show().await else { panic!("not ready") };
    assert_eq!(link_until, erase_at, "not longer than it is there");
    office.world.pass(SignedDuration::from_mins(1));
    assert_eq!(show().await, AccountExport::Erased, "though no sweep has come by");
    let stop_at = office.now() + SignedDuration::from_mins(1);
    assert_eq!(erase_bundles(&office.world, &office.world, &office.world, stop_at).await.erased, 1);
    assert_eq!(show().await, AccountExport::Erased);
    office.world.pass(closes_at.duration_since(office.now()));
    assert_eq!(order().await, AccountOrdered::TooLate, "from day 31 on");
}

#[tokio::test]
async fn an_account_that_came_back_has_no_export_and_one_that_ends_later_has_none_yet() {
    let office = Office::with_mia(3);
    let tenant = ending(&office).await;
    let order = async || order_account(&office.world, &office.world, &office.map, &tenant, office.now()).await.unwrap();
    crate::accept_termination::reactivate(&office.world, &office.map, &tenant, office.now()).await.unwrap();
    assert_eq!(order().await, AccountOrdered::NotYet);
    let ended_at = Some(office.now() + SignedDuration::from_hours(24 * 9));
    let later = crate::accept_termination::Termination {
        tenant: tenant.clone(),
        ended_at,
        decided_at: None,
        time_zone: "UTC".to_owned(),
    };
    let counted = later.count(office.now()).unwrap();
    crate::accept_termination::accept_termination(&office.world, &office.world, &office.map, &counted).await.unwrap();
    assert_eq!(order().await, AccountOrdered::NotYet, "it is paid for until then");
    office.world.pass(SignedDuration::from_hours(24 * 9));
    assert!(matches!(order().await, AccountOrdered::Taken { .. }));
    assert_eq!(office.world.stored().exports.jobs.len(), 1);
}

#[tokio::test]
async fn an_account_that_ends_again_while_the_first_end_is_open_has_the_export_of_the_second() {
    let office = Office::with_mia(3);
    let tenant = ending(&office).await;
    let order = async || order_account(&office.world, &office.world, &office.map, &tenant, office.now()).await.unwrap();
    // Its last day is over, and no worker has come to any phase yet.
    office.world.pass(SignedDuration::from_hours(24 * 40));
    assert_eq!(order().await, AccountOrdered::TooLate);
    let later = crate::accept_termination::Termination {
        tenant: tenant.clone(),
        ended_at: Some(office.now()),
        decided_at: None,
        time_zone: "UTC".to_owned(),
    };
    let counted = later.count(office.now()).unwrap();
    crate::accept_termination::accept_termination(&office.world, &office.world, &office.map, &counted).await.unwrap();
    assert!(matches!(order().await, AccountOrdered::Taken { .. }));
    crate::accept_termination::reactivate(&office.world, &office.map, &tenant, office.now()).await.unwrap();
    assert_eq!(order().await, AccountOrdered::NotYet, "it came back, and nothing ends");
}
