//! The whole engine over the real adapters, with every kind of trouble at every kind of call.

use jiff::{SignedDuration, Timestamp};
use privacy::accept_callback::{Callback, Terms, accept_callback};
use privacy::data_map::KeyRange;
use privacy::erasure::Worked;
use privacy::identity::{Namespace, PlatformId};
use privacy::ingest_gate::Mark;
use privacy::memory::{World, place};
use privacy::obligation::{NewObligation, ObligationId, State};
use privacy::ports::{Freshness, Intake, Opened, Read, Showcase, Stores, Suppressions};
use privacy::signed_request::SignedRequest;
use privacy_tests::account::{Account, Trouble};
use privacy_tests::demo;
use privacy_tests::workshop::Workshop;
use serde_json::json;

fn now() -> Timestamp {
    "2026-03-10T12:00:00Z".parse().unwrap()
}

fn request() -> NewObligation {
    demo::request(&demo::person("10158000000000001"), now())
}

/// One person in two tenants, a bystander beside them, and another in a tenant of its own.
fn account() -> Account {
    let account = Account::new();
    let (person, other) = (demo::person("10158000000000001"), demo::person("10158000000000002"));
    let connected_at = "2026-01-01T00:00:00.000Z";
    for (tenant, connection, identity) in
        [("alder", "c1", &person), ("birch", "c2", &person), ("alder", "c9", &other), ("cedar", "c3", &other)]
    {
        demo::connect(&account, tenant, connection, connected_at, identity);
        demo::signals(&account, tenant, connection, 60, 700);
        for (file, version, is_marker) in [("a.jpg", "1", false), ("a.jpg", "2", true), ("b.jpg", "1", false)] {
            account.buckets().put(&format!("{tenant}/{connection}/p1/avatar/{file}"), version, is_marker);
        }
    }
    // One id begins like the other.
    for (user, identity) in [("ab", &person), ("abc", &other)] {
        demo::user(&account, "alder", user, connected_at, identity);
        demo::own_contact(&account, "cedar", user, connected_at, identity);
    }
    demo::link_to(&account, &place("alder", "c9", Some("p2")), connected_at, &other);
    account
}

fn is_of_person(line: &str) -> bool {
    let of_user = ["user#ab#", "contact#ab#", "##user#ab\"", "##contact#ab\"", "cedar/ab/"];
    of_user.iter().chain(&["alder#c1\"", "\"c1\"", "alder/c1/", "birch"]).any(|part| line.contains(part))
}

fn everything(account: &Account) -> Vec<String> {
    ["alder", "birch", "cedar"].iter().flat_map(|tenant| demo::of_tenant(account, tenant)).collect()
}

async fn visit(account: &Account, worker: &str, at: Timestamp) -> Result<Worked, privacy::fault::Fault> {
    Workshop::of(account).work(&request().id, worker, at).await
}

async fn work_until_erased(account: &Account) -> u32 {
    for attempt in 1..8 {
        let at = now() + SignedDuration::from_mins(10) * i32::try_from(attempt).unwrap();
        if matches!(visit(account, &format!("w{attempt}"), at).await, Ok(Worked::Erased { .. } | Worked::Idle)) {
            return attempt;
        }
    }
    panic!("not erased after seven visits");
}

async fn check(what: &str, spoil: impl Fn(&Account)) {
    let account = account();
    let bystanders: Vec<String> = everything(&account).into_iter().filter(|line| !is_of_person(line)).collect();
    assert_eq!(demo::ledger(&account).open(&request()).await.unwrap(), Opened::New);
    spoil(&account);
    work_until_erased(&account).await;
    let mut left: Vec<String> = everything(&account);
    left.retain(|line| !line.contains("alder#c1\"") || !line.contains("subject#"));
    assert_eq!(left, bystanders, "{what}");
    let shown = demo::ledger(&account).show(&request().id, Freshness::Now).await.unwrap().unwrap();
    let signals = shown.outcomes.iter().find(|(class, _)| class == "signals").unwrap();
    assert_eq!(signals.1, privacy::obligation::Outcome::Removed { count: 120 }, "{what}");
}

