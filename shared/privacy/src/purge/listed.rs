//! Empties a period under every connection that a registry lists.

use std::collections::BTreeSet;

use super::Purger;
use super::empty::{Allowance, MAX_ROUNDS, Stop, Within, all_gone};
use super::survey::SeenRange;
use super::target::{Stays, Target};
use crate::data_map::KeyRange;
use crate::fault::Fault;
use crate::ids::{ConnectionId, TenantId};
use crate::ports::{Clock, HoldBook, Page, Part, Read, Record, Stores};
use crate::scope::Place;

/// A row of a registry, and where the period stands under its connection.
struct Listed {
    row: Record,
    /// Nothing stands anywhere for a row that names no connection.
    within: Option<(KeyRange, Place)>,
    /// The first round that is still to come; `None` when it is proven that nothing is there.
    from_round: Option<u32>,
}

impl Listed {
    fn within(&self) -> Option<Within<'_>> {
        self.within.as_ref().map(|(range, place)| (range, Some(place)))
    }
}

impl<L, V, C> Purger<'_, L, V, C>
where
    L: HoldBook,
    V: Stores,
    C: Clock,
{
    /// Empties the period under every connection that one shard of the registry lists, and the registry of it last: its lines stay until the
    /// second look. A record and its line may come between the proof that a connection is empty and the end of its line, and without the
    /// line no look would find it.
    pub(super) async fn empty_listed(
        &mut self,
        target: Target<'_>,
        registry: &KeyRange,
        literal: &str,
        allowance: &mut Allowance,
    ) -> Result<Stays, Stop> {
        let takes_lines = target.class.is_long_due(target.period, self.clock.now());
        let mut stays = Stays::default();
        let mut staying = BTreeSet::new();
        // In a round of its own, a strong read must list nobody but those whose line stays.
        for round in 0..MAX_ROUNDS {
            let read = if round == 0 { Read::Eventual } else { Read::Strong };
            let seen = if round == 0 { allowance.seen.take(registry) } else { None };
            if seen.as_ref().is_some_and(SeenRange::is_proven_empty) {
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
                let rows: Vec<Record> = page.records.into_iter().filter(|row| !staying.contains(&row.key)).collect();
                is_clean &= rows.is_empty();
                let mut emptied = Vec::new();
                for listed in self.purge_listed(target, rows, literal, allowance).await? {
                    let of_row = self.prove(target, &listed, allowance).await?;
                    if of_row.is_nothing() && takes_lines {
                        emptied.push(listed.row);
                    } else {
                        staying.insert(listed.row.key);
                    }
                    stays.add(of_row);
                    stays.has_lines |= !takes_lines;
                }
                all_gone(self.erase(target.class, &[Part { range: registry, records: emptied }]).await?)?;
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

    /// The first round of each row's range.
    async fn purge_listed(
        &mut self,
        target: Target<'_>,
        rows: Vec<Record>,
        literal: &str,
        allowance: &mut Allowance,
    ) -> Result<Vec<Listed>, Stop> {
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            let within = match connection(&row.key) {
                Some(place) => Some((target.range(&place, literal)?, place)),
                None => None,
            };
            all.push(Listed { row, within, from_round: Some(0) });
        }
        let ranges: Vec<Within<'_>> = all.iter().filter_map(Listed::within).collect();
        let mut rounds = self.purge_together(target, &ranges, allowance).await?.into_iter();
        for listed in all.iter_mut().filter(|listed| listed.within.is_some()) {
            listed.from_round = rounds.next().flatten();
        }
        Ok(all)
    }

    /// The rounds that are left of a row's range, up to the strong read that finds nothing to erase.
    async fn prove(&mut self, target: Target<'_>, listed: &Listed, allowance: &mut Allowance) -> Result<Stays, Stop> {
        match (&listed.within, listed.from_round) {
            (None, _) => Ok(Stays { kept: 1, ..Stays::default() }),
            (Some(_), None) => Ok(Stays::default()),
            (Some((range, place)), Some(from_round)) => {
                self.empty_range(target, (range, Some(place)), from_round, allowance).await
            }
        }
    }
}

/// The connection that a row of a registry names.
pub(super) fn connection(key: &str) -> Option<Place> {
    let (tenant, connection) = key.split_once('#')?;
    Some(Place::of_connection(TenantId::parse(tenant).ok()?, ConnectionId::parse(connection).ok()?))
}
