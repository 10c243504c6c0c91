//! Why staff change what is erased: words of a closed list, so that a reason can stand in the trail and nobody stands in it.
//! A word that is taken stays what it is.

use crate::ids::InvalidId;

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StaffReason {
    // Why a hold is released.
    /// What it was placed for is over.
    MatterClosed,
    /// Whoever required it has lifted it: a court, an authority.
    RequirementLifted,
    /// The review found that it is needed no more.
    NoLongerNeeded,
    /// It should not have been placed, or not so.
    PlacedInError,
    /// Another hold takes its place.
    Replaced,

    // Why a plan above its ceiling is confirmed.
    /// So many records are what such an account, person or day has.
    AsExpected,
    /// What was due has piled up while nothing was swept.
    Backlog,
    /// The ceiling is lower than what has become usual.
    CeilingOutgrown,
    /// Somebody has looked at the records themselves: what no class knows, say.
    RecordsReviewed,

    /// Nobody has said why: a release without a word, or an act that was noted before there were reasons.
    NotSaid,
}

impl StaffReason {
    /// What a hold is released for.
    pub const OF_RELEASE: [Self; 5] =
        [Self::MatterClosed, Self::RequirementLifted, Self::NoLongerNeeded, Self::PlacedInError, Self::Replaced];
    /// What a plan is confirmed for.
    pub const OF_CONFIRMATION: [Self; 4] =
        [Self::AsExpected, Self::Backlog, Self::CeilingOutgrown, Self::RecordsReviewed];

    /// Its word, in calls, rows and the trail.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MatterClosed => "matter-closed",
            Self::RequirementLifted => "requirement-lifted",
            Self::NoLongerNeeded => "no-longer-needed",
            Self::PlacedInError => "placed-in-error",
            Self::Replaced => "replaced",
            Self::AsExpected => "as-expected",
            Self::Backlog => "backlog",
            Self::CeilingOutgrown => "ceiling-outgrown",
            Self::RecordsReviewed => "records-reviewed",
            Self::NotSaid => "not-said",
        }
    }

    /// Why a hold is released.
    ///
    /// # Errors
    /// [`InvalidId`] for a word that is not in [`StaffReason::OF_RELEASE`].
    pub fn of_release(text: &str) -> Result<Self, InvalidId> {
        Self::among(&Self::OF_RELEASE, text)
    }

    /// Why a plan is confirmed.
    ///
    /// # Errors
    /// [`InvalidId`] for a word that is not in [`StaffReason::OF_CONFIRMATION`].
    pub fn of_confirmation(text: &str) -> Result<Self, InvalidId> {
        Self::among(&Self::OF_CONFIRMATION, text)
    }

    /// As it stands in a row.
    ///
    /// # Errors
    /// [`InvalidId`] for a word that no version of this code has written.
    pub fn stored(text: &str) -> Result<Self, InvalidId> {
        let said = Self::of_release(text).or_else(|_| Self::of_confirmation(text));
        said.or_else(|_| Self::among(&[Self::NotSaid], text))
    }

    fn among(list: &[Self], text: &str) -> Result<Self, InvalidId> {
        list.iter().find(|reason| reason.as_str() == text).copied().ok_or(InvalidId)
    }
}
