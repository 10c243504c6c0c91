//! Global Privacy Control (W3C): a browser that sends `Sec-GPC: 1` says that whoever uses it does not want their data sold or
//! shared. The page says that it was heard, and once somebody has shown an address or an account from such a
//! browser, their opting out is on record. That the signal is not there says nothing, and takes nothing back.

use http::{HeaderMap, Method, Response, StatusCode};
use jiff::Timestamp;
use lambda_http::Body;
use maud::{Markup, html};
use privacy::accept_request::{Naming, Sent, Terms, accept_request};
use privacy::fault::Fault;
use privacy::keys::{KeyedRef, SubjectKeys};
use privacy::opt_out_by_signal::opt_out;
use privacy::subject_request::SubjectRequest;
use privacy_edge::problem::Problem;

use crate::answers;
use crate::http::{Desk, Rejected};

const HEADER: &str = "sec-gpc";
/// Since when this service says that it hears the signal, as the resource of the specification wants it.
const SUPPORTED_SINCE: &str = "2026-11-28";

/// Whether the signal is there: `1` and nothing else. The gateway joins several headers of a name with commas.
pub(crate) fn is_on(headers: &HeaderMap) -> bool {
    let values = headers.get_all(HEADER).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|values| values.split(',')).any(|value| value.trim() == "1")
}

/// `/.well-known/gpc.json`
pub(crate) fn support(method: &Method) -> Result<(&'static str, Response<Body>), Rejected> {
    match *method {
        Method::GET | Method::HEAD => {
            let document = serde_json::json!({"gpc": true, "lastUpdate": SUPPORTED_SINCE});
            Ok(("supported", answers::json(StatusCode::OK, &document)))
        }
        _ => Err(Problem::MethodNotAllowed("GET, HEAD").into()),
    }
}

/// What is said to a browser that sends it and has asked for nothing yet.
pub(crate) fn heard() -> Markup {
    html! {
        section aria-labelledby="gpc" {
            h2 #gpc { "Opt-out request honored" }
            p { "Your browser sends Global Privacy Control. We hear it as your wish that your data is not sold or shared and not used for targeted advertising. On this page nothing of the kind happens, and it keeps nothing that would know your browser again." }
            p { "To have it on record for your address or account, " a href="#ask" { "ask us" } " for anything from this browser: once you have shown by the code or a login that it is yours, you have opted out as well." }
        }
    }
}

/// What is said to who has opted out by it just now.
pub(crate) fn recorded(status_url: &str) -> Markup {
    html! {
        section aria-labelledby="gpc" {
            h2 #gpc { "Opt-out request honored" }
            p { "Your browser sends Global Privacy Control, so you have opted out of the sale and sharing of your data as well. " a href=(status_url) { "It is on record." } }
        }
    }
}

impl Desk {
    /// Opts out whoever has just shown that a request is theirs, from a browser that sends the signal; the opt-out, if it is on
    /// record. What they have shown stands whatever becomes of it.
    pub(crate) async fn hear_signal(
        &self,
        headers: &HeaderMap,
        shown: &SubjectRequest,
        (keys, source): (&SubjectKeys, &KeyedRef),
        now: Timestamp,
    ) -> Option<SubjectRequest> {
        let ask = is_on(headers).then(|| opt_out(shown, &self.law)).flatten()?;
        // Shown again, it is the same.
        let name = format!("gpc#{}", shown.id.as_str());
        let sent = Sent { ask, source: Some(source.clone()) };
        match self.opt_out(&name, sent, keys, now).await {
            Ok(request) => Some(request),
            Err(fault) => {
                let cause = fault.chain();
                tracing::warn!(outcome = "not-opted-out", cause, "a signal of a browser was not noted");
                None
            }
        }
    }

    async fn opt_out(
        &self,
        name: &str,
        sent: Sent,
        keys: &SubjectKeys,
        now: Timestamp,
    ) -> Result<SubjectRequest, Fault> {
        let terms = Terms { keys, law: &self.law, stuck_after: self.config.stuck_after };
        let naming = Naming::Repeatable(name);
        let accepted = accept_request(&self.ledger, &self.outbox, terms, naming, sent, now).await?;
        if accepted.request.works_at_once() {
            self.begin(keys, &accepted.request, now).await;
        }
        Ok(accepted.request)
    }
}
