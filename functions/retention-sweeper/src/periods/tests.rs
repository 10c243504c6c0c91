use jiff::civil::Date;
use jiff::{Span, tz::TimeZone};
use privacy::policy::model::Model;
use privacy_tests::account::{Account, Trouble};
use privacy_tests::sweep::row;
use serde_json::{Value, json};

use super::*;

const RECORDS: usize = 8;

fn days_ago(days: i32) -> Date {
    SystemClock.now().to_zoned_datetime(TimeZone::UTC).date() - Span::new().days(days)
}

/// The shipped classes, each a few days behind.
fn map(ceiling: u64) -> DataMap {
    let mut model: Model = DataMap::built_in().unwrap().model().clone();
    for class in model.class.values_mut() {
        let (Some(purge), Some(longest)) = (&mut class.purge, class.clock.ceiling) else { continue };
        purge.since = days_ago(3).checked_sub(longest).unwrap();
        purge.ceiling_per_run = ceiling;
    }
    DataMap::new(model).unwrap()
}

/// A day of logs and an hour of other members' profiles, both due since days.
fn account() -> Account {
    let account = Account::new();
    let day = days_ago(1).checked_sub(Span::new().months(12)).unwrap();
    let logs: Vec<Value> = (0..RECORDS)
        .map(|number| row(&format!("log#{day}#0"), &format!("alder#{day}T10:00:00.000Z#{number}"), 10))
        .collect();
    account.put_all("logs", &logs);
    let hour = format!("{}T10", days_ago(3));
    let mut profiles: Vec<Value> =
        (0..RECORDS).map(|number| row("alder#c1", &format!("member#{hour}#{hour}:00:00.000Z#m{number}"), 10)).collect();
    profiles.push(json!({"pk": {"S": format!("due#member-profiles#{hour}#0")}, "sk": {"S": "alder#c1"}}));
    account.put_all("social", &profiles);
    account
}

async fn sweep(account: &Account, map: &DataMap) -> Result<Answer, PurgeFailed> {
    sweep_as(account, map, false).await
}

async fn sweep_as(account: &Account, map: &DataMap, is_dry_run: bool) -> Result<Answer, PurgeFailed> {
    let periods = Periods::new(
        &account.connection_of("retention-sweeper"),
        &Config::of_account(&["social", "billing", "logs"]),
        map,
    )
    .unwrap();
    periods.sweep(map, "r-1", SystemClock.now() + SignedDuration::from_mins(5), is_dry_run).await
}

/// The report that stands in the bucket.
fn stored(account: &Account) -> String {
    let objects = account.buckets().objects();
    format!("{:?}", objects.iter().find(|(key, _)| key.contains("sweeps/")).expect("no report"))
}

#[tokio::test(start_paused = true)]
async fn a_class_that_could_not_be_swept_fails_the_invocation_when_the_rest_is_done_and_reported() {
    let account = account();
    account.trouble("Query logs", &[Trouble::Down; 200]);
    assert_eq!(sweep(&account, &map(100)).await.unwrap_err(), PurgeFailed { failures: 1 });
    assert_eq!((account.dump("logs").len(), account.dump("social").len()), (RECORDS, 0), "the other class is purged");
    assert!(!stored(&account).is_empty());

    let account = self::account();
    let Answer { report, stored_under } = sweep(&account, &map(100)).await.unwrap();
    assert_eq!((report.failures(), account.dump("logs").len(), account.dump("social").len()), (0, 0, 0));
    assert!(stored_under.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_report_that_could_not_be_stored_fails_the_invocation_too() {
    let account = account();
    account.trouble("PutObject", &[Trouble::Down; 200]);
    assert_eq!(sweep(&account, &map(100)).await.unwrap_err(), PurgeFailed { failures: 1 });
    assert_eq!((account.dump("logs").len(), account.dump("social").len()), (0, 0), "what could be purged is");
}

/// It was not swept; and it waits for a person, with an alarm of its own.
#[tokio::test(start_paused = true)]
async fn a_class_that_halted_at_its_ceiling_fails_the_invocation_when_the_rest_is_done_and_reported() {
    let account = account();
    let Answer { report, .. } = sweep_as(&account, &map(2), true).await.unwrap();
    assert!(report.classes["security-logs"].halted, "a dry run shows it: {report:?}");
    assert_eq!(sweep(&account, &map(2)).await.unwrap_err(), PurgeFailed { failures: 2 });
    assert_eq!(account.dump("logs").len(), RECORDS);
    assert!(!stored(&account).is_empty());
}
