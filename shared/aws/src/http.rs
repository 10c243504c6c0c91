//! The HTTP client below the SDK: HTTP/1.1 over TLS, one pool for all services. The SDK's own client also speaks HTTP/2, which no
//! service here asks for and which is a tenth of a function's code, and reads the trust store once for each service.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::ErrorKind;
use hyper::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::{CaptureConnection, HttpConnector as Tcp, capture_connection};
use hyper_util::client::legacy::{Client as Pool, Error as Unsent};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tower_service::Service;

/// Until a connection stands, TLS included.
const CONNECT: Duration = Duration::from_secs(2);

type BoxError = Box<dyn Error + Send + Sync>;

/// A client with the trust store of the machine, which is read here, once. A machine without one reaches plain text only.
///
/// # Errors
/// When the build has no usable cipher.
pub(crate) fn client() -> Result<SharedHttpClient, rustls::Error> {
    Ok(SharedHttpClient::new(Http { shared: SharedHttpConnector::new(connector()?) }))
}

fn connector() -> Result<Connector, rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let tls = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut tcp = Tcp::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    let connect = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(tcp);
    // Without a timer nothing ends a connection that nobody uses.
    let pool = Pool::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(InTime(connect));
    Ok(Connector(pool))
}

/// The one connector, for whatever settings: nobody here asks for others than [`CONNECT`].
#[derive(Debug)]
struct Http {
    shared: SharedHttpConnector,
}

impl HttpClient for Http {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        self.shared.clone()
    }
}

#[derive(Debug)]
struct Connector(Pool<InTime, SdkBody>);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into()))),
        };
        let connection = capture_connection(&mut request);
        if let Some(capture) = request.extensions().get::<CaptureSmithyConnection>() {
            capture.set_connection_retriever(move || known(&connection));
        }
        let sent = self.0.request(request);
        HttpConnectorFuture::new(async move {
            let answer = sent.await.map_err(failed)?;
            HttpResponse::try_from(answer.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// By what the SDK keeps a connection from being used again, over which an attempt has failed.
fn known(connection: &CaptureConnection) -> Option<ConnectionMetadata> {
    connection.connection_metadata().as_ref()?;
    let captured = connection.clone();
    let poison = move || {
        if let Some(connected) = captured.connection_metadata().as_ref() {
            connected.poison();
        }
    };
    Some(ConnectionMetadata::builder().proxied(false).poison_fn(poison).build())
}

/// Why there is no answer, in the words by which the SDK decides whether to try again.
fn failed(error: Unsent) -> ConnectorError {
    let causes = || std::iter::successors(Some(&error as &(dyn Error + 'static)), |&cause| cause.source());
    let hyper = causes().find_map(|cause| cause.downcast_ref::<hyper::Error>());
    let io = || causes().filter_map(|cause| cause.downcast_ref::<io::Error>());
    let is_late = io().any(|io| io.kind() == io::ErrorKind::TimedOut);
    let is_ours = hyper.is_some_and(hyper::Error::is_user);
    let is_cut_short = hyper.is_some_and(hyper::Error::is_incomplete_message);
    let is_closed = hyper.is_some_and(|hyper| hyper.is_closed() || hyper.is_canceled());
    let is_broken = error.is_connect() || is_closed || io().next().is_some();
    let error = error.into();
    if is_late {
        ConnectorError::timeout(error)
    } else if is_ours {
        ConnectorError::user(error)
    } else if is_cut_short {
        // The service hung up instead of answering.
        ConnectorError::other(error, Some(ErrorKind::TransientError))
    } else if is_broken {
        ConnectorError::io(error)
    } else {
        ConnectorError::other(error, None)
    }
}

/// Connects within [`CONNECT`] or not at all.
#[derive(Clone)]
struct InTime(HttpsConnector<Tcp>);

impl fmt::Debug for InTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InTime")
    }
}

impl Service<Uri> for InTime {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = self.0.call(uri);
        Box::pin(async move {
            tokio::time::timeout(CONNECT, connecting)
                .await
                .unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut).into()))
        })
    }
}

#[cfg(test)]
mod tests;
