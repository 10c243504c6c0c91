//! What follows an erasure, in memory: vendors of the world, and receipts under keys for tests.

use std::sync::LazyLock;

use super::World;
use crate::data_map::DataMap;
use crate::erasure::{Certifying, Proof};
use crate::keys::SubjectKeys;
use crate::receipt::SigningKey;

static SUBJECT_KEYS: LazyLock<SubjectKeys> =
    LazyLock::new(|| match SubjectKeys::parse(r#"{"current":"v1","v1":"0123456789abcdef0123456789abcdef"}"#) {
        Ok(keys) => keys,
        Err(error) => unreachable!("{error}"),
    });

static SIGNING_KEY: LazyLock<SigningKey> =
    LazyLock::new(|| match SigningKey::parse(&format!(r#"{{"seed":"{}"}}"#, "7".repeat(64))) {
        Ok(key) => key,
        Err(error) => unreachable!("{error}"),
    });

/// Processors and receipts of a world.
#[must_use]
pub fn proof<'a>(world: &'a World, map: &'a DataMap) -> Proof<'a, World, World, World, World> {
    Proof {
        processors: world,
        certifying: Certifying {
            ledger: world,
            store: world,
            clock: world,
            map,
            subject_keys: &SUBJECT_KEYS,
            signing_key: &SIGNING_KEY,
        },
    }
}
