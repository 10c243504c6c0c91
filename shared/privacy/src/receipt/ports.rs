//! What chains ask of the world.

use std::future::Future;

use super::position::Position;
use crate::ids::TenantId;
use crate::keys::KeyedRef;
use crate::obligation::ObligationId;
use crate::ports::Answer;

/// What an entry is made for. Each occasion gets one entry, however often it is asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Occasion {
    /// A request under an obligation is carried out at one tenant.
    Erasure {
        /// Which obligation.
        obligation: ObligationId,
        /// Which request under its code, from 1.
        request: u32,
        /// How often a second look had re-opened it.
        reopened: u32,
        /// At which tenant.
        tenant: TenantId,
    },
}

/// A promise to store exactly these bytes at exactly this place, made before they are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// The place.
    pub position: Position,
    /// The file.
    pub file: String,
    /// Counts the intents of an occasion, from 1. One replaces another only when that one's place is taken by
    /// somebody else: so of all of them, only one can ever be stored.
    pub revision: u32,
}

/// The ledger's side of chains.
pub trait ChainLedger: Sync {
    /// The intent of an occasion, by a strong read.
    fn intent(&self, occasion: &Occasion) -> impl Future<Output = Answer<Option<Intent>>> + Send;

    /// Writes an intent if the one before it, by its revision, is what stands there. Answers with what stands there
    /// afterwards: this one, or the one of whoever was quicker. A fault for a person when the one before is gone.
    fn propose(&self, occasion: &Occasion, intent: &Intent) -> impl Future<Output = Answer<Intent>> + Send;

    /// The newest place of a chain that this ledger has heard of. It may be behind, or lost.
    fn hint(&self, chain: &KeyedRef) -> impl Future<Output = Answer<Option<u64>>> + Send;

    /// Raises the hint, never lowers it.
    fn raise_hint(&self, newest: &Position) -> impl Future<Output = Answer<()>> + Send;
}

/// What storing an entry came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It is stored.
    Stored,
    /// Something stands there already, perhaps it.
    Taken,
}

/// One writing of a head: S3's entity tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag(pub String);

/// The head of a chain as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredHead {
    /// The file.
    pub file: Vec<u8>,
    /// Which writing of it.
    pub tag: Tag,
}

/// The bucket's side of chains. Reads see every write that was answered.
pub trait ChainStore: Sync {
    /// Stores an entry at its place unless the place is taken. At least once: a put whose answer was lost finds its
    /// own file.
    fn put_entry(&self, position: &Position, file: &str) -> impl Future<Output = Answer<Put>> + Send;

    /// The file at a place.
    fn entry(&self, position: &Position) -> impl Future<Output = Answer<Option<Vec<u8>>>> + Send;

    /// The head of a chain.
    fn head(&self, chain: &KeyedRef) -> impl Future<Output = Answer<Option<StoredHead>>> + Send;

    /// Writes the head of a chain if `replaces` is what stands there, `None` for nothing. `false` when it is not.
    fn put_head(
        &self,
        chain: &KeyedRef,
        file: &str,
        replaces: Option<&Tag>,
    ) -> impl Future<Output = Answer<bool>> + Send;
}
