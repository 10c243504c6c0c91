//! Connects a function to AWS from what Lambda puts into the environment: no configuration chain, no
//! instance metadata, no file. One HTTP client, and so one connector and one trust store, for all services.

use privacy_aws::connection::{Connection, Credentials, NoTls};

use crate::env::{self, BadEnvironment};

/// Why a function has no connection.
#[derive(Debug, thiserror::Error)]
pub enum Unconnected {
    /// It was not told what it needs.
    #[error(transparent)]
    Environment(#[from] BadEnvironment),
    /// It cannot speak TLS.
    #[error(transparent)]
    Tls(#[from] NoTls),
}

/// Reads region, credentials and, on a local stack, the endpoint.
///
/// # Errors
/// [`Unconnected`]
pub fn connect() -> Result<Connection, Unconnected> {
    let credentials = Credentials {
        access_key_id: env::required("AWS_ACCESS_KEY_ID")?,
        secret_access_key: env::required("AWS_SECRET_ACCESS_KEY")?.into(),
        session_token: env::optional("AWS_SESSION_TOKEN").map(Into::into),
    };
    Ok(Connection::new(env::required("AWS_REGION")?, credentials, env::optional("AWS_ENDPOINT_URL"))?)
}
