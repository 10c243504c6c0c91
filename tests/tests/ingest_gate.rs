//! The gate as the product uses it: in one transaction with the write, against a running erasure.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};
use jiff::{SignedDuration, Timestamp};
use privacy::data_map::DataMap;
use privacy::erasure::Worked;
use privacy::ids::{Platform, TenantId};
use privacy::ingest_gate::{Arrival, Dated, Purpose, TokenUse};
use privacy::keys::KeyedRef;
use privacy::legal_hold::{HoldId, HoldScope, LegalHold, Note};
use privacy::memory::place;
use privacy::obligation::{NewObligation, ObligationId};
use privacy::policy::Route;
use privacy::ports::{HoldBook, Intake};
use privacy::purge::PeriodClass;
use privacy::target::Target;
use privacy_aws::ingest_gate::IngestGate;
use privacy_tests::account::{Account, Trouble};
use privacy_tests::demo;
use privacy_tests::workshop::Workshop;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-03-10T12:00:00Z")
}

fn request() -> NewObligation {
    NewObligation { route: Route::MetaDeauthorize, ..demo::request(&demo::person("10158000000000001"), now()) }
}

/// Writes a signal of alder's connection the way the product does; whether the gate let it in.
async fn ingest(account: &Account, connection: &str, connected_at: Timestamp, owners: &[KeyedRef]) -> bool {
    let place = place("alder", connection, Some("p9"));
    let arrival = Arrival { place: &place, connected_at, owners, occurred_at: now() };
    let gate = IngestGate::new(&account.connection(), "suppression".to_owned(), "ledger".to_owned());
    let read = gate.admit(&arrival, now()).await.unwrap().is_ok();
    let put = Put::builder()
        .table_name("inbox")
        .item("pk", AttributeValue::S(format!("alder#{connection}")))
        .item("sk", AttributeValue::S("contact#p9#signal#2026-03-10T12:00:00.000Z#late".to_owned()))
        .build()
        .unwrap();
    let mut items = gate.conditions(&arrival, now()).unwrap();
    items.push(TransactWriteItem::builder().put(put).build());
    let written =
        account.connection().dynamodb().transact_write_items().set_transact_items(Some(items)).send().await.is_ok();
    assert_eq!(read, written, "both forms of the gate agree when nothing else happens");
    written
}

async fn work(account: &Account, worker: &str, at: Timestamp) -> Option<Worked> {
    Workshop::of(account).work(&request().id, worker, at).await.ok()
}

fn connected_at() -> Timestamp {
    at("2026-01-01T00:00:00Z")
}

#[tokio::test(start_paused = true)]
async fn ingest_races_the_erasure_at_every_call_and_loses() {
    let owners = demo::keys().suppressions(&demo::person("10158000000000001"));
    let operations = ["UpdateItem", "PutItem", "Query", "GetItem", "BatchWriteItem", "ListObjectVersions"];
    let (mut admitted, mut refused) = (0, 0);
    for operation in operations {
        for calls in [1, 4, 7] {
            let account = Account::new();
            demo::connect(&account, "alder", "c1", "2026-01-01T00:00:00.000Z", &demo::person("10158000000000001"));
            demo::signals(&account, "alder", "c1", 40, 500);
            demo::ledger(&account).open(&request()).await.unwrap();
            // The worker dies somewhere in the middle of that kind of call; a signal comes in; another takes over.
            account.trouble(operation, &vec![Trouble::Down; calls]);
            drop(work(&account, "w1", now()).await);
            if ingest(&account, "c1", connected_at(), &owners).await {
                admitted += 1
            } else {
                refused += 1
            }
            for visit in 1..6 {
                let at = now() + SignedDuration::from_mins(10) * visit;
                drop(work(&account, &format!("w{visit}"), at).await);
            }
            assert_eq!(demo::of_tenant(&account, "alder"), Vec::<String>::new(), "{operation} down for {calls}");
        }
    }
    assert!(admitted > 0 && refused > 0, "{admitted} admitted, {refused} refused");
}

#[tokio::test]
async fn the_gate_lets_in_bystanders_and_people_who_came_back() {
    let account = Account::new();
    let person = demo::person("10158000000000001");
    let owners = demo::keys().suppressions(&person);
    demo::connect(&account, "alder", "c1", "2026-01-01T00:00:00.000Z", &person);
    demo::ledger(&account).open(&request()).await.unwrap();
    assert!(matches!(work(&account, "w", now()).await, Some(Worked::Erased { .. })));
    assert!(!ingest(&account, "c1", connected_at(), &[]).await, "the connection is stopped, whoever owns it");
    assert!(!ingest(&account, "c5", connected_at(), &owners).await, "another old connection of the person");
    assert!(
        ingest(&account, "c9", connected_at(), &demo::keys().suppressions(&demo::person("2"))).await,
        "a bystander"
    );
    assert!(ingest(&account, "c1-again", now() + SignedDuration::from_secs(1), &owners).await, "connected again");
}

