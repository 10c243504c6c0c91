//! Translates between HTTP and the use cases: which connection or account, which answer. The gateway has checked who asks
//! (IAM).

mod account_export;
mod answers;
mod parts;

use http::{Method, Response};
use jiff::SignedDuration;
use lambda_http::{Body, Request, RequestExt};
use privacy::accept_disconnect::{Disconnect, accept_disconnect};
use privacy::accept_termination::{
    InvalidTermination, NotEnding, Reactivated, Termination, accept_termination, reactivate,
};
use privacy::data_map::DataMap;
use privacy::fault::Fault;
use privacy::find_obligation::Named;
use privacy::ids::{ConnectionId, Platform, TenantId};
use privacy::law::Law;
use privacy::ports::Clock;
use privacy::scope::Place;
use privacy_aws::bundles::BundleBucket;
use privacy_aws::connection::Connection;
use privacy_aws::ledger::LedgerTable;
use privacy_aws::queue::SqsQueue;
use privacy_edge::clock::SystemClock;
use privacy_edge::json::Members;
use privacy_edge::path;
use privacy_edge::problem::Problem;

use crate::config::Config;

/// Answers the dashboard.
#[derive(Debug)]
pub(crate) struct Intake {
    ledger: LedgerTable,
    queue: SqsQueue,
    exports: SqsQueue,
    bundles: BundleBucket,
    map: DataMap,
    law: Law,
    stuck_after: SignedDuration,
}

/// What a path names.
#[derive(Debug, PartialEq, Eq)]
enum Subject {
    Integration(Platform),
    Account(TenantId),
    AccountExport(TenantId),
    Parts(TenantId),
    /// Of a request, by the reference that the business knows it by.
    Decision(TenantId, Named),
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
    pub(crate) fn new(connection: &Connection, config: Config) -> Result<Self, lambda_http::Error> {
        Ok(Self {
            ledger: LedgerTable::new(connection, config.ledger_table),
            queue: SqsQueue::new(connection, config.erasure_queue_url),
            exports: SqsQueue::new(connection, config.export_queue_url),
            bundles: BundleBucket::new(connection, config.bundles_bucket),
            map: DataMap::built_in()?,
            law: Law::built_in()?,
            stuck_after: config.stuck_after,
        })
    }

    pub(crate) async fn answer(&self, request: &Request) -> Response<Body> {
        let request_id = request.lambda_context_ref().map_or("", |context| context.request_id.as_str());
        match self.take(request, request_id).await {
            Ok(answer) => answer,
            Err(Rejected::Problem(problem)) => {
                tracing::warn!("request.id" = request_id, outcome = problem.slug(), "a request was refused");
                problem.response()
            }
            Err(Rejected::Fault(fault)) => {
                let cause = fault.chain();
                tracing::error!("request.id" = request_id, outcome = "not-stored", cause, "a request was not stored");
                Problem::Unavailable.response()
            }
        }
    }

    async fn take(&self, request: &Request, request_id: &str) -> Result<Response<Body>, Rejected> {
        match (subject(request.raw_http_path())?, request.method()) {
            (Subject::Integration(platform), &Method::POST) => self.disconnect(request, request_id, platform).await,
            (Subject::Integration(_), _) => Err(Problem::MethodNotAllowed("POST").into()),
            (Subject::Account(tenant), &Method::POST) => self.terminate(request, request_id, tenant).await,
            (Subject::Account(tenant), &Method::DELETE) => self.reactivate(request_id, &tenant).await,
            (Subject::Account(_), _) => Err(Problem::MethodNotAllowed("POST, DELETE").into()),
            (Subject::AccountExport(tenant), &Method::POST) => self.order_export(request, request_id, &tenant).await,
            (Subject::AccountExport(tenant), &Method::GET) => self.show_export(request, request_id, &tenant).await,
            (Subject::AccountExport(_), _) => Err(Problem::MethodNotAllowed("GET, POST").into()),
            (Subject::Parts(tenant), &Method::GET) => self.list_parts(request, request_id, &tenant).await,
            (Subject::Parts(_), _) => Err(Problem::MethodNotAllowed("GET").into()),
            (Subject::Decision(tenant, named), &Method::POST) => {
                self.decide_part(request, request_id, tenant, &named).await
            }
            (Subject::Decision(..), _) => Err(Problem::MethodNotAllowed("POST").into()),
        }
    }

