//! Flags and limits: kept alike in memory and over DynamoDB, and asked by the product in one transaction with its write.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};
use jiff::Timestamp;
use privacy::ids::{Platform, TenantId};
use privacy::ingest_gate::{Flag, FlagBook, LiftedFlag, Purpose, Whose, may_process};
use privacy::keys::KeyedRef;
use privacy::memory::World;
use privacy::obligation::NewObligation;
use privacy::policy::Route;
use privacy::ports::{DueIndex, Intake};
use privacy::target::{Limit, Target};
use privacy_aws::ingest_gate::IngestGate;
use privacy_tests::account::Account;
use privacy_tests::demo;

fn now() -> Timestamp {
    "2026-03-10T12:00:00Z".parse().unwrap()
}

fn person(name: &str) -> KeyedRef {
    KeyedRef::from_stored(format!("v1-{name}"))
}

async fn flags_contract<P: FlagBook>(ports: &P) {
    let (mia, tim) = (person("mia"), person("tim"));
    assert_eq!(ports.flags(&[mia.clone(), tim.clone()]).await.unwrap(), BTreeSet::new());
    for flag in [Flag::OptedOut, Flag::OptedOut, Flag::Restricted] {
        ports.raise_flag(&mia, flag, now()).await.unwrap();
    }
    assert_eq!(ports.flags(std::slice::from_ref(&tim)).await.unwrap(), BTreeSet::new());
    let both = [tim.clone(), mia.clone()];
    assert_eq!(ports.flags(&both).await.unwrap(), BTreeSet::from([Flag::Restricted, Flag::OptedOut]));
    let later = |hours| now() + jiff::SignedDuration::from_hours(hours);
    let keep_until = Some(later(24 * 730));
    for hours in [1, 2] {
        ports.lift_flag(&mia, Flag::OptedOut, later(hours), keep_until).await.unwrap();
        ports.lift_flag(&tim, Flag::OptedOut, later(hours), keep_until).await.unwrap();
    }
    assert_eq!(ports.flags(&both).await.unwrap(), BTreeSet::from([Flag::Restricted]), "and no other");
    ports.raise_flag(&mia, Flag::OptedOut, later(3)).await.unwrap();
    assert!(ports.flags(&both).await.unwrap().contains(&Flag::OptedOut), "asked for anew");
    ports.lift_flag(&mia, Flag::OptedOut, later(2), keep_until).await.unwrap();
    assert!(ports.flags(&both).await.unwrap().contains(&Flag::OptedOut), "lifted before it was asked for anew");
    ports.lift_flag(&mia, Flag::OptedOut, later(4), keep_until).await.unwrap();
    let stood = |since, until| LiftedFlag { flag: Flag::OptedOut, since: later(since), lifted_at: later(until) };
    let lifted = async |hours| ports.lifted_flags(&mia, later(hours)).await.unwrap();
    assert_eq!(lifted(5).await, [stood(0, 1), stood(3, 4)], "each time, once");
    assert_eq!(ports.lifted_flags(&tim, later(5)).await.unwrap(), []);

    // While any stands, nothing of it expires; the last one to go dates the row.
    assert_eq!(lifted(24 * 3_000).await.len(), 2);
    ports.lift_flag(&mia, Flag::Restricted, later(6), keep_until).await.unwrap();
    assert_eq!((lifted(24 * 730 - 1).await.len(), lifted(24 * 730).await.len()), (3, 0));
    ports.raise_flag(&mia, Flag::Limited, later(7)).await.unwrap();
    assert_eq!(lifted(24 * 3_000).await.len(), 3, "raised anew, it is not dated any more");
    ports.lift_flag(&mia, Flag::Limited, later(8), None).await.unwrap();
    assert_eq!(lifted(24 * 3_000).await.len(), 4, "kept for good where nothing says how long");
    // Lifted before rows expired, it is dated by the last of them, once; not what stands, or nobody has.
    for days in [730, 3_000] {
        ports.date_lifted(&mia, jiff::Span::new().days(days)).await.unwrap();
        assert_eq!((lifted(8 + 24 * 730 - 1).await.len(), lifted(8 + 24 * 730).await.len()), (4, 0), "{days}");
    }
    ports.raise_flag(&mia, Flag::Limited, later(9)).await.unwrap();
    for person in [&mia, &tim] {
        ports.date_lifted(person, jiff::Span::new().days(1)).await.unwrap();
    }
    assert_eq!(lifted(24 * 3_000).await.len(), 4);
    // What is expired and still there is not brought back by a flag that is raised later.
    ports.raise_flag(&tim, Flag::Limited, later(1)).await.unwrap();
    ports.lift_flag(&tim, Flag::Limited, later(2), Some(later(3))).await.unwrap();
    ports.raise_flag(&tim, Flag::OptedOut, later(3)).await.unwrap();
    assert_eq!(ports.lifted_flags(&tim, later(3)).await.unwrap(), []);
    assert_eq!(ports.flags(std::slice::from_ref(&tim)).await.unwrap(), BTreeSet::from([Flag::OptedOut]));
}

