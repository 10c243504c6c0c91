//! Over the real adapters: what is asked over HTTP, what stands in the ledger and in the queue.

mod at_once;
mod carried_out;
mod dates;
mod judged;

use jiff::SignedDuration;
use privacy::subject_request::ports::{RequestBook, RequestIntake};
use privacy::subject_request::{Agent, PointKind, PointValue, Proof, Proven, Sha256Hex, Standing};
use privacy::{clock::model::Kind, memory::asked};
use privacy_tests::demo;
use serde_json::{Value, json};

use super::super::tests::{ALEX, Bench};
use super::*;

const REQUESTS: &str = "/api/staff/requests";

fn days_ago(days: i64) -> Timestamp {
    SystemClock.now() - SignedDuration::from_hours(24 * days)
}

/// In work, received so many days ago.
async fn stored(bench: &Bench, number: u8, kind: Kind, days: i64) -> SubjectRequest {
    let received_at = days_ago(days);
    let request = asked(number, kind, Some("mia@example.com"), None, received_at);
    let proven = vec![Proven { proof: Proof::EmailCode, at: received_at }];
    let request = SubjectRequest { standing: Standing::InProgress { since: received_at }, proven, ..request };
    keep(bench, request).await
}

async fn keep(bench: &Bench, request: SubjectRequest) -> SubjectRequest {
    demo::ledger(&bench.account).receive(&request).await.unwrap();
    request
}

fn of(request: &SubjectRequest, act: &str) -> String {
    format!("{REQUESTS}/{}{act}", request.id.as_str())
}

fn slug(problem: &Value) -> &str {
    problem["type"].as_str().unwrap().strip_prefix("urn:privacy:problem:").unwrap()
}

async fn now_stands(bench: &Bench, request: &SubjectRequest) -> SubjectRequest {
    demo::ledger(&bench.account).request(&request.id).await.unwrap().unwrap()
}

fn call() -> Value {
    json!({"kind": "access", "email": "mia@example.com", "residence": "DE", "channel": "phone",
           "received_at": privacy::instant::to_text(days_ago(3)), "why": "She called the office."})
}

#[tokio::test]
async fn a_call_is_noted_with_its_own_receipt_acknowledged_and_says_who_noted_it() {
    let (bench, body) = (Bench::new(), call());
    let (status, first) = bench.send("POST", REQUESTS, &body).await;
    assert_eq!((status, &first["received_at"]), (201, &body["received_at"]));
    assert_eq!(bench.send("POST", REQUESTS, &body).await, (201, first.clone()), "a retry notes it once");
    let sent = bench.account.sent();
    assert!(sent.iter().all(|body| body.contains("acknowledgement") && !body.contains("mia")), "{sent:?}");
    let reference = first["reference"].as_str().unwrap();
    assert!(first["status_url"].as_str().unwrap().ends_with(&format!("/privacy/requests/{reference}")));
    let shown = bench.get(&format!("{REQUESTS}/{reference}")).await;
    assert_eq!((&shown["channel"], &shown["contact"]["email"]), (&json!("phone"), &json!("mia@example.com")));
    let history = shown["history"].as_array().unwrap();
    assert_eq!(history.len(), 1);
    assert_eq!(
        (&history[0]["what"], &history[0]["by"], &history[0]["who"], &history[0]["why"]),
        (&json!("received"), &json!("staff"), &json!(ALEX), &json!("She called the office."))
    );
    assert!(shown["dates"]["legal"]["rule"].as_str().unwrap().contains("tz:"), "{shown}");
}

#[tokio::test]
async fn a_letter_from_somebody_whom_nothing_here_can_write_to_is_noted_and_is_no_form() {
    let bench = Bench::new();
    let mut body = call();
    body.as_object_mut().unwrap().remove("email");
    for (channel, expected) in [("letter", 201), ("phone", 201), ("email", 201), ("web", 400)] {
        body["channel"] = json!(channel);
        let (status, answer) = bench.send("POST", REQUESTS, &body).await;
        assert_eq!(status, expected, "{channel}: {answer}");
        if status == 201 {
            let shown = bench.get(&format!("{REQUESTS}/{}", answer["reference"].as_str().unwrap())).await;
            assert_eq!(shown["waits_for"], json!(["compare-data"]), "{channel}: the letter is on its way to nobody");
        } else {
            assert_eq!(answer["member"], "email");
        }
    }
}

