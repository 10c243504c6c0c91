//! What comes back from the carrier of mails: a letter that could not be delivered, or that was complained about. It names
//! the letter and nobody: the address stands in the carrier's own event and is left out on the way here.

use serde::{Deserialize, Serialize};

use super::notice::{Notice, NoticeJob};
use crate::ids::TenantId;
use crate::message::UnknownMessage;
use crate::obligation::ObligationId;

/// How it is known that a letter reached nobody, or was not wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BounceCause {
    /// It came back.
    #[default]
    Bounce,
    /// Whoever got it says that it is unwanted.
    Complaint,
    /// There was nowhere to send it to.
    Unreachable,
}

/// One letter of a request, as it is marked on its way: `code.2`, `tenant-forward.1.tenant-alder`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterName {
    /// What it told.
    pub notice: Notice,
    /// Which of several of its kind.
    pub round: u32,
    /// To which business, if not to whoever asked.
    pub tenant: Option<TenantId>,
}

impl LetterName {
    /// The name of what a job sends.
    #[must_use]
    pub fn of(job: &NoticeJob) -> Self {
        Self { notice: job.notice, round: job.round, tenant: job.tenant.clone() }
    }

    /// As it is marked: letters, digits, `-`, `_` and dots.
    #[must_use]
    pub fn to_mark(&self) -> String {
        let tenant = self.tenant.as_ref().map(|tenant| format!(".{tenant}")).unwrap_or_default();
        format!("{}.{}{tenant}", self.notice.as_str(), self.round)
    }

    /// # Errors
    /// [`UnknownMessage`]
    pub fn parse(mark: &str) -> Result<Self, UnknownMessage> {
        let mut parts = mark.splitn(3, '.');
        let notice = parts.next().and_then(|name| Notice::ALL.into_iter().find(|notice| notice.as_str() == name));
        let round = parts.next().and_then(|round| round.parse().ok());
        let tenant = parts.next().map(TenantId::parse).transpose().map_err(|_| UnknownMessage)?;
        let (notice, round) = (notice.ok_or(UnknownMessage)?, round.ok_or(UnknownMessage)?);
        if notice.is_to_tenant() == tenant.is_some() { Ok(Self { notice, round, tenant }) } else { Err(UnknownMessage) }
    }
}

/// "This letter of that request came back." May come twice, late, or for what is long over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BounceReport {
    /// Of which request.
    pub request: ObligationId,
    /// Which letter.
    pub letter: LetterName,
    /// How that is known.
    pub cause: BounceCause,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BounceV1 {
    v: u8,
    request: ObligationId,
    letter: String,
    cause: BounceCause,
}

impl BounceReport {
    /// The body that the rules of `template.yaml` make of an event of the carrier.
    #[must_use]
    pub fn to_body(&self) -> String {
        let Self { request, letter, cause } = self;
        serde_json::json!({"v": 1, "request": request, "letter": letter.to_mark(), "cause": cause}).to_string()
    }

    /// # Errors
    /// [`UnknownMessage`]
    pub fn from_body(body: &str) -> Result<Self, UnknownMessage> {
        let BounceV1 { v, request, letter, cause } = serde_json::from_str(body).map_err(|_| UnknownMessage)?;
        let letter = LetterName::parse(&letter)?;
        if v == 1 && request.is_request() { Ok(Self { request, letter, cause }) } else { Err(UnknownMessage) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_reads_back_and_others_do_not() {
        let request = ObligationId::of_request(&[7; 20]);
        for notice in Notice::ALL {
            let tenant = notice.is_to_tenant().then(|| TenantId::parse("tenant-alder").unwrap());
            let letter = LetterName { notice, round: 2, tenant };
            let report = BounceReport { request: request.clone(), letter, cause: BounceCause::Complaint };
            assert_eq!(BounceReport::from_body(&report.to_body()), Ok(report));
        }
        for letter in ["", "code", "code.", "code.x", "code.1.tenant", "tenant-told.1", "tenant-told.1.a b", "no.1"] {
            let body = serde_json::json!({"v": 1, "request": request, "letter": letter, "cause": "bounce"}).to_string();
            assert_eq!(BounceReport::from_body(&body), Err(UnknownMessage), "{letter}");
        }
    }
}
