//! Suppress and discover: raise the marks, then follow the identity links to every place they reach.

use super::{Stop, Visit};
use crate::ingest_gate::Mark;
use crate::obligation::Head;
use crate::ports::{Clock, Connections, Disarmed, Ledger, Stores, Suppressions};
use crate::scope::{Place, Scope, Stage, is_covered};

impl<L, V, C> Visit<'_, '_, L, V, C>
where
    L: Ledger,
    V: Stores + Connections + Suppressions,
    C: Clock,
{
    /// From here on nothing of this person that is older gets in.
    pub(super) async fn suppress(&self, head: &Head) -> Result<(), Stop> {
        for suppression in head.target.suppressions() {
            self.engine.vault.raise(&Mark::subject(suppression), head.covers_until).await?;
        }
        Ok(())
    }

    /// Every covered place, each stopped before it is listed, together with the places known already.
    pub(super) async fn discover(&self, head: &Head) -> Result<Vec<Scope>, Stop> {
        let mut scopes = self.engine.ledger.scopes(head).await?;
        let named = head.target.place();
        for place in named.cloned().into_iter().chain(self.reached(head).await?) {
            self.renew().await?;
            self.engine.vault.raise(&Mark::place(&place), head.covers_until).await?;
            let mut is_reused = false;
            if place.contact.is_none() {
                let now = self.engine.clock.now();
                match self.engine.vault.disarm(&place, head.covers_until, now).await? {
                    Disarmed::Done | Disarmed::Missing => {}
                    Disarmed::Newer if named == Some(&place) => is_reused = true,
                    Disarmed::Newer => continue,
                }
            }
            match scopes.iter_mut().find(|scope| scope.place == place) {
                Some(known) if known.stage == Stage::Erased => {
                    known.find_again();
                    known.is_reused = is_reused;
                    self.engine.ledger.save_scope(head, known).await?;
                }
                Some(_) => {}
                None => {
                    let found = Scope { is_reused, ..Scope::found(place) };
                    self.engine.ledger.save_scope(head, &found).await?;
                    scopes.push(found);
                }
            }
        }
        if head.seq > 1 {
            self.adopt(head, &mut scopes).await?;
        }
        Ok(scopes)
    }

    /// Takes over the places of earlier requests under the same code, as erased: what is verified and looked at again
    /// is everything that was ever erased for this person, although no link leads there any more.
    async fn adopt(&self, head: &Head, scopes: &mut Vec<Scope>) -> Result<(), Stop> {
        for place in self.engine.ledger.earlier_places(head).await? {
            if !scopes.iter().any(|scope| scope.place == place) {
                let mut adopted = Scope::found(place);
                adopted.stage = Stage::Erased;
                self.engine.ledger.save_scope(head, &adopted).await?;
                scopes.push(adopted);
            }
        }
        Ok(())
    }

    /// The covered places that identity links reach now, by strong reads.
    pub(super) async fn reached(&self, head: &Head) -> Result<Vec<Place>, Stop> {
        let mut places = Vec::new();
        for link in head.target.links() {
            let reaches = self.engine.vault.reach(link).await?;
            let covered = reaches.into_iter().filter(|reach| is_covered(reach.connected_at, head.covers_until));
            places.extend(covered.map(|reach| reach.place));
        }
        places.sort_unstable();
        places.dedup();
        let mut covered = Vec::with_capacity(places.len());
        for place in places {
            // A link can be older than the row of its connection; the row decides.
            let connected_at = self.engine.vault.connected_at(&place).await?;
            if connected_at.is_none_or(|at| is_covered(at, head.covers_until)) {
                covered.push(place);
            }
        }
        Ok(covered)
    }
}
