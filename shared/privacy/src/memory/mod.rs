//! Every port in memory, with a fault injected at a chosen call: the world that the use cases are tested in. Checked
//! against the adapters by the port contract in `tests/`.

mod aftermath;
mod archive;
mod asked;
mod bundles;
mod cancel;
mod contents;
mod exports;
mod flags;
mod holds;
mod ledger;
mod opened;
mod places;
mod policy;
mod processors;
mod purge;
mod receipts;
mod replay;
mod requests;
mod seed;
mod shared;
mod show;
mod snapshot;
mod staff;
mod vault;

pub use aftermath::proof;
pub use asked::{asked, erased, erasure_of};
pub use exports::StoredExports;
#[cfg(test)]
pub(crate) use opened::fresh;
pub use places::{own_contact_place, place, user_place};
pub use policy::{built_in_map, plan_hash, prompt_map};
pub use processors::{Mood, Vendor, Vendors};
pub use purge::StoredPurges;
pub use receipts::StoredChains;
pub use requests::{SentLetter, StoredRequests};
pub use shared::SharedSources;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::fault::Fault;
use crate::ids::Platform;
use crate::ingest_gate::{Entry, Flag, LiftedFlag, Mark};
use crate::keys::KeyedRef;
use crate::legal_hold::{HoldId, LegalHold};
use crate::message::Work;
use crate::obligation::{Head, ObligationId, Outcome};
use crate::plan::Plan;
use crate::ports::{Answer, Clock};
use crate::replay::{Replay, ReplayId};
use crate::scope::{Place, Scope};

/// A connection row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionRow {
    /// When it was made.
    pub connected_at: Timestamp,
    /// Whether it still has its tokens.
    pub has_tokens: bool,
    /// Of which platform.
    pub platform: Platform,
}

impl ConnectionRow {
    /// A connection with its tokens. A name that is none becomes the platform `invalid`.
    #[must_use]
    pub fn new(platform: &str, connected_at: Timestamp) -> Self {
        let platform = Platform::parse(platform).or_else(|_| Platform::parse("invalid"));
        let Ok(platform) = platform else { unreachable!("`invalid` is a name") };
        Self { connected_at, has_tokens: true, platform }
    }
}

/// When a fault strikes: at the n-th call of any port, before or after its effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Strike {
    /// The request is lost.
    Before(u64),
    /// The answer is lost.
    After(u64),
}

/// Everything that is stored. Rows of tables and objects by store name and key.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// Heads by id.
    pub heads: BTreeMap<ObligationId, Head>,
    /// Finished requests kept beside their successors.
    pub earlier: BTreeMap<ObligationId, Vec<Head>>,
    /// Places by id and request.
    pub scopes: BTreeMap<(ObligationId, u32), BTreeMap<Place, Scope>>,
    /// Whom processors are asked about beside the places, by id and request.
    pub handed_on: BTreeMap<(ObligationId, u32), BTreeSet<KeyedRef>>,
    /// Plans by id and request.
    pub plans: BTreeMap<(ObligationId, u32), Plan>,
    /// Outcomes by id and request.
    pub outcomes: BTreeMap<(ObligationId, u32), BTreeMap<String, Outcome>>,
    /// Identity links.
    pub links: BTreeMap<KeyedRef, BTreeMap<Place, Timestamp>>,
    /// Connection rows.
    pub connections: BTreeMap<Place, ConnectionRow>,
    /// Items by store and partition.
    pub items: BTreeMap<(String, String), BTreeSet<String>>,
    /// What the sources of shared rows contributed, by store, partition and sort key.
    pub shared: BTreeMap<(String, String, String), SharedSources>,
    /// Object versions by store.
    pub objects: BTreeMap<String, BTreeSet<(String, String)>>,
    /// When a row or an object says that it was written, by store, partition or version, and key.
    pub written: BTreeMap<(String, String, String), Timestamp>,
    /// Suppression entries.
    pub marks: BTreeMap<Mark, Entry>,
    /// What is not to be done with the data of people, and since when.
    pub flags: BTreeMap<Mark, BTreeMap<Flag, Timestamp>>,
    /// What was lifted of that.
    pub lifted: BTreeMap<Mark, Vec<LiftedFlag>>,
    /// When a row without a standing flag expires.
    pub flags_expire: BTreeMap<Mark, Timestamp>,
    /// Legal holds in force.
    pub holds: Vec<LegalHold>,
    /// Every hold that ever was.
    pub booked: BTreeMap<HoldId, crate::ports::BookedHold>,
    /// How often a hold was placed or released.
    pub hold_changes: u64,
    /// Which obligation waits for which hold.
    pub waiting: BTreeSet<(HoldId, ObligationId)>,
    /// Receipts, and what the ledger knows of their chains.
    pub chains: StoredChains,
    /// What the ledger keeps of purges, and their reports.
    pub purges: StoredPurges,
    /// Replays of the ledger after a restored backup.
    pub replays: BTreeMap<ReplayId, Replay>,
    /// Requests of people, and what goes with them.
    pub requests: StoredRequests,
    /// Bundles, and what goes with them.
    pub exports: StoredExports,
    /// What reads see that may be stale, while a replica lags behind.
    pub a_moment_ago: Option<Box<Stored>>,
    /// Keys of records that a list misses, as a read that is consistent in the end may; a strong read finds them.
    pub unlisted: BTreeSet<String>,
    /// Messages that were sent.
    pub sent: Vec<Work>,
    /// Downstream processors and what is stored of them.
    pub vendors: Vendors,
    leases: BTreeMap<ObligationId, String>,
    calls: u64,
    strike: Option<Strike>,
    broken_store: Option<String>,
    unreadable_store: Option<String>,
    now: Timestamp,
    tick: SignedDuration,
}

