//! Our own records, closed and purged, over the ports in memory and over DynamoDB: the same records go at the same time.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use privacy::deadline::DueBy;
use privacy::ids::TenantId;
use privacy::keys::KeyedRef;
use privacy::legal_hold::{HoldId, HoldScope, LegalHold, Note};
use privacy::memory::{World, built_in_map, place};
use privacy::obligation::{NewObligation, ObligationId, State};
use privacy::plan;
use privacy::policy::Route;
use privacy::policy::own::OwnKind;
use privacy::ports::{
    Advance, Archive, CancelUntil, Closed, ClosedRecord, DUE_SHARDS, DueIndex, Freshness, HoldBook, Intake, Lease,
    Ledger, NextAction, Showcase, archive_shards,
};
use privacy::purge::{Bounds, PurgeLedger, RunReport, purge_own};
use privacy::scope::Scope;
use privacy::subject_request::ports::RequestBook;
use privacy::target::{Limit, Target};
use privacy_tests::account::Account;
use privacy_tests::{demo, each};
use serde_json::{Value, json};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn id(letter: &str) -> ObligationId {
    ObligationId::parse(&letter.repeat(32)).unwrap()
}

const COMPLETED: &str = "2026-03-10T12:00:00Z";
const CANCELLED: &str = "2026-03-11T12:00:00Z";
const SUCCEEDED: &str = "2026-03-12T12:00:00Z";
const RELEASED: &str = "2026-03-13T12:00:00Z";

fn request(letter: &str, received_at: &str) -> NewObligation {
    NewObligation {
        id: id(letter),
        route: Route::MetaDataDeletion,
        target: Target::Person {
            links: vec![KeyedRef::from_stored("v1-link".to_owned())],
            suppressions: vec![],
            limit: Limit::Everywhere,
        },
        received_at: at(received_at),
        starts_at: None,
        covers_until: at(received_at),
        is_dated: true,
        due_by: DueBy { date: "2026-04-09".parse().unwrap(), time_zone: "UTC".to_owned() },
        next_action_at: at(received_at),
    }
}

fn hold() -> LegalHold {
    let note = |text| Note::parse(text).unwrap();
    let scope = HoldScope {
        tenant: TenantId::parse("alder").unwrap(),
        connection: None,
        contact: None,
        user: None,
        classes: BTreeSet::new(),
        from: None,
        until: None,
    };
    LegalHold {
        id: HoldId::parse("hold-0001").unwrap(),
        scope,
        reason: note("a court asked"),
        approver: note("counsel"),
        proof: None,
        placed_at: at(COMPLETED),
        review_by: "2026-05-01".parse().unwrap(),
    }
}

async fn bring_to(ports: &(impl Ledger + DueIndex), letter: &str, state: State) {
    let lease = Lease { id: id(letter), worker: "w".to_owned() };
    ports.lease(&lease, at(COMPLETED), at(COMPLETED) + SignedDuration::from_mins(1)).await.unwrap();
    let head = ports.head(&lease.id).await.unwrap().unwrap();
    let scopes = [Scope::found(place("alder", "c1", None))];
    ports.save_scope(&head, &scopes[0]).await.unwrap();
    ports.save_plan(&head, &plan::plan(&head.id, head.covers_until, &scopes, &built_in_map())).await.unwrap();
    ports.save_outcomes(&head, &[]).await.unwrap();
    let next_action = if state.closed_at().is_some() { NextAction::Never } else { NextAction::Keep };
    let advance = Advance::to(state, next_action);
    ports.advance(&lease, &advance).await.unwrap().unwrap();
    Ledger::release(ports, &lease).await.unwrap();
}

/// Completed, cancelled, succeeded and released, with what belongs to each.
async fn close<P: Intake + Ledger + DueIndex + HoldBook>(ports: &P) {
    ports.open(&request("a", COMPLETED)).await.unwrap();
    let erased_at = at(COMPLETED);
    bring_to(ports, "a", State::Completed { erased_at, completed_at: erased_at, looks: vec![erased_at] }).await;
    let later = Some(at("2026-12-01T00:00:00Z"));
    ports.open(&NewObligation { starts_at: later, ..request("b", COMPLETED) }).await.unwrap();
    ports.cancel(&id("b"), CancelUntil::ItsDay, at(CANCELLED)).await.unwrap();
    ports.open(&request("c", COMPLETED)).await.unwrap();
    let plan = plan::plan(&id("c"), erased_at, &[], &built_in_map()).hash;
    bring_to(ports, "c", State::Verifying { plan, erased_at, looks: vec![] }).await;
    let first = ports.head(&id("c")).await.unwrap().unwrap();
    assert!(ports.reopen(&first, &request("c", SUCCEEDED)).await.unwrap());
    bring_to(ports, "c", State::Received).await;
    ports.place(&hold()).await.unwrap();
    ports.wait_for(&id("c"), &hold().id).await.unwrap();
    for again in [RELEASED, "2026-05-01T00:00:00Z"] {
        HoldBook::release(ports, &hold().id, at(again)).await.unwrap();
    }
}

