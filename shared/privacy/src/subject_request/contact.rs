//! How a person can be reached and is known: an e-mail address, an account of a platform, what they wrote. Personal data:
//! none of it prints.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ids::Platform;

/// Text that a request cannot hold, and so is not a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not text of the expected form")]
pub struct InvalidText;

macro_rules! personal_text {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text itself: to be shown to the person, sent to them, or hashed. Never logged.
            #[must_use]
            pub fn expose(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidText;

            fn try_from(text: String) -> Result<Self, InvalidText> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(redacted)"))
            }
        }
    };
}

personal_text! {
    /// An address that mail can be sent to, with its domain in lower case. At most 254 bytes of visible ASCII, so that it fits
    /// any header and cannot end one.
    EmailAddress
}

impl EmailAddress {
    /// # Errors
    /// [`InvalidText`]
    pub fn parse(text: &str) -> Result<Self, InvalidText> {
        let text = text.trim();
        let is_plain = (3..=254).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        let parsed = email_address::EmailAddress::from_str(text).ok().filter(|_| is_plain).ok_or(InvalidText)?;
        // Quoted local parts and address literals are legal, and nobody's: they only help to smuggle something.
        let is_common = !parsed.local_part().contains(['"', '\\', '<', '>', ',', ';'])
            && !parsed.domain().starts_with('[')
            && parsed.domain().contains('.');
        if !is_common {
            return Err(InvalidText);
        }
        Ok(Self(format!("{}@{}", parsed.local_part(), parsed.domain().to_ascii_lowercase())))
    }

    /// What addresses are compared by: two that differ in case only reach one mailbox nearly everywhere.
    #[must_use]
    pub fn canonical(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

personal_text! {
    /// The name that a platform shows for an account, without a leading `@` and in lower case: 1 to 100 characters that are
    /// neither white space nor control characters.
    Handle
}

impl Handle {
    /// # Errors
    /// [`InvalidText`]
    pub fn parse(text: &str) -> Result<Self, InvalidText> {
        let text = text.trim();
        let text = text.strip_prefix('@').unwrap_or(text).to_lowercase();
        let allowed = |character: char| !character.is_whitespace() && !character.is_control() && character != '@';
        let is_short = (1..=100).contains(&text.chars().count()) && text.len() <= 200;
        if is_short && text.chars().all(allowed) { Ok(Self(text)) } else { Err(InvalidText) }
    }
}

personal_text! {
    /// What somebody wrote in their own words: at most [`Words::BYTES_MAX`] bytes, no control characters but line ends.
    Words
}

impl Words {
    /// The longest text.
    pub const BYTES_MAX: usize = 4_000;

    /// # Errors
    /// [`InvalidText`] when it is empty, too long, or holds control characters.
    pub fn parse(text: &str) -> Result<Self, InvalidText> {
        let text = text.trim().replace("\r\n", "\n");
        let allowed = |character: char| !character.is_control() || character == '\n' || character == '\t';
        let is_sized = (1..=Self::BYTES_MAX).contains(&text.len());
        if is_sized && text.chars().all(allowed) { Ok(Self(text)) } else { Err(InvalidText) }
    }
}

/// An account of a person on a platform, by the name that everybody sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectedAccount {
    /// Of which platform.
    pub platform: Platform,
    /// Its name there.
    pub handle: Handle,
}

/// Where the person of a request can be reached: at least one of both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Mails go there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<EmailAddress>,
    /// Codes go there when there is no address, or when the request is about what came from this account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<ConnectedAccount>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_that_mail_can_be_sent_to() {
        for (text, expected) in [
            (" Mia@Example.COM ", Some("Mia@example.com")),
            ("o'hara+privacy@mail.example.org", Some("o'hara+privacy@mail.example.org")),
            ("", None),
            ("mia", None),
            ("mia@localhost", None),
            ("mia@[127.0.0.1]", None),
            ("\"mia b\"@example.com", None),
            ("mia@example.com\r\nBcc: all@example.com", None),
            ("mia@example.com,leo@example.com", None),
            ("Mia <mia@example.com>", None),
            ("mía@example.com", None),
        ] {
            assert_eq!(EmailAddress::parse(text).ok().as_ref().map(EmailAddress::expose), expected, "{text:?}");
        }
        assert!(EmailAddress::parse(&format!("{}@example.com", "a".repeat(250))).is_err());
    }

    #[test]
    fn a_handle_is_one_word_without_its_sign() {
        for (text, expected) in
            [("@Mia.Loves_Tea", Some("mia.loves_tea")), ("mía", Some("mía")), ("@", None), ("a b", None), ("a@b", None)]
        {
            assert_eq!(Handle::parse(text).ok().as_ref().map(Handle::expose), expected, "{text:?}");
        }
        assert!(Handle::parse(&"x".repeat(101)).is_err());
    }

    #[test]
    fn words_keep_their_lines_and_nothing_that_steers_a_terminal() {
        assert_eq!(Words::parse(" one\r\ntwo ").unwrap().expose(), "one\ntwo");
        for bad in ["", "  ", "\u{1b}[2J", "a\u{0}b", &"x".repeat(4_001)] {
            assert!(Words::parse(bad).is_err());
        }
    }

    #[test]
    fn nothing_of_a_person_prints() {
        let contact = Contact {
            email: EmailAddress::parse("mia@example.com").ok(),
            account: Some(ConnectedAccount {
                platform: Platform::parse("instagram").unwrap(),
                handle: Handle::parse("mia.loves.tea").unwrap(),
            }),
        };
        let printed = format!("{contact:?} {:?}", Words::parse("my secret").unwrap());
        assert!(!printed.contains("mia") && !printed.contains("secret"), "{printed}");
    }
}
