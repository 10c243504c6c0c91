//! Whether a part of a request can be a tenant's to decide, and how far tenants have decided. Pure.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::clock::model::Kind;
use crate::deadline::DueBy;
use crate::ids::TenantId;
use crate::ingest_gate::Flag;
use crate::instant;
use crate::subject_request::{Routed, Standing, SubjectRequest};

impl SubjectRequest {
    /// Whether a part of it can be a tenant's to decide. Taking consent back, opting out and limiting work wherever the data is;
    /// handing over what needs no proof would tell whoever asks that there is something. What is a child's goes everywhere; an
    /// appeal and a complaint are about us. Nobody is asked about somebody who has shown nothing.
    pub(crate) fn has_parts(&self) -> bool {
        let is_routed = match self.kind {
            Kind::Access
            | Kind::Know
            | Kind::Correction
            | Kind::Erasure
            | Kind::Portability
            | Kind::Restriction
            | Kind::Objection => true,
            Kind::ConsentWithdrawal | Kind::OptOut | Kind::Limit | Kind::Appeal | Kind::Complaint => false,
        };
        is_routed && !self.is_of_child() && self.may_be_carried_out() && !self.identities().is_empty()
    }

    /// Whether a part of it may be a tenant's that nobody has looked for: answered now, it would be lost. Whoever makes a bundle
    /// looks beforehand, and one that goes with another has the parts of that.
    pub(crate) fn has_unsought_parts(&self) -> bool {
        let is_sought = self.course.parts_sought_at.is_some() || self.course.joined.is_some();
        self.has_parts() && self.bundle_kind().is_none() && !is_sought
    }

    /// The flag that a tenant's word raises in its own data.
    pub(crate) fn flag_of_tenants(&self) -> Option<Flag> {
        match self.kind {
            Kind::Restriction => Some(Flag::Restricted),
            Kind::Objection => Some(Flag::Objected),
            Kind::Access
            | Kind::Know
            | Kind::Correction
            | Kind::Erasure
            | Kind::Portability
            | Kind::ConsentWithdrawal
            | Kind::OptOut
            | Kind::Limit
            | Kind::Appeal
            | Kind::Complaint => None,
        }
    }

    pub(super) fn with_done(mut self, tenant: &TenantId, at: Timestamp) -> Self {
        for part in self.routed.iter_mut().filter(|part| part.tenant == *tenant) {
            part.done_at = Some(instant::to_millis(at));
        }
        self
    }

    /// The parts that tenants decide. What is a child's goes everywhere, whatever was handed over before it was believed.
    pub(crate) fn decided_by_tenants(&self) -> &[Routed] {
        if self.is_of_child() { &[] } else { &self.routed }
    }

    /// Whether a tenant's part is not done.
    pub(crate) fn has_undone_part(&self) -> bool {
        self.decided_by_tenants().iter().any(|part| part.done_at.is_none())
    }

    fn has_silent_tenant(&self) -> bool {
        self.routed.iter().any(Routed::is_silent)
    }

    /// The parts that their tenants want erased, and that are not.
    pub(crate) fn parts_to_erase(&self) -> impl Iterator<Item = &Routed> {
        let parts = if self.has_erasure() { self.decided_by_tenants() } else { &[] };
        parts.iter().filter(|part| part.instruction.is_some() && part.done_at.is_none())
    }

    /// Whether somebody here writes its answer, and has the last day for it. Anything else answers itself, shortly before that day
    /// ends.
    #[must_use]
    pub fn is_answered_by_hand(&self) -> bool {
        self.kind == Kind::Objection || self.is_left_to_staff() || self.names_nobody()
    }

    /// The last day of tenants: the one of the request, or the day before where somebody here needs that one to answer.
    #[must_use]
    pub fn tenants_decide_by(&self) -> DueBy {
        let due_by = self.carry_out_by();
        match due_by.date.yesterday() {
            Ok(date) if self.is_answered_by_hand() => DueBy { date, ..due_by },
            Ok(_) | Err(_) => due_by,
        }
    }

    /// Until when a tenant that says nothing is waited for: as long as its answer still reaches the person on the last day.
    pub(crate) fn tenants_heard_until(&self) -> Timestamp {
        if self.is_answered_by_hand() { self.last_day_begins() } else { self.lapses_at() }
    }

    /// Whether nothing of tenants is to be waited for: each part is done or declined, or its tenant has said nothing while it was
    /// heard.
    pub(crate) fn is_decided(&self, now: Timestamp) -> bool {
        self.is_decided_but_for(&BTreeSet::new(), now)
    }

    /// The same; of the parts of these tenants a hold keeps some by the last day.
    pub(crate) fn is_decided_but_for(&self, held: &BTreeSet<TenantId>, now: Timestamp) -> bool {
        let (is_last_day, is_over) = (self.is_last_day(now), self.tenants_heard_until() <= now);
        let is_decided = |part: &Routed| match part.done_at {
            Some(_) => true,
            None => {
                let is_held = held.contains(&part.tenant) && is_last_day;
                part.declined.is_some() || (part.is_silent() && is_over) || is_held
            }
        };
        self.decided_by_tenants().iter().all(is_decided)
    }

    /// Whether our own part of what the sweep answers is done.
    pub(super) fn is_ready_to_answer(&self) -> bool {
        match self.kind {
            Kind::Restriction => !self.course.flags.is_empty() || !self.course.lifted.is_empty(),
            Kind::Correction => self.findings.is_corrected(),
            Kind::Access
            | Kind::Know
            | Kind::Erasure
            | Kind::Portability
            | Kind::Objection
            | Kind::ConsentWithdrawal
            | Kind::OptOut
            | Kind::Limit
            | Kind::Appeal
            | Kind::Complaint => false,
        }
    }

    /// Whether it was answered with a copy of what needs no tenant's word, and one of the tenants may still give theirs.
    #[must_use]
    pub fn is_open_to_tenants(&self) -> bool {
        let is_answered = matches!(self.standing, Standing::Answered { .. });
        is_answered && self.bundle_kind().is_some() && self.has_silent_tenant() && self.next_action_at.is_some()
    }

    /// The same, as long as they are heard.
    #[must_use]
    pub fn awaits_tenants(&self, now: Timestamp) -> bool {
        self.is_open_to_tenants() && self.tenants_heard_until() > now
    }
}
