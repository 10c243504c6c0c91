mod costs;
mod downloads;
mod forms;
mod limits;
mod nothing_lost;
mod passes;
mod proofs;
mod reading;
mod refusals;
mod signals;
mod withdrawals;

use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::{Signer, SigningKey};
use jiff::SignedDuration;
use lambda_http::request::LambdaRequest;
use privacy::subject_request::challenge::Challenge;
use privacy::subject_request::ports::Challenges;
use privacy::subject_request::{Proof, SubjectRequest};
use privacy_aws::outbox::QueueUrls;
use privacy_pages::checks::check_page;
use privacy_tests::account::{Account, Trouble};
use privacy_tests::demo;
use serde_json::{Value, json};

use super::*;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

const BASE: &str = "https://privacy.example";

fn signer(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn dashboard_keys(keys: &[(&str, u8)]) -> String {
    let x = |seed| BASE64URL_NOPAD.encode(signer(seed).verifying_key().as_bytes());
    let keys: Vec<Value> = keys.iter().map(|(kid, seed)| json!({"kid": kid, "x": x(*seed)})).collect();
    json!({"issuer": "https://app.example", "keys": keys}).to_string()
}

/// What the dashboard says of a login just now, with some of it changed.
fn assertion(reference: &str, jti: &str, kid: &str, seed: u8, changes: &Value) -> String {
    let now = SystemClock.now().as_second();
    let mut claims = json!({
        "iss": "https://app.example", "aud": BASE, "sub": "tenant-alder/user-7", "request": reference,
        "auth_time": now - 20, "iat": now, "exp": now + 120, "jti": format!("{jti:0>20}"),
    });
    claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    let header = json!({"alg": "EdDSA", "kid": kid}).to_string();
    let signed = [header, claims.to_string()].map(|text| BASE64URL_NOPAD.encode(text.as_bytes())).join(".");
    format!("{signed}.{}", BASE64URL_NOPAD.encode(&signer(seed).sign(signed.as_bytes()).to_bytes()))
}

struct Bench {
    account: Account,
    desk: Desk,
}

struct Answer {
    status: u16,
    media_type: String,
    text: String,
    location: Option<String>,
    retry_after: Option<String>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }
}

impl Bench {
    fn new() -> Self {
        let account = Account::new();
        account.set_secret("subject-keys", demo::SUBJECT_KEYS);
        account.set_secret("dashboard-keys", &dashboard_keys(&[("now", 1)]));
        let config = Config {
            ledger_table: "ledger".to_owned(),
            limits_table: "limits".to_owned(),
            suppression_table: "suppression".to_owned(),
            queues: QueueUrls {
                erasures: "http://account.test/000000000000/erasures".to_owned(),
                exports: "http://account.test/000000000000/exports".to_owned(),
                notices: "http://account.test/000000000000/notices".to_owned(),
            },
            bundles_bucket: "bundles".to_owned(),
            subject_keys_arn: "subject-keys".to_owned(),
            dashboard_keys_arn: "dashboard-keys".to_owned(),
            stuck_after: SignedDuration::from_mins(5),
            public_base_url: "https://privacy.example".to_owned(),
        };
        let desk = Desk::new(&account.connection_of("dsr-intake"), config).unwrap();
        Self { account, desk }
    }

    async fn send(&self, method: &str, path: &str, headers: &Value, body: &str) -> Answer {
        self.send_as(method, path, headers, (body, false)).await
    }

    /// As the gateway hands on what is no text.
    async fn send_bytes(&self, path: &str, headers: &Value, body: &[u8]) -> Answer {
        self.send_as("POST", path, headers, (&data_encoding::BASE64.encode(body), true)).await
    }

    async fn send_as(&self, method: &str, path: &str, headers: &Value, (body, is_base64): (&str, bool)) -> Answer {
        let event: LambdaRequest = serde_json::from_value(json!({
            "version": "2.0", "routeKey": format!("ANY {path}"), "rawPath": path, "rawQueryString": "",
            "headers": headers,
            "requestContext": {
                "http": {"method": method, "path": path, "sourceIp": "192.0.2.7"}, "stage": "$default",
            },
            "body": body, "isBase64Encoded": is_base64,
        }))
        .unwrap();
        let response = self.desk.answer(&Request::from(event)).await;
        let text = match response.body() {
            Body::Text(text) => text.clone(),
            Body::Empty => String::new(),
            Body::Binary(_) | _ => panic!("not text"),
        };
        let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let media_type = header("content-type").unwrap_or_default();
        Answer {
            status: response.status().as_u16(),
            media_type,
            text,
            location: header("location"),
            retry_after: header("retry-after"),
        }
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, &json!({"content-type": JSON}), &body.to_string()).await
    }

    async fn fill_in(&self, path: &str, fields: &str) -> Answer {
        self.send("POST", path, &json!({"content-type": FORM, "accept": "text/html"}), fields).await
    }

    async fn stored(&self, reference: &str) -> SubjectRequest {
        let id = ObligationId::parse(reference).unwrap();
        self.desk.ledger.request(&id).await.unwrap().unwrap()
    }

    async fn code_for(&self, reference: &str) -> String {
        let id = ObligationId::parse(reference).unwrap();
        let now = SystemClock.now();
        let seed = random::bytes().unwrap();
        let (challenge, code) = Challenge::make(&demo::keys(), &id, Proof::EmailCode, &seed, now).unwrap();
        self.desk.ledger.issue(&id, &challenge).await.unwrap();
        code.expose().to_owned()
    }
}

/// A page without the second in which it was asked for, which stands in the link to the request.
fn timeless(page: &str) -> String {
    let mut parts = page.split("?after=");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |page, part| page + part.trim_start_matches(|letter: char| letter.is_ascii_digit()))
}

fn deep(levels: usize) -> Value {
    (0..levels).fold(json!(1), |inner, _| json!([inner]))
}

fn ask() -> Value {
    json!({"kind": "erasure", "email": "mia@example.com", "residence": "Germany"})
}

async fn asked(bench: &Bench) -> String {
    bench.post("/api/dsr", &ask()).await.json()["reference"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_request_is_accepted_with_a_reference_and_an_address() {
    let bench = Bench::new();
    let answer = bench.post("/api/dsr", &ask()).await;
    let json = answer.json();
    let reference = json["reference"].as_str().unwrap();
    assert_eq!((answer.status, answer.media_type.as_str()), (202, JSON));
    assert_eq!(json["status_url"], format!("https://privacy.example/privacy/requests/{reference}"));
    assert_eq!(json.as_object().unwrap().len(), 2);
    let stored = bench.stored(reference).await;
    assert_eq!((stored.kind.as_str(), stored.regime.as_str()), ("erasure", "EU_GDPR"));
    let [sent] = &bench.account.sent()[..] else { panic!("one message") };
    assert!(sent.contains("acknowledgement") && sent.contains(reference) && !sent.contains("mia"), "{sent}");
    // Asked again it is another request: nothing of the first shows.
    let again = bench.post("/api/dsr", &ask()).await.json();
    assert_ne!(again["reference"], json["reference"]);
}
