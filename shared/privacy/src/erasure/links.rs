//! Links: what finds a place and its people goes last, and never before what it names is taken out.
//!
//! A link under an identity leads to a place; beside the place a row names that link. So whatever the place goes by, a person's
//! request, a disconnect, the end of an account, every link to it is found and removed, then the row that names it. A crash in
//! between finds the row again.

use super::{Aftermath, Stop, Visit};
use crate::data_map::StoreMap;
use crate::obligation::Head;
use crate::ports::{Clock, Connections, Ledger, Read, Record, Stores, Suppressions};
use crate::scope::{Link, Scope, is_covered};

impl<L, V, C, A> Visit<'_, '_, L, V, C, A>
where
    L: Ledger,
    V: Stores + Connections + Suppressions,
    C: Clock,
    A: Aftermath,
{
    /// Erases the rows of a place that name identity links, and the links before them. The links to somebody of whom
    /// something is held stay with it.
    pub(super) async fn erase_links(&mut self, head: &Head, scope: &mut Scope, store: &StoreMap) -> Result<(), Stop> {
        let Some(range) = store.range(&scope.place) else { return Ok(()) };
        let mut after: Option<Record> = None;
        loop {
            let page = self.page(head, scope, (store, &range), after.as_ref(), Read::Eventual).await?;
            let is_link = |record: &Record| store.is_link(&record.key);
            let (held, free): (Vec<Record>, Vec<Record>) =
                page.records.into_iter().filter(is_link).partition(|record| self.finds_held(scope, store, record));
            for record in held {
                *scope.held.entry(store.classify(&record.key).to_owned()).or_default() += 1;
            }
            self.erase_records(scope, store, &range, &free).await?;
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    /// Whether a row names a link to somebody of whom something was held, or to a place of which something was.
    fn finds_held(&self, scope: &Scope, store: &StoreMap, record: &Record) -> bool {
        !self.held_owners.is_empty()
            && (self.held_owners.contains(&scope.place)
                || self.held_owners.contains(&store.owner(&scope.place, &record.key)))
    }

    /// Removes the links that rows name which are about to be erased.
    pub(super) async fn unlink(&self, scope: &Scope, store: &StoreMap, chunk: &[Record]) -> Result<(), Stop> {
        let link = |record: &Record| store.link(&scope.place, &record.key);
        let links: Vec<Link> = chunk.iter().filter_map(link).collect();
        if !links.is_empty() {
            self.engine.vault.unlink(&links, None).await?;
            self.hand_on(&links).await?;
        }
        Ok(())
    }

    /// The store that finds people: the links that the request came by, a connection's line in the directory of its tenant, then
    /// what the store holds of the place.
    pub(super) async fn erase_finder(&mut self, head: &Head, scope: &mut Scope, store: &StoreMap) -> Result<(), Stop> {
        let links = self.links_of(head, scope).await?;
        let connection = Some(&scope.place).filter(|place| place.is_connection());
        self.renew().await?;
        if !links.is_empty() || connection.is_some() {
            self.engine.vault.unlink(&links, connection).await?;
        }
        let Some(range) = store.range(&scope.place) else { return Ok(()) };
        if let Some(records) = self.remembered.remove(&(scope.place.clone(), store.name.clone())) {
            self.remembered_keys -= records.len();
            return self.erase_records(scope, store, &range, &records).await;
        }
        let mut after: Option<Record> = None;
        loop {
            let page = self.page(head, scope, (store, &range), after.as_ref(), Read::Eventual).await?;
            self.erase_records(scope, store, &range, &page.records).await?;
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    /// The links of a request to a place. Somebody who came back has a link of their new life under the same identity: it is
    /// left, so those to single people are read first. To a connection there is no later one under its id.
    async fn links_of(&self, head: &Head, scope: &Scope) -> Result<Vec<Link>, Stop> {
        let mut links = Vec::new();
        for reference in head.target.links() {
            let link = Link { reference: reference.clone(), place: scope.place.clone() };
            let is_old = if scope.place.is_connection() {
                true
            } else {
                let reached = self.engine.vault.reach(reference).await?;
                reached.iter().any(|to| to.place == scope.place && is_covered(to.since, head.covers_until))
            };
            links.extend(is_old.then_some(link));
        }
        Ok(links)
    }
}
