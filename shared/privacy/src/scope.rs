//! What a request reaches: places, and how far the work on each has come.

mod place;

pub use place::{Ids, InvalidPlace, Part, Place};

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::keys::KeyedRef;
use crate::ports::Record;

/// How many records of each class.
pub type Counts = BTreeMap<String, u64>;

/// What an identity link says: this identity reaches this place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// What is reached.
    pub place: Place,
    /// A connection: when it was made. A person: since when they are known there by this identity.
    pub since: Timestamp,
}

/// One identity link.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// Under which it stands.
    pub reference: KeyedRef,
    /// Where it leads.
    pub place: Place,
}

/// Whether a request reaches what is there since an instant: only what is older than the request.
#[must_use]
pub fn is_covered(since: Timestamp, covers_until: Timestamp) -> bool {
    since < covers_until
}

/// How far the work on a place has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Discovered; its records are not all counted.
    Found,
    /// Every record is counted.
    Counted,
    /// Every store was emptied of it; the strong read is to come.
    Erased,
}

/// A place and the work on it. The checkpoint: it never touches the due index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// What.
    pub place: Place,
    /// How far.
    pub stage: Stage,
    /// The connection was made anew under its old id: only what is dated before the request, or not dated, is erased,
    /// and its row, tokens and links stay.
    pub is_reused: bool,
    /// Somebody came back after they were erased: what is not dated (a profile, a score) is of their new life, and stays.
    pub is_returned: bool,
    /// How many records were found, by class. Grows when more are found later.
    pub counted: Counts,
    /// How many of those are still to be erased, by class. The plan and its ceilings are about these.
    pub pending: Counts,
    /// How many of the counted a legal hold keeps, by class.
    pub held: Counts,
    /// The stores that are not counted to their end, with the last record counted in each. When the place is
    /// [`Stage::Counted`], those that could not be read: nothing is erased from them until they are counted.
    pub uncounted: BTreeMap<String, Option<Record>>,
    /// How many records the deletes have answered for: progress to show, not the outcome.
    pub removed: u64,
}

impl Scope {
    /// A place just found.
    #[must_use]
    pub fn found(place: Place) -> Self {
        Self {
            place,
            stage: Stage::Found,
            is_reused: false,
            is_returned: false,
            counted: Counts::new(),
            pending: Counts::new(),
            held: Counts::new(),
            uncounted: BTreeMap::new(),
            removed: 0,
        }
    }

    /// Whether records of a later date are somebody's new life, and stay.
    #[must_use]
    pub const fn spares_later(&self) -> bool {
        self.is_reused || !self.place.is_connection()
    }

    /// Counts one more record; one that is held is not pending.
    pub fn find(&mut self, class: &str, is_held: bool) {
        *self.counted.entry(class.to_owned()).or_default() += 1;
        if !is_held {
            *self.pending.entry(class.to_owned()).or_default() += 1;
        }
    }

    /// A hold was released: what it kept is found and counted again.
    pub fn let_go(&mut self) {
        for (class, held) in std::mem::take(&mut self.held) {
            let counted = self.counted.entry(class).or_default();
            *counted = counted.saturating_sub(held);
        }
        self.pending.clear();
        self.find_again();
    }

    /// More of it is to go than was counted: it is found and counted anew.
    pub fn count_anew(&mut self) {
        if self.removed == 0 {
            self.counted.clear();
            self.held.clear();
        }
        self.let_go();
    }

    /// Something is there again: it is counted from the beginning.
    pub fn find_again(&mut self) {
        self.stage = Stage::Found;
        self.uncounted.clear();
    }
}
