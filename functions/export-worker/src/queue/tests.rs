use std::collections::HashMap;

use lambda_runtime::Context;
use privacy::accept_termination::{Termination, accept_termination};
use privacy::data_map::DataMap;
use privacy::export::ports::BundleBook;
use privacy::ids::TenantId;
use privacy::law::Law;
use privacy::obligation::ObligationId;
use privacy_aws::vault::Names;
use privacy_tests::account::{Account, Trouble};
use privacy_tests::demo;

use super::*;

fn worker(account: &Account) -> Worker {
    account.set_secret("arn:subject-keys", demo::SUBJECT_KEYS);
    let stores = ["inbox", "media", "connections", "people", "social", "accounts", "conversations", "files"];
    let names = Names {
        connections: "connections".to_owned(),
        ..Names::of_stores(HashMap::from(stores.map(|name| (name.to_owned(), name.to_owned()))))
    };
    let config = Config {
        ledger_table: "ledger".to_owned(),
        export_queue_url: "http://account.test/000000000000/export".to_owned(),
        notice_queue_url: "http://account.test/000000000000/notice".to_owned(),
        bundles_bucket: "bundles".to_owned(),
        subject_keys_arn: "arn:subject-keys".to_owned(),
        names,
        map: DataMap::built_in().unwrap(),
        law: Law::built_in().unwrap(),
    };
    Worker::new(&account.connection_of("export-worker"), config)
}

/// The account of a tenant that ends just now.
async fn ending(account: &Account, tenant: &str) -> ExportJob {
    let (tenant, now) = (TenantId::parse(tenant).unwrap(), SystemClock.now());
    let termination =
        Termination { tenant: tenant.clone(), ended_at: Some(now), decided_at: None, time_zone: "UTC".to_owned() };
    let (ledger, queue) =
        (demo::ledger(account), SqsQueue::new(&account.connection(), "http://account.test/q".to_owned()));
    let counted = termination.count(now).unwrap();
    accept_termination(&ledger, &queue, &DataMap::built_in().unwrap(), &counted).await.unwrap();
    ExportJob::Tenant(tenant)
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

fn bundles(account: &Account) -> usize {
    account.buckets().uploaded().0.len()
}

#[test]
fn every_record_of_the_example_is_a_job_or_parked() {
    let event: SqsEvent = serde_json::from_str(include_str!("../../../../events/export-worker.batch.json")).unwrap();
    let read = |record: &aws_lambda_events::sqs::SqsMessage| {
        <Worker as Consumer>::read(record.body.as_deref().unwrap_or_default()).is_ok()
    };
    assert_eq!(event.records.iter().map(read).collect::<Vec<_>>(), [true, true, false]);
}

#[tokio::test]
async fn a_poison_message_comes_again_alone_and_a_bundle_is_made_once() {
    let account = Account::new();
    let (alder, birch) = (ending(&account, "alder").await, ending(&account, "birch").await);
    let nothing =
        [ExportJob::Request(ObligationId::of_request(&[9; 20])), ExportJob::Tenant(TenantId::parse("oak").unwrap())];
    let bodies = [
        alder.to_body(),
        "poison".to_owned(),
        nothing[0].to_body(),
        nothing[1].to_body(),
        birch.to_body(),
        alder.to_body(),
    ];
    assert_eq!(deliver(&account, 120, &bodies).await, ["m1"]);
    assert_eq!(bundles(&account), 2);
    let made = demo::ledger(&account).bundle(&alder).await.unwrap().unwrap();
    assert!(made.made_at.is_some() && made.bytes > 0);
    assert_eq!(deliver(&account, 120, &[alder.to_body()]).await, Vec::<String>::new(), "delivered twice");
    assert_eq!((bundles(&account), account.buckets().uploaded().1), (2, 0), "no upload is left open");
}

#[tokio::test]
async fn a_bundle_that_another_worker_has_waits_and_comes_again() {
    let account = Account::new();
    let (alder, now) = (ending(&account, "alder").await, SystemClock.now());
    let until = now + SignedDuration::from_mins(2);
    demo::ledger(&account).claim(&alder, "other", until, until, now).await.unwrap();
    assert_eq!(deliver(&account, 120, &[alder.to_body()]).await, ["m0"]);
    assert_eq!(bundles(&account), 0);
    demo::ledger(&account).let_go(&alder, "other").await.unwrap();
    assert_eq!(deliver(&account, 120, &[alder.to_body()]).await, Vec::<String>::new());
    assert_eq!(bundles(&account), 1);
}

#[tokio::test]
async fn work_that_runs_out_of_time_sends_itself_on() {
    let account = Account::new();
    let alder = ending(&account, "alder").await;
    let before = account.sent().len();
    assert_eq!(deliver(&account, 10, &[alder.to_body()]).await, Vec::<String>::new());
    assert_eq!(account.sent()[before..], [alder.to_body()], "too little is left to begin a page");
    assert_eq!(bundles(&account), 0);
    assert_eq!(deliver(&account, 120, &[alder.to_body()]).await, Vec::<String>::new());
    assert_eq!(bundles(&account), 1);
}

#[tokio::test(start_paused = true)]
async fn a_fault_with_one_message_reports_that_one() {
    let account = Account::new();
    let (alder, birch) = (ending(&account, "alder").await, ending(&account, "birch").await);
    account.trouble("UploadPart", &[Trouble::Down; 3]);
    assert_eq!(deliver(&account, 120, &[alder.to_body(), birch.to_body()]).await, ["m0"]);
    assert_eq!(bundles(&account), 1);
    assert_eq!(deliver(&account, 120, &[alder.to_body()]).await, Vec::<String>::new());
    assert_eq!(bundles(&account), 2);
}
