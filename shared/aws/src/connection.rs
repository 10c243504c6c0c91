//! One connection to AWS: region, credentials, endpoint, and one HTTP client that every service shares.
//!
//! No configuration chain: in Lambda the environment holds everything, and the chain costs milliseconds of every
//! cold start. Every call has a timeout; the SDK has none by default.

use std::time::Duration;

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime::client::auth::no_auth::NO_AUTH_SCHEME_ID;
use aws_smithy_runtime::client::retries::{RetryPartition, TokenBucket};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use secrecy::{ExposeSecret, SecretString};

/// Credentials from the environment of a function. The secret parts never print.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Names the key.
    pub access_key_id: String,
    /// The key.
    pub secret_access_key: SecretString,
    /// The session of the function's role.
    pub session_token: Option<SecretString>,
}

/// How long a call may take.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// One attempt.
    pub attempt: Duration,
    /// All attempts and the waits between them.
    pub operation: Duration,
}

impl Patience {
    /// Somebody waits for the answer: a secret, a write and a send in a row fit into the function's 10 seconds.
    pub const REQUEST: Self = Self { attempt: Duration::from_millis(1_200), operation: Duration::from_secs(3) };
    /// Nobody waits; a chunk must fit into a lease.
    pub const WORK: Self = Self { attempt: Duration::from_secs(8), operation: Duration::from_secs(25) };
}

/// What every client is made from.
#[derive(Clone, Debug)]
pub struct Connection {
    region: String,
    credentials: Credentials,
    endpoint: Option<String>,
    http: SharedHttpClient,
    patience: Patience,
    retries: Option<RetryPartition>,
    is_signed: bool,
}

/// How the answers of a service come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answers {
    /// Whole, within the timeout of an attempt: nobody needs to watch for a stream that stalls. Watching cost 21 of the 450 allocations of
    /// a call.
    Whole,
    /// As streams, which are read when the attempt is over.
    Streamed,
}

macro_rules! client_config {
    ($sdk:ident, $connection:expr) => {
        client_config!($sdk, $connection, Answers::Whole)
    };
    ($sdk:ident, $connection:expr, $answers:expr) => {{
        let connection = $connection;
        let credentials = &connection.credentials;
        let session = credentials.session_token.as_ref().map(|token| token.expose_secret().to_owned());
        let provider = aws_credential_types::Credentials::new(
            credentials.access_key_id.clone(),
            credentials.secret_access_key.expose_secret(),
            session,
            None,
            "environment",
        );
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(2))
            .operation_attempt_timeout(connection.patience.attempt)
            .operation_timeout(connection.patience.operation)
            .build();
        let mut config = $sdk::Config::builder()
            .behavior_version($sdk::config::BehaviorVersion::latest())
            .region($sdk::config::Region::new(connection.region.clone()))
            .credentials_provider(provider)
            .http_client(connection.http.clone())
            .sleep_impl(TokioSleep::new())
            .retry_config(RetryConfig::standard().with_max_attempts(3))
            .timeout_config(timeouts)
            // AWS refuses what a clock has signed that is minutes wrong. That is what keeps such a clock from erasing too early, so
            // nothing corrects the signature instead.
            .disable_clock_skew_correction(true);
        config.set_endpoint_url(connection.endpoint.clone());
        config.set_retry_partition(connection.retries.clone());
        if !connection.is_signed {
            config.set_allow_no_auth();
            config.set_auth_scheme_preference(Some([NO_AUTH_SCHEME_ID].into()));
        }
        if !connection.is_signed || $answers == Answers::Whole {
            config.set_stalled_stream_protection(Some($sdk::config::StalledStreamProtectionConfig::disabled()));
        }
        config
    }};
}

impl Connection {
    /// A connection over TLS with the trust store of the machine; `endpoint` only on a local stack.
    #[must_use]
    pub fn new(region: String, credentials: Credentials, endpoint: Option<String>) -> Self {
        let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        Self::over(http, region, credentials, endpoint)
    }

    /// A connection over another HTTP client, such as one that answers in the process.
    #[must_use]
    pub fn over(http: SharedHttpClient, region: String, credentials: Credentials, endpoint: Option<String>) -> Self {
        Self { region, credentials, endpoint, http, patience: Patience::REQUEST, retries: None, is_signed: true }
    }

