//! The ports of chains in memory.

use std::collections::BTreeMap;

use super::World;
use crate::fault::Fault;
use crate::keys::KeyedRef;
use crate::ports::Answer;
use crate::receipt::{ChainLedger, ChainStore, Intent, Occasion, Position, Put, StoredHead, Tag};

/// What is stored of chains.
#[derive(Clone, Debug, Default)]
pub struct StoredChains {
    /// Entries by their place.
    pub entries: BTreeMap<Position, Vec<u8>>,
    /// Heads, with how often each was written.
    pub heads: BTreeMap<KeyedRef, (Vec<u8>, u64)>,
    /// Intents by their occasion.
    pub intents: BTreeMap<Occasion, Intent>,
    /// The newest place that the ledger has heard of.
    pub hints: BTreeMap<KeyedRef, u64>,
}

impl StoredChains {
    /// Every object by its key, as the bucket would list them.
    #[must_use]
    pub fn objects(&self) -> BTreeMap<String, Vec<u8>> {
        let entries = self.entries.iter().map(|(position, file)| (position.object_key(), file.clone()));
        let heads = self.heads.iter().map(|(chain, (file, _))| (Position::head_key(chain), file.clone()));
        entries.chain(heads).collect()
    }
}

impl ChainLedger for World {
    async fn intent(&self, occasion: &Occasion) -> Answer<Option<Intent>> {
        self.call("chains.intent", |stored| stored.chains.intents.get(occasion).cloned())
    }

    async fn propose(&self, occasion: &Occasion, intent: &Intent) -> Answer<Intent> {
        let stands = self.call("chains.propose", |stored| {
            let intents = &mut stored.chains.intents;
            let stands = intents.get(occasion).map_or(0, |stands| stands.revision);
            if stands + 1 == intent.revision {
                intents.insert(occasion.clone(), intent.clone());
            }
            intents.get(occasion).cloned()
        })?;
        stands.ok_or_else(|| Fault::park("chains.propose", "the intent before it is gone"))
    }

    async fn hint(&self, chain: &KeyedRef) -> Answer<Option<u64>> {
        self.call("chains.hint", |stored| stored.chains.hints.get(chain).copied())
    }

    async fn raise_hint(&self, newest: &Position) -> Answer<()> {
        self.call("chains.raise_hint", |stored| {
            let hint = stored.chains.hints.entry(newest.chain.clone()).or_default();
            *hint = newest.seq.max(*hint);
        })
    }
}

impl ChainStore for World {
    async fn put_entry(&self, position: &Position, file: &str) -> Answer<Put> {
        self.call("chains.put_entry", |stored| {
            let entries = &mut stored.chains.entries;
            if entries.contains_key(position) {
                return Put::Taken;
            }
            entries.insert(position.clone(), file.as_bytes().to_vec());
            Put::Stored
        })
    }

    async fn entry(&self, position: &Position) -> Answer<Option<Vec<u8>>> {
        self.call("chains.entry", |stored| stored.chains.entries.get(position).cloned())
    }

    async fn head(&self, chain: &KeyedRef) -> Answer<Option<StoredHead>> {
        self.call("chains.head", |stored| {
            let (file, writing) = stored.chains.heads.get(chain)?;
            Some(StoredHead { file: file.clone(), tag: Tag(writing.to_string()) })
        })
    }

    async fn put_head(&self, chain: &KeyedRef, file: &str, replaces: Option<&Tag>) -> Answer<bool> {
        self.call("chains.put_head", |stored| {
            let writing = stored.chains.heads.get(chain).map(|(_, writing)| *writing);
            if writing.map(|writing| Tag(writing.to_string())).as_ref() != replaces {
                return false;
            }
            stored.chains.heads.insert(chain.clone(), (file.as_bytes().to_vec(), writing.unwrap_or_default() + 1));
            true
        })
    }
}
