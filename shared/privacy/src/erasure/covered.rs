//! Covered: what of a place an obligation takes, record by record, where a new life may have begun under the same ids.
//!
//! A key that says when decides. Of an account that ended, a row that says when it was written decides too; so does a bucket,
//! once the account is known to have come back (before that, an object that a backup restored would look new). What nothing
//! dates goes, until a return is known. Then an undated record may be the account of today, so nobody guesses: a phase that had
//! erased before leaves it, and one that had not counts it as [`UNCLEAR`], which halts its plan until a person confirms.

use jiff::Timestamp;

use crate::data_map::{StoreMap, UNCLEAR};
use crate::obligation::Head;
use crate::ports::Record;
use crate::scope::{Scope, is_covered};
use crate::target::Target;

/// When a record is from, as far as anybody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    /// From before the request.
    Covered,
    /// From after it.
    Later,
    /// Nothing says when.
    Undated,
}

impl Head {
    /// What came before this instant is covered. An account that came back has a new life from then on.
    pub(super) fn covers(&self) -> Timestamp {
        self.returned_at.map_or(self.covers_until, |returned_at| returned_at.min(self.covers_until))
    }
}

/// How old a record is to an obligation.
pub(super) fn age(head: &Head, store: &StoreMap, record: &Record) -> Age {
    match store.occurred_at(&record.key).or_else(|| written_at(head, record)) {
        Some(at) if is_covered(at, head.covers()) => Age::Covered,
        Some(_) => Age::Later,
        None => Age::Undated,
    }
}

/// When a record says that it was written, where that counts.
fn written_at(head: &Head, record: &Record) -> Option<Timestamp> {
    let is_object = record.version.is_some();
    match &head.target {
        Target::Tenant { .. } if !is_object || head.returned_at.is_some() => record.written_at,
        Target::Tenant { .. } | Target::Person { .. } | Target::Connection { .. } => None,
    }
}

/// The class under which a record is counted and planned.
pub(super) fn class_of<'m>(head: &Head, scope: &Scope, store: &'m StoreMap, record: &Record) -> &'m str {
    let is_unclear = head.returned_at.is_some() && scope.spares_later() && age(head, store, record) == Age::Undated;
    if is_unclear { UNCLEAR } else { store.classify(&record.key) }
}

/// Whether everything in a place is known to be of a new life unless it is dated before it: the account came back, and this
/// phase had erased all of it before, or a person has confirmed what it took.
pub(super) fn is_new_life(head: &Head, scope: &Scope) -> bool {
    head.returned_at.is_some() && (head.state.erased_at().is_some() || scope.is_returned)
}

/// Whether an obligation takes a record of a place: to count it, or to erase it as it was planned.
pub(super) fn takes(head: &Head, scope: &Scope, store: &StoreMap, record: &Record) -> bool {
    if !scope.spares_later() {
        return true;
    }
    let is_counting = scope.uncounted.contains_key(&store.name);
    let is_planned = head.returned_at.is_none() || scope.pending.contains_key(UNCLEAR);
    match age(head, store, record) {
        Age::Covered => true,
        Age::Later => false,
        Age::Undated => !scope.is_returned && (is_counting || is_planned),
    }
}
