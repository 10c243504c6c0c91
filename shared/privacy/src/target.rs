//! Whom or what an obligation is about: a person found by identity links, or one connection of a tenant.

use crate::ids::Platform;
use crate::keys::KeyedRef;
use crate::scope::Place;

/// What is to be erased. Holds keyed references and opaque ids, never a platform's id of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A person of a platform, wherever identity links lead.
    Person {
        /// Where the identity links stand, one per key version.
        links: Vec<KeyedRef>,
        /// Where the suppression entries stand, one per key version.
        suppressions: Vec<KeyedRef>,
    },
    /// Everything that came through one connection.
    Connection {
        /// Which; it names no contact.
        place: Place,
        /// The platform that the dashboard named.
        platform: Platform,
    },
}

impl Target {
    /// The identity links to follow.
    #[must_use]
    pub fn links(&self) -> &[KeyedRef] {
        match self {
            Self::Person { links, .. } => links,
            Self::Connection { .. } => &[],
        }
    }

    /// The suppression entries to raise.
    #[must_use]
    pub fn suppressions(&self) -> &[KeyedRef] {
        match self {
            Self::Person { suppressions, .. } => suppressions,
            Self::Connection { .. } => &[],
        }
    }

    /// The place that is reached without any link.
    #[must_use]
    pub const fn place(&self) -> Option<&Place> {
        match self {
            Self::Person { .. } => None,
            Self::Connection { place, .. } => Some(place),
        }
    }
}
