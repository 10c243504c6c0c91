//! Sends again what was ordered of accounts and is not there: an order is noted before it is sent, so its message may be lost while
//! a purge waits for what nobody makes. Orders of people are sent again with their requests.
//!
//! Changes nothing, and a message that comes twice makes nothing twice. What is over its days is erased, and not sent again.

use jiff::{SignedDuration, Timestamp};

use super::job::{ExportJob, ExportQueue};
use super::make_bundle::erase_at;
use super::ports::{BundleBook, DueBundle};
use super::window::{Window, window};
use crate::data_map::DataMap;
use crate::fault::Fault;
use crate::ports::{Clock, DUE_SHARDS, DueIndex};

/// Entries read at once.
const PAGE: u16 = 500;

/// What one look came to.
#[derive(Debug, Default)]
pub struct OrderedOnceMore {
    /// Orders that were sent.
    pub sent: u64,
    /// Whether time ran out.
    pub is_truncated: bool,
    /// What could not be looked at or sent; the next look does.
    pub faults: Vec<Fault>,
}

/// Sends every order of an account that is older than `stuck_after`, neither made nor at work, and may still be made.
pub async fn order_again(
    book: &(impl BundleBook + DueIndex),
    queue: &impl ExportQueue,
    map: &DataMap,
    clock: &impl Clock,
    (stuck_after, stop_at): (SignedDuration, Timestamp),
) -> OrderedOnceMore {
    let mut looked = OrderedOnceMore::default();
    for shard in 0..DUE_SHARDS {
        if let Err(fault) = look(book, queue, map, clock, (stuck_after, stop_at, shard), &mut looked).await {
            looked.faults.push(fault);
        }
    }
    looked
}

async fn look(
    book: &(impl BundleBook + DueIndex),
    queue: &impl ExportQueue,
    map: &DataMap,
    clock: &impl Clock,
    (stuck_after, stop_at, shard): (SignedDuration, Timestamp, u8),
    looked: &mut OrderedOnceMore,
) -> Result<(), Fault> {
    let now = clock.now();
    // Each stands in the index by the day on which it goes, counted from its order.
    let between = (now, erase_at(map, now - stuck_after)?);
    let mut last: Option<DueBundle> = None;
    loop {
        let page = book.coming_bundles(shard, between, last.as_ref(), PAGE).await?;
        for DueBundle { job, .. } in &page {
            if clock.now() >= stop_at {
                looked.is_truncated = true;
                return Ok(());
            }
            // One that cannot be read or sent leaves the others sent.
            let sent = match is_wanted(book, map, job, now).await {
                Ok(true) => queue.export(job).await.map(|()| 1),
                Ok(false) => Ok(0),
                Err(fault) => Err(fault),
            };
            match sent {
                Ok(sent) => looked.sent += sent,
                Err(fault) => looked.faults.push(fault),
            }
        }
        if page.len() < usize::from(PAGE) {
            return Ok(());
        }
        last = page.into_iter().next_back();
    }
}

/// Whether it is of an account, is not there, no worker is at it, and it may still be made.
async fn is_wanted(
    book: &(impl BundleBook + DueIndex),
    map: &DataMap,
    job: &ExportJob,
    now: Timestamp,
) -> Result<bool, Fault> {
    let ExportJob::Tenant(tenant) = job else { return Ok(false) };
    if book.bundle(job).await?.is_none_or(|bundle| bundle.made_at.is_some() || bundle.erased_at.is_some()) {
        return Ok(false);
    }
    // A second message would wait for the first one's worker until it is given up.
    if book.is_claimed(job, now).await? {
        return Ok(false);
    }
    Ok(match window(book, map, tenant, now).await? {
        Window::Open { .. } => true,
        Window::Closed { latest, .. } => latest.is_some_and(|latest| now < latest),
        Window::NotYet => false,
    })
}
