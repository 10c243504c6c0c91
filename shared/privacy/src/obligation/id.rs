//! Ids of obligations: what each is derived from, and where it may be shown.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::hex::first_hex;
use crate::ids::TenantId;
use crate::keys;
use crate::scope::Place;

/// Text that is not an obligation id: 26 to 64 characters of `[a-z0-9]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an obligation id")]
pub struct InvalidObligationId;

/// The key of an obligation. For a Meta callback it is also the confirmation code, which opens the status
/// page: it stands in rows, queue messages and that one URL; logs get [`ObligationId::log_ref`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ObligationId(String);

/// Which of the two rows of every phase an end of an account stands in. A second end that comes while something of the first is
/// open stands beside it, all of it in the other rows: each end keeps its own clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The rows of the first end, and of each that came when all of the one before was over.
    First,
    /// The rows of an end that came while the first was open.
    Second,
}

impl Turn {
    /// Both.
    pub const ALL: [Self; 2] = [Self::First, Self::Second];

    /// The turn that a phase of a termination takes.
    #[must_use]
    pub fn of(id: &ObligationId, tenant: &TenantId, phase: &str) -> Self {
        if *id == ObligationId::of_turn(tenant, phase, Self::Second) { Self::Second } else { Self::First }
    }
}

/// What the id of a request that a person made begins with.
const REQUEST: char = '8';
/// What the id of an obligation for a part of one begins with.
const PART: char = '9';

impl TryFrom<String> for ObligationId {
    type Error = InvalidObligationId;

    fn try_from(text: String) -> Result<Self, InvalidObligationId> {
        Self::parse(&text)
    }
}

impl From<ObligationId> for String {
    fn from(id: ObligationId) -> Self {
        id.0
    }
}

impl ObligationId {
    /// # Errors
    /// [`InvalidObligationId`]
    pub fn parse(text: &str) -> Result<Self, InvalidObligationId> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        if (26..=64).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidObligationId)
        }
    }

    /// The obligation to erase a connection: its key is the connection, so that whoever is about to store something of
    /// it, or to use its tokens, can check that one row. Tenant and connection ids are opaque, so no key is needed;
    /// the `0` in front, which no code has, keeps it from being one.
    #[must_use]
    pub fn of_connection(place: &Place) -> Self {
        let digest = Sha256::digest(format!("connection\n{}", place.to_string().replace('#', "\n")).as_bytes());
        let bytes: Vec<u8> = digest.iter().copied().take(keys::REFERENCE_BYTES).collect();
        Self(format!("0{}", keys::lower_base32().encode(&bytes)))
    }

    /// The obligation of one phase of a tenant's termination. Beginning with `1`, which no code does.
    #[must_use]
    pub fn of_termination(tenant: &TenantId, phase: &str) -> Self {
        Self::of_turn(tenant, phase, Turn::First)
    }

    /// As [`Self::of_termination`], of an end that takes this turn.
    #[must_use]
    pub fn of_turn(tenant: &TenantId, phase: &str, turn: Turn) -> Self {
        let of = match turn {
            Turn::First => "termination",
            Turn::Second => "termination beside another",
        };
        let digest = Sha256::digest(format!("{of}\n{tenant}\n{phase}").as_bytes());
        let bytes: Vec<u8> = digest.iter().copied().take(keys::REFERENCE_BYTES).collect();
        Self(format!("1{}", keys::lower_base32().encode(&bytes)))
    }

    /// The reference of a request that a person made: 160 bits that nobody can guess and that say nothing. Beginning with `8`,
    /// which nothing else does.
    #[must_use]
    pub fn of_request(seed: &[u8; keys::REFERENCE_BYTES]) -> Self {
        Self(format!("{REQUEST}{}", keys::lower_base32().encode(seed)))
    }

    /// The obligation of such a request since an appeal had everything shown anew. It is as a reference, and nobody is given it.
    #[must_use]
    pub fn of_reopened(&self, appeal: &Self) -> Self {
        let digest = Sha256::digest(format!("reopened\n{}\n{}", self.0, appeal.0).as_bytes());
        let bytes: Vec<u8> = digest.iter().copied().take(keys::REFERENCE_BYTES).collect();
        Self(format!("{REQUEST}{}", keys::lower_base32().encode(&bytes)))
    }

    /// The obligation of a part of such a request that somebody else decided. Beginning with `9`, which no code does.
    #[must_use]
    pub fn of_part(&self, part: &str) -> Self {
        let digest = Sha256::digest(format!("part\n{}\n{part}", self.0).as_bytes());
        let bytes: Vec<u8> = digest.iter().copied().take(keys::REFERENCE_BYTES).collect();
        Self(format!("{PART}{}", keys::lower_base32().encode(&bytes)))
    }

    /// Whether it is the obligation of a part of a request.
    #[must_use]
    pub fn is_part(&self) -> bool {
        self.is_after(PART)
    }

    /// Whether it is the reference of a request that a person made.
    #[must_use]
    pub fn is_request(&self) -> bool {
        self.is_after(REQUEST)
    }

    fn is_after(&self, first: char) -> bool {
        let is_digit = |byte: u8| byte.is_ascii_lowercase() || (b'2'..=b'7').contains(&byte);
        let digest = self.0.strip_prefix(first);
        digest.is_some_and(|digest| digest.len() == keys::REFERENCE_BYTES * 8 / 5 && digest.bytes().all(is_digit))
    }

    /// Whether this is a confirmation code: of a person's request, which has a status page.
    #[must_use]
    pub fn is_code(&self) -> bool {
        !self.0.starts_with(['0', '1', PART])
    }

    /// The code itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The partition key of its row in the ledger.
    #[must_use]
    pub fn partition(&self) -> String {
        format!("obligation#{}", self.0)
    }

    /// A name for logs that does not open the status page: 12 hex digits of SHA-256.
    #[must_use]
    pub fn log_ref(&self) -> String {
        first_hex(&Sha256::digest(self.0.as_bytes()), 6)
    }

    /// Which of `shards` parts of the due index it stands in.
    #[must_use]
    pub fn shard(&self, shards: u8) -> u8 {
        let first = Sha256::digest(self.0.as_bytes()).first().copied().unwrap_or_default();
        first.checked_rem(shards).unwrap_or_default()
    }
}

