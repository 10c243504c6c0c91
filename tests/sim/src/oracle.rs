//! What must hold, read from the policy and not from the code: who owns what, what was promised to whom, and what happened.
//!
//! The oracle is told of every attempt and every acknowledgement by the actors, and sees every write of every process. It
//! knows dates, connections and items, and nothing of states, plans, leases or marks.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use privacy_tests::account::Account;
use serde_json::Value;

use crate::process::BEGINNING;

/// Policy section 13.4: "we delete all data tied to that user ID within 30 days".
const DAYS: i64 = 30;
/// A hold takes effect with the next chunk; what was sent before may be carried out for so long.
const HOLD_TAKES_EFFECT: Duration = Duration::from_secs(300);
/// The tables that hold data of people.
pub const TABLES: [&str; 8] =
    ["accounts", "billing", "connections", "conversations", "inbox", "logs", "people", "social"];

/// What was promised and not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Broken {
    /// An acknowledged request did not come to its end.
    Lost,
    /// Something that nobody asked to be erased changed, went, or was refused.
    OverErased,
    /// Something that was erased is there again.
    Resurrected,
    /// It counts as erased while something is left.
    CompletedWithResidue,
    /// The promised date passed and nobody was told before.
    PastDateWithoutAlarm,
    /// Something was erased that a hold keeps.
    HoldIgnored,
}

impl Broken {
    /// As reports name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::OverErased => "over-erased",
            Self::Resurrected => "resurrected",
            Self::CompletedWithResidue => "completed with residue",
            Self::PastDateWithoutAlarm => "past its date without an alarm",
            Self::HoldIgnored => "hold ignored",
        }
    }
}

/// A promise that was broken.
#[derive(Clone, Debug)]
pub struct Violation {
    /// Which.
    pub broken: Broken,
    /// How.
    pub how: String,
}

/// A platform connection.
#[derive(Clone, Debug)]
pub struct Connected {
    /// Whose data.
    pub tenant: String,
    /// Which connection.
    pub id: String,
    /// Who connected it, by number.
    pub person: usize,
    /// Of which platform.
    pub platform: &'static str,
    /// When.
    pub connected_at: Timestamp,
}

/// Whom or what a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// A person, by number.
    Person(usize),
    /// A connection, by number.
    Connection(usize),
}

/// A request that was tried.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The key of its obligation.
    pub id: String,
    /// Whom or what.
    pub about: About,
    /// What was connected before is to go.
    pub covers_until: Timestamp,
    /// When it was received.
    pub received_at: Timestamp,
    /// Whether it was acknowledged.
    pub is_acknowledged: bool,
}

impl Ask {
    /// The last day, counted from the receipt.
    fn last_day(&self) -> Date {
        let received_on = self.received_at.to_zoned_datetime(TimeZone::UTC).date();
        received_on.checked_add(Span::new().days(DAYS)).unwrap()
    }
}

/// Something stored of somebody.
#[derive(Clone, Debug)]
struct Item {
    connection: usize,
    value: Value,
    is_sure: bool,
}

/// A legal hold.
#[derive(Clone, Debug)]
pub struct Held {
    /// Its name.
    pub id: String,
    /// Of which connection.
    pub connection: usize,
    /// When it was acknowledged.
    pub placed: Option<Duration>,
    /// When somebody first tried to release it.
    pub released: Option<Duration>,
}

/// All that is known.
#[derive(Debug, Default)]
pub struct Oracle {
    /// Every connection that there ever was.
    pub connections: Vec<Connected>,
    /// Every request that was tried.
    pub asks: Vec<Ask>,
    /// Every hold that was tried.
    pub holds: Vec<Held>,
    items: BTreeMap<String, Item>,
    erased: Vec<(String, Timestamp, Duration)>,
    alarms: Vec<(String, Duration)>,
    violations: Vec<Violation>,
}

fn row_key(table: &str, row: &Value) -> String {
    let text = |name: &str| row[name]["S"].as_str().unwrap_or_default().to_owned();
    format!("{table}|{}|{}", text("pk"), text("sk"))
}

fn at(text: &Value) -> Option<Timestamp> {
    text["S"].as_str()?.parse().ok()
}

impl Oracle {
    /// Notes an item that may be stored from now on.
    pub fn may_store(&mut self, connection: usize, table: &str, row: &Value) -> String {
        let key = row_key(table, row);
        self.items.insert(key.clone(), Item { connection, value: row.clone(), is_sure: false });
        key
    }

    /// Notes an object version that is stored.
    pub fn has_object(&mut self, connection: usize, key: &str, version: &str, is_marker: bool) {
        let line = format!("{key} {version} {is_marker}");
        self.items.insert(format!("media|{line}"), Item { connection, value: Value::Null, is_sure: true });
    }

