use privacy::ports::{DUE_SHARDS, Intake};
use privacy_tests::account::{Account, Trouble};
use privacy_tests::demo;

use super::*;

async fn sweep(account: &Account) -> Result<Report, SweepFailed> {
    let due = Due::new(&account.connection(), &Config::of_account(&[]));
    due.sweep(&demo::map(), "r-1", SystemClock.now() + SignedDuration::from_mins(5)).await
}

#[tokio::test(start_paused = true)]
async fn a_shard_that_could_not_be_read_fails_the_invocation_when_the_others_are_swept() {
    let account = Account::new();
    let received_at = SystemClock.now() - SignedDuration::from_hours(2);
    // One obligation in the last shard: the first ones are down.
    let requests =
        (0..200).map(|number| demo::request(&demo::person(&format!("1015800000000{number:04}")), received_at));
    let last = requests.into_iter().find(|request| request.id.shard(DUE_SHARDS) == DUE_SHARDS - 1).unwrap();
    demo::ledger(&account).open(&last).await.unwrap();
    account.trouble("Query ledger", &[Trouble::Down; 6]);
    let failed = sweep(&account).await.unwrap_err();
    assert!(failed.faults >= 1, "{failed:?}");
    assert_eq!(account.sent().len(), 1, "what could be read is sent");
    let report = sweep(&account).await.unwrap();
    assert!(!report.is_truncated && report.failed == 0, "{report:?}");
}
