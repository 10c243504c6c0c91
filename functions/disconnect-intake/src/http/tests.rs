mod exports;
mod terminations;

use jiff::SignedDuration;
use lambda_http::request::LambdaRequest;
use privacy_tests::account::{Account, Trouble};
use serde_json::{Value, json};

use super::*;

const GOOGLE: &str = "/api/integrations/google/disconnect";

const DASHBOARD: &str = "arn:aws:sts::123456789012:assumed-role/Dashboard/web";

pub(super) struct Bench {
    pub(super) account: Account,
    intake: Intake,
}

impl Bench {
    pub(super) fn new() -> Self {
        let account = Account::new();
        let config = Config {
            ledger_table: "ledger".to_owned(),
            erasure_queue_url: "http://account.test/000000000000/erasure".to_owned(),
            export_queue_url: "http://account.test/000000000000/export".to_owned(),
            bundles_bucket: "bundles".to_owned(),
            stuck_after: SignedDuration::from_mins(5),
        };
        let intake = Intake::new(&account.connection_of("disconnect-intake"), config).unwrap();
        Self { account, intake }
    }

    pub(super) async fn send(&self, method: &str, path: &str, media_type: &str, body: &str) -> (u16, Value) {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let event: LambdaRequest = serde_json::from_value(json!({
            "version": "2.0", "routeKey": format!("ANY {path}"), "rawPath": path, "rawQueryString": query,
            "headers": {"content-type": media_type},
            "requestContext": {
                "http": {"method": method, "path": path}, "stage": "$default", "authorizer": {"iam": {"userArn": DASHBOARD}},
            },
            "body": body, "isBase64Encoded": false,
        }))
        .unwrap();
        let response = self.intake.answer(&Request::from(event)).await;
        let Body::Text(body) = response.body() else { panic!("not text") };
        (response.status().as_u16(), serde_json::from_str(body).unwrap())
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.send("POST", path, "application/json", &body.to_string()).await
    }
}

fn body() -> Value {
    json!({"tenant_id": "alder", "connection_id": "c1"})
}

#[tokio::test]
async fn a_disconnect_is_acknowledged_with_its_date_and_stored_once() {
    let bench = Bench::new();
    let (status, first) = bench.post(GOOGLE, &body()).await;
    assert_eq!(status, 202);
    let due_by: jiff::civil::Date = first["due_by"].as_str().unwrap().parse().unwrap();
    let today = SystemClock.now().to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
    assert_eq!(due_by, today + jiff::Span::new().days(30));
    assert_eq!(first["time_zone"], "UTC");
    for again in [body(), json!({"tenant_id": "alder", "connection_id": "c1", "disconnected_at": null})] {
        assert_eq!(bench.post(GOOGLE, &again).await, (202, first.clone()));
    }
    assert_eq!(bench.account.dump("ledger").len(), 1);
    let (_, other) = bench.post(GOOGLE, &json!({"tenant_id": "alder", "connection_id": "c2"})).await;
    assert_ne!(other["obligation_id"], first["obligation_id"]);
}

#[tokio::test]
async fn a_platform_with_capitals_is_the_same_platform() {
    let bench = Bench::new();
    let mut ids = Vec::new();
    for name in ["linkedin", "LinkedIn", "LINKEDIN"] {
        let (status, answer) = bench.post(&format!("/api/integrations/{name}/disconnect"), &body()).await;
        assert_eq!(status, 202, "{name}: {answer}");
        ids.push(answer);
    }
    assert!(ids.iter().all(|answer| answer["obligation_id"] == ids[0]["obligation_id"]), "{ids:?}");
    assert!(ids.iter().all(|answer| answer["due_by"] == ids[0]["due_by"]), "LinkedIn's ten days: {ids:?}");
    let (status, encoded) = bench.post("/api/integrations/%4cinked%49n%20/disconnect", &body()).await;
    assert_eq!((status, &encoded), (202, &ids[0]));
}

#[tokio::test]
async fn a_platform_that_nobody_knows_is_disconnected_whatever_it_is_called() {
    let bench = Bench::new();
    let long = "x".repeat(64);
    let encoded = format!("%C3%A4{}", "%20x".repeat(60));
    let names = [
        "google_ads",
        "Google_Ads",
        "x.com",
        "500px",
        &long,
        "Google%20Ads",
        "Google Ads",
        "a%2Fb",
        "%20",
        "%23",
        &encoded,
    ];
    for (number, name) in names.into_iter().enumerate() {
        let body = json!({"tenant_id": "alder", "connection_id": format!("c{number}")});
        let (status, answer) = bench.post(&format!("/api/integrations/{name}/disconnect"), &body).await;
        assert_eq!(status, 202, "{name}: {answer}");
        assert_eq!(bench.account.dump("ledger").len(), number + 1, "{name}: on record");
        assert_eq!(bench.post(&format!("/api/integrations/{name}/disconnect"), &body).await, (202, answer), "{name}");
        assert_eq!(bench.account.dump("ledger").len(), number + 1, "{name}: and once");
    }
}