impl Stored {
    /// Another worker takes an obligation over.
    pub fn steal(&mut self, id: &ObligationId, worker: &str, until: Timestamp) {
        if let Some(head) = self.heads.get_mut(id) {
            head.leased_until = Some(until);
            self.leases.insert(id.clone(), worker.to_owned());
        }
    }

    /// Everything that the ingest gate reads.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        let disconnected = self.heads.values().filter_map(|head| {
            let mark = Mark::disconnected(head.target.connection()?);
            Some(Entry { mark, covers_until: head.covers_until, expires_at: None })
        });
        self.marks.values().cloned().chain(disconnected).collect()
    }

    /// What the clock shows.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Lets the clock show an instant.
    pub fn set_now(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// Every read of one store fails, until mended.
    pub fn blind(&mut self, store: Option<&str>) {
        self.unreadable_store = store.map(str::to_owned);
    }

    /// How many items and object versions there are.
    #[must_use]
    pub fn records(&self) -> usize {
        self.items.values().map(BTreeSet::len).sum::<usize>() + self.objects.values().map(BTreeSet::len).sum::<usize>()
    }
}

/// Something that happens just before a call, as another process would do it.
type Interruption = Box<dyn FnOnce(&mut Stored) + Send>;

/// The world in memory.
#[derive(Default)]
pub struct World {
    stored: Mutex<Stored>,
    interruption: Mutex<Option<(u64, Interruption)>>,
    page_records: usize,
}

impl World {
    /// An empty world at an instant, with pages of `page_records` records.
    #[must_use]
    pub fn new(now: Timestamp, page_records: usize) -> Self {
        Self { stored: Mutex::new(Stored { now, ..Stored::default() }), page_records, ..Self::default() }
    }

    /// What is stored.
    pub fn stored(&self) -> MutexGuard<'_, Stored> {
        self.stored.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets time pass.
    pub fn pass(&self, span: SignedDuration) {
        let mut stored = self.stored();
        stored.now += span;
    }

    /// Lets every call take so long.
    pub fn tick(&self, span: SignedDuration) {
        self.stored().tick = span;
    }

    /// Strikes once, at a call counted from now.
    pub fn strike(&self, strike: Option<Strike>) {
        let mut stored = self.stored();
        stored.calls = 0;
        stored.strike = strike;
    }

    /// Lets something happen once, just before a call counted from the last [`World::strike`].
    pub fn interrupt(&self, call: u64, happening: impl FnOnce(&mut Stored) + Send + 'static) {
        *self.interruption.lock().unwrap_or_else(PoisonError::into_inner) = Some((call, Box::new(happening)));
    }

    /// How many calls were made since the last [`World::strike`].
    pub fn calls(&self) -> u64 {
        self.stored().calls
    }

    /// Breaks every erase in one store, until mended.
    pub fn break_store(&self, store: Option<&str>) {
        self.stored().broken_store = store.map(str::to_owned);
    }

    /// As [`Stored::blind`].
    pub fn blind_store(&self, store: Option<&str>) {
        self.stored().blind(store);
    }

    pub(super) fn call<T>(&self, action: &'static str, effect: impl FnOnce(&mut Stored) -> T) -> Answer<T> {
        let mut stored = self.stored();
        stored.calls += 1;
        let (calls, tick) = (stored.calls, stored.tick);
        stored.now += tick;
        let mut interruption = self.interruption.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, happening)) = interruption.take_if(|(call, _)| *call == calls) {
            happening(&mut stored);
        }
        if stored.strike == Some(Strike::Before(calls)) {
            return Err(Fault::retry(action, "struck before"));
        }
        let answer = effect(&mut stored);
        if stored.strike == Some(Strike::After(calls)) {
            return Err(Fault::retry(action, "struck after"));
        }
        Ok(answer)
    }
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").field("stored", &self.stored).finish_non_exhaustive()
    }
}

impl Clock for World {
    fn now(&self) -> Timestamp {
        self.stored().now
    }
}
