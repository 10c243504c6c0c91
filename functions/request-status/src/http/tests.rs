//! The function as the API calls it, over the world in memory.

mod guards;

use std::cell::RefCell;
use std::io::Write;
use std::sync::LazyLock;

use http::HeaderMap;
use lambda_http::Context;
use privacy::memory::{Strike, World};
use privacy::obligation::{Head, State};
use privacy::policy::Route;
use privacy::target::{Limit, Target};

use super::*;
use crate::samples::{self, CODE};

const UNKNOWN: &str = "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz";

thread_local! {
    /// What this test has logged: each test has a thread of its own.
    static LINES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

struct Lines;

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LINES.with_borrow_mut(|lines| lines.write(bytes))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// One logger before the first line of any test: a log line that is met without one is switched off for a while.
static LOGGER: LazyLock<()> = LazyLock::new(|| {
    let logger = tracing_subscriber::fmt().json().flatten_event(true).with_writer(|| Lines).finish();
    tracing::subscriber::set_global_default(logger).unwrap();
});

fn site() -> Site<World, World> {
    LazyLock::force(&LOGGER);
    let world = World::new(samples::now(), 10);
    let view = samples::received();
    let head = Head {
        id: view.id.clone(),
        seq: 1,
        route: Route::MetaDataDeletion,
        target: Target::Person { links: Vec::new(), suppressions: Vec::new(), limit: Limit::Everywhere },
        received_at: view.received_at,
        starts_at: None,
        covers_until: view.covers_until,
        due_by: view.due_by,
        state: State::Received,
        next_action_at: None,
        leased_until: None,
        reopened: 0,
        confirmed_plan: None,
        late_since: None,
        begun_at: None,
        returned_at: None,
        retained: Vec::new(),
        replay: None,
        held_by: Vec::new(),
        awaited: None,
    };
    world.stored().heads.insert(view.id, head);
    let map = DataMap::built_in().unwrap();
    let second_looks = map.model().second_looks.after.clone();
    Site {
        showcase: world,
        clock: World::new(samples::now(), 10),
        map,
        second_looks,
        base: "https://privacy.example".to_owned(),
    }
}

/// A request as API Gateway sends it.
fn request(method: &str, path: &str, accept: Option<&str>) -> Request {
    let mut headers = serde_json::json!({"host": "api.example.com"});
    if let Some(accept) = accept {
        headers["accept"] = accept.into();
    }
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let http = serde_json::json!({"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "test"});
    let event = serde_json::json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": "123456789012", "apiId": "api", "domainName": "api.example.com", "domainPrefix": "api", "http": http,
            "requestId": "gateway-id", "routeKey": "$default", "stage": "$default", "time": "23/Nov/2026:18:30:00 +0000",
            "timeEpoch": 1_795_458_600_000_i64,
        },
        "isBase64Encoded": false,
    });
    let mut context = Context::default();
    context.request_id = "lambda-request-id".to_owned();
    lambda_http::request::from_str(&event.to_string()).unwrap().with_lambda_context(context)
}

