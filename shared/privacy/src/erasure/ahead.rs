//! The keys that a store holds of a place, in chunks for erasing: the next page is read while a chunk goes, and a chunk is full
//! however the pages fall.

use std::collections::VecDeque;

use super::covered::takes;
use super::erase::CHUNK;
use super::remembered::Packed;
use super::{Aftermath, Stop, Visit};
use crate::data_map::{KeyRange, StoreMap};
use crate::obligation::Head;
use crate::ports::{Answer, Clock, Connections, Ledger, Read, Record, Stores, Suppressions};
use crate::scope::Scope;
use futures_util::future::join;

/// Pages that are read for a chunk at most: of the largest rows a page holds two or three.
const PAGES: usize = 50;

/// What is still to be read of a range.
#[derive(Debug)]
enum Rest {
    /// It was read when it was counted.
    Remembered(Packed),
    After(Option<Record>),
    Nothing,
}

/// Rows that name identity links, or the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rows {
    Links,
    Others,
}

/// How far a range was read.
pub(super) struct Keys<'s> {
    store: &'s StoreMap,
    range: KeyRange,
    rows: Rows,
    read: VecDeque<Record>,
    rest: Rest,
    is_remembered: bool,
    /// Whether any of the rows that are not wanted was met.
    pub(super) met_others: bool,
}

impl<'s> Keys<'s> {
    /// Keys that were remembered are not read again.
    pub(super) fn of(store: &'s StoreMap, range: KeyRange, rows: Rows, remembered: Option<Packed>) -> Self {
        let is_remembered = remembered.is_some();
        let rest = remembered.map_or(Rest::After(None), Rest::Remembered);
        Self { store, range, rows, read: VecDeque::new(), rest, is_remembered, met_others: false }
    }

    /// Whether a chunk takes another page.
    fn is_short(&self) -> bool {
        self.read.is_empty() && !matches!(self.rest, Rest::Nothing)
    }

    fn take(&mut self) -> Vec<Record> {
        let most = self.read.len().min(CHUNK);
        self.read.drain(..most).collect()
    }

    /// Keeps what is wanted of what was read. What was remembered is what was taken when it was counted.
    fn add(&mut self, records: Vec<Record>, is_taken: impl Fn(&Record) -> bool) {
        for record in records.into_iter().filter(|record| self.is_remembered || is_taken(record)) {
            if self.store.is_link(&record.key) == (self.rows == Rows::Links) {
                self.read.push_back(record);
            } else {
                self.met_others = true;
            }
        }
    }

    /// Reads what the next chunk takes, whatever of it turns out to be wanted.
    async fn ahead(&mut self, vault: &impl Stores) -> Answer<Vec<Record>> {
        let (mut records, mut pages) = (Vec::new(), 0);
        while self.read.len() + records.len() < CHUNK && pages < PAGES {
            pages += 1;
            let page = match &mut self.rest {
                Rest::Remembered(keys) => keys.page(CHUNK),
                Rest::After(after) => {
                    vault.page(&self.store.name, &self.range, after.as_ref(), None, Read::Eventual).await?
                }
                Rest::Nothing => break,
            };
            records.extend(page.records);
            match (page.next, &mut self.rest) {
                (None, rest) => *rest = Rest::Nothing,
                (next, Rest::After(after)) => *after = next,
                (Some(_), _) => {}
            }
        }
        Ok(records)
    }
}

impl<L, V, C, A> Visit<'_, '_, L, V, C, A>
where
    L: Ledger,
    V: Stores + Connections + Suppressions,
    C: Clock,
    A: Aftermath,
{
    /// The next chunk, empty at the end; what was not read ahead of it is read now, under a lease that is renewed.
    pub(super) async fn chunk(&self, head: &Head, scope: &Scope, keys: &mut Keys<'_>) -> Result<Vec<Record>, Stop> {
        let mut is_renewed = true;
        while keys.is_short() {
            if !std::mem::replace(&mut is_renewed, false) {
                self.renew().await?;
            }
            let records = keys.ahead(self.engine.vault).await?;
            let store = keys.store;
            keys.add(records, |record| takes(head, scope, store, record));
        }
        Ok(keys.take())
    }

    /// Erases a chunk, and reads the next one meanwhile. What reading came to counts only once the chunk is gone.
    pub(super) async fn erase_and_read(
        &mut self,
        head: &Head,
        scope: &mut Scope,
        keys: &mut Keys<'_>,
        chunk: &[Record],
    ) -> Result<(), Stop> {
        if self.engine.clock.now() >= self.stop_at {
            return Err(Stop::OutOfTime);
        }
        let (vault, store, range) = (self.engine.vault, keys.store, keys.range.clone());
        let (erased, read) = join(self.erase_records(scope, store, &range, chunk), keys.ahead(vault)).await;
        erased?;
        keys.add(read?, |record| takes(head, scope, store, record));
        Ok(())
    }
}
