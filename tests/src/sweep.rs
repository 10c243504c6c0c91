//! What a purge by date consumes: so many records due, beside so many that are not.

use dynoxide::{AttributeValue, ImportOptions};
use jiff::{SignedDuration, Timestamp};
use privacy::data_map::DataMap;
use privacy::purge::{Bounds, PeriodClass, RunReport, purge_periods};
use serde_json::{Value, json};

use crate::account::Account;
use crate::demo::{self, Stopped};

/// Text in a record of the logs.
const TEXT_BYTES: usize = 180;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A row of so many bytes beside its key.
#[must_use]
pub fn row(partition: &str, sort: &str, bytes: usize) -> Value {
    json!({"pk": {"S": partition}, "sk": {"S": sort}, "text": {"S": "z".repeat(bytes)}})
}

/// The shipped classes from a day on, with ceilings that are not in the way.
#[must_use]
pub fn classes(since: &str) -> Vec<PeriodClass> {
    let mut model = demo::map().model().clone();
    for purge in model.class.values_mut().filter_map(|class| class.purge.as_mut()) {
        purge.since = since.parse().unwrap();
        purge.ceiling_per_run = 1_000_000;
    }
    PeriodClass::all(&DataMap::new(model).unwrap()).unwrap()
}

/// One run at an instant.
pub async fn run(account: &Account, classes: &[PeriodClass], now: &str) -> RunReport {
    let (ledger, vault, clock) = (demo::ledger(account), demo::vault(account), Stopped(at(now)));
    let bounds = Bounds { stop_at: at(now) + SignedDuration::from_mins(1), records_max: 1_000_000, is_dry_run: false };
    purge_periods(&ledger, &vault, &clock, &demo::map(), classes, bounds).await
}

/// Log rows of one day: about 250 bytes each, of ten tenants, over the four shards. Written as the storage has them, and not through
/// JSON: a test writes millions of them.
pub fn logs(account: &Account, day: &str, count: usize) {
    for shard in 0..4 {
        let partition = format!("log#{day}#{shard}");
        let numbers: Vec<usize> = (shard..count).step_by(4).collect();
        for numbers in numbers.chunks(20_000) {
            let row = |number: &usize| {
                let sort = format!("tenant-{}#{day}T10:00:00.000Z#{number:07}", number % 10);
                [("pk", partition.clone()), ("sk", sort), ("text", "z".repeat(TEXT_BYTES))]
                    .map(|(name, value)| (name.to_owned(), AttributeValue::S(value)))
                    .into()
            };
            let rows = numbers.iter().map(row).collect();
            account.database.import_items("logs", rows, ImportOptions::default()).unwrap();
        }
    }
}

impl Account {
    /// How many items a table has.
    ///
    /// # Panics
    /// The storage does not say.
    #[must_use]
    pub fn count(&self, table: &str) -> usize {
        let stats = self.database.table_stats().unwrap();
        stats.into_iter().find(|one| one.table_name == table).map_or(0, |one| usize::try_from(one.item_count).unwrap())
    }
}

/// What a run consumed.
#[derive(Clone, Copy, Debug)]
pub struct Consumed {
    /// Records purged.
    pub purged: f64,
    /// Read units.
    pub rru: f64,
    /// Write units.
    pub wru: f64,
    /// Calls.
    pub calls: f64,
    /// Those of them that delete.
    pub batches: f64,
    /// The least that finding and proving can take: see [`floor_of_range`].
    pub floor_rru: f64,
}

/// The least that one range can be found, emptied and proven empty with, in read units. A query is billed in steps of 4 KiB, half
/// a unit each, and never less than one of them, however little it finds; then one strong read of the emptied range.
#[must_use]
pub fn floor_of_range(bytes: usize) -> f64 {
    bytes.div_ceil(4096).max(1) as f64 / 2.0 + 1.0
}

/// Sums what was called since the last time; the records stood in so many ranges of the same size.
///
/// # Panics
/// A table was scanned.
#[must_use]
pub fn consumed(account: &Account, purged: usize, bytes: usize, ranges: usize) -> Consumed {
    let calls = account.take_calls();
    assert!(calls.iter().all(|call| call.operation != "Scan"));
    let (rru, wru) = calls.iter().fold((0.0, 0.0), |(rru, wru), call| (rru + call.rru, wru + call.wru));
    let floor_rru = ranges as f64 * floor_of_range(purged * bytes / ranges);
    let batches = calls.iter().filter(|call| call.operation == "BatchWriteItem").count() as f64;
    Consumed { purged: purged as f64, rru, wru, calls: calls.len() as f64, batches, floor_rru }
}

/// Purges one day of `due` records beside `live` of other days.
///
/// # Panics
/// The run failed, or purged anything else.
pub async fn sweep_beside(due: usize, live: usize) -> Consumed {
    let account = Account::new();
    logs(&account, "2026-03-10", due);
    for day in 0..10 {
        logs(&account, &format!("2026-05-1{day}"), live / 10);
    }
    drop(account.take_calls());
    // The watermarks of a stack that has been running: only the logs are a day behind.
    let mut behind = classes("2027-03-09");
    behind.retain(|class| class.name != "security-logs");
    behind.extend(classes("2026-03-10").into_iter().filter(|class| class.name == "security-logs"));
    let report = run(&account, &behind, "2027-03-10T00:20:00Z").await;
    assert_eq!((report.failures(), report.classes["security-logs"].purged), (0, due as u64), "{report:?}");
    let bytes: usize =
        2 + "log#2026-03-10#0".len() + 2 + "tenant-0#2026-03-10T10:00:00.000Z#0000000".len() + 4 + TEXT_BYTES;
    let consumed = consumed(&account, due, bytes, 4);
    assert_eq!(account.count("logs"), live);
    consumed
}

/// Purges one hour of `rows` records of each of `connections`, which only the registry finds. And the read units of its second look.
///
/// # Panics
/// The run failed, or left anything.
pub async fn sweep_registry(connections: usize, rows: usize) -> (Consumed, f64) {
    const HOUR: &str = "2027-03-09T14";
    let account = Account::new();
    for connection in 0..connections {
        let partition = format!("alder#c{connection:04}");
        let mut items: Vec<Value> = (0..rows)
            .map(|number| row(&partition, &format!("member#{HOUR}#{HOUR}:10:00.000Z#m{number}"), 100))
            .collect();
        items.push(row(&format!("due#member-profiles#{HOUR}#{}", connection % 2), &partition, 0));
        account.put_all("social", &items);
    }
    drop(account.take_calls());
    let report = run(&account, &classes("2027-03-09"), "2027-03-10T12:20:00Z").await;
    let purged = connections * rows;
    assert_eq!((report.failures(), report.classes["member-profiles"].purged), (0, purged as u64), "{report:?}");
    let bytes = 2 + "alder#c0000".len() + 2 + "member##:10:00.000Z#m0".len() + 2 * HOUR.len() + 4 + 100;
    let consumed = consumed(&account, purged, bytes, connections);
    assert_eq!(account.count("social"), connections, "its lines, for the second look");
    let mut again = classes("2027-03-09");
    again.retain(|class| class.name == "member-profiles");
    let report = run(&account, &again, "2027-03-11T11:20:00Z").await;
    assert_eq!((report.failures(), account.count("social")), (0, 0), "{report:?}");
    (consumed, account.take_calls().iter().map(|call| call.rru).sum())
}
