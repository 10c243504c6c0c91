//! How fast a table is written to while people's records are erased, and how long a sweep waits, on a clock that tests move.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use jiff::SignedDuration;
use privacy::data_map::{KeyRange, SharedRow};
use privacy::ids::{ConnectionId, TenantId};
use privacy::keys::KeyedRef;
use privacy::ports::{Clock, Connections, DUE_SHARDS, Detached, Intake, Record, SharedRows, Stores};
use privacy::scope::{Link, Place};
use privacy::sweep_ledger::{Bounds, sweep_ledger};
use privacy_aws::connection::{Connection, Credentials, Patience};
use privacy_aws::ledger::LedgerTable;
use privacy_aws::queue::SqsQueue;
use privacy_aws::vault::{Names, Share, Vault};
use privacy_edge::clock::SystemClock;
use privacy_tests::account::Account;
use privacy_tests::demo;
use serde_json::{Value, json};
use tokio::time::Instant;

/// A call that arrived: when, at which table, for how many keys.
#[derive(Clone, Debug)]
struct Arrival {
    at: Instant,
    table: String,
    keys: usize,
}

#[derive(Debug, Default)]
struct State {
    arrivals: Vec<Arrival>,
    under_way: usize,
    most_under_way: usize,
    /// Calls of a table that are refused from now on.
    refusals: BTreeMap<String, usize>,
    /// Calls of a table that leave their last key undone from now on.
    undone: BTreeMap<String, usize>,
    units_per_key: u32,
}

/// A connection whose every call this connector answers.
fn over(connector: SharedHttpConnector) -> Connection {
    let http: SharedHttpClient = http_client_fn(move |_: &HttpConnectorSettings, _| connector.clone());
    let credentials = Credentials {
        access_key_id: "AKIDTEST".to_owned(),
        secret_access_key: "secret".to_owned().into(),
        session_token: None,
    };
    let endpoint = Some("http://account.test".to_owned());
    Connection::over(http, "us-east-1".to_owned(), credentials, endpoint).with_patience(Patience::WORK)
}

/// An account whose every answer takes 5 ms: docs/cost.md assumes that.
#[derive(Clone, Debug)]
struct Distant(Account);

impl HttpConnector for Distant {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let account = self.0.clone();
        HttpConnectorFuture::new(async move {
            tokio::time::sleep(Duration::from_millis(5)).await;
            account.call(request).await
        })
    }
}

/// Tables that answer after 5 ms.
#[derive(Clone, Debug, Default)]
struct Tables(Arc<Mutex<State>>);

impl HttpConnector for Tables {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        if body["RequestItems"].is_null() {
            return self.write_alone(&body);
        }
        let (table, requests) = body["RequestItems"].as_object().unwrap().iter().next().unwrap();
        let requests = requests.as_array().unwrap();
        let take = |counts: &mut BTreeMap<String, usize>| match counts.get_mut(table) {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        };
        let mut state = self.0.lock().unwrap();
        state.arrivals.push(Arrival { at: Instant::now(), table: table.clone(), keys: requests.len() });
        state.under_way += 1;
        state.most_under_way = state.most_under_way.max(state.under_way);
        let (status, answer) = if take(&mut state.refusals) {
            (400, json!({"__type": "com.amazonaws.dynamodb.v20120810#ThrottlingException"}))
        } else {
            let undone = if take(&mut state.undone) { &requests[requests.len() - 1..] } else { &[] };
            let undone = if undone.is_empty() { json!({}) } else { json!({table: undone}) };
            let units = requests.len() * usize::try_from(state.units_per_key).unwrap();
            let consumed = json!([{"TableName": table, "CapacityUnits": units}]);
            let is_asked = body["ReturnConsumedCapacity"] == "TOTAL";
            let consumed = if is_asked { consumed } else { json!([]) };
            (200, json!({"UnprocessedItems": undone, "ConsumedCapacity": consumed}))
        };
        let tables = self.clone();
        HttpConnectorFuture::new(async move {
            tokio::time::sleep(Duration::from_millis(5)).await;
            tables.0.lock().unwrap().under_way -= 1;
            Ok(HttpResponse::new(status.try_into().unwrap(), SdkBody::from(answer.to_string())))
        })
    }
}

