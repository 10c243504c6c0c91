//! Appends an entry to a chain, once per occasion: under redelivery, a crash between any two steps, and many workers at
//! the same chain.
//!
//! 1. The intent, place and exact bytes, goes to the ledger. One intent of an occasion follows another by a condition.
//! 2. The bytes go to their place, if it is free. A place that is taken stays so: by these bytes, and the work is done; or
//!    by others, and then these can never be stored, so a new intent may be made at the next free place.
//! 3. The head is moved forward, never back, and so is the ledger's hint.
//!
//! Every intent for a place links to what stands before it, which never changes. So whoever wins a place, the chain
//! holds. Hint and head tell where to begin and are never believed about more than that. They are never ahead either: if
//! they are, entries were taken away, and nothing is appended to hide it.

use super::body::Body;
use super::entry::Entry;
use super::hash::EntryHash;
use super::ports::{ChainLedger, ChainStore, Intent, Occasion};
use super::position::Position;
use super::reach::{End, ROUNDS_MAX, Reach};
use super::signing::SigningKey;
use crate::fault::Fault;
use crate::keys::KeyedRef;
use crate::ports::{Answer, Clock};

/// What appending works with.
#[derive(Debug)]
pub struct Chains<'a, L, S, C> {
    /// Intents and hints.
    pub ledger: &'a L,
    /// Entries and heads.
    pub store: &'a S,
    /// The time.
    pub clock: &'a C,
    /// Signs.
    pub key: &'a SigningKey,
}

/// Where the entry of an occasion stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The place.
    pub position: Position,
    /// The hash of the file.
    pub hash: EntryHash,
}

impl<L: ChainLedger, S: ChainStore, C: Clock> Chains<'_, L, S, C> {
    /// Makes sure that the entry of an occasion stands in its chain, and that hint and head know. The first body and
    /// chain that were given for an occasion count, unless their place is lost to another entry.
    ///
    /// # Errors
    /// [`Fault`]: deliver the message again, or a chain whose end is missing.
    pub async fn append(&self, occasion: &Occasion, chain: &KeyedRef, body: &Body) -> Answer<Appended> {
        let mut intent = match self.ledger.intent(occasion).await? {
            Some(intent) => intent,
            None => {
                let first = self.draft(self.end(chain).await?, chain, body, 1)?;
                self.ledger.propose(occasion, &first).await?
            }
        };
        for _ in 0..ROUNDS_MAX {
            let reach = Reach { store: self.store, chain: &intent.position.chain };
            let Some(winner) = reach.store_at(&intent.position, &intent.file).await? else {
                return self.conclude(&intent).await;
            };
            let end = reach.walk(End { seq: intent.position.seq, hash: winner }).await?;
            let next = self.draft(end, reach.chain, body, intent.revision.saturating_add(1))?;
            intent = self.ledger.propose(occasion, &next).await?;
        }
        Err(Fault::retry("receipt.append", "every place was lost to another worker"))
    }

    /// Whether the entry of an occasion stands and its chain knows: the hint is raised last.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn is_appended(&self, occasion: &Occasion) -> Answer<bool> {
        let Some(intent) = self.ledger.intent(occasion).await? else { return Ok(false) };
        let hint = self.ledger.hint(&intent.position.chain).await?;
        if hint.is_none_or(|hint| hint < intent.position.seq) {
            return Ok(false);
        }
        // The hint may be that of the entry to which the place was lost.
        Ok(self.store.entry(&intent.position).await?.is_some_and(|file| file == intent.file.as_bytes()))
    }

    /// An intent for the place after `end`.
    fn draft(&self, end: End, chain: &KeyedRef, body: &Body, revision: u32) -> Answer<Intent> {
        let position = Position { chain: chain.clone(), seq: end.seq.saturating_add(1) };
        let (previous, issued_at) = (end.hash, self.clock.now());
        let entry = Entry { position: position.clone(), previous, issued_at, body: body.clone() };
        Ok(Intent { position, file: entry.seal(self.key)?, revision })
    }

    /// Where the chain probably ends: not before the hint and the head.
    async fn end(&self, chain: &KeyedRef) -> Answer<End> {
        let hint = self.ledger.hint(chain).await?.unwrap_or_default();
        let reach = Reach { store: self.store, chain };
        let head = reach.head().await?;
        reach.known(hint.max(head)).await
    }

    /// The entry stands: head and hint follow.
    async fn conclude(&self, intent: &Intent) -> Answer<Appended> {
        let position = intent.position.clone();
        let hash = EntryHash::of(intent.file.as_bytes());
        let reach = Reach { store: self.store, chain: &position.chain };
        reach.advance_head(End { seq: position.seq, hash }, self.clock, self.key).await?;
        self.ledger.raise_hint(&position).await?;
        Ok(Appended { position, hash })
    }
}

#[cfg(test)]
mod tests;