#[tokio::test]
async fn an_expired_mark_counts_as_absent() {
    let account = Account::new();
    let owners = demo::keys().suppressions(&demo::person("10158000000000001"));
    let mark = |expires_at: i64| serde_json::json!({"pk": {"S": format!("subject#{}", owners[0])}, "covers_until": {"S": "2026-03-10T12:00:00.000Z"}, "expires_at": {"N": expires_at.to_string()}});
    account.put_all("suppression", &[mark(now().as_second() + 1)]);
    assert!(!ingest(&account, "c1", connected_at(), &owners).await);
    account.put_all("suppression", &[mark(now().as_second())]);
    assert!(ingest(&account, "c1", connected_at(), &owners).await);
}

#[tokio::test]
async fn the_write_that_accepts_a_disconnect_refuses_the_tokens_before_any_worker_has_run() {
    let account = Account::new();
    let person = demo::person("10158000000000001");
    demo::connect(&account, "alder", "c1", "2026-01-01T00:00:00.000Z", &person);
    let before = demo::of_tenant(&account, "alder");
    let gate = IngestGate::new(&account.connection(), "suppression".to_owned(), "ledger".to_owned());
    let owners = demo::keys().suppressions(&person);
    let may = async |connection: &str, connected_at: Timestamp| {
        let place = place("alder", connection, None);
        let tokens = TokenUse { connection: &place, connected_at, owners: &owners };
        gate.may_use_tokens(&tokens, now()).await.map(|judged| judged.is_ok())
    };
    assert!(may("c1", connected_at()).await.unwrap());
    let connection = place("alder", "c1", None);
    let disconnect = NewObligation {
        id: ObligationId::of_connection(&connection),
        route: Route::Disconnect,
        target: Target::Connection { place: connection, platform: Platform::parse("facebook").unwrap() },
        ..request()
    };
    demo::ledger(&account).open(&disconnect).await.unwrap();
    assert!(!may("c1", connected_at()).await.unwrap());
    assert_eq!(demo::of_tenant(&account, "alder"), before, "no worker has run: the tokens are still in their row");
    assert!(may("c2", connected_at()).await.unwrap(), "another connection");
    assert!(may("c1", now() + SignedDuration::from_secs(1)).await.unwrap(), "made again under its id");
    account.trouble("BatchGetItem", &[Trouble::Down; 9]);
    assert!(may("c2", connected_at()).await.is_err(), "who cannot read does not use them");
}

fn hold() -> LegalHold {
    let note = |text| Note::parse(text).unwrap();
    LegalHold {
        id: HoldId::parse("hold-0001").unwrap(),
        scope: HoldScope {
            tenant: TenantId::parse("alder").unwrap(),
            connection: None,
            contact: None,
            user: None,
            classes: BTreeSet::from(["signals".to_owned()]),
            from: None,
            until: None,
        },
        reason: note("a claim"),
        approver: note("counsel"),
        proof: Some(note("case 1")),
        placed_at: now(),
        review_by: "2026-04-01".parse().unwrap(),
    }
}

/// Whether a signal of a connection may be used so: read, and as a condition of a write.
async fn may_use(account: &Account, purpose: Purpose, connection: &str, connected_at: Timestamp) -> bool {
    let place = place("alder", connection, Some("p1"));
    let record = Arrival { place: &place, connected_at, owners: &[], occurred_at: connected_at };
    let gate = IngestGate::new(&account.connection(), "suppression".to_owned(), "ledger".to_owned());
    let read = gate.may_use(purpose, (&record, None), now()).await.unwrap().is_ok();
    let key = |name: &str| AttributeValue::S(format!("{name}-{connection}-{purpose:?}"));
    let put = Put::builder().table_name("logs").item("pk", AttributeValue::S("log#2026-03-10#0".to_owned()));
    let put =
        put.item("sk", AttributeValue::S(format!("alder#2026-03-10T12:00:00.000Z#{}", key("use").as_s().unwrap())));
    let mut items = gate.use_conditions(purpose, (&record, None), now()).unwrap().unwrap();
    items.push(TransactWriteItem::builder().put(put.build().unwrap()).build());
    let sent = account.connection().dynamodb().transact_write_items().set_transact_items(Some(items)).send().await;
    assert_eq!(read, sent.is_ok(), "both forms of the gate agree");
    read
}

