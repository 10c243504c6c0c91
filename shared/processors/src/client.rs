//! One HTTP exchange: bounded in time and size, to a checked address, with nothing followed and nothing unpacked.

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::problem::Problem;
use crate::resolver::{Guarded, NotPublic};
use crate::settings::InvalidSettings;

/// What is read of a body.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// What is read of a status line and headers.
const HEAD_BYTES_MAX: usize = 32 * 1024;

/// How long a request may take.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Until the connection stands.
    pub connect: Duration,
    /// All of it: name, connection, TLS, request and answer.
    pub total: Duration,
}

impl Patience {
    /// Nobody waits; a call must fit into a lease several times.
    pub const WORK: Self = Self { connect: Duration::from_secs(3), total: Duration::from_secs(10) };
}

/// An answer without its body, which is read only where it matters.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// Empty unless it was asked for.
    pub(crate) body: Bytes,
}

privacy::redacted!(Answer);

type Plain = HttpConnector<Guarded>;

/// Sends requests: over TLS, or in plain text to this machine for a base that only a test stack may have.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    secure: Pool<HttpsConnector<Plain>, Full<Bytes>>,
    local: Pool<Plain, Full<Bytes>>,
    patience: Patience,
}

impl Client {
    pub(crate) fn new(resolver: Guarded, patience: Patience) -> Result<Self, InvalidSettings> {
        let mut plain = HttpConnector::new_with_resolver(resolver);
        plain.set_connect_timeout(Some(patience.connect));
        let local = plain.clone();
        plain.enforce_http(false);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let secure = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(provider)
            .map_err(|_| InvalidSettings::Certificates)?
            .https_only()
            .enable_http1()
            .wrap_connector(plain);
        // No connection is kept: between two visits the function is frozen, and the address is to be checked each time.
        let mut pool = Pool::builder(TokioExecutor::new());
        pool.pool_max_idle_per_host(0).retry_canceled_requests(false).http1_max_buf_size(HEAD_BYTES_MAX);
        Ok(Self { secure: pool.build(secure), local: pool.build(local), patience })
    }

    /// Sends a request; the body of the answer is read where `is_read` says so of its status.
    pub(crate) async fn send(
        &self,
        request: Request<Full<Bytes>>,
        is_read: impl Fn(StatusCode) -> bool,
    ) -> Result<Answer, Problem> {
        let exchange = async {
            let is_secure = request.uri().scheme() == Some(&http::uri::Scheme::HTTPS);
            let sent = if is_secure { self.secure.request(request) } else { self.local.request(request) };
            let answer = sent.await.map_err(|error| unsent(&error))?;
            let (parts, body) = answer.into_parts();
            let body = if is_read(parts.status) { read(&parts.headers, body).await? } else { Bytes::new() };
            Ok(Answer { status: parts.status, headers: parts.headers, body })
        };
        tokio::time::timeout(self.patience.total, exchange).await.map_err(|_| Problem::TimedOut)?
    }
}

async fn read(headers: &HeaderMap, body: Incoming) -> Result<Bytes, Problem> {
    // Never asked for; nothing here unpacks, so a small answer cannot become a large one.
    if headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding.as_bytes() != b"identity") {
        return Err(Problem::Unreadable);
    }
    match Limited::new(body, BODY_BYTES_MAX).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Problem::TooLarge),
        Err(_) => Err(Problem::BrokeOff),
    }
}

/// Why a request found no answer. Only the kinds of the causes are looked at: their texts may hold names and addresses.
fn unsent(error: &hyper_util::client::legacy::Error) -> Problem {
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    while let Some(known) = cause {
        if known.is::<NotPublic>() {
            return Problem::NotPublic;
        }
        if known.is::<rustls::Error>() {
            return Problem::Tls;
        }
        let io = known.downcast_ref::<io::Error>();
        if io.is_some_and(|io| io.kind() == io::ErrorKind::TimedOut) {
            return Problem::TimedOut;
        }
        // An I/O error that wraps another names the cause of that one as its own, and leaves that one out.
        cause = match io.and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => known.source(),
        };
    }
    if error.is_connect() { Problem::Unreachable } else { Problem::BrokeOff }
}
