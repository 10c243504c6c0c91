//! Translates between HTTP and the use cases: which path, what was asked, which answer. What is answered never depends on
//! whether anybody is known.

use http::{Method, Response};
use jiff::Timestamp;
use lambda_http::request::RequestContext;
use lambda_http::{Body, Request, RequestExt};
use privacy::accept_request::{Naming, PER_SOURCE_AND_MINUTE, Sent, Terms, accept_request, admit_source, source_of};
use privacy::data_map::DataMap;
use privacy::fault::Fault;
use privacy::fulfil_request::Fulfilment;
use privacy::keys::{KeyedRef, SubjectKeys};
use privacy::law::Law;
use privacy::login::DashboardKeys;
use privacy::obligation::ObligationId;
use privacy::ports::Clock;
use privacy::subject_request::SubjectRequest;
use privacy::subject_request::ports::RequestBook;
use privacy::verify_request::send_code;
use privacy_aws::bundles::BundleBucket;
use privacy_aws::connection::Connection;
use privacy_aws::ledger::LedgerTable;
use privacy_aws::limits::LimitsTable;
use privacy_aws::outbox::Outbox;
use privacy_aws::secret::{Keep, Secret};
use privacy_aws::vault::{Names, Vault};
use privacy_edge::clock::SystemClock;
use privacy_edge::problem::Problem;
use privacy_edge::{form, random};
use privacy_pages::accept::{Format, preferred};
use privacy_pages::headers;

use crate::answers::{self, Page};
use crate::ask::{self, Read};
use crate::asking::Form;
use crate::config::Config;
use crate::next::Wanted;
use crate::signal;

/// Answers people and programs.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) ledger: LedgerTable,
    pub(crate) bundles: BundleBucket,
    pub(crate) limits: LimitsTable,
    /// Flags only.
    pub(crate) marks: Vault,
    pub(crate) outbox: Outbox,
    pub(crate) subject_keys: Secret<SubjectKeys>,
    pub(crate) dashboard_keys: Secret<DashboardKeys>,
    pub(crate) law: Law,
    pub(crate) map: DataMap,
    pub(crate) config: Config,
}

/// What a path names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Instructions,
    Signal,
    Requests,
    Code(ObligationId),
    Verification(ObligationId),
    Withdrawal(ObligationId),
    Download(ObligationId),
}

/// A request that got no answer of its own.
pub(crate) enum Rejected {
    Problem(Problem),
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

fn parse_subject_keys(text: &str) -> Result<SubjectKeys, Fault> {
    SubjectKeys::parse(text).map_err(|error| Fault::park("secret.subject-keys", error))
}

fn parse_dashboard_keys(text: &str) -> Result<DashboardKeys, Fault> {
    DashboardKeys::parse(text).map_err(|error| Fault::park("secret.dashboard-keys", error))
}

type Answered = Result<Response<Body>, Rejected>;

impl Desk {
    pub(crate) fn new(connection: &Connection, config: Config) -> Result<Self, lambda_http::Error> {
        Ok(Self {
            ledger: LedgerTable::new(connection, config.ledger_table.clone()),
            bundles: BundleBucket::new(connection, config.bundles_bucket.clone()),
            limits: LimitsTable::new(connection, config.limits_table.clone()),
            marks: Vault::new(connection, Names::of_marks(config.suppression_table.clone())),
            outbox: Outbox::new(connection, config.queues.clone()),
            subject_keys: Secret::new(connection, config.subject_keys_arn.clone(), Keep::GROWING, parse_subject_keys),
            dashboard_keys: Secret::new(
                connection,
                config.dashboard_keys_arn.clone(),
                Keep::ROTATING,
                parse_dashboard_keys,
            ),
            law: Law::built_in()?,
            map: DataMap::built_in()?,
            config,
        })
    }

