//! What whoever asks is told, and the message that makes the worker tell it. It names a request and nothing about anybody.

use serde::{Deserialize, Serialize};

use crate::ids::TenantId;
use crate::keys::KeyedRef;
use crate::message::UnknownMessage;
use crate::obligation::ObligationId;

/// What is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Notice {
    /// We got it; how it goes on; a code where one is needed.
    Acknowledgement,
    /// A fresh code.
    Code,
    /// Somebody says that they act for you: is that so?
    AgentConfirmation,
    /// We need more time, and why.
    Extension,
    /// Where you live was noted wrongly: by when we answer now, and where you can turn.
    Relocated,
    /// To whose account is said to be a child's: staff believe it, nothing uses the data, and it goes. Nothing of whoever reports.
    Quarantined,
    /// The last day is there, and it is our turn: what was sent in has still to be looked at.
    Late,
    /// It is done; where the answer is.
    Answer,
    /// We will not, why, and where to turn.
    Denial,
    /// It is taken back, as they wanted.
    Withdrawal,
    /// To an agent: it takes longer. Nothing of the person.
    AgentExtension,
    /// To an agent: the last day is there, and it is our turn. Nothing of the person.
    AgentLate,
    /// To an agent: it is answered. Nothing of the person.
    AgentAnswer,
    /// To an agent: it is refused. Nothing of the person.
    AgentDenial,
    /// To an agent: the person has taken it back.
    AgentWithdrawal,
    /// Which way it goes: a business decides on it. Its rounds are [`NOT_REACHED`] and [`PASSED_ON`].
    Routed,
    /// To a business: a person asks for something that is yours to decide, by when.
    TenantForward,
    /// To a business: it is still waiting.
    TenantReminder,
    /// To a business: we act on it ourselves, at the person's word.
    TenantTold,
    /// To a business: the person has taken back what it was asked for, and it need decide nothing.
    TenantWithdrawal,
}

/// Who reads a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// Whoever asks, or is asked whether somebody may: before anything need have been shown.
    Asker,
    /// The person, of what becomes of their request.
    Person,
    /// Whose data is said to be a child's.
    Owner,
    /// Who asks for the person, of what becomes of it.
    Agent,
    /// A business that decides.
    Tenant,
}

/// The round of [`Notice::Routed`] that says: the business cannot be reached.
pub const NOT_REACHED: u32 = 1;
/// The round of [`Notice::Routed`] that says: the business has it. Whoever has read this is told [`NOT_REACHED`] no more.
pub const PASSED_ON: u32 = 2;

impl Notice {
    /// Every notice.
    pub const ALL: [Self; 20] = [
        Self::Acknowledgement,
        Self::Code,
        Self::AgentConfirmation,
        Self::Extension,
        Self::Relocated,
        Self::Quarantined,
        Self::Late,
        Self::Answer,
        Self::Denial,
        Self::Withdrawal,
        Self::AgentExtension,
        Self::AgentLate,
        Self::AgentAnswer,
        Self::AgentDenial,
        Self::AgentWithdrawal,
        Self::Routed,
        Self::TenantForward,
        Self::TenantReminder,
        Self::TenantTold,
        Self::TenantWithdrawal,
    ];

