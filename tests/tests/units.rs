//! What accepting and erasing consume, counted by a DynamoDB that bills by bytes, held against the floors: they are
//! what the job cannot be done for less than.

use jiff::{SignedDuration, Timestamp};
use privacy::accept::{Accepted, Became};
use privacy::accept_callback::{Callback, Terms, accept_callback};
use privacy::data_map::KeyRange;
use privacy::erasure::Worked;
use privacy::identity::{Namespace, PlatformId};
use privacy::ids::{ConnectionId, TenantId};
use privacy::keys::KeyedRef;
use privacy::ports::{Connections, Intake, Record};
use privacy::scope::{Link, Place};
use privacy::signed_request::{IssuedAt, SignedRequest};
use privacy::sweep_ledger::{Bounds, sweep_ledger};
use privacy_aws::queue::SqsQueue;
use privacy_tests::account::{Account, Call};
use privacy_tests::demo;
use privacy_tests::workshop::Workshop;

const USD_PER_WRU: f64 = 0.625e-6;
const USD_PER_RRU: f64 = 0.125e-6;

fn now() -> Timestamp {
    "2026-03-10T12:00:00Z".parse().unwrap()
}

async fn accept(account: &Account, issued_at: i64) -> Accepted {
    let request = SignedRequest {
        namespace: Namespace::parse("facebook").unwrap(),
        user_id: PlatformId::parse("10158000000000001").unwrap(),
        profile_id: None,
        issued_at: Some(IssuedAt::from_seconds(issued_at)),
    };
    let (keys, map) = (demo::keys(), demo::map());
    let terms = Terms { keys: &keys, map: &map, stuck_after: SignedDuration::from_mins(5) };
    let queue = SqsQueue::new(&account.connection(), "http://account.test/000000000000/erasure".to_owned());
    accept_callback(&demo::ledger(account), &queue, terms, &request, Callback::DataDeletion, now()).await.unwrap()
}

fn writes(calls: &[Call]) -> Vec<(&str, f64)> {
    calls
        .iter()
        .filter(|call| call.operation != "SendMessage")
        .map(|call| (call.operation.as_str(), call.wru))
        .collect()
}

#[tokio::test]
async fn accepting_costs_two_units_new_and_one_for_a_duplicate() {
    let account = Account::new();
    let issued_at = now().as_second() - 60;
    assert_eq!(accept(&account, issued_at).await.became, Became::New);
    assert_eq!(writes(&account.take_calls()), [("UpdateItem", 2.0)], "the row and its entry in the due index; no read");

    assert_eq!(accept(&account, issued_at).await.became, Became::Duplicate);
    let calls = account.take_calls();
    assert_eq!(
        calls.iter().map(|call| (call.operation.as_str(), call.status)).collect::<Vec<_>>(),
        [("UpdateItem", 400), ("SendMessage", 200)]
    );
    // A refused write is billed by the size of the row that refused it: under 1 KiB, so one unit.
    let row = account.dump("ledger").remove(0);
    let bytes: usize = row.as_object().unwrap().iter().map(|(name, value)| name.len() + value.to_string().len()).sum();
    assert!(bytes < 1024, "the head of an obligation has {bytes} bytes");

    assert_eq!(accept(&account, issued_at + 30).await.became, Became::Widened);
    assert_eq!(account.take_calls().len(), 2, "a newer callback is one write and one message too");
}

/// Units and calls of erasing a person with so many records of so many bytes, beside a bystander.
async fn erase(records: usize, bytes: usize) -> (f64, f64, usize) {
    erase_named((0..records).map(|record| format!("{record:07}")), bytes).await
}