    pub(crate) async fn answer(&self, request: &Request) -> Response<Body> {
        let request_id = request.lambda_context_ref().map_or("", |context| context.request_id.as_str());
        let format = self.format(request);
        let (outcome, mut response) = match self.take(request, format).await {
            Ok((outcome, answer)) => (outcome, answer),
            // A page is shown to who looks at pages; what asks for nothing in particular gets a problem document.
            Err(Rejected::Problem(problem @ Problem::MethodNotAllowed(_))) => {
                (problem.slug(), self.refuse(problem, preferred(request.headers(), Format::Json)))
            }
            Err(Rejected::Problem(problem)) => (problem.slug(), self.refuse_sent(request, problem, format).await),
            Err(Rejected::Fault(fault)) => {
                let cause = fault.chain();
                tracing::error!("request.id" = request_id, outcome = "not-stored", cause, "a request was not stored");
                ("unavailable", self.refuse_sent(request, Problem::Unavailable, format).await)
            }
        };
        headers::guard(&mut response);
        tracing::info!(request.id = request_id, outcome, http.status = response.status().as_u16(), "answered");
        if request.method() == Method::HEAD {
            *response.body_mut() = Body::Empty;
        }
        response
    }

    /// Whoever sends a form looks at pages; whoever sends JSON reads JSON.
    fn format(&self, request: &Request) -> Format {
        let is_page = request.raw_http_path() == "/privacy" || form::is_form(request.headers());
        preferred(request.headers(), if is_page { Format::Html } else { Format::Json })
    }

    async fn take(&self, request: &Request, format: Format) -> Result<(&'static str, Response<Body>), Rejected> {
        let subject = subject(request.raw_http_path()).ok_or(Problem::NotFound)?;
        match (subject, request.method()) {
            (Subject::Instructions, &Method::GET | &Method::HEAD) => Ok(("shown", self.instructions(request)?)),
            (Subject::Instructions, _) => Err(Problem::MethodNotAllowed("GET, HEAD").into()),
            (Subject::Signal, method) => signal::support(method),
            (Subject::Requests, &Method::POST) => self.accept(request, format).await,
            (Subject::Code(id), &Method::POST) => Ok(("asked", self.send_code(request, &id, format).await?)),
            (Subject::Verification(id), &Method::POST) => self.verify(request, &id, format).await,
            (Subject::Withdrawal(id), &Method::POST) => self.withdraw(request, &id, format).await,
            (Subject::Download(id), &Method::POST) => self.download(request, &id, format).await,
            (
                Subject::Requests
                | Subject::Code(_)
                | Subject::Verification(_)
                | Subject::Withdrawal(_)
                | Subject::Download(_),
                _,
            ) => Err(Problem::MethodNotAllowed("POST").into()),
        }
    }

    pub(crate) fn page(&self) -> Page<'_> {
        Page {
            company: &self.map.model().company,
            base: &self.config.public_base_url,
            law: &self.law,
            now: SystemClock.now(),
        }
    }

    fn instructions(&self, request: &Request) -> Answered {
        let form = Form::empty(&random::bytes::<16>()?);
        Ok(answers::instructions(self.page(), &self.map, &form, signal::is_on(request.headers())))
    }

    async fn accept(&self, request: &Request, format: Format) -> Result<(&'static str, Response<Body>), Rejected> {
        let now = SystemClock.now();
        let keys = self.subject_keys.get().await?;
        let source = self.admit(request, &keys, now).await?;
        let read = if form::is_form(request.headers()) {
            ask::from_form(request, now).await?
        } else {
            ask::from_json(request, now)?
        };
        let (ask, name) = match read {
            Read::Ask(ask, name) => (*ask, name),
            Read::Mend(typed, mistakes) if format == Format::Html => {
                let form = Form::to_mend(typed, mistakes);
                return Ok(("to-mend", answers::to_mend(self.page(), &self.map, &form)));
            }
            Read::Mend(_, mistakes) => {
                return Err(mistakes.first().map_or(Problem::BadRequest, |field| Problem::BadMember(field)).into());
            }
        };
        let seed = random::bytes()?;
        let naming = name.as_deref().map_or(Naming::Fresh(&seed), Naming::Repeatable);
        let terms = Terms { keys: &keys, law: &self.law, stuck_after: self.config.stuck_after };
        let sent = Sent { ask, source: Some(source) };
        let accepted = accept_request(&self.ledger, &self.outbox, terms, naming, sent, now).await?;
        if let Some(fault) = &accepted.unsent {
            let cause = fault.chain();
            tracing::warn!(outcome = "unsent", cause, "a notice was not sent; the sweeper sends it");
        }
        // What needs a proof waits for it, and what staff read for the sweep.
        if accepted.request.works_at_once() {
            self.begin(&keys, &accepted.request, now).await;
        }
        let outcome = if accepted.is_new { "accepted" } else { "accepted-again" };
        Ok((outcome, answers::accepted(self.page(), &accepted.request, format)))
    }

