//! Passes what is empty quickly. Between its first day and its first record a class that goes hour by hour has thousands of hours: after
//! so many empty periods in a row, the partitions of the next ones are read side by side.

use std::iter;

use futures_util::future::join_all;
use jiff::Timestamp;

use super::period::Period;
use super::ports::PurgeLedger;
use super::{Course, PeriodClass, Purger, SECOND_LOOK};
use crate::data_map::KeyRange;
use crate::ports::{Clock, HoldBook, Read, Stores};

/// So many empty periods in a row, and then so many are read side by side, in all their shards.
const PERIODS: usize = 16;

/// How many periods in a row were empty.
#[derive(Debug, Default)]
pub(super) struct Row(usize);

impl Row {
    /// Notes a period, by what is due of it.
    pub(super) const fn note(&mut self, records: u64) {
        self.0 = if records == 0 { self.0 + 1 } else { 0 };
    }

    /// Whether the next ones are to be read now.
    pub(super) const fn is_long(&self) -> bool {
        self.0 > 0 && self.0.is_multiple_of(PERIODS)
    }
}

impl PeriodClass {
    /// Whether a period has been due for so long that nothing is written into it any more: one strong reading is the proof then.
    pub(super) fn is_long_due(&self, period: &Period, now: Timestamp) -> bool {
        self.due_at(period).is_some_and(|due_at| due_at + SECOND_LOOK <= now)
    }
}

impl<L, V, C> Purger<'_, L, V, C>
where
    L: PurgeLedger + HoldBook,
    V: Stores,
    C: Clock,
{
    /// Reads the next periods of a class that are long due, and keeps which of their partitions are empty. One that holds something, or
    /// cannot be read, is read in its turn.
    pub(super) async fn read_ahead(&mut self, course: &mut Course<'_>, from: &Period) {
        let (class, vault, now) = (course.class, self.vault, self.clock.now());
        let periods = iter::successors(Some(*from), Period::next).take(PERIODS);
        let long_due = periods.take_while(|period| class.is_long_due(period, now));
        let ranges: Vec<KeyRange> = long_due.flat_map(|period| class.partitions(&period)).collect();
        let read = |range| vault.page(&class.store, range, None, Some(1), Read::Strong);
        let pages = join_all(ranges.iter().map(read)).await;
        for (range, page) in ranges.iter().zip(pages) {
            if page.is_ok_and(|page| page.records.is_empty() && page.next.is_none()) {
                self.note(&mut course.allowance.seen, range, Some(Vec::new()), Read::Strong);
            }
        }
    }
}