async fn limits_contract<P: Intake + DueIndex>(ports: &P) {
    let tenant = TenantId::parse("alder").unwrap();
    let platforms = ["facebook", "threads"].map(|name| Platform::parse(name).unwrap()).into();
    let user = Some(privacy::memory::user_place("alder", "u1"));
    let login = Limit::OnTheirWord { platforms: std::collections::BTreeSet::clone(&platforms), user };
    let limits = [Limit::Everywhere, Limit::OnTheirWord { platforms, user: None }, login, Limit::Tenant(tenant)];
    for (limit, id) in limits.into_iter().zip([
        "100000000000000000000000000a",
        "b0000000000000000000000000",
        "b0000000000000000000000001",
        "c0000000000000000000000000",
    ]) {
        let target = Target::Person { links: vec![person("link")], suppressions: vec![person("owner")], limit };
        let base = demo::request(&demo::person("10158000000000001"), now());
        let id = privacy::obligation::ObligationId::parse(id).unwrap();
        let new = NewObligation { id, target, route: Route::SubjectRequest, ..base };
        ports.open(&new).await.unwrap();
        assert_eq!(ports.head(&new.id).await.unwrap().unwrap().target, new.target);
    }
}

#[tokio::test]
async fn flags_and_limits_are_kept_alike() {
    flags_contract(&World::new(now(), 100)).await;
    limits_contract(&World::new(now(), 100)).await;
    flags_contract(&demo::vault(&Account::new())).await;
    limits_contract(&demo::ledger(&Account::new())).await;
}

#[tokio::test]
async fn a_use_is_refused_by_the_flags_that_stop_it_and_by_no_other() {
    for flag in Flag::ALL {
        let account = Account::new();
        let people = [person("mia"), person("mia-by-another-key")];
        demo::vault(&account).raise_flag(&people[1], flag, now()).await.unwrap();
        let gate = IngestGate::new(&account.connection(), "suppression".to_owned(), "ledger".to_owned());
        for purpose in Purpose::ALL {
            let expected = may_process(purpose, &BTreeSet::from([flag]));
            assert_eq!(
                gate.may_process(purpose, &Whose::Theirs(&people)).await.unwrap(),
                expected,
                "{flag:?} {purpose:?}"
            );
            let text = |text: &str| AttributeValue::S(text.to_owned());
            let key = text("contact#p1#signal#2026-03-10T12:00:00.000Z#used");
            let put = Put::builder().table_name("inbox").item("pk", text("alder#c1")).item("sk", key);
            let mut items = gate.processing_conditions(purpose, &Whose::Theirs(&people)).unwrap();
            items.push(TransactWriteItem::builder().put(put.build().unwrap()).build());
            let transaction = account.connection().dynamodb().transact_write_items().set_transact_items(Some(items));
            assert_eq!(transaction.send().await.is_ok(), expected, "{flag:?} {purpose:?}");
        }
        // Where a tenant decides, it is only asked whether it stands there.
        let there = [person("mia-at-alder")];
        let of_tenant = Whose::Tenants { people: &people, there: &there };
        for purpose in Purpose::ALL {
            let expected = flag.is_for_tenants_to_say() || may_process(purpose, &BTreeSet::from([flag]));
            assert_eq!(gate.may_process(purpose, &of_tenant).await.unwrap(), expected, "{flag:?} {purpose:?}");
        }
        demo::vault(&account).raise_flag(&there[0], flag, now()).await.unwrap();
        for purpose in Purpose::ALL {
            let expected = may_process(purpose, &BTreeSet::from([flag]));
            assert_eq!(gate.may_process(purpose, &of_tenant).await.unwrap(), expected, "{flag:?} {purpose:?}");
        }
        demo::vault(&account).lift_flag(&people[1], flag, now(), None).await.unwrap();
        for purpose in Purpose::ALL {
            assert!(
                gate.may_process(purpose, &Whose::Theirs(&people)).await.unwrap(),
                "{flag:?} {purpose:?}: it is lifted"
            );
        }
    }
}
