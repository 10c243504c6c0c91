//! The commands about requests of people.

use http::Method;
use privacy::obligation::ObligationId;
use privacy::subject_request::Sha256Hex;
use serde_json::{Map, Value, json};

use super::{Call, Form, Invalid};

const PATH: &str = "/api/staff/requests";

/// Options of `requests` that have a value, and those that have none, with what the query calls them.
const FILTERS: [(&str, &str); 5] = [
    ("--state", "state"),
    ("--kind", "kind"),
    ("--due-before", "due_before"),
    ("--limit", "limit"),
    ("--cursor", "cursor"),
];
const FLAGS: [(&str, &str); 4] =
    [("--overdue", "overdue"), ("--waiting", "waiting"), ("--child", "about_child"), ("--bounced", "bounced")];
/// Options of `note`; a dot leads into an object.
const NOTED: [(&str, &str); 14] = [
    ("--kind", "kind"),
    ("--channel", "channel"),
    ("--received-at", "received_at"),
    ("--email", "email"),
    ("--platform", "connected_account.platform"),
    ("--handle", "connected_account.handle"),
    ("--residence", "residence"),
    ("--agent-email", "agent.email"),
    ("--agent-name", "agent.name"),
    ("--permission-sha256", "agent.permission_sha256"),
    ("--appeal-of", "appeal_of"),
    ("--declaration", "declaration"),
    ("--details", "details"),
    ("--why", "why"),
];
const NOTED_FLAGS: [(&str, &str); 3] = [
    ("--about-child", "about_child"),
    ("--has-account", "has_account"),
    ("--power-of-attorney", "agent.power_of_attorney"),
];
/// Options of `correct`, with what they say of a field.
const CORRECTED: [(&str, &str); 6] = [
    ("--open", "open"),
    ("--instructed", "instructed"),
    ("--applied", "applied"),
    ("--refused", "refused"),
    ("--value", "value"),
    ("--why", "why"),
];

/// The call of a command about requests; `None` when it is about something else.
pub(super) fn parse(words: &[&str]) -> Option<Result<Call, Invalid>> {
    Some(match words {
        ["requests", options @ ..] => list(options),
        ["request", id] => {
            reference(id).map(|id| call(Method::GET, format!("{PATH}/{}", id.as_str()), None, Form::Request))
        }
        ["note", options @ ..] => note(options),
        ["compare", id, options @ ..] => compare(id, options),
        ["permission", id, sha256, rest @ ..] => document("agent-permission", id, sha256, rest),
        ["attorney", id, sha256, rest @ ..] => document("power-of-attorney", id, sha256, rest),
        ["child", id, finding, options @ ..] => child(id, finding, options),
        ["extend", id, rest @ ..] => act(id, "extension", &[], "reason", rest),
        ["pause", id, event, options @ ..] => pause(id, event, options),
        ["residence", id, place, rest @ ..] => act(id, "residence", &[("residence", place)], "why", rest),
        ["deny", id, reason, rest @ ..] => act(id, "denial", &[("reason", reason)], "why", rest),
        ["route", id, tenant, rest @ ..] => act(id, "route", &[("tenant_id", tenant)], "why", rest),
        ["instruct", id, tenant, instruction, "decline", code, rest @ ..] => {
            let named = [("tenant_id", *tenant), ("instruction_id", *instruction)];
            let members = [named, [("decision", "decline"), ("reason", *code)]].concat();
            act(id, "instruction", &members, "why", rest)
        }
        ["instruct", id, tenant, instruction, "more-time", rest @ ..] => {
            let members = [("tenant_id", *tenant), ("instruction_id", *instruction), ("decision", "more-time")];
            act(id, "instruction", &members, "why", rest)
        }
        ["instruct", id, tenant, instruction, rest @ ..] => {
            let members = [("tenant_id", *tenant), ("instruction_id", *instruction)];
            act(id, "instruction", &members, "why", rest)
        }
        ["correct", id, options @ ..] => correct(id, options),
        ["close", id, outcome, evidence, rest @ ..] => {
            act(id, "closure", &[("outcome", outcome), ("evidence", evidence)], "why", rest)
        }
        ["withdraw", id, evidence, rest @ ..] => act(id, "withdrawal", &[("evidence", evidence)], "why", rest),
        ["lift", id, flag, options @ ..] => lift(id, flag, options),
        ["bundle", id, reason, order, rest @ ..] => {
            act(id, "bundle", &[("reason", reason), ("order_id", order)], "why", rest)
        }
        _ => return None,
    })
}

