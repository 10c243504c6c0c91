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
use super::entry::{ChainHead, Entry};
use super::hash::EntryHash;
use super::ports::{ChainLedger, ChainStore, Intent, Occasion, Put};
use super::position::Position;
use super::signing::SigningKey;
use crate::fault::Fault;
use crate::keys::KeyedRef;
use crate::ports::{Answer, Clock};

/// How often a place may be lost to others, or the head, before the message is delivered again.
const ROUNDS_MAX: u32 = 32;

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

/// The last entry of a chain; place 0 in an empty one.
#[derive(Clone, Copy, Debug)]
struct End {
    seq: u64,
    hash: EntryHash,
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
            let Some(winner) = self.store_at(&intent).await? else {
                return self.conclude(&intent).await;
            };
            let chain = &intent.position.chain;
            let end = self.walk(chain, End { seq: intent.position.seq, hash: winner }).await?;
            let next = self.draft(end, chain, body, intent.revision.saturating_add(1))?;
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

    /// Stores what is intended. The hash of what stands there instead, if it is something else.
    async fn store_at(&self, intent: &Intent) -> Answer<Option<EntryHash>> {
        match self.store.put_entry(&intent.position, &intent.file).await? {
            Put::Stored => Ok(None),
            Put::Taken => {
                let stands = self.store.entry(&intent.position).await?;
                let stands = stands.ok_or_else(|| Fault::retry("receipt.append", "a place is taken by nothing"))?;
                Ok((stands != intent.file.as_bytes()).then(|| EntryHash::of(&stands)))
            }
        }
    }

    /// Where the chain probably ends: not before the hint and the head.
    async fn end(&self, chain: &KeyedRef) -> Answer<End> {
        let hint = self.ledger.hint(chain).await?.unwrap_or_default();
        let head = match self.store.head(chain).await? {
            Some(stored) => head_of(&stored.file)?.position.seq,
            None => 0,
        };
        self.known(chain, hint.max(head)).await
    }

    /// The end of a chain from a place that must be there.
    async fn known(&self, chain: &KeyedRef, seq: u64) -> Answer<End> {
        if seq == 0 {
            return Ok(End { seq, hash: EntryHash::ZERO });
        }
        let gone = || Fault::park("receipt.append", "the chain ends before its hint or head: entries were taken away");
        self.hash_at(chain, seq).await?.map(|hash| End { seq, hash }).ok_or_else(gone)
    }

    /// The last entry after one that is there: in doubling steps, then by halves. Places are filled in order.
    async fn walk(&self, chain: &KeyedRef, from: End) -> Answer<End> {
        let mut last = from;
        let mut step: u64 = 1;
        // The nearest place that is known to be free.
        let mut free = None;
        loop {
            let ahead = free.map_or(last.seq.saturating_add(step), |free| last.seq.midpoint(free));
            if ahead == last.seq {
                return Ok(last);
            }
            match self.hash_at(chain, ahead).await? {
                Some(hash) => (last, step) = (End { seq: ahead, hash }, step.saturating_mul(2)),
                None => free = Some(ahead),
            }
        }
    }

    async fn hash_at(&self, chain: &KeyedRef, seq: u64) -> Answer<Option<EntryHash>> {
        let file = self.store.entry(&Position { chain: chain.clone(), seq }).await?;
        Ok(file.map(|file| EntryHash::of(&file)))
    }

    /// The entry stands: head and hint follow.
    async fn conclude(&self, intent: &Intent) -> Answer<Appended> {
        let position = intent.position.clone();
        let hash = EntryHash::of(intent.file.as_bytes());
        self.advance_head(&position, hash).await?;
        self.ledger.raise_hint(&position).await?;
        Ok(Appended { position, hash })
    }

    async fn advance_head(&self, position: &Position, entry: EntryHash) -> Answer<()> {
        for _ in 0..ROUNDS_MAX {
            let stored = self.store.head(&position.chain).await?;
            let reaches = match &stored {
                Some(stored) => head_of(&stored.file)?.position.seq,
                None => 0,
            };
            if reaches >= position.seq {
                return Ok(());
            }
            let head = ChainHead { position: position.clone(), entry, issued_at: self.clock.now() };
            let tag = stored.as_ref().map(|stored| &stored.tag);
            if self.store.put_head(&position.chain, &head.seal(self.key)?, tag).await? {
                return Ok(());
            }
        }
        Err(Fault::retry("receipt.append", "the head was written by another worker every time"))
    }
}

fn head_of(file: &[u8]) -> Answer<ChainHead> {
    ChainHead::peek(file).map_err(|error| Fault::park("receipt.head", error))
}

#[cfg(test)]
mod tests;
