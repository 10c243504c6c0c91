//! What people are known by: an id that a platform gave in an app, an e-mail address, a handle on a platform.
//! All of it is personal data, so its types print `redacted`.

mod email;
mod handle;

pub use email::{EmailAddress, InvalidEmail};
pub use handle::{Handle, InvalidHandle};

use std::fmt;

use crate::ids::{Platform, TenantId, UserId};

/// Text that is not a namespace: 1 to 32 characters of `[a-z0-9-]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a namespace of 1 to 32 characters of [a-z0-9-]")]
pub struct InvalidNamespace;

/// The app that an id belongs to: the same digits in two apps are two people.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Namespace(String);

impl Namespace {
    /// # Errors
    /// [`InvalidNamespace`]
    pub fn parse(text: &str) -> Result<Self, InvalidNamespace> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (1..=32).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidNamespace)
        }
    }

    /// `facebook`, `instagram`, …
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&Platform> for Namespace {
    /// Names of platforms are namespaces: they are drawn from fewer texts.
    fn from(platform: &Platform) -> Self {
        Self(platform.as_str().to_owned())
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Text that is not a platform id: 1 to 32 decimal digits, kept exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a platform id of 1 to 32 decimal digits")]
pub struct InvalidPlatformId;

/// An id that a platform gave a person or a page. Personal data.
#[derive(Clone, PartialEq, Eq)]
pub struct PlatformId(String);

impl PlatformId {
    /// # Errors
    /// [`InvalidPlatformId`]
    pub fn parse(text: &str) -> Result<Self, InvalidPlatformId> {
        if (1..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidPlatformId)
        }
    }

    /// The digits. To be hashed or compared, never logged.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Meta sends the user id `0` when a page, not a person, removed the app. It is nobody.
    #[must_use]
    pub fn is_nobody(&self) -> bool {
        self.0 == "0"
    }
}

crate::redacted!(PlatformId);

/// What kind of thing an id names inside its namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A person, by the id that the app knows them by (app-scoped).
    User,
    /// A page or business account.
    Page,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Page => "page",
        }
    }
}

/// Something that one person, or a page, is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// The id that a platform gave.
    Platform {
        /// The app whose secret or login vouches for the id.
        namespace: Namespace,
        /// Person or page.
        kind: Kind,
        /// The digits.
        id: PlatformId,
    },
    /// An e-mail address.
    Email(EmailAddress),
    /// The name that somebody chose on a platform.
    Handle {
        /// The platform: `instagram`. The same handle on two platforms is two people.
        platform: Namespace,
        /// The name.
        handle: Handle,
    },
    /// A user of a tenant's account at the dashboard, by ids of the product.
    Member {
        /// Whose account.
        tenant: TenantId,
        /// Which user.
        user: UserId,
    },
}

impl Identity {
    /// A person, by the id that an app knows them by.
    #[must_use]
    pub const fn user(namespace: Namespace, id: PlatformId) -> Self {
        Self::Platform { namespace, kind: Kind::User, id }
    }

    /// A page or business account.
    #[must_use]
    pub const fn page(namespace: Namespace, id: PlatformId) -> Self {
        Self::Platform { namespace, kind: Kind::Page, id }
    }

    /// Whether it is what Meta says where it means no person. Whatever is stored under it is nobody's to erase.
    #[must_use]
    pub fn is_nobody(&self) -> bool {
        matches!(self, Self::Platform { id, .. } if id.is_nobody())
    }

    /// The text that keyed references are made of: `facebook/user/218471`, `email/email/ana@example.org`,
    /// `instagram/handle/ana.lima`, `dashboard/member/tenant-alder/7`. Personal data.
    pub(crate) fn canonical(&self) -> String {
        match self {
            Self::Platform { namespace, kind, id } => format!("{namespace}/{}/{}", kind.as_str(), id.0),
            Self::Email(address) => format!("email/email/{}", address.expose()),
            Self::Handle { platform, handle } => format!("{platform}/handle/{}", handle.expose()),
            // No id holds a slash.
            Self::Member { tenant, user } => format!("dashboard/member/{tenant}/{user}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_never_prints_what_somebody_is_known_by() {
        let namespace = |name| Namespace::parse(name).unwrap();
        let identities = [
            (Identity::user(namespace("facebook"), PlatformId::parse("218471").unwrap()), "218471"),
            (Identity::Email(EmailAddress::parse("ana@example.org").unwrap()), "ana"),
            (Identity::Handle { platform: namespace("threads"), handle: Handle::parse("ana").unwrap() }, "ana"),
        ];
        for (identity, secret) in identities {
            let printed = format!("{identity:?}");
            assert!(!printed.contains(secret) && printed.contains("redacted"), "{printed}");
        }
    }

    #[test]
    fn no_two_kinds_have_one_text() {
        let namespace = |name| Namespace::parse(name).unwrap();
        let id = PlatformId::parse("7").unwrap();
        let texts = [
            Identity::user(namespace("instagram"), id.clone()),
            Identity::page(namespace("instagram"), id.clone()),
            Identity::Handle { platform: namespace("instagram"), handle: Handle::parse("7").unwrap() },
            Identity::Handle { platform: namespace("facebook"), handle: Handle::parse("7").unwrap() },
            Identity::user(namespace("email"), id),
            Identity::Handle { platform: namespace("email"), handle: Handle::parse("7").unwrap() },
            Identity::Email(EmailAddress::parse("7@example.org").unwrap()),
            Identity::Handle { platform: namespace("dashboard"), handle: Handle::parse("7").unwrap() },
            Identity::Member { tenant: TenantId::parse("member").unwrap(), user: UserId::parse("7").unwrap() },
            Identity::Member { tenant: TenantId::parse("7").unwrap(), user: UserId::parse("member").unwrap() },
        ]
        .map(|identity| identity.canonical());
        assert_eq!(texts.iter().collect::<std::collections::BTreeSet<_>>().len(), texts.len(), "{texts:?}");
    }

    #[test]
    fn ids_are_digits_kept_exactly() {
        for bad in ["", "-1", "1.0", "1e3", " 1", "１", &"9".repeat(33)] {
            assert_eq!(PlatformId::parse(bad).err(), Some(InvalidPlatformId), "{bad:?}");
        }
        for good in ["0", "007", "17841400008460056"] {
            assert_eq!(PlatformId::parse(good).unwrap().expose(), good);
        }
    }
}
