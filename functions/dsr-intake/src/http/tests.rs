mod costs;
mod downloads;
mod nothing_lost;
mod passes;

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
        Answer { status: response.status().as_u16(), media_type, text, location: header("location") }
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
async fn a_box_that_says_no_is_not_checked() {
    let bench = Bench::new();
    for value in ["", "false", "no", "0", "off"] {
        let typed = format!(
            "kind=access&email=mia%40example.com&about_child={value}&has_account={value}&power_of_attorney={value}"
        );
        assert_eq!(bench.fill_in("/api/dsr", &typed).await.status, 202, "{value}");
    }
    let rows = bench.account.dump("ledger");
    let heads: Vec<&Value> = rows.iter().filter(|row| row["sk"]["S"] == "asked").collect();
    assert!(heads.len() == 5 && heads.iter().all(|row| row.get("agent").is_none()), "{heads:?}");
    assert!(heads.iter().all(|row| row["about_child"]["BOOL"] != true), "{heads:?}");
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

/// What stands between these quotes in a text.
fn quoted(text: &str) -> Vec<&str> {
    text.split('“').skip(1).filter_map(|rest| rest.split('”').next()).collect()
}

#[tokio::test]
async fn every_choice_that_a_letter_names_is_one_of_the_form() {
    let bench = Bench::new();
    let page = bench.send("GET", "/privacy", &json!({}), "").await.text;
    let letters = privacy_tests::repository::read("functions/notify-worker/src/wording/letters.txt");
    let choices = quoted(&letters);
    assert!(choices.len() >= 2, "{choices:?}");
    for choice in choices {
        assert!(page.contains("<label for=\"kind-") && page.contains(&format!(">{choice}</label>")), "{choice}");
    }
}

#[tokio::test]
async fn the_form_works_without_scripts_and_sent_twice_it_is_one_request() {
    let bench = Bench::new();
    let page = bench.send("GET", "/privacy", &json!({}), "").await;
    assert_eq!((page.status, page.media_type.as_str()), (200, "text/html; charset=utf-8"));
    check_page("instructions", &page.text);
    let form_id = page.text.split("name=\"form_id\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(form_id.len(), 32);
    let fields =
        format!("form_id={form_id}&kind=access&email=mia%40example.com&platform=&handle=&details=&agent_email=");
    let first = bench.fill_in("/api/dsr", &fields).await;
    let again = bench.fill_in("/api/dsr", &fields).await;
    assert_eq!((first.status, again.status), (202, 202));
    check_page("received", &first.text);
    assert_eq!(first.location, again.location);
    assert!(first.location.unwrap().starts_with("https://privacy.example/privacy/requests/8"));
    assert_eq!(bench.account.dump("ledger").len(), 1);
}

#[tokio::test]
async fn a_form_comes_back_with_what_to_mend_and_nothing_lost() {
    let bench = Bench::new();
    let typed = "kind=correction&email=mia%40&handle=&residence=Berlin&details=%3Cscript%3Ealert(1)%3C%2Fscript%3E&about_child=yes";
    let answer = bench.fill_in("/api/dsr", typed).await;
    assert_eq!(answer.status, 400);
    check_page("to mend", &answer.text);
    for kept in [
        r#"value="mia@""#,
        r#"value="Berlin""#,
        r#"value="correction" checked"#,
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        r#"aria-describedby="wrong-email""#,
        r#"aria-invalid="true""#,
    ] {
        assert!(answer.text.contains(kept), "{kept}");
    }
    for (typed, field) in [
        ("email=mia%40example.com", "kind"),
        ("kind=access", "email"),
        ("kind=access&handle=mia", "platform"),
        ("kind=access&email=mia%40example.com&agent_name=Leo", "agent_email"),
        ("kind=appeal&email=mia%40example.com", "appeal_of"),
        ("kind=access&email=mia%40example.com&point_phone=--", "point_phone"),
        ("kind=access&email=mia%40example.com&declaration=%3DMia", "declaration"),
        ("kind=access&email=mia%40example.com&agent_email=leo%40example.org&agent_permission=abc", "agent_permission"),
        ("kind=access&email=mia%40example.com&details=%E2%80%AE", "details"),
    ] {
        let answer = bench.fill_in("/api/dsr", typed).await;
        check_page(field, &answer.text);
        assert!(answer.text.contains(&format!("id=\"wrong-{field}\"")), "{field}");
    }
    assert!(bench.account.dump("ledger").is_empty());
}

#[tokio::test]
async fn a_code_verifies_and_everything_else_is_refused_alike() {
    let bench = Bench::new();
    let reference = asked(&bench).await;
    let path = format!("/api/dsr/{reference}/verification");
    let unknown = format!("/api/dsr/8{}/verification", "a".repeat(32));
    let code = bench.code_for(&reference).await;
    let wrong = format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000);
    let refusal = bench.post(&path, &json!({"code": wrong})).await;
    assert_eq!((refusal.status, refusal.media_type.as_str()), (422, "application/problem+json"));
    assert_eq!(bench.post(&unknown, &json!({"code": code})).await.text, refusal.text, "no such request");
    let verified = bench.post(&path, &json!({"code": code})).await;
    assert_eq!((verified.status, &verified.json()["state"]), (200, &json!("in-progress")));
    assert_eq!(bench.post(&path, &json!({"code": code})).await.text, refusal.text, "used");
    assert_eq!(bench.post(&path, &json!({})).await.status, 400);
    let page = bench.fill_in(&path, "code=123456").await;
    assert_eq!(page.status, 422);
    check_page("not verified", &page.text);
}

#[tokio::test]
async fn twenty_tries_at_once_are_three() {
    let bench = Bench::new();
    let reference = asked(&bench).await;
    let code = bench.code_for(&reference).await;
    let wrong = format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000);
    let path = format!("/api/dsr/{reference}/verification");
    let body = json!({"code": wrong});
    let mut tries = Vec::new();
    for _ in 0..20 {
        tries.push(bench.post(&path, &body).await.status);
    }
    assert!(tries.iter().all(|status| *status == 422));
    assert_eq!(bench.post(&path, &json!({"code": code})).await.status, 422, "its tries are used up");
}

