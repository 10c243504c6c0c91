//! Translates between HTTP and the use case: which callback, which field, which answer.

use std::sync::Arc;

use http::{HeaderValue, Method, Response, header};
use lambda_http::{Body, Request, RequestExt};
use privacy::accept::Accepted;
use privacy::accept_callback::{Callback, Terms, accept_callback};
use privacy::data_map::{DataMap, UnusablePolicy};
use privacy::fault::Fault;
use privacy::keys::SubjectKeys;
use privacy::meta_secrets::AppSecrets;
use privacy::ports::Clock;
use privacy::signed_request::{self, Refusal, SignedRequest};
use privacy_aws::connection::Connection;
use privacy_aws::ledger::LedgerTable;
use privacy_aws::queue::SqsQueue;
use privacy_aws::secret::{Keep, Secret};
use privacy_edge::clock::SystemClock;
use privacy_edge::form;
use privacy_edge::problem::Problem;

use crate::config::Config;

/// Answers Meta.
#[derive(Debug)]
pub(crate) struct Callbacks {
    ledger: LedgerTable,
    queue: SqsQueue,
    app_secrets: Secret<AppSecrets>,
    subject_keys: Secret<SubjectKeys>,
    map: DataMap,
    config: Config,
}

/// A request that was not accepted.
enum Rejected {
    Problem(Problem),
    Refused(Refusal),
    Fault(Fault),
}

impl From<Problem> for Rejected {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<Fault> for Rejected {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

fn parse_app_secrets(text: &str) -> Result<AppSecrets, Fault> {
    AppSecrets::parse(text).map_err(|error| Fault::park("secret.meta-apps", error))
}

fn parse_subject_keys(text: &str) -> Result<SubjectKeys, Fault> {
    SubjectKeys::parse(text).map_err(|error| Fault::park("secret.subject-keys", error))
}

impl Callbacks {
    pub(crate) fn new(connection: &Connection, config: Config) -> Result<Self, UnusablePolicy> {
        Ok(Self {
            ledger: LedgerTable::new(connection, config.ledger_table.clone()),
            queue: SqsQueue::new(connection, config.erasure_queue_url.clone()),
            app_secrets: Secret::new(
                connection,
                config.meta_app_secrets_arn.clone(),
                Keep::ROTATING,
                parse_app_secrets,
            ),
            subject_keys: Secret::new(connection, config.subject_keys_arn.clone(), Keep::GROWING, parse_subject_keys),
            map: DataMap::built_in()?,
            config,
        })
    }

    /// Reads both secrets ahead of the first request.
    pub(crate) async fn warm(&self) {
        for fault in [self.app_secrets.get().await.err(), self.subject_keys.get().await.err()].into_iter().flatten() {
            tracing::warn!(cause = fault.chain(), "a secret could not be read ahead");
        }
    }

    pub(crate) async fn answer(&self, request: &Request) -> Response<Body> {
        let callback = match request.raw_http_path() {
            "/api/meta/data-deletion" => Callback::DataDeletion,
            "/api/meta/deauthorize" => Callback::Deauthorize,
            _ => return Problem::NotFound.response(),
        };
        // A company without an app of Meta's promises nothing here: the path is then as unknown as any other.
        if self.map.promise(callback.route()).is_none() {
            return Problem::NotFound.response();
        }
        let request_id = request.lambda_context_ref().map_or("", |context| context.request_id.as_str());
        let span = tracing::info_span!("callback", "request.id" = request_id, route = callback.route().as_str());
        let (answer, outcome) = match self.accept(request, callback).await {
            Ok(accepted) => {
                let _entered = span.enter();
                log_accepted(&accepted);
                return self.acknowledgement(&accepted);
            }
            Err(Rejected::Problem(problem)) => (problem, problem.slug()),
            Err(Rejected::Refused(refusal)) => {
                let _entered = span.enter();
                tracing::warn!(outcome = "refused", reason = %refusal, "a callback was refused");
                return Problem::BadRequest.response();
            }
            Err(Rejected::Fault(fault)) => {
                let _entered = span.enter();
                tracing::error!(outcome = "not-stored", cause = fault.chain(), "a callback could not be stored");
                return Problem::Unavailable.response();
            }
        };
        let _entered = span.enter();
        tracing::warn!(outcome, "a request was not a callback");
        answer.response()
    }

    async fn accept(&self, request: &Request, callback: Callback) -> Result<Accepted, Rejected> {
        if request.method() != Method::POST {
            return Err(Problem::MethodNotAllowed("POST").into());
        }
        // Whatever is wrong with it: one refusal.
        let field = form::single_field(request.headers(), request.body(), "signed_request").await;
        let field = field.map_err(|_| Problem::BadRequest)?;
        let signed = self.verify(&field).await?;
        let keys = self.subject_keys.get().await?;
        let terms = Terms { keys: &keys, map: &self.map, stuck_after: self.config.stuck_after };
        Ok(accept_callback(&self.ledger, &self.queue, terms, &signed, callback, SystemClock.now()).await?)
    }

    /// A signature that does not hold may be one of a secret that was changed a moment ago: look once more.
    async fn verify(&self, field: &str) -> Result<SignedRequest, Rejected> {
        let secrets = self.app_secrets.get().await?;
        match signed_request::verify(field, &secrets) {
            Ok(signed) => Ok(signed),
            Err(Refusal::Signature) => {
                let newer = self.app_secrets.get_anew().await?;
                if Arc::ptr_eq(&secrets, &newer) {
                    return Err(Rejected::Refused(Refusal::Signature));
                }
                signed_request::verify(field, &newer).map_err(Rejected::Refused)
            }
            Err(refusal) => Err(Rejected::Refused(refusal)),
        }
    }

    /// What Meta's page asks for after a deletion callback; after a deauthorize callback it reads the status only.
    fn acknowledgement(&self, accepted: &Accepted) -> Response<Body> {
        let code = accepted.id.as_str();
        let url = format!("{}/privacy/requests/{code}", self.config.public_base_url);
        let body = serde_json::json!({"url": url, "confirmation_code": code});
        let mut response = Response::new(Body::Text(body.to_string()));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

fn log_accepted(accepted: &Accepted) {
    let became = accepted.became.as_str();
    let obligation = accepted.id.log_ref();
    match &accepted.unsent {
        None => tracing::info!(outcome = became, "obligation.ref" = obligation, "a callback was accepted"),
        Some(fault) => tracing::warn!(
            outcome = became,
            "obligation.ref" = obligation,
            cause = fault.chain(),
            "a callback was stored but not queued; the sweeper will send it"
        ),
    }
}

#[cfg(test)]
mod tests;
