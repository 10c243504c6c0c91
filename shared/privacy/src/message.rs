//! Messages between functions, versioned. They hold a keyed code and nothing about anybody.

use serde::{Deserialize, Serialize};

use crate::obligation::ObligationId;

/// A message body that no version of ours wrote: it can never work, so it is parked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a work message of a known version")]
pub struct UnknownMessage;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WorkV1 {
    v: u8,
    obligation: String,
}

/// "Work on this obligation": what is to be done stands in the ledger, so a message may come twice or late.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// Which.
    pub obligation: ObligationId,
}

impl Work {
    /// The body to send.
    #[must_use]
    pub fn to_body(&self) -> String {
        serde_json::json!({"v": 1, "obligation": self.obligation.as_str()}).to_string()
    }

    /// # Errors
    /// [`UnknownMessage`]
    pub fn from_body(body: &str) -> Result<Self, UnknownMessage> {
        let WorkV1 { v, obligation } = serde_json::from_str(body).map_err(|_| UnknownMessage)?;
        let obligation = ObligationId::parse(&obligation).map_err(|_| UnknownMessage)?;
        if v == 1 { Ok(Self { obligation }) } else { Err(UnknownMessage) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_reads_back_and_others_do_not() {
        let work = Work { obligation: ObligationId::parse(&"a".repeat(32)).unwrap() };
        assert_eq!(Work::from_body(&work.to_body()), Ok(work));
        for bad in [
            "",
            "{}",
            "null",
            r#"{"v":2,"obligation":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}"#,
            r#"{"v":1,"obligation":"x"}"#,
        ] {
            assert_eq!(Work::from_body(bad), Err(UnknownMessage), "{bad}");
        }
    }
}
