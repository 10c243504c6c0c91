//! How often the hot paths ask for memory: counted, so that a change which makes them dearer is seen without a clock. Services answer
//! at once and from the process; what the SDK itself needs for a call is in the numbers.

use std::future::Future;

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
use privacy::data_map::KeyRange;
use privacy::meta_secrets::AppSecrets;
use privacy::ports::{Read, Record, Stores};
use privacy::signed_request;
use privacy_aws::connection::{Connection, Credentials};
use privacy_aws::ledger::LedgerTable;
use privacy_aws::queue::SqsQueue;
use privacy_aws::vault::{Names, Vault};
use privacy_tests::demo;
use sha2::Sha256;

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

fn connection(page: &str) -> Connection {
    let connector = SharedHttpConnector::new(Canned(page.to_owned()));
    let http = http_client_fn(move |_: &HttpConnectorSettings, _| connector.clone());
    let credentials = Credentials {
        access_key_id: "AKID".to_owned(),
        secret_access_key: "secret".to_owned().into(),
        session_token: None,
    };
    Connection::over(http, "us-east-1".to_owned(), credentials, None)
}

/// Allocations of one run, the first having made what stays.
fn allocations<F: Future<Output = ()>>(work: impl Fn() -> F) -> u64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(work());
    allocation_counter::measure(|| runtime.block_on(work())).count_total
}

fn sort_key(number: usize) -> String {
    format!("contact#p1#signal#2026-02-01T00:00:00.000Z#{number:07}")
}

fn inbox() -> KeyRange {
    KeyRange::Table { partition: "alder#c1".to_owned(), begins_with: "contact#p1#".to_owned() }
}

fn vault(page: &str) -> Vault {
    let names = Names::of_stores([("inbox".to_owned(), "inbox".to_owned())].into());
    Vault::new(&connection(page), names)
}

/// So many of each, at most. Raise one only with a reason.
fn at_most(what: &str, limit: f64, allocations: u64, of: usize) {
    let each = allocations as f64 / of as f64;
    println!("{what}: {each:.2} allocations each, {limit} allowed");
    assert!(each <= limit, "{what}: {each:.2} allocations each, above {limit}");
    assert!(each >= limit * 0.9, "{what}: {each:.2} allocations each; lower the limit of {limit}");
}

#[test]
fn deleting_by_key_allocates_for_each_key_what_the_call_needs_of_it() {
    const RECORDS: usize = 1_000;
    let (vault, range) = (vault("{}"), inbox());
    let records: Vec<Record> =
        (0..RECORDS).map(|number| Record { key: sort_key(number), version: None, written_at: None }).collect();
    let count = allocations(async || {
        assert_eq!(vault.erase("inbox", &range, &records).await.unwrap(), []);
    });
    at_most("a deleted record", 18.5, count, RECORDS);
}

#[test]
fn a_page_of_keys_allocates_for_each_what_is_kept_of_it() {
    const RECORDS: usize = 1_000;
    let rows: Vec<String> = (0..RECORDS).map(|number| format!(r#"{{"sk":{{"S":"{}"}}}}"#, sort_key(number))).collect();
    let page = format!(r#"{{"Items":[{}],"Count":{RECORDS}}}"#, rows.join(","));
    let (vault, range) = (vault(&page), inbox());
    let count = allocations(async || {
        let page = vault.page("inbox", &range, None, None, Read::Strong).await.unwrap();
        assert_eq!(page.records.len(), RECORDS);
    });
    at_most("a key that is read", 4.4, count, RECORDS);
}

#[test]
fn a_warm_callback_allocates_as_much_as_two_calls_need() {
    const CALLBACKS: usize = 100;
    let connection = connection("{}");
    let ledger = LedgerTable::new(&connection, "ledger".to_owned());
    let queue = SqsQueue::new(&connection, "https://sqs.us-east-1.amazonaws.com/000000000000/q".to_owned());
    let (keys, map) = (demo::keys(), demo::map());
    let secrets = AppSecrets::parse(r#"{"facebook":{"current":"appsecret"}}"#).unwrap();
    let terms = Terms { keys: &keys, map: &map, stuck_after: SignedDuration::from_mins(5) };
    let now: Timestamp = "2026-03-10T12:00:00Z".parse().unwrap();
    let fields: Vec<Body> = (0..CALLBACKS).map(|user| Body::from(format!("signed_request={}", sign(user)))).collect();
    let mut headers = HeaderMap::new();
    headers.insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
    let count = allocations(async || {
        for body in &fields {
            let field = privacy_edge::form::single_field(&headers, body, "signed_request").await.unwrap();
            let request = signed_request::verify(&field, &secrets).unwrap();
            accept_callback(&ledger, &queue, terms, &request, Callback::DataDeletion, now).await.unwrap();
        }
    });
    at_most("a warm callback", 860.0, count, CALLBACKS);
}

fn sign(user: usize) -> String {
    let payload = format!(r#"{{"algorithm":"HMAC-SHA256","issued_at":1760000000,"user_id":"{user}"}}"#);
    let text = data_encoding::BASE64URL_NOPAD.encode(payload.as_bytes());
    let mut mac = Hmac::<Sha256>::new_from_slice(b"appsecret").unwrap();
    mac.update(text.as_bytes());
    format!("{}.{text}", data_encoding::BASE64URL_NOPAD.encode(&mac.finalize().into_bytes()))
}