#[tokio::test(start_paused = true)]
async fn every_trouble_at_every_operation_ends_in_the_same_state() {
    let operations =
        ["UpdateItem", "PutItem", "Query", "GetItem", "BatchWriteItem", "ListObjectVersions", "DeleteObjects"];
    for operation in operations {
        for (name, troubles) in [
            ("one answer lost", vec![Trouble::AnswerLost]),
            ("down for three calls", vec![Trouble::Down; 3]),
            ("down for a while", vec![Trouble::Down; 12]),
            ("throttled", vec![Trouble::Throttled; 5]),
        ] {
            if troubles[0] == Trouble::Throttled && operation.contains("Object") {
                continue;
            }
            check(&format!("{operation}: {name}"), |account| account.trouble(operation, &troubles)).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn unprocessed_items_are_sent_again() {
    for batches in [1, 5, 30] {
        check("unprocessed", |account| account.trouble("BatchWriteItem", &vec![Trouble::Unprocessed; batches])).await;
    }
}

#[tokio::test(start_paused = true)]
async fn versions_that_s3_refuses_are_sent_again_and_pages_are_followed() {
    check("refused versions", |account| account.buckets().refuse(2)).await;
    check("refused for long", |account| account.buckets().refuse(9)).await;
    check("short pages", |account| account.buckets().set_page(1)).await;
}

#[tokio::test(start_paused = true)]
async fn a_busy_partition_or_mark_is_waited_for_in_the_same_visit() {
    for (operation, trouble, times) in
        [("BatchWriteItem", Trouble::Throttled, 15), ("UpdateItem", Trouble::Throttled, 2)]
    {
        let account = account();
        demo::ledger(&account).open(&request()).await.unwrap();
        account.trouble(operation, &vec![trouble; times]);
        assert_eq!(work_until_erased(&account).await, 1, "{operation} {trouble:?}");
    }
    let account = account();
    let mark = Mark::place(&privacy::memory::place("alder", "c1", None));
    account.trouble("UpdateItem", &[Trouble::Conflict; 5]);
    demo::vault(&account).raise(&mark, now()).await.unwrap();
    assert_eq!(account.dump("suppression").len(), 1);
}

#[tokio::test]
async fn what_s3_refuses_for_good_is_handed_back() {
    let account = Account::new();
    account.buckets().put("alder/c1/p1/avatar/a.jpg", "1", false);
    account.buckets().put("alder/c1/p1/avatar/a.jpg", "2", true);
    account.buckets().refuse(u32::MAX);
    let (vault, range) = (demo::vault(&account), KeyRange::Bucket { prefix: "alder/c1/".to_owned() });
    let records = vault.page("media", &range, None, None, Read::Strong).await.unwrap().records;
    let left = vault.erase("media", &range, &records).await.unwrap();
    assert_eq!((records.len(), left.len()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn tokens_leave_with_the_first_step() {
    let account = account();
    demo::ledger(&account).open(&request()).await.unwrap();
    // The inbox cannot be read: nothing is erased, but the tokens are gone and ingest is stopped.
    account.trouble("BatchWriteItem", &[Trouble::Down; 60]);
    drop(visit(&account, "w1", now()).await);
    let rows = account.dump("connections");
    let row = |partition: &str| {
        rows.iter()
            .find(|row| row["pk"]["S"] == partition && row["sk"]["S"] == "connection")
            .unwrap_or_else(|| panic!("{partition}"))
    };
    for (partition, has_token) in
        [("connection#alder#c1", false), ("connection#birch#c2", false), ("connection#alder#c9", true)]
    {
        assert_eq!(row(partition).get("access_token").is_some(), has_token, "{partition}");
        assert_eq!(row(partition).get("refresh_token").is_some(), has_token, "{partition}");
    }
    assert_eq!(account.dump("suppression").len(), 4, "the person, two connections and a contact");
}

#[tokio::test(start_paused = true)]
async fn the_ledger_holds_no_identifier_and_no_secret() {
    let account = account();
    demo::ledger(&account).open(&request()).await.unwrap();
    work_until_erased(&account).await;
    let stored = [account.dump("ledger"), account.dump("suppression")].concat();
    let text = serde_json::to_string(&stored).unwrap();
    for marker in ["10158000000000001", "token-1", "token-2", "zzzz"] {
        assert!(!text.contains(marker), "{marker}");
    }
    let id: ObligationId = request().id;
    assert!(text.contains(id.as_str()));
}

/// The rows of alder's people by person: sources and total.
fn people(account: &Account) -> Vec<String> {
    account
        .dump("people")
        .iter()
        .map(|row| format!("{} {} {}", row["sk"]["S"], row["sources"]["M"], row["total"]["N"]))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_shared_row_loses_its_source_once_whatever_happens() {
    for operation in ["UpdateItem", "DeleteItem", "BatchWriteItem", "Query"] {
        for troubles in [vec![Trouble::AnswerLost], vec![Trouble::Down; 4], vec![Trouble::Throttled; 12]] {
            let account = account();
            demo::share(&account, "alder", "x", &[("c1", "p1", 5), ("c1", "p2", 2), ("c9", "p1", 3)]);
            demo::share(&account, "alder", "y", &[("c1", "p1", 4)]);
            demo::share(&account, "cedar", "x", &[("c3", "p1", 9)]);
            demo::ledger(&account).open(&request()).await.unwrap();
            account.trouble(operation, &troubles);
            work_until_erased(&account).await;
            let left = [r#""person#x" {"c3#p1":{"N":"9"}} "9""#, r#""person#x" {"c9#p1":{"N":"3"}} "3""#];
            let mut found = people(&account);
            found.sort();
            assert_eq!(found, left, "{operation} {troubles:?}");
        }
    }
}

#[tokio::test]
async fn nobody_is_in_no_row_whatever_somebody_stored_under_it() {
    let account = Account::new();
    demo::connect(&account, "alder", "c1", "2026-01-01T00:00:00.000Z", &demo::person("0"));
    demo::signals(&account, "alder", "c1", 3, 100);
    let before: Vec<_> = ["connections", "inbox"].map(|table| account.dump(table)).into();
    let (keys, map, ledger) = (demo::keys(), demo::map(), demo::ledger(&account));
    let terms = Terms { keys: &keys, map: &map, stuck_after: SignedDuration::from_hours(1) };
    let nobody = SignedRequest {
        namespace: Namespace::parse("facebook").unwrap(),
        user_id: PlatformId::parse("0").unwrap(),
        profile_id: None,
        issued_at: None,
    };
    let callback = Callback::DataDeletion;
    let accepted = accept_callback(&ledger, &World::new(now(), 10), terms, &nobody, callback, now()).await.unwrap();
    Workshop::of(&account).work(&accepted.id, "w1", now()).await.unwrap();
    let shown = ledger.show(&accepted.id, Freshness::Now).await.unwrap().unwrap();
    assert!(matches!(shown.head.state, State::Verifying { .. } | State::Completed { .. }), "{:?}", shown.head.state);
    assert_eq!(before, ["connections", "inbox"].map(|table| account.dump(table)));
    assert!(account.dump("suppression").is_empty());
}

#[tokio::test]
async fn what_is_shown_is_found_beyond_a_page_of_outcomes_of_before() {
    let (account, id) = (Account::new(), request().id);
    assert_eq!(demo::ledger(&account).open(&request()).await.unwrap(), Opened::New);
    let outcome = |seq: u32| {
        let filler = "x".repeat(350_000);
        json!({"pk": {"S": id.partition()}, "sk": {"S": format!("outcome#{seq:010}")}, "filler": {"S": filler}})
    };
    account.put_all("ledger", &(100..104).map(outcome).collect::<Vec<_>>());
    let shown = demo::ledger(&account).show(&id, Freshness::Now).await.unwrap().unwrap();
    assert_eq!(shown.head.id, id);
    assert!(account.take_calls().iter().filter(|call| call.operation == "Query").count() >= 2);
}
