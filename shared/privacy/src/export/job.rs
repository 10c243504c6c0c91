//! The message that has a bundle made. It names a request, or a tenant by its opaque id, and nothing about anybody.

use std::future::Future;

use serde::{Deserialize, Serialize};

use crate::ids::TenantId;
use crate::message::UnknownMessage;
use crate::obligation::ObligationId;
use crate::ports::Answer;

/// "Make this bundle": what goes into it and how far it is stands in the ledger, so a message may come twice or late.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportJob {
    /// The answer to a person's request.
    Request(ObligationId),
    /// The account of a tenant, while its export is open.
    Tenant(TenantId),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExportV1 {
    v: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request: Option<ObligationId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tenant: Option<TenantId>,
}

impl ExportJob {
    /// The body to send: `{"v":1,"request":"8…"}` or `{"v":1,"tenant":"…"}`.
    #[must_use]
    pub fn to_body(&self) -> String {
        match self {
            Self::Request(request) => serde_json::json!({"v": 1, "request": request}).to_string(),
            Self::Tenant(tenant) => serde_json::json!({"v": 1, "tenant": tenant}).to_string(),
        }
    }

    /// A name for logs, and for whoever ordered it. It opens nothing.
    #[must_use]
    pub fn log_ref(&self) -> String {
        match self {
            Self::Request(request) => request.log_ref(),
            Self::Tenant(_) => self.named().log_ref(),
        }
    }

    /// The request that it answers; that of an account, which answers none, by an id of its own.
    #[must_use]
    pub fn named(&self) -> ObligationId {
        match self {
            Self::Request(request) => request.clone(),
            Self::Tenant(tenant) => ObligationId::of_termination(tenant, "export"),
        }
    }

    /// # Errors
    /// [`UnknownMessage`]
    pub fn from_body(body: &str) -> Result<Self, UnknownMessage> {
        let ExportV1 { v, request, tenant } = serde_json::from_str(body).map_err(|_| UnknownMessage)?;
        match (v, request, tenant) {
            (1, Some(request), None) if request.is_request() => Ok(Self::Request(request)),
            (1, None, Some(tenant)) => Ok(Self::Tenant(tenant)),
            _ => Err(UnknownMessage),
        }
    }
}

/// Sends what is to be exported to the worker that exports. At least once, in any order.
pub trait ExportQueue: Sync {
    /// Puts one message into its queue.
    fn export(&self, job: &ExportJob) -> impl Future<Output = Answer<()>> + Send;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_reads_back_and_others_do_not() {
        let request = ObligationId::of_request(&[7; 20]);
        let tenant = TenantId::parse("tenant-alder").unwrap();
        for job in [ExportJob::Request(request.clone()), ExportJob::Tenant(tenant)] {
            assert_eq!(ExportJob::from_body(&job.to_body()), Ok(job));
        }
        let request = request.as_str();
        for bad in [
            "",
            "{}",
            r#"{"v":1}"#,
            &format!(r#"{{"v":2,"request":"{request}"}}"#),
            &format!(r#"{{"v":1,"request":"{request}","tenant":"alder"}}"#),
            &format!(r#"{{"v":1,"request":"{request}","more":1}}"#),
            &format!(r#"{{"v":1,"request":"{}"}}"#, "a".repeat(32)),
            r#"{"v":1,"tenant":"a#b"}"#,
        ] {
            assert_eq!(ExportJob::from_body(bad), Err(UnknownMessage), "{bad}");
        }
    }
}
