//! Purging over an in-process DynamoDB: the ledger's and the bucket's side of the ports, what it costs, and what it leaves.

use jiff::Timestamp;
use privacy::legal_hold::HoldId;
use privacy::memory::World;
use privacy::ports::Confirmed;
use privacy::promise_ledger::ProofBook;
use privacy::purge::{Cover, Leftover, PeriodClass, PurgeLedger, PurgePlan, Reports, RunOf, Swept, store_report};
use privacy_tests::account::{Account, Trouble};
use privacy_tests::demo;
use privacy_tests::sweep::{Consumed, classes, logs, row, run, sweep_beside, sweep_registry};
use serde_json::{Value, json};

/// Read units for each record, beyond the floor: docs/performance.md says what they go to.
const BEYOND_FLOOR: f64 = 0.1;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
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
    let plan = |records| PurgePlan::new("logs", 7, records, at("2026-03-10T00:00:00Z"));
    let confirm = async |class: &str, plan: &PurgePlan| {
        ledger.confirm_purge(class, &plan.hash, "arn:aws:iam::1:role/alex", at("2027-03-10T02:00:00Z")).await.unwrap()
    };
    assert_eq!(confirm("nobody", &plan(8)).await, Confirmed::Missing);
    assert_eq!(confirm("logs", &plan(8)).await, Confirmed::Differs, "nothing waits");
    ledger.halt("logs", &plan(8)).await.unwrap();
    assert_eq!((progress().await.halted, progress().await.confirmed_plan), (Some(plan(8)), None));
    assert_eq!(confirm("logs", &plan(9)).await, Confirmed::Differs);
    assert_eq!(progress().await.confirmed(), None);
    for _ in 0..2 {
        assert_eq!(confirm("logs", &plan(8)).await, Confirmed::Done);
        assert_eq!(progress().await.confirmed(), Some(&plan(8)));
    }
    ledger.halt("logs", &plan(9)).await.unwrap();
    assert_eq!((progress().await.halted, progress().await.confirmed_plan), (Some(plan(9)), None), "another plan");
    assert_eq!(confirm("logs", &plan(9)).await, Confirmed::Done);
    ledger.resume("logs").await.unwrap();
    assert_eq!((progress().await.halted, progress().await.confirmed_plan), (None, None));
    let cover = Cover { from: at("2026-01-01T00:00:00Z"), shards: 4 };
    for cover in [cover, Cover { shards: 6, ..cover }] {
        ledger.note_cover("logs", cover).await.unwrap();
        assert_eq!(progress().await.cover, Some(cover));
    }
    let (back, other) = (at("2026-03-01T00:00:00Z"), at("2026-03-11T00:00:00Z"));
    ledger.rewind("logs", other, back, at("2027-03-11T01:00:00Z")).await.unwrap();
    assert_eq!(progress().await.swept, Some(swept), "it was moved by another meanwhile");
    ledger.rewind("logs", swept.until, back, at("2027-03-11T01:00:00Z")).await.unwrap();
    assert_eq!(progress().await.swept, Some(Swept { until: back, at: Some(at("2027-03-11T01:00:00Z")) }));
    assert_eq!(ledger.progress("log").await.unwrap(), privacy::purge::Progress::default(), "another class");
    for (of, day) in [(RunOf::Periods, 16), (RunOf::Due, 20)] {
        let noon = |day: i32| at(&format!("2026-03-{day}T12:00:00Z"));
        assert_eq!(ledger.last_run(of).await.unwrap(), None);
        ledger.note_run(of, noon(day)).await.unwrap();
        ledger.note_run(of, noon(day - 5)).await.unwrap();
        assert_eq!(
            ledger.last_run(of).await.unwrap(),
            Some(noon(day)),
            "{of:?}: the latest, and of each sweep its own"
        );
    }
}

async fn check_proofs(book: &impl ProofBook) {
    let proofs = |all: &[(&str, &str)]| {
        all.iter().map(|(promise, day)| ((*promise).to_owned(), at(&format!("2026-03-{day}T12:00:00Z")))).collect()
    };
    assert_eq!(book.proofs().await.unwrap(), std::collections::BTreeMap::new());
    let (one, other) = ("promise.disconnect", "termination.phase.account");
    for (noted, expected) in [
        (proofs(&[(one, "10"), (other, "11")]), proofs(&[(one, "10"), (other, "11")])),
        (proofs(&[(one, "12"), (other, "10")]), proofs(&[(one, "12"), (other, "11")])),
    ] {
        book.note_proofs(&noted).await.unwrap();
        assert_eq!(book.proofs().await.unwrap(), expected, "never back");
    }
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
    check_proofs(&world).await;
    check_proofs(&demo::ledger(&account)).await;
    check_reports(&world).await;
    check_reports(&demo::reports(&account)).await;
}

/// The size that was promised. Two million live records take 20 s of processor time to write, and a gigabyte of this process.
#[tokio::test]
async fn what_a_purge_reads_grows_with_what_is_due_and_not_with_what_exists() {
    let mut reads = Vec::new();
    for live in [200_000, 2_000_000] {
        let seen = sweep_beside(2_000, live).await;
        println!("{live} live: {seen:?}");
        assert!((seen.rru - seen.floor_rru) / seen.purged <= BEYOND_FLOOR, "{seen:?}");
        assert!(seen.wru <= seen.purged * 1.01 + 10.0, "{seen:?}");
        reads.push(seen.rru);
    }
    assert!((reads[0] - reads[1]).abs() < f64::EPSILON, "{reads:?}");
}

