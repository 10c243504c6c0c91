//! Somebody asks for the data itself and does not show enough for that, but enough to be told its categories: what is refused is
//! still evaluated as a request to know these, and answered so (CCPA regulations section 7024). Pure.

use jiff::Timestamp;

use crate::clock::model::Kind;
use crate::instant;
use crate::law::Law;
use crate::law::assurance::Asker;
use crate::law::denial::DenialReason;
use crate::subject_request::{Deed, Proof, Standing, SubjectRequest};

/// So many data points at least, wherever any are compared.
const MATCHED_MIN: u8 = 2;

impl SubjectRequest {
    /// Whether it is answered with the categories of the data alone.
    #[must_use]
    pub const fn is_categories_only(&self) -> bool {
        !self.course.unshown.is_empty()
    }

    /// Whether so many data points that agree are enough to be told the categories.
    pub(crate) fn is_enough_for_categories(&self, matched: usize, law: &Law) -> bool {
        let known = law.assurance(&self.regime, Kind::Know, Asker::Contact);
        known.is_ok_and(|known| matched >= usize::from(known.data_points_min.max(MATCHED_MIN)))
    }

    /// Whether what is missing is what the data itself takes, and what the categories take was shown. Whom it is about has to be known.
    pub(crate) fn is_shown_for_categories(&self) -> bool {
        let is_of_pieces = matches!(self.kind, Kind::Access | Kind::Portability);
        let is_beyond = |proof: Proof| match proof {
            Proof::Declaration => self.agent.is_none(),
            // Of whom an agent asks for the categories alone nothing is compared.
            Proof::DataPoints => self.course.is_known_by_categories || self.agent.is_some(),
            Proof::EmailCode | Proof::HandleCode | Proof::AccountLogin | Proof::AgentPermission => false,
        };
        is_of_pieces && self.has_shown_email() && !self.is_verified() && self.missing().all(is_beyond)
    }

    /// The same request, of which the data itself is refused; it is due at once, and in work with the rest.
    pub(crate) fn with_categories_only(&mut self, now: Timestamp) -> Deed {
        let at = instant::to_millis(now);
        self.course.unshown = self.missing().collect();
        let unshown = self.course.unshown.clone();
        self.needs.retain(|need| !unshown.contains(need));
        self.standing = Standing::InProgress { since: at };
        self.next_action_at = Some(at);
        self.refuse(DenialReason::Unverifiable.as_str().to_owned())
    }

    /// What was not shown is wanted again: the answer is looked at once more.
    pub(crate) fn ask_for_pieces_again(&mut self) {
        self.needs.append(&mut self.course.unshown);
    }
}

#[cfg(test)]
mod tests;
