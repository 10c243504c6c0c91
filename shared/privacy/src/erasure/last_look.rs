//! The last look before links go: what finds a place and its people goes only once strong reads have found nothing else there.
//!
//! Lists are read as they happen to be, and may miss what came in a moment before. Were the links to go then, and the worker to stop before
//! it verifies, another request of the same person would find no link and say erased while something stands.

use super::covered::takes;
use super::{Aftermath, Failures, Stop, Visit};
use crate::data_map::{KeyRange, StoreMap, UNCLEAR};
use crate::obligation::Head;
use crate::ports::{Clock, Connections, Ledger, Read, Stores, Suppressions};
use crate::scope::Scope;

/// What a strong read of a range came to.
#[derive(Clone, Copy)]
enum Rest {
    /// There is no row at all.
    Empty,
    /// Rows that name links, or that the request does not take.
    Others,
    /// Something that should have gone.
    Missed,
}

impl<L, V, C, A> Visit<'_, '_, L, V, C, A>
where
    L: Ledger,
    V: Stores + Connections + Suppressions,
    C: Clock,
    A: Aftermath,
{
    /// Whether nothing of a place is left but what finds it. Else it is found again, counted and planned first. A range without any row
    /// is not read once more by the verification of this visit.
    pub(super) async fn is_all_else_gone(
        &mut self,
        head: &Head,
        scope: &mut Scope,
        failures: &mut Failures,
    ) -> Result<bool, Stop> {
        let (mut is_gone, mut is_read) = (true, true);
        for store in self.engine.map.stores_of(&head.target).filter(|store| !store.identities) {
            let Some(range) = store.range(&scope.place) else { continue };
            let rest = self.rest_of(head, scope, (store, &range)).await;
            if matches!(rest, Ok(Rest::Empty)) {
                self.read_empty.entry(scope.place.clone()).or_default().insert(store.name.clone());
            }
            is_gone &= !matches!(rest, Ok(Rest::Missed));
            is_read &= self.carry_on(head, scope, (store, rest.map(drop)), failures).await?;
        }
        if !is_gone {
            scope.is_returned |= scope.pending.contains_key(UNCLEAR);
            scope.pending.clear();
            scope.find_again();
        }
        Ok(is_gone && is_read)
    }

    async fn rest_of(&self, head: &Head, scope: &Scope, (store, range): (&StoreMap, &KeyRange)) -> Result<Rest, Stop> {
        let (mut rest, mut after) = (Rest::Empty, None);
        loop {
            let page = self.engine.vault.page(&store.name, range, after.as_ref(), None, Read::Strong).await?;
            for record in &page.records {
                if !store.is_link(&record.key) && takes(head, scope, store, record) {
                    return Ok(Rest::Missed);
                }
                rest = Rest::Others;
            }
            after = page.next;
            if after.is_none() {
                return Ok(rest);
            }
            self.renew().await?;
        }
    }
}
