//! Verify: strong reads that must find nothing.

use super::covered::{Age, age, is_new_life};
use super::{Aftermath, Failures, Stop, Visit};
use crate::data_map::{KeyRange, StoreMap};
use crate::fault::Fault;
use crate::obligation::Head;
use crate::ports::{Clock, Connections, Ledger, Read, Stores, Suppressions};
use crate::scope::{Place, Scope, Stage, is_covered};

impl<L, V, C, A> Visit<'_, '_, L, V, C, A>
where
    L: Ledger,
    V: Stores + Connections + Suppressions,
    C: Clock,
    A: Aftermath,
{
    /// Looks at every place; beside what a hold keeps, at what is free. One where something is left that should have gone
    /// becomes [`Stage::Found`] again; a store that cannot be read leaves the others verified.
    pub(super) async fn verify(&mut self, head: &Head, scopes: &mut Vec<Scope>) -> Result<Verified, Stop> {
        let mut verified = Verified { is_clean: true, unreadable: Failures::new() };
        for scope in scopes.iter_mut() {
            self.renew().await?;
            if !scope.held.is_empty() {
                if self.has_free(head, scope, &mut verified.unreadable).await? {
                    verified.is_clean = false;
                    scope.let_go();
                    self.engine.ledger.save_scope(head, scope).await?;
                }
                continue;
            }
            let found = self.look_at(head, &scope.place, &mut verified.unreadable).await?;
            scope.is_returned = if head.returned_at.is_some() { is_new_life(head, scope) } else { found.is_later };
            if self.is_residue(head, scope, &found).await? {
                verified.is_clean = false;
                scope.find_again();
                self.engine.ledger.save_scope(head, scope).await?;
            }
        }
        for place in self.reached(head).await? {
            let is_known = |scope: &Scope| scope.stage == Stage::Found || !scope.held.is_empty();
            if !scopes.iter().any(|scope| scope.place == place && is_known(scope)) {
                verified.is_clean = false;
                let known = scopes.iter_mut().find(|scope| scope.place == place);
                let mut scope = known.map_or_else(|| Scope::found(place.clone()), |scope| scope.clone());
                scope.find_again();
                self.engine.ledger.save_scope(head, &scope).await?;
                scopes.retain(|known| known.place != place);
                scopes.push(scope);
            }
        }
        self.read_empty.clear();
        Ok(verified)
    }

    /// What strong reads find of a place.
    async fn look_at(&self, head: &Head, place: &Place, unreadable: &mut Failures) -> Result<Found, Stop> {
        let is_reused = self.is_named(head, place) && place.is_connection() && self.is_newer(head, place).await?;
        let mut found = Found { tells_apart: is_reused || !place.is_connection(), ..Found::default() };
        for store in self.engine.map.stores_of(&head.target).filter(|store| !(is_reused && store.identities)) {
            let Some(range) = store.range(place) else { continue };
            if self.read_empty.get(place).is_some_and(|stores| stores.contains(&store.name)) {
                continue;
            }
            if let Err(fault) = self.look_into(head, (store, &range), &mut found).await {
                unreadable.insert(store.name.clone(), fault);
            }
        }
        Ok(found)
    }

    /// Whether the request covers any of what was found. What came later is somebody's new life and no residue: a connection
    /// made after the request with all that is in it; of a contact, or under the id of the connection that was to go, what
    /// happened since, with the undated records (a profile, a score) that go with it.
    async fn is_residue(&self, head: &Head, scope: &Scope, found: &Found) -> Result<bool, Stop> {
        if !found.is_covered && (!found.is_undated || scope.is_returned) {
            return Ok(false);
        }
        let place = &scope.place;
        Ok(found.tells_apart || self.is_named(head, place) || !self.is_newer(head, place).await?)
    }

    /// Whether the connection of a place has a row that was made after the request.
    pub(super) async fn is_newer(&self, head: &Head, place: &Place) -> Result<bool, Stop> {
        let connected_at = self.engine.vault.connected_at(place).await?;
        Ok(connected_at.is_some_and(|at| !is_covered(at, self.connections_until(head))))
    }

    async fn look_into(
        &self,
        head: &Head,
        (store, range): (&StoreMap, &KeyRange),
        found: &mut Found,
    ) -> Result<(), Fault> {
        let tells_apart = found.tells_apart;
        // One record is enough where nothing may be left; elsewhere records are told apart by when they happened, and whether
        // somebody came back is worth knowing too.
        let limit = if tells_apart { None } else { Some(1) };
        let mut after = None;
        while !(found.is_covered && (found.is_later || !tells_apart)) {
            let page = self.engine.vault.page(&store.name, range, after.as_ref(), limit, Read::Strong).await?;
            for record in &page.records {
                match age(head, store, record) {
                    Age::Covered if tells_apart => found.is_covered = true,
                    Age::Later if tells_apart => found.is_later = true,
                    Age::Covered | Age::Later | Age::Undated => found.is_undated = true,
                }
            }
            after = page.next;
            if after.is_none() {
                break;
            }
            found.is_covered |= !tells_apart;
        }
        Ok(())
    }
}

/// What strong reads came to.
pub(super) struct Verified {
    /// Nothing was found in what could be read.
    pub(super) is_clean: bool,
    /// The stores that could not be read.
    pub(super) unreadable: Failures,
}

/// What there is of a place.
#[derive(Default)]
struct Found {
    /// Records are told apart by when they happened.
    tells_apart: bool,
    /// From before the request.
    is_covered: bool,
    /// From after it.
    is_later: bool,
    /// Its keys do not say when.
    is_undated: bool,
}
