//! What staff look at before they say that somebody is who they say, and as what they close a request. Kinds, numbers and
//! digests; never what a person wrote or a document says.

use serde::{Deserialize, Serialize};

use super::findings::FieldName;
use super::{Proof, Sha256Hex};
use crate::clock::model::Kind;

/// Something that was shown to staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "kebab-case")]
pub enum Review {
    /// What the person said of themselves, beside what we hold. The service compares; staff say what the record holds.
    DataPoints {
        /// The kinds that were compared, each once.
        compared: Vec<FieldName>,
        /// Those that agreed.
        matched: Vec<FieldName>,
        /// Those of the compared ones that the person named after they had sent the request, as staff took them down.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        noted: Vec<FieldName>,
    },
    /// The permission that an agent holds.
    AgentPermission {
        /// The SHA-256 of what was read.
        document: Sha256Hex,
    },
    /// A power of attorney: it stands for the permission and for what the person would do.
    PowerOfAttorney {
        /// The SHA-256 of what was read.
        document: Sha256Hex,
    },
}

impl Review {
    /// What it proves, if it is enough.
    #[must_use]
    pub const fn proof(&self) -> Proof {
        match self {
            Self::DataPoints { .. } => Proof::DataPoints,
            Self::AgentPermission { .. } | Self::PowerOfAttorney { .. } => Proof::AgentPermission,
        }
    }
}

/// As what a request is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// All of it was carried out.
    Completed,
    /// All but what was refused or a law wants kept.
    PartlyRetained,
    /// An appeal or a complaint that is right. The request that an appeal is about is in work again.
    Upheld,
    /// An appeal or a complaint that is not. The answer that an appeal is about stays.
    Rejected,
    /// A complaint that was looked into, without a finding.
    Answered,
}

impl Outcome {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::Completed, Self::PartlyRetained, Self::Upheld, Self::Rejected, Self::Answered];

    /// Its name in rows and in the interface.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::PartlyRetained => "partly-retained",
            Self::Upheld => "upheld",
            Self::Rejected => "rejected",
            Self::Answered => "answered",
        }
    }

    /// Whether a request of this kind can end so.
    #[must_use]
    pub const fn is_of(self, kind: Kind) -> bool {
        match kind {
            Kind::Appeal => matches!(self, Self::Upheld | Self::Rejected),
            Kind::Complaint => matches!(self, Self::Answered | Self::Upheld | Self::Rejected),
            Kind::Access
            | Kind::Know
            | Kind::Correction
            | Kind::Erasure
            | Kind::Portability
            | Kind::Restriction
            | Kind::Objection
            | Kind::ConsentWithdrawal
            | Kind::OptOut
            | Kind::Limit => matches!(self, Self::Completed | Self::PartlyRetained),
        }
    }

    /// Whether something of what was asked is not done.
    #[must_use]
    pub const fn is_partial(self) -> bool {
        matches!(self, Self::PartlyRetained | Self::Rejected)
    }
}
