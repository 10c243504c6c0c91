use std::time::Duration;

use data_encoding::{BASE64, BASE64URL_NOPAD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::SignedDuration;
use lambda_http::request::LambdaRequest;
use privacy_tests::account::{Account, Trouble};
use privacy_tests::demo::SUBJECT_KEYS;
use serde_json::{Value, json};
use sha2::Sha256;

use super::*;

const DELETION: &str = "/api/meta/data-deletion";
const FORM: &str = "application/x-www-form-urlencoded";

struct Bench {
    account: Account,
    callbacks: Callbacks,
}

impl Bench {
    fn new() -> Self {
        let account = Account::new();
        account.set_secret("arn:apps", r#"{"facebook":{"current":"appsecret"},"instagram":{"current":"other"}}"#);
        account.set_secret("arn:keys", SUBJECT_KEYS);
        let config = Config {
            ledger_table: "ledger".to_owned(),
            erasure_queue_url: "http://account.test/000000000000/erasure".to_owned(),
            meta_app_secrets_arn: "arn:apps".to_owned(),
            subject_keys_arn: "arn:keys".to_owned(),
            public_base_url: "https://api.test".to_owned(),
            stuck_after: SignedDuration::from_mins(5),
        };
        let callbacks = Callbacks::new(&account.connection_of("meta-callback"), config).unwrap();
        Self { account, callbacks }
    }

    async fn send(&self, event: Value) -> (u16, String, Value) {
        let event: LambdaRequest = serde_json::from_value(event).unwrap();
        let response = self.callbacks.answer(&Request::from(event)).await;
        let media_type = response.headers()["content-type"].to_str().unwrap().to_owned();
        let Body::Text(body) = response.body() else { panic!("not text") };
        (response.status().as_u16(), media_type, serde_json::from_str(body).unwrap())
    }

    async fn post(&self, signed_request: &str) -> (u16, String, Value) {
        self.send(event("POST", DELETION, Some(FORM), &form(signed_request), true)).await
    }
}

fn form(signed_request: &str) -> String {
    format!("signed_request={signed_request}")
}

fn signed(payload: &str, secret: &str) -> String {
    let text = BASE64URL_NOPAD.encode(payload.as_bytes());
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    format!("{}.{text}", BASE64URL_NOPAD.encode(&mac.finalize().into_bytes()))
}

fn good(secret: &str) -> String {
    signed(r#"{"algorithm":"HMAC-SHA256","issued_at":1760000000,"user_id":"218471"}"#, secret)
}

fn event(method: &str, path: &str, media_type: Option<&str>, body: &str, is_base64: bool) -> Value {
    let mut headers = json!({"host": "evil.test", "x-forwarded-host": "evil.test"});
    if let Some(media_type) = media_type {
        headers["content-type"] = json!(media_type);
    }
    let body = if is_base64 { BASE64.encode(body.as_bytes()) } else { body.to_owned() };
    json!({
        "version": "2.0", "routeKey": format!("ANY {path}"), "rawPath": path, "rawQueryString": "", "headers": headers,
        "requestContext": {"http": {"method": method, "path": path}, "stage": "$default"},
        "body": body, "isBase64Encoded": is_base64,
    })
}

#[tokio::test]
async fn both_body_encodings_of_the_gateway_and_multipart_are_read() {
    let bench = Bench::new();
    let (status, media_type, first) = bench.post(&good("appsecret")).await;
    assert_eq!((status, media_type.as_str()), (200, "application/json"));
    let code = first["confirmation_code"].as_str().unwrap();
    assert_eq!(
        first["url"],
        format!("https://api.test/privacy/requests/{code}"),
        "from configuration, not from headers"
    );
    assert!(code.len() >= 26 && code.bytes().all(|byte| byte.is_ascii_alphanumeric()) && !code.contains("218471"));
    let plain = bench.send(event("POST", DELETION, Some(FORM), &form(&good("appsecret")), false)).await;
    let part = format!(
        "--X\r\nContent-Disposition: form-data; name=\"signed_request\"\r\n\r\n{}\r\n--X--\r\n",
        good("appsecret")
    );
    let multipart = bench.send(event("POST", DELETION, Some("multipart/form-data; boundary=X"), &part, true)).await;
    let deauthorize =
        bench.send(event("POST", "/api/meta/deauthorize", Some(FORM), &form(&good("appsecret")), true)).await;
    for (status, _, again) in [plain, multipart, deauthorize] {
        assert_eq!((status, &again), (200, &first), "the same person has one code");
    }
    assert_eq!(bench.account.dump("ledger").len(), 1);
    let (_, _, other) = bench.post(&good("other")).await;
    assert_ne!(
        other["confirmation_code"], first["confirmation_code"],
        "the same digits in another app are another person"
    );
}

#[tokio::test]
async fn everything_else_is_a_problem_that_stores_nothing_and_says_nothing() {
    let bench = Bench::new();
    let request = good("appsecret");
    let post = |body: &str| event("POST", DELETION, Some(FORM), body, true);
    let payload = |payload: &str| post(&form(&signed(payload, "appsecret")));
    let (signature, text) = request.split_once('.').unwrap();
    let cases = [
        ("no field", 400, post("x=1")),
        ("an empty body", 400, post("")),
        ("two fields", 400, post(&format!("{0}&{0}", form(&request)))),
        ("not signed by us", 400, post(&form(&good("guess")))),
        ("no signature", 400, post(&form(&format!(".{text}")))),
        ("no payload", 400, post(&form(&format!("{signature}.")))),
        ("a third part", 400, post(&form(&format!("{request}.x")))),
        ("padding stripped or added to the signed text", 400, post(&form(&format!("{request}=")))),
        ("standard base64", 400, post(&form(&format!("{}%2B.{text}", &signature[..42])))),
        ("another algorithm", 400, payload(r#"{"algorithm":"none","user_id":"1"}"#)),
        ("no user", 400, payload(r#"{"algorithm":"HMAC-SHA256"}"#)),
        ("a user that is no integer", 400, payload(r#"{"algorithm":"HMAC-SHA256","user_id":1.5}"#)),
        ("two users", 400, payload(r#"{"algorithm":"HMAC-SHA256","user_id":"1","user_id":"2"}"#)),
        ("no JSON", 400, payload("not json")),
        (
            "JSON for a form",
            400,
            event("POST", DELETION, Some("application/json"), &json!({"signed_request": request}).to_string(), true),
        ),
        ("too large", 400, post(&"a".repeat(17 * 1024))),
        ("another method", 405, event("GET", DELETION, None, "", false)),
        ("a deleting method", 405, event("DELETE", "/api/meta/deauthorize", None, "", false)),
        ("another path", 404, event("POST", "/api/meta/else", Some(FORM), &form(&request), true)),
    ];
    for (case, expected, event) in cases {
        let (status, media_type, problem) = bench.send(event).await;
        assert_eq!((status, media_type.as_str()), (expected, "application/problem+json"), "{case}");
        let text = problem.to_string();
        assert!(!text.contains(signature) && !text.contains("218471") && !text.contains("appsecret"), "{case}: {text}");
        if expected == 400 {
            assert_eq!(problem["type"], "urn:privacy:problem:bad-request", "every refusal looks the same: {case}");
        }
    }
    assert!(bench.account.dump("ledger").is_empty() && bench.account.sent().is_empty());
}

#[tokio::test(start_paused = true)]
async fn nothing_stored_is_503_and_stored_but_not_sent_is_200() {
    let bench = Bench::new();
    bench.account.trouble("UpdateItem", &[Trouble::Down; 3]);
    let (status, _, problem) = bench.post(&good("appsecret")).await;
    assert_eq!((status, problem["type"].as_str().unwrap()), (503, "urn:privacy:problem:unavailable"));
    assert!(bench.account.dump("ledger").is_empty());
    bench.account.trouble("SendMessage", &[Trouble::Down; 3]);
    assert_eq!(bench.post(&good("appsecret")).await.0, 200);
    let row = bench.account.dump("ledger").remove(0);
    assert!(row.get("next_action_at").is_some() && bench.account.sent().is_empty(), "the sweeper will send it");
}

#[tokio::test(start_paused = true)]
async fn an_answer_lost_after_the_write_still_ends_in_one_row_and_a_message() {
    let bench = Bench::new();
    bench.account.trouble("UpdateItem", &[Trouble::AnswerLost]);
    assert_eq!(bench.post(&good("appsecret")).await.0, 200);
    assert_eq!((bench.account.dump("ledger").len(), bench.account.sent().len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_changed_secret_is_judged_by_its_new_value_within_a_minute() {
    let bench = Bench::new();
    assert_eq!(bench.post(&good("appsecret")).await.0, 200);
    bench.account.set_secret("arn:apps", r#"{"facebook":{"current":"new","previous":"appsecret"}}"#);
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(bench.post(&good("new")).await.0, 200, "what does not verify makes us look for a newer secret");
    assert_eq!(bench.post(&good("appsecret")).await.0, 200, "the previous one still counts");
    bench.account.set_secret("arn:apps", r#"{"facebook":{"current":"new"}}"#);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(bench.post(&good("appsecret")).await.0, 400, "the first request after a minute, not the second");
    assert_eq!(bench.post(&good("new")).await.0, 200);
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_cannot_be_read_again_does_not_serve_past_a_minute() {
    let bench = Bench::new();
    assert_eq!(bench.post(&good("appsecret")).await.0, 200);
    bench.account.trouble("GetSecretValue", &[Trouble::Down; 9]);
    tokio::time::sleep(Duration::from_secs(40)).await;
    assert_eq!(bench.post(&good("appsecret")).await.0, 200, "still inside the minute");
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert_eq!(bench.post(&good("appsecret")).await.0, 503, "it may have been changed");
}

#[tokio::test(start_paused = true)]
async fn a_signature_that_cannot_be_judged_is_not_refused() {
    let bench = Bench::new();
    assert_eq!(bench.post(&good("appsecret")).await.0, 200);
    bench.account.set_secret("arn:apps", r#"{"facebook":{"current":"new"}}"#);
    bench.account.trouble("GetSecretValue", &[Trouble::Down; 3]);
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(bench.post(&good("new")).await.0, 503, "it may be signed with a secret that we could not read");
    assert_eq!(bench.post(&good("new")).await.0, 200);
}

#[tokio::test(start_paused = true)]
async fn without_any_secret_nothing_is_accepted() {
    for secrets in ["{}", "[]", r#"{"facebook":{"current":""}}"#] {
        let bench = Bench::new();
        bench.account.set_secret("arn:apps", secrets);
        assert_eq!(bench.post(&good("appsecret")).await.0, 503, "{secrets}");
        assert_eq!(bench.post(&good("")).await.0, 503, "{secrets}");
    }
}

#[tokio::test]
async fn a_company_without_meta_has_no_such_path() {
    let mut bench = Bench::new();
    bench.callbacks.map = privacy_tests::mistakes::northwind();
    let payload = r#"{"algorithm":"HMAC-SHA256","user_id":"42","issued_at":1750000000}"#;
    for path in [DELETION, "/api/meta/deauthorize"] {
        let request = event("POST", path, Some(FORM), &form(&signed(payload, "appsecret")), true);
        let (status, _, body) = bench.send(request).await;
        assert_eq!((status, &body["type"]), (404, &json!("urn:privacy:problem:not-found")), "{path}");
    }
}
