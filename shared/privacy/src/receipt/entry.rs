//! The signed texts: an entry of a chain, and the head that says how far the chain reaches.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::body::Body;
use super::envelope::{self, Unsealed};
use super::hash::EntryHash;
use super::position::Position;
use super::signing::{PublicKeys, SigningKey};
use super::stored;
use crate::fault::Fault;
use crate::keys::KeyedRef;

/// The only version there is. A text of another one is not read.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
struct Version;

impl TryFrom<u8> for Version {
    type Error = &'static str;

    fn try_from(number: u8) -> Result<Self, Self::Error> {
        if number == 1 { Ok(Self) } else { Err("a version that is not known") }
    }
}

impl From<Version> for u8 {
    fn from(_: Version) -> Self {
        1
    }
}

/// Keeps a signature for an entry from passing for one for a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Type {
    Entry,
    Head,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryText<B> {
    r#type: Type,
    version: Version,
    #[serde(with = "stored::keyed")]
    chain: KeyedRef,
    seq: u64,
    previous: EntryHash,
    #[serde(with = "stored::instant")]
    issued_at: Timestamp,
    body: B,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeadText {
    r#type: Type,
    version: Version,
    #[serde(with = "stored::keyed")]
    chain: KeyedRef,
    seq: u64,
    entry: EntryHash,
    #[serde(with = "stored::instant")]
    issued_at: Timestamp,
}

#[derive(Deserialize)]
struct Tagged {
    kind: super::names::Name,
}

/// An entry: `{"type":"entry","version":1,"chain":…,"seq":…,"previous":…,"issued_at":…,"body":{"kind":…,…}}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it stands.
    pub position: Position,
    /// The file before it; zeros for the first.
    pub previous: EntryHash,
    /// When it was made, in milliseconds.
    pub issued_at: Timestamp,
    /// What it says.
    pub body: Body,
}

/// What every entry has, whatever it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) position: Position,
    pub(super) previous: EntryHash,
    pub(super) issued_at: Timestamp,
    pub(super) kind: String,
}

impl Entry {
    /// The file to store. What could not be read back is not signed.
    ///
    /// # Errors
    /// [`Fault`] for a person: a body that holds what an entry must not.
    pub fn seal(&self, key: &SigningKey) -> Result<String, Fault> {
        let text = serde_json::to_string(&EntryText {
            r#type: Type::Entry,
            version: Version,
            chain: self.position.chain.clone(),
            seq: self.position.seq,
            previous: self.previous,
            issued_at: self.issued_at,
            body: &self.body,
        });
        let text = text.map_err(|error| Fault::park("receipt.seal", error))?;
        if header(&text).is_none() {
            return Err(Fault::park(
                "receipt.seal",
                "the body holds something that is no keyed reference, date or name",
            ));
        }
        envelope::seal(text, key).map_err(|error| Fault::park("receipt.seal", error))
    }

    /// Reads a stored file whose signature is good and whose body this version knows.
    ///
    /// # Errors
    /// [`Unsealed`]
    pub fn open(stored: &[u8], keys: &PublicKeys) -> Result<Self, Unsealed> {
        Self::read(&envelope::open(stored, keys)?)
    }

    /// Reads a stored file and does not look at its signature.
    pub(crate) fn peek(stored: &[u8]) -> Result<Self, Unsealed> {
        Self::read(&envelope::peek(stored)?)
    }

    pub(super) fn read(text: &str) -> Result<Self, Unsealed> {
        let read: EntryText<Body> = serde_json::from_str(text).map_err(|_| Unsealed::Form)?;
        let EntryText { r#type: Type::Entry, version: Version, chain, seq, previous, issued_at, body } = read else {
            return Err(Unsealed::Form);
        };
        Ok(Self { position: Position { chain, seq }, previous, issued_at, body })
    }
}

/// Reads the signed text of an entry. Of a kind that this version does not know, the body may hold anything.
pub(super) fn header(text: &str) -> Option<Header> {
    let EntryText { r#type: Type::Entry, version: Version, chain, seq, previous, issued_at, body } =
        serde_json::from_str::<EntryText<&RawValue>>(text).ok()?
    else {
        return None;
    };
    let kind = serde_json::from_str::<Tagged>(body.get()).ok()?.kind.as_str().to_owned();
    if Body::KINDS.contains(&kind.as_str()) {
        serde_json::from_str::<Body>(body.get()).ok()?;
    }
    Some(Header { position: Position { chain, seq }, previous, issued_at, kind })
}

/// How far a chain reaches: `{"type":"head","version":1,"chain":…,"seq":…,"entry":…,"issued_at":…}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainHead {
    /// The newest place.
    pub position: Position,
    /// The file that stands there.
    pub entry: EntryHash,
    /// When this was written.
    pub issued_at: Timestamp,
}

impl ChainHead {
    /// The file to store.
    ///
    /// # Errors
    /// [`Fault`] for a person.
    pub fn seal(&self, key: &SigningKey) -> Result<String, Fault> {
        let text = serde_json::to_string(&HeadText {
            r#type: Type::Head,
            version: Version,
            chain: self.position.chain.clone(),
            seq: self.position.seq,
            entry: self.entry,
            issued_at: self.issued_at,
        });
        text.and_then(|text| envelope::seal(text, key)).map_err(|error| Fault::park("receipt.seal", error))
    }

    /// Reads a stored file whose signature is good.
    ///
    /// # Errors
    /// [`Unsealed`]
    pub fn open(stored: &[u8], keys: &PublicKeys) -> Result<Self, Unsealed> {
        Self::read(&envelope::open(stored, keys)?)
    }

    /// Reads a stored file and does not look at its signature.
    pub(super) fn peek(stored: &[u8]) -> Result<Self, Unsealed> {
        Self::read(&envelope::peek(stored)?)
    }

    fn read(text: &str) -> Result<Self, Unsealed> {
        let HeadText { r#type: Type::Head, version: Version, chain, seq, entry, issued_at } =
            serde_json::from_str(text).map_err(|_| Unsealed::Form)?
        else {
            return Err(Unsealed::Form);
        };
        Ok(Self { position: Position { chain, seq }, entry, issued_at })
    }
}
