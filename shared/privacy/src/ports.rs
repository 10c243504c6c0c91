//! What the use cases ask of the world. Each trait is what one actor needs, so a function's role can hold
//! exactly the actions behind it. No type of a cloud SDK stands here.

mod advance;
mod archive;
mod holds;
mod shared;
mod show;
mod staff;
mod stores;

pub use advance::Advance;
pub use archive::{Archive, Closed, ClosedRecord, shards as archive_shards};
pub use holds::{BookedHold, HoldBook, Placed, Released};
pub use shared::{Detached, SharedRows};
pub use show::{Freshness, Showcase, Shown, ShownAsked};
pub use staff::{Confirmed, PlanBook, Register};
pub use stores::{Page, Part, Read, Record, Stores, WRITTEN_AT};

use std::future::Future;

use crate::data_map::KeyRange;
use crate::deadline::DueBy;
use crate::fault::Fault;
use crate::ids::{Platform, TenantId};
use crate::ingest_gate::Mark;
use crate::keys::KeyedRef;
use crate::legal_hold::{HoldId, LegalHold};
use crate::message::Work;
use crate::obligation::{Head, NewObligation, ObligationId, Outcome};
use crate::plan::Plan;
use crate::policy::retained::Exception;
use crate::scope::{Link, Place, Reach, Scope};
use jiff::Timestamp;

/// What a port answers.
pub type Answer<T> = Result<T, Fault>;

/// Rows that are read one by one: one that cannot be read leaves the others read, and is said.
pub type Each<T> = Vec<Answer<T>>;

/// Where time comes from.
pub trait Clock: Sync {
    /// Now, in whole milliseconds.
    fn now(&self) -> Timestamp;
}

/// What storing a request came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// It is a new obligation.
    New,
    /// It was open and covers more now; this is what stood there.
    Widened(Box<Head>),
    /// Nothing was written; this is what stands there.
    Already(Box<Head>),
}

/// What cancelling came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cancelled {
    /// It will not begin; or it was cancelled before.
    Done,
    /// It has begun, or is erased: too late.
    TooLate,
    /// There is no such obligation.
    Missing,
}

/// Until when an obligation is cancelled; never once a worker has begun with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelUntil {
    /// Until the first instant on which it may begin.
    ItsDay,
    /// Also after its day, for as long as no worker has begun.
    Begun,
}

/// Accepts requests. At least once: a write that timed out may have been carried out.
pub trait Intake: Sync {
    /// Cancels an obligation that no worker has begun, in one write: either it is cancelled and never begins, or it is told
    /// that it is too late.
    fn cancel(
        &self,
        id: &ObligationId,
        until: CancelUntil,
        now: Timestamp,
    ) -> impl Future<Output = Answer<Cancelled>> + Send;

    /// Notes that an account came back after its window, if there is such an obligation. The first instant stays; nothing
    /// else of the row changes.
    fn note_return(&self, id: &ObligationId, now: Timestamp) -> impl Future<Output = Answer<()>> + Send;

    /// One conditional write that is its own outbox: the row is in the due index. Writes when there is no such
    /// obligation, or an open one that covers less and the request is dated.
    fn open(&self, new: &NewObligation) -> impl Future<Output = Answer<Opened>> + Send;

    /// Opens a new request under the code of a finished one, which is kept beside it. `false` when the row is
    /// no longer the finished one.
    fn reopen(&self, finished: &Head, new: &NewObligation) -> impl Future<Output = Answer<bool>> + Send;
}

/// Sends work. At least once, in any order.
pub trait WorkQueue: Sync {
    /// Puts one message into the worker's queue.
    fn send(&self, work: &Work) -> impl Future<Output = Answer<()>> + Send;
}

/// A worker's claim on an obligation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Which.
    pub id: ObligationId,
    /// Whose: unique to one delivery of one message.
    pub worker: String,
}

/// What asking for a lease came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leased {
    /// It is ours until the asked instant. The row as it is now.
    Granted(Box<Head>),
    /// Another worker has it.
    Busy,
    /// There is no such obligation.
    Gone,
}

