//! Requests of people whose parts a business decides: which they are, and what it decides.

use http::Response;
use lambda_http::{Body, Request, RequestExt};
use privacy::decide_part::{Word, decide_part};
use privacy::find_obligation::Named;
use privacy::ids::{InstructionId, TenantId, UserId};
use privacy::list_parts::{PartLine, PartsCursor, find_part, list_parts};
use privacy::ports::Clock;
use privacy::record_act::{NotDone, record_act};
use privacy::route_request::NotRouted;
use privacy::subject_request::{Actor, SubjectRequest};
use privacy_edge::clock::SystemClock;
use privacy_edge::decision;
use privacy_edge::json::Members;
use privacy_edge::problem::Problem;

use super::{Intake, Rejected, answers};

impl Intake {
    pub(super) async fn list_parts(
        &self,
        request: &Request,
        request_id: &str,
        tenant: &TenantId,
    ) -> Result<Response<Body>, Rejected> {
        let (from, limit) = page_asked_for(request, tenant)?;
        let page = list_parts(&self.ledger, tenant, from.as_ref(), limit).await?;
        let requests = page.parts.len();
        tracing::info!("request.id" = request_id, outcome = "listed", requests, "parts of a business were listed");
        Ok(answers::parts(&page, SystemClock.now()))
    }

    /// One that is another's, or of which nobody knows, is not there: 404 for both.
    pub(super) async fn decide_part(
        &self,
        request: &Request,
        request_id: &str,
        tenant: TenantId,
        named: &Named,
    ) -> Result<Response<Body>, Rejected> {
        let (word, actor) = read(&Members::read(request.headers(), request.body())?, tenant)?;
        let id = find_part(&self.ledger, &word.tenant, named).await?.ok_or(Problem::NotFound)?;
        let now = SystemClock.now();
        let change = |request: &SubjectRequest| decide_part(request, &word, &self.law, actor.clone(), now);
        let done = record_act(&self.ledger, &id, change).await.map_err(against)?;
        let line = PartLine::of(&done.request, &word.tenant).ok_or(Problem::NotFound)?;
        let (name, obligation) = (line.standing.name(), id.log_ref());
        let outcome = if done.is_new { name } else { "known" };
        tracing::info!(
            "request.id" = request_id,
            "obligation.ref" = obligation,
            outcome,
            "a business said what it decides"
        );
        Ok(answers::part(&line))
    }
}

/// Lines of a page that says no number.
const LIMIT: usize = 50;
/// Lines of a page at most.
const LIMIT_MAX: usize = 200;

/// Where the page begins, and how long it may be. Refuses what nobody asks for: a slip must not begin the list anew.
fn page_asked_for(request: &Request, tenant: &TenantId) -> Result<(Option<PartsCursor>, usize), Problem> {
    let (mut from, mut limit) = (None, LIMIT);
    let given = request.query_string_parameters();
    for (name, value) in given.iter() {
        if given.all(name).is_some_and(|values| values.len() > 1) {
            return Err(Problem::BadRequest);
        }
        match name {
            "cursor" => from = Some(PartsCursor::parse(value, tenant).map_err(|_| Problem::BadMember("cursor"))?),
            "limit" => {
                let asked = value.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
                limit = asked.ok_or(Problem::BadMember("limit"))?;
            }
            _ => return Err(Problem::BadRequest),
        }
    }
    Ok((from, limit))
}

fn read(members: &Members, tenant: TenantId) -> Result<(Word, Actor), Problem> {
    members.only(&["decision", "reason", "decision_id", "decided_by"])?;
    let decision = decision::read(members)?.ok_or(Problem::BadMember("decision"))?;
    let id = members.parse("decision_id", InstructionId::parse)?.ok_or(Problem::BadMember("decision_id"))?;
    let user = members.parse("decided_by", UserId::parse)?.ok_or(Problem::BadMember("decided_by"))?;
    Ok((Word { tenant, id, decision }, Actor::Tenant(user)))
}

fn against(error: NotDone<NotRouted>) -> Rejected {
    match error {
        NotDone::Unknown | NotDone::Refused(NotRouted::OtherTenant) => Problem::NotFound.into(),
        NotDone::Refused(NotRouted::Reason(_)) => Problem::NotDeniable.into(),
        NotDone::Refused(NotRouted::NotInWork | NotRouted::OtherInstruction | NotRouted::Dates(_)) => {
            Problem::NotNow.into()
        }
        NotDone::Fault(fault) => fault.into(),
    }
}

#[cfg(test)]
mod tests;
