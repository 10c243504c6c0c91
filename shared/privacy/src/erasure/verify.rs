//! Verify: strong reads that must find nothing.

use super::{Stop, Visit};
use crate::obligation::Head;
use crate::ports::{Clock, Connections, Ledger, Read, Stores, Suppressions};
use crate::scope::{Scope, Stage, is_covered};

impl<L, V, C> Visit<'_, '_, L, V, C>
where
    L: Ledger,
    V: Stores + Connections + Suppressions,
    C: Clock,
{
    /// Whether nothing is left. A place where something is left becomes [`Stage::Found`] again.
    pub(super) async fn verify(&self, head: &Head, scopes: &mut Vec<Scope>) -> Result<bool, Stop> {
        let mut is_clean = true;
        for scope in scopes.iter_mut() {
            self.renew().await?;
            if self.has_residue(head, scope).await? {
                is_clean = false;
                scope.stage = Stage::Found;
                scope.cursor = None;
                self.engine.ledger.save_scope(head, scope).await?;
            }
        }
        for place in self.reached(head).await? {
            if !scopes.iter().any(|scope| scope.place == place && scope.stage == Stage::Found) {
                is_clean = false;
                let known = scopes.iter_mut().find(|scope| scope.place == place);
                let mut scope = known.map_or_else(|| Scope::found(place.clone()), |scope| scope.clone());
                scope.stage = Stage::Found;
                self.engine.ledger.save_scope(head, &scope).await?;
                scopes.retain(|known| known.place != place);
                scopes.push(scope);
            }
        }
        Ok(is_clean)
    }

    /// Whether a strong read finds anything of a place. A connection that was made after the request is the
    /// person's new one: nothing of it is residue.
    async fn has_residue(&self, head: &Head, scope: &Scope) -> Result<bool, Stop> {
        for store in self.engine.map.stores() {
            let Some(range) = store.range(&scope.place) else {
                continue;
            };
            let page = self.engine.vault.page(&store.name, &range, None, Some(1), Read::Strong).await?;
            if !page.records.is_empty() || page.next.is_some() {
                let connected_at = self.engine.vault.connected_at(&scope.place).await?;
                return Ok(connected_at.is_none_or(|at| is_covered(at, head.covers_until)));
            }
        }
        Ok(false)
    }
}
