//! What is stopped before anybody has shown anything, and how a request ends whose rest nobody ever shows to be theirs. Pure.
//!
//! | what stands of it by then | it ends |
//! |---|---|
//! | opting out, limiting: all that was asked for | answered, once `sweep_requests/lapse.rs` finds the permission missing |
//! | an objection: an end to marketing | answered in part: the rest is refused, with why |
//! | nothing: it named nobody, or staff have lifted it | denied |
//!
//! So no letter says that nothing was done while something is.

use jiff::Timestamp;

use super::course::raised_by;
use crate::clock::model::Kind;
use crate::ingest_gate::Flag;
use crate::instant;
use crate::law::Law;
use crate::law::denial::{DenialReason, Refuses};
use crate::route_request::Changed;
use crate::subject_request::{Act, Deed, Standing, SubjectRequest};

/// What a request of a kind stops whoever asks: it takes away a use that nobody asked for.
pub(super) const fn stopped_by(kind: Kind) -> Option<Flag> {
    match kind {
        Kind::Objection => Some(Flag::NoMarketing),
        Kind::OptOut => Some(Flag::OptedOut),
        Kind::Limit => Some(Flag::Limited),
        Kind::Access
        | Kind::Know
        | Kind::Correction
        | Kind::Erasure
        | Kind::Portability
        | Kind::Restriction
        | Kind::ConsentWithdrawal
        | Kind::Appeal
        | Kind::Complaint => None,
    }
}

impl SubjectRequest {
    /// Whether something of it is stopped whoever asks, now or within moments, and stays so until staff lift it.
    #[must_use]
    pub fn stops_at_once(&self) -> bool {
        stopped_by(self.kind).is_some_and(|flag| self.stands(flag))
    }

    /// Whether a flag of it stands, now or within moments, until staff lift it.
    fn stands(&self, flag: Flag) -> bool {
        self.course.flags.contains(&flag) || self.flags().contains(&flag)
    }

    /// Whether that is all that it asks for.
    #[must_use]
    pub fn is_done_at_once(&self) -> bool {
        matches!(self.kind, Kind::OptOut | Kind::Limit) && self.stops_at_once()
    }

    /// Whether all that it asks for is in force, or within moments, and stays so until staff lift it.
    pub(crate) fn is_in_force(&self) -> bool {
        let is_one_flag = matches!(self.kind, Kind::Restriction | Kind::ConsentWithdrawal);
        self.is_done_at_once() || (is_one_flag && raised_by(self.kind).is_some_and(|flag| self.stands(flag)))
    }

    /// Whether it was carried out and answered although nobody has shown that they may ask for the person.
    #[must_use]
    pub fn is_answered_unshown(&self) -> bool {
        let is_unshown = !self.is_verified() && !self.is_of_child();
        matches!(self.standing, Standing::Answered { .. }) && is_unshown && self.is_done_at_once()
    }

    /// Whether it is refused, all but what stands of it.
    pub(crate) fn is_refused_but_what_stands(&self, law: &Law) -> bool {
        let refuses_all = |code: &String| {
            let denial = DenialReason::parse(code).and_then(|reason| law.model().denial.get(&reason));
            denial.is_some_and(|denial| denial.refuses == Refuses::Request)
        };
        let is_open = self.standing.closed_at().is_none();
        is_open && self.stops_at_once() && self.findings.refused_parts.iter().any(refuses_all)
    }

    /// The request once nothing more comes of it than what stands of it.
    pub(crate) fn ended_with_what_stands(&self, now: Timestamp) -> Changed {
        let at = instant::to_millis(now);
        let standing = Standing::Answered { at, in_part: !self.is_done_at_once() };
        let request = Self { version: self.version + 1, standing, next_action_at: Some(at), ..self.clone() };
        Changed { request, act: Act::of_service(Deed::Answered, at) }
    }
}
