//! Numbers that are derived, and stored nowhere.

use hmac::Mac;

use super::{Purpose, SubjectKeys};

impl SubjectKeys {
    /// A number that only who holds the keys can count, from a name of its own among counters: 64 bits.
    #[must_use]
    pub fn number(&self, canonical: &str) -> Option<u64> {
        let digest = self.versions.first()?.mac(Purpose::Limit, canonical).finalize().into_bytes();
        Some(digest.iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte)))
    }
}