fn call(method: Method, path: String, body: Option<Value>, form: Form) -> Call {
    Call { method, path, body, form, is_json: false, is_waiting: false }
}

fn reference(text: &str) -> Result<ObligationId, Invalid> {
    ObligationId::parse(text).ok().filter(ObligationId::is_request).ok_or(Invalid::Reference)
}

fn post(id: &str, act: &str, body: Value) -> Result<Call, Invalid> {
    Ok(call(Method::POST, format!("{PATH}/{}/{act}", reference(id)?.as_str()), Some(body), Form::Changed))
}

/// An act with members of its own, and one option that says why.
fn act(id: &str, act: &str, members: &[(&str, &str)], why: &'static str, rest: &[&str]) -> Result<Call, Invalid> {
    let option = if why == "reason" { "--reason" } else { "--why" };
    let given = Given::read(rest, &[(option, why)], &[])?;
    let mut body: Map<String, Value> = members.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    body.insert(why.to_owned(), json!(given.one(why).ok_or(Invalid::Needed(option))?));
    post(id, act, Value::Object(body))
}

fn document(proof: &str, id: &str, sha256: &str, rest: &[&str]) -> Result<Call, Invalid> {
    let sha256 = Sha256Hex::parse(sha256).map_err(|_| Invalid::Digest)?;
    act(id, "verification", &[("proof", proof), ("document_sha256", sha256.as_str())], "why", rest)
}

fn list(options: &[&str]) -> Result<Call, Invalid> {
    let given = Given::read(options, &FILTERS, &FLAGS)?;
    let mut query = Vec::new();
    for (name, value) in &given.0 {
        // Nothing that a query would read as more than one value.
        if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)) {
            return Err(Invalid::Unknown((*value).to_owned()));
        }
        query.push(format!("{name}={value}"));
    }
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    Ok(call(Method::GET, format!("{PATH}{query}"), None, Form::Requests))
}

fn note(options: &[&str]) -> Result<Call, Invalid> {
    let given = Given::read(options, &NOTED, &NOTED_FLAGS)?;
    for (option, member) in [("--kind", "kind"), ("--channel", "channel")] {
        given.one(member).ok_or(Invalid::Needed(option))?;
    }
    let is_flag = |name: &str| NOTED_FLAGS.iter().any(|(_, flag)| *flag == name);
    let value = |(name, value): &(&'static str, &str)| (*name, if is_flag(name) { json!(true) } else { json!(value) });
    let body = nested(given.0.iter().map(value));
    Ok(call(Method::POST, PATH.to_owned(), Some(Value::Object(body)), Form::Facts))
}

/// Members of a body; a dot in a name leads into an object.
fn nested<'a>(members: impl Iterator<Item = (&'a str, Value)>) -> Map<String, Value> {
    let mut body = Map::new();
    for (name, value) in members {
        let mut place = &mut body;
        let mut names = name.split('.').peekable();
        while let Some(name) = names.next() {
            if names.peek().is_none() {
                place.insert(name.to_owned(), value);
                break;
            }
            let Value::Object(inner) = place.entry(name).or_insert_with(|| json!({})) else { break };
            place = inner;
        }
    }
    body
}

fn child(id: &str, finding: &str, options: &[&str]) -> Result<Call, Invalid> {
    let known = [
        ("--email", "child.email"),
        ("--platform", "child.connected_account.platform"),
        ("--handle", "child.connected_account.handle"),
        ("--why", "why"),
    ];
    let given = Given::read(options, &known, &[])?;
    given.one("why").ok_or(Invalid::Needed("--why"))?;
    let mut body = nested(given.0.iter().map(|(name, value)| (*name, json!(value))));
    body.extend([("proof".to_owned(), json!("child-report")), ("finding".to_owned(), json!(finding))]);
    post(id, "verification", Value::Object(body))
}

fn compare(id: &str, options: &[&str]) -> Result<Call, Invalid> {
    let given = Given::read_many(options, &[("--held", "held"), ("--named", "named"), ("--why", "why")])?;
    let why = given.one("why").ok_or(Invalid::Needed("--why"))?;
    let points = |name: &'static str, option: &'static str| -> Result<Map<String, Value>, Invalid> {
        // What is wrong is not repeated: it may be somebody's.
        let pair = |text: &str| text.split_once('=').map(|(kind, value)| (kind.to_owned(), json!(value)));
        let pairs = given.all(name).map(|text| pair(text).ok_or_else(|| Invalid::Unknown(option.to_owned())));
        pairs.collect()
    };
    let mut body = Map::from_iter([("proof".to_owned(), json!("data-points")), ("why".to_owned(), json!(why))]);
    for (name, option) in [("held", "--held"), ("named", "--named")] {
        let points = points(name, option)?;
        if !points.is_empty() {
            body.insert(name.to_owned(), Value::Object(points));
        }
    }
    post(id, "verification", Value::Object(body))
}

