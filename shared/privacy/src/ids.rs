//! Opaque ids of the product: tenant, connection, contact, user. They go into keys and prefixes, so the type
//! is the proof that they hold no separator and nothing but `[A-Za-z0-9_-]`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An id was empty, longer than 64 bytes, or held something other than `[A-Za-z0-9_-]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an opaque id of 1 to 64 characters of [A-Za-z0-9_-]")]
pub struct InvalidId;

fn is_opaque(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

macro_rules! opaque_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// # Errors
            /// [`InvalidId`] when the text is not 1 to 64 characters of `[A-Za-z0-9_-]`.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                if is_opaque(text) { Ok(Self(text.to_owned())) } else { Err(InvalidId) }
            }

            /// The id as it stands in keys.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                if is_opaque(&text) { Ok(Self(text)) } else { Err(InvalidId) }
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

opaque_id! {
    /// A customer of the company that runs this service.
    TenantId
}
opaque_id! {
    /// One authorised connection of a tenant to a platform. Never used twice: a reconnect makes a new one.
    ConnectionId
}
/// The name of a platform: 1 to 64 characters of `[a-z0-9._-]`, beginning with a letter or a digit. Names that the policy
/// does not know are platforms too: what is disconnected is erased all the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Platform(String);

impl TryFrom<String> for Platform {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, InvalidId> {
        Self::parse(&text)
    }
}

impl From<Platform> for String {
    fn from(platform: Platform) -> Self {
        platform.0
    }
}

impl Platform {
    /// # Errors
    /// [`InvalidId`]
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let allowed = |byte: u8| is_letter(byte) || matches!(byte, b'-' | b'_' | b'.');
        if text.bytes().next().is_some_and(is_letter) && text.len() <= 64 && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidId)
        }
    }

    /// The name for what people call a platform: in lower case, and with a hyphen for whatever a name cannot hold.
    #[must_use]
    pub fn called(text: &str) -> Self {
        let lower = text.trim().to_lowercase();
        Self::parse(&lower).unwrap_or_else(|InvalidId| {
            let is_allowed = |letter: &char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
            let parts = lower.split(|letter| !is_allowed(&letter)).filter(|part| !part.is_empty());
            let name: String = parts.collect::<Vec<_>>().join("-").chars().take(64).collect();
            Self(if name.is_empty() { "unnamed".to_owned() } else { name })
        })
    }

    /// As it stands in paths and rows.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

opaque_id! {
    /// A person who interacted with a connected account, as a keyed reference. Holds no platform id.
    ContactId
}
opaque_id! {
    /// Somebody who works with a tenant's account. Holds no e-mail address.
    UserId
}

opaque_id! {
    /// What a tenant gave its instruction about a person under: the name of a letter, a ticket, a call. Says nothing of anybody.
    InstructionId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_may_be_called_as_platforms_are() {
        let long = "a".repeat(64);
        for name in ["google_ads", "x.com", "500px", "linkedin-pages", &long] {
            assert_eq!(Platform::parse(name).map(|platform| platform.as_str().to_owned()), Ok(name.to_owned()));
        }
        let longer = "a".repeat(65);
        for name in ["", "_ads", "Google", "a#b", "a/b", "a b", "a%20b", "ä", &longer] {
            assert_eq!(Platform::parse(name), Err(InvalidId), "{name}");
        }
    }

    #[test]
    fn whatever_a_platform_is_called_it_has_a_name() {
        let long = "x y".repeat(40);
        for (called, name) in [
            ("LinkedIn", "linkedin"),
            (" linkedin ", "linkedin"),
            ("Google Ads", "google-ads"),
            ("google_ads-", "google_ads-"),
            ("a/b#c", "a-b-c"),
            ("_ads", "ads"),
            ("Zoë's shop", "zo-s-shop"),
            ("ÄÖ", "unnamed"),
            ("", "unnamed"),
            (" ", "unnamed"),
        ] {
            assert_eq!(Platform::called(called), Platform::parse(name).unwrap(), "{called}");
        }
        assert_eq!(Platform::called(&long).as_str().len(), 64);
        assert!(Platform::parse(Platform::called(&long).as_str()).is_ok());
    }

    #[test]
    fn an_id_cannot_smuggle_a_separator_into_a_key() {
        for bad in ["", "a#b", "a/b", "a b", "a{b", "ä", &"x".repeat(65)] {
            assert_eq!(TenantId::parse(bad), Err(InvalidId), "{bad:?}");
        }
        assert_eq!(TenantId::parse("tenant-alder_1").unwrap().as_str(), "tenant-alder_1");
    }
}
