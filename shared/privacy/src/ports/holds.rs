//! What staff do to legal holds.

use std::future::Future;

use jiff::Timestamp;

use super::Answer;
use crate::legal_hold::{HoldId, LegalHold};
use crate::obligation::ObligationId;

/// What placing a hold came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placed {
    /// It is in force.
    New,
    /// Nothing was written: this hold has the id.
    Already(Box<BookedHold>),
}

/// What releasing a hold came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Released {
    /// It is not in force any more, now or before.
    Done,
    /// There never was such a hold.
    Unknown,
}

/// A hold as staff see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookedHold {
    /// As it was placed.
    pub hold: LegalHold,
    /// Since when it is not in force any more.
    pub released_at: Option<Timestamp>,
}

/// The book of legal holds, for staff.
pub trait HoldBook: Sync {
    /// Puts a hold into force. Under an id that is taken, nothing changes.
    fn place(&self, hold: &LegalHold) -> impl Future<Output = Answer<Placed>> + Send;
    /// A hold by its id, released or not, by a strong read.
    fn find(&self, id: &HoldId) -> impl Future<Output = Answer<Option<BookedHold>>> + Send;
    /// Takes a hold out of force.
    fn release(&self, id: &HoldId, now: Timestamp) -> impl Future<Output = Answer<Released>> + Send;
    /// The obligations that waited for a hold.
    fn waiting(&self, id: &HoldId) -> impl Future<Output = Answer<Vec<ObligationId>>> + Send;
    /// How often a hold was placed or released, by a strong read of one row that changes in the same transaction.
    fn changes(&self) -> impl Future<Output = Answer<u64>> + Send;
    /// Every hold in force, of all tenants, by strong reads: what a purge goes by, and no sweeper may change.
    fn in_force(&self) -> impl Future<Output = Answer<Vec<LegalHold>>> + Send;
    /// Every hold, released ones too, by id.
    fn all(&self) -> impl Future<Output = Answer<Vec<BookedHold>>> + Send;
}
