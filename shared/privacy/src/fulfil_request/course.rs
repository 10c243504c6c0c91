//! Which way a request goes, and whose data it may touch. Pure.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::at_once::stopped_by;
use crate::clock::model::Kind;
use crate::clock::zone;
use crate::deadline::DueBy;
use crate::identity::Identity;
use crate::ingest_gate::Flag;
use crate::obligation::ObligationId;
use crate::subject_request::review::Outcome;
use crate::subject_request::{ChildReview, Routed, Standing, SubjectRequest};

/// The reason, in `law.toml`, by which an objection is refused although it was heard.
pub(crate) const OVERRIDING_GROUNDS: &str = "overriding-grounds";

/// Who carries a request out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// The engine erases.
    Engine,
    /// The exporter makes a bundle, and closes the request with it.
    Exporter,
    /// A flag is all there is to do.
    Flag,
    /// Staff look at it.
    Staff,
}

/// The flag that a request of a kind raises, once it may.
pub(super) fn raised_by(kind: Kind) -> Option<Flag> {
    match kind {
        Kind::Restriction => Some(Flag::Restricted),
        Kind::ConsentWithdrawal => Some(Flag::ConsentWithdrawn),
        Kind::Objection
        | Kind::OptOut
        | Kind::Limit
        | Kind::Access
        | Kind::Know
        | Kind::Correction
        | Kind::Erasure
        | Kind::Portability
        | Kind::Appeal
        | Kind::Complaint => stopped_by(kind),
    }
}

impl SubjectRequest {
    /// Whether it is a report about a child that staff have not read: until they have, nothing is more urgent.
    #[must_use]
    pub const fn awaits_child_review(&self) -> bool {
        self.about_child && self.course.child.is_none() && self.standing.closed_at().is_none()
    }

    /// Whether staff believe that it is about a child.
    #[must_use]
    pub const fn is_of_child(&self) -> bool {
        matches!(self.course.child, Some(ChildReview::Credible { .. }))
    }

    /// Whether what it asks for may be done: everything was shown, or staff believe that it is about a child. A report about
    /// a child that staff have not read waits for them.
    #[must_use]
    pub fn may_be_carried_out(&self) -> bool {
        self.is_of_child() || (self.is_verified() && !self.awaits_child_review())
    }

    /// The last day for what it asks for.
    #[must_use]
    pub fn carry_out_by(&self) -> DueBy {
        let legal = self.clocks.legal_due();
        match &self.course.child {
            Some(ChildReview::Credible { erase_by, zone, .. }) if *erase_by < legal.date => {
                DueBy { date: *erase_by, time_zone: zone.clone() }
            }
            Some(ChildReview::Credible { .. } | ChildReview::NotCredible { .. }) | None => legal,
        }
    }

    /// Whether the last day for it has begun.
    pub(crate) fn is_last_day(&self, now: Timestamp) -> bool {
        let due_by = self.carry_out_by();
        let zone = zone::find(&due_by.time_zone).unwrap_or(TimeZone::UTC);
        zone::first_instant(due_by.date, &zone).is_none_or(|begins| begins <= now)
    }

    /// Whether the engine works on it.
    pub(super) fn has_erasure(&self) -> bool {
        self.is_of_child() || self.kind == Kind::Erasure
    }

    pub(super) fn way(&self) -> Way {
        if self.has_erasure() {
            return Way::Engine;
        }
        match self.kind {
            Kind::Access | Kind::Know | Kind::Portability => Way::Exporter,
            Kind::Restriction | Kind::ConsentWithdrawal | Kind::OptOut | Kind::Limit => Way::Flag,
            Kind::Erasure => Way::Engine,
            Kind::Correction | Kind::Objection | Kind::Appeal | Kind::Complaint => Way::Staff,
        }
    }

