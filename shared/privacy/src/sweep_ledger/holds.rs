//! The holds in force, read only when a sweep meets something that waits for one.

use crate::fault::Fault;
use crate::legal_hold::InForce;
use crate::obligation::{Head, State};
use crate::ports::HoldBook;

/// As they were read last.
#[derive(Debug, Default)]
pub(super) struct Holds(InForce);

impl Holds {
    /// The holds by which an obligation is judged. One of its own that is not among those known may have been placed since they
    /// were read, so they are read again before it counts as released.
    pub(super) async fn for_one(&mut self, book: &impl HoldBook, head: &Head) -> Result<&InForce, Fault> {
        if let State::Held { by, .. } = &head.state
            && !self.0.has_all(by)
        {
            self.0 = InForce::read(book).await?;
        }
        Ok(&self.0)
    }
}