struct Answered {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Answered {
    fn media_type(&self) -> &str {
        self.headers["content-type"].to_str().unwrap()
    }
}

async fn ask(site: &Site<World, World>, method: &str, path: &str, accept: Option<&str>) -> Answered {
    let (parts, body) = site.answer(&request(method, path, accept)).await.into_parts();
    let bytes: &[u8] = &body;
    Answered { status: parts.status.as_u16(), headers: parts.headers, body: String::from_utf8(bytes.to_vec()).unwrap() }
}

const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";

#[tokio::test]
async fn the_address_and_accept_decide() {
    let page = format!("/privacy/requests/{CODE}");
    let unknown = format!("/privacy/requests/{UNKNOWN}");
    let cases: [(&str, &str, Option<&str>, u16, &str); 20] = [
        ("GET", &page, None, 200, HTML),
        ("GET", &page, Some("*/*"), 200, HTML),
        ("GET", &page, Some("text/html"), 200, HTML),
        ("GET", &page, Some("application/json"), 200, JSON),
        ("GET", &page, Some("application/problem+json"), 200, JSON),
        ("GET", &page, Some("text/html;q=0.5, application/json"), 200, JSON),
        ("GET", &unknown, None, 404, HTML),
        ("GET", &unknown, Some("application/json"), 404, PROBLEM),
        ("GET", "/privacy", None, 404, HTML),
        ("GET", "/privacy/requests", None, 404, HTML),
        ("GET", "/privacy/requests/", None, 404, HTML),
        ("POST", "/privacy/elsewhere", None, 404, HTML),
        ("GET", "/privacyrequests", None, 404, PROBLEM),
        ("GET", "/", None, 404, PROBLEM),
        ("GET", "/", Some("*/*"), 404, PROBLEM),
        ("GET", "/", Some("text/html,*/*;q=0.8"), 404, HTML),
        ("DELETE", "/api/nothing", Some("application/json"), 404, PROBLEM),
        ("POST", &page, Some("text/html"), 405, PROBLEM),
        ("OPTIONS", &unknown, None, 405, PROBLEM),
        ("PUT", "/privacy/requests/x", None, 405, PROBLEM),
    ];
    let site = site();
    for (method, path, accept, status, media_type) in cases {
        let answered = ask(&site, method, path, accept).await;
        assert_eq!((answered.status, answered.media_type()), (status, media_type), "{method} {path} {accept:?}");
        let allow = answered.headers.get("allow").map(|allow| allow.to_str().unwrap());
        assert_eq!(allow, (status == 405).then_some("GET, HEAD"), "{method} {path}");
    }
}

#[tokio::test]
async fn a_path_that_only_leads_to_a_page_is_not_its_address() {
    let site = site();
    for path in [
        format!("/privacy/requests/x/../{CODE}"),
        format!("/privacy/requests/{CODE}/"),
        format!("//privacy/requests/{CODE}"),
    ] {
        assert_eq!(ask(&site, "GET", &path, None).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn whoever_comes_from_the_answer_to_their_form_sees_what_it_did() {
    let site = site();
    let before = Box::new(site.showcase.stored().clone());
    for head in site.showcase.stored().heads.values_mut() {
        head.state = State::Cancelled { at: samples::now() };
    }
    site.showcase.stored().a_moment_ago = Some(before);
    let page = format!("/privacy/requests/{CODE}");
    let seconds = samples::now().as_second();
    let state = async |query: &str| {
        let answered = ask(&site, "GET", &format!("{page}{query}"), Some("application/json")).await;
        let document: serde_json::Value = serde_json::from_str(&answered.body).unwrap();
        document["state"].as_str().unwrap().to_owned()
    };
    let link = privacy_pages::visit::link_after("", samples::now() - jiff::SignedDuration::from_secs(30));
    assert_eq!(state(&link).await, "completed", "{link}");
    for old in ["", "?after=x", "?after=", "?before=1", "?after=99999999999999999999"] {
        assert_eq!(state(old).await, "received", "{old}");
    }
    for (moved, expected) in [(-121, "received"), (-120, "completed"), (120, "completed"), (121, "received")] {
        assert_eq!(state(&format!("?after={}", seconds + moved)).await, expected, "{moved}");
    }
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    let site = site();
    for path in [format!("/privacy/requests/{CODE}"), format!("/privacy/requests/{UNKNOWN}"), "/".to_owned()] {
        for accept in [None, Some("application/json")] {
            let get = ask(&site, "GET", &path, accept).await;
            let head = ask(&site, "HEAD", &path, accept).await;
            assert!(!get.body.is_empty(), "{path}");
            assert_eq!(head.body, "", "{path}");
            assert_eq!((head.status, head.headers), (get.status, get.headers), "{path}");
        }
    }
}
