//! What is due, in the order in which it is worked on: what is not erased yet first, by its last day; then second looks. Every shard is
//! looked at before anything is begun, so the nearest last day goes first in whatever shard it stands. A shard is looked at by one
//! reading of the due index, so nothing is read twice for the order.

use futures_util::future::join_all;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::{Decision, decide, still_due};
use crate::fault::Fault;
use crate::obligation::Head;
use crate::ports::{Clock, DUE_SHARDS, Due, DueIndex, Each};

/// Entries of one shard that are looked at, and so how far the order reaches: one answer of the index has room for them.
const LOOKED_AT_MAX: u16 = 3_000;

/// Rows that are read beside each other.
const BESIDE: usize = 16;

/// A due obligation, and what is done with it.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) head: Head,
    pub(super) decision: Decision,
    /// As of when: what has become of it since, the worker that is sent sees.
    pub(super) read_at: Timestamp,
}

/// What a look at every shard came to.
#[derive(Debug, Default)]
pub(super) struct Looked {
    /// Most urgent first.
    pub(super) taken: Vec<Taken>,
    /// Whether more is due than was looked at.
    pub(super) is_truncated: bool,
    /// What could not be read; it stays due.
    pub(super) faults: Vec<Fault>,
}

/// Every shard once. Each minute begins with another, so that a sweep that runs out of time starves none for long.
fn shards(now: Timestamp) -> impl Iterator<Item = u8> {
    let minute = now.as_second().div_euclid(60);
    let first = u8::try_from(minute.rem_euclid(i64::from(DUE_SHARDS))).unwrap_or_default();
    (0..DUE_SHARDS).map(move |offset| (first + offset) % DUE_SHARDS)
}

/// Reads what is due in every shard and the rows behind it, and decides. Nothing is read any more after `stop_at`.
pub(super) async fn look(
    index: &impl DueIndex,
    clock: &impl Clock,
    stuck_after: SignedDuration,
    stop_at: Timestamp,
) -> Looked {
    let mut looked = Looked::default();
    for shard in shards(clock.now()) {
        let now = clock.now();
        if now >= stop_at {
            looked.is_truncated = true;
            break;
        }
        match index.due(shard, now, LOOKED_AT_MAX).await {
            Ok(due) => {
                looked.is_truncated |= due.len() >= usize::from(LOOKED_AT_MAX);
                looked.read(index, clock, due, (stuck_after, stop_at)).await;
            }
            Err(fault) => looked.faults.push(fault),
        }
    }
    looked.taken.sort_by_key(|taken| urgency(&taken.head));
    looked
}

impl Looked {
    async fn read(
        &mut self,
        index: &impl DueIndex,
        clock: &impl Clock,
        due: Each<Due>,
        (stuck_after, stop_at): (SignedDuration, Timestamp),
    ) {
        let (due, unread): (Vec<_>, Vec<_>) = due.into_iter().partition(Result::is_ok);
        self.faults.extend(unread.into_iter().filter_map(Result::err));
        let due: Vec<Due> = due.into_iter().flatten().collect();
        for entries in due.chunks(BESIDE) {
            let now = clock.now();
            if now >= stop_at {
                self.is_truncated = true;
                return;
            }
            for head in join_all(entries.iter().map(|entry| still_due(index, entry, now))).await {
                match head {
                    Ok(Some(head)) => {
                        let decision = decide(&head, now, stuck_after);
                        self.taken.push(Taken { head, decision, read_at: now });
                    }
                    Ok(None) => {}
                    Err(fault) => self.faults.push(fault),
                }
            }
        }
    }
}

fn urgency(head: &Head) -> (bool, Date, Timestamp) {
    (head.state.is_finished(), head.due_by.date, head.received_at)
}
