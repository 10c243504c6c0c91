//! What the dashboard gets back, and what is logged of it.

use http::{HeaderValue, Response, StatusCode, header};
use jiff::Timestamp;
use lambda_http::Body;
use privacy::accept::Accepted;
use privacy::accept_termination::Clocked;
use privacy::export::show_account::AccountExport;
use privacy::instant;
use privacy::list_parts::{PartLine, PartStanding, PartsCursor, PartsPage};
use serde_json::{Map, Value, json};

fn answer(status: StatusCode, body: &Value) -> Response<Body> {
    let mut response = Response::new(Body::Text(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

pub(super) fn disconnected(accepted: &Accepted) -> Response<Body> {
    let body = json!({
        "obligation_id": accepted.id.as_str(),
        "due_by": accepted.due_by.date.to_string(),
        "time_zone": accepted.due_by.time_zone,
    });
    answer(StatusCode::ACCEPTED, &body)
}

/// `export_until` is the last day before the window's phase begins.
pub(super) fn terminated(clocked: &[Clocked], window: &str) -> Response<Body> {
    let phase = |one: &Clocked| {
        json!({
            "phase": one.phase,
            "obligation_id": one.accepted.id.as_str(),
            "starts_on": one.starts_on.to_string(),
            "due_by": one.accepted.due_by.date.to_string(),
        })
    };
    let closes = clocked.iter().find(|one| one.phase == window);
    let last = clocked.iter().max_by_key(|one| one.accepted.due_by.date);
    let body = json!({
        "export_until": closes.and_then(|one| one.starts_on.yesterday().ok()).map(|day| day.to_string()),
        "due_by": last.map(|one| one.accepted.due_by.date.to_string()),
        "time_zone": last.map(|one| one.accepted.due_by.time_zone.clone()),
        "phases": clocked.iter().map(phase).collect::<Vec<Value>>(),
    });
    answer(StatusCode::ACCEPTED, &body)
}

pub(super) fn reactivated(cancelled: &[String], begun: &[String]) -> Response<Body> {
    answer(StatusCode::OK, &json!({"cancelled": cancelled, "begun": begun}))
}

/// `open_until` is the first instant at which no other can be ordered.
pub(super) fn export_ordered(reference: &str, closes_at: Timestamp) -> Response<Body> {
    answer(StatusCode::ACCEPTED, &json!({"reference": reference, "open_until": instant::to_text(closes_at)}))
}

pub(super) const fn export_state(export: &AccountExport) -> &'static str {
    match export {
        AccountExport::None => "none",
        AccountExport::InProgress => "in-progress",
        AccountExport::Ready { .. } => "ready",
        AccountExport::Failed => "failed",
        AccountExport::Erased => "erased",
    }
}

pub(super) fn export_shown(reference: &str, export: &AccountExport) -> Response<Body> {
    let mut body =
        Map::from_iter([("reference".to_owned(), json!(reference)), ("state".to_owned(), json!(export_state(export)))]);
    if let AccountExport::Ready { made_at, bytes, erase_at, link, link_until } = export {
        let at = |instant: Timestamp| Value::String(instant::to_text(instant));
        let facts = [
            ("made_at", at(*made_at)),
            ("bytes", json!(bytes)),
            ("erased_by", at(*erase_at)),
            ("url", json!(link.expose())),
            ("url_until", at(*link_until)),
        ];
        body.extend(facts.map(|(name, fact)| (name.to_owned(), fact)));
    }
    answer(StatusCode::OK, &Value::Object(body))
}

pub(super) fn parts(page: &PartsPage, now: Timestamp) -> Response<Body> {
    let requests: Vec<Value> = page.parts.iter().map(part_line).collect();
    let cursor = page.next.as_ref().map(PartsCursor::to_text);
    answer(StatusCode::OK, &json!({"as_of": instant::to_text(now), "requests": requests, "next_cursor": cursor}))
}

pub(super) fn part(line: &PartLine) -> Response<Body> {
    answer(StatusCode::OK, &part_line(line))
}

/// Kinds, dates and what the business itself has said; nothing of the person.
fn part_line(line: &PartLine) -> Value {
    let said = match &line.standing {
        PartStanding::Asked | PartStanding::Unanswered => None,
        PartStanding::AskedTime(said)
        | PartStanding::Agreed(said)
        | PartStanding::Done(said, _)
        | PartStanding::TakenBack(said) => Some((&said.id, said.at, None)),
        PartStanding::Declined(said) => Some((&said.id, said.at, Some(said.reason.as_str()))),
    };
    let done_at = match &line.standing {
        PartStanding::Done(_, at) => Some(instant::to_text(*at)),
        PartStanding::Asked
        | PartStanding::AskedTime(_)
        | PartStanding::Agreed(_)
        | PartStanding::Declined(_)
        | PartStanding::TakenBack(_)
        | PartStanding::Unanswered => None,
    };
    json!({
        "ref": line.reference,
        "kind": line.kind.as_str(),
        "received_at": instant::to_text(line.received_at),
        "asked_at": instant::to_text(line.asked_at),
        "due_by": {"date": line.due_by.date.to_string(), "time_zone": line.due_by.time_zone},
        "reminders": line.reminders.map(|day| day.to_string()),
        "state": line.standing.name(),
        "is_open": line.is_open,
        "decision_id": said.map(|(id, ..)| id.as_str()),
        "decided_at": said.map(|(_, at, _)| instant::to_text(at)),
        "reason": said.and_then(|(.., reason)| reason),
        "done_at": done_at,
    })
}

pub(super) fn log(request_id: &str, message: &'static str, accepted: &Accepted) {
    let (outcome, obligation) = (accepted.became.as_str(), accepted.id.log_ref());
    match &accepted.unsent {
        None => tracing::info!("request.id" = request_id, outcome, "obligation.ref" = obligation, "{message}"),
        Some(fault) => tracing::warn!(
            "request.id" = request_id,
            outcome,
            "obligation.ref" = obligation,
            cause = fault.chain(),
            "{message} but not queued; the sweeper will send it"
        ),
    }
}
