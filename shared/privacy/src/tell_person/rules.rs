//! Who receives which notice, and when it is allowed.

use crate::law::Law;
use crate::law::denial::{Denial, DenialReason, DeniedPart, PassedOn};
use crate::subject_request::letter::Recipient;
use crate::subject_request::notice::{NOT_REACHED, Notice, NoticeJob, PASSED_ON, Reader};
use crate::subject_request::{Act, Channel, Deed, Proof, Routed, Standing, SubjectRequest};

impl SubjectRequest {
    /// Whether it is a letter that anybody can cause to be sent to an address that is not theirs. Nobody has shown that an agent's
    /// is an agent's. What staff have noted down from a call or a letter is nobody's flood.
    pub(super) fn is_limited(&self, notice: Notice) -> bool {
        match notice.reader() {
            Reader::Asker | Reader::Agent => self.channel == Channel::Web,
            // Whatever else was shown: not that the address is theirs.
            Reader::Person => self.channel == Channel::Web && !self.is_reached_as_shown(),
            // Staff have read why.
            Reader::Owner | Reader::Tenant => false,
        }
    }

    /// Whether this round of a notice, or a later one, has gone out.
    #[must_use]
    pub fn was_told(&self, notice: Notice, round: u32) -> bool {
        self.told.get(&notice).is_some_and(|told| *told >= round)
    }

    /// The next round of a notice.
    #[must_use]
    pub fn next_round(&self, notice: Notice) -> u32 {
        self.told.get(&notice).copied().unwrap_or(0) + 1
    }

    /// The round of a letter that says what is so now.
    #[must_use]
    pub fn round_to_tell(&self, notice: Notice) -> u32 {
        let relocated = self.course.relocated.as_ref().filter(|_| notice == Notice::Relocated);
        relocated.map_or(1, |relocated| relocated.letters)
    }

    /// How often a business has been told something.
    #[must_use]
    pub fn tenant_rounds(&self, tenant: &crate::ids::TenantId, notice: Notice) -> u32 {
        self.told_tenants.get(tenant).and_then(|told| told.get(&notice)).copied().unwrap_or(0)
    }

    /// How far it was passed on to the businesses that decide about a part of it; `None` where there are none.
    #[must_use]
    pub fn passed_on(&self) -> Option<PassedOn> {
        let has_it = |part: &&Routed| self.tenant_rounds(&part.tenant, Notice::TenantForward) > 0;
        match (self.routed.iter().filter(has_it).count(), self.routed.len()) {
            (_, 0) => None,
            (0, _) => Some(PassedOn::Nobody),
            (reached, all) if reached == all => Some(PassedOn::Everybody),
            (_, _) => Some(PassedOn::NotEverybody),
        }
    }

    /// Whether each of these businesses has it, or could not be reached: nobody's part still waits to be passed on.
    #[must_use]
    pub fn is_passed_on_as_far_as_can_be(&self) -> bool {
        self.passed_on() == Some(PassedOn::Everybody) || self.undelivered.contains(&Notice::TenantForward)
    }

    /// A reason for denying it, in words for the person, as it is for this request.
    #[must_use]
    pub fn reason_words(&self, law: &Law, reason: DenialReason) -> Option<String> {
        law.model().denial.get(&reason).map(|denial| self.words_of(denial))
    }

    /// The same, of a reason at hand.
    #[must_use]
    pub fn words_of(&self, denial: &Denial) -> String {
        let denied = match (self.stops_at_once(), self.is_categories_only()) {
            (true, _) => DeniedPart::Rest,
            (false, true) => DeniedPart::Pieces,
            (false, false) => DeniedPart::All,
        };
        denial.words(self.passed_on(), denied, self.has_confirmed_agent())
    }

    pub(super) fn is_settled_by(&self, job: &NoticeJob) -> bool {
        match &job.tenant {
            Some(tenant) => self.tenant_rounds(tenant, job.notice) >= job.round,
            None => self.was_told(job.notice, job.round),
        }
    }

    /// Whether staff see that a business could not be reached with it: it is tried again and again, and noted once.
    pub(super) fn is_marked(&self, job: &NoticeJob) -> bool {
        job.tenant.is_some() && self.undelivered.contains(&job.notice)
    }

    /// Whether a letter that says which way it goes says what is so: it was passed on, or there is nobody to pass it on to.
    pub(super) fn is_so(&self, job: &NoticeJob) -> bool {
        let cannot_be = || !self.is_forwarded() && self.undelivered.contains(&Notice::TenantForward);
        job.notice != Notice::Routed || if job.round >= PASSED_ON { self.is_forwarded() } else { cannot_be() }
    }

    /// Which letter says which way it goes, once this became of a letter to a business: that it has it, or, once nobody is left who
    /// may still get it, that none could be reached.
    pub(super) fn routed_round(&self, is_unreachable: bool, acts: &[Act]) -> Option<u32> {
        let forward = Notice::TenantForward.as_str();
        let is_lost = |part: &Routed| {
            let is_its = |act: &Act| matches!(&act.deed, Deed::Bounced { notice, tenant, .. } if notice == forward && tenant.as_ref() == Some(&part.tenant));
            acts.iter().any(|act| self.is_of_this_course(act) && is_its(act))
        };
        if !is_unreachable {
            return Some(PASSED_ON);
        }
        let mut silent = self.routed.iter().filter(|part| part.is_silent()).peekable();
        (silent.peek().is_some() && silent.all(is_lost)).then_some(NOT_REACHED)
    }

