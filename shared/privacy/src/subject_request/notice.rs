//! What whoever asks is told, and the message that makes the worker tell it. It names a request and nothing about anybody.

use serde::{Deserialize, Serialize};

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
    /// It is done; where the answer is.
    Answer,
    /// We will not, why, and where to turn.
    Denial,
}

impl Notice {
    /// Every notice.
    pub const ALL: [Self; 6] =
        [Self::Acknowledgement, Self::Code, Self::AgentConfirmation, Self::Extension, Self::Answer, Self::Denial];

    /// Its name in rows, messages and logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Acknowledgement => "acknowledgement",
            Self::Code => "code",
            Self::AgentConfirmation => "agent-confirmation",
            Self::Extension => "extension",
            Self::Answer => "answer",
            Self::Denial => "denial",
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
    round: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<KeyedRef>,
}

impl NoticeJob {
    /// The body to send.
    #[must_use]
    pub fn to_body(&self) -> String {
        let Self { request, notice, round, source } = self;
        let mut body = serde_json::json!({"v": 1, "request": request, "notice": notice, "round": round});
        if let (Some(body), Some(source)) = (body.as_object_mut(), source) {
            body.insert("source".to_owned(), source.as_str().into());
        }
        body.to_string()
    }

    /// # Errors
    /// [`UnknownMessage`]
    pub fn from_body(body: &str) -> Result<Self, UnknownMessage> {
        let NoticeV1 { v, request, notice, round, source } = serde_json::from_str(body).map_err(|_| UnknownMessage)?;
        if v == 1 && request.is_request() { Ok(Self { request, notice, round, source }) } else { Err(UnknownMessage) }
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
            let job = NoticeJob { request: request.clone(), notice, round: 2, source };
            assert_eq!(NoticeJob::from_body(&job.to_body()), Ok(job));
        }
        let other = format!(r#"{{"v":1,"request":"{}","notice":"code","round":1}}"#, "a".repeat(32));
        for bad in ["", "{}", &other] {
            assert_eq!(NoticeJob::from_body(bad), Err(UnknownMessage), "{bad}");
        }
    }
}
