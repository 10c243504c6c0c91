//! What must hold, read from the policy and not from the code: who owns what, what was promised to whom, and what happened.
//!
//! The oracle is told of every attempt and every acknowledgement by the actors, and sees every write of every process. It
//! knows dates, connections and items, and nothing of plans, leases or marks. Of the rows of the ledger it reads what they say to
//! others, since that is what is to be true: that a request is erased, done, held, answered or denied, up to which instant that was
//! worked through, that a code is in force, and of which days holds keep something.

mod dated;
mod ends;
mod facts;
mod forms;
mod held;
mod judge;
mod receipts;
mod restored;
mod watch;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use privacy_tests::account::Account;
use serde_json::Value;

use self::dated::Dated;
pub use self::dated::Kind;
pub use self::facts::{About, Ask, Closing, Connected, Copy, FormSent, Shown};
pub use self::held::{HOLD_TAKES_EFFECT, Held};

/// The letter says for how long its code can be used.
const CODES_LIVE: Duration = Duration::from_secs(600);
/// Later than any run.
const LATEST: Timestamp = Timestamp::constant(4_000_000_000, 0);
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
    /// A row or an object was written that no class of the data map knows, or an attribute that its class does not name.
    Unclassified,
    /// Something was erased, and no receipt says so, or a chain of them is not whole.
    Unproven,
    /// Somebody's request was acknowledged, they got no letter with a code, and nobody was told of that.
    Untold,
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
            Self::Unclassified => "unclassified",
            Self::Unproven => "unproven",
            Self::Untold => "untold without an alarm",
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

/// Something stored of somebody.
#[derive(Clone, Debug)]
struct Item {
    connection: usize,
    value: Value,
    is_sure: bool,
}

