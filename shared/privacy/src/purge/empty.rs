//! Empties one period: read keys, set aside what is held or not known, erase the rest by key, and let a strong read find
//! nothing else. Running it again, beside itself or after a crash at any step comes to the same.

use std::collections::BTreeSet;

use super::class::{Layout, PeriodClass};
use super::survey::Seen;
use super::target::{Stays, Target, Verdict};
use crate::data_map::KeyRange;
use crate::fault::Fault;
use crate::ids::{ConnectionId, TenantId};
use crate::ports::{Clock, HoldBook, Page, Read, Record, Stores};
use crate::scope::Place;

use super::{Bounds, Purger};

/// Keys that are planned, and held in memory, at a time.
const SLICE: usize = 20_000;
/// Keys erased under one look at the clock and the holds.
const CHUNK: usize = 2_000;
/// How often a strong read may find something new before somebody has to look.
const MAX_ROUNDS: u32 = 4;

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
                Layout::Partitions(_) => self.empty_range(target, &range, None, allowance).await?,
                Layout::Connections { literal, .. } => self.empty_listed(target, &range, literal, allowance).await?,
            });
        }
        Ok(stays)
    }

    /// Empties the period under every connection that one shard of the registry lists, and the registry of it last.
    async fn empty_listed(
        &mut self,
        target: Target<'_>,
        registry: &KeyRange,
        literal: &str,
        allowance: &mut Allowance,
    ) -> Result<Stays, Stop> {
        let mut stays = Stays::default();
        let mut staying = BTreeSet::new();
        // In a round of its own, a strong read must list nobody but those of whom something stays.
        for round in 0..MAX_ROUNDS {
            let read = if round == 0 { Read::Eventual } else { Read::Strong };
            let seen = if round == 0 { allowance.seen.take(registry) } else { None };
            if seen.as_ref().is_some_and(|seen| seen.is_proven_empty()) {
                return Ok(stays);
            }
            let mut first = seen.map(|seen| Page { records: seen.records, next: None });
            let mut after = None;
            let mut is_clean = round > 0;
            loop {
                let page = match first.take() {
                    Some(page) => page,
                    None => self.vault.page(&target.class.store, registry, after.as_ref(), None, read).await?,
                };
                let mut emptied = Vec::new();
                for row in page.records {
                    if staying.contains(&row.key) {
                        continue;
                    }
                    is_clean = false;
                    let of_row = match listed(&row.key) {
                        Some(place) => {
                            let range = target.range(&place, literal)?;
                            self.empty_range(target, &range, Some(&place), allowance).await?
                        }
                        None => Stays { kept: 1, ..Stays::default() },
                    };
                    if of_row.is_nothing() {
                        emptied.push(row);
                    } else {
                        staying.insert(row.key);
                    }
                    stays.add(of_row);
                }
                self.erase(target.class, registry, &emptied).await?;
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            if is_clean || self.bounds.is_dry_run {
                return Ok(stays);
            }
        }
        Err(Stop::Fault(Fault::retry("purge", "connections are still being listed for a period that is over")))
    }

    /// Empties one key range; what stays in it.
    async fn empty_range(
        &mut self,
        target: Target<'_>,
        range: &KeyRange,
        place: Option<&Place>,
        allowance: &mut Allowance,
    ) -> Result<Stays, Stop> {
        for round in 0..MAX_ROUNDS {
            let read = if round == 0 { Read::Eventual } else { Read::Strong };
            if self.is_out_of_time() {
                return Err(Stop::OutOfTime);
            }
            let seen = if round == 0 { allowance.seen.take(range) } else { None };
            if seen.as_ref().is_some_and(|seen| seen.is_proven_empty()) {
                return Ok(Stays::default());
            }
            let mut first = seen.map(|seen| (seen.records, None));
            let (mut stays, mut found, mut after) = (Stays::default(), false, None);
            loop {
                let (slice, next) = match first.take() {
                    Some(slice) => slice,
                    None => self.slice(target.class, range, after.as_ref(), read).await?,
                };
                found |= self.purge_slice(target, range, place, slice, &mut stays, allowance).await?;
                after = next;
                if after.is_none() {
                    break;
                }
            }
            // Only a strong read that finds nothing to erase is the proof.
            if (round > 0 && !found) || self.bounds.is_dry_run {
                return Ok(stays);
            }
        }
        Err(Stop::Fault(Fault::retry("purge", "a strong read still finds records after several rounds")))
    }

    /// So many keys as are planned at a time.
    async fn slice(
        &self,
        class: &PeriodClass,
        range: &KeyRange,
        after: Option<&Record>,
        read: Read,
    ) -> Result<(Vec<Record>, Option<Record>), Stop> {
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

    /// Plans a slice and erases it chunk by chunk, if it fits in what was counted. Whether anything of it was due.
    async fn purge_slice(
        &mut self,
        target: Target<'_>,
        range: &KeyRange,
        place: Option<&Place>,
        slice: Vec<Record>,
        stays: &mut Stays,
        allowance: &mut Allowance,
    ) -> Result<bool, Stop> {
        let mut due = Vec::with_capacity(slice.len());
        if !slice.is_empty() {
            self.in_force.refresh(self.ledger, self.clock).await?;
        }
        for record in slice {
            let verdict = target.judge(&self.in_force, place, &record.key);
            stays.note(&verdict);
            if matches!(verdict, Verdict::Due) {
                due.push(record);
            }
        }
        let planned = u64::try_from(due.len()).unwrap_or(u64::MAX);
        if self.bounds.is_dry_run {
            allowance.purged = allowance.purged.saturating_add(planned);
            self.purged = self.purged.saturating_add(planned);
            return Ok(planned > 0);
        }
        // More came into it since it was counted: the next run counts anew.
        if planned > 0 && allowance.purged.saturating_add(planned) > allowance.ceiling {
            return Err(Stop::OutOfTime);
        }
        for chunk in due.chunks(CHUNK) {
            if self.is_out_of_time() {
                return Err(Stop::OutOfTime);
            }
            // A hold that was placed meanwhile: the round after this one counts what it keeps.
            self.in_force.refresh_for(chunk.len(), self.ledger, self.clock).await?;
            let is_due = |record: &&Record| matches!(target.judge(&self.in_force, place, &record.key), Verdict::Due);
            let free: Vec<Record> = chunk.iter().filter(is_due).cloned().collect();
            self.erase(target.class, range, &free).await?;
            let purged = u64::try_from(free.len()).unwrap_or(u64::MAX);
            allowance.purged = allowance.purged.saturating_add(purged);
            self.purged = self.purged.saturating_add(purged);
        }
        Ok(planned > 0)
    }

    async fn erase(&self, class: &PeriodClass, range: &KeyRange, records: &[Record]) -> Result<(), Stop> {
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

/// The connection that a row of a registry names.
pub(super) fn listed(key: &str) -> Option<Place> {
    let (tenant, connection) = key.split_once('#')?;
    Some(Place::of_connection(TenantId::parse(tenant).ok()?, ConnectionId::parse(connection).ok()?))
}
