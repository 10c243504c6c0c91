//! Requests of people, for people: the work list, and one of them with its history.

use serde_json::Value;

use super::{Paint, aligned, cell, facts, list, plain};

/// What is out of the ordinary is coloured where that can be seen.
const OVERDUE: &str = "31";
const WAITING: &str = "33";

pub(super) fn work_list(answer: &Value, paint: Paint) -> String {
    let requests = list(answer, "requests");
    let heads = ["waits for", "due", "left", "target", "state", "kind", "regime", "about", "reference"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    rows.extend(requests.iter().map(row));
    let mut lines = aligned(&rows).into_iter();
    let mut text = lines.next().unwrap_or_default();
    for (line, request) in lines.zip(requests) {
        let colour = if is(request, "is_overdue") {
            Some(OVERDUE)
        } else {
            Some(WAITING).filter(|_| !list(request, "waits_for").is_empty())
        };
        text.push_str(&paint.line(&line, colour));
    }
    if requests.is_empty() {
        text.push_str("Nothing.\n");
    }
    if let Some(cursor) = answer.get("next_cursor").and_then(Value::as_str) {
        text.push_str(&format!("\nMore: the same with --cursor {}\n", plain(cursor)));
    }
    if answer.get("is_complete") != Some(&Value::Bool(true)) {
        text.push_str("\nNot complete: more is open than one answer reads. What is looked at first was read.\n");
    }
    text
}

fn is(request: &Value, name: &str) -> bool {
    request.get(name) == Some(&Value::Bool(true))
}

fn row(request: &Value) -> Vec<String> {
    let mut about = Vec::new();
    for (name, word) in [("about_child", "child"), ("by_agent", "agent"), ("is_extended", "extended")] {
        if is(request, name) {
            about.push(word.to_owned());
        }
    }
    if !list(request, "bounced").is_empty() {
        about.push("bounced".to_owned());
    }
    about.extend(list(request, "routed_to").iter().map(|tenant| format!("→{}", cell(Some(tenant)))));
    vec![
        words(list(request, "waits_for")),
        cell(request.get("due_by")),
        days(request),
        cell(request.get("target_on")),
        cell(request.get("state")),
        cell(request.get("kind")),
        cell(request.get("regime")),
        if about.is_empty() { "-".to_owned() } else { about.join(",") },
        cell(request.get("reference")),
    ]
}

fn words(values: &[Value]) -> String {
    let words: Vec<String> = values.iter().map(|value| cell(Some(value))).collect();
    if words.is_empty() { "-".to_owned() } else { words.join(",") }
}

/// In days: until the end of the last one it is today.
fn days(request: &Value) -> String {
    match (request.get("days_left").and_then(Value::as_i64), is(request, "is_overdue")) {
        (Some(days), true) => format!("{} LATE", days.saturating_neg()),
        (Some(0), false) => "today".to_owned(),
        (Some(days), false) => format!("{days} d"),
        (None, _) => "-".to_owned(),
    }
}

/// After an act: where it stands now, and nothing else.
pub(super) fn changed(request: &Value, paint: Paint) -> String {
    let due = request.get("due_by");
    let line = format!(
        "{}  {}  due {} ({})  waits for: {}",
        cell(request.get("reference")),
        cell(request.get("state")),
        cell(due),
        days(request),
        words(list(request, "waits_for"))
    );
    paint.line(&format!("{line}\n"), Some(OVERDUE).filter(|_| is(request, "is_overdue")))
}

pub(super) fn one(request: &Value, paint: Paint) -> String {
    let mut text = changed(request, paint);
    let left = words(list(request, "left"));
    for (name, value) in [
        ("kind", cell(request.get("kind"))),
        ("regime", cell(request.get("regime"))),
        ("came by", cell(request.get("channel"))),
        ("received", cell(request.get("received_at"))),
        ("left to do", left),
        ("wrote", cell(request.get("details"))),
        ("flags", words(list(request, "flags"))),
        ("goes with", cell(request.get("goes_with"))),
    ] {
        text.push_str(&format!("  {name:<12}{value}\n"));
    }
    for name in ["contact", "agent", "verification", "told", "told_tenants", "child_review", "appeal_of", "erasure"] {
        if let Some(members) =
            request.get(name).filter(|members| members.as_object().is_some_and(|one| !one.is_empty()))
        {
            text.push_str(&format!("\n{}\n{}", name.replace('_', " "), facts(members, "  ")));
        }
    }
    text.push_str(&format!("\ndates\n{}", table(&dates(request))));
    for (name, values, members) in [
        ("fields", request.pointer("/findings/corrections"), &["field", "decision", "evidence"][..]),
        ("refused parts", request.pointer("/findings/refused_parts"), &[][..]),
        ("same person", request.get("same_person"), &["reference", "kind", "state", "received_at", "due_by/date"][..]),
        (
            "routed",
            request.get("routed"),
            &["tenant", "at", "instruction/id", "declined/reason", "asked_time/at", "done_at"][..],
        ),
    ] {
        let Some(values) = values.and_then(Value::as_array).filter(|values| !values.is_empty()) else { continue };
        let row = |value: &Value| match members {
            [] => vec![cell(Some(value))],
            members => members.iter().map(|name| cell(value.pointer(&format!("/{name}")))).collect(),
        };
        text.push_str(&format!("\n{name}\n{}", table(&values.iter().map(row).collect::<Vec<_>>())));
    }
    text.push_str(&format!("\nhistory\n{}", table(&history(request))));
    text
}

fn table(rows: &[Vec<String>]) -> String {
    aligned(rows).into_iter().map(|line| format!("  {line}")).collect()
}

fn dates(request: &Value) -> Vec<Vec<String>> {
    let dated = |name: &str| {
        let date = request.pointer(&format!("/dates/{name}"))?;
        let member = |name| cell(date.get(name));
        date.is_object().then(|| vec![name.to_owned(), member("date"), member("time_zone"), member("rule")])
    };
    let mut rows: Vec<Vec<String>> =
        ["acknowledgement", "target", "legal", "rolled"].into_iter().filter_map(dated).collect();
    if let Some(extension) = request.pointer("/dates/extension").filter(|extension| extension.is_object()) {
        let member = |name| cell(extension.get(name));
        rows.push(vec![
            "extended".to_owned(),
            member("at"),
            format!("before {}", member("first_legal")),
            member("reason"),
        ]);
    }
    rows
}

fn history(request: &Value) -> Vec<Vec<String>> {
    let about = |act: &Value| {
        let known = [
            "notice",
            "proof",
            "reason",
            "tenant",
            "instruction",
            "outcome",
            "evidence",
            "flag",
            "asked_in",
            "first",
            "review/of",
        ];
        let mut about: Vec<String> =
            known.iter().filter_map(|name| act.pointer(&format!("/{name}"))).map(|value| cell(Some(value))).collect();
        about.extend(
            list(act, "fields").iter().map(|one| format!("{}:{}", cell(one.get("field")), cell(one.get("decision")))),
        );
        match act.get("is_shown").and_then(Value::as_bool) {
            Some(true) => about.push("enough".to_owned()),
            Some(false) => about.push("NOT enough".to_owned()),
            None => {}
        }
        if about.is_empty() { "-".to_owned() } else { about.join(" ") }
    };
    let who = |act: &Value| match act.get("who").and_then(Value::as_str) {
        // The last part of a principal's name says who; the rest is the same for all.
        Some(who) => plain(who.rsplit('/').next().unwrap_or(who)),
        None => cell(act.get("by")),
    };
    let row =
        |act: &Value| vec![cell(act.get("at")), cell(act.get("what")), about(act), who(act), cell(act.get("why"))];
    list(request, "history").iter().map(row).collect()
}
