//! What is done with one obligation that is due.

use futures_util::lock::Mutex;
use jiff::Timestamp;

use super::page::Taken;
use super::tally::Tally;
use super::{Decision, Notice};
use crate::data_map::DataMap;
use crate::fault::Fault;
use crate::message::Work;
use crate::obligation::Head;
use crate::ports::{Clock, Due, DueIndex, HoldBook, WorkQueue};

/// What obligations are worked on with. Each has one row, so no two of them write the same one.
pub(super) struct Ports<'a, I, B, Q, C> {
    pub(super) index: &'a I,
    pub(super) book: &'a B,
    pub(super) queue: &'a Q,
    pub(super) clock: &'a C,
    pub(super) map: &'a DataMap,
    /// Nothing is begun after this instant.
    pub(super) stop_at: Timestamp,
}

impl<I: DueIndex, B: HoldBook, Q: WorkQueue, C: Clock> Ports<'_, I, B, Q, C> {
    /// Counts an obligation, and sends it and moves it on as was decided. One that could not be moved on is left to the next sweep.
    pub(super) async fn work_on<N>(&self, taken: &Taken, tally: &Mutex<Tally<N>>)
    where
        N: FnMut(Notice<'_>) + Send,
    {
        let Taken { head, decision, read_at } = taken;
        let mut counting = tally.lock().await;
        if self.clock.now() >= self.stop_at {
            counting.sweep.is_truncated = true;
            return;
        }
        let is_late = counting.observe(self.book, self.map, head, *read_at).await;
        drop(counting);
        let acted = self.act(head, is_late, *decision, *read_at).await;
        let mut counting = tally.lock().await;
        match acted {
            Ok(()) => counting.sweep.sent += u64::from(decision.is_sent),
            Err(fault) => counting.fault(&fault),
        }
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
