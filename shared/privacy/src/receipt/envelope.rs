//! A stored file: the signed text, who signed it, and the signature.

use serde::{Deserialize, Serialize};

use super::signing::{KeyId, PublicKeys, SigningKey, Verdict};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope {
    signed: String,
    key: KeyId,
    signature: String,
}

/// Why a stored file proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsealed {
    /// Not byte for byte what this service stores.
    #[error("is not in the form it was stored in")]
    Form,
    /// Signed with a key that was not given.
    #[error("is signed with the key {}, which was not given", .0.as_str())]
    UnknownKey(KeyId),
    /// Not the text that was signed.
    #[error("does not match its signature")]
    Signature,
}

/// The file for a text.
pub(super) fn seal(text: String, key: &SigningKey) -> Result<String, serde_json::Error> {
    let signature = key.sign(&text);
    to_file(&Envelope { signed: text, key: key.id(), signature })
}

/// The text of a file, whose signature is good.
pub(super) fn open(stored: &[u8], keys: &PublicKeys) -> Result<String, Unsealed> {
    let envelope = read(stored)?;
    match keys.verify(&envelope.signed, &envelope.key, &envelope.signature) {
        Verdict::Good => Ok(envelope.signed),
        Verdict::UnknownKey => Err(Unsealed::UnknownKey(envelope.key)),
        Verdict::Bad => Err(Unsealed::Signature),
    }
}

/// The text of a file of ours, whose signature is not looked at.
pub(super) fn peek(stored: &[u8]) -> Result<String, Unsealed> {
    read(stored).map(|envelope| envelope.signed)
}

fn read(stored: &[u8]) -> Result<Envelope, Unsealed> {
    let envelope: Envelope = serde_json::from_slice(stored).map_err(|_| Unsealed::Form)?;
    // One text, key and signature make one file: a blank or an escape more is not ours.
    let is_ours = to_file(&envelope).is_ok_and(|file| file.as_bytes() == stored);
    if is_ours { Ok(envelope) } else { Err(Unsealed::Form) }
}

fn to_file(envelope: &Envelope) -> Result<String, serde_json::Error> {
    serde_json::to_string(envelope).map(|line| line + "\n")
}