    /// Whether something was done since an appeal put the request back to work, if one did.
    pub(crate) fn is_of_this_course(&self, act: &Act) -> bool {
        self.course.reopened.as_ref().is_none_or(|reopened| reopened.at <= act.at)
    }

    /// Whether any business has been asked for its part, so that it is true to say so.
    fn is_forwarded(&self) -> bool {
        self.told_tenants.values().any(|told| told.get(&Notice::TenantForward).is_some_and(|rounds| *rounds > 0))
    }

    /// Nothing about an unverified request reaches a business: it would let anybody have anybody's name put before it.
    pub(super) fn can_be_told(&self, notice: Notice) -> bool {
        let is_open = self.standing.closed_at().is_none();
        match notice {
            Notice::Acknowledgement => true,
            Notice::Code => self.code_in(Notice::Code).is_some(),
            Notice::AgentConfirmation => self.agent.is_some() && self.code_in(Notice::AgentConfirmation).is_some(),
            Notice::Extension => self.clocks.extended.is_some(),
            Notice::Relocated => self.course.relocated.is_some() && is_open,
            Notice::Quarantined => self.is_of_child(),
            Notice::Late => is_open,
            Notice::Answer => matches!(self.standing, Standing::Answered { .. }),
            Notice::Denial => matches!(self.standing, Standing::Denied { .. }),
            Notice::Withdrawal | Notice::TenantWithdrawal => matches!(self.standing, Standing::Withdrawn { .. }),
            Notice::AgentExtension => self.has_agent() && self.can_be_told(Notice::Extension),
            Notice::AgentLate => self.has_agent() && self.can_be_told(Notice::Late),
            Notice::AgentAnswer => self.has_agent() && self.can_be_told(Notice::Answer),
            Notice::AgentDenial => self.has_agent() && self.can_be_told(Notice::Denial),
            Notice::AgentWithdrawal => self.has_agent() && self.can_be_told(Notice::Withdrawal),
            Notice::Routed => self.can_be_told(Notice::TenantForward),
            Notice::TenantForward | Notice::TenantReminder => {
                (is_open || self.is_open_to_tenants()) && self.may_be_carried_out()
            }
            Notice::TenantTold => self.may_be_carried_out(),
        }
    }

    /// Whether somebody asks for the person, who can be written to.
    pub(super) fn has_agent(&self) -> bool {
        self.agent.as_ref().is_some_and(|agent| agent.email.is_some())
    }

    /// Which proof the code in a notice is for, if there is one in it.
    pub(super) fn code_in(&self, notice: Notice) -> Option<Proof> {
        // The person of an agent gets the code with the question whether they may.
        let is_agents = notice == Notice::Acknowledgement && self.agent.is_some();
        let wanted = notice.reader() == Reader::Asker && !is_agents;
        let is_waiting = matches!(self.standing, Standing::Received | Standing::AwaitingVerification);
        let is_code = |proof: &Proof| matches!(proof, Proof::EmailCode | Proof::HandleCode);
        if notice == Notice::Code && self.has_bundle() {
            return self.opened_by().filter(is_code);
        }
        let missing = self.missing().find(is_code).filter(|_| wanted && is_waiting);
        // What needs none to go on may be taken back by one.
        missing.or_else(|| self.withdrawn_by().filter(|proof| notice == Notice::Code && is_code(proof)))
    }

    /// Whether it was answered with a bundle, which a fresh code opens.
    fn has_bundle(&self) -> bool {
        matches!(self.standing, Standing::Answered { .. }) && self.bundle_kind().is_some()
    }

    /// Whether a code would show something that it waits for.
    #[must_use]
    pub fn has_code_to_send(&self) -> bool {
        let is_code = |proof: Proof| matches!(proof, Proof::EmailCode | Proof::HandleCode);
        self.code_in(Notice::Code).is_some_and(|_| self.has_bundle() || self.missing().any(is_code))
    }

    /// Whether the person whom an agent asks for has not been asked yet if they may.
    #[must_use]
    pub fn has_to_ask_person(&self) -> bool {
        self.can_be_told(Notice::AgentConfirmation) && !self.was_told(Notice::AgentConfirmation, 1)
    }

    /// Whether the person themselves is asked if somebody acts for them, now or once they can be reached.
    #[must_use]
    pub fn asks_person(&self) -> bool {
        let is_code = |proof: Proof| matches!(proof, Proof::EmailCode | Proof::HandleCode);
        self.agent.is_some() && self.standing.closed_at().is_none() && self.missing().any(is_code)
    }

    /// Whom a notice goes to; a business's contact does not stand in a request.
    pub(super) fn recipient(&self, notice: Notice) -> Option<Recipient<'_>> {
        let agent = self.agent.as_ref().and_then(|agent| agent.email.as_ref()).map(Recipient::Email);
        let email = || self.contact.email.as_ref().map(Recipient::Email);
        let account = || self.contact.account.as_ref().map(Recipient::Account);
        let person = || email().or_else(account);
        // A code goes where it shows something, and nowhere else: one in a mail would show nothing of an account.
        let by_code = || match self.code_in(notice) {
            Some(Proof::EmailCode) => email(),
            Some(Proof::HandleCode) => account(),
            Some(Proof::AccountLogin | Proof::DataPoints | Proof::Declaration | Proof::AgentPermission) | None => {
                person()
            }
        };
        match notice.reader() {
            Reader::Asker if notice == Notice::Acknowledgement => agent.or_else(by_code),
            Reader::Asker => by_code(),
            Reader::Person => person(),
            Reader::Owner => self.owner(),
            Reader::Agent => agent,
            Reader::Tenant => None,
        }
    }
}
