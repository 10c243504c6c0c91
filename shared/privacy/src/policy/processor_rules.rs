//! What a `[processor.<name>]` must hold before the service may be built from it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::model::Model;
use super::pattern::Pattern;
use super::processor::{Ask, Call, Confirm, Exchange, Http, Method, Processor, Settle, Sign, TargetKind};
use super::processor_routes;
use super::validate::InvalidPolicy;

pub(super) type Checked = Result<(), String>;

/// Headers that the client writes itself; a second one would change how the request is read.
const OURS: [&str; 9] = [
    "host",
    "content-length",
    "content-type",
    "transfer-encoding",
    "connection",
    "upgrade",
    "te",
    "trailer",
    "accept-encoding",
];

const DAY: f64 = 86_400.0;

/// Checks every processor of a file.
///
/// # Errors
/// The first [`InvalidPolicy`] found.
pub fn validate(model: &Model) -> Result<(), InvalidPolicy> {
    for (name, processor) in &model.processor {
        let invalid = |problem| InvalidPolicy { place: format!("processor.{name}"), problem };
        check(name, processor, model).map_err(invalid)?;
    }
    Ok(())
}

pub(super) fn ensure(holds: bool, problem: &str) -> Checked {
    if holds { Ok(()) } else { Err(problem.to_owned()) }
}

fn check(name: &str, processor: &Processor, model: &Model) -> Checked {
    ensure(is_name(name), "its name is made of [a-z0-9-]: it stands in rows and logs")?;
    ensure(!processor.title.is_empty() && !processor.policy.is_empty(), "title and policy section are needed")?;
    for class in &processor.classes {
        ensure(model.class.contains_key(class), &format!("record class `{class}` is not described"))?;
    }
    match &processor.settle {
        Settle::OwnInfrastructure(own) => ensure(!own.reason.is_empty(), "`reason` is empty"),
        Settle::Expires(expires) => {
            ensure(expires.after.is_positive(), "`after` is not a span of days")?;
            ensure(expires.after.get_hours() == 0 && expires.after.get_minutes() == 0, "`after` is counted in days")?;
            ensure(!expires.source.is_empty(), "`source` is empty: who promises that?")
        }
        Settle::Http(http) => check_http(http),
    }?;
    processor_routes::check(processor, model)
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Where something is that is called over HTTPS, and what every request to it carries.
pub(super) fn check_address(
    parameter: &str,
    hosts: &[String],
    headers: &BTreeMap<String, String>,
    secret_headers: &BTreeMap<String, String>,
) -> Checked {
    ensure(is_name(parameter), "`parameter` is made of [a-z0-9-]")?;
    ensure(!hosts.is_empty(), "no host is allowed")?;
    for host in hosts {
        ensure(is_host(host), &format!("`{host}` is not a public host name in lower case"))?;
    }
    for (header, text) in headers.iter().chain(secret_headers) {
        ensure(is_header(header, text), &format!("header `{header}` cannot be sent"))?;
    }
    ensure(!secret_headers.is_empty(), "no `secret_headers`: anybody could ask it to erase")?;
    for (header, text) in secret_headers {
        let is_secret = text.matches("{secret}").count() == 1 && text.matches(['{', '}']).count() == 2;
        ensure(is_secret, &format!("header `{header}` must hold `{{secret}}` once and no other placeholder"))?;
    }
    let has_braces = headers.values().any(|text| text.contains(['{', '}']));
    ensure(!has_braces, "`headers` are sent as they are: no placeholder")
}

fn check_http(http: &Http) -> Checked {
    check_address(&http.parameter, &http.hosts, &http.headers, &http.secret_headers)?;
    let seconds = |span: &jiff::Span| span.total((jiff::Unit::Second, jiff::SpanRelativeTo::days_are_24_hours()));
    let (Ok(confirm), Ok(alarm), Ok(within)) =
        (seconds(&http.confirm_after), seconds(&http.alarm_after), seconds(&http.within))
    else {
        return Err("`confirm_after`, `alarm_after` and `within` are counted in days or less".to_owned());
    };
    ensure(confirm > 0.0 && confirm < alarm, "`confirm_after` must be a span shorter than `alarm_after`")?;
    ensure(within % DAY == 0.0, "`within` is counted in whole days: it gives a last day")?;
    ensure(
        alarm + DAY <= within,
        "`alarm_after` leaves no day until `within`: it would ring when the last day is over",
    )?;
    if let Some(retains) = &http.retains {
        ensure(!retains.reason.is_empty() && !retains.source.is_empty(), "`retains` needs reason and source")?;
    }
    let mut kinds = 0;
    for kind in TargetKind::ALL {
        if let Some(exchange) = http.exchange(kind) {
            kinds += 1;
            check_exchange(kind, exchange).map_err(|problem| format!("{}: {problem}", kind.as_str()))?;
        }
    }
    ensure(kinds > 0, "it can be asked about nothing: no subject, connection or contact")
}

/// A name that only DNS can turn into an address: no address literal in any spelling, no punycode, no private suffix.
pub(super) fn is_host(host: &str) -> bool {
    let labels: Vec<&str> = host.split('.').collect();
    let is_label = |label: &&str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
            && !label.starts_with("xn--")
    };
    let is_top = |label: &str| {
        label.bytes().all(|byte| byte.is_ascii_lowercase())
            && !["local", "localhost", "internal", "localdomain", "onion", "lan", "home", "corp"].contains(&label)
    };
    host.len() <= 253
        && labels.len() >= 2
        && labels.iter().all(is_label)
        && labels.last().is_some_and(|top| is_top(top))
}

