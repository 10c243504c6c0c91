//! Translates: an address into a code, and what the ledger holds into a page or JSON. Everything that is not the
//! code of a stored request gets one and the same answer, so that codes cannot be told from near misses.

use http::{HeaderValue, Method, Response, header};
use jiff::{SignedDuration, Span, Timestamp};
use lambda_http::{Body, Request, RequestExt};
use privacy::data_map::DataMap;
use privacy::fault::Fault;
use privacy::obligation::ObligationId;
use privacy::ports::{Clock, Freshness, Showcase};
use privacy::show_asked::show_asked;
use privacy::show_request::show_request;
use privacy_edge::problem::Problem;

use privacy_pages::accept::{Format, preferred};
use privacy_pages::{headers, not_found, visit};

use crate::{asked, asked_json, json, notice, page};

/// What answers every request.
#[derive(Debug)]
pub(crate) struct Site<S, C> {
    pub(crate) showcase: S,
    pub(crate) clock: C,
    pub(crate) map: DataMap,
    pub(crate) second_looks: Vec<Span>,
    pub(crate) base: String,
}

impl<S: Showcase, C: Clock> Site<S, C> {
    /// Answers, and logs one line without the address.
    pub(crate) async fn answer(&self, request: &Request) -> Response<Body> {
        // As the API received it: the path of the URI went through a parser that resolves `..` and drops tabs.
        let path = request.raw_http_path();
        let request_id = request.lambda_context_ref().map_or("", |context| context.request_id.as_str());
        let format = preferred(request.headers(), default_format(path));
        let (outcome, mut response) = match self.find(request, path, format, request_id).await {
            Ok(text) => ("shown", written(text, format)),
            Err(problem) => (problem.slug(), self.refuse(problem, format)),
        };
        headers::guard(&mut response);
        tracing::info!(request.id = request_id, outcome, http.status = response.status().as_u16(), "answered");
        if request.method() == Method::HEAD {
            *response.body_mut() = Body::Empty;
        }
        response
    }

    async fn find(&self, request: &Request, path: &str, format: Format, request_id: &str) -> Result<String, Problem> {
        let code = code_in(path).ok_or(Problem::NotFound)?;
        let method = request.method();
        if method != Method::GET && method != Method::HEAD {
            return Err(Problem::MethodNotAllowed("GET, HEAD"));
        }
        let id = ObligationId::parse(code).map_err(|_| Problem::NotFound)?;
        match self.show(&id, format, freshness(request, self.clock.now())).await {
            Ok(text) => text.ok_or(Problem::NotFound),
            Err(fault) => {
                let (problem, chain) = (Problem::Unavailable, fault.chain());
                tracing::error!(
                    request.id = request_id,
                    outcome = problem.slug(),
                    cause = chain,
                    obligation.ref = id.log_ref(),
                    "a request could not be shown"
                );
                Err(problem)
            }
        }
    }

    async fn show_asked(
        &self,
        id: &ObligationId,
        format: Format,
        freshness: Freshness,
    ) -> Result<Option<String>, Fault> {
        let now = self.clock.now();
        let view = show_asked(&self.showcase, &self.map, &self.second_looks, id, freshness, now).await?;
        let Some(view) = view else { return Ok(None) };
        let text = match format {
            Format::Html => asked::status(&view, &self.map.model().company, &self.base, now),
            Format::Json => asked_json::document(&view).map_err(|error| Fault::park("status.write_json", error))?,
        };
        Ok(Some(text))
    }

    async fn show(&self, id: &ObligationId, format: Format, freshness: Freshness) -> Result<Option<String>, Fault> {
        if id.is_request() {
            return self.show_asked(id, format, freshness).await;
        }
        let view = show_request(&self.showcase, &self.map, &self.second_looks, id, freshness).await?;
        let Some(view) = view else {
            return Ok(None);
        };
        let text = match format {
            Format::Html => page::status(&view, &self.map.model().company, self.clock.now()),
            Format::Json => json::document(&view).map_err(|error| Fault::park("status.write_json", error))?,
        };
        Ok(Some(text))
    }

    /// A problem document, or the page that says the same to a person.
    fn refuse(&self, problem: Problem, format: Format) -> Response<Body> {
        let company = &self.map.model().company;
        let mut response = problem.response();
        let page = match (format, problem) {
            (Format::Html, Problem::NotFound) => not_found::page(company),
            (Format::Html, Problem::Unavailable) => notice::unavailable(company),
            (
                Format::Html | Format::Json,
                Problem::BadRequest
                | Problem::BadMember(_)
                | Problem::NoReason
                | Problem::WindowClosed
                | Problem::CameBack
                | Problem::OtherEnd
                | Problem::InvalidHold(_)
                | Problem::HoldTaken
                | Problem::PlanDiffers
                | Problem::NotNow
                | Problem::StepsLeft
                | Problem::NotExtendable
                | Problem::NotPausable
                | Problem::NotDeniable
                | Problem::NotNamed
                | Problem::TooFewPoints
                | Problem::NotVerified
                | Problem::TooMany
                | Problem::NotFound
                | Problem::Unknown(_)
                | Problem::MethodNotAllowed(_)
                | Problem::TooLarge
                | Problem::UnsupportedMediaType
                | Problem::Unavailable,
            ) => return response,
        };
        *response.body_mut() = Body::Text(page);
        response.headers_mut().insert(header::CONTENT_TYPE, content_type(Format::Html));
        response
    }
}

/// The code of a status page, not yet known to be one.
fn code_in(path: &str) -> Option<&str> {
    path.strip_prefix("/privacy/requests/").filter(|code| !code.is_empty() && !code.contains('/'))
}

/// Whoever comes from the answer to their own form sees what they just did; a look at any other time is half the price, and
/// may be a moment old. The link of that answer says since when it stands (`privacy_pages::visit`).
fn freshness(request: &Request, now: Timestamp) -> Freshness {
    let query = request.query_string_parameters_ref();
    let after = query.and_then(|query| query.first(visit::AFTER)).and_then(|text| text.parse().ok());
    let is_just_done = |at: Timestamp| now.duration_since(at).abs() <= JUST_DONE;
    match after.and_then(|seconds| Timestamp::from_second(seconds).ok()) {
        Some(at) if is_just_done(at) => Freshness::Now,
        Some(_) | None => Freshness::MomentAgo,
    }
}

/// How long the link of an answer leads to what was just done; a copy lags for less than a second.
const JUST_DONE: SignedDuration = SignedDuration::from_mins(2);

/// People come to `/privacy`; everything else is for programs.
fn default_format(path: &str) -> Format {
    if path == "/privacy" || path.starts_with("/privacy/") { Format::Html } else { Format::Json }
}

fn content_type(format: Format) -> HeaderValue {
    HeaderValue::from_static(match format {
        Format::Html => "text/html; charset=utf-8",
        Format::Json => "application/json",
    })
}

fn written(text: String, format: Format) -> Response<Body> {
    let mut response = Response::new(Body::Text(text));
    response.headers_mut().insert(header::CONTENT_TYPE, content_type(format));
    response
}

#[cfg(test)]
mod tests;
