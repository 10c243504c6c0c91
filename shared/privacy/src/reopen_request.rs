//! Puts a request back to work whose answer somebody was right to appeal against: a denial, or an answer that left a part out.
//!
//! It has dates of its own from then on, as if it had come in that day: those of the first answer are over. What the machine can
//! do it does again; what it had left out staff do, and say when it is done. Nothing is carried out that nobody has verified: what
//! was denied for want of proof waits for that proof once more. Where they could be reached may be erased meanwhile. Then it is
//! reached where the appeal came from, and, unless both were shown to be of one person, all is to be shown once more, by whoever
//! that is: so the answer tells them of nothing but their own.
//!
//! Pure; an appeal does it once.

use jiff::Timestamp;

use crate::clock::model::Kind;
use crate::close_request::NotClosed;
use crate::instant;
use crate::law::Law;
use crate::route_request::Changed;
use crate::subject_request::notice::Notice;
use crate::subject_request::{By, Clocks, Deed, Proof, Reopened, RoutedDates, Standing, SubjectRequest};

/// A refused request, in work again or waiting for proof again. `None`: it is.
///
/// # Errors
/// [`NotClosed::NotRefused`]; [`NotClosed::NoDates`].
pub fn reopen(
    request: &SubjectRequest,
    appeal: &SubjectRequest,
    law: &Law,
    by: &By,
    now: Timestamp,
) -> Result<Option<Changed>, NotClosed> {
    let at = instant::to_millis(now);
    let reopened = request.course.reopened.as_ref();
    if reopened.is_some_and(|reopened| reopened.appeal == appeal.id) {
        return Ok(None);
    }
    // Staff have its bundle made again: it had been answered, and what the appeal is about is not done by that.
    let ordered_at = request.course.ordered_again.as_ref().map(|order| order.at);
    let is_ordered = ordered_at.is_some_and(|at| reopened.is_none_or(|reopened| reopened.at < at));
    let was_answered = match &request.standing {
        Standing::InProgress { .. } if is_ordered => true,
        // Another appeal put it back to work.
        Standing::InProgress { .. } if reopened.is_some() => return Ok(None),
        Standing::AwaitingVerification if reopened.is_some() => return Ok(None),
        // There is no appeal of an appeal.
        _ if request.kind == Kind::Appeal => return Err(NotClosed::NotRefused),
        Standing::Denied { .. } => false,
        Standing::Answered { in_part: true, .. } => true,
        Standing::Received
        | Standing::AwaitingVerification
        | Standing::InProgress { .. }
        | Standing::Answered { in_part: false, .. }
        | Standing::Withdrawn { .. } => return Err(NotClosed::NotRefused),
    };
    let mut changed = SubjectRequest { version: request.version + 1, next_action_at: Some(at), ..request.clone() };
    // What serves to verify it once more goes once more.
    changed.evidence_erased = false;
    changed.findings.take_back();
    changed.ask_for_pieces_again();
    (changed.course.begun_at, changed.course.joined, changed.course.parts_sought_at) = (None, None, None);
    changed.course.reopened = Some(Reopened { appeal: appeal.id.clone(), at, was_answered });
    changed.reach_again(appeal);
    changed.date_again(law, at).ok_or(NotClosed::NoDates)?;
    changed.untell();
    let is_in_work = changed.is_verified() || changed.is_of_child();
    changed.standing = if is_in_work { Standing::InProgress { since: at } } else { Standing::AwaitingVerification };
    Ok(Some(Changed { request: changed, act: by.did(Deed::Reopened, at) }))
}

impl SubjectRequest {
    /// Whether staff say when it is done: it was answered before, so what is left is what the machine does not do. A copy is made
    /// anew, and fields are decided one by one, as ever.
    pub(crate) fn is_left_to_staff(&self) -> bool {
        let was_answered = self.course.reopened.as_ref().is_some_and(|reopened| reopened.was_answered);
        let is_in_work = matches!(self.standing, Standing::InProgress { .. });
        let is_by_itself = self.bundle_kind().is_some() || self.kind == Kind::Correction;
        was_answered && is_in_work && !is_by_itself
    }

    /// Where it has no contact data any more: those of the appeal, of which everything is to be shown again.
    fn reach_again(&mut self, appeal: &Self) {
        if self.has_contact() {
            return;
        }
        self.contact = appeal.contact.clone();
        if let (Some(own), Some(agent)) = (&mut self.agent, &appeal.agent) {
            (own.email, own.name) = (agent.email.clone(), agent.name.clone());
        }
        let people = &self.course.people;
        let is_same = !people.is_empty() && people.is_subset(&appeal.course.people);
        // An objection for which nothing had to be shown was of whom it named: that is not known any more.
        if !is_same && (!self.needs.is_empty() || self.kind == Kind::Objection) {
            self.ask_anew();
            self.course.anew_by = Some(appeal.id.clone());
        }
    }

    /// Nothing of what was shown counts for whoever appeals: only what they show now.
    fn ask_anew(&mut self) {
        let has_power = self.agent.as_ref().is_some_and(|agent| agent.has_power_of_attorney);
        if !has_power && !self.needs.contains(&Proof::AccountLogin) {
            self.needs.retain(|need| !matches!(need, Proof::EmailCode | Proof::HandleCode));
            let codes = [
                self.contact.email.as_ref().map(|_| Proof::EmailCode),
                self.contact.account.as_ref().map(|_| Proof::HandleCode),
            ];
            self.needs.splice(..0, codes.into_iter().flatten());
        }
        (self.proven, self.member, self.is_address_vouched) = (Vec::new(), None, false);
        (self.routed, self.told_tenants) = (Vec::new(), std::collections::BTreeMap::new());
        // A report about a child is about whom it names: staff read it again.
        (self.course.people, self.course.child) = (std::collections::BTreeSet::new(), None);
        (self.course.awaits_second_reader, self.course.is_known_by_categories) = (false, false);
        // It is raised for whoever they are; what was raised before stays, and can be lifted.
        self.course.flags.clear();
    }

    /// Dates as of a receipt today. Businesses that have not answered are asked again.
    fn date_again(&mut self, law: &Law, at: Timestamp) -> Option<()> {
        let row = law.governing_row(&self.regime, self.kind).ok()?.row;
        self.clocks = Clocks::start_for(&row, at, self.clocks.person_zone.as_deref()).ok()?;
        if let Some(crate::subject_request::ChildReview::Credible { erase_by, zone, .. }) = &mut self.course.child {
            let due = law.child_dates(at).ok()?.erase_due;
            (*erase_by, *zone) = (due.date, due.time_zone);
        }
        for part in self.routed.iter_mut().filter(|part| part.instruction.is_none()) {
            (part.declined, part.asked_time) = (None, None);
            part.dates = RoutedDates::from(law.processor_dates(at).ok()?);
            self.told.remove(&Notice::Routed);
            if let Some(told) = self.told_tenants.get_mut(&part.tenant) {
                told.retain(|notice, _| !matches!(notice, Notice::TenantForward | Notice::TenantReminder));
            }
        }
        Some(())
    }

    /// It will have another end, of which they are told.
    fn untell(&mut self) {
        use Notice::{AgentAnswer, AgentDenial, AgentLate, Answer, Denial, Late};
        for notice in [Denial, AgentDenial, Answer, AgentAnswer, Late, AgentLate] {
            self.told.remove(&notice);
            self.undelivered.remove(&notice);
        }
    }
}

#[cfg(test)]
mod tests;
