use privacy::deadline::DueBy;
use privacy::obligation::NewObligation;
use privacy::policy::Route;
use privacy::ports::{DUE_SHARDS, Intake};
use privacy_tests::account::{Account, Trouble};
use privacy_tests::demo;

use super::*;

async fn sweep(account: &Account) -> Result<Report, SweepFailed> {
    let due = Due::new(&account.connection_of("retention-sweeper"), &Config::of_account(&[]));
    due.sweep(&demo::map(), "r-1", SystemClock.now() + SignedDuration::from_mins(5)).await
}

#[tokio::test(start_paused = true)]
async fn a_shard_that_could_not_be_read_fails_the_invocation_when_the_others_are_swept() {
    let account = Account::new();
    let received_at = SystemClock.now() - SignedDuration::from_hours(2);
    // One obligation in each shard; which one a sweep begins with depends on the time.
    let requests: Vec<_> = (0..200)
        .map(|number| demo::request(&demo::person(&format!("1015800000000{number:04}")), received_at))
        .collect();
    for shard in 0..DUE_SHARDS {
        let one = requests.iter().find(|request| request.id.shard(DUE_SHARDS) == shard).unwrap();
        demo::ledger(&account).open(one).await.unwrap();
    }
    account.trouble("Query ledger", &[Trouble::Down; 6]);
    let failed = sweep(&account).await.unwrap_err();
    assert!(failed.faults >= 1, "{failed:?}");
    let sent = account.sent().len();
    assert!((1..usize::from(DUE_SHARDS)).contains(&sent), "what could be read is sent, and nothing else: {sent}");
    let report = sweep(&account).await.unwrap();
    assert!(!report.is_truncated && report.failed == 0, "{report:?}");
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
