//! What staff get back.

use http::{HeaderValue, Response, StatusCode, header};
use jiff::Timestamp;
use lambda_http::Body;
use privacy::deadline::DueBy;
use privacy::instant::to_text;
use privacy::judgement::{Judged, Open, Timeliness};
use privacy::legal_hold::{HoldScope, LegalHold, is_past_review};
use privacy::obligation::{Head, ObligationId, Outcome, PlanHash};
use privacy::plan::Plan;
use privacy::policy::period::PlatformLimit;
use privacy::ports::{BookedHold, Shown};
use privacy::processors::{Line, Report, Said, State};
use privacy::promise_ledger::{NOT_WATCHED, NotWatched, ProcessorStanding, Scheduled, Standing};
use privacy::purge::{Due, Swept};
use serde_json::{Value, json};

pub(super) fn answer(status: StatusCode, body: &Value) -> Response<Body> {
    let mut response = Response::new(Body::Text(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

pub(super) fn due(due_by: &DueBy) -> Value {
    json!({"date": due_by.date.to_string(), "time_zone": due_by.time_zone})
}

pub(super) fn placed(hold: &LegalHold) -> Response<Body> {
    answer(StatusCode::CREATED, &json!({"hold_id": hold.id.as_str(), "review_by": hold.review_by.to_string()}))
}

pub(super) fn released(waiting: usize) -> Response<Body> {
    answer(StatusCode::OK, &json!({"waiting": waiting}))
}

pub(super) fn hold(booked: &BookedHold, waiting: usize, now: Timestamp) -> Value {
    let BookedHold { hold, released_at } = booked;
    let LegalHold { id, scope, reason, approver, proof, placed_at, review_by } = hold;
    let HoldScope { tenant, connection, contact, user, classes, from, until } = scope;
    json!({
        "hold_id": id.as_str(),
        "tenant_id": tenant.as_str(),
        "connection_id": connection.as_ref().map(|connection| connection.as_str()),
        "contact": contact.as_ref().map(|contact| contact.as_str()),
        "user": user.as_ref().map(|user| user.as_str()),
        "classes": classes,
        "from": from.map(to_text),
        "until": until.map(to_text),
        "reason": reason.expose(),
        "approver": approver.expose(),
        "proof": proof.as_ref().map(|proof| proof.expose()),
        "placed_at": to_text(*placed_at),
        "review_by": review_by.to_string(),
        "is_past_review": released_at.is_none() && is_past_review(*review_by, now),
        "released_at": released_at.map(to_text),
        "waiting": waiting,
    })
}

pub(super) fn holds(holds: Vec<Value>) -> Response<Body> {
    answer(StatusCode::OK, &json!({"holds": holds}))
}

/// Ids of tenants stay out: who needs them reads the ledger.
pub(super) fn obligation(shown: &Shown, plan: Option<&Plan>, report: &Report, judged: Judged) -> Response<Body> {
    let head = &shown.head;
    let timeliness = match judged {
        Judged::Finished => "finished",
        Judged::Settling => "settling",
        Judged::Held { .. } => "held",
        Judged::Open(Open { timeliness: Timeliness::InTime, .. }) => "in-time",
        Judged::Open(Open { timeliness: Timeliness::NearDue, .. }) => "near-due",
        Judged::Open(Open { timeliness: Timeliness::Overdue, .. }) => "overdue",
    };
    let ceiling = |(class, ceiling): &(String, u64)| (class.clone(), json!(ceiling));
    let plan = plan.map(|plan| {
        json!({
            "plan_hash": plan.hash.as_str(),
            "covers_until": to_text(plan.covers_until),
            "places": plan.places,
            "counts": plan.counts,
            "over_ceiling": plan.over_ceiling.iter().map(ceiling).collect::<serde_json::Map<_, _>>(),
            // What a person has to confirm: this plan waits, and no newer request has overtaken it.
            "is_waiting": is_waiting(head, &plan.hash),
        })
    });
    let body = json!({
        "obligation_id": head.id.as_str(),
        "ref": head.id.log_ref(),
        "route": head.route.as_str(),
        "state": head.state.name(),
        "timeliness": timeliness,
        "received_at": to_text(head.received_at),
        "starts_at": head.starts_at.map(to_text),
        "covers_until": to_text(head.covers_until),
        "due_by": due(&head.due_by),
        "next_action_at": head.next_action_at.map(to_text),
        "ours_gone_at": head.state.erased_at().or_else(|| head.ours_gone_at()).map(to_text),
        "erased_at": head.state.erased_at().map(to_text),
        "reopened": head.reopened,
        "confirmed_plan": head.confirmed_plan.as_ref().map(PlanHash::as_str),
        "plan": plan,
        "outcomes": shown.outcomes.iter().map(outcome).collect::<serde_json::Map<_, _>>(),
        "processors": report.lines.iter().map(|line| processor(line, &report.overdue)).collect::<Vec<_>>(),
    });
    answer(StatusCode::OK, &body)
}

/// What became of one record class.
fn outcome((class, outcome): &(String, Outcome)) -> (String, Value) {
    let said = match outcome {
        Outcome::Removed { count } => json!({"outcome": "removed", "count": count}),
        Outcome::NothingFound => json!({"outcome": "nothing-found"}),
        Outcome::Held { removed, held } => json!({"outcome": "held", "count": removed, "held": held}),
        Outcome::Failed { retry_at } => json!({"outcome": "failed", "retry_at": to_text(*retry_at)}),
        Outcome::Retained { code } => json!({"outcome": "retained", "code": code.as_str()}),
    };
    (class.clone(), said)
}

/// Where one processor stands, never rolled up with the others.
fn processor(line: &Line, overdue: &[String]) -> Value {
    let Line { name, title, state, said: at_asking, since, due_by } = line;
    let (said, at) = match state {
        State::Waiting { next_try_at, .. } => ("waiting", Some(to_text(*next_try_at))),
        State::Asked { confirm_at, .. } => ("asked", Some(to_text(*confirm_at))),
        State::Confirmed { at, .. } => ("confirmed", Some(to_text(*at))),
        State::Retained { at, .. } => ("retained", Some(to_text(*at))),
        State::ExpiresBy { date } => ("expires", Some(date.to_string())),
        State::NotConcerned => ("not-concerned", None),
    };
    let outcome = match (state, at_asking) {
        (State::Confirmed { .. } | State::Retained { .. }, Some(Said::Accepted)) => Some("removed"),
        (State::Confirmed { .. } | State::Retained { .. }, Some(Said::NothingThere)) => Some("nothing-found"),
        (_, _) => None,
    };
    let reason = if let State::Retained { reason, .. } = state { Some(reason) } else { None };
    json!({
        "name": name, "title": title, "state": said, "at": at, "outcome": outcome, "reason": reason, "since": to_text(*since),
        "is_overdue": overdue.contains(name), "due_by": due_by.as_ref().map(due),
    })
}

fn is_waiting(head: &Head, hash: &PlanHash) -> bool {
    let waits = matches!(&head.state, privacy::obligation::State::Planned { plan } if plan.hash == *hash);
    waits && !head.needs_plan() && head.confirmed_plan.as_ref() != Some(hash)
}

pub(super) fn confirmed(id: &ObligationId, hash: &PlanHash) -> Response<Body> {
    answer(StatusCode::OK, &json!({"obligation_id": id.as_str(), "confirmed_plan": hash.as_str()}))
}

fn promise(one: &Standing) -> Value {
    json!({
        "promise": one.promise,
        "policy": one.policy,
        "sentence": one.sentence,
        "title": one.title,
        "holds": one.holds(),
        "open": one.open,
        "near_due": one.near_due,
        "overdue": one.overdue,
        "halted": one.halted,
        "failed": one.failed,
        "held": one.held,
        "holds_past_review": one.holds_past_review,
        "oldest_open_at": one.oldest_open_at.map(to_text),
        "next_due": one.next_due.as_ref().map(due),
        "last_proof": one.last_proof.map(to_text),
    })
}

fn due_period(due: &Due) -> Value {
    json!({"period": due.period.text(), "due_at": to_text(due.at)})
}

fn purged(one: &Scheduled) -> Value {
    let limit = |limit: &PlatformLimit| json!({"platform": limit.platform, "at_most": limit.at_most.to_string(), "source": limit.source});
    let proof = |proof: Swept| json!({"before": to_text(proof.until), "at": proof.at.map(to_text)});
    json!({
        "promise": one.promise,
        "policy": one.policy,
        "sentence": one.sentence,
        "platform_limit": one.platform_limit.as_ref().map(limit),
        "title": one.title,
        "holds": one.holds(),
        "verdict": one.standing.verdict().as_str(),
        "due_periods": one.standing.due_periods,
        "late_periods": one.standing.late_periods,
        "held_periods": one.standing.held_periods,
        "held_records": one.standing.held_records,
        "kept_records": one.standing.kept_records,
        "oldest_open": one.standing.oldest_due.as_ref().map(due_period),
        "next_due": one.standing.next_due.as_ref().map(due_period),
        "last_proof": one.last_proof.map(proof),
    })
}

fn awaited(one: &ProcessorStanding) -> Value {
    json!({
        "promise": format!("processor.{}", one.name),
        "policy": one.policy,
        "title": one.title,
        "holds": one.holds(),
        "awaited": one.awaited,
        "near_due": one.near_due,
        "overdue": one.overdue,
        "oldest_open_at": one.oldest_since.map(to_text),
        "next_due": one.next_due.as_ref().map(due),
    })
}

fn not_watched(one: &NotWatched) -> Value {
    let NotWatched { promise, said } = one;
    json!({
        "promise": promise,
        "policy": said.policy,
        "sentence": said.sentence,
        "title": said.title,
        "holds": null,
        "verdict": NOT_WATCHED,
        "reason": said.reason,
    })
}

pub(super) fn promises(
    standings: &[Standing],
    scheduled: &[Scheduled],
    (unwatched, processors): (&[NotWatched], &[ProcessorStanding]),
    is_complete: bool,
    now: Timestamp,
) -> Response<Body> {
    let promises: Vec<Value> = standings.iter().map(promise).collect();
    let scheduled: Vec<Value> = scheduled.iter().map(purged).collect();
    let unwatched: Vec<Value> = unwatched.iter().map(not_watched).collect();
    let body = json!({
        "as_of": to_text(now),
        "is_complete": is_complete,
        "promises": promises,
        "scheduled": scheduled,
        "processors": processors.iter().map(awaited).collect::<Vec<_>>(),
        "unwatched": unwatched,
    });
    answer(StatusCode::OK, &body)
}
