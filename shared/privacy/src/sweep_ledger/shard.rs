//! One shard of the due index, swept one obligation after the other: two writes to one part of the index are never under way at once,
//! nor are two entries of one row.

use futures_util::lock::Mutex;
use jiff::Timestamp;

use super::page::{Page, Taken, read_page};
use super::tally::Tally;
use super::{Bounds, Decision, Notice};
use crate::data_map::DataMap;
use crate::fault::Fault;
use crate::message::Work;
use crate::obligation::Head;
use crate::ports::{Clock, Due, DueIndex, HoldBook, WorkQueue};

/// What a shard is swept with.
pub(super) struct Ports<'a, I, B, Q, C> {
    pub(super) index: &'a I,
    pub(super) book: &'a B,
    pub(super) queue: &'a Q,
    pub(super) clock: &'a C,
    pub(super) map: &'a DataMap,
    pub(super) bounds: Bounds,
}

impl<I: DueIndex, B: HoldBook, Q: WorkQueue, C: Clock> Ports<'_, I, B, Q, C> {
    /// Sweeps one shard, page by page, until nothing is due in it, its bound or its time is reached, or something of it failed.
    pub(super) async fn sweep<N>(&self, shard: u8, tally: &Mutex<Tally<N>>)
    where
        N: FnMut(Notice<'_>) + Send,
    {
        let Bounds { stuck_after, per_shard_max, shards_at_once: _, stop_at } = self.bounds;
        let mut taken = 0;
        loop {
            let now = self.clock.now();
            if taken >= per_shard_max || now >= stop_at {
                tally.lock().await.sweep.is_truncated = true;
                return;
            }
            let page = match read_page(self.index, self.clock, (shard, now), (stuck_after, stop_at)).await {
                Ok(page) => page,
                Err(fault) => return tally.lock().await.fault(&fault),
            };
            taken += u64::try_from(page.entries).unwrap_or(u64::MAX);
            let is_last = !page.is_full();
            let has_failed = self.sweep_page(page, now, tally).await;
            // An entry that could not be moved on would come back at once: leave it to the next sweep.
            if is_last || has_failed {
                return;
            }
        }
    }

    /// Acts on a page in its order. Whether something of it failed.
    async fn sweep_page<N>(&self, page: Page, now: Timestamp, tally: &Mutex<Tally<N>>) -> bool
    where
        N: FnMut(Notice<'_>) + Send,
    {
        let Page { taken, entries: _, mut is_cut, mut faults } = page;
        for Taken { head, decision } in &taken {
            let mut counting = tally.lock().await;
            is_cut |= self.clock.now() >= self.bounds.stop_at;
            if is_cut {
                break;
            }
            let is_late = counting.observe(self.book, self.map, head, now).await;
            drop(counting);
            match self.act(head, is_late, *decision, now).await {
                Ok(()) => tally.lock().await.sweep.sent += u64::from(decision.is_sent),
                Err(fault) => faults.push(fault),
            }
        }
        let mut tally = tally.lock().await;
        tally.sweep.is_truncated |= is_cut;
        for fault in &faults {
            tally.fault(fault);
        }
        !faults.is_empty()
    }

    /// Sends and moves on, as decided. A crash in between sends it once more.
    async fn act(&self, head: &Head, is_late: bool, decision: Decision, now: Timestamp) -> Result<(), Fault> {
        if is_late {
            self.index.mark_late(&head.id, now).await?;
        }
        if decision.is_sent {
            self.queue.send(&Work { obligation: head.id.clone() }).await?;
        }
        if let Some(next_action_at) = head.next_action_at {
            self.index.postpone(&Due { id: head.id.clone(), next_action_at }, decision.next).await?;
        }
        Ok(())
    }
}