fn correct(id: &str, options: &[&str]) -> Result<Call, Invalid> {
    let given = Given::read_many(options, &CORRECTED)?;
    let why = given.one("why").ok_or(Invalid::Needed("--why"))?;
    let mut fields = Vec::new();
    for (decision, value) in given.0.iter().filter(|(name, _)| !["why", "value"].contains(name)) {
        fields.push(match (*decision, value.split_once('=')) {
            ("open", None) => json!({"field": value}),
            ("instructed" | "applied" | "refused", Some((field, evidence))) => {
                json!({"field": field, "decision": decision, "evidence": evidence})
            }
            (_, _) => return Err(Invalid::Unknown((*value).to_owned())),
        });
    }
    for pair in given.all("value") {
        // What is wrong is not repeated: it is somebody's.
        let unknown = || Invalid::Unknown("--value".to_owned());
        let (name, value) = pair.split_once('=').ok_or_else(unknown)?;
        let is_mended = |field: &&mut Value| {
            field["field"] == name && matches!(field["decision"].as_str(), Some("instructed" | "applied"))
        };
        let field = fields.iter_mut().filter(|field| field.get("value").is_none()).find(is_mended);
        field.and_then(Value::as_object_mut).ok_or_else(unknown)?.insert("value".to_owned(), json!(value));
    }
    post(id, "correction", json!({"fields": fields, "why": why}))
}

fn pause(id: &str, event: &str, options: &[&str]) -> Result<Call, Invalid> {
    let given = Given::read(options, &[("--at", "at"), ("--why", "why")], &[])?;
    given.one("why").ok_or(Invalid::Needed("--why"))?;
    let mut body = nested(given.0.iter().map(|(name, value)| (*name, json!(value))));
    body.insert("event".to_owned(), json!(event));
    post(id, "pause", Value::Object(body))
}

fn lift(id: &str, flag: &str, options: &[&str]) -> Result<Call, Invalid> {
    let given = Given::read(options, &[("--asked-in", "asked_in"), ("--why", "why")], &[])?;
    let why = given.one("why").ok_or(Invalid::Needed("--why"))?;
    let mut body = Map::from_iter([("flag".to_owned(), json!(flag)), ("why".to_owned(), json!(why))]);
    if let Some(asked_in) = given.one("asked_in") {
        body.insert("asked_in".to_owned(), json!(reference(asked_in)?.as_str()));
    }
    post(id, "lifting", Value::Object(body))
}

/// What was given, by the names of the API, in order.
struct Given<'a>(Vec<(&'static str, &'a str)>);

impl<'a> Given<'a> {
    /// Each at most once: given twice, one of them would be lost.
    fn read(
        words: &[&'a str],
        options: &[(&str, &'static str)],
        flags: &[(&str, &'static str)],
    ) -> Result<Self, Invalid> {
        let mut given = Self(Vec::new());
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let unknown = || Invalid::Unknown((*word).to_owned());
            let find = |known: &[(&str, &'static str)]| known.iter().find(|(name, _)| name == word).map(|(_, to)| *to);
            let (name, value) = match (find(flags), find(options)) {
                (Some(name), _) => (name, "true"),
                (None, Some(name)) => (name, *words.next().ok_or_else(unknown)?),
                (None, None) => return Err(unknown()),
            };
            if given.one(name).is_some() {
                return Err(unknown());
            }
            given.0.push((name, value));
        }
        Ok(given)
    }

    /// Any but `--why` as often as wanted.
    fn read_many(words: &[&'a str], options: &[(&str, &'static str)]) -> Result<Self, Invalid> {
        let mut given = Self(Vec::new());
        for pair in words.chunks(2) {
            let read = Self::read(pair, options, &[])?;
            if read.one("why").is_some() && given.one("why").is_some() {
                return Err(Invalid::Unknown("--why".to_owned()));
            }
            given.0.extend(read.0);
        }
        Ok(given)
    }

    fn one(&self, name: &str) -> Option<&'a str> {
        self.all(name).next()
    }

    fn all(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| *known == name).map(|(_, value)| *value)
    }
}
