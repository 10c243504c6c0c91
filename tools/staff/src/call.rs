//! One signed call: Signature Version 4 for `execute-api`, over TLS, or in plain text to this machine.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use http::{Request, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use privacy::ports::Clock;
use privacy_edge::clock::SystemClock;
use privacy_edge::env::BadEnvironment;
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::arguments::Call;
use crate::config::Config;

/// The promise ledger may take a while; the gateway gives up after 30 seconds.
const PATIENCE: Duration = Duration::from_secs(35);
/// What is read of an answer.
const ANSWER_BYTES_MAX: usize = 8 * 1024 * 1024;

/// A call that came to nothing. Never holds a credential.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failed {
    #[error(transparent)]
    Environment(#[from] BadEnvironment),
    #[error("PRIVACY_API_URL is not an https address")]
    Address,
    #[error("the call could not be signed")]
    Unsigned,
    #[error("the certificates of this machine could not be read")]
    Certificates,
    #[error("the API could not be reached")]
    Unreachable,
    #[error("the API did not answer in time")]
    TimedOut,
    #[error("the answer could not be read (status {0})")]
    Unreadable(u16),
    #[error("not allowed: the role needs the policy StaffCalls of the stack")]
    Forbidden,
    #[error("{0}")]
    Problem(String),
}

/// Calls, and reads the answer. Everything but success is an error that names the problem.
pub(crate) async fn answer(call: &Call) -> Result<Value, Failed> {
    let now = Duration::from_millis(SystemClock.now().as_millisecond().unsigned_abs());
    let request = signed(call, &Config::read()?, SystemTime::UNIX_EPOCH + now)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let connector = HttpsConnectorBuilder::new().with_provider_and_native_roots(provider);
    let connector = connector.map_err(|_| Failed::Certificates)?.https_or_http().enable_http1().build();
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build(connector);
    let exchange = async {
        let answer = client.request(request).await.map_err(|_| Failed::Unreachable)?;
        let status = answer.status().as_u16();
        let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await;
        read(status, &body.map_err(|_| Failed::Unreadable(status))?.to_bytes())
    };
    tokio::time::timeout(PATIENCE, exchange).await.map_err(|_| Failed::TimedOut)?
}

/// What an answer says.
pub(crate) fn read(status: u16, body: &[u8]) -> Result<Value, Failed> {
    let value: Option<Value> = serde_json::from_slice(body).ok();
    match (status, value) {
        (200..=299, Some(value)) => Ok(value),
        (_, Some(problem)) if problem.get("type").is_some_and(Value::is_string) => {
            let text = |name| problem.get(name).and_then(Value::as_str).unwrap_or_default();
            let member = problem.get("member").and_then(Value::as_str).map(|name| format!(" ({name})"));
            Err(Failed::Problem(format!("{}{}: {}", text("type"), member.unwrap_or_default(), text("title"))))
        }
        (403, _) => Err(Failed::Forbidden),
        (_, Some(_) | None) => Err(Failed::Unreadable(status)),
    }
}

/// Whether what is sent can be read on the way.
fn is_safe(uri: &Uri) -> bool {
    match uri.scheme_str() {
        Some("https") => true,
        Some("http") => matches!(uri.host(), Some("127.0.0.1" | "localhost" | "[::1]")),
        Some(_) | None => false,
    }
}

pub(crate) fn signed(call: &Call, config: &Config, now: SystemTime) -> Result<Request<Full<Bytes>>, Failed> {
    let uri: Uri = format!("{}{}", config.api_url, call.path).parse().map_err(|_| Failed::Address)?;
    if !is_safe(&uri) {
        return Err(Failed::Address);
    }
    let body = call.body.as_ref().map(Value::to_string).unwrap_or_default();
    let session = config.session_token.as_ref().map(|token| token.expose_secret().to_owned());
    let secret = config.secret_access_key.expose_secret();
    let identity = Credentials::new(&config.access_key_id, secret, session, None, "environment").into();
    let parameters = v4::SigningParams::builder().identity(&identity).region(&config.region).name("execute-api");
    let parameters = parameters.time(now).settings(SigningSettings::default()).build().map_err(|_| Failed::Unsigned)?;
    let text = uri.to_string();
    let authority = uri.authority().map(ToString::to_string).ok_or(Failed::Address)?;
    let headers = [("host", authority.as_str()), ("content-type", "application/json")];
    let signable = SignableRequest::new(
        call.method.as_str(),
        text.as_str(),
        headers.into_iter(),
        SignableBody::Bytes(body.as_bytes()),
    );
    let output = sign(signable.map_err(|_| Failed::Unsigned)?, &parameters.into()).map_err(|_| Failed::Unsigned)?;
    let mut request = Request::builder().method(&call.method).uri(uri).header(header::CONTENT_TYPE, "application/json");
    request = request.header(header::HOST, &authority);
    let mut request = request.body(Full::new(Bytes::from(body))).map_err(|_| Failed::Address)?;
    output.into_parts().0.apply_to_request_http1x(&mut request);
    Ok(request)
}