/// What to do to `next_action_at`, and so to the due index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextAction {
    /// Leave it: the index is not touched.
    Keep,
    /// Look at it then.
    At(Timestamp),
    /// Never again: it is closed.
    Never,
}

/// The engine's side of the ledger.
pub trait Ledger: Sync {
    /// Claims or renews: the start of every chunk. One conditional write that answers with the row.
    fn lease(&self, lease: &Lease, now: Timestamp, until: Timestamp) -> impl Future<Output = Answer<Leased>> + Send;
    /// Gives the claim back, if it is still ours.
    fn release(&self, lease: &Lease) -> impl Future<Output = Answer<()>> + Send;
    /// Carries out a transition if the lease and the condition hold; the row after it, or `None`.
    fn advance(&self, lease: &Lease, advance: &Advance) -> impl Future<Output = Answer<Option<Head>>> + Send;
    /// Sets an earlier last day, if the lease holds; never a later one.
    fn bring_forward(&self, lease: &Lease, due_by: &DueBy) -> impl Future<Output = Answer<()>> + Send;
    /// Covers more, up to an instant, never less. Nothing happens without the lease.
    fn widen(&self, lease: &Lease, covers_until: Timestamp) -> impl Future<Output = Answer<()>> + Send;
    /// Notes by which exceptions an obligation leaves records, if the lease holds.
    fn note_retained(&self, lease: &Lease, codes: &[Exception]) -> impl Future<Output = Answer<()>> + Send;
    /// Writes down that a worker begins, if the lease holds and nothing was begun or cancelled; the first instant stays. The row
    /// as it is then, or `None`.
    fn begin(&self, lease: &Lease, now: Timestamp) -> impl Future<Output = Answer<Option<Head>>> + Send;
    /// Whether an obligation was cancelled, by a strong read.
    fn is_cancelled(&self, id: &ObligationId) -> impl Future<Output = Answer<bool>> + Send;
    /// The legal holds in force for a tenant, by a strong read.
    fn holds(&self, tenant: &TenantId) -> impl Future<Output = Answer<Vec<LegalHold>>> + Send;
    /// The open requests whose bundles what is purged of a tenant has to wait for, by strong reads; the export of its account
    /// under [`ExportJob::named`](crate::export::job::ExportJob::named).
    fn awaited_bundles(&self, tenant: &TenantId) -> impl Future<Output = Answer<Vec<ObligationId>>> + Send;
    /// Notes that an obligation waits for a hold, so that its release finds it.
    fn wait_for(&self, id: &ObligationId, hold: &HoldId) -> impl Future<Output = Answer<()>> + Send;
    /// Every place of a request, by strong reads.
    fn scopes(&self, head: &Head) -> impl Future<Output = Answer<Vec<Scope>>> + Send;
    /// The places of earlier requests under the same code.
    fn earlier_places(&self, head: &Head) -> impl Future<Output = Answer<Vec<Place>>> + Send;
    /// Notes whom processors are to be asked about beside the places: people who were found on the way and are known nowhere
    /// else. Doing it twice changes nothing.
    fn hand_on(&self, head: &Head, subjects: &[KeyedRef]) -> impl Future<Output = Answer<()>> + Send;
    /// Everybody who was handed on, by strong reads.
    fn handed_on(&self, head: &Head) -> impl Future<Output = Answer<Vec<KeyedRef>>> + Send;
    /// The checkpoint of one place. Never touches the due index.
    fn save_scope(&self, head: &Head, scope: &Scope) -> impl Future<Output = Answer<()>> + Send;
    /// The plan, beside the head.
    fn save_plan(&self, head: &Head, plan: &Plan) -> impl Future<Output = Answer<()>> + Send;
    /// The outcome of every record class, beside the head.
    fn save_outcomes(&self, head: &Head, outcomes: &[(String, Outcome)]) -> impl Future<Output = Answer<()>> + Send;
}

