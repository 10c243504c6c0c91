//! Hand on: when an account ends, processors know its users by keyed references that stand only in the rows about to go. They
//! are written down once the links are gone and before those rows are, so a crash in between finds the rows again. Somebody
//! whom a link leads anywhere else still has a life there, and no processor is asked about them.

use super::{Aftermath, Stop, Visit};
use crate::keys::KeyedRef;
use crate::obligation::Head;
use crate::ports::{Clock, Connections, Ledger, Stores, Suppressions};
use crate::scope::Link;

impl<L, V, C, A> Visit<'_, '_, L, V, C, A>
where
    L: Ledger,
    V: Stores + Connections + Suppressions,
    C: Clock,
    A: Aftermath,
{
    /// Writes down the users among those whose links have just been removed.
    pub(super) async fn hand_on(&self, links: &[Link]) -> Result<(), Stop> {
        if !self.is_of_tenant {
            return Ok(());
        }
        let mut subjects = Vec::new();
        for link in links.iter().filter(|link| link.place.user().is_some()) {
            if self.is_unknown(&link.reference).await? {
                subjects.push(link.reference.clone());
            }
        }
        if subjects.is_empty() {
            return Ok(());
        }
        let head = self.renew().await?;
        self.engine.ledger.hand_on(&head, &subjects).await?;
        Ok(())
    }

    /// Whom processors are asked about beside the places. Whoever has come back meanwhile is left out: their copies there are
    /// of a new life.
    pub(super) async fn handed_on(&self, head: &Head) -> Result<Vec<KeyedRef>, Stop> {
        let has_users = || self.engine.map.stores_of(&head.target).any(|store| store.has_users());
        if !self.is_of_tenant || !has_users() {
            return Ok(Vec::new());
        }
        let mut subjects = Vec::new();
        for subject in self.engine.ledger.handed_on(head).await? {
            if self.is_unknown(&subject).await? {
                subjects.push(subject);
            }
        }
        Ok(subjects)
    }

    async fn is_unknown(&self, reference: &KeyedRef) -> Result<bool, Stop> {
        Ok(self.engine.vault.reach(reference).await?.is_empty())
    }
}
