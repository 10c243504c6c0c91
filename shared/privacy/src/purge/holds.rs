//! The legal holds in force, read again and again while a run goes on.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::data_map::StoreMap;
use crate::fault::Fault;
use crate::legal_hold::{HoldId, LegalHold, is_past_review};
use crate::ports::{Clock, HoldBook};
use crate::scope::Place;

/// At most so many records are erased before it is asked whether the book has changed: one read unit for each. So a chunk of
/// so many asks always, and hours or days of a few records share one asking,
const RECORDS_PER_ASKING: usize = 20;
/// that is no older than a batch that is under way already takes: a hold that was answered before is seen.
const ASKED_WITHIN: SignedDuration = SignedDuration::from_secs(1);

/// Whatever the book says of changes, a reading is good for so long only.
const GOOD_FOR: SignedDuration = SignedDuration::from_secs(5);

/// The holds as they were read last. One reading serves many small periods and every tenant in them: reading the holds of
/// each tenant by itself would cost more than erasing its records.
#[derive(Debug, Default)]
pub(super) struct InForce {
    holds: Vec<LegalHold>,
    read_at: Option<Timestamp>,
    /// When it was asked last whether they have changed.
    asked_at: Option<Timestamp>,
    /// How often holds had been placed or released when they were read.
    changes: u64,
    /// Records erased since then.
    unasked: usize,
}

impl InForce {
    /// Reads them again if the last reading is too old, or if any was placed or released meanwhile.
    pub(super) async fn refresh(&mut self, book: &impl HoldBook, clock: &impl Clock) -> Result<(), Fault> {
        self.refresh_for(0, book, clock).await
    }

    /// The same before so many records are erased.
    pub(super) async fn refresh_for(
        &mut self,
        records: usize,
        book: &impl HoldBook,
        clock: &impl Clock,
    ) -> Result<(), Fault> {
        let now = clock.now();
        let is_within =
            |at: Option<Timestamp>, span: SignedDuration| at.is_some_and(|at| (at..at + span).contains(&now));
        self.unasked = self.unasked.saturating_add(records);
        if self.unasked < RECORDS_PER_ASKING && is_within(self.asked_at, ASKED_WITHIN) {
            return Ok(());
        }
        let changes = book.changes().await?;
        (self.unasked, self.asked_at) = (0, Some(now));
        if changes != self.changes || !is_within(self.read_at, GOOD_FOR) {
            self.read(book, changes, now).await?;
        }
        Ok(())
    }

    /// The book as it is. The changes were counted before, so one that comes in between is found at the next asking.
    async fn read(&mut self, book: &impl HoldBook, changes: u64, now: Timestamp) -> Result<(), Fault> {
        let all = book.all().await?.into_iter();
        self.holds = all.filter(|booked| booked.released_at.is_none()).map(|booked| booked.hold).collect();
        (self.read_at, self.changes) = (Some(now), changes);
        Ok(())
    }

    /// How many should have been looked at again by now.
    pub(super) fn past_review(&self, now: Timestamp) -> u64 {
        let past = self.holds.iter().filter(|hold| is_past_review(hold.review_by, now));
        u64::try_from(past.count()).unwrap_or(u64::MAX)
    }

    /// The hold that keeps a record.
    pub(super) fn holding(&self, place: &Place, store: &StoreMap, key: &str) -> Option<&HoldId> {
        self.holds.iter().find(|hold| hold.holds(place, store, key)).map(|hold| &hold.id)
    }

    /// Whether every one of these is in force.
    pub(super) fn has_all(&self, ids: &[HoldId]) -> bool {
        let in_force: BTreeSet<&HoldId> = self.holds.iter().map(|hold| &hold.id).collect();
        ids.iter().all(|id| in_force.contains(id))
    }
}
