//! What an export takes out of a record: `redact`, of a record class and of a record of our own. Closed, so that a slip of the pen is
//! no rule that nobody follows.

use serde::{Deserialize, Serialize};

/// What is taken out of a record class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Redaction {
    /// Whoever is not the person of the bundle.
    OtherPeople,
    /// Tokens, keys and the like.
    Secrets,
    /// Instructions of the business to a model.
    Prompts,
}

impl Redaction {
    /// As it stands in the policy file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OtherPeople => "other-people",
            Self::Secrets => "secrets",
            Self::Prompts => "prompts",
        }
    }
}

/// What is taken out of a record of our own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OwnRedaction {
    /// Who of us worked on it.
    Staff,
    /// Keyed references.
    References,
    /// Codes and their digests.
    Secrets,
    /// Whoever is not the person of the bundle.
    OtherPeople,
}

impl OwnRedaction {
    /// As it stands in the policy file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::References => "references",
            Self::Secrets => "secrets",
            Self::OtherPeople => "other-people",
        }
    }
}
