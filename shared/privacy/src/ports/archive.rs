//! Records of our own whose case is closed: found by when it was closed, erased when their months are over.

use std::future::Future;

use jiff::Timestamp;

use super::{Answer, DUE_SHARDS, Each};
use crate::legal_hold::HoldId;
use crate::obligation::ObligationId;
use crate::policy::own::OwnKind;

/// A closed record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClosedRecord {
    /// The newest request under a code, completed or cancelled.
    Request(ObligationId),
    /// A finished request beside its successor, by its number.
    Earlier(ObligationId, u32),
    /// What a person asked for, answered or denied.
    Asked(ObligationId),
    /// A released hold.
    Hold(HoldId),
}

/// A closed record, and since when it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// Which.
    pub record: ClosedRecord,
    /// When it was completed, cancelled, succeeded or released.
    pub closed_at: Timestamp,
}

/// How many parts the index of a kind has.
#[must_use]
pub const fn shards(kind: OwnKind) -> u8 {
    match kind {
        OwnKind::Requests | OwnKind::ContactData => DUE_SHARDS,
        OwnKind::Holds => 1,
    }
}

/// The closed records of the ledger.
pub trait Archive: Sync {
    /// What was closed in one shard until `until`, oldest first, at most `limit`. Of contact data: the requests that have
    /// any; of requests: all of them, but for those without any that had the product stop something which is stopped still.
    /// What cannot be read comes first. Index reads may be stale.
    fn closed(
        &self,
        kind: OwnKind,
        shard: u8,
        until: Timestamp,
        limit: u16,
    ) -> impl Future<Output = Answer<Each<Closed>>> + Send;
    /// The sort keys of the rows that belong to a record beside its own, by strong reads. `None`: it is not closed any more.
    fn parts(&self, closed: &Closed) -> impl Future<Output = Answer<Option<Vec<String>>>> + Send;
    /// Erases rows that belong to a record.
    fn erase_parts(&self, closed: &Closed, parts: &[String]) -> impl Future<Output = Answer<()>> + Send;
    /// Erases the row of a record, if it is still closed since the same instant; whether it was.
    fn erase_record(&self, closed: &Closed) -> impl Future<Output = Answer<bool>> + Send;
}
