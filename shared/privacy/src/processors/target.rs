//! What a processor is asked about: opaque ids, by type.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::ids::ContactId;
use crate::keys::KeyedRef;
use crate::policy::processor::TargetKind;
use crate::scope::Place;

/// One person, one connection or one contact of a connection. Holds no platform id, name or address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// One person, by a keyed reference.
    Subject(KeyedRef),
    /// Everything of a connection, or one contact in it.
    Place(Place),
}

impl Target {
    /// What it is.
    #[must_use]
    pub const fn kind(&self) -> TargetKind {
        match self {
            Self::Subject(_) => TargetKind::Subject,
            Self::Place(Place { contact: None, .. }) => TargetKind::Connection,
            Self::Place(Place { contact: Some(_), .. }) => TargetKind::Contact,
        }
    }

    /// The id behind a placeholder, if a target of this kind has one.
    #[must_use]
    pub fn id(&self, placeholder: &str) -> Option<&str> {
        match (self, placeholder) {
            (Self::Subject(subject), "subject") => Some(subject.as_str()),
            (Self::Place(place), "tenant") => Some(place.tenant.as_str()),
            (Self::Place(place), "connection") => place.connection.as_ref().map(crate::ids::ConnectionId::as_str),
            (Self::Place(place), "contact") => place.contact.as_ref().map(ContactId::as_str),
            (Self::Subject(_) | Self::Place(_), _) => None,
        }
    }

    fn canonical(&self) -> String {
        match self {
            Self::Subject(subject) => format!("subject#{subject}\n"),
            Self::Place(place) => format!("place#{place}\n"),
        }
    }
}

/// Names a set of targets: SHA-256 in hex digits, whatever their order.
pub(super) fn digest(targets: &[&Target]) -> String {
    let mut hash = Sha256::new();
    for target in targets {
        hash.update(target.canonical().as_bytes());
    }
    data_encoding::HEXLOWER.encode(&hash.finalize())
}

/// Each target once, in an order that does not depend on the caller's.
pub(super) fn in_order(targets: &[Target]) -> Vec<&Target> {
    let mut ordered: Vec<&Target> = targets.iter().collect();
    ordered.sort();
    ordered.dedup();
    ordered
}