/// The same with records whose keys end so.
async fn erase_named(ends: impl ExactSizeIterator<Item = String>, bytes: usize) -> (f64, f64, usize) {
    let records = ends.len();
    let account = Account::new();
    let person = demo::person("10158000000000001");
    demo::connect(&account, "alder", "c1", "2026-01-01T00:00:00.000Z", &person);
    demo::signals_named(&account, ("alder", "c1"), ends, bytes);
    demo::signals(&account, "birch", "c2", 50, bytes);
    let bystander = demo::of_tenant(&account, "birch");
    let id = accept(&account, now().as_second()).await.id;
    drop(account.take_calls());

    let worked = Workshop::of(&account).work(&id, "worker-1", now()).await.unwrap();
    let Worked::Erased { removed } = worked else { panic!("{worked:?}") };
    assert_eq!(removed["signals"], records as u64);
    assert_eq!(demo::of_tenant(&account, "alder"), Vec::<String>::new());
    assert_eq!(demo::of_tenant(&account, "birch"), bystander);

    let calls = account.take_calls();
    let (wru, rru) = calls.iter().fold((0.0, 0.0), |(wru, rru), call| (wru + call.wru, rru + call.rru));
    (wru, rru, calls.len())
}

#[tokio::test]
async fn erasing_ten_thousand_records_stays_at_the_floor() {
    const RECORDS: usize = 10_000;
    let (wru, rru, calls) = erase(RECORDS, 1024).await;
    let (floor_wru, floor_rru) = (RECORDS as f64, RECORDS as f64 * 1024.0 / 8192.0 + 1.0);
    let floor_calls = RECORDS.div_ceil(25) + (RECORDS * 1024).div_ceil(1024 * 1024);
    let dollars = |wru: f64, rru: f64| wru * USD_PER_WRU + rru * USD_PER_RRU;
    let ratios = [
        ("WRU", wru / floor_wru, 1.01),
        ("calls", calls as f64 / floor_calls as f64, 1.15),
        ("dollars", dollars(wru, rru) / dollars(floor_wru, floor_rru), 1.03),
    ];
    println!("erased {RECORDS} x 1 KiB: {wru} WRU, {rru} RRU, {calls} calls; ratios to the floor {ratios:?}");
    for (what, ratio, limit) in ratios {
        assert!(ratio <= limit, "{what}: {ratio:.4} times the floor, above {limit}");
    }
}

#[tokio::test]
async fn ten_times_the_records_cost_ten_times_the_units_and_a_fixed_part() {
    const BYTES: usize = 256;
    let mut seen = Vec::new();
    for records in [1_000, 10_000, 100_000] {
        let (wru, rru, calls) = erase(records, BYTES).await;
        println!("erased {records} x {BYTES} B: {wru} WRU, {rru} RRU, {calls} calls");
        seen.push((records as f64, wru, rru, calls as f64));
    }
    let (one, ten, hundred) = (seen[0], seen[1], seen[2]);
    for (what, part) in [
        ("WRU", (|point| point.1) as fn((f64, f64, f64, f64)) -> f64),
        ("RRU", |point| point.2),
        ("calls", |point| point.3),
    ] {
        let slope = |from: (f64, f64, f64, f64), to: (f64, f64, f64, f64)| (part(to) - part(from)) / (to.0 - from.0);
        let (lower, upper) = (slope(one, ten), slope(ten, hundred));
        let fixed = part(one) - lower * one.0;
        println!("{what}: {lower:.5} a record up to 10,000, {upper:.5} up to 100,000, {fixed:.1} fixed");
        assert!((fixed - 40.0).abs() <= 40.0, "{what}: {fixed} fixed");
        assert!((upper / lower - 1.0).abs() <= 0.05, "{what}: {lower} a record, then {upper}");
    }
    let floor = |records: f64| records * BYTES as f64 / 8192.0;
    assert!(ten.2 <= 1.08 * floor(ten.0) && hundred.2 <= 1.05 * floor(hundred.0), "one reading pass");
}

