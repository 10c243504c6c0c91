//! Erases bundles when their days are over, each on its own day and every version of it, and says so in the trail of
//! the request.
//!
//! Bounded and resumable: what is not reached stays due, and any step may run twice.

use jiff::Timestamp;

use super::job::ExportJob;
use super::ports::{BundleBook, BundleEraser, BundleKey, DueBundle};
use crate::fault::Fault;
use crate::ports::{Clock, DUE_SHARDS};
use crate::subject_request::challenge::LIFETIME;
use crate::subject_request::ports::{Challenges, RequestBook};
use crate::subject_request::{Act, Deed, SubjectRequest};

/// How many entries are read at once.
const PAGE: u16 = 25;

/// What one sweep came to.
#[derive(Debug, Default)]
pub struct BundlesErased {
    /// Bundles of which a listing finds nothing any more.
    pub erased: u64,
    /// Whether time ran out.
    pub is_truncated: bool,
    /// What could not be done; it is due again.
    pub faults: Vec<Fault>,
}

/// Erases what is due until `stop_at`.
pub async fn erase_bundles(
    book: &(impl BundleBook + RequestBook + Challenges),
    eraser: &impl BundleEraser,
    clock: &impl Clock,
    stop_at: Timestamp,
) -> BundlesErased {
    let mut swept = BundlesErased::default();
    for shard in 0..DUE_SHARDS {
        // One page each: what fails stays due, and must not keep the sweep in a circle.
        let due = match book.due_bundles(shard, clock.now(), PAGE).await {
            Ok(due) => due,
            Err(fault) => {
                swept.faults.push(fault);
                continue;
            }
        };
        swept.is_truncated |= due.len() >= usize::from(PAGE);
        for due in due {
            if clock.now() >= stop_at {
                swept.is_truncated = true;
                return swept;
            }
            match erase(book, eraser, &due, clock.now()).await {
                Ok(erased) => swept.erased += erased,
                Err(fault) => swept.faults.push(fault),
            }
        }
    }
    swept
}

/// How many were erased and noted.
async fn erase(
    book: &(impl BundleBook + RequestBook + Challenges),
    eraser: &impl BundleEraser,
    due: &DueBundle,
    now: Timestamp,
) -> Result<u64, Fault> {
    // The index may be behind the row.
    let Some(bundle) = book.bundle(&due.job).await? else { return Ok(0) };
    let rounds = bundle.due(now);
    let mut left = 0;
    for (round, _) in &rounds {
        left += eraser.erase(&BundleKey::of(&due.job, *round)).await?;
    }
    if left > 0 {
        return Err(Fault::retry("bundles.erase", format!("{left} versions are left")));
    }
    if let ExportJob::Request(id) = &due.job {
        if rounds.iter().any(|(round, _)| *round == bundle.round) {
            // The code of a download that nobody made, also one that was sent just now: it opens nothing any more.
            book.forget(id, now + LIFETIME * 2).await?;
        }
        for _ in rounds.iter().filter(|(_, is_made)| *is_made) {
            note(book, id, now).await?;
        }
    }
    let is_noted = book.erased(due, &bundle, now).await?;
    Ok(if is_noted { u64::try_from(rounds.len()).unwrap_or(u64::MAX) } else { 0 })
}

/// In the trail before the due entry goes: a crash in between notes it twice rather than never.
async fn note(book: &impl RequestBook, id: &crate::obligation::ObligationId, now: Timestamp) -> Result<(), Fault> {
    for _ in 0..3 {
        let Some(request) = book.request(id).await? else { return Ok(()) };
        let noted = SubjectRequest { version: request.version + 1, ..request };
        if book.record(&noted, &Act::of_service(Deed::BundleErased, now), None).await? {
            return Ok(());
        }
    }
    Err(Fault::retry("bundles.note", "the request changed under every try"))
}