#[tokio::test]
async fn what_does_not_say_how_it_came_came_by_mail() {
    let bench = Bench::new();
    for channel in [None, Some("e-mail"), Some("email")] {
        let mut body = call();
        body.as_object_mut().unwrap().remove("channel");
        if let Some(channel) = channel {
            body["channel"] = json!(channel);
        }
        let (status, noted) = bench.send("POST", REQUESTS, &body).await;
        assert_eq!(status, 201, "{channel:?}");
        let shown = bench.get(&format!("{REQUESTS}/{}", noted["reference"].as_str().unwrap())).await;
        assert_eq!(shown["channel"], "email", "{channel:?}");
    }
    let mut body = call();
    body.as_object_mut().unwrap().remove("received_at");
    body.as_object_mut().unwrap().remove("channel");
    let (status, problem) = bench.send("POST", REQUESTS, &body).await;
    assert_eq!((status, &problem["member"]), (400, &json!("received_at")));
}

#[tokio::test]
async fn what_is_no_request_is_named_never_repeated_and_stores_nothing() {
    let bench = Bench::new();
    for (member, value) in [
        ("kind", json!("everything")),
        ("email", json!("mia")),
        ("channel", json!("pigeon")),
        ("channel", json!(7)),
        ("received_at", json!(null)),
        ("why", json!(null)),
        ("channel", json!(null)),
        ("email", json!(null)),
        ("received_at", json!("yesterday")),
        ("received_at", json!(privacy::instant::to_text(days_ago(-1)))),
        ("received_at", json!(privacy::instant::to_text(days_ago(400)))),
        ("why", json!("a\u{1b}[2Jb")),
        ("agent", json!({})),
        ("agent", json!({"name": "=HYPERLINK(1)"})),
        ("declaration", json!("@SUM(A1)")),
        ("connected_account", json!({"platform": "instagram"})),
    ] {
        let mut body = call();
        body[member] = value.clone();
        let (status, problem) = bench.send("POST", REQUESTS, &body).await;
        assert_eq!((status, slug(&problem), &problem["member"]), (400, "bad-member", &json!(member)), "{value}");
        assert!(!problem.to_string().contains("mia"));
    }
    let mut misspelt = call();
    misspelt["recieved_at"] = json!("2026-03-01T00:00:00Z");
    assert_eq!(bench.send("POST", REQUESTS, &misspelt).await.0, 400);
    assert!(bench.account.dump("ledger").is_empty() && bench.account.sent().is_empty());
}

#[tokio::test]
async fn the_work_list_is_paged_filtered_and_refuses_what_it_does_not_know() {
    let bench = Bench::new();
    let late = stored(&bench, 1, Kind::Access, 40).await;
    let waiting = stored(&bench, 2, Kind::Correction, 1).await;
    let soon = stored(&bench, 3, Kind::Erasure, 20).await;
    let references = |list: &Value| -> Vec<String> {
        list["requests"].as_array().unwrap().iter().map(|one| one["reference"].as_str().unwrap().to_owned()).collect()
    };
    let all = bench.get(REQUESTS).await;
    assert_eq!(references(&all), [late.id.as_str(), soon.id.as_str(), waiting.id.as_str()]);
    assert_eq!((&all["is_complete"], &all["next_cursor"]), (&json!(true), &Value::Null));
    assert_eq!(all["requests"][2]["waits_for"], json!(["correct"]));
    // By the calendar of Brussels, where an hour of summer time may make it another day of receipt.
    let received = late.received_at.in_tz("Europe/Brussels").unwrap().date();
    let today = SystemClock.now().in_tz("Europe/Brussels").unwrap().date();
    let days_left = 30 - (today - received).get_days();
    assert_eq!(
        (&all["requests"][0]["is_overdue"], &all["requests"][0]["days_left"]),
        (&json!(true), &json!(days_left))
    );
    let first = bench.get(&format!("{REQUESTS}?limit=2")).await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = bench.get(&format!("{REQUESTS}?limit=2&cursor={cursor}")).await;
    assert_eq!((references(&first).len(), references(&second)), (2, vec![waiting.id.as_str().to_owned()]));
    for (query, expected) in [
        ("overdue=true", vec![&late]),
        ("waiting=true", vec![&waiting]),
        ("kind=erasure", vec![&soon]),
        ("state=in-progress&waiting=false", vec![&late, &soon]),
        ("about_child=true", vec![]),
        ("bounced=true", vec![]),
    ] {
        let expected: Vec<&str> = expected.iter().map(|request| request.id.as_str()).collect();
        assert_eq!(references(&bench.get(&format!("{REQUESTS}?{query}")).await), expected, "{query}");
    }
    for (query, member) in [
        ("state=lost", json!("state")),
        ("kind=all", json!("kind")),
        ("due_before=soon", json!("due_before")),
        ("overdue=1", json!("overdue")),
        ("limit=0", json!("limit")),
        ("limit=201", json!("limit")),
        ("cursor=x", json!("cursor")),
        (&format!("overdue=true&cursor={cursor}"), json!("cursor")),
        ("overdu=true", Value::Null),
    ] {
        let (status, problem) = bench.send("GET", &format!("{REQUESTS}?{query}"), &Value::Null).await;
        assert_eq!((status, &problem["member"]), (400, &member), "{query}");
    }
}

