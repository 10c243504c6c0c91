//! The account of one run: an in-process DynamoDB, models of SQS and S3, and the connector through which every process reaches
//! them, with what the weather does to each call.

mod connector;
mod replica;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use fastrand::Rng;
use privacy_tests::account::Account;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::cloud::connector::Call;
use crate::cloud::replica::Replica;
use crate::oracle::Oracle;
use crate::queue::Queue;
use crate::seen::Seen;
use crate::trace::Trace;
use crate::weather::{Trouble, Weather};

/// After so many calls nothing goes wrong any more: a run that has met a storm for that long shows nothing new, and takes the time of
/// ten others.
const CALLS_MAX: u64 = 600;
/// After so many a run comes to no end: none that did made a third of them.
const CALLS_ENDLESS: u64 = 30_000;
/// When the outage of the workers begins.
pub(crate) const OUTAGE_FROM: Duration = Duration::from_secs(60);

/// The account, and what is known of the run.
#[derive(Debug)]
pub struct Cloud {
    /// Tables and buckets as they are.
    pub account: Account,
    replica: Mutex<Replica>,
    /// The erasure queue.
    pub queue: Queue,
    /// The queue of letters.
    pub notices: Queue,
    /// The code of the last letter, by request.
    pub letters: Mutex<BTreeMap<String, String>>,
    /// What may go wrong.
    pub weather: Weather,
    /// Decides everything.
    pub rng: Mutex<Rng>,
    /// What happened.
    pub trace: Mutex<Trace>,
    /// What must hold.
    pub oracle: Mutex<Oracle>,
    /// When the run began.
    pub began: Instant,
    /// From then on nothing goes wrong any more.
    pub calm_at: Mutex<Duration>,
    /// Until then the sweeper looks often.
    pub busy_until: Mutex<Duration>,
    /// How many calls there were.
    calls: AtomicU64,
    /// There were more than any run that comes to an end makes.
    pub(crate) exhausted: Notify,
    /// The rows of the ledger that were written since somebody looked.
    touched: Mutex<BTreeSet<(String, String)>>,
    /// Workers and sweeper are stopped.
    pub is_stopped: AtomicBool,
    /// There is no traffic before a replay is over.
    pub is_replaying: AtomicBool,
    /// Until when every call of an operation fails.
    down: Mutex<BTreeMap<String, Duration>>,
    /// What the run has shown.
    pub seen: Mutex<Seen>,
}

/// One answer.
struct Answered {
    status: u16,
    body: String,
    tag: Option<String>,
}

impl Cloud {
    /// An empty account.
    #[must_use]
    pub fn new(mut rng: Rng, is_traced: bool) -> Self {
        let weather = Weather::draw(&mut rng);
        Self {
            account: Account::new(),
            replica: Mutex::new(Replica::new(weather.has_stale_reads())),
            queue: Queue::default(),
            notices: Queue::default(),
            letters: Mutex::default(),
            weather,
            rng: Mutex::new(rng),
            trace: Mutex::new(Trace::new(is_traced)),
            oracle: Mutex::new(Oracle::default()),
            began: Instant::now(),
            calm_at: Mutex::new(Duration::MAX),
            busy_until: Mutex::default(),
            calls: AtomicU64::new(0),
            exhausted: Notify::new(),
            touched: Mutex::default(),
            is_stopped: AtomicBool::new(false),
            is_replaying: AtomicBool::new(false),
            down: Mutex::default(),
            seen: Mutex::default(),
        }
    }

    /// Draws with the run's own chance.
    pub fn draw<T>(&self, draw: impl FnOnce(&mut Rng) -> T) -> T {
        draw(&mut self.rng.lock().unwrap())
    }

    /// True time since the beginning.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// Notes a line of the trace.
    pub fn note(&self, who: &str, what: &str) {
        self.trace.lock().unwrap().line(self.elapsed(), who, what);
    }

    /// Notes that something was seen to happen.
    pub fn saw(&self, what: &'static str) {
        *self.seen.lock().unwrap().entry(what).or_default() += 1;
    }

    /// Something was asked for: what is due is looked at often for a while.
    pub fn stir(&self) {
        *self.busy_until.lock().unwrap() = self.elapsed() + Duration::from_secs(3_600);
    }

    /// When the workers work again after their outage; zero where they have none.
    #[must_use]
    pub fn workers_back_at(&self) -> Duration {
        match self.weather.outage_days {
            0 => Duration::ZERO,
            days => OUTAGE_FROM + Duration::from_secs(days * 86_400),
        }
    }

    /// Until when no worker runs, or no vendor answers; nothing much comes of a sweep before.
    #[must_use]
    pub fn outage(&self) -> Duration {
        let days = self.weather.outage_days.max(self.weather.vendor_outage_days);
        Duration::from_secs(days * 86_400)
    }

    /// Whether nothing goes wrong any more.
    #[must_use]
    pub fn is_calm(&self) -> bool {
        self.elapsed() >= *self.calm_at.lock().unwrap() || self.calls() >= CALLS_MAX
    }

    /// Puts items as they were before the run.
    pub fn put(&self, table: &str, items: &[Value]) {
        self.account.put_all(table, items);
        if let Some(replica) = &self.replica.lock().unwrap().account {
            replica.put_all(table, items);
        }
    }

    fn strike(&self, call: &Call) -> Option<Trouble> {
        let trouble = self.trouble(call);
        if let Some(trouble) = trouble {
            self.saw(trouble.name());
        }
        trouble
    }

