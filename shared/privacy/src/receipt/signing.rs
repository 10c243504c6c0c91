//! The key that signs entries and heads, and the keys that may have signed them.

use std::collections::BTreeMap;
use std::fmt;

use data_encoding::HEXLOWER;
use ed25519_dalek::{Signature, Signer, VerifyingKey};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// How much of a public key's hash names it.
const KEY_ID_BYTES: usize = 8;

/// The secret that holds the signing key is not `{"seed": "<64 hex digits>"}`. Says nothing of its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("receipt key: not a JSON object with a seed of 64 hex digits")]
pub struct InvalidSigningKey;

/// Text that is not a list of public keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPublicKeys {
    /// A line that is not 64 hex digits.
    #[error("not a public key of 64 hex digits")]
    NotAKey,
    /// A point that anything would verify under.
    #[error("a public key that proves nothing")]
    Weak,
    /// Nothing could ever verify.
    #[error("no public key")]
    Empty,
}

/// Names a public key: the first 8 bytes of its SHA-256, 16 hex digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct KeyId(String);

impl KeyId {
    fn of(key: &VerifyingKey) -> Self {
        let digest = Sha256::digest(key.as_bytes());
        Self(HEXLOWER.encode(digest.get(..KEY_ID_BYTES).unwrap_or_default()))
    }

    /// The hex digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Secret {
    seed: SecretString,
}

/// Signs. The same text always gets the same signature, so an entry that is made again has the same bytes.
pub struct SigningKey(ed25519_dalek::SigningKey);

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, redacted)", self.id().as_str())
    }
}

impl SigningKey {
    /// Reads `{"seed": "<64 hex digits>"}`.
    ///
    /// # Errors
    /// [`InvalidSigningKey`]
    pub fn parse(json: &str) -> Result<Self, InvalidSigningKey> {
        let secret: Secret = serde_json::from_str(json).map_err(|_| InvalidSigningKey)?;
        let mut seed = Zeroizing::new([0_u8; 32]);
        let hex = secret.seed.expose_secret().as_bytes();
        if HEXLOWER.decode_len(hex.len()) != Ok(seed.len()) {
            return Err(InvalidSigningKey);
        }
        HEXLOWER.decode_mut(hex, seed.as_mut_slice()).map_err(|_| InvalidSigningKey)?;
        Ok(Self(ed25519_dalek::SigningKey::from_bytes(&seed)))
    }

    /// Names the public half.
    #[must_use]
    pub fn id(&self) -> KeyId {
        KeyId::of(&self.0.verifying_key())
    }

    /// The public half, to be published: 64 hex digits.
    #[must_use]
    pub fn public_hex(&self) -> String {
        HEXLOWER.encode(self.0.verifying_key().as_bytes())
    }

    pub(super) fn sign(&self, text: &str) -> String {
        HEXLOWER.encode(&self.0.sign(text.as_bytes()).to_bytes())
    }
}

/// What a signature came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Good,
    UnknownKey,
    Bad,
}

/// Every public key that may have signed: the current one and those before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKeys(BTreeMap<KeyId, VerifyingKey>);

impl PublicKeys {
    /// Reads one key of 64 hex digits to a line. Empty lines and lines that begin with `#` are left out.
    ///
    /// # Errors
    /// [`InvalidPublicKeys`]
    pub fn parse(text: &str) -> Result<Self, InvalidPublicKeys> {
        let mut keys = BTreeMap::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let bytes =
                HEXLOWER.decode(line.to_ascii_lowercase().as_bytes()).map_err(|_| InvalidPublicKeys::NotAKey)?;
            let bytes: [u8; 32] = bytes.try_into().map_err(|_| InvalidPublicKeys::NotAKey)?;
            let key = VerifyingKey::from_bytes(&bytes).map_err(|_| InvalidPublicKeys::NotAKey)?;
            if key.is_weak() {
                return Err(InvalidPublicKeys::Weak);
            }
            keys.insert(KeyId::of(&key), key);
        }
        if keys.is_empty() { Err(InvalidPublicKeys::Empty) } else { Ok(Self(keys)) }
    }

    /// These and those.
    #[must_use]
    pub fn with(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    pub(super) fn verify(&self, text: &str, key: &KeyId, signature: &str) -> Verdict {
        let Some(key) = self.0.get(key) else { return Verdict::UnknownKey };
        let bytes = HEXLOWER.decode(signature.as_bytes()).ok().and_then(|bytes| <[u8; 64]>::try_from(bytes).ok());
        let is_good = bytes.is_some_and(|bytes| {
            // Strict: one signature per text and key, and none under a weak key.
            key.verify_strict(text.as_bytes(), &Signature::from_bytes(&bytes)).is_ok()
        });
        if is_good { Verdict::Good } else { Verdict::Bad }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 8032, section 7.1, test 1: the empty message.
    const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    const PUBLIC: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    const SIGNATURE: &str = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b";

    fn key() -> SigningKey {
        SigningKey::parse(&format!(r#"{{"seed":"{SEED}"}}"#)).unwrap()
    }

    #[test]
    fn signatures_are_those_of_the_standard() {
        assert_eq!(key().public_hex(), PUBLIC);
        assert_eq!(key().sign(""), SIGNATURE);
        assert_eq!(key().id().as_str(), "21fe31dfa154a261");
        let keys = PublicKeys::parse(PUBLIC).unwrap();
        assert_eq!(keys.verify("", &key().id(), SIGNATURE), Verdict::Good);
        assert_eq!(keys.verify(" ", &key().id(), SIGNATURE), Verdict::Bad);
        assert_eq!(keys.verify("", &key().id(), &SIGNATURE.to_ascii_uppercase()), Verdict::Bad);
        assert_eq!(keys.verify("", &KeyId("0000000000000000".to_owned()), SIGNATURE), Verdict::UnknownKey);
    }

    #[test]
    fn a_seed_never_prints() {
        assert!(!format!("{:?}", key()).contains(SEED.get(..8).unwrap()));
        for bad in ["", "{}", r#"{"seed":""}"#, r#"{"seed":"9d61"}"#, &format!(r#"{{"seed":"{}"}}"#, "g".repeat(64))] {
            assert_eq!(SigningKey::parse(bad).err(), Some(InvalidSigningKey), "{bad}");
        }
    }

    #[test]
    fn a_list_of_keys_is_read_line_by_line() {
        let other = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
        let keys = PublicKeys::parse(&format!("# since 2026\n{PUBLIC}\n\n  {}\n", other.to_ascii_uppercase())).unwrap();
        assert_eq!(keys, PublicKeys::parse(other).unwrap().with(PublicKeys::parse(PUBLIC).unwrap()));
        assert_eq!(PublicKeys::parse("# none\n"), Err(InvalidPublicKeys::Empty));
        assert_eq!(PublicKeys::parse("d75a"), Err(InvalidPublicKeys::NotAKey));
        let identity = format!("01{}", "0".repeat(62));
        assert_eq!(PublicKeys::parse(&identity), Err(InvalidPublicKeys::Weak));
    }
}
