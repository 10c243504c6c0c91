//! Which holds are in force: what says whether something that was held still is.

use std::collections::BTreeSet;

use super::{HoldId, LegalHold};
use crate::fault::Fault;
use crate::ports::HoldBook;

/// The names of the holds in force, as they were read. Says something only of what was read before them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InForce(BTreeSet<HoldId>);

impl InForce {
    /// The names of these.
    #[must_use]
    pub fn of(holds: &[LegalHold]) -> Self {
        holds.iter().map(|hold| hold.id.clone()).collect()
    }

    /// By a strong read.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn read(book: &impl HoldBook) -> Result<Self, Fault> {
        Ok(Self::of(&book.in_force().await?))
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether every one of these is: none was released.
    #[must_use]
    pub fn has_all(&self, ids: &[HoldId]) -> bool {
        ids.iter().all(|id| self.0.contains(id))
    }

    /// Whether one of these is.
    #[must_use]
    pub fn has_any(&self, ids: &[HoldId]) -> bool {
        ids.iter().any(|id| self.0.contains(id))
    }
}

impl FromIterator<HoldId> for InForce {
    fn from_iter<I: IntoIterator<Item = HoldId>>(ids: I) -> Self {
        Self(ids.into_iter().collect())
    }
}