impl fmt::Debug for ObligationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ObligationId(ref {})", self.log_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_does_not_print_itself() {
        let code = "abcdefghijklmnopqrstuvwxyz234567";
        let id = ObligationId::parse(code).unwrap();
        assert!(!format!("{id:?}").contains(code));
        assert_eq!(id.log_ref().len(), 12);
        assert!(!code.contains(&id.log_ref()));
    }

    #[test]
    fn a_subject_request_has_a_page_and_an_id_like_no_other() {
        let id = ObligationId::of_request(&[7; 20]);
        assert_eq!(id.as_str(), "8a4dqobyha4dqobyha4dqobyha4dqobyh");
        assert!(id.is_code() && id.is_request());
        assert_eq!(ObligationId::parse(id.as_str()), Ok(id.clone()));
        assert_ne!(ObligationId::of_request(&[8; 20]), id);
        let tenant = TenantId::parse("alder").unwrap();
        for other in [
            ObligationId::of_termination(&tenant, "account"),
            ObligationId::parse(&"a".repeat(33)).unwrap(),
            ObligationId::parse(&format!("8{}", "a".repeat(31))).unwrap(),
            ObligationId::parse(&format!("8{}", "1".repeat(32))).unwrap(),
        ] {
            assert!(!other.is_request(), "{}", other.as_str());
        }
    }

    #[test]
    fn a_part_of_a_request_has_an_id_of_its_own_and_no_page() {
        let request = ObligationId::of_request(&[7; 20]);
        let (alder, birch) = (request.of_part("tenant#alder"), request.of_part("tenant#birch"));
        assert!(alder.is_part() && !alder.is_request() && !alder.is_code() && !request.is_part());
        assert_eq!(ObligationId::parse(alder.as_str()), Ok(alder.clone()));
        assert_ne!(alder, birch);
        assert_ne!(ObligationId::of_request(&[8; 20]).of_part("tenant#alder"), alder);
    }

    #[test]
    fn two_ends_of_an_account_stand_side_by_side() {
        let tenant = TenantId::parse("alder").unwrap();
        let [first, second] = Turn::ALL.map(|turn| ObligationId::of_turn(&tenant, "account", turn));
        assert_ne!(first, second);
        assert_eq!(ObligationId::of_termination(&tenant, "account"), first);
        // Rows stand under it: another way to derive it would lose them.
        assert_eq!(first.as_str(), "1m6yj2idjvq2lyy3ydwnp3p53bjxjdrl4");
        assert_eq!(second.as_str(), "1r6vabqmfmysri3lwjy63irrntzk7shrf");
        for (turn, id) in Turn::ALL.into_iter().zip([first, second]) {
            assert!(!id.is_code() && !id.is_request() && !id.is_part(), "{turn:?}");
            assert_eq!(Turn::of(&id, &tenant, "account"), turn);
        }
    }

    #[test]
    fn every_shard_has_its_obligations_and_one_that_stays() {
        let ids: Vec<ObligationId> = (0..100).map(|seed| ObligationId::of_request(&[seed; 20])).collect();
        let shards: std::collections::BTreeSet<u8> = ids.iter().map(|id| id.shard(7)).collect();
        assert_eq!(shards, (0..7).collect());
        // Where a row stands in the due index is stored with it: another way to choose would lose what is there.
        assert_eq!(ids.first().map(|id| (id.shard(16), id.shard(1), id.shard(0))), Some((10, 0, 0)));
    }

    #[test]
    fn only_codes_are_codes() {
        for bad in ["", "abc", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxy#", &"a".repeat(65)] {
            assert!(ObligationId::parse(bad).is_err(), "{bad}");
        }
    }
}
