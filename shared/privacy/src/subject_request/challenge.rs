//! A code that was sent to whoever asks. It is made where it is sent and stored nowhere: what is kept is a keyed hash.
//!
//! It lives for [`LIFETIME`], can be tried [`TRIES`] times, each counted before it is looked at, and dies with its first use
//! and with the next code.

use jiff::{SignedDuration, Timestamp};

use super::Proof;
use crate::fault::Fault;
use crate::hex::hex;
use crate::instant;
use crate::keys::{KeyedRef, SubjectKeys};
use crate::obligation::ObligationId;

/// How long a code can be used.
pub const LIFETIME: SignedDuration = SignedDuration::from_mins(10);
/// How often a code can be tried.
pub const TRIES: u8 = 3;
/// What stands for the tries of one that another was promised for: more than anybody has.
pub const VOID: u16 = 1_000;
/// How many digits it has.
pub const DIGITS: usize = 6;

/// Random bytes: enough for a code without bias, and its salt.
pub type Seed = [u8; 24];

/// What is kept of a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// Names this code among those of the request, and salts its hash.
    pub salt: String,
    /// Its keyed hash.
    pub digest: KeyedRef,
    /// What whoever knows it has shown.
    pub proof: Proof,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// The code itself, on its way to whoever asks. Never printed, never stored.
pub struct Code(String);

impl Code {
    /// The digits, for the message that carries them.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

crate::redacted!(Code);

impl Challenge {
    /// Makes a code and what is kept of it.
    ///
    /// # Errors
    /// [`Fault`] when the ring has no key.
    pub fn make(
        keys: &SubjectKeys,
        id: &ObligationId,
        proof: Proof,
        seed: &Seed,
        now: Timestamp,
    ) -> Result<(Self, Code), Fault> {
        let (number, salt) = seed.split_at(8);
        let number = number.iter().fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        // 64 bits over a million: no code is likelier than another by more than one in ten million million.
        let code = format!("{:0width$}", number % 10_u64.pow(6), width = DIGITS);
        let salt = hex(salt);
        let digest =
            keys.challenge(id, &salt, &code).ok_or_else(|| Fault::park("challenge", "no key hashes a code"))?;
        let expires_at = instant::to_millis(now + LIFETIME);
        Ok((Self { salt, digest, proof, expires_at }, Code(code)))
    }

    /// Whether this is its code. Takes the same time for every text of a length.
    #[must_use]
    pub fn is_answered_by(&self, keys: &SubjectKeys, id: &ObligationId, code: &str) -> bool {
        // People copy codes with the spaces that a mail program puts in.
        let digits: String = code.chars().filter(|character| !character.is_whitespace()).collect();
        digits.len() == DIGITS && keys.is_challenge(id, &self.salt, &digits, &self.digest)
    }
}
