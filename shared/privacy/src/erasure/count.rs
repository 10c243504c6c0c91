//! Count: read the keys of a place once, page by page, and sort them into record classes. Resumable.

use super::{REMEMBERED_KEYS, Stop, Visit};
use crate::obligation::Head;
use crate::ports::{Clock, Connections, Ledger, Read, Stores, Suppressions};
use crate::scope::{Counts, Cursor, Scope, Stage};

/// After how many pages a long count is saved.
const PAGES_PER_CHECKPOINT: u32 = 50;

impl<L, V, C> Visit<'_, '_, L, V, C>
where
    L: Ledger,
    V: Stores + Connections + Suppressions,
    C: Clock,
{
    /// Counts a place that is [`Stage::Found`]; the keys are remembered for erasing while there is room.
    pub(super) async fn count(&mut self, head: &Head, scope: &mut Scope) -> Result<(), Stop> {
        if scope.stage != Stage::Found {
            return Ok(());
        }
        let start = scope.cursor.take();
        let is_resumed = start.is_some();
        let stores = self.engine.map.stores();
        let first = stores.iter().position(|store| start.as_ref().is_some_and(|cursor| cursor.store == store.name));
        let mut after = start.and_then(|cursor| cursor.after);
        let mut pages = 0_u32;
        for store in stores.iter().skip(first.unwrap_or_default()) {
            let Some(range) = store.range(&scope.place) else {
                continue;
            };
            // The keys of this store, as long as they are all here and there is room for them.
            let mut keys = if is_resumed { None } else { Some(Vec::new()) };
            loop {
                let page = self.engine.vault.page(&store.name, &range, after.as_ref(), None, Read::Eventual).await?;
                let mut found = Counts::new();
                for record in &page.records {
                    *found.entry(store.classify(&record.key).to_owned()).or_default() += 1;
                }
                scope.add(&found);
                let room = REMEMBERED_KEYS.saturating_sub(self.remembered_keys);
                keys = keys.filter(|keys| keys.len() + page.records.len() <= room);
                if let Some(keys) = &mut keys {
                    keys.extend(page.records);
                }
                after = page.next;
                pages += 1;
                if after.is_none() {
                    break;
                }
                if pages.is_multiple_of(PAGES_PER_CHECKPOINT) || self.engine.clock.now() >= self.stop_at {
                    self.checkpoint(head, scope, Cursor { store: store.name.clone(), after: after.clone() }).await?;
                }
            }
            if let Some(keys) = keys {
                self.remembered_keys += keys.len();
                self.remembered.insert((scope.place.clone(), store.name.clone()), keys);
            }
        }
        scope.stage = Stage::Counted;
        self.engine.ledger.save_scope(head, scope).await?;
        Ok(())
    }

    /// Saves how far counting has come, under the lease: who lost it writes nothing over the work of another.
    async fn checkpoint(&self, head: &Head, scope: &mut Scope, cursor: Cursor) -> Result<(), Stop> {
        let renewed = self.renew().await;
        if let Err(Stop::LostLease | Stop::Fault(_)) = renewed {
            return renewed.map(drop);
        }
        scope.cursor = Some(cursor);
        self.engine.ledger.save_scope(head, scope).await?;
        scope.cursor = None;
        renewed.map(drop)
    }
}