#[tokio::test]
async fn the_clock_runs_from_the_disconnect_itself() {
    let bench = Bench::new();
    let mut early = body();
    early["disconnected_at"] = json!("2026-01-31T23:30:00-05:00");
    let (status, answer) = bench.post("/api/integrations/meta/disconnect", &early).await;
    assert_eq!((status, &answer["due_by"]), (202, &json!("2026-03-03")));
}

#[tokio::test]
async fn anything_else_is_a_problem_that_names_the_member_and_stores_nothing() {
    let bench = Bench::new();
    let with = |name: &str, value: Value| {
        let mut body = body();
        body[name] = value;
        body.to_string()
    };
    let json = "application/json";
    let cases = [
        (400, "bad-member", "POST", GOOGLE, json, with("tenant_id", json!(null))),
        (400, "bad-member", "POST", GOOGLE, json, with("tenant_id", json!("a#b"))),
        (400, "bad-member", "POST", GOOGLE, json, with("tenant_id", json!(7))),
        (400, "bad-member", "POST", GOOGLE, json, with("connection_id", json!(""))),
        (400, "bad-member", "POST", GOOGLE, json, with("disconnected_at", json!("yesterday"))),
        (400, "bad-member", "POST", GOOGLE, json, with("disconnected_at", json!("9999-01-01T00:00:00Z"))),
        (400, "bad-request", "POST", GOOGLE, json, String::new()),
        (400, "bad-request", "POST", GOOGLE, json, "[]".to_owned()),
        (400, "bad-request", "POST", GOOGLE, json, "{".to_owned()),
        (413, "too-large", "POST", GOOGLE, json, with("why", json!("x".repeat(20_000)))),
        (415, "unsupported-media-type", "POST", GOOGLE, "text/plain", body().to_string()),
        (405, "method-not-allowed", "GET", GOOGLE, json, String::new()),
        (400, "bad-request", "POST", "/api/integrations/%ff/disconnect", json, body().to_string()),
        (405, "method-not-allowed", "GET", "/api/integrations/goo%20gle/disconnect", json, String::new()),
        // A day that is misspelt would mean now.
        (400, "bad-request", "POST", GOOGLE, json, with("disconected_at", json!("2026-01-31T12:00:00Z"))),
        (404, "not-found", "POST", "/api/integrations//disconnect", json, body().to_string()),
        (404, "not-found", "POST", "/api/integrations/a/b/disconnect", json, body().to_string()),
    ];
    for (status, slug, method, path, media_type, body) in cases {
        let (found, problem) = bench.send(method, path, media_type, &body).await;
        assert_eq!((found, &problem["type"]), (status, &json!(format!("urn:privacy:problem:{slug}"))), "{path} {body}");
        assert!(!problem.to_string().contains("alder"), "nothing is echoed");
    }
    assert!(bench.account.dump("ledger").is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_stored_is_not_acknowledged() {
    let bench = Bench::new();
    bench.account.trouble("UpdateItem", &[Trouble::Down; 10]);
    let (status, problem) = bench.post(GOOGLE, &body()).await;
    assert_eq!((status, problem["type"].as_str().unwrap()), (503, "urn:privacy:problem:unavailable"));
}

#[tokio::test]
async fn nothing_that_the_dashboard_sends_is_longer_than_openapi_says_and_each_may_be_as_long() {
    let decision = json!({"decision": "agree", "decision_id": "d-1", "decided_by": "user-7"});
    for (schema, path, base) in [
        ("Disconnect", GOOGLE, body()),
        ("AccountDecision", "/api/accounts/alder/requests/0123456789ab/decision", decision),
    ] {
        let maxima = privacy_tests::openapi::maxima(schema);
        assert_eq!(maxima.len(), 2, "{schema}: {maxima:?}");
        for (member, max) in maxima {
            for (text, is_read) in [
                ("a".repeat(max), true),
                ("a".repeat(max + 1), false),
                (format!("{} ", "a".repeat(max - 1)), false),
                (String::new(), false),
            ] {
                let mut body = base.clone();
                body[&member] = json!(text);
                let (status, answer) = Bench::new().post(path, &body).await;
                assert_eq!(status != 400, is_read, "{schema} {member} of {}: {status} {answer}", text.len());
            }
        }
    }
}