async fn all_closed(ports: &impl Archive, kind: OwnKind, until: &str) -> Vec<Closed> {
    let mut found = Vec::new();
    for shard in 0..archive_shards(kind) {
        found.extend(each(ports.closed(kind, shard, at(until), 10).await.unwrap()));
    }
    found.sort_by_key(|closed| closed.closed_at);
    found
}

async fn purge(ports: &(impl Archive + PurgeLedger + RequestBook), now: &str) -> (u64, u64) {
    let flags = World::new(at(now), 1);
    let clock = World::new(at(now), 1);
    let bounds = Bounds { stop_at: at(now) + SignedDuration::from_mins(1), records_max: 100, is_dry_run: false };
    let mut report = RunReport::began(at(now), false);
    purge_own(ports, &flags, &clock, &built_in_map(), bounds, &mut report).await;
    assert_eq!(report.failures(), 0, "{report:?}");
    (report.classes["own.requests"].purged, report.classes["own.holds"].purged)
}

async fn contract<P: Intake + Ledger + DueIndex + HoldBook + Archive + Showcase + PurgeLedger + RequestBook>(
    ports: &P,
) {
    close(ports).await;
    let closed = |record, since: &str| Closed { record, closed_at: at(since) };
    let requests = [
        closed(ClosedRecord::Request(id("a")), COMPLETED),
        closed(ClosedRecord::Request(id("b")), CANCELLED),
        closed(ClosedRecord::Earlier(id("c"), 1), SUCCEEDED),
    ];
    let holds = [closed(ClosedRecord::Hold(hold().id), RELEASED)];
    assert_eq!(all_closed(ports, OwnKind::Requests, RELEASED).await, requests);
    assert_eq!(all_closed(ports, OwnKind::Requests, CANCELLED).await, requests[..2]);
    assert_eq!(all_closed(ports, OwnKind::Holds, RELEASED).await, holds);
    let mut due = Vec::new();
    for shard in 0..DUE_SHARDS {
        due.extend(each(ports.due(shard, at("2050-01-01T00:00:00Z"), 10).await.unwrap()));
    }
    assert_eq!(due.iter().map(|due| due.id.clone()).collect::<Vec<_>>(), [id("c")], "what is closed is not due");
    assert_eq!(ports.head(&id("a")).await.unwrap().unwrap().next_action_at, None);

    let parts = async |closed: &Closed| ports.parts(closed).await.unwrap().map(|parts| parts.len());
    assert_eq!(parts(&requests[0]).await, Some(3));
    assert_eq!(parts(&requests[1]).await, Some(0));
    assert_eq!(parts(&requests[2]).await, Some(3), "not those of its successor");
    assert_eq!(parts(&holds[0]).await, Some(1));
    for closed in requests.iter().chain(&holds) {
        let stale = Closed { closed_at: closed.closed_at - SignedDuration::from_secs(1), ..closed.clone() };
        assert_eq!(parts(&stale).await, None, "{stale:?}");
        assert!(!ports.erase_record(&stale).await.unwrap(), "{stale:?}");
    }

    let expected = [
        ("2028-03-10T23:59:59Z", (0, 0)),
        ("2028-03-11T00:00:00Z", (1, 0)),
        ("2028-03-12T00:00:00Z", (1, 0)),
        ("2028-03-13T00:00:00Z", (1, 0)),
        ("2028-03-14T00:00:00Z", (0, 1)),
        ("2050-03-14T00:00:00Z", (0, 0)),
    ];
    for (now, gone) in expected {
        assert_eq!(purge(ports, now).await, gone, "{now}");
    }
    assert_eq!(ports.show(&id("a"), Freshness::Now).await.unwrap(), None);
    let open = ports.show(&id("c"), Freshness::Now).await.unwrap().unwrap();
    assert_eq!((open.head.seq, open.earlier.len()), (2, 0));
    assert_eq!((ports.all().await.unwrap(), ports.waiting(&hold().id).await.unwrap()), (vec![], vec![]));
    assert_eq!(ports.scopes(&open.head).await.unwrap().len(), 1);
}

