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
use privacy::ports::{Connections, HoldBook, Intake};
use privacy::purge::PeriodClass;
use privacy::scope::Link;
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
    let written = write(account, connection, gate.conditions(&arrival, now()).unwrap()).await;
    assert_eq!(read, written, "both forms of the gate agree when nothing else happens");
    written
}

/// Writes it under conditions, all or nothing; whether it was let in.
async fn write(account: &Account, connection: &str, mut items: Vec<TransactWriteItem>) -> bool {
    let put = Put::builder()
        .table_name("inbox")
        .item("pk", AttributeValue::S(format!("alder#{connection}")))
        .item("sk", AttributeValue::S("contact#p9#signal#2026-03-10T12:00:00.000Z#late".to_owned()))
        .build()
        .unwrap();
    items.push(TransactWriteItem::builder().put(put).build());
    account.connection().dynamodb().transact_write_items().set_transact_items(Some(items)).send().await.is_ok()
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

/// A writer may be slow: what it has read is as old as the whole of an erasure when it writes. Whoever goes by what was read, writes
/// into what was erased; whoever has the store look again, does not.
#[tokio::test(start_paused = true)]
async fn a_write_that_was_admitted_before_an_erasure_is_refused_from_its_marks_on() {
    for is_erased in [false, true] {
        for is_naive in [false, true] {
            let case = format!("erased {is_erased}, by what was read only {is_naive}");
            let account = Account::new();
            demo::connect(&account, "alder", "c1", "2026-01-01T00:00:00.000Z", &demo::person("10158000000000001"));
            demo::signals(&account, "alder", "c1", 40, 500);
            let (place, owners) =
                (place("alder", "c1", Some("p9")), demo::keys().suppressions(&demo::person("10158000000000001")));
            let arrival = Arrival { place: &place, connected_at: connected_at(), owners: &owners, occurred_at: now() };
            let gate = IngestGate::new(&account.connection(), "suppression".to_owned(), "ledger".to_owned());
            assert!(gate.admit(&arrival, now()).await.unwrap().is_ok(), "{case}: nobody has asked");

            demo::ledger(&account).open(&request()).await.unwrap();
            if is_erased {
                assert!(matches!(work(&account, "w1", now()).await, Some(Worked::Erased { .. })), "{case}");
                assert_eq!(demo::of_tenant(&account, "alder"), Vec::<String>::new(), "{case}");
            } else {
                account.trouble("BatchWriteItem", &[Trouble::Down; 30]);
                assert!(!matches!(work(&account, "w1", now()).await, Some(Worked::Erased { .. })), "{case}");
                assert!(!account.dump("suppression").is_empty(), "{case}: its marks are raised");
            }
            let before = demo::of_tenant(&account, "alder").len();
            let conditions = if is_naive { Vec::new() } else { gate.conditions(&arrival, now()).unwrap() };
            assert_eq!(write(&account, "c1", conditions).await, is_naive, "{case}");
            let left = demo::of_tenant(&account, "alder");
            assert_eq!(left.len(), before + usize::from(is_naive), "{case}: {left:?}");
        }
    }
}

/// Two requests over one connection: the tenant disconnects it, and its owner asks for deletion. The first dies before, at, or after
/// the write that takes the connection out; the second says erased, and is right. It would not be, had the links gone first.
#[tokio::test(start_paused = true)]
async fn whoever_asks_next_finds_what_a_dead_worker_has_left_of_a_connection() {
    let owner = demo::person("10158000000000001");
    let connection = place("alder", "c1", None);
    let disconnect = NewObligation {
        id: ObligationId::of_connection(&connection),
        route: Route::Disconnect,
        target: Target::Connection { place: connection.clone(), platform: Platform::parse("facebook").unwrap() },
        ..request()
    };
    let forms = [None, Some(vec![Trouble::Down; 30]), Some(vec![Trouble::Late; 30]), Some(vec![])];
    for (number, form) in forms.into_iter().enumerate() {
        let is_naive = form.is_none();
        let account = Account::new();
        demo::connect(&account, "alder", "c1", "2026-01-01T00:00:00.000Z", &owner);
        demo::signals(&account, "alder", "c1", 3, 300);
        demo::ledger(&account).open(&disconnect).await.unwrap();
        let leads_there = |reference| Link { reference, place: connection.clone() };
        let links: Vec<Link> = demo::keys().links(&owner).into_iter().map(leads_there).collect();
        if is_naive {
            demo::vault(&account).unlink(&links).await.unwrap();
        } else {
            account.trouble("TransactWriteItems", &form.unwrap_or_default());
            let workshop = Workshop::of(&account);
            let first = workshop.work(&disconnect.id, "w1", now());
            drop(tokio::time::timeout(std::time::Duration::from_secs(900), first).await);
        }
        demo::ledger(&account).open(&request()).await.unwrap();
        let mut is_erased = false;
        // What is down for the first is down for the second, for a while.
        for visit in 1..20 {
            let at = now() + SignedDuration::from_mins(10) * visit;
            is_erased = matches!(work(&account, &format!("w{visit}"), at).await, Some(Worked::Erased { .. }));
            if is_erased {
                break;
            }
        }
        assert!(is_erased, "form {number}");
        let left: Vec<String> = account
            .dump("connections")
            .iter()
            .map(ToString::to_string)
            .filter(|row| row.contains("alder#c1"))
            .collect();
        assert_eq!(!left.is_empty(), is_naive, "form {number} leaves {left:?}");
        // Its late write finds nothing to do.
        account.carry_out_late();
        assert_eq!(demo::of_tenant(&account, "alder").is_empty(), !is_naive, "form {number}");
    }
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
