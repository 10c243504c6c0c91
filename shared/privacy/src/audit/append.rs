//! Appends what changed, once: under redelivery in other batches, a crash between any two calls, and several consumers at the
//! one chain.
//!
//! 1. The end of the chain is found, from its head on.
//! 2. Entries that are younger than the oldest change at hand are read back: what they hold is not written again. Nothing that
//!    changed then can stand in an older one.
//! 3. The rest goes to the next place, if it is free. If another consumer has it, its entry is read and it begins anew.
//! 4. The head is moved forward, also over what a consumer left that died before it could.
//!
//! Nothing is kept between invocations but what was read: lost, it is read again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};

use super::recorded::{Acts, Recorded};
use crate::fault::Fault;
use crate::keys::KeyedRef;
use crate::ports::{Answer, Clock};
use crate::receipt::reach::{End, ROUNDS_MAX, Reach};
use crate::receipt::{Body, ChainStore, Entry, EntryHash, EventName, SigningKey};

/// How far two clocks may differ: the ledger's, which dates a change, and ours, which dates an entry.
const CLOCKS_APART: SignedDuration = SignedDuration::from_mins(1);

/// Entries that are remembered, so that a consumer that is behind does not read them again for each batch.
const REMEMBERED: usize = 4_096;

/// The trail, as long as a consumer lives.
#[derive(Debug, Default)]
pub struct Trail {
    read: Mutex<BTreeMap<(KeyedRef, u64), Known>>,
}

/// What is known of an entry. Places are written once, so it stays so.
#[derive(Clone, Debug)]
struct Known {
    issued_at: Timestamp,
    events: BTreeSet<EventName>,
}

/// What appending came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// How many changes were written now.
    pub new: usize,
    /// How many stood there already.
    pub known: usize,
}

impl Trail {
    /// Makes sure that each change stands in the chain, once, in this order.
    ///
    /// # Errors
    /// [`Fault`]: deliver the batch again, or a chain whose end is missing.
    pub async fn append<S: ChainStore, C: Clock>(
        &self,
        (store, clock, key): (&S, &C, &SigningKey),
        chain: &KeyedRef,
        changes: &[Recorded],
    ) -> Answer<Appended> {
        let Some(oldest) = changes.iter().map(|change| change.at.0).min() else {
            return Ok(Appended { new: 0, known: 0 });
        };
        let horizon = oldest.saturating_sub(CLOCKS_APART).unwrap_or(Timestamp::MIN);
        let reach = Reach { store, chain };
        let head = reach.head().await?;
        let mut end = reach.walk(reach.known(head).await?).await?;
        let mut stands = self.since(&reach, end.seq, horizon).await?;
        for _ in 0..ROUNDS_MAX {
            let fresh: Vec<Recorded> = fresh(changes, &stands);
            let done = Appended { new: fresh.len(), known: changes.len().saturating_sub(fresh.len()) };
            if !fresh.is_empty() {
                let position = reach.place(end.seq.saturating_add(1));
                let body = Body::Acts(Acts { changes: fresh });
                let entry = Entry { position, previous: end.hash, issued_at: clock.now(), body };
                let file = entry.seal(key)?;
                if let Some(winner) = reach.store_at(&entry.position, &file).await? {
                    let lost = entry.position.seq;
                    end = reach.walk(End { seq: lost, hash: winner }).await?;
                    for seq in lost..=end.seq {
                        stands.extend(self.entry(&reach, seq).await?.events);
                    }
                    continue;
                }
                end = End { seq: entry.position.seq, hash: EntryHash::of(file.as_bytes()) };
            }
            if end.seq > 0 {
                reach.advance_head(end, clock, key).await?;
            }
            return Ok(done);
        }
        Err(Fault::retry("audit.append", "every place was lost to another consumer"))
    }

    /// The events of the entries up to a place that are younger than an instant.
    async fn since<S: ChainStore>(
        &self,
        reach: &Reach<'_, S>,
        last: u64,
        horizon: Timestamp,
    ) -> Answer<BTreeSet<EventName>> {
        let mut events = BTreeSet::new();
        for seq in (1..=last).rev() {
            let known = self.entry(reach, seq).await?;
            if known.issued_at < horizon {
                break;
            }
            events.extend(known.events);
        }
        Ok(events)
    }

    async fn entry<S: ChainStore>(&self, reach: &Reach<'_, S>, seq: u64) -> Answer<Known> {
        let place = (reach.chain.clone(), seq);
        if let Some(known) = self.read.lock().ok().and_then(|read| read.get(&place).cloned()) {
            return Ok(known);
        }
        let gone = || Fault::park("audit.append", "a place inside the chain is empty: an entry was taken away");
        let file = reach.store.entry(&reach.place(seq)).await?.ok_or_else(gone)?;
        // Whoever checks the chain looks at signatures, with every key there ever was.
        let entry = Entry::peek(&file).map_err(|error| Fault::park("audit.append", error))?;
        let Body::Acts(acts) = entry.body else {
            return Err(Fault::park("audit.append", "an entry of the trail that is no entry of a trail"));
        };
        let known =
            Known { issued_at: entry.issued_at, events: acts.changes.into_iter().map(|change| change.event).collect() };
        if let Ok(mut read) = self.read.lock() {
            read.insert(place, known.clone());
            while read.len() > REMEMBERED {
                read.pop_first();
            }
        }
        Ok(known)
    }
}

/// What does not stand yet; a change that is in a batch twice, once.
fn fresh(changes: &[Recorded], stands: &BTreeSet<EventName>) -> Vec<Recorded> {
    let mut met = stands.clone();
    changes.iter().filter(|change| met.insert(change.event.clone())).cloned().collect()
}
