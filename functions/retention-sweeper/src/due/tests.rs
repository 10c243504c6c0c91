use privacy::deadline::DueBy;
use privacy::obligation::NewObligation;
use privacy::policy::Route;
use privacy::ports::{DUE_SHARDS, Intake};
use privacy_tests::account::{Account, Trouble};
use privacy_tests::demo;

use super::*;

async fn sweep(account: &Account) -> Result<Report, SweepFailed> {
    let due = Due::new(&account.connection_of("retention-sweeper"), &Config::of_account(&[]));
    let (report, faults) = due.sweep(&demo::map(), "r-1", SystemClock.now() + SignedDuration::from_mins(5)).await;
    if faults > 0 { Err(SweepFailed { faults }) } else { Ok(report) }
}

#[tokio::test(start_paused = true)]
async fn a_shard_that_could_not_be_read_fails_the_invocation_when_the_others_are_swept() {
    let account = Account::new();
    let received_at = SystemClock.now() - SignedDuration::from_hours(2);
    // One obligation in each shard, all read at once. Each reading is tried three times, so some have no try left that goes well.
    let requests: Vec<_> = (0..200)
        .map(|number| demo::request(&demo::person(&format!("1015800000000{number:04}")), received_at))
        .collect();
    for shard in 0..DUE_SHARDS {
        let one = requests.iter().find(|request| request.id.shard(DUE_SHARDS) == shard).unwrap();
        demo::ledger(&account).open(one).await.unwrap();
    }
    account.trouble("Query ledger", &[Trouble::Down; 3 * DUE_SHARDS as usize - 4]);
    let failed = sweep(&account).await.unwrap_err();
    assert!(failed.faults >= 1, "{failed:?}");
    let sent = account.sent().len();
    assert!((1..usize::from(DUE_SHARDS)).contains(&sent), "what could be read is sent, and nothing else: {sent}");
    let report = sweep(&account).await.unwrap();
    assert!(!report.is_truncated && report.failed == 0, "{report:?}");
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_names_what_the_sweep_then_sends_and_writes_nothing() {
    let account = Account::new();
    let received_at = SystemClock.now() - SignedDuration::from_hours(2);
    for number in 0..5 {
        let request = demo::request(&demo::person(&format!("1015800000000{number:04}")), received_at);
        demo::ledger(&account).open(&request).await.unwrap();
    }
    let before = account.dump("ledger");
    let due = Due::new(&account.connection_of("retention-sweeper"), &Config::of_account(&[]));
    let ahead = async || due.plan("r-1", SystemClock.now() + SignedDuration::from_mins(5)).await;
    account.trouble("Query ledger", &[Trouble::Down; 6]);
    assert!(ahead().await.is_err(), "what was not read is not shown as a plan");
    let plan = ahead().await.unwrap();
    assert_eq!((account.dump("ledger"), account.sent().len()), (before, 0));
    assert_eq!((plan.due, plan.kinds["meta-data-deletion"].to_send, plan.is_truncated), (5, 5, false));
    let told = serde_json::to_value(&plan).unwrap();
    assert_eq!(
        (&told["dry_run"], &told["kinds"]["meta-data-deletion"]["first_due_by"]),
        (&true.into(), &told["to_send"][0]["due_by"])
    );
    let report = sweep(&account).await.unwrap();
    assert_eq!((report.due, report.sent), (plan.due, 5));
    let sent: Vec<String> = account.sent().iter().map(|message| format!("{message:?}")).collect();
    for (number, planned) in plan.to_send.iter().enumerate() {
        assert_eq!(planned.reference.len(), 12, "as logs name it");
        assert!(!sent[number].contains(&planned.reference), "the whole id is in the queue only");
    }
    assert_eq!(ahead().await.unwrap().due, 0);
}

/// What rings `ObligationsNearDueAlarm`: the number that its metric is made of is above the threshold of the template days before
/// the last day, and the invocation does not fail for it.
#[tokio::test]
async fn what_comes_near_its_last_day_rings_days_before_it() {
    let template = privacy_tests::repository::read("template.yaml");
    let (_, alarm) = template.split_once("\n  ObligationsNearDueAlarm:\n").unwrap();
    let alarm = alarm.split("\n\n").next().unwrap();
    assert!(alarm.contains("MetricName: ObligationsNearDue\n") && alarm.contains("Threshold: 0\n"), "{alarm}");
    // Promised within 30 days, with an alarm 5 days before: the shipped policy.
    for (received_days_ago, near_due, overdue) in [(0, 0, 0), (24, 0, 0), (25, 1, 0), (30, 1, 0), (31, 0, 1)] {
        let account = Account::new();
        let received_at = SystemClock.now() - SignedDuration::from_hours(24 * received_days_ago);
        let due_by = DueBy::of(demo::map().counted(Route::MetaDataDeletion).unwrap(), received_at).unwrap();
        let request = NewObligation { due_by, ..demo::request(&demo::person("10158000000000001"), received_at) };
        demo::ledger(&account).open(&request).await.unwrap();
        let report = sweep(&account).await.unwrap();
        assert_eq!((report.near_due, report.overdue), (near_due, overdue), "{received_days_ago} days ago");
    }
}
