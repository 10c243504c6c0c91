//! Whom or what an obligation is about: a person found by identity links, one connection of a tenant, or a part of
//! what a tenant leaves behind.

use std::collections::BTreeSet;

use crate::ids::{Platform, TenantId};
use crate::keys::KeyedRef;
use crate::scope::{Part, Place};

/// How far an obligation towards a person reaches among the places that their links lead to. Pure; asked wherever a link is
/// followed, so that what it does not allow is neither marked, counted, erased nor looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Limit {
    /// To every one: a platform asked for them, or they are a child.
    Everywhere,
    /// To what nobody but the person decides: what they are as a user of an account, which we keep for ourselves, where they
    /// logged in as that user; and what came through connections to these platforms, whose terms give their users the last
    /// word.
    OnTheirWord {
        /// Which.
        platforms: BTreeSet<Platform>,
        /// As which user they logged in. An address or a handle opens no account, whoever's it is.
        user: Option<Place>,
    },
    /// To all that one tenant has of them as their contact: it said so. Who works with its account is ours to decide.
    Tenant(TenantId),
}

impl Limit {
    /// Whether a place may be touched. `platform` is that of its connection, where it has one that is known.
    #[must_use]
    pub fn allows(&self, place: &Place, platform: Option<&Platform>) -> bool {
        match (self, &place.part) {
            (Self::Everywhere, _) => true,
            (Self::Tenant(_), Part::User(_)) => false,
            (Self::Tenant(tenant), _) => place.tenant == *tenant,
            (Self::OnTheirWord { user, .. }, Part::User(_)) => user.as_ref() == Some(place),
            (Self::OnTheirWord { platforms, .. }, Part::Connection(..)) => {
                platform.is_some_and(|platform| platforms.contains(platform))
            }
            (Self::OnTheirWord { .. }, Part::Own | Part::OwnContact(_)) => false,
        }
    }

    /// Whether the platform of a connection decides.
    #[must_use]
    pub const fn asks_for_platform(&self) -> bool {
        matches!(self, Self::OnTheirWord { .. })
    }
}

/// What is to be erased. Holds keyed references and opaque ids, never a platform's id of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A person of a platform, wherever identity links lead.
    Person {
        /// Where the identity links stand, one per key version.
        links: Vec<KeyedRef>,
        /// Where the suppression entries stand, one per key version.
        suppressions: Vec<KeyedRef>,
        /// Which of those places.
        limit: Limit,
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

    /// The suppression entries to raise. They refuse whatever is a person's, so only what reaches everywhere raises them; the
    /// places that others reach are marked one by one.
    #[must_use]
    pub fn suppressions(&self) -> &[KeyedRef] {
        match self {
            Self::Person { suppressions, limit: Limit::Everywhere, .. } => suppressions,
            Self::Person { limit: Limit::OnTheirWord { .. } | Limit::Tenant(_), .. }
            | Self::Connection { .. }
            | Self::Tenant { .. } => &[],
        }
    }

    /// Which of the places that links lead to it may touch.
    #[must_use]
    pub const fn limit(&self) -> &Limit {
        match self {
            Self::Person { limit, .. } => limit,
            Self::Connection { .. } | Self::Tenant { .. } => &Limit::Everywhere,
        }
    }

    /// The references by which processors know the person. A tenant's word is about its own data only.
    #[must_use]
    pub fn known_by(&self) -> &[KeyedRef] {
        match self {
            Self::Person { links, limit: Limit::Everywhere | Limit::OnTheirWord { .. }, .. } => links,
            Self::Person { limit: Limit::Tenant(_), .. } | Self::Connection { .. } | Self::Tenant { .. } => &[],
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::{own_contact_place, place, user_place};

    #[test]
    fn a_limit_reaches_what_whoever_asked_decides_and_nothing_else() {
        let platform = |name: &str| Platform::parse(name).unwrap();
        let platforms = BTreeSet::from([platform("facebook"), platform("instagram")]);
        let login = Limit::OnTheirWord { platforms: platforms.clone(), user: Some(user_place("alder", "u1")) };
        let word = Limit::OnTheirWord { platforms, user: None };
        let alder = Limit::Tenant(TenantId::parse("alder").unwrap());
        let (meta, other) = (platform("instagram"), platform("linkedin"));
        // everywhere, after a login as alder's u1, on their word, alder's
        let cases = [
            (user_place("alder", "u1"), None, [true, true, false, false]),
            (user_place("alder", "u11"), None, [true, false, false, false]),
            (user_place("birch", "u1"), None, [true, false, false, false]),
            (own_contact_place("alder", "p1"), None, [true, false, false, true]),
            (own_contact_place("birch", "p1"), None, [true, false, false, false]),
            (place("alder", "c1", Some("p1")), Some(&meta), [true, true, true, true]),
            (place("birch", "c1", Some("p1")), Some(&meta), [true, true, true, false]),
            (place("birch", "c1", None), Some(&meta), [true, true, true, false]),
            (place("alder", "c1", Some("p1")), Some(&other), [true, false, false, true]),
            (place("birch", "c1", None), Some(&other), [true, false, false, false]),
            // A connection whose platform nobody knows is not one of theirs.
            (place("birch", "c1", Some("p1")), None, [true, false, false, false]),
        ];
        for (place, platform, expected) in cases {
            let allowed = [&Limit::Everywhere, &login, &word, &alder].map(|limit| limit.allows(&place, platform));
            assert_eq!(allowed, expected, "{place} {platform:?}");
        }
    }

    #[test]
    fn what_is_limited_marks_no_person_and_tells_no_processor_for_a_tenant() {
        let person = |limit| Target::Person {
            links: vec![KeyedRef::from_stored("v1-link".to_owned())],
            suppressions: vec![KeyedRef::from_stored("v1-owner".to_owned())],
            limit,
        };
        let word = person(Limit::OnTheirWord { platforms: BTreeSet::new(), user: None });
        let tenant = person(Limit::Tenant(TenantId::parse("alder").unwrap()));
        let everywhere = person(Limit::Everywhere);
        let counts = |target: &Target| (target.links().len(), target.suppressions().len(), target.known_by().len());
        assert_eq!([&everywhere, &word, &tenant].map(counts), [(1, 1, 1), (1, 0, 1), (1, 0, 0)]);
    }
}
