//! Purging over an in-process DynamoDB: the ledger's and the bucket's side of the ports, what it costs, and what it leaves.

use jiff::{SignedDuration, Timestamp};
use privacy::legal_hold::HoldId;
use privacy::memory::World;
use privacy::purge::{
    Bounds, Leftover, PeriodClass, PurgeLedger, Reports, RunReport, Swept, purge_periods, store_report,
};
use privacy_tests::account::{Account, Trouble};
use privacy_tests::demo::{self, Stopped};
use serde_json::{Value, json};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The shipped classes from a day on, with ceilings that are not in the way.
fn classes(since: &str) -> Vec<PeriodClass> {
    let mut model = demo::map().model().clone();
    for purge in model.class.values_mut().filter_map(|class| class.purge.as_mut()) {
        purge.since = since.parse().unwrap();
        purge.ceiling_per_run = 1_000_000;
    }
    PeriodClass::all(&privacy::data_map::DataMap::new(model).unwrap()).unwrap()
}

async fn run(account: &Account, classes: &[PeriodClass], now: &str) -> RunReport {
    let (ledger, vault, clock) = (demo::ledger(account), demo::vault(account), Stopped(at(now)));
    let bounds = Bounds { stop_at: at(now) + SignedDuration::from_mins(1), records_max: 1_000_000, is_dry_run: false };
    purge_periods(&ledger, &vault, &clock, &demo::map(), classes, bounds).await
}

fn row(partition: &str, sort: &str, bytes: usize) -> Value {
    json!({"pk": {"S": partition}, "sk": {"S": sort}, "text": {"S": "z".repeat(bytes)}})
}

/// Log rows of one day: about 250 bytes each, of ten tenants, over the four shards.
fn logs(account: &Account, day: &str, count: usize) {
    for shard in 0..4 {
        let partition = format!("log#{day}#{shard}");
        let numbers = (shard..count).step_by(4);
        let rows: Vec<Value> = numbers
            .map(|number| row(&partition, &format!("tenant-{}#{day}T10:00:00.000Z#{number:07}", number % 10), 180))
            .collect();
        account.put_all("logs", &rows);
    }
}

async fn check_ledger(ledger: &impl PurgeLedger) {
    let progress = async || ledger.progress("logs").await.unwrap();
    assert_eq!(progress().await, privacy::purge::Progress::default());
    let swept = Swept { until: at("2026-03-10T00:00:00Z"), at: Some(at("2027-03-10T01:00:00Z")) };
    for (until, now) in [("2026-03-10", "2027-03-10"), ("2026-03-09", "2027-03-11"), ("2026-03-10", "2027-03-12")] {
        let (until, now) = (at(&format!("{until}T00:00:00Z")), at(&format!("{now}T01:00:00Z")));
        ledger.advance("logs", until, now).await.unwrap();
        assert_eq!(progress().await.swept, Some(swept), "never back, and dated by who moved it");
    }
    let leftover = |day: &str, held| Leftover {
        starts_at: at(&format!("{day}T00:00:00Z")),
        look_at: at("2026-03-11T00:00:00Z"),
        by: vec![HoldId::parse("hold-0001").unwrap()],
        held,
        kept: 1,
    };
    for (day, held) in [("2026-03-02", 3), ("2026-03-01", 2), ("2026-03-02", 4)] {
        ledger.list("logs", &leftover(day, held)).await.unwrap();
    }
    assert_eq!(progress().await.leftovers, [leftover("2026-03-01", 2), leftover("2026-03-02", 4)]);
    ledger.unlist("logs", at("2026-03-01T00:00:00Z")).await.unwrap();
    ledger.unlist("logs", at("2026-03-01T00:00:00Z")).await.unwrap();
    assert_eq!(progress().await.leftovers, [leftover("2026-03-02", 4)]);
    ledger.halt("logs", 7).await.unwrap();
    assert_eq!(progress().await.halted_at, Some(7));
    ledger.resume("logs").await.unwrap();
    assert_eq!(progress().await.halted_at, None);
    assert_eq!(ledger.progress("log").await.unwrap(), privacy::purge::Progress::default(), "another class");
    assert_eq!(ledger.last_run().await.unwrap(), None);
    ledger.note_run(at("2026-03-10T00:00:00Z")).await.unwrap();
    ledger.note_run(at("2026-03-09T00:00:00Z")).await.unwrap();
    assert_eq!(ledger.last_run().await.unwrap(), Some(at("2026-03-10T00:00:00Z")));
}

async fn check_reports(reports: &impl Reports) {
    assert!(reports.store("sweeps/2026-03-10/a.json", "{}").await.unwrap());
    assert!(!reports.store("sweeps/2026-03-10/a.json", "[]").await.unwrap(), "what stands there stays");
}

#[tokio::test]
async fn memory_and_aws_keep_the_same_promises() {
    let (world, account) = (World::new(at("2026-03-10T00:00:00Z"), 10), Account::new());
    check_ledger(&world).await;
    check_ledger(&demo::ledger(&account)).await;
    check_reports(&world).await;
    check_reports(&demo::reports(&account)).await;
}

