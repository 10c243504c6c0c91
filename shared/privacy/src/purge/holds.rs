//! The legal holds in force, read again and again while a run goes on.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::data_map::StoreMap;
use crate::fault::Fault;
use crate::legal_hold::{HoldId, LegalHold};
use crate::ports::{Clock, HoldBook};
use crate::scope::Place;

/// A reading is good for so long; a hold that is placed takes effect within it.
const GOOD_FOR: SignedDuration = SignedDuration::from_secs(5);

/// The holds as they were read last. One reading serves many small periods and every tenant in them: reading the holds of
/// each tenant by itself would cost more than erasing its records.
#[derive(Debug, Default)]
pub(super) struct InForce {
    holds: Vec<LegalHold>,
    read_at: Option<Timestamp>,
}

impl InForce {
    /// Reads them again if the last reading is too old.
    pub(super) async fn refresh(&mut self, book: &impl HoldBook, clock: &impl Clock) -> Result<(), Fault> {
        let now = clock.now();
        let is_good = |read_at: Timestamp| (read_at..read_at + GOOD_FOR).contains(&now);
        if !self.read_at.is_some_and(is_good) {
            let all = book.all().await?.into_iter();
            self.holds = all.filter(|booked| booked.released_at.is_none()).map(|booked| booked.hold).collect();
            self.read_at = Some(now);
        }
        Ok(())
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