#[tokio::test]
async fn records_go_by_their_months_in_memory() {
    contract(&World::new(at(COMPLETED), 3)).await;
}

#[tokio::test]
async fn records_go_by_their_months_over_dynamodb_and_leave_nothing() {
    let account = Account::new();
    contract(&demo::ledger(&account)).await;
    let keys: BTreeSet<String> =
        account.dump("ledger").iter().map(|row| format!("{} {}", key(row, "pk"), key(row, "sk"))).collect();
    let c = "c".repeat(32);
    let expected =
        ["head", "outcome#000002", "plan#000002", "scope#000002#alder#c1"].map(|sort| format!("obligation#{c} {sort}"));
    let stays = ["hold-changes count".to_owned()];
    assert_eq!(keys, expected.into_iter().chain(stays).collect(), "and the count of holds, which names nobody");
}

fn key<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name]["S"].as_str().unwrap()
}

/// Every purge reads its index parts and what is due; what is not due costs nothing.
#[tokio::test]
async fn a_run_reads_what_is_due_only() {
    let reads = async |others: u32| {
        let account = Account::new();
        let ledger = demo::ledger(&account);
        close(&ledger).await;
        for number in 0..others {
            let other = ObligationId::parse(&format!("{number:032}")).unwrap();
            let starts_at = Some(at("2027-12-01T00:00:00Z"));
            let new = NewObligation { id: other.clone(), starts_at, ..request("d", COMPLETED) };
            ledger.open(&new).await.unwrap();
            ledger.cancel(&other, CancelUntil::ItsDay, at("2027-06-01T00:00:00Z")).await.unwrap();
        }
        drop(account.take_calls());
        assert_eq!(purge(&ledger, "2028-03-12T00:00:00Z").await, (2, 0));
        account.take_calls().iter().map(|call| call.rru).sum::<f64>()
    };
    let (few, many) = (reads(10).await, reads(100).await);
    assert!((few - many).abs() < f64::EPSILON, "{few} and {many} read units");
}

/// Entries of the index without a record that could be theirs, the oldest of every part; or a record that lacks what it must have.
#[tokio::test]
async fn what_cannot_be_read_leaves_the_others_purged_and_fails_its_kind() {
    let run = async |account: &Account| {
        let (ledger, now) = (demo::ledger(account), at("2028-03-14T00:00:00Z"));
        let bounds = Bounds { stop_at: now + SignedDuration::from_mins(1), records_max: 100, is_dry_run: false };
        let mut report = RunReport::began(now, false);
        purge_own(&ledger, &demo::vault(account), &World::new(now, 1), &built_in_map(), bounds, &mut report).await;
        ["own.requests", "own.holds", "own.contact-data"].map(|kind| {
            let of_kind = &report.classes[kind];
            (of_kind.purged, of_kind.fault.is_some())
        })
    };
    let account = Account::new();
    close(&demo::ledger(&account)).await;
    let parts =
        OwnKind::ALL.iter().flat_map(|kind| (0..archive_shards(*kind)).map(move |shard| (kind.as_str(), shard)));
    let entry = |(kind, shard): (&str, u8)| {
        let part = format!("closed-{kind}#{shard:02}");
        json!({"pk": {"S": format!("obligation#?{part}")}, "sk": {"S": "earlier#x"}, "due_shard": {"S": part},
            "next_action_at": {"S": "2025-01-01T00:00:00.000Z"}})
    };
    account.put_all("ledger", &parts.map(entry).collect::<Vec<_>>());
    assert_eq!(run(&account).await, [(3, true), (1, true), (0, true)]);

    let account = Account::new();
    close(&demo::ledger(&account)).await;
    let text = |text: &str| aws_sdk_dynamodb::types::AttributeValue::S(text.to_owned());
    let of_a = format!("obligation#{}", "a".repeat(32));
    let update = account.connection().dynamodb().update_item().table_name("ledger");
    let update = update.key("pk", text(&of_a)).key("sk", text("head")).update_expression("REMOVE seq");
    update.send().await.unwrap();
    assert_eq!(run(&account).await, [(2, true), (1, false), (0, false)]);
    assert!(account.dump("ledger").iter().any(|row| key(row, "pk") == of_a), "what nobody can read is not erased");
}
