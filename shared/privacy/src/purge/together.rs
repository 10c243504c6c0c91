//! Ranges of a few records go together: chunks that are full, whatever range their records are of, and one look at the holds for
//! each. Asking before each range would cost more than erasing its records.

use jiff::Timestamp;

use super::Purger;
use super::class::PeriodClass;
use super::empty::{Allowance, CHUNK, Stop, Within};
use super::survey::SeenRange;
use super::target::{Stays, Target};
use crate::data_map::KeyRange;
use crate::ports::{Clock, HoldBook, Read, Record, Stores};

/// Keys that are planned, and held in memory, at a time.
const SLICE: usize = 20_000;
/// So many records, of however many ranges, are erased before more ranges are read: what was read is not lost to the end of a run.
const TOGETHER: usize = 500;

/// So many keys, and where to go on if there are more.
pub(super) type Slice = (Vec<Record>, Option<Record>);

/// Reads the keys of a range.
#[derive(Debug)]
pub(super) struct Reader<'r, V, C> {
    pub(super) vault: &'r V,
    pub(super) clock: &'r C,
    pub(super) stop_at: Timestamp,
    pub(super) class: &'r PeriodClass,
    pub(super) range: &'r KeyRange,
    pub(super) read: Read,
}

impl<V: Stores, C: Clock> Reader<'_, V, C> {
    /// So many keys as are planned at a time.
    pub(super) async fn slice(&self, mut after: Option<Record>) -> Result<Slice, Stop> {
        let mut slice = Vec::new();
        loop {
            if self.clock.now() >= self.stop_at {
                return Err(Stop::OutOfTime);
            }
            let page = self.vault.page(&self.class.store, self.range, after.as_ref(), None, self.read).await?;
            slice.extend(page.records);
            after = page.next;
            if after.is_none() || slice.len() >= SLICE {
                return Ok((slice, after));
            }
        }
    }
}

/// Records of each range in chunks, each but the last full.
pub(super) fn chunks<'d>(due: &'d [(Within<'d>, Vec<Record>)]) -> Vec<Vec<(Within<'d>, &'d [Record])>> {
    let (mut chunks, mut chunk, mut room) = (Vec::new(), Vec::new(), CHUNK);
    for (within, records) in due {
        let mut rest = &records[..];
        while !rest.is_empty() {
            let (part, after) = rest.split_at(rest.len().min(room));
            chunk.push((*within, part));
            room -= part.len();
            if room == 0 {
                chunks.push(std::mem::take(&mut chunk));
                room = CHUNK;
            }
            rest = after;
        }
    }
    chunks.extend(Some(chunk).filter(|chunk| !chunk.is_empty()));
    chunks
}

impl<L, V, C> Purger<'_, L, V, C>
where
    L: HoldBook,
    V: Stores,
    C: Clock,
{
    /// The first round of each range; which round is still to come of each, `None` where it is proven that nothing is there. A dry
    /// run has one round only, and leaves it to [`Self::empty_range`].
    pub(super) async fn purge_together(
        &mut self,
        target: Target<'_>,
        ranges: &[Within<'_>],
        allowance: &mut Allowance,
    ) -> Result<Vec<Option<u32>>, Stop> {
        if self.bounds.is_dry_run {
            return Ok(vec![Some(0); ranges.len()]);
        }
        let mut rounds = Vec::with_capacity(ranges.len());
        let mut few: Vec<(Within<'_>, Vec<Record>)> = Vec::new();
        for (range, place) in ranges.iter().copied() {
            let seen = allowance.seen.take(range);
            if seen.as_ref().is_some_and(SeenRange::is_proven_empty) {
                rounds.push(None);
                continue;
            }
            rounds.push(Some(1));
            if self.is_out_of_time() {
                return Err(Stop::OutOfTime);
            }
            let (records, next) = match seen {
                Some(seen) => (seen.records, None),
                None => self.reader(target.class, range, Read::Eventual).slice(None).await?,
            };
            if next.is_some() {
                self.purge_range(target, (range, place), Read::Eventual, Some((records, next)), allowance).await?;
                continue;
            }
            few.push(((range, place), records));
            if few.iter().map(|(_, records)| records.len()).sum::<usize>() >= TOGETHER {
                self.purge_slices(target, std::mem::take(&mut few), &mut Stays::default(), allowance).await?;
            }
        }
        self.purge_slices(target, few, &mut Stays::default(), allowance).await?;
        Ok(rounds)
    }
}
