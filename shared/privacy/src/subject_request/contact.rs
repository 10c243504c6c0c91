//! How a person can be reached and is known: an e-mail address, an account of a platform, what they wrote. Personal data:
//! none of it prints.

use serde::{Deserialize, Serialize};

use crate::identity::{EmailAddress, Handle, Identity};
use crate::ids::{Platform, TenantId, UserId};

/// Text that a request cannot hold, and so is not a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not text of the expected form")]
pub struct InvalidText;

/// What somebody wrote in their own words: at most [`Words::CHARACTERS_MAX`] characters, no control characters but line ends and tabs, and none
/// that turn the direction of text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Words(String);

impl TryFrom<String> for Words {
    type Error = InvalidText;

    fn try_from(text: String) -> Result<Self, InvalidText> {
        Self::parse(&text)
    }
}

impl From<Words> for String {
    fn from(words: Words) -> Self {
        words.0
    }
}

crate::redacted!(Words);

impl Words {
    /// The longest text, in characters of any script.
    pub const CHARACTERS_MAX: usize = 4_000;

    /// The text itself: to be shown to whom it concerns, never logged.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// # Errors
    /// [`InvalidText`] when it is empty, too long, or holds control characters.
    pub fn parse(text: &str) -> Result<Self, InvalidText> {
        let text = text.trim().replace("\r\n", "\n");
        // Signs that turn the direction of what stands around them make one text look like another.
        let turns = |character: char| matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let is_plain = |character: char| !character.is_control() && !turns(character);
        let allowed = |character: char| is_plain(character) || character == '\n' || character == '\t';
        let is_sized = (1..=Self::CHARACTERS_MAX).contains(&text.chars().count());
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

impl ConnectedAccount {
    /// What it is found by.
    #[must_use]
    pub fn identity(&self) -> Identity {
        Identity::Handle { platform: (&self.platform).into(), handle: self.handle.clone() }
    }
}

/// Who somebody is at the dashboard, as the dashboard says. Opaque ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Of which tenant's account.
    pub tenant: TenantId,
    /// Which of its users.
    pub user: UserId,
}

impl Member {
    /// What they are found by.
    #[must_use]
    pub fn identity(&self) -> Identity {
        Identity::Member { tenant: self.tenant.clone(), user: self.user.clone() }
    }
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

impl Contact {
    /// Whom it names.
    pub(crate) fn identities(&self) -> Vec<Identity> {
        let email = self.email.clone().map(Identity::Email);
        email.into_iter().chain(self.account.as_ref().map(ConnectedAccount::identity)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_their_lines_and_nothing_that_steers_a_terminal() {
        assert_eq!(Words::parse(" one\r\ntwo ").unwrap().expose(), "one\ntwo");
        for bad in ["", "  ", "\u{1b}[2J", "a\u{0}b", "exe\u{202e}fdp", "\u{2066}a\u{2069}", &"x".repeat(4_001)] {
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
