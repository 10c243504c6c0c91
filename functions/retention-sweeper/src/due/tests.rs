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
