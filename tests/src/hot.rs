//! What runs most often, over services that answer at once and from the process: so that what it takes can be counted.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use lambda_http::Body;
use lambda_http::http::HeaderMap;
use privacy::accept_callback::{Callback, Terms, accept_callback};
use privacy::data_map::{DataMap, KeyRange};
use privacy::keys::SubjectKeys;
use privacy::meta_secrets::AppSecrets;
use privacy::ports::{Read, Record, Stores};
use privacy::signed_request;
use privacy_aws::connection::{Connection, Credentials};
use privacy_aws::ledger::LedgerTable;
use privacy_aws::queue::SqsQueue;
use privacy_aws::vault::{Names, Vault};
use sha2::Sha256;

use crate::demo;

/// A hot path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// The check of Meta's signature, alone.
    Signature,
    /// A warm callback: the form, the signature, one write and one send.
    Callback,
    /// A record that is deleted by its key.
    Delete,
    /// A key that is read.
    Key,
}

impl Path {
    pub const ALL: [Self; 4] = [Self::Signature, Self::Callback, Self::Delete, Self::Key];

    fn name(self) -> &'static str {
        match self {
            Self::Signature => "a signature",
            Self::Callback => "a warm callback",
            Self::Delete => "a deleted record",
            Self::Key => "a key that is read",
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Path {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Self, Infallible> {
        Ok(Self::ALL.into_iter().find(|path| path.name() == name).unwrap())
    }
}

/// Answers at once, whatever is asked; a query with this page.
#[derive(Debug, Clone)]
struct Canned(String);

impl HttpConnector for Canned {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let body = match target.rsplit('.').next() {
            Some("SendMessage") => "{\"MessageId\":\"m\"}",
            Some("Query") => self.0.as_str(),
            _ => "{}",
        };
        HttpConnectorFuture::ready(Ok(HttpResponse::new(200.try_into().unwrap(), SdkBody::from(body.to_owned()))))
    }
}

/// A connection to services that answer at once, queries with this page.
pub fn connection(page: String) -> Connection {
    let connector = SharedHttpConnector::new(Canned(page));
    let http = http_client_fn(move |_: &HttpConnectorSettings, _| connector.clone());
    let credentials = Credentials {
        access_key_id: "AKID".to_owned(),
        secret_access_key: "secret".to_owned().into(),
        session_token: None,
    };
    Connection::over(http, "us-east-1".to_owned(), credentials, None)
}

/// A hot path and all that it needs, made before anything is counted.
pub struct Work {
    path: Path,
    count: usize,
    vault: Vault,
    range: KeyRange,
    records: Vec<Record>,
    ledger: LedgerTable,
    queue: SqsQueue,
    keys: SubjectKeys,
    map: DataMap,
    secrets: AppSecrets,
    headers: HeaderMap,
    /// What Meta posts.
    fields: Vec<String>,
    now: Timestamp,
}

impl Work {
    /// So many of a path.
    pub fn new(path: Path, count: usize) -> Self {
        let rows: Vec<String> =
            (0..count).map(|number| format!(r#"{{"sk":{{"S":"{}"}}}}"#, sort_key(number))).collect();
        let connection = connection(format!(r#"{{"Items":[{}],"Count":{count}}}"#, rows.join(",")));
        let mut headers = HeaderMap::new();
        headers.insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
        Self {
            path,
            count,
            vault: Vault::new(&connection, Names::of_stores([("inbox".to_owned(), "inbox".to_owned())].into())),
            range: KeyRange::Table { partition: "alder#c1".to_owned(), begins_with: "contact#p1#".to_owned() },
            records: (0..count)
                .map(|number| Record { key: sort_key(number), version: None, written_at: None })
                .collect(),
            ledger: LedgerTable::new(&connection, "ledger".to_owned()),
            queue: SqsQueue::new(&connection, "https://sqs.us-east-1.amazonaws.com/000000000000/q".to_owned()),
            keys: demo::keys(),
            map: demo::map(),
            secrets: AppSecrets::parse(r#"{"facebook":{"current":"appsecret"}}"#).unwrap(),
            headers,
            fields: (0..count).map(sign).collect(),
            now: "2026-03-10T12:00:00Z".parse().unwrap(),
        }
    }

    /// All of them once.
    pub async fn run(&self) {
        match self.path {
            Path::Signature => {
                for field in &self.fields {
                    signed_request::verify(field, &self.secrets).unwrap();
                }
            }
            Path::Callback => {
                let terms = Terms { keys: &self.keys, map: &self.map, stuck_after: SignedDuration::from_mins(5) };
                for field in &self.fields {
                    let body = Body::from(format!("signed_request={field}"));
                    let field = privacy_edge::form::single_field(&self.headers, &body, "signed_request").await.unwrap();
                    let request = signed_request::verify(&field, &self.secrets).unwrap();
                    let (kind, now) = (Callback::DataDeletion, self.now);
                    accept_callback(&self.ledger, &self.queue, terms, &request, kind, now).await.unwrap();
                }
            }
            Path::Delete => {
                assert_eq!(self.vault.erase("inbox", &self.range, &self.records).await.unwrap(), []);
            }
            Path::Key => {
                let page = self.vault.page("inbox", &self.range, None, None, Read::Strong).await.unwrap();
                assert_eq!(page.records.len(), self.count);
            }
        }
    }

    /// All of them once, on a runtime like that of a function.
    pub fn run_alone(&self) {
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(self.run());
    }
}

fn sort_key(number: usize) -> String {
    format!("contact#p1#signal#2026-02-01T00:00:00.000Z#{number:07}")
}

/// A `signed_request` about somebody.
pub fn sign(user: usize) -> String {
    let payload = format!(r#"{{"algorithm":"HMAC-SHA256","issued_at":1760000000,"user_id":"{user}"}}"#);
    let text = data_encoding::BASE64URL_NOPAD.encode(payload.as_bytes());
    let mut mac = Hmac::<Sha256>::new_from_slice(b"appsecret").unwrap();
    mac.update(text.as_bytes());
    format!("{}.{text}", data_encoding::BASE64URL_NOPAD.encode(&mac.finalize().into_bytes()))
}
