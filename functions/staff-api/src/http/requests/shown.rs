//! What staff get back about requests of people. They see who asks, and what was written; never what stands in a code, a
//! document or a field that was mended.

use http::{HeaderValue, Response, StatusCode, header};
use jiff::Timestamp;
use lambda_http::Body;
use privacy::close_request::Step;
use privacy::inspect_request::Inspected;
use privacy::instant::to_text;
use privacy::list_requests::{Listed, Page};
use privacy::obligation::Outcome;
use privacy::show_request::{ClassOutcome, RequestView};
use privacy::subject_request::{Act, Actor, Clocks, Dated, SubjectRequest, Turn};
use serde_json::{Map, Value, json};

use super::super::answers::{answer, due};
use super::STORED;

pub(super) fn page(page: &Page, now: Timestamp) -> Response<Body> {
    let requests: Vec<Value> = page.requests.iter().map(line).collect();
    let cursor = page.next.as_ref().map(privacy::list_requests::Cursor::to_text);
    let body = json!({
        "as_of": to_text(now), "requests": requests, "next_cursor": cursor, "is_complete": page.is_complete,
    });
    answer(StatusCode::OK, &body)
}

pub(super) fn noted(request: &SubjectRequest, base: &str) -> Response<Body> {
    let url = format!("{base}/privacy/requests/{}", request.id.as_str());
    let mut response = answer(
        StatusCode::CREATED,
        &json!({
            "reference": request.id.as_str(), "status_url": url, "received_at": to_text(request.received_at),
            "due_by": due(&request.carry_out_by()),
        }),
    );
    if let Ok(place) = HeaderValue::from_str(&format!("{base}/api/staff/requests/{}", request.id.as_str())) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    response
}

pub(super) fn changed(request: &SubjectRequest, now: Timestamp) -> Response<Body> {
    answer(STORED, &line(&Listed::of(request.clone(), now)))
}

fn line(listed: &Listed) -> Value {
    let Listed { request, state, turns, due_by, days_left, is_overdue } = listed;
    json!({
        "reference": request.id.as_str(),
        "ref": request.id.log_ref(),
        "kind": request.kind.as_str(),
        "state": state,
        "regime": request.regime,
        "channel": request.channel,
        "received_at": to_text(request.received_at),
        "target_on": request.clocks.target.date.to_string(),
        "due_by": due(due_by),
        "days_left": days_left,
        "is_overdue": is_overdue,
        "is_extended": request.clocks.extended.is_some(),
        "waits_for": turns.iter().copied().map(Turn::as_str).collect::<Vec<_>>(),
        "about_child": request.about_child,
        "by_agent": request.agent.is_some(),
        "bounced": request.undelivered,
        "routed_to": request.routed.iter().map(|routed| routed.tenant.as_str()).collect::<Vec<_>>(),
    })
}

pub(super) fn inspected(inspected: &Inspected) -> Response<Body> {
    let Inspected { listed, left, acts, erasure, same_person, appealed } = inspected;
    let request = &listed.request;
    let more = json!({
        "contact": request.contact,
        "details": request.details,
        "agent": request.agent,
        "dates": dates(&request.clocks),
        "verification": {
            "needed": request.needs, "shown": request.proven, "missing": request.missing().collect::<Vec<_>>(),
            "evidence_erased": request.evidence_erased, "awaits_second_reader": request.course.awaits_second_reader,
            // Kinds; what stands in them is kept as keyed hashes, for the comparison.
            "data_points": request.data_points.keys().collect::<Vec<_>>(),
        },
        "told": request.told,
        "told_tenants": request.told_tenants,
        "routed": request.routed,
        "child_review": request.course.child,
        "flags": request.course.flags,
        "lifted": request.course.lifted,
        "same_person": same_person.iter().map(other).collect::<Vec<_>>(),
        "goes_with": request.course.joined.as_ref().map(privacy::obligation::ObligationId::as_str),
        "unread": request.course.unread,
        "relocated": request.course.relocated,
        "ordered_again": request.course.ordered_again,
        "findings": request.findings,
        "left": left.iter().copied().map(Step::as_str).collect::<Vec<_>>(),
        "history": acts.iter().map(act).collect::<Vec<_>>(),
        "erasure": erasure.as_ref().map(erasure_of),
        "appeal_of": request.appeal_of.as_ref().map(|id| json!({
            "reference": id.as_str(),
            "kind": appealed.as_ref().map(|appealed| appealed.kind.as_str()),
            "outcome": appealed.as_ref().map(|appealed| &appealed.standing),
        })),
    });
    let mut body = line(listed);
    if let (Value::Object(body), Value::Object(more)) = (&mut body, more) {
        body.extend(more);
    }
    answer(StatusCode::OK, &body)
}

