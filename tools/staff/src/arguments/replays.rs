//! Arguments about replays.

use http::Method;
use privacy::replay::ReplayId;
use serde_json::{Map, Value, json};

use super::{Call, Form, Invalid};

const PATH: &str = "/api/staff/replays";
const WAIT: &str = "--wait";

/// Options of `replay` and the members they become. Each is needed.
const OPTIONS: [(&str, &str); 2] = [("--restored-to", "restored_to"), ("--reason", "reason")];

/// A call about replays; `None` when the words are about something else.
pub(super) fn parse(words: &[&str]) -> Option<Result<Call, Invalid>> {
    let call =
        |method, path: String, body, form, is_waiting| Call { method, path, body, form, is_json: false, is_waiting };
    match words {
        ["replays"] => Some(Ok(call(Method::GET, PATH.to_owned(), None, Form::Replays, false))),
        ["replay", rest @ ..] => {
            let (waits, rest): (Vec<&str>, Vec<&str>) = rest.iter().partition(|word| **word == WAIT);
            let is_waiting = !waits.is_empty();
            Some(match rest.as_slice() {
                [id] => ReplayId::parse(id)
                    .map(|id| call(Method::GET, path_of(id.as_str()), None, Form::Replay, is_waiting))
                    .map_err(|_| Invalid::ReplayId),
                options => {
                    body(options).map(|body| call(Method::POST, PATH.to_owned(), Some(body), Form::Replay, is_waiting))
                }
            })
        }
        _ => None,
    }
}

fn path_of(id: &str) -> String {
    format!("{PATH}/{id}")
}

fn body(options: &[&str]) -> Result<Value, Invalid> {
    let mut members = Map::new();
    for option in options.chunks(2) {
        let [name, value] = option else { return Err(Invalid::Unknown(option.concat())) };
        let known = OPTIONS.iter().find(|(known, _)| known == name);
        match known {
            Some((_, member)) if !members.contains_key(*member) => {
                members.insert((*member).to_owned(), json!(value));
            }
            Some(_) | None => return Err(Invalid::Unknown((*name).to_owned())),
        }
    }
    match OPTIONS.iter().find(|(_, member)| !members.contains_key(*member)) {
        Some((option, _)) => Err(Invalid::Needed(option)),
        None => Ok(Value::Object(members)),
    }
}

impl Call {
    /// The call that asks how far the replay of an answer has come, while it is not over.
    pub(crate) fn again(answer: &Value) -> Option<Self> {
        if !is_open(answer) {
            return None;
        }
        let id = answer.get("replay_id").and_then(Value::as_str).and_then(|id| ReplayId::parse(id).ok())?;
        let path = path_of(id.as_str());
        Some(Self { method: Method::GET, path, body: None, form: Form::Replay, is_json: false, is_waiting: true })
    }
}

/// Whether an answer is of a replay that is not over.
pub(crate) fn is_open(answer: &Value) -> bool {
    answer.get("is_open") == Some(&Value::Bool(true))
}
