//! The tables and buckets of the data map: pages of keys, deletes by key.

use std::future::Future;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Answer, SharedRows};
use crate::data_map::KeyRange;

/// How a read sees writes that have just been answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// At half the price, perhaps not yet.
    Eventual,
    /// All of them.
    Strong,
}

/// One stored thing inside a key range: an item, or one version or delete marker of an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Sort key or object key.
    pub key: String,
    /// Which version, for objects.
    pub version: Option<String>,
    /// When it was written, if that is known: a row says so in [`WRITTEN_AT`], of an object the bucket does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written_at: Option<Timestamp>,
}

/// The attribute in which a row whose key has no date says when it was first written. A change does not move it.
pub const WRITTEN_AT: &str = "written_at";

/// A page of records.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Page {
    /// In key order.
    pub records: Vec<Record>,
    /// Where the next page starts; `None` at the end.
    pub next: Option<Record>,
}

/// The tables and buckets of the data map.
pub trait Stores: SharedRows + Sync {
    /// Keys only, one page of at most `limit` records, after a record of an earlier page.
    fn page(
        &self,
        store: &str,
        range: &KeyRange,
        after: Option<&Record>,
        limit: Option<u16>,
        read: Read,
    ) -> impl Future<Output = Answer<Page>> + Send;

    /// Erases by key, retrying what was left undone for a while; answers with what is still left.
    fn erase(
        &self,
        store: &str,
        range: &KeyRange,
        records: &[Record],
    ) -> impl Future<Output = Answer<Vec<Record>>> + Send;

    /// Erases what is named of several ranges of one store, a record in one of them; answers with how many are still left.
    fn erase_together(&self, store: &str, parts: &[Part<'_>]) -> impl Future<Output = Answer<usize>> + Send {
        async move {
            let mut left = 0;
            for part in parts {
                left += self.erase(store, part.range, &part.records).await?.len();
            }
            Ok(left)
        }
    }
}

/// Records of one range among several.
#[derive(Clone, Debug)]
pub struct Part<'r> {
    /// Where they stand.
    pub range: &'r KeyRange,
    /// What is to go of it.
    pub records: Vec<Record>,
}
