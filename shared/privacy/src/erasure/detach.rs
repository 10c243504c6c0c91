//! Detach: what a connection, or one contact of it, added to rows that several connections feed is taken out of them before
//! the rows that point there are erased. So a pointer that is gone means that the shared row no longer names it, and a
//! crash in between finds the pointer again.

use super::{Aftermath, Stop, Visit};
use crate::data_map::{SharedRow, StoreMap};
use crate::ports::{Clock, Connections, Ledger, Record, Stores, Suppressions};
use crate::scope::Scope;

/// Rows detached under one renewal of the lease: each takes up to two writes.
const ROWS: usize = 500;

impl<L, V, C, A> Visit<'_, '_, L, V, C, A>
where
    L: Ledger,
    V: Stores + Connections + Suppressions,
    C: Clock,
    A: Aftermath,
{
    pub(super) async fn detach(&self, scope: &Scope, store: &StoreMap, chunk: &[Record]) -> Result<(), Stop> {
        let row = |record: &Record| store.shared_row(&scope.place, &record.key);
        let rows: Vec<SharedRow> = chunk.iter().filter_map(row).collect();
        for (index, rows) in rows.chunks(ROWS).enumerate() {
            if index > 0 {
                self.renew().await?;
            }
            self.engine.vault.detach(rows).await?;
        }
        Ok(())
    }
}
