//! Answers as tables for people.

mod holds;
mod requests;

use serde_json::Value;

use crate::arguments::Form;

/// Whether colours can be seen where this is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paint {
    Plain,
    Coloured,
}

impl Paint {
    /// A line that ends in a line end, in a colour of the terminal.
    fn line(self, line: &str, colour: Option<&str>) -> String {
        match (self, colour, line.strip_suffix('\n')) {
            (Self::Coloured, Some(colour), Some(line)) => format!("\u{1b}[{colour}m{line}\u{1b}[0m\n"),
            (Self::Coloured | Self::Plain, _, _) => line.to_owned(),
        }
    }
}

pub(crate) fn text(form: Form, answer: &Value, paint: Paint) -> String {
    match form {
        Form::Requests => requests::work_list(answer, paint),
        Form::Request => requests::one(answer, paint),
        Form::Changed => requests::changed(answer, paint),
        Form::Promises => promises(answer),
        Form::Holds => holds::book(answer, paint),
        Form::Replays => {
            let columns = [
                "replay_id",
                "restored_to",
                "is_open",
                "completed_at",
                "obligations/looked_for",
                "obligations/open",
                "asked_by",
                "reason",
            ];
            table(&columns, list(answer, "replays"))
        }
        Form::Replay | Form::Facts => facts(answer, ""),
    }
}

fn list<'a>(answer: &'a Value, name: &str) -> &'a [Value] {
    answer.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn promises(answer: &Value) -> String {
    let columns = [
        "holds",
        "policy",
        "promise",
        "open",
        "near_due",
        "overdue",
        "halted",
        "held",
        "failed",
        "oldest_open_at",
        "next_due",
        "last_proof",
    ];
    let scheduled_columns = [
        "holds",
        "verdict",
        "promise",
        "due_periods",
        "late_periods",
        "held_records",
        "kept_records",
        "oldest_open/period",
        "next_due/due_at",
        "last_proof/before",
        "last_proof/at",
    ];
    let (promises, scheduled) = (list(answer, "promises"), list(answer, "scheduled"));
    let (processors, unwatched) = (list(answer, "processors"), list(answer, "unwatched"));
    let mut text = format!("{}\n{}", table(&columns, promises), table(&scheduled_columns, scheduled));
    if !processors.is_empty() {
        let columns = ["holds", "promise", "awaited", "near_due", "overdue", "oldest_open_at", "next_due"];
        text.push_str(&format!("\n{}", table(&columns, processors)));
    }
    if !unwatched.is_empty() {
        text.push_str(&format!("\n{}", table(&["verdict", "policy", "promise", "reason"], unwatched)));
    }
    for one in promises.iter().chain(scheduled).chain(unwatched) {
        text.push_str(&format!("\n{}: {}\n", cell(one.get("promise")), words(one)));
    }
    if answer.get("is_complete") != Some(&Value::Bool(true)) {
        text.push_str("\nNot complete: more is open than one answer reads. What is due first was read.\n");
    }
    text
}

/// What is promised in words: the sentence of the policy, or where a platform says what it allows.
fn words(one: &Value) -> String {
    match one.get("sentence") {
        Some(Value::String(_)) => cell(one.get("sentence")),
        _ => cell(one.pointer("/platform_limit/source")),
    }
}

/// One value on one line. Control characters of what people wrote do not reach the terminal.
fn cell(value: Option<&Value>) -> String {
    let text = match value {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::Bool(true)) => "yes".to_owned(),
        Some(Value::Bool(false)) => "NO".to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(values)) if values.is_empty() => "all".to_owned(),
        Some(Value::Array(values)) => values.iter().map(|one| cell(Some(one))).collect::<Vec<_>>().join(","),
        Some(Value::Object(members)) => members.get("date").map_or_else(|| "…".to_owned(), |date| cell(Some(date))),
    };
    plain(&text)
}

/// On one line: what drives a terminal, or turns the order of what is read, does not come through from what others wrote.
pub(crate) fn plain(text: &str) -> String {
    let is_bare = |one: char| {
        !one.is_control()
            && !matches!(one, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    text.chars().map(|one| if is_bare(one) { one } else { ' ' }).collect()
}

/// A column is the name of a member, or a path to one: `next_due/due_at`.
fn table(columns: &[&str], rows: &[Value]) -> String {
    let mut lines: Vec<Vec<String>> = vec![columns.iter().map(|name| name.replace(['_', '/'], " ")).collect()];
    lines.extend(rows.iter().map(|row| columns.iter().map(|name| cell(row.pointer(&format!("/{name}")))).collect()));
    aligned(&lines).concat()
}

/// Lines of cells, each as wide as the widest of its column.
fn aligned(lines: &[Vec<String>]) -> Vec<String> {
    let count = lines.iter().map(Vec::len).max().unwrap_or_default();
    let widths: Vec<usize> = (0..count)
        .map(|column| lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max())
        .map(Option::unwrap_or_default)
        .collect();
    let line = |cells: &Vec<String>| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        format!("{}\n", padded.collect::<Vec<_>>().join("  ").trim_end())
    };
    lines.iter().map(line).collect()
}

fn facts(answer: &Value, indent: &str) -> String {
    let Some(members) = answer.as_object() else { return String::new() };
    let line = |(name, value): (&String, &Value)| match value {
        Value::Object(inner) if !inner.contains_key("date") => {
            format!("{indent}{}\n{}", plain(name), facts(value, &format!("{indent}  ")))
        }
        Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            format!("{indent}{}  {}\n", plain(name), cell(Some(value)))
        }
    };
    members.iter().map(line).collect()
}
