//! Handles: the names that people chose on a platform, in the one form that they are matched by.

use serde::{Deserialize, Serialize};

/// Text that is not a handle. Says nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a handle of 1 to 100 characters of [A-Za-z0-9._-]")]
pub struct InvalidHandle;

/// A handle, normalised. Personal data.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Handle(String);

const BYTES_MAX: usize = 100;

impl Handle {
    /// Blanks around it and one `@` in front go, letters become small: platforms tell no two people apart by case. What is
    /// allowed is what any platform of today allows, not what each does.
    ///
    /// # Errors
    /// [`InvalidHandle`]
    pub fn parse(text: &str) -> Result<Self, InvalidHandle> {
        let text = text.trim();
        let text = text.strip_prefix('@').unwrap_or(text);
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        let has_name = text.bytes().any(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if has_name && text.len() <= BYTES_MAX && text.bytes().all(is_allowed) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(InvalidHandle)
        }
    }

    /// The handle, without `@`. To be hashed or compared, never logged.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Handle {
    type Error = InvalidHandle;

    fn try_from(text: String) -> Result<Self, InvalidHandle> {
        Self::parse(&text)
    }
}

impl From<Handle> for String {
    fn from(handle: Handle) -> Self {
        handle.0
    }
}

crate::redacted!(Handle);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_has_one_form_however_it_is_written() {
        for (text, expected) in [
            ("ana.lima", "ana.lima"),
            (" @Ana.Lima ", "ana.lima"),
            ("ANA_LIMA-7", "ana_lima-7"),
            ("_", "_"),
            ("7", "7"),
        ] {
            assert_eq!(Handle::parse(text).as_ref().map(Handle::expose), Ok(expected), "{text}");
        }
        assert!(Handle::parse(&"a".repeat(100)).is_ok());
    }

    #[test]
    fn what_is_no_handle_is_refused() {
        for bad in [
            "",
            "@",
            " ",
            "@@ana",
            "ana lima",
            "ana@example.org",
            "ana/lima",
            "ana#1",
            "änä",
            ".",
            "-.-",
            "ａｎａ",
            "a\0",
        ] {
            assert_eq!(Handle::parse(bad).err(), Some(InvalidHandle), "{bad:?}");
        }
        assert!(Handle::parse(&"a".repeat(101)).is_err());
    }

    #[test]
    fn a_handle_never_prints_itself() {
        assert_eq!(format!("{:?}", Handle::parse("@ana.lima").unwrap()), "Handle(redacted)");
    }
}
