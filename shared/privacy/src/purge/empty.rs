//! Empties one period: read keys, set aside what is held or not known, erase the rest by key, and let a strong read find
//! nothing else. Running it again, beside itself or after a crash at any step comes to the same.

use super::class::{Layout, PeriodClass};
use super::survey::{Seen, SeenRange};
use super::target::{Stays, Target, Verdict};
use super::together::{Reader, Slice, chunks};
use crate::data_map::KeyRange;
use crate::fault::Fault;
use crate::ports::{Clock, HoldBook, Part, Read, Record, Stores};
use crate::scope::Place;
use futures_util::future::join;

use super::{Bounds, Purger};

/// Keys erased under one look at the clock and the holds.
pub(super) const CHUNK: usize = 2_000;
/// How often a strong read may find something new before somebody has to look.
pub(super) const MAX_ROUNDS: u32 = 4;

/// A key range, and the place that it is of if that is not in its keys.
pub(super) type Within<'a> = (&'a KeyRange, Option<&'a Place>);

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

impl<'a, L, V, C> Purger<'a, L, V, C>
where
    L: HoldBook,
    V: Stores,
    C: Clock,
{
    /// Empties every shard of a period; what stays of it.
    pub(super) async fn empty(&mut self, target: Target<'_>, allowance: &mut Allowance) -> Result<Stays, Stop> {
        let mut stays = Stays::default();
        let ranges = target.class.partitions(target.period);
        match &target.class.layout {
            Layout::Partitions(_) => {
                let all: Vec<Within<'_>> = ranges.iter().map(|range| (range, None)).collect();
                let rounds = self.purge_together(target, &all, allowance).await?;
                for (within, from_round) in all.into_iter().zip(rounds) {
                    if let Some(from_round) = from_round {
                        stays.add(self.empty_range(target, within, from_round, allowance).await?);
                    }
                }
            }
            Layout::Connections { literal, .. } => {
                for range in &ranges {
                    stays.add(self.empty_listed(target, range, literal, allowance).await?);
                }
            }
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
        let (mut stays, mut found) = (Stays::default(), false);
        let reader = self.reader(target.class, range, read);
        let (mut slice, mut after) = match first.take() {
            Some(slice) => slice,
            None if self.is_out_of_time() => return Err(Stop::OutOfTime),
            None => reader.slice(None).await?,
        };
        loop {
            let next = async {
                match after {
                    Some(after) => Some(reader.slice(Some(after)).await),
                    None => None,
                }
            };
            let (purged, next) =
                join(self.purge_slices(target, vec![((range, place), slice)], &mut stays, allowance), next).await;
            found |= purged?;
            match next {
                Some(Ok(_)) if self.is_out_of_time() => return Err(Stop::OutOfTime),
                Some(next) => (slice, after) = next?,
                None => return Ok((stays, found)),
            }
        }
    }

    /// Reads beside what is being erased: it knows the time, and not how much has gone.
    pub(super) fn reader<'r>(&self, class: &'r PeriodClass, range: &'r KeyRange, read: Read) -> Reader<'r, V, C>
    where
        'a: 'r,
    {
        Reader { vault: self.vault, clock: self.clock, stop_at: self.bounds.stop_at, class, range, read }
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
        for chunk in chunks(&due) {
            self.purge_chunk(target, &chunk, allowance).await?;
        }
        Ok(planned > 0)
    }

    /// Erases what is due of one or several ranges, after one look at the clock and the holds.
    async fn purge_chunk(
        &mut self,
        target: Target<'_>,
        chunk: &[(Within<'_>, &[Record])],
        allowance: &mut Allowance,
    ) -> Result<(), Stop> {
        // A hold that was placed meanwhile: the round after this one counts what it keeps.
        self.in_force.ask(self.ledger, self.clock).await?;
        if self.is_out_of_time() {
            return Err(Stop::OutOfTime);
        }
        let (mut parts, mut purged) = (Vec::with_capacity(chunk.len()), 0);
        for ((range, place), records) in chunk {
            // No range more than the run has room for.
            if self.purged.saturating_add(purged) >= self.bounds.records_max {
                break;
            }
            let is_due = |record: &&Record| matches!(target.judge(&self.in_force, *place, &record.key), Verdict::Due);
            let records: Vec<Record> = records.iter().filter(is_due).cloned().collect();
            purged += u64::try_from(records.len()).unwrap_or(u64::MAX);
            parts.push(Part { range, records });
        }
        let left = self.erase(target.class, &parts).await?;
        let gone = purged.saturating_sub(u64::try_from(left).unwrap_or(u64::MAX));
        allowance.purged = allowance.purged.saturating_add(gone);
        self.purged = self.purged.saturating_add(gone);
        all_gone(left)?;
        if parts.len() < chunk.len() { Err(Stop::OutOfTime) } else { Ok(()) }
    }

    /// Erases records; how many were left undone.
    pub(super) async fn erase(&self, class: &PeriodClass, parts: &[Part<'_>]) -> Result<usize, Stop> {
        if parts.iter().all(|part| part.records.is_empty()) || self.bounds.is_dry_run {
            return Ok(0);
        }
        Ok(self.vault.erase_together(&class.store, parts).await?)
    }

    pub(super) fn is_out_of_time(&self) -> bool {
        let Bounds { stop_at, records_max, is_dry_run: _ } = self.bounds;
        self.clock.now() >= stop_at || self.purged >= records_max
    }
}

pub(super) fn all_gone(left: usize) -> Result<(), Stop> {
    if left == 0 { Ok(()) } else { Err(Stop::Fault(Fault::retry("purge", format!("{left} records left undone")))) }
}
