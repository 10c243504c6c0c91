//! The holds in force, read only when a sweep meets something that waits for one.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::fault::Fault;
use crate::legal_hold::{HoldId, InForce};
use crate::obligation::{Head, State};
use crate::ports::HoldBook;

/// As they were read last.
#[derive(Debug, Default)]
pub(super) struct Holds {
    in_force: InForce,
    /// Those that were not among them when they were read: released ones do not come back.
    released: BTreeSet<HoldId>,
}

impl Holds {
    /// The holds by which an obligation is judged. One of its own that is not among those known may have been placed since they
    /// were read, so they are read again before it counts as released. While they cannot be read its own count as in force.
    pub(super) async fn for_one(&mut self, book: &impl HoldBook, head: &Head) -> (Cow<'_, InForce>, Option<Fault>) {
        let State::Held { by, .. } = &head.state else { return (Cow::Borrowed(&self.in_force), None) };
        let is_known = |id: &HoldId| self.in_force.has_all(std::slice::from_ref(id)) || self.released.contains(id);
        if !by.iter().all(is_known) {
            match InForce::read(book).await {
                Ok(in_force) => self.in_force = in_force,
                Err(fault) => return (Cow::Owned(by.iter().cloned().collect()), Some(fault)),
            }
            let is_released = |id: &&HoldId| !self.in_force.has_all(std::slice::from_ref(*id));
            self.released.extend(by.iter().filter(is_released).cloned());
        }
        (Cow::Borrowed(&self.in_force), None)
    }
}
