//! Receipts: what was erased, by when and why it was owed, signed and chained, so that anyone who holds the public
//! key can check them offline.
//!
//! A chain is a row of entries in write-once places. Each carries a body of some kind (now: an erasure receipt) and
//! the hash of the entry before it. Nothing in it is anybody's: keyed references, dates, counts and names out of the
//! policy, by type.
//!
//! ```text
//! receipts/<chain>/0000000001.json     <chain>: a keyed reference of the tenant
//! receipts/<chain>/0000000002.json
//! receipts/<chain>/head.json           the newest place and its hash, so that a cut-off tail is found
//! ```
//!
//! A file is one line, `{"signed":"<text>","key":"<id>","signature":"<hex>"}` and a line feed. The signature is Ed25519 over
//! the bytes of the text; nothing is serialised again to check it. The text is compact JSON, fields in the order of
//! [`Entry`] and [`ChainHead`], maps sorted by key, instants in UTC with milliseconds. `previous` is the SHA-256 of the
//! whole file before, as `sha256sum` prints it.

mod append;
mod body;
mod check;
mod entry;
mod envelope;
mod hash;
mod names;
mod ports;
mod position;
pub(crate) mod reach;
mod signing;
pub(crate) mod stored;

pub use append::{Appended, Chains};
pub use body::{Body, ClassOutcome, Confirmation, ErasureReceipt, LastDay, Undraftable, tenants};
pub use check::{ChainCheck, HeadProblem, Problem, Summary};
pub use entry::{ChainHead, Entry};
pub use envelope::Unsealed;
pub use hash::EntryHash;
pub use names::{EventName, InvalidName, Name, Section, Zone};
pub use ports::{ChainLedger, ChainStore, Intent, Occasion, Put, StoredHead, Tag};
pub use position::{AUDIT_ROOT, HEAD_NAME, Position, ROOT, seq_of_name};
pub use signing::{InvalidPublicKeys, InvalidSigningKey, KeyId, PublicKeys, SigningKey};
