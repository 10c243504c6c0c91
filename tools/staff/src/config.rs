//! Where the API is and who calls it, from the environment.

use privacy_edge::env::{self, BadEnvironment};
use secrecy::SecretString;

/// Region, address and credentials. The secret parts never print.
#[derive(Debug)]
pub(crate) struct Config {
    /// `https://api.example.com`, without a slash at the end.
    pub(crate) api_url: String,
    pub(crate) region: String,
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: SecretString,
    pub(crate) session_token: Option<SecretString>,
}

impl Config {
    pub(crate) fn read() -> Result<Self, BadEnvironment> {
        Ok(Self {
            api_url: env::required("PRIVACY_API_URL")?.trim_end_matches('/').to_owned(),
            region: env::required("AWS_REGION")?,
            access_key_id: env::required("AWS_ACCESS_KEY_ID")?,
            secret_access_key: env::required("AWS_SECRET_ACCESS_KEY")?.into(),
            session_token: env::optional("AWS_SESSION_TOKEN").map(Into::into),
        })
    }
}
