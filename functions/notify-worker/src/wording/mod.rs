//! What letters say: one content, once as a mail of two parts and once as a short message. Nothing of a person stands in any
//! of them: no name, no address, not what they wrote.

mod agent;
mod at_once;
pub(crate) mod blocks;
mod done;
mod late;
mod owner;
mod person;
mod relocated;
mod short;
mod tenant;
mod typed;
mod ways;
mod withdrawn;

use privacy::law::Law;
use privacy::obligation::ObligationId;
use privacy::policy::model::Company;
use privacy::subject_request::SubjectRequest;
use privacy::subject_request::letter::{Letter, Recipient};
use privacy::subject_request::notice::{Notice, PASSED_ON, Reader};

use self::blocks::Wording;
use crate::config::Config;

/// What letters are written from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Writer<'a> {
    pub(crate) company: &'a Company,
    pub(crate) law: &'a Law,
    /// Where pages and forms are, without a slash at the end.
    pub(crate) base: &'a str,
    /// Where businesses say what is to be done.
    pub(crate) tenant_answer: &'a str,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(config: &'a Config) -> Self {
        Self {
            company: &config.model.company,
            law: &config.law,
            base: &config.public_base_url,
            tenant_answer: &config.model.letters.tenant_answer,
        }
    }

    /// A letter as a mail.
    pub(crate) fn mail(self, letter: &Letter<'_>) -> Wording {
        if let Some(pass) = letter.pass {
            return self.no_more_today(pass);
        }
        match letter.notice {
            Notice::Acknowledgement if is_to_agent(letter) => self.acknowledgement_of_agent(letter),
            Notice::Acknowledgement => self.acknowledgement(letter),
            Notice::Code => self.code(letter),
            Notice::AgentConfirmation => self.agent_confirmation(letter),
            _ if is_as_typed(letter) => self.as_typed(),
            Notice::Extension => self.extension(letter.request),
            Notice::Relocated => self.relocated(letter.request),
            Notice::Quarantined => self.quarantined(letter),
            Notice::Late => self.late(letter.request),
            Notice::Answer => self.answer(letter),
            Notice::Denial => self.denial(letter.request),
            Notice::Withdrawal => self.withdrawal(letter.request),
            Notice::AgentExtension => self.extension_of_agent(letter.request),
            Notice::AgentLate => self.late_of_agent(letter.request),
            Notice::AgentAnswer => self.answer_of_agent(letter.request),
            Notice::AgentDenial => self.denial_of_agent(letter.request),
            Notice::AgentWithdrawal => self.withdrawal_of_agent(letter.request),
            Notice::Routed if letter.round < PASSED_ON => self.not_reached(letter),
            Notice::Routed => self.routed(letter),
            Notice::TenantForward => self.tenant_forward(letter),
            Notice::TenantReminder => self.tenant_reminder(letter),
            Notice::TenantTold => self.tenant_told(letter.request),
            Notice::TenantWithdrawal => self.tenant_withdrawal(letter.request),
        }
    }

    fn status_url(self, request: &SubjectRequest) -> String {
        self.page_of(&request.id)
    }

    fn page_of(self, id: &ObligationId) -> String {
        format!("{}/privacy/requests/{}", self.base, id.as_str())
    }
}

/// Whether a letter goes to whoever asks for somebody else.
fn is_to_agent(letter: &Letter<'_>) -> bool {
    let agent = letter.request.agent.as_ref().and_then(|agent| agent.email.as_ref());
    agent.is_some_and(|agent| letter.recipient == Recipient::Email(agent))
}

/// Whether it tells of an account, and goes where somebody only typed.
fn is_as_typed(letter: &Letter<'_>) -> bool {
    letter.notice.reader() == Reader::Person && letter.request.is_reached_as_typed()
}

/// One line of visible text: what staff wrote may hold line ends and worse.
fn line(text: &str) -> String {
    let spaced: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