impl Tables {
    /// A transaction of deletes, two units each, or an update that leaves a row with another source.
    fn write_alone(&self, body: &Value) -> HttpConnectorFuture {
        let (parts, units) = match body["TransactItems"].as_array() {
            Some(parts) => (parts.iter().map(|part| &part["Delete"]["TableName"]).collect(), 2),
            None => (vec![&body["TableName"]], 1),
        };
        let mut tables = BTreeMap::<&str, usize>::new();
        for table in parts {
            *tables.entry(table.as_str().unwrap()).or_default() += units;
        }
        let at = Instant::now();
        let arrivals = tables.into_iter().map(|(table, keys)| Arrival { at, table: table.to_owned(), keys });
        self.0.lock().unwrap().arrivals.extend(arrivals);
        let answer = json!({"Attributes": {"sources": {"M": {"other": {"N": "1"}}}}}).to_string();
        HttpConnectorFuture::ready(Ok(HttpResponse::new(200.try_into().unwrap(), SdkBody::from(answer))))
    }

    fn of(units_per_key: u32) -> Self {
        Self(Arc::new(Mutex::new(State { units_per_key, ..State::default() })))
    }

    fn vault(&self, share: Option<Share>) -> Vault {
        let connection = over(SharedHttpConnector::new(self.clone()));
        let names = ["inbox", "people"].map(|name| (name.to_owned(), name.to_owned()));
        let names = Names { connections: "connections".to_owned(), ..Names::of_stores(HashMap::from(names)) };
        Vault::new(&connection, names).paced(share)
    }

    fn arrivals(&self, table: &str) -> Vec<Arrival> {
        let state = self.0.lock().unwrap();
        state.arrivals.iter().filter(|arrival| arrival.table == table).cloned().collect()
    }

    fn keys_between(&self, table: &str, from: Instant, to: Instant) -> usize {
        let within = |arrival: &Arrival| arrival.at >= from && arrival.at < to;
        self.arrivals(table).into_iter().filter(within).map(|arrival| arrival.keys).sum()
    }

    /// The most keys that arrived in any one second.
    fn most_in_a_second(&self, table: &str) -> usize {
        let arrivals = self.arrivals(table);
        let second = |first: &Arrival| self.keys_between(table, first.at, first.at + Duration::from_secs(1));
        arrivals.iter().map(second).max().unwrap()
    }
}

/// A thousand units a second for each of nine workers and the sweeper.
const SHARE: Share = Share { table_units: 40_000, percent: 25, workers: 9 };

/// Erases so many records of a table; how many were left.
async fn erase(vault: &Vault, table: &str, count: usize) -> usize {
    let record = |number| Record { key: format!("signal#{number:06}"), version: None, written_at: None };
    let records: Vec<Record> = (0..count).map(record).collect();
    let range = KeyRange::Table { partition: "subject#alder#c1#p1".to_owned(), begins_with: String::new() };
    vault.erase(table, &range, &records).await.unwrap().len()
}

#[test]
fn all_functions_together_stay_within_the_share() {
    assert_eq!(SHARE.of_one(), 1_000);
    for workers in [0, 1, 3, 11, 1_000] {
        let one = Share { workers, ..SHARE }.of_one();
        assert!(one * (workers + 1) <= 10_000, "{workers}: {one}");
    }
    assert_eq!(Share { percent: 300, workers: 0, ..SHARE }.of_one(), 40_000);
}