    /// What the product stops doing, as far as the request may say so by now. Objecting to marketing, opting out and
    /// limiting need no proof: whoever does it for somebody else does them no harm. What else somebody objects to
    /// is stopped once it is verified and staff have accepted it, which closes the request.
    pub(super) fn flags(&self) -> Vec<Flag> {
        let wanted = raised_by(self.kind);
        let child = self.is_of_child().then_some(Flag::Quarantined);
        let is_open = self.standing.closed_at().is_none();
        let accepted = self.is_objection_accepted().then_some(Flag::Objected);
        let may_be = |flag: &Flag| {
            let is_settled = self.course.flags.contains(flag) || self.course.lifted.contains(flag);
            (is_open || *flag == Flag::Objected) && !is_settled && !self.flagged(*flag).is_empty()
        };
        child.into_iter().chain(wanted).chain(accepted).filter(may_be).collect()
    }

    /// Whether the product stops something for it before anybody has shown anything.
    #[must_use]
    pub fn works_at_once(&self) -> bool {
        !self.flags().is_empty()
    }

    /// Whether staff have accepted what somebody objects to: they closed it, and not because their grounds weigh more.
    #[must_use]
    pub fn is_objection_accepted(&self) -> bool {
        let is_done = matches!(self.findings.outcome, Some(Outcome::Completed | Outcome::PartlyRetained));
        let weighs_more = self.findings.refused_parts.iter().any(|code| code == OVERRIDING_GROUNDS);
        self.kind == Kind::Objection && self.is_verified() && is_done && !weighs_more
    }

    /// Whether a flag of it was lifted, because the person wants it no more.
    #[must_use]
    pub fn has_lifted(&self, flag: Flag) -> bool {
        self.course.lifted.contains(&flag)
    }

    /// Whether nothing of what it had the product stop is in force, because the person wants it no more.
    #[must_use]
    pub fn is_taken_back(&self) -> bool {
        // The rest of an objection is in force once staff accept it, and weighed until they have decided.
        let is_rest = match self.findings.outcome {
            _ if self.kind != Kind::Objection => true,
            Some(_) => self.is_objection_accepted() && self.has_lifted(Flag::Objected),
            None => self.standing.closed_at().is_some(),
        };
        raised_by(self.kind).is_some_and(|flag| self.has_lifted(flag)) && is_rest
    }

    /// Whose data a flag is about.
    pub(super) fn flagged(&self, flag: Flag) -> Vec<Identity> {
        match flag {
            Flag::Quarantined => self.child(),
            Flag::NoMarketing | Flag::OptedOut | Flag::Limited => self.said(),
            // What somebody agreed to is theirs to take back: a stranger would end what they want.
            Flag::Restricted | Flag::ConsentWithdrawn => self.identities(),
            Flag::Objected => self.objecting(),
        }
    }

    /// Whose data is erased.
    pub(crate) fn erased(&self) -> Vec<Identity> {
        if self.is_of_child() { self.child() } else { self.identities() }
    }

    /// The obligation to erase what the person alone decides, or what is a child's.
    #[must_use]
    pub fn erasure_id(&self) -> ObligationId {
        match &self.course.child {
            Some(ChildReview::Credible { is_apart: true, .. }) => self.person_id().of_part("child"),
            Some(ChildReview::Credible { .. } | ChildReview::NotCredible { .. }) | None => self.person_id(),
        }
    }

    /// The obligation to erase what a tenant wants erased.
    pub(crate) fn part_id(&self, routed: &Routed) -> ObligationId {
        self.person_id().of_part(&format!("tenant#{}", routed.tenant))
    }

    /// Its own reference; another once whoever it is of is to be shown anew. An obligation that a hold keeps open is of the person
    /// who had shown it, and stays so.
    fn person_id(&self) -> ObligationId {
        match &self.course.anew_by {
            Some(appeal) => self.id.of_reopened(appeal),
            None => self.id.clone(),
        }
    }

    /// What is older is erased: since when it may be.
    pub(crate) fn covers_until(&self) -> Timestamp {
        match &self.standing {
            Standing::InProgress { since } => *since,
            Standing::Received
            | Standing::AwaitingVerification
            | Standing::Answered { .. }
            | Standing::Denied { .. }
            | Standing::Withdrawn { .. } => self.received_at,
        }
    }
}
