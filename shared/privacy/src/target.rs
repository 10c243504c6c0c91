//! Whom or what an obligation is about: a person found by identity links, one connection of a tenant, or a part of
//! what a tenant leaves behind.

use crate::ids::{Platform, TenantId};
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
    /// One part of what a tenant whose account has ended leaves behind.
    Tenant {
        /// Whose.
        tenant: TenantId,
        /// Which part: a phase of the policy's `[termination]`.
        phase: String,
    },
}

impl Target {
    /// The identity links to follow.
    #[must_use]
    pub fn links(&self) -> &[KeyedRef] {
        match self {
            Self::Person { links, .. } => links,
            Self::Connection { .. } | Self::Tenant { .. } => &[],
        }
    }

    /// The suppression entries to raise.
    #[must_use]
    pub fn suppressions(&self) -> &[KeyedRef] {
        match self {
            Self::Person { suppressions, .. } => suppressions,
            Self::Connection { .. } | Self::Tenant { .. } => &[],
        }
    }

    /// The connection that is named, if it is one.
    #[must_use]
    pub const fn connection(&self) -> Option<&Place> {
        match self {
            Self::Person { .. } | Self::Tenant { .. } => None,
            Self::Connection { place, .. } => Some(place),
        }
    }
}
