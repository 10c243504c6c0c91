mod costs;
mod downloads;
mod forms;
mod limits;
mod nothing_lost;
mod passes;
mod proofs;

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
        let event: LambdaRequest = serde_json::from_value(json!({
            "version": "2.0", "routeKey": format!("ANY {path}"), "rawPath": path, "rawQueryString": "",
            "headers": headers,
            "requestContext": {
                "http": {"method": method, "path": path, "sourceIp": "192.0.2.7"}, "stage": "$default",
            },
            "body": body, "isBase64Encoded": false,
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

#[tokio::test]
async fn everything_that_one_can_say_is_kept() {
    let bench = Bench::new();
    let full = json!({
        "kind": "appeal", "email": "Mia@Example.com", "residence": "Nowhere at all",
        "connected_account": {"platform": "Instagram", "handle": "@Mia"},
        "agent": {"email": "agent@example.org", "name": "An Agent", "power_of_attorney": true,
                  "permission_sha256": "AB".repeat(32)},
        "about_child": true, "appeal_of": format!("8{}", "a".repeat(32)), "details": "line\nline", "other": 1,
    });
    let answer = bench.post("/api/dsr", &full).await;
    let stored = bench.stored(answer.json()["reference"].as_str().unwrap()).await;
    assert_eq!(stored.regime, "UNKNOWN");
    assert_eq!(stored.contact.email.unwrap().expose(), "mia@example.com");
    assert_eq!(stored.contact.account.unwrap().handle.expose(), "mia");
    let agent = stored.agent.unwrap();
    assert!(agent.has_power_of_attorney && agent.permission_sha256.is_some() && stored.about_child);
    assert!(stored.appeal_of.is_some() && stored.details.is_some());
}

#[tokio::test]
async fn what_cannot_be_read_is_named_and_stores_nothing() {
    let bench = Bench::new();
    let with = |name: &str, value: Value| {
        let mut ask = ask();
        ask[name] = value;
        ask
    };
    for (body, member) in [
        (json!({"email": "mia@example.com"}), "kind"),
        (with("kind", json!("delete-all")), "kind"),
        (with("kind", json!(1)), "kind"),
        (with("email", Value::Null), "email"),
        (with("email", json!("mia")), "email"),
        (with("email", json!("mia@example.com\nBcc: x@example.com")), "email"),
        (with("connected_account", json!({"platform": "instagram"})), "connected_account"),
        (with("connected_account", json!("instagram")), "connected_account"),
        (with("agent", json!({})), "agent"),
        (with("agent", json!(true)), "agent"),
        (with("agent", json!({"email": "a@example.org", "permission_sha256": "short"})), "agent"),
        (with("about_child", json!("yes")), "about_child"),
        (with("kind", json!("appeal")), "appeal_of"),
        (with("appeal_of", json!("a".repeat(32))), "appeal_of"),
        (with("details", json!("x".repeat(4001))), "details"),
        (with("residence", json!("x".repeat(201))), "residence"),
        (with("residence", json!(["Germany"])), "residence"),
        (with("has_account", json!("yes")), "has_account"),
        (with("data_points", json!(["phone"])), "data_points"),
        (with("data_points", json!({"phone": 5})), "data_points"),
        (with("data_points", json!({"phone": "--"})), "data_points"),
        (with("data_points", json!({"phone": "5".repeat(201)})), "data_points"),
        (with("declaration", json!("=HYPERLINK(\"http://x\")")), "declaration"),
        (with("declaration", json!("Mia\nExample")), "declaration"),
        (with("declaration", json!("Mia \u{202e}elpmaxE")), "declaration"),
        (with("details", json!("a\u{0}b")), "details"),
        (with("agent", json!({"name": "@SUM(A1)"})), "agent"),
        (with("agent", json!({"name": "Leo\r\nBcc: x@example.com"})), "agent"),
        (with("connected_account", json!({"platform": "instagram", "handle": "m\u{202e}ia"})), "connected_account"),
        (with("connected_account", json!({"platform": "insta gram", "handle": "mia"})), "connected_account"),
        (with("connected_account", deep(100)), "connected_account"),
    ] {
        let answer = bench.post("/api/dsr", &body).await;
        assert_eq!((answer.status, answer.media_type.as_str()), (400, "application/problem+json"), "{body}");
        assert_eq!(answer.json()["member"], member, "{body}");
        assert!(!answer.text.contains("mia"), "{}", answer.text);
    }
    for (media_type, body, status) in [
        (JSON, "[]".to_owned(), 400),
        (JSON, format!("{{\"kind\":{}1{}}}", "[".repeat(5_000), "]".repeat(5_000)), 400),
        (JSON, "\u{feff}{}".to_owned(), 400),
        (JSON, "{".to_owned(), 400),
        ("text/plain", ask().to_string(), 415),
        (JSON, with("details", json!("x".repeat(66_000))).to_string(), 413),
    ] {
        let answer = bench.send("POST", "/api/dsr", &json!({"content-type": media_type}), &body).await;
        assert_eq!(answer.status, status, "{media_type}");
    }
    assert!(bench.account.dump("ledger").is_empty() && bench.account.sent().is_empty());
}

#[tokio::test]
async fn four_thousand_characters_of_any_script_are_taken_and_more_come_back_to_be_mended() {
    let bench = Bench::new();
    for text in ["한".repeat(4_000), "x".repeat(4_000)] {
        let mut written = ask();
        written["details"] = json!(text);
        let answer = bench.post("/api/dsr", &written).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
    }
    let typed = format!("kind=access&email=mia%40example.com&residence=Berlin&details={}", "y".repeat(20_000));
    let answer = bench.fill_in("/api/dsr", &typed).await;
    assert_eq!((answer.status, answer.media_type.as_str()), (400, "text/html; charset=utf-8"));
    assert!(answer.text.contains(&"y".repeat(20_000)) && answer.text.contains("Berlin"), "nothing is lost");
}

#[tokio::test]
async fn a_wrong_method_gets_a_problem_document_unless_a_page_is_wanted() {
    let bench = Bench::new();
    for (accept, media_type) in [
        (json!({}), "application/problem+json"),
        (json!({"accept": "*/*"}), "application/problem+json"),
        (json!({"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}), "text/html; charset=utf-8"),
    ] {
        let answer = bench.send("DELETE", "/privacy", &accept, "").await;
        assert_eq!((answer.status, answer.media_type.as_str()), (405, media_type), "{accept}");
    }
}

#[tokio::test]
async fn a_source_that_sends_too_many_waits_a_minute() {
    let bench = Bench::new();
    let mut statuses = Vec::new();
    // More than two minutes' worth, should a minute end meanwhile.
    for _ in 0..250 {
        statuses.push(bench.post("/api/dsr", &ask()).await.status);
    }
    assert!(statuses[..100].iter().all(|status| *status == 202));
    assert!(statuses.contains(&429));
    let mut page = bench.fill_in("/api/dsr", "kind=access&email=mia%40example.com").await;
    for _ in 0..250 {
        if page.status == 429 {
            break;
        }
        page = bench.fill_in("/api/dsr", "kind=access&email=mia%40example.com").await;
    }
    assert_eq!(page.status, 429);
    check_page("too many", &page.text);
}

#[tokio::test]
async fn nothing_is_acknowledged_that_is_not_stored() {
    let bench = Bench::new();
    bench.account.trouble("PutItem", &[Trouble::Down; 10]);
    let answer = bench.post("/api/dsr", &ask()).await;
    assert_eq!((answer.status, &answer.json()["type"]), (503, &json!("urn:privacy:problem:unavailable")));
    assert!(bench.account.sent().is_empty());
}

#[tokio::test]
async fn other_paths_and_methods_have_their_own_answers() {
    let bench = Bench::new();
    for (method, path, status) in [
        ("GET", "/api/dsr", 405),
        ("DELETE", "/privacy", 405),
        ("POST", "/api/dsr/short/codes", 404),
        ("POST", "/api/dsr/short/more/code", 404),
        ("GET", "/api/dsr/short/code", 405),
        ("GET", "/api/nothing", 404),
    ] {
        let answer = bench.send(method, path, &json!({"content-type": JSON, "accept": JSON}), "{}").await;
        assert_eq!(
            (answer.status, answer.media_type.as_str()),
            (status, "application/problem+json"),
            "{method} {path}"
        );
    }
    assert_eq!(bench.send("HEAD", "/privacy", &json!({}), "").await.text, "");
}
