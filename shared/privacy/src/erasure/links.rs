//! Links: what finds a place and its people goes last, after everything that it leads to.
//!
//! A link under an identity leads to a place; beside the place a row names that link. So whatever the place goes by, a person's
//! request, a disconnect, the end of an account, every link to it is found, and removed in one write with the row that names it.
//! Were the link to go first, another request of the same person would find nothing and say erased while the row stands;
//! were the row to, a crash would leave a link that nothing names. So rows that name one link, by its dates, go together, too.

use std::borrow::Cow;

use super::ahead::{Keys, Rows};
use super::{Aftermath, Stop, Visit};
use crate::data_map::{KeyRange, StoreMap};
use crate::obligation::Head;
use crate::ports::{Clock, Connections, Ledger, Read, Record, Stores, Suppressions};
use crate::scope::{Link, Scope, is_covered};

/// Rows with their links that go under one renewal of the lease: each takes four writes.
const LINKED: usize = 500;

impl<L, V, C, A> Visit<'_, '_, L, V, C, A>
where
    L: Ledger,
    V: Stores + Connections + Suppressions,
    C: Clock,
    A: Aftermath,
{
    /// Erases the rows of a place that name identity links, and the links with them. The links to somebody of whom
    /// something is held stay with it.
    pub(super) async fn erase_links(&mut self, head: &Head, scope: &mut Scope, store: &StoreMap) -> Result<(), Stop> {
        let Some(range) = store.range(&scope.place) else { return Ok(()) };
        let (mut keys, mut waiting) = (Keys::of(store, range, Rows::Links, None), Vec::new());
        loop {
            let chunk = self.chunk(head, scope, &mut keys).await?;
            let is_over = chunk.is_empty();
            let (held, free): (Vec<Record>, Vec<Record>) =
                chunk.into_iter().partition(|record| self.finds_held(scope, store, record));
            leave(scope, store, &held);
            waiting.extend(free);
            // The next chunk may begin with the same person, and name the same link.
            let last = waiting.last().filter(|_| !is_over).map(|record| store.owner(&scope.place, &record.key));
            let is_whole = |record: &Record| Some(store.owner(&scope.place, &record.key)) != last;
            let (whole, rest) = waiting.into_iter().partition(is_whole);
            waiting = rest;
            for chunk in by_link(scope, store, whole) {
                self.erase_and_read(head, scope, &mut keys, &chunk).await?;
            }
            if is_over {
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

    /// Erases rows that name links together with those; the other rows of a chunk are handed back.
    pub(super) async fn erase_linked<'c>(
        &self,
        scope: &mut Scope,
        (store, range): (&StoreMap, &KeyRange),
        chunk: Cow<'c, [Record]>,
    ) -> Result<Cow<'c, [Record]>, Stop> {
        let link = |record: &Record| Some((record.clone(), store.link(&scope.place, &record.key)?));
        let linked: Vec<(Record, Link)> = chunk.iter().filter_map(link).collect();
        if linked.is_empty() {
            return Ok(chunk);
        }
        self.hand_on(linked.iter().map(|(_, link)| link)).await?;
        self.engine.vault.erase_linked(&store.name, range, &linked).await?;
        scope.removed = scope.removed.saturating_add(u64::try_from(linked.len()).unwrap_or(u64::MAX));
        Ok(chunk.iter().filter(|record| !store.is_link(&record.key)).cloned().collect())
    }

    /// The store that finds people: of a connection everything at once; of other places what the store holds of them, then the
    /// links that the request came by.
    pub(super) async fn erase_finder(&mut self, head: &Head, scope: &mut Scope, store: &StoreMap) -> Result<(), Stop> {
        let mut links = self.links_of(head, scope).await?;
        let rows = self.rows_of_finder(head, scope, store).await?;
        self.renew().await?;
        let range = store.range(&scope.place);
        if !scope.place.is_connection() {
            if let Some(range) = range {
                self.erase_records(scope, store, &range, &rows).await?;
            }
            if !links.is_empty() {
                self.engine.vault.unlink(&links).await?;
            }
            return Ok(());
        }
        let free = self.unheld(scope, store, &rows).await?;
        if free.len() < rows.len() {
            leave(scope, store, &free);
            return Ok(());
        }
        links.extend(rows.iter().filter_map(|record| store.link(&scope.place, &record.key)));
        // One person can have asked twice, and a tenant can disconnect what they asked to be erased: if links went before rows,
        // a crash in between would leave rows that the other request does not find.
        let until = self.connections_until(head);
        if !self.engine.vault.take_out(&scope.place, until, &rows, &links).await? {
            // Made anew since it was discovered: what finds the new one stays, and it is looked at as one that is used again.
            scope.is_reused = true;
            return Ok(());
        }
        scope.removed = scope.removed.saturating_add(u64::try_from(rows.len()).unwrap_or(u64::MAX));
        Ok(())
    }

    /// What finds a place stays with what is held of it, whether a hold names it or not. Of a connection that was made anew it was not
    /// counted.
    pub(super) async fn leave_finder(&mut self, head: &Head, scope: &mut Scope, store: &StoreMap) -> Result<(), Stop> {
        if !scope.is_reused {
            let rows = self.rows_of_finder(head, scope, store).await?;
            leave(scope, store, &rows);
        }
        Ok(())
    }

    /// What the store that finds people holds of a place: a row and one for each link, few enough for memory.
    async fn rows_of_finder(&mut self, head: &Head, scope: &Scope, store: &StoreMap) -> Result<Vec<Record>, Stop> {
        let Some(range) = store.range(&scope.place) else { return Ok(Vec::new()) };
        if let Some(mut keys) = self.remembered.remove(&(scope.place.clone(), store.name.clone())) {
            self.remembered_bytes -= keys.len();
            return Ok(keys.page(usize::MAX).records);
        }
        let (mut rows, mut after): (Vec<Record>, Option<Record>) = (Vec::new(), None);
        loop {
            let page = self.page(head, scope, (store, &range), after.as_ref(), Read::Eventual).await?;
            rows.extend(page.records);
            after = page.next;
            if after.is_none() {
                return Ok(rows);
            }
        }
    }

    /// The links of a request to a place. Somebody who came back has a link of their new life under the same identity: it is
    /// left, so those to single people are read first. Those to a connection go with its row, or stay with a later one under its id.
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

/// These rows stay, and count as held.
fn leave(scope: &mut Scope, store: &StoreMap, rows: &[Record]) {
    for record in rows {
        *scope.held.entry(store.classify(&record.key).to_owned()).or_default() += 1;
    }
}

/// Rows in chunks between which no two that name the same link come apart; more than [`LINKED`] of one link are a chunk of their own.
fn by_link(scope: &Scope, store: &StoreMap, rows: Vec<Record>) -> Vec<Vec<Record>> {
    let link = |record: Record| (store.link(&scope.place, &record.key), record);
    let mut named: Vec<(Option<Link>, Record)> = rows.into_iter().map(link).collect();
    named.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut chunks: Vec<Vec<Record>> = Vec::new();
    for of_one_link in named.chunk_by(|(one, _), (other, _)| one == other) {
        let records = of_one_link.iter().map(|(_, record)| record.clone());
        match chunks.last_mut() {
            Some(chunk) if chunk.len() + of_one_link.len() <= LINKED => chunk.extend(records),
            _ => chunks.push(records.collect()),
        }
    }
    chunks
}
