//! The legal holds in force, read again and again while a run goes on.

use jiff::{SignedDuration, Timestamp};

use super::Purger;
use super::course::Course;
use crate::data_map::StoreMap;
use crate::fault::Fault;
use crate::legal_hold::{self, HoldId, LegalHold, is_past_review};
use crate::ports::{Clock, HoldBook};
use crate::scope::Place;

/// Counting and planning erase nothing: they ask whether the book has changed no more often than this. Whatever erases asks.
const ASKED_WITHIN: SignedDuration = SignedDuration::from_secs(1);

/// Whatever the book says of changes, a reading is good for so long only.
const GOOD_FOR: SignedDuration = SignedDuration::from_secs(5);

/// The count and the book change in one transaction, whose rows are seen one by one: a reading made as soon as the count had
/// changed may be one of the old book. So it is good for one asking only, until one is made that much later.
const SETTLED_AFTER: SignedDuration = SignedDuration::from_secs(1);

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
    /// When it was first seen that this had changed.
    changed_at: Option<Timestamp>,
}

impl InForce {
    /// For what erases nothing: reads them again if the last reading is too old, or if any was placed or released up to a second
    /// ago.
    pub(super) async fn refresh(&mut self, book: &impl HoldBook, clock: &impl Clock) -> Result<(), Fault> {
        if is_within(self.asked_at, ASKED_WITHIN, clock.now()) { Ok(()) } else { self.ask(book, clock).await }
    }

    /// Before anything is erased: every hold that was answered by now is known afterwards.
    pub(super) async fn ask(&mut self, book: &impl HoldBook, clock: &impl Clock) -> Result<(), Fault> {
        let now = clock.now();
        let changes = book.changes().await?;
        if changes != self.changes {
            self.changed_at = Some(now);
        }
        let is_settled = self.changed_at.is_none_or(|at| self.read_at.is_some_and(|read| read >= at + SETTLED_AFTER));
        if !is_settled || !is_within(self.read_at, GOOD_FOR, now) {
            self.read(book, changes, now).await?;
        }
        self.asked_at = Some(now);
        Ok(())
    }

    /// The holds as they are. The changes were counted before, so one that comes in between is found at the next asking.
    async fn read(&mut self, book: &impl HoldBook, changes: u64, now: Timestamp) -> Result<(), Fault> {
        self.holds = book.in_force().await?;
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
        self.names().has_all(ids)
    }

    fn names(&self) -> legal_hold::InForce {
        legal_hold::InForce::of(&self.holds)
    }
}

impl<L: HoldBook, V, C: Clock> Purger<'_, L, V, C> {
    /// The holds by which what stays of a class is judged: asked for where one of its own is not among those known. Without an
    /// answer the class has failed, and what was held counts as held.
    pub(super) async fn in_force_for(&mut self, course: &mut Course<'_>) -> legal_hold::InForce {
        let by: Vec<HoldId> = course.progress.leftovers.iter().flat_map(|left| left.by.clone()).collect();
        if !self.in_force.has_all(&by)
            && let Err(fault) = self.in_force.ask(self.ledger, self.clock).await
        {
            course.report.fault.get_or_insert(fault.chain());
            return by.into_iter().collect();
        }
        self.in_force.names()
    }
}

/// A clock that jumped back says nothing of an age.
fn is_within(at: Option<Timestamp>, span: SignedDuration, now: Timestamp) -> bool {
    at.is_some_and(|at| (at..at + span).contains(&now))
}