/// All that is known.
#[derive(Debug, Default)]
pub struct Oracle {
    /// Every connection that there ever was, and what some know of whoever only wrote by them.
    pub connections: Vec<Connected>,
    /// Every request that was tried.
    pub asks: Vec<Ask>,
    /// Every hold that was tried.
    pub holds: Vec<Held>,
    /// What vendors hold.
    pub copies: Vec<Copy>,
    /// Every form that was acknowledged.
    pub forms: Vec<FormSent>,
    /// Whether a tenant's account has come back, or may have.
    pub may_be_back: bool,
    is_restored: bool,
    /// What stood in each table when it was read last, unless something was written into it since.
    tables: BTreeMap<&'static str, BTreeMap<String, Value>>,
    items: BTreeMap<String, Item>,
    erased: Vec<(String, Timestamp, Duration)>,
    /// When it was said that nothing of ours is left, whether or not vendors have confirmed.
    gone: Vec<(String, Timestamp, Duration)>,
    /// When it was said that a hold keeps the rest, by connection of which nothing was there.
    beside: Vec<(String, Timestamp, usize, Duration)>,
    alarms: Vec<(String, Duration)>,
    /// The same for a vendor that is waited for.
    alarms_of_vendors: Vec<(String, Duration)>,
    /// Letters with codes, by request.
    letters: Vec<(String, Duration)>,
    /// When a code was last put in force, by request.
    codes: BTreeMap<String, Duration>,
    /// Letters that say how a request has ended.
    closings: Vec<Closing>,
    /// When it rang that so many forms were told nothing.
    silences: Vec<(Duration, u64)>,
    /// When it rang that the last day of so many requests is near, or over.
    alarms_of_requests: Vec<(Duration, u64)>,
    /// What goes by its date, by key.
    dated: BTreeMap<String, Dated>,
    /// When a purge failed, or said that something is late.
    alarms_of_purges: Vec<Duration>,
    /// What stood there when a hold had taken effect, by the number of the hold.
    kept: Vec<(usize, String)>,
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
        if !self.may_go(item.connection, LATEST) {
            self.violate(Broken::OverErased, format!("{key} was refused, and nobody asked for that"));
        }
    }

    /// Notes that a letter was handed to the post, with the code that was in it.
    pub fn wrote(&mut self, id: &str, elapsed: Duration) {
        self.letters.push((id.to_owned(), elapsed));
    }

    /// Notes that a letter was handed to the post that says how a request has ended.
    pub fn closed(&mut self, closing: Closing) {
        self.closings.push(closing);
    }

    /// The form of a request.
    pub fn form_mut(&mut self, id: &str) -> Option<&mut FormSent> {
        self.forms.iter_mut().find(|form| form.id == id)
    }

    /// Whether the code of the last letter must be taken from whoever tries it now, by a clock that may be wrong by so much: it is the
    /// one in force, and not ten minutes old.
    #[must_use]
    pub fn is_in_force(&self, id: &str, tried: Duration, wrong_by: Duration) -> bool {
        let sent = self.letters.iter().rev().find(|(of, _)| of == id).map(|(_, when)| *when);
        let issued = self.codes.get(id).copied();
        let (Some(sent), Some(issued)) = (sent, issued) else { return false };
        issued <= sent && tried + wrong_by < issued + CODES_LIVE
    }

    /// A right code, the first that was tried, was refused.
    pub fn refused_right_code(&mut self, id: &str) {
        self.violate(Broken::Lost, format!("the right code of {id} was refused in time"));
    }

    /// Notes the alarm that the last day of so many requests is near, or over.
    pub fn alarmed_of_requests(&mut self, elapsed: Duration, count: u64) {
        self.alarms_of_requests.push((elapsed, count));
    }

    /// Notes the alarm that so many forms were told nothing.
    pub fn alarmed_of_forms(&mut self, elapsed: Duration, count: u64) {
        self.silences.push((elapsed, count));
    }

    /// Notes an alarm of an obligation.
    pub fn alarmed(&mut self, id: &str, elapsed: Duration) {
        self.alarms.push((id.to_owned(), elapsed));
    }

    /// The sweeper rang for a request that waits for a vendor.
    pub fn alarmed_of_vendors(&mut self, id: &str, elapsed: Duration) {
        self.alarms_of_vendors.push((id.to_owned(), elapsed));
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

    /// Whether anything was ever stored under a key.
    fn is_known(&self, key: &str) -> bool {
        self.items.contains_key(key) || self.dated.contains_key(key)
    }

    fn is_about(&self, about: About, covers_until: Timestamp, connection: usize) -> bool {
        let known = &self.connections[connection];
        let is_of = match about {
            About::Person(person) => known.is_of(person),
            About::Connection(other) => known.is_by_same(&self.connections[other]),
            About::Tenant(tenant) => known.tenant == tenant,
        };
        is_of && known.connected_at < covers_until
    }

    /// Whether an acknowledged request covers a connection.
    #[must_use]
    pub fn must_go(&self, connection: usize) -> bool {
        let mut asks = self.asks.iter().filter(|ask| ask.is_acknowledged && !ask.is_withdrawn);
        asks.any(|ask| self.is_about(ask.about, ask.covers_until, connection))
    }

    /// Whether any request covers a connection at an instant, acknowledged or not.
    fn may_go(&self, connection: usize, at: Timestamp) -> bool {
        let mut asks = self.asks.iter().filter(|ask| ask.may_begin(at));
        asks.any(|ask| self.is_about(ask.about, ask.covers_until, connection))
    }
}

/// What stands in a table, by table and key.
fn rows(account: &Account, table: &str) -> impl Iterator<Item = (String, Value)> {
    account.dump(table).into_iter().map(move |row| (row_key(table, &row), row))
}

/// Objects that are stored, by key and version.
fn objects(account: &Account) -> impl Iterator<Item = (String, Value)> {
    account.buckets().dump().into_iter().map(|line| (format!("media|{line}"), Value::Null))
}

/// Everything that is stored of people, by table and key.
fn stored(account: &Account) -> BTreeMap<String, Value> {
    TABLES.iter().flat_map(|table| rows(account, table)).chain(objects(account)).collect()
}