#[tokio::test]
async fn a_fresh_code_is_promised_to_everybody_and_sent_to_who_asked() {
    let bench = Bench::new();
    let reference = asked(&bench).await;
    let unknown = bench.post(&format!("/api/dsr/8{}/code", "a".repeat(32)), &json!({})).await;
    let known = bench.post(&format!("/api/dsr/{reference}/code"), &json!({})).await;
    assert_eq!((known.status, unknown.status), (202, 202));
    assert_eq!(known.text.replace(&reference, "x"), unknown.text.replace(&format!("8{}", "a".repeat(32)), "x"));
    let sent = bench.account.sent();
    assert_eq!(sent.iter().filter(|body| body.contains("\"code\"")).count(), 1);
    check_page("code sent", &bench.fill_in(&format!("/api/dsr/{reference}/code"), "").await.text);
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
        ("POST", "/api/dsr/short/code", 404),
        ("POST", &format!("/api/dsr/{}/code", "a".repeat(33)), 404),
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

#[tokio::test]
async fn a_login_at_the_dashboard_verifies_and_everything_else_is_refused_alike() {
    let bench = Bench::new();
    let mut ask = ask();
    ask["has_account"] = json!(true);
    let reference = bench.post("/api/dsr", &ask).await.json()["reference"].as_str().unwrap().to_owned();
    let other = bench.post("/api/dsr", &ask).await.json()["reference"].as_str().unwrap().to_owned();
    let path = format!("/api/dsr/{reference}/verification");
    let now = SystemClock.now().as_second();
    let refusal = bench.post(&path, &json!({"assertion": "a.b.c"})).await;
    assert_eq!((refusal.status, refusal.media_type.as_str()), (422, "application/problem+json"));
    let none = json!({});
    for (name, token) in [
        ("another request", assertion(&other, "1", "now", 1, &none)),
        ("another service", assertion(&reference, "1", "now", 1, &json!({"aud": "https://other.example"}))),
        ("another issuer", assertion(&reference, "1", "now", 1, &json!({"iss": "https://other.example"}))),
        ("an old login", assertion(&reference, "1", "now", 1, &json!({"auth_time": now - 400}))),
        ("over", assertion(&reference, "1", "now", 1, &json!({"exp": now - 1}))),
        ("not yet", assertion(&reference, "1", "now", 1, &json!({"iat": now + 90, "auth_time": now + 90}))),
        ("an unknown key", assertion(&reference, "1", "next", 2, &none)),
        ("a wrong key", assertion(&reference, "1", "now", 2, &none)),
        ("huge", assertion(&reference, "1", "now", 1, &json!({"more": "x".repeat(5_000)}))),
        ("nothing", String::new()),
    ] {
        let answer = bench.post(&path, &json!({"assertion": token})).await;
        assert_eq!((answer.status, answer.text.as_str()), (422, refusal.text.as_str()), "{name}");
    }
    let good = assertion(&reference, "2", "now", 1, &none);
    let unknown = format!("/api/dsr/8{}/verification", "a".repeat(32));
    assert_eq!(bench.post(&unknown, &json!({"assertion": good})).await.text, refusal.text, "no such request");
    let verified = bench.post(&path, &json!({"assertion": good})).await;
    assert_eq!((verified.status, &verified.json()["state"]), (200, &json!("in-progress")), "{}", verified.text);
    assert_eq!(verified.json()["missing"], json!([]));
    assert_eq!(bench.post(&path, &json!({"assertion": good})).await.text, refusal.text, "used");
    let stored = bench.stored(&reference).await;
    assert_eq!(stored.member.unwrap().user.as_str(), "user-7");
    // The same name of a token for another request.
    let reused = assertion(&other, "2", "now", 1, &none);
    let path = format!("/api/dsr/{other}/verification");
    assert_eq!(bench.post(&path, &json!({"assertion": reused})).await.text, refusal.text);
    assert_eq!(bench.stored(&other).await.member, None);
}

#[tokio::test(start_paused = true)]
async fn a_new_key_of_the_dashboard_works_within_seconds() {
    let bench = Bench::new();
    let mut ask = ask();
    ask["has_account"] = json!(true);
    let reference = bench.post("/api/dsr", &ask).await.json()["reference"].as_str().unwrap().to_owned();
    let path = format!("/api/dsr/{reference}/verification");
    let token = assertion(&reference, "1", "next", 2, &json!({}));
    assert_eq!(bench.post(&path, &json!({"assertion": token})).await.status, 422);
    bench.account.set_secret("dashboard-keys", &dashboard_keys(&[("now", 1), ("next", 2)]));
    tokio::time::advance(std::time::Duration::from_secs(4)).await;
    assert_eq!(bench.post(&path, &json!({"assertion": token})).await.status, 200);
}

#[tokio::test]
async fn a_declaration_is_taken_where_it_was_asked_for() {
    let bench = Bench::new();
    let californian = json!({
        "kind": "access", "email": "mia@example.com", "residence": "California",
        "data_points": {"phone": "+1 555 0199", "day": "2026-03-05", "unknown": "ignored"},
    });
    let answer = bench.post("/api/dsr", &californian).await;
    let reference = answer.json()["reference"].as_str().unwrap().to_owned();
    let path = format!("/api/dsr/{reference}/verification");
    let declared = bench.post(&path, &json!({"declaration": "Mia Example"})).await;
    assert_eq!((declared.status, declared.json()["missing"].clone()), (200, json!(["email-code", "data-points"])));
    let refusal = bench.post(&path, &json!({"declaration": "Mia Example"})).await;
    assert_eq!(refusal.status, 422, "once");
    for (body, status) in [
        (json!({"declaration": "=Mia"}), 400),
        (json!({"code": "123456", "declaration": "Mia"}), 400),
        (json!({"assertion": 1}), 400),
        (json!({"code": deep(50)}), 400),
    ] {
        assert_eq!(bench.post(&path, &body).await.status, status, "{body}");
    }
    let code = bench.code_for(&reference).await;
    let proved = bench.fill_in(&path, &format!("code={code}")).await;
    assert_eq!(proved.status, 200);
    check_page("half verified", &proved.text);
    assert!(proved.text.contains("compare what you named"), "{}", proved.text);
    let stored = bench.stored(&reference).await;
    assert_eq!((stored.data_points.len(), stored.is_verified()), (2, false));
    let dump = format!("{:?}", bench.account.dump("ledger"));
    assert!(!dump.contains("0199") && dump.contains("Mia Example"), "what is compared is kept as a hash only");
}

#[tokio::test]
async fn an_address_and_an_account_have_a_code_each() {
    let bench = Bench::new();
    let mut ask = ask();
    ask["connected_account"] = json!({"platform": "instagram", "handle": "mia"});
    let reference = bench.post("/api/dsr", &ask).await.json()["reference"].as_str().unwrap().to_owned();
    let code = bench.code_for(&reference).await;
    let before = bench.account.sent().len();
    let page = bench.fill_in(&format!("/api/dsr/{reference}/verification"), &format!("code={code}")).await;
    assert!(page.text.contains("as a message"), "{}", page.text);
    let sent = bench.account.sent();
    assert_eq!(sent.len(), before + 1);
    assert!(sent[before].contains("\"code\"") && sent[before].contains(&reference), "{}", sent[before]);
}

#[tokio::test]
async fn everything_in_the_form_can_be_said_and_each_page_says_what_is_left() {
    let bench = Bench::new();
    let hash = "ab".repeat(32);
    for (number, (typed, expected)) in [
        ("kind=opt-out&email=mia%40example.com".to_owned(), "We do not need anything else"),
        ("kind=access&email=mia%40example.com&residence=Germany".to_owned(), "to your e-mail address"),
        ("kind=access&platform=instagram&handle=mia".to_owned(), "to your account, as a message"),
        ("kind=access&email=mia%40example.com&has_account=yes".to_owned(), "Log in again"),
        ("kind=know&email=mia%40example.com&residence=California".to_owned(), "You named nothing yet"),
        ("kind=access&email=mia%40example.com&residence=California&point_phone=555".to_owned(), "Sign a declaration"),
        ("kind=access&email=mia%40example.com&residence=California&declaration=Mia".to_owned(), "Enter the code"),
        (
            format!("kind=access&email=mia%40example.com&agent_email=leo%40example.org&agent_permission={hash}"),
            "very file",
        ),
        (
            "kind=access&email=mia%40example.com&agent_email=l%40example.org&power_of_attorney=yes".to_owned(),
            "power of attorney",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let page = bench.fill_in("/api/dsr", &format!("form_id=f{number}&{typed}")).await;
        assert_eq!(page.status, 202, "{typed}");
        check_page(&typed, &page.text);
        assert!(page.text.contains(expected), "{typed}: {}", page.text);
    }
}

#[tokio::test]
async fn hostile_text_is_shown_as_text_and_none_of_it_is_lost() {
    let bench = Bench::new();
    let hostile = "%22%27%3E%3Cb+title%3D%27x%27%3E";
    let typed = ["residence", "point_name", "declaration", "agent_name", "agent_email", "handle", "details"]
        .map(|field| format!("{field}={hostile}"))
        .join("&");
    let page = bench.fill_in("/api/dsr", &format!("kind=access&email=mia%40&form_id={hostile}&{typed}")).await;
    assert_eq!(page.status, 400);
    check_page("hostile", &page.text);
    assert!(!page.text.contains("<b "), "{}", page.text);
    assert_eq!(page.text.matches("&lt;b title=").count(), 8, "{}", page.text);
    // Of a field that stands twice the first counts, in what is stored as in what is shown.
    let twice = "form_id=t&kind=access&kind=erasure&email=mia%40example.com&email=leo%40example.com";
    let answer = bench.fill_in("/api/dsr", twice).await;
    let reference = answer.location.unwrap().rsplit('/').next().unwrap().to_owned();
    let stored = bench.stored(&reference).await;
    assert_eq!((stored.kind.as_str(), stored.contact.email.unwrap().expose()), ("access", "mia@example.com"));
    // A page of somebody else that sends our form in a visitor's browser starts a request of its own, and shows nothing.
    let headers =
        json!({"content-type": FORM, "origin": "https://evil.example", "cookie": "a=b", "accept": "text/html"});
    let forged = bench.send("POST", "/api/dsr", &headers, "kind=access&email=mia%40example.com").await;
    assert_eq!(forged.status, 202);
    assert_ne!(forged.location.unwrap().rsplit('/').next().unwrap(), reference);
}

#[tokio::test]
async fn a_form_sent_twice_at_once_is_one_request() {
    let bench = Bench::new();
    let fields = "form_id=0123456789abcdef&kind=access&email=mia%40example.com";
    let sent = tokio::join!(
        bench.fill_in("/api/dsr", fields),
        bench.fill_in("/api/dsr", fields),
        bench.fill_in("/api/dsr", fields)
    );
    assert_eq!((sent.0.status, sent.1.status, sent.2.status), (202, 202, 202));
    assert!(sent.0.location == sent.1.location && sent.1.location == sent.2.location);
    assert_eq!(bench.account.dump("ledger").len(), 1);
}

#[tokio::test]
async fn tries_that_somebody_burns_keep_nobody_from_their_code() {
    let bench = Bench::new();
    let reference = asked(&bench).await;
    let path = format!("/api/dsr/{reference}/verification");
    let code = bench.code_for(&reference).await;
    for _ in 0..4 {
        assert_eq!(bench.post(&path, &json!({"code": "x00000"})).await.status, 422);
    }
    assert_eq!(bench.post(&path, &json!({"code": code})).await.status, 422, "its three tries are gone");
    assert_eq!(bench.post(&format!("/api/dsr/{reference}/code"), &json!({})).await.status, 202);
    let code = bench.code_for(&reference).await;
    assert_eq!(bench.post(&path, &json!({"code": code})).await.status, 200);
}