#[tokio::test(start_paused = true)]
async fn what_a_hold_keeps_past_its_erasure_is_restricted() {
    let account = Account::new();
    for (connection, person) in [("c1", "10158000000000001"), ("c2", "2")] {
        demo::connect(&account, "alder", connection, "2026-01-01T00:00:00.000Z", &demo::person(person));
        demo::signals(&account, "alder", connection, 3, 300);
    }
    demo::ledger(&account).place(&hold()).await.unwrap();
    assert!(may_use(&account, Purpose::Service, "c1", connected_at()).await, "a hold alone restricts nothing");
    demo::ledger(&account).open(&request()).await.unwrap();
    assert!(matches!(work(&account, "w", now()).await, Some(Worked::Held { .. })));
    assert_eq!(account.dump("inbox").len(), 6, "all of it is kept");
    for purpose in Purpose::ALL {
        let is_for_claims = matches!(purpose, Purpose::Keeping | Purpose::LegalClaims);
        assert_eq!(may_use(&account, purpose, "c1", connected_at()).await, is_for_claims, "{purpose:?}");
        assert!(may_use(&account, purpose, "c2", connected_at()).await, "{purpose:?}: a bystander");
        assert!(may_use(&account, purpose, "c1", now()).await, "{purpose:?}: connected again since");
    }
}

fn dated_classes() -> Vec<PeriodClass> {
    PeriodClass::all(&DataMap::built_in().unwrap()).unwrap()
}

/// Profiles of members have 24 hours, whatever keeps them: no purge raises a mark, and nothing is read to know it.
#[tokio::test]
async fn what_is_past_its_date_is_restricted_though_no_mark_says_so() {
    let account = Account::new();
    let gate = IngestGate::new(&account.connection(), "suppression".to_owned(), "ledger".to_owned());
    let (classes, place) = (dated_classes(), place("alder", "c1", None));
    let class = classes.iter().find(|class| class.name == "member-profiles").unwrap();
    let record = Arrival { place: &place, connected_at: connected_at(), owners: &[], occurred_at: now() };
    for (recorded_at, may) in [("2026-03-09T13:00:00Z", true), ("2026-03-09T12:59:59Z", false)] {
        let dated = Dated { class, recorded_at: at(recorded_at) };
        for (purpose, may) in [(Purpose::Service, may), (Purpose::LegalClaims, true)] {
            let judged = gate.may_use(purpose, (&record, Some(&dated)), now()).await.unwrap();
            let conditions = gate.use_conditions(purpose, (&record, Some(&dated)), now()).unwrap();
            assert_eq!((judged.is_ok(), conditions.is_ok()), (may, may), "{recorded_at} {purpose:?}");
        }
    }
}

/// The writer has written the line of this hour before, and knows it; the line is gone since. Its next record brings it again.
#[tokio::test]
async fn a_record_that_comes_late_brings_the_line_that_a_purge_finds_it_by() {
    let account = Account::new();
    let gate = IngestGate::new(&account.connection(), "suppression".to_owned(), "ledger".to_owned());
    let (classes, place) = (dated_classes(), place("alder", "c1", None));
    let class = classes.iter().find(|class| class.name == "member-profiles").unwrap();
    let write = async |recorded_at: &str| {
        let arrival =
            Arrival { place: &place, connected_at: connected_at(), owners: &[], occurred_at: at(recorded_at) };
        let dated = Dated { class, recorded_at: at(recorded_at) };
        let Ok(mut items) = gate.dated_conditions((&arrival, &dated), "social", now()).unwrap() else { return false };
        let hour = recorded_at.get(..13).unwrap();
        let put = Put::builder()
            .table_name("social")
            .item("pk", AttributeValue::S("alder#c1".to_owned()))
            .item("sk", AttributeValue::S(format!("member#{hour}#{recorded_at}#m1")))
            .build()
            .unwrap();
        items.push(TransactWriteItem::builder().put(put).build());
        account.connection().dynamodb().transact_write_items().set_transact_items(Some(items)).send().await.is_ok()
    };
    let lines = || {
        let rows = account.dump("social").into_iter();
        rows.filter(|row| row["pk"]["S"].as_str().unwrap().starts_with("due#")).collect::<Vec<_>>()
    };
    assert!(write("2026-03-10T11:00:00.000Z").await);
    let first = lines();
    assert_eq!(first.len(), 1);
    assert_eq!((first[0]["sk"]["S"].as_str(), first[0]["tenant_id"]["S"].as_str()), (Some("alder#c1"), Some("alder")));
    let text = |name: &str| AttributeValue::S(first[0][name]["S"].as_str().unwrap().to_owned());
    let delete = account.connection().dynamodb().delete_item().table_name("social");
    delete.key("pk", text("pk")).key("sk", text("sk")).send().await.unwrap();
    assert!(write("2026-03-10T11:30:00.000Z").await);
    assert_eq!(lines(), first, "the record alone would be found by nobody");
    assert!(!write("2026-03-09T12:30:00.000Z").await, "its hour is purged by now");
    assert_eq!(lines(), first);
}
