//! When each sentence was last proven. Obligations are looked at for thirty days after their erasure and leave the index of what is open
//! then; so the sweep, which meets each of them in these days, notes the newest.

use std::collections::BTreeMap;
use std::future::Future;

use jiff::Timestamp;

use super::{Standing, promise_of, proof_of};
use crate::obligation::Head;
use crate::ports::Answer;

/// What is kept of proofs: the newest of each sentence.
pub trait ProofBook: Sync {
    /// Notes when sentences were proven, by their names; an earlier instant than the one that stands there changes nothing.
    fn note_proofs(&self, proofs: &BTreeMap<String, Timestamp>) -> impl Future<Output = Answer<()>> + Send;
    /// All that was noted.
    fn proofs(&self) -> impl Future<Output = Answer<BTreeMap<String, Timestamp>>> + Send;
}

/// The newest proof of each sentence among obligations.
pub(crate) fn newest<'a>(heads: impl IntoIterator<Item = &'a Head>) -> BTreeMap<String, Timestamp> {
    let mut proofs = BTreeMap::new();
    for head in heads {
        if let Some(at) = proof_of(head) {
            let newest = proofs.entry(promise_of(head)).or_insert(at);
            *newest = at.max(*newest);
        }
    }
    proofs
}

/// The same sentences, each proven when that was noted, unless a newer proof is known.
#[must_use]
pub fn remember(mut standings: Vec<Standing>, proofs: &BTreeMap<String, Timestamp>) -> Vec<Standing> {
    for standing in &mut standings {
        standing.last_proof = standing.last_proof.max(proofs.get(&standing.promise).copied());
    }
    standings
}
