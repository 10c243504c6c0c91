//! How far a bundle is. A worker whose time ends leaves it to the next one, byte for byte: interrupted or not, the bundle is
//! the same.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::archive::Archive;
use super::people::{Own, People};
use super::ports::Part;
use super::redact::Counts;
use super::table::Table;
use crate::scope::Place;

/// Where the work goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cursor {
    pub(super) place: usize,
    pub(super) store: usize,
    pub(super) after: Option<String>,
}

/// What the bundle holds of one class.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Held {
    /// Records that were found, shown or not.
    pub(super) records: u64,
    /// Files that hold them.
    pub(super) files: Vec<String>,
    /// The first of them, for the page that a person opens.
    pub(super) preview: Vec<Vec<String>>,
}

crate::redacted!(Held);

impl Held {
    /// Whether there are records and no file has any of them.
    pub(super) fn is_not_copied(&self) -> bool {
        self.records > 0 && self.files.is_empty()
    }
}

/// Everything that the next worker needs.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Progress {
    pub(super) upload: String,
    pub(super) parts: Vec<Part>,
    /// Where the leaves of the archive's directory are kept, in their order.
    pub(super) leaves: Vec<String>,
    pub(super) places: Vec<Place>,
    /// What is older is in it. A request that wants more since then is collected anew.
    pub(super) covers_until: Option<Timestamp>,
    /// Connections of platforms whose terms allow no export of others.
    pub(super) barred: BTreeSet<Place>,
    pub(super) cursor: Cursor,
    pub(super) archive: Archive,
    pub(super) tables: BTreeMap<String, Table>,
    pub(super) held: BTreeMap<String, Held>,
    pub(super) people: People,
    pub(super) own: Own,
    pub(super) redactions: Counts,
    /// Classes of which something could not be read.
    #[serde(default)]
    pub(super) unread: BTreeSet<String>,
    /// How long the texts are that follow, in their order.
    pub(super) lengths: Vec<usize>,
}

impl Progress {
    /// How much of tables is in memory.
    pub(super) fn table_bytes(&self) -> usize {
        self.tables.values().map(Table::bytes).sum()
    }

    /// Everything in one piece: the length of its description, the description, then what is in memory. That is given back
    /// while it is copied.
    pub(super) fn store(mut self) -> Vec<u8> {
        let contents = |table: &Table| [table.contents().0.bytes(), table.contents().1.bytes()];
        self.lengths =
            [self.archive.pending().len()].into_iter().chain(self.tables.values().flat_map(contents)).collect();
        let described = serde_json::to_vec(&self).unwrap_or_default();
        let mut stored = Vec::with_capacity(8 + described.len() + self.lengths.iter().sum::<usize>());
        stored.extend_from_slice(&(described.len() as u64).to_le_bytes());
        stored.extend_from_slice(&described);
        drop(described);
        stored.extend_from_slice(&self.archive.take_rest());
        for table in self.tables.into_values() {
            let (json, csv) = table.contents();
            json.iter().chain(csv.iter()).for_each(|piece| stored.extend_from_slice(piece));
        }
        stored
    }

    /// What was stored, if that is what it is.
    pub(super) fn load(stored: &[u8]) -> Option<Self> {
        let (length, rest) = stored.split_first_chunk::<8>()?;
        let (described, mut rest) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
        let mut progress: Self = serde_json::from_slice(described).ok()?;
        let mut pieces = Vec::with_capacity(progress.lengths.len());
        for length in &progress.lengths {
            let (piece, after) = rest.split_at_checked(*length)?;
            pieces.push(piece);
            rest = after;
        }
        let mut pieces = pieces.into_iter();
        progress.archive.resume(pieces.next()?);
        for table in progress.tables.values_mut() {
            table.resume(pieces.next()?, pieces.next()?);
        }
        rest.is_empty().then_some(progress)
    }
}