    /// The same connection with other timeouts.
    #[must_use]
    pub fn with_patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }

    /// The same connection with a budget for retries that no other shares: the SDK keeps one for the whole process, which a
    /// simulation of many processes must not.
    #[must_use]
    pub fn with_retries_of_its_own(mut self) -> Self {
        self.retries = Some(RetryPartition::custom("one-process").token_bucket(TokenBucket::default()).build());
        self
    }

    /// The same connection without signatures, and with nobody who watches for stalled streams: for an account in the process that checks
    /// no signature and answers whole, and is called millions of times.
    #[must_use]
    pub fn unsigned(mut self) -> Self {
        self.is_signed = false;
        self
    }

    /// A client.
    #[must_use]
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::from_conf(client_config!(aws_sdk_dynamodb, self).build())
    }

    /// A client.
    #[cfg(feature = "events")]
    #[must_use]
    pub fn event_bridge(&self) -> aws_sdk_eventbridge::Client {
        aws_sdk_eventbridge::Client::from_conf(client_config!(aws_sdk_eventbridge, self).build())
    }

    /// A client.
    #[cfg(feature = "mail")]
    #[must_use]
    pub fn ses(&self) -> aws_sdk_sesv2::Client {
        aws_sdk_sesv2::Client::from_conf(client_config!(aws_sdk_sesv2, self).build())
    }

    /// A client.
    #[must_use]
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::from_conf(client_config!(aws_sdk_sqs, self).build())
    }

    /// A client; a local stack has no host per bucket.
    #[must_use]
    pub fn s3(&self) -> aws_sdk_s3::Client {
        let config = client_config!(aws_sdk_s3, self, Answers::Streamed).force_path_style(self.endpoint.is_some());
        aws_sdk_s3::Client::from_conf(config.build())
    }

    /// A client.
    #[must_use]
    pub fn secrets_manager(&self) -> aws_sdk_secretsmanager::Client {
        aws_sdk_secretsmanager::Client::from_conf(client_config!(aws_sdk_secretsmanager, self).build())
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::client::http::{
        HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector, http_client_fn,
    };
    use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
    use aws_smithy_types::body::SdkBody;
    use futures_util::stream;
    use http_body_util::StreamBody;

    use super::*;

    fn credentials() -> Credentials {
        Credentials {
            access_key_id: "AKID".to_owned(),
            secret_access_key: "sesame".to_owned().into(),
            session_token: Some("open".to_owned().into()),
        }
    }

    #[test]
    fn credentials_never_print() {
        let printed = format!("{:?}", Connection::new("eu-west-1".to_owned(), credentials(), None));
        assert!(!printed.contains("sesame") && !printed.contains("\"open\""), "{printed}");
    }

    /// Answers with a status and a body of which nothing ever comes.
    #[derive(Debug)]
    struct Stalling;

    impl HttpConnector for Stalling {
        fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
            let nothing = StreamBody::new(stream::pending::<Result<_, std::io::Error>>());
            HttpConnectorFuture::ready(Ok(HttpResponse::new(200.try_into().unwrap(), SdkBody::from_body_1_x(nothing))))
        }
    }

    #[tokio::test]
    async fn an_answer_that_stalls_ends_with_the_patience_for_it() {
        let connector = SharedHttpConnector::new(Stalling);
        let http = http_client_fn(move |_: &HttpConnectorSettings, _| connector.clone());
        let patience = Patience { attempt: Duration::from_millis(20), operation: Duration::from_secs(10) };
        let connection = Connection::over(http, "eu-west-1".to_owned(), credentials(), None).with_patience(patience);
        let (dynamodb, sqs, secrets) = (connection.dynamodb(), connection.sqs(), connection.secrets_manager());
        let longest = Duration::from_secs(8);
        let asked = tokio::time::timeout(longest, dynamodb.describe_limits().send()).await;
        assert!(asked.expect("a table").is_err());
        let asked = tokio::time::timeout(
            longest,
            sqs.send_message().queue_url("https://q").set_message_body(Some("m".to_owned())).send(),
        );
        assert!(asked.await.expect("a queue").is_err());
        let asked = tokio::time::timeout(longest, secrets.get_secret_value().secret_id("s").send()).await;
        assert!(asked.expect("a secret").is_err());
    }
}