fn is_header(name: &str, text: &str) -> bool {
    is_name(name)
        && !OURS.contains(&name)
        && !text.is_empty()
        && text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
}

fn check_exchange(kind: TargetKind, exchange: &Exchange) -> Checked {
    check_ask(kind, &exchange.ask).map_err(|problem| format!("ask: {problem}"))?;
    ensure(!exchange.confirm.is_empty(), "nobody looks whether it did: no `confirm`")?;
    exchange
        .confirm
        .iter()
        .try_for_each(|confirm| check_confirm(kind, confirm))
        .map_err(|problem| format!("confirm: {problem}"))
}

fn check_ask(kind: TargetKind, ask: &Ask) -> Checked {
    check_call(kind, ask.call())?;
    ensure(ask.method != Method::Get, "GET erases nothing")?;
    let is_expected = |status: &u16| (200..300).contains(status);
    ensure(
        !ask.expected.is_empty() && ask.expected.iter().all(is_expected),
        "`expected` must be statuses from 200 to 299",
    )?;
    ensure(
        ask.nothing_there.iter().all(|status| [404, 409, 410, 422].contains(status)),
        "`nothing_there` can be 404, 409, 410 or 422",
    )
}

fn check_confirm(kind: TargetKind, confirm: &Confirm) -> Checked {
    check_call(kind, confirm.call())?;
    ensure([Method::Get, Method::Post].contains(&confirm.method), "a query is GET or POST")?;
    ensure(!confirm.gone.is_empty(), "`gone` is empty: nothing could ever confirm it")?;
    confirm.gone.iter().try_for_each(check_sign)?;
    let is_sign = |status: &u16| confirm.gone.iter().any(|sign| sign.status == *status);
    let is_found = |status: &u16| (200..300).contains(status) && !is_sign(status);
    ensure(
        confirm.still_there.iter().all(is_found),
        "`still_there` must be other statuses than `gone`, from 200 to 299",
    )
}

fn check_sign(sign: &Sign) -> Checked {
    let is_known = (200..300).contains(&sign.status) || [404, 410].contains(&sign.status);
    ensure(is_known, "`gone` can be a status from 200 to 299, 404 or 410")?;
    match &sign.pointer {
        None => {
            ensure(sign.equals.is_none() && !sign.is_empty, "`equals` and `is_empty` need a `pointer`")?;
            // A path that is not there any more answers 404 or 410 about everybody.
            ensure(
                sign.status == 204,
                "a bare status says gone only as 204: else the answer must say so at a `pointer`",
            )
        }
        Some(pointer) => {
            ensure(pointer.starts_with('/'), "a `pointer` begins with `/`")?;
            ensure(sign.equals.is_some() != sign.is_empty, "a `pointer` needs either `equals` or `is_empty = true`")
        }
    }
}

fn check_call(kind: TargetKind, call: Call<'_>) -> Checked {
    ensure(is_path(call.path), "`path` must begin with one `/` and be written as it is sent")?;
    let mut named = BTreeSet::new();
    collect(call.path, &mut named)?;
    ensure(call.body.is_none() || call.method != Method::Get, "GET has no body")?;
    if let Some(body) = call.body {
        ensure(body.is_object() || body.is_array(), "`body` must be a table or a list")?;
        collect_json(body, &mut named)?;
    }
    let allowed: BTreeSet<String> = kind.placeholders().iter().map(|name| (*name).to_owned()).collect();
    if let Some(unknown) = named.difference(&allowed).next() {
        return Err(format!("`{{{unknown}}}` is not an opaque id of a {}", kind.as_str()));
    }
    ensure(named == allowed, &format!("it must name {:?}, so that it reaches nobody else", kind.placeholders()))
}

fn is_path(path: &str) -> bool {
    let is_sent = |byte: u8| byte.is_ascii_graphic() && !b"\"#<>\\^`|".contains(&byte);
    let (route, _) = path.split_once('?').unwrap_or((path, ""));
    path.starts_with('/')
        && !path.starts_with("//")
        && path.bytes().all(is_sent)
        && route.split('/').all(|segment| segment != "." && segment != "..")
}

fn collect(text: &str, named: &mut BTreeSet<String>) -> Checked {
    if !text.is_empty() {
        let pattern = Pattern::parse(text).map_err(|error| error.to_string())?;
        named.extend(pattern.slots().map(str::to_owned));
    }
    Ok(())
}

fn collect_json(value: &Value, named: &mut BTreeSet<String>) -> Checked {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
        Value::String(text) => collect(text, named),
        Value::Array(values) => values.iter().try_for_each(|value| collect_json(value, named)),
        Value::Object(fields) => fields.iter().try_for_each(|(key, value)| {
            ensure(!key.contains(['{', '}']), "a placeholder cannot be a key")?;
            collect_json(value, named)
        }),
    }
}
