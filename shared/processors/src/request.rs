//! Requests from the templates of the policy file. Ids are percent-encoded in paths and become JSON texts in bodies.

use std::collections::BTreeMap;

use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, HeaderValue, Request, header};
use http_body_util::Full;
use hyper::body::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use privacy::policy::pattern::Pattern;
use privacy::policy::processor::{Call, TargetKind};
use privacy::processors::Target;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::base_url::BaseUrl;
use crate::problem::Problem;

/// All but letters, digits, `-` and `_`: an id is one segment, or one value of a query, whatever stands in it.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// The headers of every request to a processor, or `None` when its secret cannot stand in one.
pub(crate) fn headers(
    plain: &BTreeMap<String, String>,
    with_secret: &BTreeMap<String, String>,
    secret: &SecretString,
) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, text) in plain {
        headers.insert(HeaderName::try_from(name).ok()?, HeaderValue::try_from(text).ok()?);
    }
    if secret.expose_secret().is_empty() {
        return None;
    }
    for (name, text) in with_secret {
        let mut value = HeaderValue::try_from(text.replace("{secret}", secret.expose_secret())).ok()?;
        value.set_sensitive(true);
        headers.insert(HeaderName::try_from(name).ok()?, value);
    }
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    headers.insert(header::USER_AGENT, HeaderValue::from_static("privacy-processors"));
    Some(headers)
}

/// What stands for the placeholders of a request.
pub(crate) type Values<'a> = BTreeMap<&'static str, &'a str>;

/// The ids of a target.
pub(crate) fn ids(target: &Target) -> Values<'_> {
    let placeholders = TargetKind::ALL.into_iter().flat_map(TargetKind::placeholders);
    placeholders.filter_map(|name| Some((*name, target.id(name)?))).collect()
}

/// The request of a call, with values for its placeholders.
pub(crate) fn request(
    base: &BaseUrl,
    headers: &HeaderMap,
    call: Call<'_>,
    values: &Values<'_>,
) -> Result<Request<Full<Bytes>>, Problem> {
    let unaskable = |_| Problem::Unaskable;
    let path = PathAndQuery::try_from(fill(call.path, values, |id| utf8_percent_encode(id, ENCODED).to_string())?);
    let uri = base.join(path.map_err(|_| Problem::Unaskable)?).map_err(unaskable)?;
    let mut builder = Request::builder().method(call.method.as_str()).uri(uri);
    if let Some(known) = builder.headers_mut() {
        known.extend(headers.clone());
    }
    match call.body {
        None => builder.body(Full::default()).map_err(unaskable),
        Some(template) => {
            let body = filled(template, values)?.to_string();
            let builder = builder.header(header::CONTENT_TYPE, "application/json");
            builder.body(Full::from(body)).map_err(unaskable)
        }
    }
}

fn fill(text: &str, values: &Values<'_>, encode: impl Fn(&str) -> String) -> Result<String, Problem> {
    if text.is_empty() {
        return Ok(String::new());
    }
    let pattern = Pattern::parse(text).map_err(|_| Problem::Unaskable)?;
    let encoded: BTreeMap<&str, String> = values.iter().map(|(name, value)| (*name, encode(value))).collect();
    pattern.fill(|name| encoded.get(name).map(String::as_str)).map_err(|_| Problem::Unaskable)
}

fn filled(template: &Value, inside: &Values<'_>) -> Result<Value, Problem> {
    match template {
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(template.clone()),
        Value::String(text) => fill(text, inside, str::to_owned).map(Value::String),
        Value::Array(values) => values.iter().map(|value| filled(value, inside)).collect(),
        Value::Object(fields) => fields.iter().map(|(key, value)| Ok((key.clone(), filled(value, inside)?))).collect(),
    }
}