    fn trouble(&self, call: &Call) -> Option<Trouble> {
        if self.calls.fetch_add(1, Ordering::Relaxed) == CALLS_ENDLESS {
            self.exhausted.notify_one();
        }
        if self.is_calm() {
            return None;
        }
        if call.operation == "BatchWriteItem" && self.elapsed() < Duration::from_hours(self.weather.deletes_out_hours) {
            return Some(Trouble::Down);
        }
        let mut special = Vec::new();
        if matches!(call.operation.as_str(), "BatchWriteItem" | "DeleteObjects") {
            special.push(Trouble::Unprocessed);
        }
        if matches!(call.operation.as_str(), "Query" | "GetItem") && call.body["ConsistentRead"] != json!(true) {
            special.push(Trouble::Stale);
        }
        if call.operation == "Query" && call.body.get("IndexName").is_none() && call.body.get("Limit").is_none() {
            special.push(Trouble::ShortPage);
        }
        if matches!(call.operation.as_str(), "TransactWriteItems" | "UpdateItem" | "PutItem" | "DeleteItem") {
            special.push(Trouble::Conflict);
        }
        let mut down = self.down.lock().unwrap();
        let until = down.entry(call.operation.clone()).or_default();
        if self.elapsed() < *until {
            return Some(Trouble::Down);
        }
        let trouble = self.draw(|rng| self.weather.strike(rng, &special));
        if trouble == Some(Trouble::Down) && self.draw(|rng| rng.u32(..3) == 0) {
            // A service that is down stays so for a while.
            let seconds = self.draw(|rng| if rng.u32(..4) == 0 { rng.u64(300..3_600) } else { rng.u64(2..60) });
            *until = self.elapsed() + Duration::from_secs(seconds);
        }
        trouble
    }

    /// Carries out a call on the account as it is.
    fn carry_out(&self, call: &Call, trouble: Option<Trouble>) -> Answered {
        if !call.is_dynamodb {
            return self.pass(call, trouble);
        }
        let mut body = Cow::Borrowed(&call.body);
        let mut undone = None;
        if trouble == Some(Trouble::Unprocessed)
            && let Some((table, requests)) =
                body.to_mut()["RequestItems"].as_object_mut().and_then(|all| all.iter_mut().next())
        {
            let rest = requests.as_array_mut().unwrap().split_off(1);
            undone = Some(json!({table.as_str(): rest}));
        }
        if trouble == Some(Trouble::ShortPage) {
            body.to_mut()["Limit"] = json!(self.draw(|rng| rng.u32(1..6)));
        }
        let text = match &body {
            Cow::Borrowed(_) => Cow::Borrowed(call.request.body().bytes().unwrap_or_default()),
            Cow::Owned(body) => Cow::Owned(body.to_string().into_bytes()),
        };
        let is_write = !matches!(call.operation.as_str(), "Query" | "GetItem" | "BatchGetItem");
        if is_write {
            self.oracle.lock().unwrap().before(&call.operation, &body, &self.account, self.elapsed());
        }
        let (status, mut answer) = match trouble {
            Some(Trouble::Stale) => self.read_stale(call, &text),
            _ => self.account.carry_out_text(&call.operation, &text),
        };
        if status == 200 && is_write {
            self.account.classify(&body);
            // No other rows are open or closed.
            let heads =
                call.rows_of("ledger").into_iter().filter(|(_, sort)| ["head", "asked"].contains(&sort.as_str()));
            self.touched.lock().unwrap().extend(heads);
            if self.weather.has_stale_reads() {
                let write = (Instant::now(), call.operation.clone(), text.into_owned());
                self.replica.lock().unwrap().pending.push_back(write);
            }
            self.oracle.lock().unwrap().after(&call.operation, &body, &answer, &self.account, self.elapsed());
        }
        if let Some(undone) = undone {
            let mut whole: Value = serde_json::from_str(&answer).unwrap();
            whole["UnprocessedItems"] = undone;
            answer = whole.to_string();
        }
        Answered { status, body: answer, tag: None }
    }

    /// Queue and buckets.
    fn pass(&self, call: &Call, trouble: Option<Trouble>) -> Answered {
        if call.operation == "SendMessage" {
            let delays = if self.is_calm() { vec![Duration::from_millis(20)] } else { self.deliveries() };
            let is_notice = call.body["QueueUrl"].as_str().unwrap().ends_with("/notices");
            let queue = if is_notice { &self.notices } else { &self.queue };
            queue.send(call.body["MessageBody"].as_str().unwrap(), &delays);
            return Answered { status: 200, body: json!({"MessageId": "m"}).to_string(), tag: None };
        }
        if trouble == Some(Trouble::Unprocessed) {
            self.account.buckets().refuse(1);
        } else {
            self.account.buckets().refuse(0);
        }
        if call.operation == "DeleteObjects" {
            self.oracle.lock().unwrap().before_objects(&call.text, &self.account, self.elapsed());
        }
        let (_, status, body, tag) = self.account.pass(&call.request);
        Answered { status, body, tag }
    }

    /// When a message is delivered, once or more often or never.
    fn deliveries(&self) -> Vec<Duration> {
        let Weather { doubled, held_back, lost, .. } = self.weather;
        self.draw(|rng| {
            let happens = |rng: &mut Rng, rate: u32| rng.u32(..1_000) < rate;
            let delay = |rng: &mut Rng| {
                let soon = Duration::from_millis(rng.u64(20..2_000));
                if happens(rng, held_back) { soon + Duration::from_secs(rng.u64(60..200_000)) } else { soon }
            };
            if happens(rng, lost) {
                return Vec::new();
            }
            let first = delay(rng);
            if happens(rng, doubled) { vec![first, delay(rng)] } else { vec![first] }
        })
    }
}