    /// The counter of whoever sent this, unless it is full.
    pub(crate) async fn admit(
        &self,
        request: &Request,
        keys: &SubjectKeys,
        now: Timestamp,
    ) -> Result<KeyedRef, Rejected> {
        let source = source_of(keys, &address(request));
        let source = source.ok_or_else(|| Fault::park("accept", "no key names a counter"))?;
        if admit_source(&self.limits, keys, &source, PER_SOURCE_AND_MINUTE, now).await? {
            Ok(source)
        } else {
            Err(Problem::TooMany.into())
        }
    }

    /// Answers the same for every reference, of a request or of none.
    async fn send_code(&self, request: &Request, id: &ObligationId, format: Format) -> Answered {
        let now = SystemClock.now();
        let keys = self.subject_keys.get().await?;
        let source = self.admit(request, &keys, now).await?;
        if let Some(known) = self.ledger.request(id).await? {
            send_code(&self.ledger, &self.outbox, &known, source).await?;
        }
        Ok(answers::code_sent(self.page(), id, Wanted::read(request).await, format))
    }

    /// What may be begun is begun at once; what fails, the sweeper begins.
    pub(crate) async fn begin(&self, keys: &SubjectKeys, request: &SubjectRequest, now: Timestamp) {
        let fulfilment = Fulfilment {
            ledger: &self.ledger,
            vault: &self.marks,
            queues: &self.outbox,
            keys,
            law: &self.law,
            map: &self.map,
            stuck_after: self.config.stuck_after,
        };
        // On the heap: it is larger than all else of this function together.
        if let Err(fault) = Box::pin(fulfilment.begin(request.clone(), now)).await {
            let cause = fault.chain();
            tracing::warn!(outcome = "not-begun", cause, "a request was not begun; the sweeper begins it");
        }
    }
}

/// What tells one source from another: the address that the gateway saw, never a header that anybody can write.
fn address(request: &Request) -> String {
    match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.clone().unwrap_or_default(),
        Some(_) | None => String::new(),
    }
}

/// `/privacy`, `/.well-known/gpc.json`, `/api/dsr`, `/api/dsr/{reference}/code`, `/api/dsr/{reference}/verification`, `…/withdrawal`, `…/download`
pub(crate) fn subject(path: &str) -> Option<Subject> {
    match path {
        "/privacy" => return Some(Subject::Instructions),
        "/.well-known/gpc.json" => return Some(Subject::Signal),
        "/api/dsr" => return Some(Subject::Requests),
        _ => {}
    }
    let (reference, act) =
        path.strip_prefix("/api/dsr/")?.split_once('/').filter(|(reference, _)| !reference.is_empty())?;
    // What nobody gave is answered as what nobody knows.
    let id = ObligationId::parse(reference).ok().filter(ObligationId::is_request);
    let id = id.unwrap_or_else(|| ObligationId::of_request(&[0; 20]));
    match act {
        "code" => Some(Subject::Code(id)),
        "verification" => Some(Subject::Verification(id)),
        "withdrawal" => Some(Subject::Withdrawal(id)),
        "download" => Some(Subject::Download(id)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