#[tokio::test]
async fn what_a_purge_reads_grows_with_what_is_due_and_not_with_what_exists() {
    const DUE: usize = 2_000;
    let mut reads = Vec::new();
    // Writing the larger table takes this emulator about 100 seconds.
    for live in [20_000, 200_000] {
        let account = Account::new();
        logs(&account, "2026-03-10", DUE);
        for day in 0..10 {
            logs(&account, &format!("2026-05-1{day}"), live / 10);
        }
        drop(account.take_calls());
        // The watermarks of a stack that has been running: only the logs are a day behind.
        let mut behind = classes("2027-03-09");
        behind.retain(|class| class.name != "security-logs");
        behind.extend(classes("2026-03-10").into_iter().filter(|class| class.name == "security-logs"));
        let report = run(&account, &behind, "2027-03-10T00:20:00Z").await;
        assert_eq!((report.failures(), report.classes["security-logs"].purged), (0, DUE as u64), "{report:?}");
        let calls = account.take_calls();
        assert!(calls.iter().all(|call| call.operation != "Scan"));
        let (rru, wru) = calls.iter().fold((0.0, 0.0), |(rru, wru), call| (rru + call.rru, wru + call.wru));
        // Key, names and text of a row, and one strong read of each emptied range.
        let bytes: usize =
            2 + "log#2026-03-10#0".len() + 2 + "tenant-0#2026-03-10T10:00:00.000Z#0000000".len() + 4 + 180;
        let floor = (DUE * bytes) as f64 / 8192.0 + 4.0;
        println!("{live} live: {rru} RRU, floor {floor:.1}; {wru} WRU for {DUE}");
        assert!((rru - floor) / DUE as f64 <= 0.1, "{rru} RRU for {DUE} records, the floor is {floor}");
        assert!(wru <= DUE as f64 * 1.01 + 10.0, "{wru} WRU");
        assert_eq!(account.dump("logs").len(), live);
        reads.push(rru);
    }
    assert!((reads[0] - reads[1]).abs() < f64::EPSILON, "{reads:?}");
}

/// Two hours of two connections, the first one due, and a connection row beside them.
fn social(account: &Account) {
    for (tenant, connection) in [("alder", "c1"), ("birch", "c2")] {
        for hour in ["2027-03-09T14", "2027-03-09T20"] {
            let partition = format!("{tenant}#{connection}");
            let mut rows: Vec<Value> = (0..30)
                .map(|number| row(&partition, &format!("member#{hour}#{hour}:10:00.000Z#m{number}"), 100))
                .collect();
            rows.push(row(&format!("due#member-profiles#{hour}#1"), &partition, 0));
            account.put_all("social", &rows);
        }
    }
}

#[tokio::test]
async fn troubles_of_every_kind_end_in_the_same_state() {
    let classes = classes("2027-03-09");
    let after = {
        let account = Account::new();
        social(&account);
        let report = run(&account, &classes, "2027-03-10T12:20:00Z").await;
        assert_eq!((report.failures(), report.classes["member-profiles"].purged), (0, 60));
        account.dump("social")
    };
    assert_eq!(after.len(), 62, "the hour that is not due, and its lines in the registry");
    for operation in ["Query", "BatchWriteItem", "UpdateItem", "GetItem"] {
        for trouble in [Trouble::Down, Trouble::Throttled, Trouble::Unprocessed] {
            if trouble == Trouble::Unprocessed && operation != "BatchWriteItem" {
                continue;
            }
            let account = Account::new();
            social(&account);
            account.trouble(operation, &[trouble; 3]);
            tokio::time::pause();
            run(&account, &classes, "2027-03-10T12:20:00Z").await;
            let report = run(&account, &classes, "2027-03-10T12:21:00Z").await;
            tokio::time::resume();
            assert_eq!(report.failures(), 0, "{operation} {trouble:?}: {report:?}");
            assert_eq!(account.dump("social"), after, "{operation} {trouble:?}");
        }
    }
}

#[tokio::test]
async fn the_confirmation_in_the_runbook_raises_the_ceiling_once() {
    let account = Account::new();
    logs(&account, "2026-03-10", 12);
    let mut model = demo::map().model().clone();
    let purge = model.class.get_mut("security-logs").unwrap().purge.as_mut().unwrap();
    (purge.since, purge.ceiling_per_run) = ("2026-03-10".parse().unwrap(), 2);
    let classes = PeriodClass::all(&privacy::data_map::DataMap::new(model).unwrap()).unwrap();
    let logs: Vec<PeriodClass> = classes.into_iter().filter(|class| class.name == "security-logs").collect();
    assert!(run(&account, &logs, "2027-03-10T00:20:00Z").await.classes["security-logs"].halted);
    let page = privacy_tests::repository::read("docs/runbooks/periods-halted.md");
    let option = |name: &str| {
        let (_, rest) = page.split_once(&format!("{name} '")).unwrap();
        rest.split_once('\'').unwrap().0.to_owned()
    };
    use aws_sdk_dynamodb::types::AttributeValue;
    let text = |value: &str| AttributeValue::S(value.to_owned());
    let confirm = async |ceiling: &str| {
        let update = account.connection().dynamodb().update_item().table_name("ledger");
        let update = update.key("pk", text("purge#security-logs")).key("sk", text("watermark"));
        let update = update
            .update_expression(option("--update-expression"))
            .condition_expression(option("--condition-expression"))
            .expression_attribute_values(":ceiling", AttributeValue::N(ceiling.to_owned()));
        update.send().await.is_ok()
    };
    assert!(!confirm("2").await, "not above the one it halted at");
    assert!(confirm("12").await);
    let report = run(&account, &logs, "2027-03-10T01:20:00Z").await;
    assert_eq!((report.classes["security-logs"].halted, report.classes["security-logs"].purged), (false, 12));
    let key = store_report(&demo::reports(&account), &report).await.unwrap();
    assert!(
        account
            .buckets()
            .objects()
            .keys()
            .any(|stored| stored.contains("sweeps") && key.starts_with("sweeps/2027-03-10/"))
    );
}
