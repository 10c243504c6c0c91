//! The last look before links go: what finds a place and its people goes only once strong reads have found nothing else there.
//!
//! Lists are read as they happen to be, and may miss what came in a moment before. Were the links to go then, and the worker to stop before
//! it verifies, another request of the same person would find no link and say erased while something stands. So it is beside what a hold
//! keeps, too: links to people of whom nothing is held go.

use super::covered::takes;
use super::{Aftermath, Failures, Stop, Visit};
use crate::data_map::{KeyRange, StoreMap, UNCLEAR};
use crate::legal_hold::LegalHold;
use crate::obligation::Head;
use crate::ports::{Clock, Connections, Ledger, Read, Stores, Suppressions};
use crate::scope::{Counts, Scope};

/// What strong reads of a range found.
#[derive(Default)]
struct Rest {
    /// Something that should have gone.
    is_missed: bool,
    /// Rows that are held, or that the request does not take.
    has_others: bool,
    /// Rows that name links, by class.
    links: Counts,
}

impl Rest {
    fn is_empty(&self) -> bool {
        !self.is_missed && !self.has_others && self.links.is_empty()
    }
}

impl<L, V, C, A> Visit<'_, '_, L, V, C, A>
where
    L: Ledger,
    V: Stores + Connections + Suppressions,
    C: Clock,
    A: Aftermath,
{
    /// Whether nothing of a place is left but what finds it, and what is held. Else it is found again, counted and planned first. A range
    /// without any row is not read once more by the verification of this visit.
    pub(super) async fn is_all_else_gone(
        &mut self,
        head: &Head,
        scope: &mut Scope,
        failures: &mut Failures,
    ) -> Result<bool, Stop> {
        let holds = if scope.held.is_empty() { Vec::new() } else { self.holds(&scope.place).await? };
        if holds.iter().any(|hold| hold.keeps_whole(&scope.place)) {
            return Ok(true);
        }
        let (mut is_gone, mut is_read, mut links) = (true, true, Counts::new());
        for store in self.engine.map.stores_of(&head.target).filter(|store| !store.identities) {
            let Some(range) = store.range(&scope.place) else { continue };
            let read = self.rest_of(head, scope, (store, &range), &holds).await.map(|rest| {
                if rest.is_empty() {
                    self.read_empty.entry(scope.place.clone()).or_default().insert(store.name.clone());
                }
                is_gone &= !rest.is_missed;
                links.extend(rest.links);
            });
            is_read &= self.carry_on(head, scope, (store, read), failures).await?;
        }
        if !is_gone {
            self.find_again(head, scope, links).await?;
        }
        Ok(is_gone && is_read)
    }

    /// Counted anew with what was missed is what stays until then: what is held, and what finds the place and its people.
    async fn find_again(&mut self, head: &Head, scope: &mut Scope, links: Counts) -> Result<(), Stop> {
        scope.is_returned |= scope.pending.contains_key(UNCLEAR);
        for (class, count) in links {
            *scope.held.entry(class).or_default() += count;
        }
        for store in self.engine.map.stores_of(&head.target).filter(|store| store.identities) {
            self.leave_finder(head, scope, store).await?;
        }
        scope.let_go();
        Ok(())
    }

    async fn rest_of(
        &self,
        head: &Head,
        scope: &Scope,
        (store, range): (&StoreMap, &KeyRange),
        holds: &[LegalHold],
    ) -> Result<Rest, Stop> {
        let (mut rest, mut after) = (Rest::default(), None);
        loop {
            let page = self.engine.vault.page(&store.name, range, after.as_ref(), None, Read::Strong).await?;
            let kept = self.kept_by(&scope.place, store, &page.records, holds).await?;
            for (record, kept) in page.records.iter().zip(kept) {
                if !takes(head, scope, store, record) {
                    rest.has_others = true;
                } else if store.is_link(&record.key) {
                    *rest.links.entry(store.classify(&record.key).to_owned()).or_default() += 1;
                } else if kept.is_some() {
                    rest.has_others = true;
                } else {
                    rest.is_missed = true;
                }
            }
            after = page.next;
            if after.is_none() {
                return Ok(rest);
            }
            self.renew().await?;
        }
    }
}
