//! Somebody who asks for somebody else, and what binds their permission to the request.

use serde::{Deserialize, Serialize};

use super::{EmailAddress, InvalidText, Words};

/// Somebody who asks for somebody else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// Where answers about the request itself go; the person's data never does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<EmailAddress>,
    /// Who.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Words>,
    /// What binds the signed permission to this request: the SHA-256 of the document, 64 hex digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission_sha256: Option<Sha256Hex>,
    /// Whether they say that they hold a power of attorney; staff read it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_power_of_attorney: bool,
}

/// A SHA-256 digest as 64 lower-case hex digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sha256Hex(String);

impl Sha256Hex {
    /// # Errors
    /// [`InvalidText`]
    pub fn parse(text: &str) -> Result<Self, InvalidText> {
        let text = text.trim().to_ascii_lowercase();
        let is_hex = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_hex { Ok(Self(text)) } else { Err(InvalidText) }
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Sha256Hex {
    type Error = InvalidText;

    fn try_from(text: String) -> Result<Self, InvalidText> {
        Self::parse(&text)
    }
}

impl From<Sha256Hex> for String {
    fn from(digest: Sha256Hex) -> Self {
        digest.0
    }
}
