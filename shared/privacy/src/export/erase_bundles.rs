//! Erases bundles when their days are over, each on its own day and every version of it, and says so in the trail of
//! the request. What is known of an account's export goes months later, by `[own.account-exports]`: until then it stands in the due index
//! under that day. What is known of a person's goes with their request.
//!
//! Bounded and resumable: what is not reached stays due, and any step may run twice.

use jiff::Timestamp;

use super::job::ExportJob;
use super::ports::{Bundle, BundleBook, BundleEraser, BundleKey, DueBundle};
use crate::data_map::DataMap;
use crate::deadline;
use crate::fault::Fault;
use crate::instant;
use crate::policy::own::Purge;
use crate::ports::{Clock, DUE_SHARDS};
use crate::subject_request::challenge::LIFETIME;
use crate::subject_request::ports::{Challenges, RequestBook};
use crate::subject_request::{Act, Deed, SubjectRequest};

/// How many entries are read at once.
const PAGE: u16 = 25;

/// The section of `[own]` that says how long it is kept that an account was exported.
const RECORD: &str = "account-exports";

/// What one sweep came to.
#[derive(Debug, Default)]
pub struct BundlesErased {
    /// Bundles of which a listing finds nothing any more.
    pub erased: u64,
    /// Accounts of whose exports nothing is known any more.
    pub forgotten: u64,
    /// Whether time ran out.
    pub is_truncated: bool,
    /// What could not be done; it is due again.
    pub faults: Vec<Fault>,
}

/// Erases what is due until `stop_at`.
pub async fn erase_bundles(
    book: &(impl BundleBook + RequestBook + Challenges),
    eraser: &impl BundleEraser,
    map: &DataMap,
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
            let looked = match due {
                Ok(due) => look_at(book, eraser, map, &due, clock.now(), &mut swept).await,
                Err(fault) => Err(fault),
            };
            swept.faults.extend(looked.err());
        }
    }
    swept
}

/// Erases what is due of one, or what is known of it.
async fn look_at(
    book: &(impl BundleBook + RequestBook + Challenges),
    eraser: &impl BundleEraser,
    map: &DataMap,
    due: &DueBundle,
    now: Timestamp,
    swept: &mut BundlesErased,
) -> Result<(), Fault> {
    // The index may be behind the row.
    let Some(bundle) = book.bundle(&due.job).await? else { return Ok(()) };
    let record_ends_at = record_ends_at(map, &due.job, &bundle.without_due(now))?;
    let rounds = bundle.due(now);
    if rounds.is_empty() && record_ends_at.is_some_and(|ends_at| ends_at <= now) {
        swept.forgotten += u64::from(book.forget_export(due, &bundle, now).await?);
        return Ok(());
    }
    erase(book, eraser, (due, &bundle), &rounds, now).await?;
    if book.erased(due, &bundle, now, record_ends_at).await? {
        swept.erased += u64::try_from(rounds.len()).unwrap_or(u64::MAX);
    }
    Ok(())
}

/// From when on nothing is known of an account's export, where everything of it is erased. `None` also where the policy keeps it.
fn record_ends_at(map: &DataMap, job: &ExportJob, left: &Bundle) -> Result<Option<Timestamp>, Fault> {
    let own = map.model().own.get(RECORD).filter(|own| own.purge == Purge::Due);
    let keep_for = own.and_then(|own| own.clock.floor);
    let (ExportJob::Tenant(_), Some(erased_at), None, Some(keep_for)) =
        (job, left.erased_at, left.next_erase_at(), keep_for)
    else {
        return Ok(None);
    };
    let ends_at = deadline::after(erased_at, keep_for).map_err(|error| Fault::park("bundles.record", error))?;
    Ok(Some(instant::to_millis(ends_at)))
}

/// Erases the rounds whose day has come, and says so.
async fn erase(
    book: &(impl BundleBook + RequestBook + Challenges),
    eraser: &impl BundleEraser,
    (due, bundle): (&DueBundle, &Bundle),
    rounds: &[(u32, bool)],
    now: Timestamp,
) -> Result<(), Fault> {
    let mut left = 0;
    for (round, _) in rounds {
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
    Ok(())
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