#[tokio::test(start_paused = true)]
async fn no_second_takes_more_than_the_rate_and_hardly_less() {
    let tables = Tables::of(1);
    let (vault, began) = (tables.vault(Some(SHARE)), Instant::now());
    // Two obligations at the same time share one rate, and so do chunks one after the other.
    assert_eq!(tokio::join!(erase(&vault, "inbox", 2_000), erase(&vault, "inbox", 2_000)), (0, 0));
    assert_eq!(erase(&vault, "inbox", 2_000).await, 0);
    let most = tables.most_in_a_second("inbox");
    assert!((900..=1_000).contains(&most), "{most} in a second");
    assert!(began.elapsed() < Duration::from_millis(6_700), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn every_call_but_the_last_is_full() {
    let tables = Tables::of(1);
    assert_eq!(erase(&tables.vault(Some(SHARE)), "inbox", 1_990).await, 0);
    let mut keys: Vec<usize> = tables.arrivals("inbox").iter().map(|arrival| arrival.keys).collect();
    keys.sort_unstable();
    assert_eq!((keys.len(), keys[0], keys[1]), (80, 15, 25));
}

#[tokio::test(start_paused = true)]
async fn an_idle_table_saves_nothing_up() {
    let tables = Tables::of(1);
    let vault = tables.vault(Some(SHARE));
    assert_eq!(erase(&vault, "inbox", 25).await, 0);
    tokio::time::sleep(Duration::from_secs(3_600)).await;
    assert_eq!(erase(&vault, "inbox", 2_000).await, 0);
    assert!(tables.most_in_a_second("inbox") <= 1_000);
}

#[tokio::test(start_paused = true)]
async fn records_of_several_units_pay_for_them() {
    let tables = Tables::of(4);
    assert_eq!(erase(&tables.vault(Some(SHARE)), "inbox", 2_000).await, 0);
    let most = 4 * tables.most_in_a_second("inbox");
    // What was under way before the first answer told, is paid afterwards.
    assert!((900..=1_000 + 4 * 25).contains(&most), "{most} units in a second");
}

/// Keys that arrived in each second of the erasing of so many.
async fn by_second(tables: &Tables, vault: &Vault, count: usize) -> Vec<usize> {
    let began = Instant::now();
    assert_eq!(erase(vault, "inbox", count).await, 0);
    let second = |number: u64| began + Duration::from_secs(number);
    (0..began.elapsed().as_secs())
        .map(|number| tables.keys_between("inbox", second(number), second(number + 1)))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_table_that_leaves_keys_undone_is_slowed_to_half_and_recovers() {
    let tables = Tables::of(1);
    let vault = tables.vault(Some(SHARE));
    tables.0.lock().unwrap().undone.insert("inbox".to_owned(), 1);
    let seconds = by_second(&tables, &vault, 6_000).await;
    assert!((450..=700).contains(&seconds[0]), "{seconds:?}");
    assert!(seconds.windows(2).all(|two| two[0] <= two[1] + 25), "{seconds:?}");
    let last = seconds.last().unwrap();
    assert!((930..=1_000).contains(last), "{seconds:?}");
}

#[tokio::test(start_paused = true)]
async fn throttles_halve_no_further_than_an_eighth_and_another_table_keeps_its_rate() {
    let tables = Tables::of(1);
    let vault = tables.vault(Some(SHARE));
    // The SDK tries each call three times by itself.
    tables.0.lock().unwrap().refusals.insert("inbox".to_owned(), 60);
    let began = Instant::now();
    let inbox = erase(&vault, "inbox", 500);
    let people = async {
        assert_eq!(erase(&vault, "people", 2_000).await, 0);
        began.elapsed()
    };
    let (left, people_took) = tokio::join!(inbox, people);
    assert_eq!(left, 0);
    assert!(people_took < Duration::from_millis(2_300), "{people_took:?}");
    let slow = erase(&vault, "inbox", 250);
    let began = Instant::now();
    assert_eq!(slow.await, 0);
    assert!(
        began.elapsed() > Duration::from_millis(400) && began.elapsed() < Duration::from_millis(2_500),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn what_has_no_turn_within_a_lease_is_handed_back() {
    let tables = Tables::of(1);
    let vault = tables.vault(Some(Share { table_units: 300, percent: 25, workers: 0 }));
    let began = Instant::now();
    let left = erase(&vault, "inbox", 2_000).await;
    assert!((900..=1_100).contains(&left), "{left} left");
    assert!(began.elapsed() < Duration::from_secs(25));
}

#[tokio::test(start_paused = true)]
async fn without_a_share_eight_calls_are_under_way_and_nothing_waits() {
    let tables = Tables::of(1);
    let (vault, began) = (tables.vault(None), Instant::now());
    assert_eq!(erase(&vault, "inbox", 2_000).await, 0);
    assert_eq!(tables.0.lock().unwrap().most_under_way, 8);
    assert!(began.elapsed() <= Duration::from_millis(150), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn rows_with_their_links_take_turns_in_both_tables() {
    let tables = Tables::of(1);
    let (vault, began) = (tables.vault(Some(SHARE)), Instant::now());
    let place = Place::of_connection(TenantId::parse("alder").unwrap(), ConnectionId::parse("c1").unwrap());
    let linked: Vec<(Record, Link)> = (0..1_500)
        .map(|number| {
            let reference = KeyedRef::from_stored(format!("v1-{number:06}"));
            let record = Record { key: format!("link#{number:06}"), version: None, written_at: None };
            (record, Link { reference, place: place.clone() })
        })
        .collect();
    let range = KeyRange::Table { partition: "alder#c1".to_owned(), begins_with: String::new() };
    vault.erase_linked("inbox", &range, &linked).await.unwrap();
    for table in ["inbox", "connections"] {
        // A call of a hundred units begins before any of it is paid for.
        let most = tables.most_in_a_second(table);
        assert!((900..=1_100).contains(&most), "{table}: {most} in a second");
    }
    assert!(began.elapsed() > Duration::from_millis(2_500), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn rows_that_others_feed_too_are_updated_at_the_same_pace() {
    let tables = Tables::of(1);
    let vault = tables.vault(Some(SHARE));
    let row = |number| SharedRow {
        store: "people".to_owned(),
        partition: "people#alder".to_owned(),
        sort: format!("person#{number}"),
        source: "c1".to_owned(),
        total: None,
    };
    let rows: Vec<SharedRow> = (0..2_000).map(row).collect();
    assert_eq!(vault.detach(&rows).await.unwrap(), vec![Detached::Kept; 2_000]);
    let most = tables.most_in_a_second("people");
    assert!((900..=1_000).contains(&most), "{most} in a second");
}

/// What a sweep waits for its calls, apart from what it computes: docs/cost.md divides it by the obligations that are worked on at once.
#[tokio::test(start_paused = true)]
async fn what_is_worked_on_at_once_waits_together() {
    const EACH: usize = 20;
    let now = SystemClock.now();
    // Each part of the index read, and its rows, sixteen beside each other; then for each a message sent, the row moved on.
    let (looking, working) = (8 * 3, 2 * 8 * u32::try_from(EACH).unwrap());
    for at_once in [1, 4, 8] {
        let waited = Duration::from_millis(5) * (looking + working / at_once);
        let account = Account::new();
        let mut opened = BTreeMap::<u8, usize>::new();
        for number in 0_u32.. {
            let person = demo::person(&format!("10158{number:012}"));
            let request = demo::request(&person, now - SignedDuration::from_hours(2));
            let shard = opened.entry(request.id.shard(DUE_SHARDS)).or_default();
            if *shard < EACH {
                *shard += 1;
                demo::ledger(&account).open(&request).await.unwrap();
            }
            if opened.values().sum::<usize>() == EACH * usize::from(DUE_SHARDS) {
                break;
            }
        }
        let connection = over(SharedHttpConnector::new(Distant(account.clone())));
        let ledger = LedgerTable::new(&connection, "ledger".to_owned());
        let queue = SqsQueue::new(&connection, "http://account.test/000000000000/erasure".to_owned());
        let stop_at = now + SignedDuration::from_hours(1);
        let (stuck_after, at_once) = (SignedDuration::from_mins(5), usize::try_from(at_once).unwrap());
        let bounds = Bounds { stuck_after, taken_max: 1_000, at_once, stop_at };
        let began = Instant::now();
        let swept = sweep_ledger(&ledger, &ledger, &queue, &SystemClock, &demo::map(), bounds, |_| {}).await;
        let took = began.elapsed();
        assert_eq!((swept.sent, swept.faults, swept.is_truncated), (160, 0, false));
        println!("{} due took {took:?} of waiting, {at_once} at once", swept.due);
        assert!(took >= waited && took < waited * 21 / 20, "{took:?} for {waited:?}");
    }
}
