//! Count: read the keys of a place once, page by page, and sort them into record classes. Resumable.

use super::covered::{class_of, takes};
use super::remembered::{Packed, REMEMBERED_BYTES};
use super::{Aftermath, Stop, Visit};
use crate::data_map::{KeyRange, StoreMap};
use crate::fault::Fault;
use crate::legal_hold::LegalHold;
use crate::obligation::Head;
use crate::ports::{Clock, Connections, Ledger, Page, Read, Record, Stores, Suppressions};
use crate::scope::{Scope, Stage};

/// After how many pages a long count is saved.
const PAGES_PER_CHECKPOINT: u32 = 50;

impl<L, V, C, A> Visit<'_, '_, L, V, C, A>
where
    L: Ledger,
    V: Stores + Connections + Suppressions,
    C: Clock,
    A: Aftermath,
{
    /// Counts what is not counted yet of a place; the keys are remembered for erasing while there is room. A store
    /// that cannot be read stays in `uncounted` and leaves the others counted.
    pub(super) async fn count(&mut self, head: &Head, scope: &mut Scope) -> Result<(), Stop> {
        if scope.stage == Stage::Found && scope.uncounted.is_empty() {
            scope.uncounted = self.engine.map.stores_of(&head.target).map(|store| (store.name.clone(), None)).collect();
        }
        if scope.uncounted.is_empty() {
            return Ok(());
        }
        let holds = self.holds(&scope.place).await?;
        for store in self.engine.map.stores() {
            let Some(after) = scope.uncounted.get(&store.name).cloned() else { continue };
            let counted = match store.range(&scope.place).filter(|_| !(scope.is_reused && store.identities)) {
                Some(range) => self.count_store(head, scope, (store, &range), after, &holds).await?,
                None => Ok(()),
            };
            match counted {
                Ok(()) => drop(scope.uncounted.remove(&store.name)),
                Err(fault) => drop(self.unreadable.insert(store.name.clone(), fault)),
            }
        }
        if scope.stage == Stage::Found {
            scope.stage = Stage::Counted;
        }
        self.engine.ledger.save_scope(head, scope).await?;
        Ok(())
    }

    /// Counts one store of a place from a position on. The inner fault: it could not be read to its end.
    async fn count_store(
        &mut self,
        head: &Head,
        scope: &mut Scope,
        (store, range): (&StoreMap, &KeyRange),
        mut after: Option<Record>,
        holds: &[LegalHold],
    ) -> Result<Result<(), Fault>, Stop> {
        // The keys of this store, as long as they are all here and there is room for them.
        let mut keys = if after.is_some() { None } else { Some(Packed::default()) };
        let mut pages = 0_u32;
        loop {
            let page = match self.page(head, scope, (store, range), after.as_ref(), Read::Eventual).await {
                Ok(page) => page,
                Err(fault) => return Ok(Err(fault)),
            };
            let kept = match self.kept_by(&scope.place, store, &page.records, holds).await {
                Ok(kept) => kept,
                Err(fault) => return Ok(Err(fault)),
            };
            for (record, is_held) in page.records.iter().zip(kept.iter().map(Option::is_some)) {
                let class = if is_held { store.classify(&record.key) } else { class_of(head, scope, store, record) };
                scope.find(class, is_held);
            }
            let room = REMEMBERED_BYTES.saturating_sub(self.remembered_bytes);
            keys = keys.and_then(|keys| keys.with(&page.records, room));
            after = page.next;
            pages += 1;
            if after.is_none() {
                break;
            }
            scope.uncounted.insert(store.name.clone(), after.clone());
            if pages.is_multiple_of(PAGES_PER_CHECKPOINT) || self.engine.clock.now() >= self.stop_at {
                self.checkpoint(head, scope).await?;
            }
        }
        if let Some(keys) = keys {
            self.remembered_bytes += keys.len();
            self.remembered.insert((scope.place.clone(), store.name.clone()), keys);
        }
        Ok(Ok(()))
    }

    /// A page of a place, without what came after the request where that is not covered.
    pub(super) async fn page(
        &self,
        head: &Head,
        scope: &Scope,
        (store, range): (&StoreMap, &KeyRange),
        after: Option<&Record>,
        read: Read,
    ) -> Result<Page, Fault> {
        let mut page = self.engine.vault.page(&store.name, range, after, None, read).await?;
        page.records.retain(|record| takes(head, scope, store, record));
        Ok(page)
    }

    /// Saves how far counting has come, under the lease: who lost it writes nothing over the work of another.
    async fn checkpoint(&self, head: &Head, scope: &Scope) -> Result<(), Stop> {
        let renewed = self.renew().await;
        if let Err(Stop::LostLease | Stop::Fault(_)) = renewed {
            return renewed.map(drop);
        }
        self.engine.ledger.save_scope(head, scope).await?;
        renewed.map(drop)
    }
}
