use super::*;
use crate::export::ports::Claim;
use crate::ports::Ledger;

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
    assert_eq!(erase_bundles(&office.world, &office.world, &office.map, &office.world, stop_at).await.erased, 1);
    assert!(matches!(office.make(&job).await, Made::Whole { .. }), "once more, while it is open");
    office.world.pass(SignedDuration::from_hours(24 * 16));
    assert_eq!(office.make(&job).await, Made::Closed);
}

#[tokio::test]
async fn an_account_is_ordered_from_its_end_to_its_last_day_and_shown_with_a_link_for_minutes() {
    let office = Office::with_mia(3);
    let tenant = TenantId::parse("alder").unwrap();
    let order = async || order_account(&office.world, &office.world, &office.map, &tenant, office.now()).await.unwrap();
    let show = async || show_account(&office.world, &office.world, &office.map, &tenant, office.now()).await.unwrap();
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
    assert_eq!(erase_bundles(&office.world, &office.world, &office.map, &office.world, stop_at).await.erased, 1);
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

/// It comes back within days and ends once more; or its first end is over by its dates, with nothing worked off.
#[tokio::test]
async fn an_export_that_was_made_for_an_earlier_end_answers_no_order_of_a_later_one() {
    for comes_back in [true, false] {
        let office = Office::with_mia(3);
        let tenant = ending(&office).await;
        let job = ExportJob::Tenant(tenant.clone());
        let order =
            async || order_account(&office.world, &office.world, &office.map, &tenant, office.now()).await.unwrap();
        let show =
            async || show_account(&office.world, &office.world, &office.map, &tenant, office.now()).await.unwrap();
        if !comes_back {
            office.world.pass(SignedDuration::from_hours(24 * 28));
        }
        order().await;
        assert!(matches!(office.make(&job).await, Made::Whole { .. }));
        let users = async || {
            let round = office.world.bundle(&job).await.unwrap().unwrap().round;
            let stored = office.world.stored();
            let versions = &stored.exports.visible[&BundleKey::of(&job, round).object()];
            files_in(versions[0].clone())["data/account-users-001.json"].clone()
        };
        assert!(!users().await.contains("Una"));
        if comes_back {
            crate::accept_termination::reactivate(&office.world, &office.map, &tenant, office.now()).await.unwrap();
        }
        office.world.pass(SignedDuration::from_hours(24 * 4));
        let una = json!({"user_id": "u2", "name": "Una"});
        office.world.stored().exports.put_row("accounts", "account#alder", "user#u2#profile", &una);
        let again = crate::accept_termination::Termination {
            tenant: tenant.clone(),
            ended_at: Some(office.now()),
            decided_at: None,
            time_zone: "UTC".to_owned(),
        };
        let counted = again.count(office.now()).unwrap();
        let (world, map) = (&office.world, &office.map);
        crate::accept_termination::accept_termination(world, world, map, &counted).await.unwrap();
        assert_eq!(show().await, AccountExport::None, "{comes_back}: none is ordered of this end");
        assert!(matches!(order().await, AccountOrdered::Taken { .. }), "{comes_back}");
        assert_eq!(show().await, AccountExport::InProgress, "{comes_back}");
        office.world.pass(SignedDuration::from_mins(1));
        assert!(matches!(office.make(&job).await, Made::Whole { .. }), "{comes_back}");
        assert!(users().await.contains("Una"), "{comes_back}: as it is now");
        assert_eq!(office.make(&job).await, Made::Already, "{comes_back}: sent twice");
        assert!(matches!(show().await, AccountExport::Ready { made_at, .. } if made_at == office.now()));
    }
}

/// A message of the first end, or one that overtook the note of the order.
#[tokio::test]
async fn a_worker_makes_the_export_of_a_later_end_anew_though_nothing_was_noted() {
    let office = Office::with_mia(3);
    let tenant = ending(&office).await;
    let job = ExportJob::Tenant(tenant.clone());
    assert!(matches!(office.make(&job).await, Made::Whole { .. }));
    crate::accept_termination::reactivate(&office.world, &office.map, &tenant, office.now()).await.unwrap();
    office.world.pass(SignedDuration::from_hours(24));
    let again = crate::accept_termination::Termination {
        tenant,
        ended_at: Some(office.now()),
        decided_at: None,
        time_zone: "UTC".to_owned(),
    };
    let counted = again.count(office.now()).unwrap();
    crate::accept_termination::accept_termination(&office.world, &office.world, &office.map, &counted).await.unwrap();
    assert!(matches!(office.make(&job).await, Made::Whole { .. }));
    assert_eq!(office.make(&job).await, Made::Already);
}

/// Ordered in the last minute of the last day, and visited by nobody, or by one who ran out of time, before it is over.
#[tokio::test]
async fn what_was_ordered_in_time_is_made_after_the_last_day_and_the_purge_waits_for_it() {
    for is_begun in [false, true] {
        let office = Office::with_mia(3);
        let tenant = ending(&office).await;
        let closes_at = at("2026-04-05T00:00:00Z");
        office.world.stored().set_now(closes_at - SignedDuration::from_mins(1));
        let order = async || order_account(&office.world, &office.world, &office.map, &tenant, office.now()).await;
        let show =
            async || show_account(&office.world, &office.world, &office.map, &tenant, office.now()).await.unwrap();
        assert_eq!(order().await.unwrap(), AccountOrdered::Taken { closes_at });
        assert_eq!(show().await, AccountExport::InProgress, "it is noted before a worker has it");
        let job = ExportJob::Tenant(tenant.clone());
        if is_begun {
            office.world.tick(SignedDuration::from_secs(5));
            assert_eq!(office.try_make(&job, "w0", 1).await.unwrap(), Made::Again);
            office.world.tick(SignedDuration::ZERO);
        }
        office.world.stored().set_now(closes_at + SignedDuration::from_mins(3));
        assert_eq!(order().await.unwrap(), AccountOrdered::TooLate);
        assert_eq!(office.world.awaited_bundles(&tenant).await.unwrap(), [job.named()]);
        assert_eq!(show().await, AccountExport::InProgress);
        assert!(matches!(office.make(&job).await, Made::Whole { .. }));
        assert!(office.files()["data/account-users-001.json"].contains("Uma"));
        assert!(matches!(show().await, AccountExport::Ready { .. }));
        assert_eq!(office.world.awaited_bundles(&tenant).await.unwrap(), [], "it goes on");
        assert_eq!(office.make(&job).await, Made::Closed, "sent twice");
    }
}

#[tokio::test]
async fn what_was_ordered_in_time_and_cannot_be_made_any_more_is_said_and_heard_of() {
    let office = Office::with_mia(3);
    let tenant = ending(&office).await;
    let job = ExportJob::Tenant(tenant.clone());
    order_account(&office.world, &office.world, &office.map, &tenant, office.now()).await.unwrap();
    let show = async || show_account(&office.world, &office.world, &office.map, &tenant, office.now()).await.unwrap();
    // Nobody makes it for two weeks: what was begun is erased, and it is ordered again.
    office.world.pass(SignedDuration::from_hours(24 * 15));
    let stop_at = office.now() + SignedDuration::from_mins(1);
    assert_eq!(erase_bundles(&office.world, &office.world, &office.map, &office.world, stop_at).await.erased, 1);
    assert_eq!(show().await, AccountExport::None);
    let closes_at = at("2026-04-05T00:00:00Z");
    office.world.stored().set_now(closes_at - SignedDuration::from_mins(1));
    order_account(&office.world, &office.world, &office.map, &tenant, office.now()).await.unwrap();
    // The phase of the account has one day, and keeps half of it for the purge.
    let latest = closes_at + SignedDuration::from_hours(12);
    office.world.stored().set_now(latest - SignedDuration::from_mins(1));
    assert_eq!(show().await, AccountExport::InProgress);
    office.world.stored().set_now(latest);
    assert_eq!(show().await, AccountExport::Failed);
    let fault = office.try_make(&job, "w1", 2).await.unwrap_err();
    assert_eq!((fault.turn, fault.action), (crate::fault::Turn::Park, "export.window"));
    let came_back = Office::with_mia(3);
    let tenant = ending(&came_back).await;
    order_account(&came_back.world, &came_back.world, &came_back.map, &tenant, came_back.now()).await.unwrap();
    crate::accept_termination::reactivate(&came_back.world, &came_back.map, &tenant, came_back.now()).await.unwrap();
    assert_eq!(came_back.make(&job).await, Made::Closed, "nobody waits for it");
    let shown = show_account(&came_back.world, &came_back.world, &came_back.map, &tenant, came_back.now()).await;
    assert_eq!(shown.unwrap(), AccountExport::None);
}

#[tokio::test]
async fn an_order_that_never_reached_the_worker_is_sent_again_until_it_is_made_or_its_day_is_over() {
    let office = Office::with_mia(3);
    let tenant = ending(&office).await;
    let job = ExportJob::Tenant(tenant.clone());
    let again = async || {
        let limits = (SignedDuration::from_mins(15), office.now() + SignedDuration::from_mins(1));
        let (world, map) = (&office.world, &office.map);
        let looked = crate::export::order_again::order_again(world, world, map, world, limits).await;
        assert!(looked.faults.is_empty() && !looked.is_truncated);
        let jobs = std::mem::take(&mut office.world.stored().exports.jobs);
        assert_eq!(jobs.len() as u64, looked.sent);
        jobs
    };
    assert_eq!(again().await, [], "nothing is ordered");
    order_account(&office.world, &office.world, &office.map, &tenant, office.now()).await.unwrap();
    office.world.stored().exports.jobs.clear();
    assert_eq!(again().await, [], "the worker may have it any moment");
    for hours in [1, 24, 24 * 12] {
        office.world.pass(SignedDuration::from_hours(hours));
        assert_eq!(again().await, std::slice::from_ref(&job), "{hours}");
    }
    assert!(matches!(office.make(&job).await, Made::Whole { .. }));
    office.world.pass(SignedDuration::from_hours(1));
    assert_eq!(again().await, [], "it is there");
    // What nobody makes in its days is erased, and ordered anew.
    office.world.pass(SignedDuration::from_hours(24 * 15));
    let stop_at = office.now() + SignedDuration::from_mins(1);
    erase_bundles(&office.world, &office.world, &office.map, &office.world, stop_at).await;
    assert_eq!(again().await, []);
}

#[tokio::test]
async fn an_order_is_not_sent_again_while_a_worker_is_at_it() {
    let office = Office::with_mia(3);
    let tenant = ending(&office).await;
    let job = ExportJob::Tenant(tenant.clone());
    order_account(&office.world, &office.world, &office.map, &tenant, office.now()).await.unwrap();
    let sent = async || {
        let limits = (SignedDuration::from_mins(15), office.now() + SignedDuration::from_mins(1));
        let (world, map) = (&office.world, &office.map);
        crate::export::order_again::order_again(world, world, map, world, limits).await.sent
    };
    office.world.pass(SignedDuration::from_hours(1));
    let (now, lease) = (office.now(), SignedDuration::from_mins(16));
    let claim = office.world.claim(&job, "w1", now + lease, now + lease, now).await.unwrap();
    assert!(matches!(claim, Claim::Granted(_)));
    assert_eq!(sent().await, 0, "it is at work");
    office.world.pass(lease);
    assert_eq!(sent().await, 1, "its worker has died");
    let now = office.now();
    office.world.claim(&job, "w2", now + lease, now + lease, now).await.unwrap();
    office.world.let_go(&job, "w2").await.unwrap();
    assert_eq!(sent().await, 1, "nobody has it");
}

#[tokio::test]
async fn an_order_at_the_border_of_a_page_is_sent_again_though_others_have_the_same_instant() {
    let office = Office::with_mia(3);
    let tenant = ending(&office).await;
    let job = ExportJob::Tenant(tenant.clone());
    order_account(&office.world, &office.world, &office.map, &tenant, office.now()).await.unwrap();
    let erase_at = office.world.bundle(&job).await.unwrap().unwrap().erase_at.unwrap();
    // The first part of the index has accounts, in memory.
    let ids = (0_u32..).map(|number| {
        let mut seed = [0xcd; 20];
        seed[..4].copy_from_slice(&number.to_be_bytes());
        ObligationId::of_request(&seed)
    });
    let now = office.now();
    for id in ids.filter(|id| id.shard(crate::ports::DUE_SHARDS) == 0).take(500) {
        office.world.claim(&ExportJob::Request(id), "w1", now, erase_at, now).await.unwrap();
    }
    office.world.stored().exports.jobs.clear();
    office.world.pass(SignedDuration::from_hours(1));
    let limits = (SignedDuration::from_mins(15), office.now() + SignedDuration::from_mins(1));
    let (world, map) = (&office.world, &office.map);
    let looked = crate::export::order_again::order_again(world, world, map, world, limits).await;
    assert!(looked.faults.is_empty() && !looked.is_truncated);
    assert_eq!(office.world.stored().exports.jobs, [job]);
}

/// Two accounts in one shard; one of them cannot be read, whatever is read of it.
#[tokio::test]
async fn an_order_that_cannot_be_read_leaves_the_others_sent_again() {
    let looked_at = async |strike: Option<Strike>| {
        let office = Office::with_mia(3);
        let (world, map) = (&office.world, &office.map);
        for tenant in [ending(&office).await, TenantId::parse("birch").unwrap()] {
            let termination = crate::accept_termination::Termination {
                tenant: tenant.clone(),
                ended_at: Some(office.now()),
                decided_at: None,
                time_zone: "UTC".to_owned(),
            };
            let counted = termination.count(office.now()).unwrap();
            crate::accept_termination::accept_termination(world, world, map, &counted).await.unwrap();
            order_account(world, world, map, &tenant, office.now()).await.unwrap();
        }
        world.stored().exports.jobs.clear();
        world.pass(SignedDuration::from_hours(1));
        world.strike(strike);
        let limits = (SignedDuration::from_mins(15), office.now() + SignedDuration::from_mins(1));
        let looked = crate::export::order_again::order_again(world, world, map, world, limits).await;
        assert_eq!(looked.faults.len(), usize::from(strike.is_some()), "{strike:?}");
        (looked.sent, world.calls())
    };
    let (sent, calls) = looked_at(None).await;
    assert_eq!(sent, 2);
    // After the page of the first shard, and before those of the others, which have none.
    for call in 2..=calls - u64::from(crate::ports::DUE_SHARDS - 1) {
        assert_eq!(looked_at(Some(Strike::Before(call))).await.0, 1, "{call}");
    }
}

#[tokio::test]
async fn an_order_is_sent_again_after_its_window_as_long_as_the_purge_waits_for_it_and_no_longer() {
    let office = Office::with_mia(3);
    let tenant = ending(&office).await;
    office.world.pass(SignedDuration::from_hours(24 * 30));
    order_account(&office.world, &office.world, &office.map, &tenant, office.now()).await.unwrap();
    office.world.stored().exports.jobs.clear();
    let sent = async || {
        let limits = (SignedDuration::from_mins(15), office.now() + SignedDuration::from_mins(1));
        let (world, map) = (&office.world, &office.map);
        crate::export::order_again::order_again(world, world, map, world, limits).await.sent
    };
    let mut last = None;
    for hour in 1..=24 * 3 {
        office.world.pass(SignedDuration::from_hours(1));
        if sent().await > 0 {
            last = Some(hour);
        }
    }
    // Ordered at noon of the window's last day; the purge waits until the next noon.
    assert_eq!(last, Some(23));
}

/// On the calendar of the tenant, whose clocks change within the window: in New York on 1 November 2026 and on 14 March 2027.
#[tokio::test]
async fn the_window_opens_at_midnight_where_the_tenant_is_though_clocks_change_before_it_closes() {
    for (ended_at, before, opens_at, closes_at) in [
        ("2026-10-20T15:00:00Z", "2026-10-20T03:59:59Z", "2026-10-20T04:00:00Z", "2026-11-20T05:00:00Z"),
        ("2027-02-20T15:00:00Z", "2027-02-20T04:59:59Z", "2027-02-20T05:00:00Z", "2027-03-23T04:00:00Z"),
    ] {
        let office = Office::with_mia(3);
        let tenant = TenantId::parse("alder").unwrap();
        let termination = crate::accept_termination::Termination {
            tenant: tenant.clone(),
            ended_at: Some(at(ended_at)),
            decided_at: None,
            time_zone: "America/New_York".to_owned(),
        };
        let counted = termination.count(office.now()).unwrap();
        crate::accept_termination::accept_termination(&office.world, &office.world, &office.map, &counted)
            .await
            .unwrap();
        let order =
            async || order_account(&office.world, &office.world, &office.map, &tenant, office.now()).await.unwrap();
        office.world.pass(at(before).duration_since(office.now()));
        assert_eq!(order().await, AccountOrdered::NotYet, "{before}");
        office.world.pass(at(opens_at).duration_since(office.now()));
        assert_eq!(order().await, AccountOrdered::Taken { closes_at: at(closes_at) }, "{opens_at}");
    }
}

/// Erased on 20 March 2026, and so kept until that day two years later.
#[tokio::test]
async fn what_is_known_of_an_export_goes_after_its_months_and_not_while_a_worker_has_it() {
    let office = Office::with_mia(3);
    let tenant = ending(&office).await;
    let job = ExportJob::Tenant(tenant.clone());
    assert!(matches!(office.make(&job).await, Made::Whole { .. }));
    let sweep = async |now: &str| {
        office.world.stored().set_now(at(now));
        let stop_at = office.now() + SignedDuration::from_mins(1);
        let swept = erase_bundles(&office.world, &office.world, &office.map, &office.world, stop_at).await;
        assert!(swept.faults.is_empty(), "{:?}", swept.faults);
        (swept.erased, swept.forgotten)
    };
    assert_eq!(sweep("2026-03-20T12:00:00Z").await, (1, 0));
    let open = office.asked(Kind::Access).await;
    for request in [&open, &ObligationId::of_request(&[9; 20])] {
        office.world.await_bundle(&tenant, request, office.now()).await.unwrap();
    }
    assert_eq!(sweep("2028-03-20T11:59:59Z").await, (0, 0));
    assert!(office.world.bundle(&job).await.unwrap().is_some());
    let (now, lease) = (at("2028-03-20T12:00:00Z"), SignedDuration::from_mins(1));
    office.world.claim(&job, "w9", now + lease, now + lease, now).await.unwrap();
    assert_eq!(sweep("2028-03-20T12:00:00Z").await, (0, 0), "a worker may be about to make another");
    office.world.let_go(&job, "w9").await.unwrap();
    assert_eq!(sweep("2028-03-20T12:00:00Z").await, (0, 1));
    assert_eq!(office.world.bundle(&job).await.unwrap(), None);
    assert_eq!(office.world.stored().exports.awaited, [(tenant, open)].into(), "nothing waits for a closed request");
    assert_eq!(sweep("2028-03-21T12:00:00Z").await, (0, 0), "once");
}

#[tokio::test]
async fn an_export_that_is_made_again_is_known_for_the_months_of_the_second_and_longer_where_the_policy_says_so() {
    let office = Office::with_mia(3);
    let job = ExportJob::Tenant(ending(&office).await);
    assert!(matches!(office.make(&job).await, Made::Whole { .. }));
    let mut longer = built_in_map().model().clone();
    longer.own.get_mut("account-exports").unwrap().clock.floor = Some(jiff::Span::new().months(25));
    let longer = DataMap::new(longer).unwrap();
    let sweep = async |now: &str, map: &DataMap| {
        office.world.stored().set_now(at(now));
        let stop_at = office.now() + SignedDuration::from_mins(1);
        let swept = erase_bundles(&office.world, &office.world, map, &office.world, stop_at).await;
        (swept.erased, swept.forgotten)
    };
    assert_eq!(sweep("2026-03-20T12:00:00Z", &office.map).await, (1, 0));
    assert!(matches!(office.make(&job).await, Made::Whole { .. }), "once more, while it is open");
    assert_eq!(sweep("2026-04-10T12:00:00Z", &office.map).await, (1, 0));
    assert_eq!(sweep("2028-03-20T12:00:00Z", &office.map).await, (0, 0));
    for now in ["2028-04-10T12:00:00Z", "2028-05-10T11:59:59Z"] {
        assert_eq!(sweep(now, &longer).await, (0, 0), "{now}");
    }
    assert_eq!(sweep("2028-05-10T12:00:00Z", &longer).await, (0, 1));
}
