//! Form bodies: the one field of a callback, and the form of people. The first line is the type of the body, the rest is the
//! body.

use std::collections::BTreeMap;

use futures_util::FutureExt;
use privacy_edge::form::{BODY_BYTES_MAX, single_field};
use serde_json::{Value, json};

use crate::mark::MARK;
use crate::requests::ask::{FIELDS, POINTS, Read, Typed, from_form, from_json, is_checked};
use crate::requests::{is_a_problem_document, now, printed, request};

const URLENCODED: &str = "application/x-www-form-urlencoded";

pub fn run(data: &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (media_type, body) = (&data[..end], data.get(end + 1..).unwrap_or_default());
    let media_type = if media_type.is_empty() { None } else { Some(media_type) };
    if let Some(request) = request(media_type, body) {
        let field = single_field(request.headers(), request.body(), "signed_request").now_or_never().unwrap();
        match field {
            Ok(_) => assert!(body.len() <= BODY_BYTES_MAX, "a large body was read"),
            Err(problem) => is_a_problem_document(problem),
        }
        match from_form(&request, now()).now_or_never().unwrap() {
            Ok(_) => assert!(body.len() <= BODY_BYTES_MAX, "a large body was read"),
            Err(problem) => is_a_problem_document(problem),
        }
    }
    let pairs: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
    means_the_same_in_json(&pairs);
    tells_nothing(&pairs);
}

fn read(pairs: &[(String, String)]) -> Option<Read> {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let request = request(Some(URLENCODED.as_bytes()), body.as_bytes()).unwrap();
    from_form(&request, now()).now_or_never().unwrap().map_err(is_a_problem_document).ok()
}

/// What a form asks for, JSON with the same words asks for, too.
fn means_the_same_in_json(pairs: &[(String, String)]) {
    let Some(Read::Ask(by_form, _)) = read(pairs) else { return };
    let mut typed = Typed::new();
    for name in FIELDS {
        if let Some((_, value)) = pairs.iter().find(|(given, _)| given == name) {
            typed.insert(name, value.clone());
        }
    }
    let body = as_json(&typed).to_string();
    let request = request(None, body.as_bytes()).unwrap();
    match from_json(&request, now()) {
        Ok(Read::Ask(by_json, _)) => assert_eq!(by_form, by_json, "a form and JSON that say the same"),
        Ok(Read::Mend(..)) => panic!("JSON is not mended"),
        Err(problem) => {
            assert!(body.len() > BODY_BYTES_MAX, "JSON that says what a form said was refused: {problem:?}")
        }
    }
}

/// Without the blanks around what was typed, which a form may have and JSON may not.
fn as_json(typed: &Typed) -> Value {
    let text = |name: &str| typed.get(name).map(|text| text.trim()).filter(|text| !text.is_empty());
    let mut members = BTreeMap::<&str, Value>::new();
    for name in ["kind", "email", "residence", "appeal_of", "declaration", "details"] {
        members.extend(text(name).map(|value| (name, json!(value))));
    }
    if let (Some(platform), Some(handle)) = (text("platform"), text("handle")) {
        members.insert("connected_account", json!({"platform": platform, "handle": handle}));
    }
    if let Some(email) = text("agent_email") {
        let power = is_checked(typed, "power_of_attorney");
        let (name, permission) = (text("agent_name"), text("agent_permission"));
        let agent = json!({"email": email, "name": name, "permission_sha256": permission, "power_of_attorney": power});
        members.insert("agent", agent);
    }
    members.insert("has_account", json!(is_checked(typed, "has_account")));
    members.insert("about_child", json!(is_checked(typed, "about_child")));
    let points: BTreeMap<&str, _> =
        POINTS.into_iter().filter_map(|(kind, name)| Some((kind.as_str(), text(name)?))).collect();
    members.insert("data_points", json!(points));
    json!(members)
}

/// The same form with everything in it marked: neither an answer nor what a log would say has the mark.
fn tells_nothing(pairs: &[(String, String)]) {
    let marked: Vec<_> = pairs.iter().map(|(name, value)| (name.clone(), format!("{value}{MARK}"))).collect();
    if let Some(Read::Ask(ask, _)) = read(&marked) {
        crate::mark::is_unmarked(&printed(*ask));
    }
}
