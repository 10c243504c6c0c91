//! How a test reaches its account: as whoever owns it, or in the role of a function.

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use privacy_aws::connection::{Connection, Credentials, Patience};

use crate::account::Account;
use crate::calls::refuse;
use crate::role::Role;

/// A connection whose every call this connector answers.
pub(crate) fn over(connector: SharedHttpConnector) -> Connection {
    let http: SharedHttpClient = http_client_fn(move |_: &HttpConnectorSettings, _| connector.clone());
    let credentials = Credentials {
        access_key_id: "AKIDTEST".to_owned(),
        secret_access_key: "secret".to_owned().into(),
        session_token: None,
    };
    Connection::over(http, "us-east-1".to_owned(), credentials, Some("http://account.test".to_owned()))
        .with_patience(Patience::WORK)
}

/// The account as a function meets it.
pub(crate) struct InRole {
    account: Account,
    role: Role,
}

impl InRole {
    pub(crate) fn new(account: Account, function: &str) -> Self {
        Self { account, role: Role::of(function) }
    }
}

impl std::fmt::Debug for InRole {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InRole")
    }
}

impl HttpConnector for InRole {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if self.role.allows(&request) {
            return self.account.call(request);
        }
        HttpConnectorFuture::ready(Ok(refuse("AccessDeniedException")))
    }
}
