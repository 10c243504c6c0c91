use std::collections::HashMap;

use lambda_runtime::Context;
use privacy::data_map::DataMap;
use privacy::ids::Platform;
use privacy::memory::place;
use privacy::obligation::{NewObligation, Outcome};
use privacy::policy::Route;
use privacy::ports::{Freshness, Intake, Opened, Showcase};
use privacy::target::Target;
use privacy_aws::vault::Names;
use privacy_tests::account::{Account, Trouble};
use privacy_tests::demo;

use super::*;
use crate::config::DownstreamConfig;

fn worker(account: &Account) -> Worker {
    account.set_secret("arn:subject-keys", demo::SUBJECT_KEYS);
    account.set_secret("arn:receipt-key", &format!(r#"{{"seed":"{}"}}"#, "7".repeat(64)));
    account.set_secret("arn:processors", "{}");
    worker_as_it_is(account)
}

fn worker_as_it_is(account: &Account) -> Worker {
    let stores = ["inbox", "media", "connections", "people", "social"].map(|name| (name.to_owned(), name.to_owned()));
    let names = Names {
        stores: HashMap::from(stores),
        connections: "connections".to_owned(),
        secrets: vec!["access_token".to_owned()],
        suppression: "suppression".to_owned(),
    };
    let config = Config {
        ledger_table: "ledger".to_owned(),
        erasure_queue_url: "http://account.test/000000000000/erasure".to_owned(),
        names,
        share: None,
        second_looks: vec!["PT15M".parse().unwrap()],
        map: DataMap::built_in().unwrap().confirming_after(jiff::Span::new()),
        downstream: DownstreamConfig {
            subject_keys_arn: "arn:subject-keys".to_owned(),
            receipt_key_arn: "arn:receipt-key".to_owned(),
            processors_arn: "arn:processors".to_owned(),
            receipts_bucket: "receipts".to_owned(),
            is_local_allowed: true,
        },
    };
    Worker::new(&account.connection_of("erasure-worker"), config)
}

async fn open(account: &Account, user: &str) -> ObligationId {
    let (person, now) = (demo::person(user), SystemClock.now());
    demo::connect(account, "alder", &format!("c{user}"), "2026-01-01T00:00:00.000Z", &person);
    demo::signals(account, "alder", &format!("c{user}"), 30, 300);
    let new = demo::request(&person, now);
    assert_eq!(demo::ledger(account).open(&new).await.unwrap(), Opened::New);
    new.id
}

/// Delivers bodies as messages m0, m1, … with so many seconds left; the ids that have to come again.
async fn deliver(account: &Account, seconds_left: i64, bodies: &[String]) -> Vec<String> {
    let record = |(index, body): (usize, &String)| serde_json::json!({"messageId": format!("m{index}"), "body": body});
    let records: Vec<serde_json::Value> = bodies.iter().enumerate().map(record).collect();
    let payload: SqsEvent = serde_json::from_value(serde_json::json!({"Records": records})).unwrap();
    let mut context = Context::default();
    context.request_id = "r-1".to_owned();
    context.deadline = u64::try_from(SystemClock.now().as_millisecond() + seconds_left * 1000).unwrap();
    let response = worker(account).handle(LambdaEvent { payload, context }).await;
    response.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect()
}

async fn is_erased(account: &Account, id: &ObligationId) -> bool {
    let shown = demo::ledger(account).show(id, Freshness::Now).await.unwrap().unwrap();
    shown.outcomes.iter().any(|(class, outcome)| class == "signals" && *outcome == Outcome::Removed { count: 30 })
}

fn body(id: &ObligationId) -> String {
    Work { obligation: id.clone() }.to_body()
}

#[tokio::test]
async fn a_poison_message_comes_again_alone() {
    let account = Account::new();
    let (one, two) = (open(&account, "1").await, open(&account, "2").await);
    let unknown = ObligationId::parse(&"z".repeat(32)).unwrap();
    let bodies = [body(&one), "not json".to_owned(), String::new(), body(&unknown), body(&two), body(&one)];
    assert_eq!(deliver(&account, 120, &bodies).await, ["m1", "m2"]);
    assert!(is_erased(&account, &one).await && is_erased(&account, &two).await);
}

#[tokio::test(start_paused = true)]
async fn a_fault_with_one_message_reports_that_one() {
    let account = Account::new();
    let (one, two) = (open(&account, "1").await, open(&account, "2").await);
    account.trouble("UpdateItem", &[Trouble::Down; 3]);
    let again = deliver(&account, 120, &[body(&one)]).await;
    assert_eq!(again, ["m0"]);
    assert_eq!(deliver(&account, 120, &[body(&one), body(&two)]).await, Vec::<String>::new());
    assert!(is_erased(&account, &one).await && is_erased(&account, &two).await);
}

#[tokio::test]
async fn work_that_runs_out_of_time_sends_itself_on() {
    let account = Account::new();
    let one = open(&account, "1").await;
    assert_eq!(deliver(&account, 10, &[body(&one)]).await, Vec::<String>::new());
    assert_eq!(account.sent(), [body(&one)], "too little is left to begin a chunk");
    assert_eq!(deliver(&account, 120, &account.sent()).await, Vec::<String>::new());
    assert!(is_erased(&account, &one).await);
}

#[tokio::test]
async fn what_is_ours_is_erased_and_known_to_be_gone_though_no_secret_can_be_had() {
    let account = Account::new();
    let id = open(&account, "10158000000000001").await;
    let worker = worker_as_it_is(&account);
    let stop_at = SystemClock.now() + SignedDuration::from_mins(1);
    let Worked::Settling { unsettled, parked, .. } = worker.erase(&id, "w", stop_at).await.unwrap() else { panic!() };
    assert_eq!((unsettled, parked), (vec!["posthog".to_owned()], 1), "it rings, and is tried again");
    assert!(is_erased(&account, &id).await);
    assert_eq!(demo::of_tenant(&account, "alder"), Vec::<String>::new());
    let head = demo::ledger(&account).show(&id, Freshness::Now).await.unwrap().unwrap().head;
    assert_eq!(head.state.erased_at(), None, "nobody is told that all is gone");
    assert!(head.ours_gone_at().is_some(), "ours is not late for it");
}

#[tokio::test]
async fn settings_that_are_no_json_keep_only_processors_waiting() {
    let account = Account::new();
    let id = open(&account, "10158000000000001").await;
    let stop_at = || SystemClock.now() + SignedDuration::from_mins(1);
    let worker = worker(&account);
    account.set_secret("arn:processors", "{");
    let Worked::Settling { parked, .. } = worker.erase(&id, "w", stop_at()).await.unwrap() else { panic!() };
    assert_eq!(parked, 1);
    assert!(demo::ledger(&account).show(&id, Freshness::Now).await.unwrap().unwrap().head.ours_gone_at().is_some());
}

/// A disconnect waits for no answer of a processor.
#[tokio::test]
async fn a_disconnect_is_erased_though_no_secret_can_be_had_and_comes_again_for_its_receipt() {
    let account = Account::new();
    open(&account, "10158000000000001").await;
    let (now, platform) = (SystemClock.now(), Platform::parse("facebook").unwrap());
    let place = place("alder", "c10158000000000001", None);
    let request = NewObligation {
        id: ObligationId::of_connection(&place),
        route: Route::Disconnect,
        target: Target::Connection { place, platform },
        ..demo::request(&demo::person("10158000000000001"), now)
    };
    let id = request.id.clone();
    assert_eq!(demo::ledger(&account).open(&request).await.unwrap(), Opened::New);
    let stop_at = now + SignedDuration::from_mins(1);
    assert!(worker_as_it_is(&account).erase(&id, "w", stop_at).await.is_err(), "it comes again");
    let head = || async { demo::ledger(&account).show(&id, Freshness::Now).await.unwrap().unwrap().head };
    assert!(head().await.state.erased_at().is_some());
    assert!(account.buckets().dump().is_empty(), "there is no receipt yet: {:?}", account.buckets().dump());
}
