//! What a person can ask for.

use serde::{Deserialize, Serialize};

/// What a person asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A copy.
    Access,
    /// Which categories, from where, for what, to whom.
    Know,
    /// Mend what is wrong.
    Correction,
    /// The legal end of data.
    Erasure,
    /// A copy that machines read.
    Portability,
    /// Keep, but do not use.
    Restriction,
    /// Stop a use.
    Objection,
    /// Take back consent.
    ConsentWithdrawal,
    /// Out of sale, sharing, targeted advertising, profiling.
    OptOut,
    /// Limit the use of sensitive data.
    Limit,
    /// Look again at a denial.
    Appeal,
    /// Something went wrong.
    Complaint,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 12] = [
        Self::Access,
        Self::Know,
        Self::Correction,
        Self::Erasure,
        Self::Portability,
        Self::Restriction,
        Self::Objection,
        Self::ConsentWithdrawal,
        Self::OptOut,
        Self::Limit,
        Self::Appeal,
        Self::Complaint,
    ];

    /// As it stands in `law.toml`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Know => "know",
            Self::Correction => "correction",
            Self::Erasure => "erasure",
            Self::Portability => "portability",
            Self::Restriction => "restriction",
            Self::Objection => "objection",
            Self::ConsentWithdrawal => "consent-withdrawal",
            Self::OptOut => "opt-out",
            Self::Limit => "limit",
            Self::Appeal => "appeal",
            Self::Complaint => "complaint",
        }
    }
}
