//! Legal holds, for people: those in force first, what is past its review before the rest; under each, why and who said so.

use serde_json::Value;

use super::{Paint, aligned, cell, list};

const OVERDUE: &str = "31";

pub(super) fn book(answer: &Value, paint: Paint) -> String {
    let mut holds: Vec<&Value> = list(answer, "holds").iter().collect();
    if holds.is_empty() {
        return "No legal hold.\n".to_owned();
    }
    let has = |hold: &Value, name: &str| hold.get(name).is_some_and(|value| !value.is_null());
    let text = |hold: &Value, name: &str| cell(hold.get(name));
    holds.sort_by_key(|hold| (has(hold, "released_at"), text(hold, "review_by"), text(hold, "hold_id")));
    let heads = ["hold", "of", "classes", "records dated", "review by", "waiting"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    rows.extend(holds.iter().map(|hold| {
        let review = if has(hold, "released_at") {
            format!("released {}", day(&text(hold, "released_at")))
        } else if is_overdue(hold) {
            format!("{} OVERDUE", text(hold, "review_by"))
        } else {
            text(hold, "review_by")
        };
        vec![text(hold, "hold_id"), of(hold), text(hold, "classes"), dated(hold), review, text(hold, "waiting")]
    }));
    let mut lines = aligned(&rows).into_iter();
    let mut printed = lines.next().unwrap_or_default();
    for (line, hold) in lines.zip(holds) {
        printed.push_str(&paint.line(&line, Some(OVERDUE).filter(|_| is_overdue(hold))));
        printed.push_str(&format!("    why: {}\n", text(hold, "reason")));
        let proof = if has(hold, "proof") { format!("; proof: {}", text(hold, "proof")) } else { String::new() };
        let placed_at = text(hold, "placed_at");
        let (approver, placed) = (text(hold, "approver"), day(&placed_at));
        printed.push_str(&format!("    approved by {approver}, placed {placed}{proof}\n"));
    }
    printed
}

fn is_overdue(hold: &Value) -> bool {
    hold.get("is_past_review") == Some(&Value::Bool(true))
}

/// Whose data: a tenant, and what of it.
fn of(hold: &Value) -> String {
    let parts = [("connection_id", "connection"), ("contact", "contact"), ("user", "user")];
    let narrowed = parts.iter().filter_map(|(member, word)| {
        hold.get(*member).filter(|value| !value.is_null()).map(|value| format!(", {word} {}", cell(Some(value))))
    });
    format!("{}{}", cell(hold.get("tenant_id")), narrowed.collect::<String>())
}

/// Which records by their date; the last day is not among them.
fn dated(hold: &Value) -> String {
    let at = |name: &str| hold.get(name).and_then(Value::as_str).map(|at| cell(Some(&Value::from(at))));
    match (at("from"), at("until")) {
        (None, None) => "any day".to_owned(),
        (Some(from), None) => format!("from {from}"),
        (None, Some(until)) => format!("before {until}"),
        (Some(from), Some(until)) => format!("{from} to {until}"),
    }
}

/// The day of an instant, in UTC.
fn day(instant: &str) -> &str {
    instant.split('T').next().unwrap_or_default()
}