/// Keys are kept packed in 4 MiB and read once; where they take more, everything is read twice: two regimes, and flat within each. These
/// keys are so long, and so unlike each other, that a few thousand fill it.
#[tokio::test]
async fn reads_grow_evenly_on_either_side_of_the_keys_that_are_kept() {
    const BYTES: usize = 1024;
    let mut seen = Vec::new();
    for records in [1_000_u32, 2_500, 4_000, 6_000, 9_000, 13_000] {
        let ends = (0..records as usize).map(|record| format!("{record:07}{}", "y".repeat(900)));
        let (_, rru, _) = erase_named(ends, BYTES).await;
        seen.push((f64::from(records), rru));
    }
    let slope = |from: usize, to: usize| (seen[to].1 - seen[from].1) / (seen[to].0 - seen[from].0);
    let (once, twice) = ([slope(0, 1), slope(1, 2)], [slope(3, 4), slope(4, 5)]);
    println!("RRU: {seen:?}; for each record {once:?} up to 4,000, {twice:?} from 6,000 on");
    for [lower, upper] in [once, twice] {
        assert!((upper / lower - 1.0).abs() <= 0.05, "{lower} a record, then {upper}");
    }
    let ratio = twice[0] / once[0];
    assert!((ratio - 2.0).abs() <= 0.1, "a second reading pass and no third: {ratio}");
}

/// docs/cost.md prices it.
#[tokio::test]
async fn a_row_and_its_link_go_for_four_units() {
    let account = Account::new();
    let place = Place::of_connection(TenantId::parse("alder").unwrap(), ConnectionId::parse("c1").unwrap());
    let reference = KeyedRef::from_stored("v1-somebody".to_owned());
    let record = Record { key: format!("contact#p1#link#{reference}"), version: None, written_at: None };
    let range = KeyRange::Table { partition: "alder#c1".to_owned(), begins_with: String::new() };
    demo::vault(&account).erase_linked("inbox", &range, &[(record, Link { reference, place })]).await.unwrap();
    assert_eq!(writes(&account.take_calls()), [("TransactWriteItems", 4.0)]);
}

/// Units and calls of one run of the sweeper with so many due, in a ledger with so many more that are open.
async fn tick(due: u32, open: u32) -> (f64, f64, usize) {
    let account = Account::new();
    let ledger = demo::ledger(&account);
    for number in 0..due + open {
        // What is open has its next step a minute from here.
        let received_at =
            now() + if number < due { SignedDuration::from_hours(-2) } else { SignedDuration::from_mins(1) };
        ledger.open(&demo::request(&demo::person(&format!("10158{number:012}")), received_at)).await.unwrap();
    }
    let queue = SqsQueue::new(&account.connection(), "http://account.test/000000000000/erasure".to_owned());
    let bounds = Bounds {
        stuck_after: SignedDuration::from_mins(5),
        taken_max: 1_000,
        at_once: 8,
        stop_at: now() + SignedDuration::from_mins(2),
    };
    drop(account.take_calls());
    let swept = sweep_ledger(&ledger, &ledger, &queue, &demo::Stopped(now()), &demo::map(), bounds, |_| {}).await;
    assert_eq!((swept.due, swept.sent, swept.faults), (due.into(), due.into(), 0));
    let calls = account.take_calls();
    let (wru, rru) = calls.iter().fold((0.0, 0.0), |(wru, rru), call| (wru + call.wru, rru + call.rru));
    (wru, rru, calls.len())
}

#[tokio::test]
async fn a_tick_costs_what_is_due_whatever_is_open() {
    let (few, many) = (tick(20, 100).await, tick(20, 2_000).await);
    println!("a tick with 20 due: {few:?} among 100 open, {many:?} among 2,000");
    assert_eq!(few, many, "what is open costs nothing");

    // Each one more: its row read and moved on, its entry in the index deleted and written anew, one message.
    let more = tick(220, 100).await;
    let each = |more: f64, few: f64| (more - few) / 200.0;
    let (wru, rru, calls) = (each(more.0, few.0), each(more.1, few.1), each(more.2 as f64, few.2 as f64));
    println!("each more that is due: {wru} WRU, {rru} RRU, {calls} calls");
    assert!(wru <= 3.0 && rru <= 1.1 && calls <= 3.0, "{wru} WRU, {rru} RRU, {calls} calls");
}
