//! Worlds taken up and put down, for a model that tries every way on.

use std::sync::{Mutex, PoisonError};

use super::{Stored, World};

impl World {
    /// The world as it was stored elsewhere: a model that tries every way on begins each step so.
    #[must_use]
    pub fn of(stored: Stored, page_records: usize) -> Self {
        Self { stored: Mutex::new(stored), page_records, ..Self::default() }
    }

    /// What is stored, when the world is over.
    #[must_use]
    pub fn into_stored(self) -> Stored {
        self.stored.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}
