//! Who a platform means: a namespace (which app), a kind (person or page) and an id.
//! The id is personal data, so its types print `redacted`.

use std::fmt;

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

impl fmt::Debug for PlatformId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlatformId(redacted)")
    }
}

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

/// One identity on one platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The app whose secret or login vouches for the id.
    pub namespace: Namespace,
    /// Person or page.
    pub kind: Kind,
    /// The digits.
    pub id: PlatformId,
}

impl Identity {
    /// The text that keyed references are made of: `facebook/user/218471`. Personal data.
    pub(crate) fn canonical(&self) -> String {
        format!("{}/{}/{}", self.namespace, self.kind.as_str(), self.id.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_never_prints_its_id() {
        let identity = Identity {
            namespace: Namespace::parse("facebook").unwrap(),
            kind: Kind::User,
            id: PlatformId::parse("218471").unwrap(),
        };
        let printed = format!("{identity:?}");
        assert!(!printed.contains("218471"), "{printed}");
        assert!(printed.contains("redacted"));
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