#[tokio::test]
async fn ten_times_the_records_due_cost_ten_times_the_units_and_a_fixed_part() {
    let mut seen = Vec::new();
    for due in [1_000, 10_000, 100_000] {
        seen.push(sweep_beside(due, 1_000).await);
    }
    println!("{seen:?}");
    for (what, part) in
        [("WRU", (|one| one.wru) as fn(&Consumed) -> f64), ("RRU", |one| one.rru), ("calls", |one| one.calls)]
    {
        let slope = |from: &Consumed, to: &Consumed| (part(to) - part(from)) / (to.purged - from.purged);
        let (lower, upper) = (slope(&seen[0], &seen[1]), slope(&seen[1], &seen[2]));
        let fixed = part(&seen[0]) - lower * seen[0].purged;
        println!("{what}: {lower:.5} a record up to 10,000, {upper:.5} up to 100,000, {fixed:.1} fixed");
        assert!((upper / lower - 1.0).abs() <= 0.05, "{what}: {lower} a record, then {upper}");
        assert!((fixed - 40.0).abs() <= 40.0, "{what}: {fixed} fixed");
    }
    assert!(seen.iter().all(|one| one.wru <= one.purged * 1.01 + 10.0), "{seen:?}");
}

#[tokio::test]
async fn a_few_records_in_each_shard_go_in_one_call() {
    let seen = sweep_beside(24, 100).await;
    assert!((seen.batches - 1.0).abs() < f64::EPSILON, "{seen:?}");
}

/// A registry costs a page per connection: where a connection has two records in an hour, that is most of it.
#[tokio::test]
async fn a_registry_costs_a_bounded_read_per_connection_whatever_their_number() {
    let mut beyond = Vec::new();
    for connections in [100, 1_000] {
        let (seen, again) = sweep_registry(connections, 2).await;
        println!("{connections} connections with 2 records: {seen:?}, {again} at the second look");
        let full = ((2 * connections) as f64 / 25.0).ceil();
        assert!(seen.batches <= full + 4.0, "batches are full across connections: {seen:?}");
        // Empty hours of a day, and one reading that proves each connection.
        assert!(again <= connections as f64 * 1.1 + 100.0, "{again} for {connections}");
        beyond.push((seen.rru - seen.floor_rru) / seen.purged);
    }
    println!("RRU beyond the floor for each record: {beyond:?}");
    assert!(beyond[1] <= BEYOND_FLOOR && beyond[1] <= beyond[0], "{beyond:?}");
    let (many, _) = sweep_registry(20, 200).await;
    let beyond = (many.rru - many.floor_rru) / many.purged;
    println!("20 connections with 200 records: {many:?}, {beyond} beyond the floor for each record");
    assert!(beyond <= BEYOND_FLOOR, "of connections with many records: {many:?}");
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
    assert_eq!(after.len(), 64, "the hour that is not due, and the lines of both in the registry");
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
async fn what_is_above_a_ceiling_waits_whole_and_goes_when_its_plan_is_confirmed() {
    let account = Account::new();
    for day in ["2026-03-08", "2026-03-09", "2026-03-10"] {
        logs(&account, day, 4);
    }
    let mut model = demo::map().model().clone();
    let purge = model.class.get_mut("security-logs").unwrap().purge.as_mut().unwrap();
    (purge.since, purge.ceiling_per_run) = ("2026-03-08".parse().unwrap(), 10);
    let classes = PeriodClass::all(&privacy::data_map::DataMap::new(model).unwrap()).unwrap();
    let logs: Vec<PeriodClass> = classes.into_iter().filter(|class| class.name == "security-logs").collect();
    let report = run(&account, &logs, "2027-03-10T00:20:00Z").await;
    let plan = report.classes["security-logs"].plan.clone().unwrap();
    assert_eq!((report.classes["security-logs"].purged, plan.records, account.count("logs")), (0, 12, 12));
    let hash = privacy::obligation::PlanHash::from_stored(plan.plan_hash);
    let ledger = demo::ledger(&account);
    let confirmed = ledger.confirm_purge("security-logs", &hash, "alex", at("2027-03-10T00:30:00Z")).await;
    assert_eq!(confirmed.unwrap(), Confirmed::Done);
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

/// Which period it lists nobody knows; every other goes.
#[tokio::test]
async fn a_leftover_that_cannot_be_read_leaves_the_rest_of_its_class_purged_and_fails_it() {
    let account = Account::new();
    for day in ["2026-03-08", "2026-03-09"] {
        logs(&account, day, 4);
    }
    let damaged = |sort: &str| json!({"pk": {"S": "purge#security-logs"}, "sk": {"S": sort}, "held": {"S": "many"}});
    account.put_all("ledger", &[damaged("left#2026-03-01T00:00:00.000Z"), damaged("scrap")]);
    let mut logs = classes("2026-03-08");
    logs.retain(|class| class.name == "security-logs");
    let report = run(&account, &logs, "2027-03-10T00:20:00Z").await;
    let of_class = &report.classes["security-logs"];
    assert_eq!((of_class.purged, account.count("logs"), report.failures()), (8, 0, 1), "{report:?}");
    assert!(of_class.fault.as_ref().is_some_and(|cause| cause.contains("held")), "{report:?}");
    assert_eq!(of_class.swept_until, Some(at("2026-03-11T00:00:00Z")));
}

/// AWS refuses what a clock has signed that is minutes wrong: so no such clock purges early, as long as nothing corrects it.
#[test]
fn no_signature_is_corrected_for_a_clock_that_is_wrong() {
    let dynamodb = Account::new().connection().dynamodb();
    assert_eq!(dynamodb.config().disable_clock_skew_correction(), Some(true));
}
