//! What is waited for once nothing of ours is left: processors that have not confirmed. Our own last day is over with our own strong
//! read; each of them has a last day of its own.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Head, State};

/// Nothing of ours is left that may go, and some processors have not confirmed. Any other transition takes it away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Awaited {
    /// When a strong read of our own first found nothing.
    pub gone_at: Timestamp,
    /// By name: since when each is to be settled.
    pub processors: BTreeMap<String, Timestamp>,
}

impl Head {
    /// When a strong read found nothing of ours any more, though processors are waited for; `None` when something is to be erased
    /// here, also for a wider cover than was worked through.
    #[must_use]
    pub fn ours_gone_at(&self) -> Option<Timestamp> {
        let is_worked_off = matches!(self.state, State::Executing { .. }) && !self.needs_plan();
        self.awaited.as_ref().filter(|_| is_worked_off).map(|awaited| awaited.gone_at)
    }
}