    /// Notes that an item is stored.
    pub fn has_stored(&mut self, key: &str) {
        if let Some(item) = self.items.get_mut(key) {
            item.is_sure = true;
        }
    }

    /// Notes that an item was refused: only what somebody asked to be erased may be.
    pub fn was_refused(&mut self, key: &str) {
        let Some(item) = self.items.get(key) else { return };
        if !self.may_go(item.connection) {
            self.violate(Broken::OverErased, format!("{key} was refused, and nobody asked for that"));
        }
    }

    /// Notes an alarm of an obligation.
    pub fn alarmed(&mut self, id: &str, elapsed: Duration) {
        self.alarms.push((id.to_owned(), elapsed));
    }

    /// Every promise that was broken.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    fn violate(&mut self, broken: Broken, how: String) {
        if self.violations.len() < 20 {
            self.violations.push(Violation { broken, how });
        }
    }

    fn is_about(&self, about: About, covers_until: Timestamp, connection: usize) -> bool {
        let known = &self.connections[connection];
        let is_of = match about {
            About::Person(person) => known.person == person,
            About::Connection(other) => other == connection,
        };
        is_of && known.connected_at < covers_until
    }

    /// Whether an acknowledged request covers a connection.
    #[must_use]
    pub fn must_go(&self, connection: usize) -> bool {
        let mut asks = self.asks.iter().filter(|ask| ask.is_acknowledged);
        asks.any(|ask| self.is_about(ask.about, ask.covers_until, connection))
    }

    /// Whether any request covers a connection, acknowledged or not.
    fn may_go(&self, connection: usize) -> bool {
        self.asks.iter().any(|ask| self.is_about(ask.about, ask.covers_until, connection))
    }

    /// Whether a hold has been in force for a while.
    fn is_held(&self, connection: usize, now: Duration) -> bool {
        self.holds.iter().any(|hold| {
            hold.connection == connection
                && hold.placed.is_some_and(|placed| now > placed + HOLD_TAKES_EFFECT)
                && hold.released.is_none_or(|released| now < released)
        })
    }

    /// Whether a hold may be in force.
    fn may_be_held(&self, connection: usize) -> bool {
        self.holds.iter().any(|hold| hold.connection == connection && hold.released.is_none())
    }

    fn before_delete(&mut self, key: &str, account: &Account, now: Duration) {
        let Some(item) = self.items.get(key) else { return };
        // Deleting once more what is gone already does no harm.
        if self.is_held(item.connection, now) && stored(account).contains_key(key) {
            self.violate(Broken::HoldIgnored, format!("{key} is deleted while a hold keeps it"));
        }
    }

    /// Sees a write before it is carried out.
    pub fn before(&mut self, operation: &str, body: &Value, account: &Account, now: Duration) {
        if self.holds.is_empty() {
            return;
        }
        match operation {
            "BatchWriteItem" => {
                for (table, requests) in body["RequestItems"].as_object().into_iter().flatten() {
                    for request in requests.as_array().into_iter().flatten() {
                        self.before_delete(&row_key(table, &request["DeleteRequest"]["Key"]), account, now);
                    }
                }
            }
            "DeleteItem" => {
                let key = row_key(body["TableName"].as_str().unwrap_or_default(), &body["Key"]);
                self.before_delete(&key, account, now);
            }
            _ => {}
        }
    }

    /// Sees versions of objects before they are deleted.
    pub fn before_objects(&mut self, body: &str, account: &Account, now: Duration) {
        if self.holds.is_empty() {
            return;
        }
        for object in body.split("<Object>").skip(1) {
            let text = |tag: &str| {
                let rest = object.split_once(&format!("<{tag}>")).map_or("", |(_, rest)| rest);
                rest.split('<').next().unwrap_or_default().to_owned()
            };
            let line = format!("media|{} {}", text("Key"), text("VersionId"));
            for marker in ["false", "true"] {
                self.before_delete(&format!("{line} {marker}"), account, now);
            }
        }
    }

    /// Sees a write after it was carried out: whoever says "erased" must be right at that instant.
    pub fn after(&mut self, operation: &str, body: &Value, answer: &Value, account: &Account, now: Duration) {
        let says_erased = operation == "UpdateItem" && body["ExpressionAttributeValues"].get(":erased_at").is_some();
        if !says_erased {
            return;
        }
        let id = body["Key"]["pk"]["S"].as_str().unwrap_or_default().trim_start_matches("obligation#").to_owned();
        let Some(covers_until) = at(&answer["Attributes"]["covers_until"]) else { return };
        self.erased.push((id.clone(), covers_until, now));
        let Some(about) = self.asks.iter().find(|ask| ask.id == id).map(|ask| ask.about) else { return };
        let there = stored(account);
        let mut left = self.items.iter().filter(|(key, item)| {
            there.contains_key(*key)
                && self.is_about(about, covers_until, item.connection)
                && !(key.starts_with("connections|") && self.is_taken_by_another(&id, item.connection))
        });
        if let Some((key, _)) = left.next() {
            let how = format!("{id} says erased, and {key} is there");
            self.violate(Broken::CompletedWithResidue, how);
        }
    }

    /// A known gap (`docs/simulation.md`): links go before the row of their connection, so of two requests over one connection
    /// the second may find nothing while the first has that row still to take. What is there in the end is judged all the same.
    fn is_taken_by_another(&self, id: &str, connection: usize) -> bool {
        let mut others = self.asks.iter().filter(|ask| ask.id != id);
        others.any(|ask| self.is_about(ask.about, ask.covers_until, connection))
    }

    /// Judges a run that has come to its end.
    pub fn judge(&mut self, account: &Account) {
        self.judge_items(account);
        self.judge_asks(account);
    }

    fn judge_items(&mut self, account: &Account) {
        let there = stored(account);
        let mut found = Vec::new();
        for (key, item) in &self.items {
            let (must_go, may_go) = (self.must_go(item.connection), self.may_go(item.connection));
            let stands = there.get(key);
            if self.is_kept_by_hold(item.connection) {
                if stands.is_none() && item.is_sure && !may_go {
                    found.push((Broken::OverErased, format!("{key} is gone")));
                }
            } else if must_go && stands.is_some() {
                let owner = &self.connections[item.connection];
                let was_erased = self.erased.iter().any(|(id, _, _)| {
                    self.asks
                        .iter()
                        .any(|ask| ask.id == *id && self.is_about(ask.about, ask.covers_until, item.connection))
                });
                let broken = if was_erased { Broken::Resurrected } else { Broken::Lost };
                found.push((broken, format!("{key} of {} is there at the end", owner.tenant)));
            } else if !may_go && item.is_sure && stands != Some(&item.value) {
                found.push((Broken::OverErased, format!("{key} is gone or changed: {stands:?}")));
            }
        }
        let unknown: BTreeSet<&String> = there.keys().filter(|key| !self.items.contains_key(*key)).collect();
        found.extend(unknown.into_iter().map(|key| (Broken::Resurrected, format!("{key} was never stored"))));
        for (broken, how) in found {
            self.violate(broken, how);
        }
    }

    fn is_kept_by_hold(&self, connection: usize) -> bool {
        self.may_be_held(connection)
    }

    fn judge_asks(&mut self, account: &Account) {
        let rows = account.dump("ledger");
        let mut found = Vec::new();
        for ask in self.asks.iter().filter(|ask| ask.is_acknowledged) {
            let is_held = (0..self.connections.len())
                .any(|one| self.may_be_held(one) && self.is_about(ask.about, ask.covers_until, one));
            let done = self.erased.iter().find(|(id, covers, _)| *id == ask.id && *covers >= ask.covers_until);
            let head =
                rows.iter().find(|row| row["pk"]["S"] == format!("obligation#{}", ask.id) && row["sk"]["S"] == "head");
            let state = head.map_or("missing", |head| head["state"]["S"].as_str().unwrap_or_default());
            if !is_held && (done.is_none() || state != "completed") {
                found.push((Broken::Lost, format!("{} was acknowledged and is {state} at the end", ask.id)));
            }
            if is_held {
                continue;
            }
            let over = ask.last_day().tomorrow().unwrap().to_zoned_datetime(TimeZone::UTC).unwrap().timestamp();
            let over = Duration::from_secs(u64::try_from(over.as_second() - BEGINNING).unwrap());
            let is_late = done.is_none_or(|(_, _, when)| *when > over);
            let is_alarmed = self.alarms.iter().any(|(id, when)| *id == ask.id && *when < over);
            if is_late && !is_alarmed {
                found
                    .push((Broken::PastDateWithoutAlarm, format!("{} was to be erased by {}", ask.id, ask.last_day())));
            }
        }
        for (broken, how) in found {
            self.violate(broken, how);
        }
    }
}

/// Everything that is stored of people, by table and key.
fn stored(account: &Account) -> BTreeMap<String, Value> {
    let rows = TABLES
        .iter()
        .flat_map(|table| account.dump(table).into_iter().map(|row| (row_key(table, &row), row)).collect::<Vec<_>>());
    let objects = account.buckets().dump().into_iter().map(|line| (format!("media|{line}"), Value::Null));
    rows.chain(objects).collect()
}