    /// Its name in rows, messages and logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Acknowledgement => "acknowledgement",
            Self::Code => "code",
            Self::AgentConfirmation => "agent-confirmation",
            Self::Extension => "extension",
            Self::Relocated => "relocated",
            Self::Quarantined => "quarantined",
            Self::Late => "late",
            Self::Answer => "answer",
            Self::Denial => "denial",
            Self::Withdrawal => "withdrawal",
            Self::AgentExtension => "agent-extension",
            Self::AgentLate => "agent-late",
            Self::AgentAnswer => "agent-answer",
            Self::AgentDenial => "agent-denial",
            Self::AgentWithdrawal => "agent-withdrawal",
            Self::Routed => "routed",
            Self::TenantForward => "tenant-forward",
            Self::TenantReminder => "tenant-reminder",
            Self::TenantTold => "tenant-told",
            Self::TenantWithdrawal => "tenant-withdrawal",
        }
    }

    /// Who reads it.
    #[must_use]
    pub const fn reader(self) -> Reader {
        match self {
            Self::Acknowledgement | Self::Code | Self::AgentConfirmation => Reader::Asker,
            Self::Extension
            | Self::Relocated
            | Self::Late
            | Self::Answer
            | Self::Denial
            | Self::Withdrawal
            | Self::Routed => Reader::Person,
            Self::Quarantined => Reader::Owner,
            Self::AgentExtension | Self::AgentLate | Self::AgentAnswer | Self::AgentDenial | Self::AgentWithdrawal => {
                Reader::Agent
            }
            Self::TenantForward | Self::TenantReminder | Self::TenantTold | Self::TenantWithdrawal => Reader::Tenant,
        }
    }

    /// Whether it goes to a business, and so has to name one.
    #[must_use]
    pub const fn is_to_tenant(self) -> bool {
        matches!(self.reader(), Reader::Tenant)
    }

    /// What an agent hears when the person does; they ask for the person, so they hear how it goes on, and nothing of what we
    /// hold.
    #[must_use]
    pub const fn of_agent(self) -> Option<Self> {
        match self {
            Self::Extension => Some(Self::AgentExtension),
            Self::Late => Some(Self::AgentLate),
            Self::Answer => Some(Self::AgentAnswer),
            Self::Denial => Some(Self::AgentDenial),
            Self::Withdrawal => Some(Self::AgentWithdrawal),
            Self::Acknowledgement
            | Self::Code
            | Self::AgentConfirmation
            | Self::Relocated
            | Self::Quarantined
            | Self::AgentExtension
            | Self::AgentLate
            | Self::AgentAnswer
            | Self::AgentDenial
            | Self::AgentWithdrawal
            | Self::Routed
            | Self::TenantForward
            | Self::TenantReminder
            | Self::TenantTold
            | Self::TenantWithdrawal => None,
        }
    }
}

/// "Tell this to whoever made this request": what is told stands in the ledger, so a message may come twice or late.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeJob {
    /// Whom.
    pub request: ObligationId,
    /// What.
    pub notice: Notice,
    /// To which business; `None` for whoever asks.
    pub tenant: Option<TenantId>,
    /// Which of several of its kind: it is told once.
    pub round: u32,
    /// Whose doing it is, by the name of a counter: so many letters of a source reach an address.
    pub source: Option<KeyedRef>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct NoticeV1 {
    v: u8,
    request: ObligationId,
    notice: Notice,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tenant: Option<TenantId>,
    round: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<KeyedRef>,
}

impl NoticeJob {
    /// The body to send.
    #[must_use]
    pub fn to_body(&self) -> String {
        let Self { request, notice, tenant, round, source } = self;
        let mut body = serde_json::json!({"v": 1, "request": request, "notice": notice, "round": round});
        if let Some(body) = body.as_object_mut() {
            let tenant = tenant.as_ref().map(|tenant| ("tenant".to_owned(), tenant.as_str().into()));
            let source = source.as_ref().map(|source| ("source".to_owned(), source.as_str().into()));
            body.extend(tenant.into_iter().chain(source));
        }
        body.to_string()
    }

    /// # Errors
    /// [`UnknownMessage`]
    pub fn from_body(body: &str) -> Result<Self, UnknownMessage> {
        let read = serde_json::from_str(body).map_err(|_| UnknownMessage)?;
        let NoticeV1 { v, request, notice, tenant, round, source } = read;
        let is_known = v == 1 && request.is_request() && notice.is_to_tenant() == tenant.is_some();
        if is_known { Ok(Self { request, notice, tenant, round, source }) } else { Err(UnknownMessage) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_reads_back_and_others_do_not() {
        let request = ObligationId::of_request(&[7; 20]);
        let source = KeyedRef::parse(&format!("v1-{}", "a".repeat(32))).unwrap();
        for (notice, source) in Notice::ALL.into_iter().zip([None, Some(source)].into_iter().cycle()) {
            let tenant = notice.is_to_tenant().then(|| TenantId::parse("tenant-alder").unwrap());
            let job = NoticeJob { request: request.clone(), notice, tenant, round: 2, source };
            assert_eq!(NoticeJob::from_body(&job.to_body()), Ok(job));
        }
        let other = format!(r#"{{"v":1,"request":"{}","notice":"code","round":1}}"#, "a".repeat(32));
        let request = request.as_str();
        let no_tenant = format!(r#"{{"v":1,"request":"{request}","notice":"tenant-told","round":1}}"#);
        let a_tenant = format!(r#"{{"v":1,"request":"{request}","notice":"code","tenant":"t","round":1}}"#);
        for bad in ["", "{}", &other, &no_tenant, &a_tenant] {
            assert_eq!(NoticeJob::from_body(bad), Err(UnknownMessage), "{bad}");
        }
    }
}
