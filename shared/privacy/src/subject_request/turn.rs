//! What a request waits for that only staff can do. Derived from the request, so that it cannot be forgotten.

use serde::{Deserialize, Serialize};

use super::{Proof, Routed, Standing, SubjectRequest};
use crate::clock::model::Kind;

/// One thing that staff have to do, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Turn {
    /// Say whether a report about a child is credible: today.
    ReviewChild,
    /// Read the permission, or the power of attorney, of an agent.
    ReadPermission,
    /// Compare what the person says with what we hold.
    CompareData,
    /// Find out whom it is about: nothing that stands in it names anybody.
    FindPerson,
    /// Reach them in another way: no letter does.
    Reach,
    /// Take more time, or say that there is none: a business has asked for it.
    GiveTime,
    /// Decide each field that is to be mended.
    Correct,
    /// Look again at an answer, answer a complaint, weigh an objection, do what an upheld appeal was about.
    Answer,
}

impl Turn {
    /// Its name in the interface.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReviewChild => "review-child",
            Self::ReadPermission => "read-permission",
            Self::CompareData => "compare-data",
            Self::FindPerson => "find-person",
            Self::Reach => "reach",
            Self::GiveTime => "give-time",
            Self::Correct => "correct",
            Self::Answer => "answer",
        }
    }
}

impl SubjectRequest {
    /// What it waits for, the most urgent first; empty: it is not the turn of staff.
    #[must_use]
    pub fn turns(&self) -> Vec<Turn> {
        // Nobody has to show anything any more where a child's data goes.
        let is_missing = |proof: Proof| !self.is_of_child() && self.missing().any(|missing| missing == proof);
        let is_in_work = matches!(self.standing, Standing::InProgress { .. });
        let is_open = self.standing.closed_at().is_none();
        let is_to_mend = self.kind == Kind::Correction && !self.is_of_child();
        let is_read = matches!(self.kind, Kind::Appeal | Kind::Complaint | Kind::Objection);
        let waits = [
            (Turn::ReviewChild, is_open && self.about_child && self.course.child.is_none()),
            (Turn::ReadPermission, is_open && is_missing(Proof::AgentPermission)),
            (Turn::CompareData, is_open && is_missing(Proof::DataPoints)),
            (Turn::FindPerson, is_in_work && self.names_nobody()),
            // Also once it is closed: somebody does not know that it is.
            (Turn::Reach, !self.undelivered.is_empty()),
            (Turn::GiveTime, is_in_work && self.wants_time()),
            (Turn::Correct, is_in_work && is_to_mend && !self.findings.is_corrected()),
            (Turn::Answer, is_in_work && (is_read || self.is_left_to_staff())),
        ];
        waits.into_iter().filter(|(_, waits)| *waits).map(|(turn, _)| turn).collect()
    }

    /// Whether a business that has not decided has asked for time, and none was taken.
    fn wants_time(&self) -> bool {
        let waits = |part: &Routed| part.is_silent() && part.asked_time.is_some();
        self.clocks.extended.is_none() && self.routed.iter().any(waits)
    }
}