#[tokio::test]
async fn a_tenant_or_a_request_that_nobody_knows_is_404_and_changes_nothing() {
    let bench = Bench::new();
    let request = stored(&bench, 1, Kind::Erasure, 1).await;
    let before = bench.account.dump("ledger");
    let unknown = async |path: &str, body: &Value, member: &str| {
        let (status, problem) = bench.send("POST", path, body).await;
        assert_eq!((status, slug(&problem), &problem["member"]), (404, "unknown", &json!(member)), "{path}");
    };
    unknown(&of(&request, "/route"), &json!({"tenant_id": "alders", "why": "It wrote to them."}), "tenant_id").await;
    let instruction = json!({"tenant_id": "alders", "instruction_id": "ticket-7", "why": "Their mail."});
    unknown(&of(&request, "/instruction"), &instruction, "tenant_id").await;
    let mut appeal = call();
    (appeal["kind"], appeal["appeal_of"]) = (json!("appeal"), json!(format!("8{}", "a".repeat(32))));
    unknown(REQUESTS, &appeal, "appeal_of").await;
    assert_eq!((bench.account.dump("ledger"), bench.account.sent()), (before, vec![]));
    appeal["appeal_of"] = json!(request.id.as_str());
    assert_eq!(bench.send("POST", REQUESTS, &appeal).await.0, 201, "of one that is known");
}

#[tokio::test]
async fn unknown_requests_are_404_wrong_methods_405_and_nobody_acts_in_nobodys_name() {
    let bench = Bench::new();
    let nobody = asked(9, Kind::Access, Some("mia@example.com"), None, days_ago(1));
    let why = json!({"why": "So."});
    for (status, method, path) in [
        (404, "GET", of(&nobody, "")),
        (404, "POST", of(&nobody, "/nothing")),
        (404, "GET", format!("{REQUESTS}/{}", "a".repeat(33))),
        (405, "PUT", REQUESTS.to_owned()),
        (405, "DELETE", of(&nobody, "")),
        (405, "GET", of(&nobody, "/denial")),
    ] {
        assert_eq!(bench.send(method, &path, &why).await.0, status, "{method} {path}");
    }
    let acts = [
        ("/extension", json!({"reason": "It is a lot."})),
        ("/residence", json!({"residence": "US-CA", "why": "So."})),
        ("/denial", json!({"reason": "excessive", "why": "So."})),
        ("/route", json!({"tenant_id": "alder", "why": "So."})),
        ("/instruction", json!({"tenant_id": "alder", "instruction_id": "ticket-7", "why": "So."})),
        ("/correction", json!({"fields": [{"field": "name"}], "why": "So."})),
        ("/lifting", json!({"flag": "restricted", "why": "So."})),
        ("/bundle", json!({"order_id": "ticket-31", "reason": "lost", "why": "So."})),
        ("/closure", json!({"outcome": "completed", "evidence": "file-7", "why": "So."})),
        ("/verification", json!({"proof": "child-report", "finding": "credible", "why": "So."})),
    ];
    for (act, body) in acts {
        assert_eq!(bench.send("POST", &of(&nobody, act), &body).await.0, 404, "{act}");
        let mut more = body.clone();
        more["also"] = json!("this");
        assert_eq!(bench.send("POST", &of(&nobody, act), &more).await.0, 400, "{act}");
        let (status, problem) = bench.send_as(None, "POST", &of(&nobody, act), &body).await;
        assert_eq!((status, slug(&problem)), (503, "unavailable"), "{act}");
    }
}
