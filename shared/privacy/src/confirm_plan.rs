//! Confirms a plan that is above its ceiling: exactly the one that was reviewed, named by its hash.

use jiff::Timestamp;

use crate::fault::Fault;
use crate::message::Work;
use crate::obligation::{ObligationId, PlanHash};
use crate::ports::{Confirmed, PlanBook, WorkQueue};

/// Confirms, makes it due at once and sends it. Doing it twice changes nothing; after a crash in between the sweeper
/// sends it.
///
/// # Errors
/// [`Fault`]: ask again.
pub async fn confirm_plan(
    book: &impl PlanBook,
    queue: &impl WorkQueue,
    id: &ObligationId,
    hash: &PlanHash,
    now: Timestamp,
) -> Result<Confirmed, Fault> {
    let confirmed = book.confirm(id, hash, now).await?;
    match confirmed {
        Confirmed::Done => queue.send(&Work { obligation: id.clone() }).await?,
        Confirmed::Differs | Confirmed::Missing => {}
    }
    Ok(confirmed)
}

#[cfg(test)]
mod tests;
