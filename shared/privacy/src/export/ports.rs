//! What making, giving and erasing a bundle asks of the world.

use std::collections::BTreeMap;
use std::future::Future;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::job::ExportJob;
use crate::data_map::KeyRange;
use crate::hex::first_hex;
use crate::ids::TenantId;
use crate::obligation::ObligationId;
use crate::ports::{Answer, Each};

pub use super::bundle::{Bundle, Next, Round};

/// A row of a table with everything in it.
#[derive(Clone, PartialEq)]
pub struct Row {
    /// Its sort key.
    pub key: String,
    /// What it holds beside its keys.
    pub attributes: BTreeMap<String, Value>,
}

crate::redacted!(Row);

/// A page of rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    /// In key order.
    pub rows: Vec<Row>,
    /// After which key the next page starts; `None` at the end.
    pub next: Option<String>,
}

/// An object as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its key.
    pub key: String,
    /// Its length.
    pub bytes: u64,
}

/// A page of objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Objects {
    /// In key order.
    pub objects: Vec<Object>,
    /// After which key the next page starts; `None` at the end.
    pub next: Option<String>,
}

/// What stands in the tables and buckets of the data map.
pub trait Contents: Sync {
    /// One page of a range of a table.
    fn rows(&self, store: &str, range: &KeyRange, after: Option<&str>) -> impl Future<Output = Answer<Rows>> + Send;
    /// One page of the objects that are there now, not of earlier versions.
    fn objects(&self, store: &str, prefix: &str, after: Option<&str>) -> impl Future<Output = Answer<Objects>> + Send;
    /// At most `bytes` bytes of an object from a position on; empty at its end, `None` when it is gone.
    fn read(
        &self,
        store: &str,
        key: &str,
        from: u64,
        bytes: u64,
    ) -> impl Future<Output = Answer<Option<Vec<u8>>>> + Send;
}

/// The name of a bundle's object: says nothing and leads to nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BundleKey(String);

impl BundleKey {
    /// The bundle of a job; `round` counts those that a tenant had before.
    #[must_use]
    pub fn of(job: &ExportJob, round: u32) -> Self {
        let named = match job {
            ExportJob::Request(request) => format!("request\n{}\n{round}", request.as_str()),
            ExportJob::Tenant(tenant) => format!("tenant\n{tenant}\n{round}"),
        };
        let digest = Sha256::digest(named.as_bytes());
        Self(first_hex(&digest, 20))
    }

    /// Where the bundle stands once it is whole.
    #[must_use]
    pub fn object(&self) -> String {
        format!("bundles/{}.zip", self.0)
    }

    /// Where a worker leaves what the next one needs to go on.
    #[must_use]
    pub fn progress(&self) -> String {
        format!("progress/{}", self.0)
    }

    /// Where a leaf of the directory is kept until the bundle is closed. Its content names it: whoever keeps it, and however
    /// often, it is the same leaf.
    #[must_use]
    pub fn leaf(&self, leaf: &[u8]) -> String {
        let digest = first_hex(&Sha256::digest(leaf), 20);
        format!("progress/{}-{digest}", self.0)
    }
}

/// A part of an upload, by the tag that the store gave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// From 1.
    pub number: i32,
    /// What names its content.
    pub tag: String,
}

/// Where bundles are made. Nothing is visible before it is complete.
pub trait BundleStore: Sync {
    /// Begins an upload and answers with its name.
    fn begin(&self, key: &BundleKey) -> impl Future<Output = Answer<String>> + Send;
    /// Uploads one part; the same number again replaces it. `None` when there is no such upload, or not any more.
    fn part(
        &self,
        key: &BundleKey,
        upload: &str,
        number: i32,
        bytes: Vec<u8>,
    ) -> impl Future<Output = Answer<Option<Part>>> + Send;
    /// Makes the parts one visible object. `false` when there is one already: it stays as it is.
    fn complete(&self, key: &BundleKey, upload: &str, parts: &[Part]) -> impl Future<Output = Answer<bool>> + Send;
    /// Discards an upload; one that is gone is discarded.
    fn abort(&self, key: &BundleKey, upload: &str) -> impl Future<Output = Answer<()>> + Send;
    /// Keeps something beside the bundle while it is made: what the next worker needs, or a leaf of the directory.
    fn keep(&self, object: &str, content: Vec<u8>) -> impl Future<Output = Answer<()>> + Send;
    /// What was kept there.
    fn kept(&self, object: &str) -> impl Future<Output = Answer<Option<Vec<u8>>>> + Send;
}