/// What disarming a connection came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Disarmed {
    /// Its tokens are gone and it is marked as stopped.
    Done {
        /// Of which platform it is, by its own row.
        platform: Option<Platform>,
    },
    /// It has no row any more.
    Missing,
    /// It was made after the request: it is not covered.
    Newer,
}

/// A connection in the directory of its tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connected {
    /// Which, and when it was made.
    pub reach: Reach,
    /// Of which platform.
    pub platform: Platform,
}

/// Platform connections, and the identity links that find them and single people.
pub trait Connections: Sync {
    /// Every connection of a tenant, by strong reads.
    fn of_tenant(&self, tenant: &TenantId) -> impl Future<Output = Answer<Vec<Connected>>> + Send;

    /// Every place an identity link reaches, by strong reads.
    fn reach(&self, link: &KeyedRef) -> impl Future<Output = Answer<Vec<Reach>>> + Send;
    /// Drops the tokens of a connection made before `covers_until` and stops it.
    fn disarm(
        &self,
        place: &Place,
        covers_until: Timestamp,
        now: Timestamp,
    ) -> impl Future<Output = Answer<Disarmed>> + Send;
    /// When the connection of a place was made, if it has a row, by a strong read.
    fn connected_at(&self, place: &Place) -> impl Future<Output = Answer<Option<Timestamp>>> + Send;
    /// The platform of the connection that a place came through, if it has a row that names one, by a strong read.
    fn platform_of(&self, place: &Place) -> impl Future<Output = Answer<Option<Platform>>> + Send;
    /// Removes identity links.
    fn unlink(&self, links: &[Link]) -> impl Future<Output = Answer<()>> + Send;
    /// Erases rows of a store that name identity links, each in one write with its link: nobody who looks by a link finds it gone
    /// and its row still there, and no row goes and leaves its link behind.
    fn erase_linked(
        &self,
        store: &str,
        range: &KeyRange,
        linked: &[(Record, Link)],
    ) -> impl Future<Output = Answer<()>> + Send;
    /// Takes a connection out: its rows, the links to it, its line in the directory of its tenant. All of it or nothing, so that
    /// whoever comes by any of them finds the rest; beyond what one write takes, other people's links and their rows go first.
    /// `false`, and nothing is changed: the row that stands there was made at `covers_until` or later, under an id that is used again.
    fn take_out(
        &self,
        connection: &Place,
        covers_until: Timestamp,
        rows: &[Record],
        links: &[Link],
    ) -> impl Future<Output = Answer<bool>> + Send;
}

/// Marks that refuse what must not return.
pub trait Suppressions: Sync {
    /// Raises a mark to `covers_until`, never lowers it. It does not expire until [`Suppressions::date`].
    fn raise(&self, mark: &Mark, covers_until: Timestamp) -> impl Future<Output = Answer<()>> + Send;
    /// Lets a mark expire, not earlier than it already would.
    fn date(&self, mark: &Mark, expires_at: Timestamp) -> impl Future<Output = Answer<()>> + Send;
}

/// An entry of the due index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Which.
    pub id: ObligationId,
    /// Since when.
    pub next_action_at: Timestamp,
}

/// The sweeper's side of the ledger.
pub trait DueIndex: Sync {
    /// What is due in one shard, oldest first, at most `limit`. Index reads may be stale.
    fn due(&self, shard: u8, now: Timestamp, limit: u16) -> impl Future<Output = Answer<Each<Due>>> + Send;
    /// The row itself, by a strong read.
    fn head(&self, id: &ObligationId) -> impl Future<Output = Answer<Option<Head>>> + Send;
    /// Notes since when an obligation is past its date, once.
    fn mark_late(&self, id: &ObligationId, since: Timestamp) -> impl Future<Output = Answer<()>> + Send;
    /// Moves an entry on, if nobody else did.
    fn postpone(&self, due: &Due, next: NextAction) -> impl Future<Output = Answer<()>> + Send;
}

/// How many parts the due index has: each takes 1,000 writes a second.
pub const DUE_SHARDS: u8 = 8;
