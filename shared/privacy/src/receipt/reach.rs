//! How far a chain reaches, by what stands in its store. Places are filled in order and written once; the head says where to
//! begin and is never believed about more than that.

use super::entry::ChainHead;
use super::hash::EntryHash;
use super::ports::{ChainStore, Put};
use super::position::Position;
use super::signing::SigningKey;
use crate::fault::Fault;
use crate::keys::KeyedRef;
use crate::ports::{Answer, Clock};

/// How often a place may be lost to others, or the head, before the message is delivered again.
pub(crate) const ROUNDS_MAX: u32 = 32;

/// The last entry of a chain; place 0 in an empty one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    pub(crate) seq: u64,
    pub(crate) hash: EntryHash,
}

/// One chain in a store.
#[derive(Debug)]
pub(crate) struct Reach<'a, S> {
    pub(crate) store: &'a S,
    pub(crate) chain: &'a KeyedRef,
}

impl<S: ChainStore> Reach<'_, S> {
    pub(crate) fn place(&self, seq: u64) -> Position {
        Position { chain: self.chain.clone(), seq }
    }

    /// The place that the head names; 0 without one.
    pub(crate) async fn head(&self) -> Answer<u64> {
        match self.store.head(self.chain).await? {
            Some(stored) => Ok(head_of(&stored.file)?.position.seq),
            None => Ok(0),
        }
    }

    /// The end of a chain from a place that must be there.
    pub(crate) async fn known(&self, seq: u64) -> Answer<End> {
        if seq == 0 {
            return Ok(End { seq, hash: EntryHash::ZERO });
        }
        let gone = || Fault::park("receipt.append", "the chain ends before its hint or head: entries were taken away");
        self.hash_at(seq).await?.map(|hash| End { seq, hash }).ok_or_else(gone)
    }

    /// The last entry after one that is there: in doubling steps, then by halves.
    pub(crate) async fn walk(&self, from: End) -> Answer<End> {
        let mut last = from;
        let mut step: u64 = 1;
        // The nearest place that is known to be free.
        let mut free = None;
        loop {
            let ahead = free.map_or(last.seq.saturating_add(step), |free| last.seq.midpoint(free));
            if ahead == last.seq {
                return Ok(last);
            }
            match self.hash_at(ahead).await? {
                Some(hash) => (last, step) = (End { seq: ahead, hash }, step.saturating_mul(2)),
                None => free = Some(ahead),
            }
        }
    }

    async fn hash_at(&self, seq: u64) -> Answer<Option<EntryHash>> {
        let file = self.store.entry(&self.place(seq)).await?;
        Ok(file.map(|file| EntryHash::of(&file)))
    }

    /// Stores a file at its place. The hash of what stands there instead, if it is something else.
    pub(crate) async fn store_at(&self, position: &Position, file: &str) -> Answer<Option<EntryHash>> {
        match self.store.put_entry(position, file).await? {
            Put::Stored => Ok(None),
            Put::Taken => {
                let stands = self.store.entry(position).await?;
                let stands = stands.ok_or_else(|| Fault::retry("receipt.append", "a place is taken by nothing"))?;
                Ok((stands != file.as_bytes()).then(|| EntryHash::of(&stands)))
            }
        }
    }

    /// Moves the head forward to an entry, never back.
    pub(crate) async fn advance_head(&self, end: End, clock: &impl Clock, key: &SigningKey) -> Answer<()> {
        for _ in 0..ROUNDS_MAX {
            let stored = self.store.head(self.chain).await?;
            let reaches = match &stored {
                Some(stored) => head_of(&stored.file)?.position.seq,
                None => 0,
            };
            if reaches >= end.seq {
                return Ok(());
            }
            let head = ChainHead { position: self.place(end.seq), entry: end.hash, issued_at: clock.now() };
            let tag = stored.as_ref().map(|stored| &stored.tag);
            if self.store.put_head(self.chain, &head.seal(key)?, tag).await? {
                return Ok(());
            }
        }
        Err(Fault::retry("receipt.append", "the head was written by another worker every time"))
    }
}

fn head_of(file: &[u8]) -> Answer<ChainHead> {
    ChainHead::peek(file).map_err(|error| Fault::park("receipt.head", error))
}