/// Erases bundles.
pub trait BundleEraser: Sync {
    /// Erases every version of a bundle, and of what was kept to make it, and discards every upload of it, also those of workers
    /// that died before they could say so. Answers with how many of all these a listing still finds: zero is the proof.
    fn erase(&self, key: &BundleKey) -> impl Future<Output = Answer<u64>> + Send;
}

/// A link that opens a bundle for whoever has it. Never printed, never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Link(String);

impl Link {
    /// A link that was just minted.
    #[must_use]
    pub const fn new(link: String) -> Self {
        Self(link)
    }

    /// The link, for the answer to whoever has proven who they are.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

crate::redacted!(Link);

/// Mints links.
pub trait BundleLinks: Sync {
    /// A link to one bundle that works for [`super::download::LINK_LIFETIME`].
    fn link(&self, key: &BundleKey) -> impl Future<Output = Answer<Link>> + Send;
}

/// What claiming a bundle came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is ours until the asked instant.
    Granted(Bundle),
    /// Another worker has it.
    Busy,
}

/// An entry of the due index: a bundle that is to be erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueBundle {
    /// Which.
    pub job: ExportJob,
    /// Since when.
    pub erase_at: Timestamp,
}

/// What the ledger keeps of bundles, and of exports that a purge waits for.
pub trait BundleBook: Sync {
    /// Claims or renews, in one conditional write. The first claim puts it into the due index: what is left behind of a bundle
    /// that is never finished goes, too.
    fn claim(
        &self,
        job: &ExportJob,
        worker: &str,
        until: Timestamp,
        erase_at: Timestamp,
        now: Timestamp,
    ) -> impl Future<Output = Answer<Claim>> + Send;
    /// Begins the next round of a bundle that is claimed, is as it was read, and was made or had its day, and puts it into the due
    /// index again. What was made before stays as long as [`Bundle::next`] says.
    fn renew(
        &self,
        job: &ExportJob,
        worker: &str,
        bundle: &Bundle,
        next: Next,
    ) -> impl Future<Output = Answer<Claim>> + Send;
    /// Stores how far it is, but not which were made before, if it is still ours and was not erased. `false`: it is not.
    fn save(&self, job: &ExportJob, worker: &str, bundle: &Bundle) -> impl Future<Output = Answer<bool>> + Send;
    /// Gives the claim back, if it is still ours.
    fn let_go(&self, job: &ExportJob, worker: &str) -> impl Future<Output = Answer<()>> + Send;
    /// What is known of it, by a strong read.
    fn bundle(&self, job: &ExportJob) -> impl Future<Output = Answer<Option<Bundle>>> + Send;
    /// What is due in one shard, oldest first, at most `limit`. Index reads may be stale.
    fn due_bundles(
        &self,
        shard: u8,
        now: Timestamp,
        limit: u16,
    ) -> impl Future<Output = Answer<Each<DueBundle>>> + Send;
    /// Whether a worker has it at this instant, by a strong read.
    fn is_claimed(&self, job: &ExportJob, now: Timestamp) -> impl Future<Output = Answer<bool>> + Send;
    /// What is to be erased in one shard after the first of these instants, until the second, oldest first, beyond `last` of the page
    /// before, at most `limit`. Index reads may be stale.
    fn coming_bundles(
        &self,
        shard: u8,
        between: (Timestamp, Timestamp),
        last: Option<&DueBundle>,
        limit: u16,
    ) -> impl Future<Output = Answer<Vec<DueBundle>>> + Send;
    /// Notes that what was due of it, as it was read, is erased, and moves it to the day of the next; where there is none, to the one on
    /// which what is known of it goes, or out of the due index. `false` when that was noted before, or another round has begun.
    fn erased(
        &self,
        due: &DueBundle,
        bundle: &Bundle,
        at: Timestamp,
        record_ends_at: Option<Timestamp>,
    ) -> impl Future<Output = Answer<bool>> + Send;
    /// Erases what is known of an account's export, and that a purge of the account waits for requests that are closed. Only if it is as
    /// it was read, is due since the same instant, and no worker has it: whether it was.
    fn forget_export(
        &self,
        due: &DueBundle,
        bundle: &Bundle,
        now: Timestamp,
    ) -> impl Future<Output = Answer<bool>> + Send;
    /// Notes that a purge of a tenant waits for a request's bundle.
    fn await_bundle(
        &self,
        tenant: &TenantId,
        request: &ObligationId,
        since: Timestamp,
    ) -> impl Future<Output = Answer<()>> + Send;
    /// Takes that note away.
    fn stop_awaiting(&self, tenant: &TenantId, request: &ObligationId) -> impl Future<Output = Answer<()>> + Send;
}