/// Another request of the same person.
fn other(request: &SubjectRequest) -> Value {
    json!({
        "reference": request.id.as_str(), "kind": request.kind.as_str(), "state": request.standing.name(),
        "received_at": to_text(request.received_at), "due_by": due(&request.carry_out_by()), "flags": request.course.flags,
    })
}

/// Every date with the rule that set it.
fn dates(clocks: &Clocks) -> Value {
    let dated = |dated: &Dated| json!({"date": dated.date.to_string(), "time_zone": clocks.zone, "rule": dated.rule});
    json!({
        "received_on": clocks.received_on.to_string(),
        "acknowledgement": dated(&clocks.ack),
        "target": dated(&clocks.target),
        "legal": dated(&clocks.legal),
        "rolled": clocks.rolled.as_ref().map(dated),
        "alarms": clocks.alarms.map(|on| on.to_string()),
        "extension": clocks.extended.as_ref().map(|extended| json!({
            "reason": extended.reason, "at": to_text(extended.at), "first_legal": extended.first_legal.to_string(),
        })),
        "pauses": clocks.pauses.iter().map(|pause| json!({
            "asked_at": to_text(pause.asked_at), "answered_at": pause.answered_at.map(to_text),
        })).collect::<Vec<_>>(),
    })
}

fn act(act: &Act) -> Value {
    let mut members = Map::from_iter([("at".to_owned(), json!(to_text(act.at)))]);
    let (by, who) = match &act.actor {
        Actor::Asker => ("asker", None),
        Actor::Service => ("service", None),
        Actor::Staff(who) => ("staff", Some(who.as_str())),
        Actor::Tenant(who) => ("tenant", Some(who.as_str())),
    };
    members.insert("by".to_owned(), json!(by));
    members.insert("who".to_owned(), json!(who));
    members.insert("why".to_owned(), json!(act.why.as_ref().map(|why| why.expose())));
    if let Ok(Value::Object(deed)) = serde_json::to_value(&act.deed) {
        members.extend(deed);
    }
    Value::Object(members)
}

fn erasure_of(view: &RequestView) -> Value {
    let outcome = |one: &ClassOutcome| match &one.outcome {
        Outcome::Removed { count } => json!({"class": one.class, "outcome": "removed", "count": count}),
        Outcome::NothingFound => json!({"class": one.class, "outcome": "nothing-found"}),
        Outcome::Held { removed, held } => {
            json!({"class": one.class, "outcome": "held", "removed": removed, "held": held})
        }
        Outcome::Failed { retry_at } => {
            json!({"class": one.class, "outcome": "failed", "retry_at": to_text(*retry_at)})
        }
        Outcome::Retained { code } => json!({"class": one.class, "outcome": "retained", "code": code.as_str()}),
    };
    json!({
        "state": view.state.name(),
        "received_at": to_text(view.received_at),
        "due_by": due(&view.due_by),
        "covers_until": to_text(view.covers_until),
        "erased_at": view.erased_at.map(to_text),
        "completed_at": view.completed_at.map(to_text),
        "outcomes": view.outcomes.iter().map(outcome).collect::<Vec<_>>(),
    })
}
