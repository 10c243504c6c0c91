//! Empties one period: read keys, set aside what is held or not known, erase the rest by key, and let a strong read find
//! nothing else. Running it again, beside itself or after a crash at any step comes to the same.

use super::class::{Layout, PeriodClass};
use super::survey::{Seen, SeenRange};
use super::target::{Stays, Target, Verdict};
use crate::data_map::KeyRange;
use crate::fault::Fault;
use crate::ports::{Clock, HoldBook, Read, Record, Stores};
use crate::scope::Place;

use super::{Bounds, Purger};

/// Keys that are planned, and held in memory, at a time.
const SLICE: usize = 20_000;
/// Keys erased under one look at the clock and the holds.
const CHUNK: usize = 2_000;
/// How often a strong read may find something new before somebody has to look.
pub(super) const MAX_ROUNDS: u32 = 4;

/// A key range, and the place that it is of if that is not in its keys.
pub(super) type Within<'a> = (&'a KeyRange, Option<&'a Place>);

/// So many keys, and where to go on if there are more.
pub(super) type Slice = (Vec<Record>, Option<Record>);

/// Why a period is not emptied to its end.
#[derive(Debug)]
pub(super) enum Stop {
    OutOfTime,
    /// More is due than may go without a confirmation: nothing of it was erased.
    AboveCeiling,
    Fault(Fault),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// What may be erased of a class in this run, what was, and what its survey read.
#[derive(Debug)]
pub(super) struct Allowance {
    pub(super) ceiling: u64,
    pub(super) purged: u64,
    pub(super) seen: Seen,
}

impl<L, V, C> Purger<'_, L, V, C>
where
    L: HoldBook,
    V: Stores,
    C: Clock,
{
    /// Empties every shard of a period; what stays of it.
    pub(super) async fn empty(&mut self, target: Target<'_>, allowance: &mut Allowance) -> Result<Stays, Stop> {
        let mut stays = Stays::default();
        for range in target.class.partitions(target.period) {
            stays.add(match &target.class.layout {
                Layout::Partitions(_) => self.empty_range(target, (&range, None), 0, allowance).await?,
                Layout::Connections { literal, .. } => self.empty_listed(target, &range, literal, allowance).await?,
            });
        }
        Ok(stays)
    }

    /// Empties one key range; what stays in it. From the second round on every reading is strong.
    pub(super) async fn empty_range(
        &mut self,
        target: Target<'_>,
        (range, place): Within<'_>,
        from_round: u32,
        allowance: &mut Allowance,
    ) -> Result<Stays, Stop> {
        for round in from_round..MAX_ROUNDS {
            let read = if round == 0 { Read::Eventual } else { Read::Strong };
            if self.is_out_of_time() {
                return Err(Stop::OutOfTime);
            }
            let seen = if round == 0 { allowance.seen.take(range) } else { None };
            if seen.as_ref().is_some_and(SeenRange::is_proven_empty) {
                return Ok(Stays::default());
            }
            let first = seen.map(|seen| (seen.records, None));
            let (stays, found) = self.purge_range(target, (range, place), read, first, allowance).await?;
            // Only a strong read that finds nothing to erase is the proof.
            if (round > 0 && !found) || self.bounds.is_dry_run {
                return Ok(stays);
            }
        }
        Err(Stop::Fault(Fault::retry("purge", "a strong read still finds records after several rounds")))
    }

    /// One round over a range, slice by slice, from what was read of it already. What stays in it, and whether anything was due.
    pub(super) async fn purge_range(
        &mut self,
        target: Target<'_>,
        (range, place): Within<'_>,
        read: Read,
        mut first: Option<Slice>,
        allowance: &mut Allowance,
    ) -> Result<(Stays, bool), Stop> {
        let (mut stays, mut found, mut after) = (Stays::default(), false, None);
        loop {
            let (slice, next) = match first.take() {
                Some(slice) => slice,
                None => self.slice(target.class, range, after.as_ref(), read).await?,
            };
            found |= self.purge_slices(target, vec![((range, place), slice)], &mut stays, allowance).await?;
            after = next;
            if after.is_none() {
                return Ok((stays, found));
            }
        }
    }

    /// So many keys as are planned at a time.
    pub(super) async fn slice(
        &self,
        class: &PeriodClass,
        range: &KeyRange,
        after: Option<&Record>,
        read: Read,
    ) -> Result<Slice, Stop> {
        let (mut slice, mut after) = (Vec::new(), after.cloned());
        loop {
            if self.is_out_of_time() {
                return Err(Stop::OutOfTime);
            }
            let page = self.vault.page(&class.store, range, after.as_ref(), None, read).await?;
            slice.extend(page.records);
            after = page.next;
            if after.is_none() || slice.len() >= SLICE {
                return Ok((slice, after));
            }
        }
    }

    /// Plans slices together and erases them chunk by chunk, if they fit in what was counted. Whether anything of them was due.
    pub(super) async fn purge_slices(
        &mut self,
        target: Target<'_>,
        slices: Vec<(Within<'_>, Vec<Record>)>,
        stays: &mut Stays,
        allowance: &mut Allowance,
    ) -> Result<bool, Stop> {
        if slices.iter().any(|(_, slice)| !slice.is_empty()) {
            self.in_force.refresh(self.ledger, self.clock).await?;
        }
        let mut due: Vec<(Within<'_>, Vec<Record>)> = Vec::with_capacity(slices.len());
        for (within, mut slice) in slices {
            slice.retain(|record| {
                let verdict = target.judge(&self.in_force, within.1, &record.key);
                stays.note(&verdict);
                matches!(verdict, Verdict::Due)
            });
            due.push((within, slice));
        }
        let planned = due.iter().map(|(_, free)| u64::try_from(free.len()).unwrap_or(u64::MAX)).sum::<u64>();
        if self.bounds.is_dry_run {
            allowance.purged = allowance.purged.saturating_add(planned);
            self.purged = self.purged.saturating_add(planned);
            return Ok(planned > 0);
        }
        // More came into it since it was counted: the next run counts anew.
        if planned > 0 && allowance.purged.saturating_add(planned) > allowance.ceiling {
            return Err(Stop::OutOfTime);
        }
        if planned <= CHUNK as u64 {
            let chunk: Vec<(Within<'_>, &[Record])> = due.iter().map(|(within, free)| (*within, &free[..])).collect();
            self.purge_chunk(target, &chunk, allowance).await?;
            return Ok(planned > 0);
        }
        for (within, free) in &due {
            for chunk in free.chunks(CHUNK) {
                self.purge_chunk(target, &[(*within, chunk)], allowance).await?;
            }
        }
        Ok(true)
    }

    /// Erases what is due of one or several ranges, after one look at the clock and the holds.
    async fn purge_chunk(
        &mut self,
        target: Target<'_>,
        chunk: &[(Within<'_>, &[Record])],
        allowance: &mut Allowance,
    ) -> Result<(), Stop> {
        if chunk.iter().all(|(_, records)| records.is_empty()) {
            return Ok(());
        }
        // A hold that was placed meanwhile: the round after this one counts what it keeps.
        self.in_force.ask(self.ledger, self.clock).await?;
        for ((range, place), records) in chunk {
            if self.is_out_of_time() {
                return Err(Stop::OutOfTime);
            }
            // Should the ranges before it have taken long.
            self.in_force.refresh(self.ledger, self.clock).await?;
            let is_due = |record: &&Record| matches!(target.judge(&self.in_force, *place, &record.key), Verdict::Due);
            let free: Vec<Record> = records.iter().filter(is_due).cloned().collect();
            self.erase(target.class, range, &free).await?;
            let purged = u64::try_from(free.len()).unwrap_or(u64::MAX);
            allowance.purged = allowance.purged.saturating_add(purged);
            self.purged = self.purged.saturating_add(purged);
        }
        Ok(())
    }

    pub(super) async fn erase(&self, class: &PeriodClass, range: &KeyRange, records: &[Record]) -> Result<(), Stop> {
        if records.is_empty() || self.bounds.is_dry_run {
            return Ok(());
        }
        let left = self.vault.erase(&class.store, range, records).await?;
        if left.is_empty() {
            return Ok(());
        }
        Err(Stop::Fault(Fault::retry("purge", format!("{} records left undone", left.len()))))
    }

    pub(super) fn is_out_of_time(&self) -> bool {
        let Bounds { stop_at, records_max, is_dry_run: _ } = self.bounds;
        self.clock.now() >= stop_at || self.purged >= records_max
    }
}
