//! The deletion callback as one writes it by the book: check the signature, one conditional write, one message.

use std::time::SystemTime;

#[cfg(feature = "no-chain")]
use aws_config::Region;
use aws_config::{BehaviorVersion, SdkConfig};
#[cfg(feature = "no-chain")]
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_sdk_dynamodb::primitives::{DateTime, DateTimeFormat};
use aws_sdk_dynamodb::types::AttributeValue::S;
#[cfg(feature = "no-chain")]
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
#[cfg(feature = "one-client")]
use aws_smithy_http_client::{Builder, tls::{Provider, rustls_provider::CryptoMode}};
#[cfg(feature = "one-client")]
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use lambda_http::{Body, Error, Request, Response};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub struct Callback {
    dynamodb: aws_sdk_dynamodb::Client,
    sqs: aws_sdk_sqs::Client,
    app_secret: String,
    table: String,
    queue: String,
    base_url: String,
}

fn variable(name: &str) -> Result<String, Error> {
    std::env::var(name).map_err(|_| name.into())
}

/// By the book: whatever the chain finds, and a client of HTTP for each service.
#[cfg(not(feature = "one-client"))]
async fn configured() -> Result<SdkConfig, Error> {
    Ok(aws_config::load_defaults(BehaviorVersion::latest()).await)
}

/// One client of HTTP for all, so one trust store and one pool.
#[cfg(feature = "one-client")]
fn client() -> SharedHttpClient {
    let crypto = if cfg!(feature = "ring") { CryptoMode::Ring } else { CryptoMode::AwsLc };
    Builder::new().tls_provider(Provider::Rustls(crypto)).build_https()
}

#[cfg(all(feature = "one-client", not(feature = "no-chain")))]
async fn configured() -> Result<SdkConfig, Error> {
    Ok(aws_config::defaults(BehaviorVersion::latest()).http_client(client()).load().await)
}

/// Region, credentials and endpoint from the environment, which is all there is in Lambda.
#[cfg(feature = "no-chain")]
async fn configured() -> Result<SdkConfig, Error> {
    let credentials = Credentials::new(
        variable("AWS_ACCESS_KEY_ID")?,
        variable("AWS_SECRET_ACCESS_KEY")?,
        variable("AWS_SESSION_TOKEN").ok(),
        None,
        "environment",
    );
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(variable("AWS_REGION")?))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .http_client(client());
    Ok(match variable("AWS_ENDPOINT_URL") {
        Ok(endpoint) => config.endpoint_url(endpoint).build(),
        Err(_) => config.build(),
    })
}

#[cfg(not(feature = "canned"))]
async fn secret(config: &SdkConfig) -> Result<String, Error> {
    let secrets = aws_sdk_secretsmanager::Client::new(config);
    let secret = secrets.get_secret_value().secret_id(variable("META_APP_SECRETS_ARN")?).send().await?;
    Ok(secret.secret_string().unwrap_or_default().to_owned())
}

#[cfg(feature = "canned")]
async fn secret(_: &SdkConfig) -> Result<String, Error> {
    variable("CANNED_SECRET")
}

fn app_secret(text: String) -> Result<String, Error> {
    if cfg!(feature = "unparsed") {
        return Ok(text);
    }
    let apps: Value = serde_json::from_str(&text)?;
    Ok(apps["facebook"]["current"].as_str().unwrap_or_default().to_owned())
}

impl Callback {
    pub async fn load() -> Result<Self, Error> {
        let config = configured().await?;
        let text = secret(&config).await?;
        Ok(Self {
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            sqs: aws_sdk_sqs::Client::new(&config),
            app_secret: app_secret(text)?,
            table: variable("LEDGER_TABLE")?,
            queue: variable("ERASURE_QUEUE_URL")?,
            base_url: variable("PUBLIC_BASE_URL")?,
        })
    }
}

/// What the field says, if its signature holds.
fn verify(field: &str, secret: &str) -> Option<Value> {
    let (signature, text) = field.split_once('.')?;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(text.as_bytes());
    mac.verify_slice(&URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

pub async fn handle(callback: &Callback, request: Request) -> Result<Response<Body>, Error> {
    let body = String::from_utf8_lossy(request.body()).into_owned();
    let field = body.strip_prefix("signed_request=").unwrap_or_default().replace("%3D", "=");
    let Some(payload) = verify(&field, &callback.app_secret) else {
        return Ok(Response::builder().status(400).body(Body::from(r#"{"title":"Bad request"}"#))?);
    };
    let user = payload["user_id"].as_str().unwrap_or_default();
    let digest = Sha256::digest(format!("facebook/{user}"));
    let code: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let issued_at = DateTime::from_secs(payload["issued_at"].as_i64().unwrap_or_default()).fmt(DateTimeFormat::DateTime)?;
    let now = DateTime::from(SystemTime::now()).fmt(DateTimeFormat::DateTime)?;
    let mut put =
        callback.dynamodb.put_item().table_name(&callback.table).condition_expression("attribute_not_exists(pk)");
    for (name, value) in [
        ("pk", format!("obligation#{code}")),
        ("sk", "head".to_owned()),
        ("state", "received".to_owned()),
        ("route", "meta-data-deletion".to_owned()),
        ("received_at", now.clone()),
        ("covers_until", issued_at),
        ("next_action_at", now),
        ("due_shard", format!("{:02}", digest[0] % 8)),
        ("due_date", "2036-01-01".to_owned()),
        ("due_zone", "UTC".to_owned()),
    ] {
        put = put.item(name, S(value));
    }
    if let Err(error) = put.send().await
        && !error.as_service_error().is_some_and(|error| error.is_conditional_check_failed_exception())
    {
        return Err(error.into());
    }
    let message = json!({"v": 1, "obligation": code}).to_string();
    callback.sqs.send_message().queue_url(&callback.queue).message_body(message).send().await?;
    let answer = json!({"url": format!("{}/privacy/requests/{code}", callback.base_url), "confirmation_code": code});
    Ok(Response::builder()
        .status(200)
        .header("content-type", "application/json")
        .body(Body::from(answer.to_string()))?)
}
