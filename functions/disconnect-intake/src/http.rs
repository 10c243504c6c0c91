//! Translates between HTTP and the use case: which connection, which answer. The gateway has checked who asks (IAM).

use http::{HeaderValue, Method, Response, StatusCode, header};
use jiff::SignedDuration;
use lambda_http::{Body, Request, RequestExt};
use privacy::accept::Accepted;
use privacy::accept_disconnect::{Disconnect, accept_disconnect};
use privacy::data_map::{DataMap, UnusablePolicy};
use privacy::fault::Fault;
use privacy::ids::{ConnectionId, Platform, TenantId};
use privacy::ports::Clock;
use privacy::scope::Place;
use privacy_aws::connection::Connection;
use privacy_aws::ledger::LedgerTable;
use privacy_aws::queue::SqsQueue;
use privacy_edge::clock::SystemClock;
use privacy_edge::json::Members;
use privacy_edge::problem::Problem;

use crate::config::Config;

/// Answers the dashboard.
#[derive(Debug)]
pub(crate) struct Intake {
    ledger: LedgerTable,
    queue: SqsQueue,
    map: DataMap,
    stuck_after: SignedDuration,
}

/// A request that was not accepted.
enum Rejected {
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

impl Intake {
    pub(crate) fn new(connection: &Connection, config: Config) -> Result<Self, UnusablePolicy> {
        Ok(Self {
            ledger: LedgerTable::new(connection, config.ledger_table),
            queue: SqsQueue::new(connection, config.erasure_queue_url),
            map: DataMap::built_in()?,
            stuck_after: config.stuck_after,
        })
    }

    pub(crate) async fn answer(&self, request: &Request) -> Response<Body> {
        let request_id = request.lambda_context_ref().map_or("", |context| context.request_id.as_str());
        let span = tracing::info_span!("disconnect", "request.id" = request_id);
        let answered = self.accept(request).await;
        let _entered = span.enter();
        match answered {
            Ok(accepted) => {
                log_accepted(&accepted);
                acknowledgement(&accepted)
            }
            Err(Rejected::Problem(problem)) => {
                tracing::warn!(outcome = problem.slug(), "a request was not a disconnect");
                problem.response()
            }
            Err(Rejected::Fault(fault)) => {
                tracing::error!(outcome = "not-stored", cause = fault.chain(), "a disconnect could not be stored");
                Problem::Unavailable.response()
            }
        }
    }

    async fn accept(&self, request: &Request) -> Result<Accepted, Rejected> {
        let platform = platform(request.raw_http_path()).ok_or(Problem::NotFound)?;
        if request.method() != Method::POST {
            return Err(Problem::MethodNotAllowed("POST").into());
        }
        let members = Members::read(request.headers(), request.body())?;
        let tenant = members.parse("tenant_id", TenantId::parse)?.ok_or(Problem::BadMember("tenant_id"))?;
        let connection =
            members.parse("connection_id", ConnectionId::parse)?.ok_or(Problem::BadMember("connection_id"))?;
        let disconnected_at = members.parse("disconnected_at", str::parse)?;
        let disconnect = Disconnect { place: Place { tenant, connection, contact: None }, platform, disconnected_at };
        let now = SystemClock.now();
        disconnect.check(now).map_err(|_| Problem::BadMember("disconnected_at"))?;
        Ok(accept_disconnect(&self.ledger, &self.queue, &self.map, self.stuck_after, disconnect, now).await?)
    }
}

/// `/api/integrations/{platform}/disconnect`
fn platform(path: &str) -> Option<Platform> {
    let name = path.strip_prefix("/api/integrations/")?.strip_suffix("/disconnect")?;
    Platform::parse(name).ok()
}

fn acknowledgement(accepted: &Accepted) -> Response<Body> {
    let due_by = accepted.due_by.date.to_string();
    let body = serde_json::json!({
        "obligation_id": accepted.id.as_str(),
        "due_by": due_by,
        "time_zone": accepted.due_by.time_zone,
    });
    let mut response = Response::new(Body::Text(body.to_string()));
    *response.status_mut() = StatusCode::ACCEPTED;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn log_accepted(accepted: &Accepted) {
    let (outcome, obligation) = (accepted.became.as_str(), accepted.id.log_ref());
    match &accepted.unsent {
        None => tracing::info!(outcome, "obligation.ref" = obligation, "a disconnect was accepted"),
        Some(fault) => tracing::warn!(
            outcome,
            "obligation.ref" = obligation,
            cause = fault.chain(),
            "a disconnect was stored but not queued; the sweeper will send it"
        ),
    }
}

#[cfg(test)]
mod tests;
