//! Hand on: when an account ends, processors know its users by keyed references that stand only in the rows about to go. They
//! are written down before links and rows go, so a crash in between finds the rows again. Somebody whom a link leads anywhere
//! else by the time that processors are asked still has a life there, and no processor is asked about them.

use std::collections::BTreeSet;

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
    /// Writes down the users among those whose links are about to go.
    pub(super) async fn hand_on(&self, links: impl Iterator<Item = &Link> + Send) -> Result<(), Stop> {
        if !self.is_of_tenant {
            return Ok(());
        }
        let users = links.filter(|link| link.place.user().is_some());
        let subjects: BTreeSet<KeyedRef> = users.map(|link| link.reference.clone()).collect();
        let subjects: Vec<KeyedRef> = subjects.into_iter().collect();
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
