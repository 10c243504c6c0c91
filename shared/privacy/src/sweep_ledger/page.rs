//! One page of what is due in a shard, in the order in which it is worked on: what is not erased yet first, by its last day; then
//! second looks. A page is what one reading of the due index answers, so nothing is read twice for the order.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::{Decision, PAGE, decide};
use crate::fault::Fault;
use crate::obligation::Head;
use crate::ports::{Clock, DUE_SHARDS, Due, DueIndex};

/// A due obligation, and what is done with it.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) head: Head,
    pub(super) decision: Decision,
}

/// What a page came to.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// Most urgent first.
    pub(super) taken: Vec<Taken>,
    /// Entries of the index, also those that were not due any more.
    pub(super) entries: usize,
    /// Whether time ran out before every row was read; those that were not stay due.
    pub(super) is_cut: bool,
    /// Rows that could not be read; they stay due.
    pub(super) faults: Vec<Fault>,
}

impl Page {
    /// Whether the index may have more.
    pub(super) const fn is_full(&self) -> bool {
        self.entries >= PAGE as usize
    }
}

/// Every shard once. Each minute begins with another, so that a sweep that runs out of time starves none for long.
pub(super) fn shards(now: Timestamp) -> impl Iterator<Item = u8> {
    let minute = now.as_second().div_euclid(60);
    let first = u8::try_from(minute.rem_euclid(i64::from(DUE_SHARDS))).unwrap_or_default();
    (0..DUE_SHARDS).map(move |offset| (first + offset) % DUE_SHARDS)
}

/// Reads one page and every row behind it that is reached before `stop_at`, and decides.
pub(super) async fn read_page(
    index: &impl DueIndex,
    clock: &impl Clock,
    (shard, now): (u8, Timestamp),
    (stuck_after, stop_at): (SignedDuration, Timestamp),
) -> Result<Page, Fault> {
    let due = index.due(shard, now, PAGE).await?;
    let mut page = Page { entries: due.len(), ..Page::default() };
    for entry in &due {
        if clock.now() >= stop_at {
            page.is_cut = true;
            break;
        }
        match still_due(index, entry, now).await {
            Ok(Some(head)) => page.taken.push(Taken { decision: decide(&head, now, stuck_after), head }),
            Ok(None) => {}
            Err(fault) => page.faults.push(fault),
        }
    }
    page.taken.sort_by_key(|taken| urgency(&taken.head));
    Ok(page)
}

fn urgency(head: &Head) -> (bool, Date, Timestamp) {
    (head.state.is_finished(), head.due_by.date, head.received_at)
}

/// The row behind an index entry, if it is still due: the index may be stale.
async fn still_due(index: &impl DueIndex, due: &Due, now: Timestamp) -> Result<Option<Head>, Fault> {
    let head = index.head(&due.id).await?;
    Ok(head.filter(|head| head.next_action_at.is_some_and(|at| at <= now)))
}