    async fn disconnect(
        &self,
        request: &Request,
        request_id: &str,
        platform: Platform,
    ) -> Result<Response<Body>, Rejected> {
        let members = Members::read(request.headers(), request.body())?;
        members.only(&["tenant_id", "connection_id", "disconnected_at"])?;
        let tenant = members.parse("tenant_id", TenantId::parse)?.ok_or(Problem::BadMember("tenant_id"))?;
        let connection = members.parse("connection_id", ConnectionId::parse)?;
        let connection = connection.ok_or(Problem::BadMember("connection_id"))?;
        let disconnected_at = members.parse("disconnected_at", str::parse)?;
        let disconnect = Disconnect { place: Place::of_connection(tenant, connection), platform, disconnected_at };
        let now = SystemClock.now();
        disconnect.check(now).map_err(|_| Problem::BadMember("disconnected_at"))?;
        let accepted =
            accept_disconnect(&self.ledger, &self.queue, &self.map, self.stuck_after, disconnect, now).await?;
        answers::log(request_id, "a disconnect was accepted", &accepted);
        Ok(answers::disconnected(&accepted))
    }

    async fn terminate(
        &self,
        request: &Request,
        request_id: &str,
        tenant: TenantId,
    ) -> Result<Response<Body>, Rejected> {
        let members = Members::read_or_empty(request.headers(), request.body())?;
        // Without a day it means now: one that is misspelt would end another day than was said.
        members.only(&["ended_at", "decided_at", "time_zone"])?;
        let time_zone = members.parse("time_zone", |name| Ok::<_, Problem>(name.to_owned()))?;
        let termination = Termination {
            tenant,
            ended_at: members.parse("ended_at", str::parse)?,
            decided_at: members.parse("decided_at", str::parse)?,
            time_zone: time_zone.unwrap_or_else(|| "UTC".to_owned()),
        };
        let counted = termination.count(SystemClock.now()).map_err(|invalid| match invalid {
            InvalidTermination::TimeZone => Problem::BadMember("time_zone"),
            InvalidTermination::EndedAt => Problem::BadMember("ended_at"),
            InvalidTermination::DecidedAt => Problem::BadMember("decided_at"),
        })?;
        let accepted = accept_termination(&self.ledger, &self.queue, &self.map, &counted).await;
        let clocked = accepted.map_err(|refused| match refused {
            NotEnding::CameBack => Problem::CameBack.into(),
            NotEnding::OtherEnd => Problem::OtherEnd.into(),
            NotEnding::Fault(fault) => Rejected::Fault(fault),
        })?;
        for one in &clocked {
            answers::log(request_id, "a phase of a termination was accepted", &one.accepted);
        }
        Ok(answers::terminated(&clocked, &self.map.model().termination.window))
    }

    async fn reactivate(&self, request_id: &str, tenant: &TenantId) -> Result<Response<Body>, Rejected> {
        let (outcome, cancelled, begun) = match reactivate(&self.ledger, &self.map, tenant, SystemClock.now()).await? {
            Reactivated::InTime { cancelled, begun } => ("reactivated", cancelled, begun),
            Reactivated::NothingEnding => ("nothing-ending", Vec::new(), Vec::new()),
            Reactivated::TooLate => return Err(Problem::WindowClosed.into()),
        };
        tracing::info!("request.id" = request_id, outcome, phases = cancelled.len(), "an account was reactivated");
        Ok(answers::reactivated(&cancelled, &begun))
    }
}

/// `/api/integrations/{platform}/disconnect`; `/api/accounts/{tenant_id}/` and `termination`, `export`, `requests` or
/// `requests/{ref}/decision`.
fn subject(path: &str) -> Result<Subject, Problem> {
    match path.strip_prefix("/api/integrations/") {
        Some(rest) => integration(rest),
        None => account(path).ok_or(Problem::NotFound),
    }
}

/// A dashboard may name a platform as people do (`LinkedIn`, `Google Ads`); nothing may go unqueued for that.
fn integration(rest: &str) -> Result<Subject, Problem> {
    let segment = rest.strip_suffix("/disconnect").filter(|segment| !segment.is_empty() && !segment.contains('/'));
    let name = path::decoded(segment.ok_or(Problem::NotFound)?).ok_or(Problem::BadRequest)?;
    Ok(Subject::Integration(Platform::called(&name)))
}

fn account(path: &str) -> Option<Subject> {
    let (tenant, of) = path.strip_prefix("/api/accounts/")?.split_once('/')?;
    let tenant = TenantId::parse(tenant).ok()?;
    match of.split('/').collect::<Vec<_>>().as_slice() {
        ["termination"] => Some(Subject::Account(tenant)),
        ["export"] => Some(Subject::AccountExport(tenant)),
        ["requests"] => Some(Subject::Parts(tenant)),
        ["requests", named, "decision"] => Named::parse(named).map(|named| Subject::Decision(tenant, named)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
