//! Over the real adapters: what is asked over HTTP, what stands in the ledger and in the queue.

mod at_once;

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
async fn what_is_no_request_is_named_never_repeated_and_stores_nothing() {
    let bench = Bench::new();
    for (member, value) in [
        ("kind", json!("everything")),
        ("email", json!(null)),
        ("email", json!("mia")),
        ("channel", json!("pigeon")),
        ("channel", json!(null)),
        ("received_at", json!(null)),
        ("received_at", json!("yesterday")),
        ("received_at", json!(privacy::instant::to_text(days_ago(-1)))),
        ("received_at", json!(privacy::instant::to_text(days_ago(400)))),
        ("why", json!("a\u{1b}[2Jb")),
        ("agent", json!({})),
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
    assert_eq!(references(&all), [waiting.id.as_str(), late.id.as_str(), soon.id.as_str()]);
    assert_eq!((&all["is_complete"], &all["next_cursor"]), (&json!(true), &Value::Null));
    assert_eq!(all["requests"][0]["waits_for"], json!(["correct"]));
    assert_eq!((&all["requests"][1]["is_overdue"], &all["requests"][1]["days_left"]), (&json!(true), &json!(-10)));
    let first = bench.get(&format!("{REQUESTS}?limit=2")).await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = bench.get(&format!("{REQUESTS}?limit=2&cursor={cursor}")).await;
    assert_eq!((references(&first).len(), references(&second)), (2, vec![soon.id.as_str().to_owned()]));
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
async fn a_request_is_extended_once_with_its_reason_and_the_person_is_told() {
    let bench = Bench::new();
    let request = stored(&bench, 1, Kind::Access, 10).await;
    let path = of(&request, "/extension");
    assert_eq!(bench.send("POST", &path, &json!({})).await.1["member"], "reason");
    assert_eq!(bench.send("POST", &path, &json!({"reason": " "})).await.0, 400);
    let body = json!({"reason": "Two systems have to be searched."});
    let (status, first) = bench.send("POST", &path, &body).await;
    assert_eq!((status, &first["is_extended"]), (200, &json!(true)));
    assert_eq!(bench.send("POST", &path, &body).await, (200, first), "the same again moves nothing");
    let (status, problem) = bench.send("POST", &path, &json!({"reason": "It is still more."})).await;
    assert_eq!((status, slug(&problem)), (409, "not-extendable"));
    assert!(bench.account.sent().iter().all(|body| body.contains("extension")));
    let late = stored(&bench, 2, Kind::Access, 40).await;
    let (status, problem) = bench.send("POST", &of(&late, "/extension"), &body).await;
    assert_eq!((status, slug(&problem)), (409, "not-extendable"));
}

#[tokio::test]
async fn a_question_to_the_person_stops_the_clock_that_is_shown_where_their_law_has_that() {
    let bench = Bench::new();
    let noted = |residence: &str| {
        let received_at = privacy::instant::to_text(days_ago(9));
        json!({"kind": "access", "email": "mia@example.com", "residence": residence, "channel": "email", "received_at": received_at})
    };
    let mut paths = Vec::new();
    for residence in ["DE", "US-CA"] {
        let noted = bench.send("POST", REQUESTS, &noted(residence)).await.1;
        paths.push(format!("{REQUESTS}/{}", noted["reference"].as_str().unwrap()));
    }
    let (german, californian) = (&paths[0], &paths[1]);
    let event = |event: &str, days: i64| json!({"event": event, "at": privacy::instant::to_text(days_ago(days)), "why": "Which account is meant."});
    let pause = |path: &str| format!("{path}/pause");
    let before = bench.get(german).await["dates"].clone();
    for (body, status, expected) in [
        (json!({"event": "asked"}), 400, "bad-member"),
        (json!({"event": "paused", "why": "So."}), 400, "bad-member"),
        (json!({"event": "asked", "at": "yesterday", "why": "So."}), 400, "bad-member"),
        (event("asked", 20), 400, "bad-member"),
        (event("answered", 2), 409, "not-now"),
    ] {
        let (code, problem) = bench.send("POST", &pause(german), &body).await;
        assert_eq!((code, slug(&problem)), (status, expected), "{body}");
    }
    for body in [event("asked", 8), event("answered", 3)] {
        for _ in 0..2 {
            assert_eq!(bench.send("POST", &pause(german), &body).await.0, 200);
        }
    }
    let shown = bench.get(german).await;
    assert_eq!(shown["dates"]["legal"], before["legal"]);
    assert_eq!(shown["dates"]["alarms"], before["alarms"]);
    assert!(shown["dates"]["rolled"]["rule"].as_str().unwrap().ends_with("pause_days:5"), "{}", shown["dates"]);
    let acts: Vec<&Value> = shown["history"].as_array().unwrap().iter().map(|act| &act["what"]).collect();
    assert_eq!(acts, ["received", "paused", "resumed"]);
    assert_eq!(shown["history"][1]["why"], "Which account is meant.");
    let (status, problem) = bench.send("POST", &pause(californian), &event("asked", 2)).await;
    assert_eq!((status, slug(&problem)), (409, "not-pausable"), "verification does not stop a Californian clock");
    assert_eq!(bench.get(californian).await["dates"]["pauses"], json!([]));
}

#[tokio::test]
async fn a_request_is_denied_for_a_reason_that_its_kind_has() {
    let bench = Bench::new();
    let request = stored(&bench, 1, Kind::Access, 10).await;
    let path = of(&request, "/denial");
    let denial = |reason: &str| json!({"reason": reason, "why": "The third this week."});
    for (body, status, expected) in [
        (denial("because"), 400, "bad-member"),
        (json!({"reason": "excessive"}), 400, "bad-member"),
        (denial("legal-obligation"), 422, "not-deniable"),
        (denial("unverifiable"), 422, "not-deniable"),
    ] {
        let (found, problem) = bench.send("POST", &path, &body).await;
        assert_eq!((found, slug(&problem)), (status, expected), "{body}");
    }
    let (status, first) = bench.send("POST", &path, &denial("excessive")).await;
    assert_eq!((status, &first["state"]), (200, &json!("denied")));
    assert_eq!(bench.send("POST", &path, &denial("excessive")).await, (200, first));
    assert_eq!(slug(&bench.send("POST", &path, &denial("manifestly-unfounded")).await.1), "not-now");
    let shown = bench.get(&of(&request, "")).await;
    assert_eq!((&shown["history"][0]["what"], &shown["history"][0]["reason"]), (&json!("denied"), &json!("excessive")));
    assert_eq!(shown["history"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn staff_review_what_only_they_can_judge() {
    let bench = Bench::new();
    let agent = Agent {
        email: None,
        name: None,
        permission_sha256: Sha256Hex::parse(&"ab".repeat(32)).ok(),
        has_power_of_attorney: false,
    };
    let waiting = asked(1, Kind::OptOut, Some("mia@example.com"), None, days_ago(2));
    let needs = vec![Proof::AgentPermission];
    let standing = Standing::AwaitingVerification;
    let request = keep(&bench, SubjectRequest { agent: Some(agent), needs, standing, ..waiting }).await;
    let path = of(&request, "/verification");
    let read = |byte: &str| json!({"proof": "agent-permission", "document_sha256": byte.repeat(32), "why": "Read it."});
    let (status, problem) = bench.send("POST", &path, &read("cd")).await;
    assert_eq!((status, slug(&problem)), (422, "not-verified"), "another document");
    let points = json!({"proof": "data-points", "held": {"phone": "0555", "day": "5 March"}, "why": "Called back."});
    assert_eq!(slug(&bench.send("POST", &path, &points).await.1), "not-now", "it asks for no data points");
    for proof in ["email-code", "handle-code", "account-login"] {
        let body = json!({"proof": proof, "why": "They told me."});
        assert_eq!(bench.send("POST", &path, &body).await.1["member"], "proof", "{proof}");
    }
    let (status, shown) = bench.send("POST", &path, &read("ab")).await;
    assert_eq!((status, &shown["state"]), (200, &json!("completed")), "an opt-out is done as soon as it may be");
    let history = bench.get(&of(&request, "")).await["history"].clone();
    assert_eq!(
        (&history[0]["what"], &history[0]["is_shown"], &history[1]["is_shown"]),
        (&json!("reviewed"), &json!(false), &json!(true))
    );
}

#[tokio::test]
async fn data_points_agree_by_comparison_and_not_because_staff_say_so() {
    let bench = Bench::new();
    let keys = demo::keys();
    let waiting = asked(1, Kind::Erasure, Some("mia@example.com"), None, days_ago(2));
    let named = [(PointKind::Phone, "0555 1"), (PointKind::Company, "Birch")]
        .map(|(kind, value)| (kind, keys.data_point(&waiting.id, kind, &PointValue::parse(value).unwrap()).unwrap()));
    let request = SubjectRequest {
        regime: "CA_CCPA".to_owned(),
        needs: vec![Proof::DataPoints],
        standing: Standing::AwaitingVerification,
        data_points: named.into(),
        ..waiting
    };
    let request = keep(&bench, request).await;
    let path = of(&request, "/verification");
    let claim = json!({"proof": "data-points", "compared": ["x", "y"], "matched": ["x", "y"], "why": "."});
    assert_eq!(slug(&bench.send("POST", &path, &claim).await.1), "bad-request", "nothing is believed");
    let compare = |held: Value| json!({"proof": "data-points", "held": held, "why": "Our record of today."});
    for (held, status, expected) in [
        (json!({}), 400, "bad-member"),
        (json!({"city": "Berlin"}), 400, "bad-member"),
        (json!({"phone": "0555 1", "day": "5 March"}), 422, "not-named"),
        (json!({"phone": "0555 1"}), 422, "too-few-points"),
        (json!({"phone": "0555 1", "company": "Elm"}), 422, "not-verified"),
    ] {
        let (answered, problem) = bench.send("POST", &path, &compare(held.clone())).await;
        assert_eq!((answered, slug(&problem)), (status, expected), "{held}");
    }
    let (status, shown) = bench.send("POST", &path, &compare(json!({"phone": "05551", "company": "birch"}))).await;
    assert_eq!((status, &shown["state"]), (200, &json!("in-progress")));
    let detail = bench.get(&of(&request, "")).await;
    assert_eq!(detail["verification"]["data_points"], json!(["phone", "company"]));
    assert_eq!(detail["history"].as_array().unwrap().len(), 3, "what did not agree, what did, and that it is begun");
    assert!(!detail.to_string().contains("0555"));
}

#[tokio::test]
async fn a_report_about_a_child_is_on_top_until_staff_have_judged_it_and_goes_in_ten_days() {
    let bench = Bench::new();
    stored(&bench, 1, Kind::Correction, 40).await;
    let report = asked(2, Kind::Erasure, None, Some(("instagram", "tim")), days_ago(1));
    let standing = Standing::AwaitingVerification;
    let needs = vec![Proof::HandleCode];
    let report = keep(&bench, SubjectRequest { about_child: true, standing, needs, ..report }).await;
    let top = bench.get(REQUESTS).await["requests"][0].clone();
    assert_eq!((&top["reference"], &top["waits_for"]), (&json!(report.id.as_str()), &json!(["review-child"])));
    let path = of(&report, "/verification");
    let body = json!({"proof": "child-report", "finding": "credible", "why": "Says that he is twelve."});
    let (status, judged) = bench.send("POST", &path, &body).await;
    assert_eq!((status, &judged["state"], &judged["waits_for"]), (200, &json!("in-progress"), &json!([])));
    assert_eq!(judged["days_left"], 9);
    assert_eq!(bench.send("POST", &path, &body).await, (200, judged));
    let other = json!({"proof": "child-report", "finding": "not-credible", "why": "Says that he is not."});
    assert_eq!(slug(&bench.send("POST", &path, &other).await.1), "not-now");
    let why = bench.get(&of(&report, "")).await["history"][0]["why"].clone();
    assert_eq!(why, "Says that he is twelve.");
}

#[tokio::test]
async fn a_report_that_gives_an_address_only_is_believed_of_whom_staff_name_and_of_nobody_else() {
    let bench = Bench::new();
    let report = asked(2, Kind::Erasure, Some("parent@example.org"), None, days_ago(1));
    let standing = Standing::AwaitingVerification;
    let needs = vec![Proof::EmailCode];
    let report = keep(&bench, SubjectRequest { about_child: true, standing, needs, ..report }).await;
    let path = of(&report, "/verification");
    let body = |finding: &str, child: Value| {
        let mut body = json!({"proof": "child-report", "finding": finding, "why": "Their school wrote."});
        if !child.is_null() {
            body["child"] = child;
        }
        body
    };
    let tim = json!({"email": "tim@example.org", "connected_account": {"platform": "instagram", "handle": "tim"}});
    let bad = [
        ("credible", Value::Null),
        ("credible", json!({})),
        ("credible", json!({"email": "no address"})),
        ("credible", json!({"mail": "tim@example.org"})),
        ("not-credible", tim.clone()),
    ];
    for (finding, child) in bad {
        let (status, problem) = bench.send("POST", &path, &body(finding, child)).await;
        assert_eq!((status, &problem["member"]), (400, &json!("child")), "{problem}");
    }
    let (status, judged) = bench.send("POST", &path, &body("credible", tim.clone())).await;
    assert_eq!((status, &judged["state"]), (200, &json!("in-progress")));
    let other = json!({"email": "mia@example.org"});
    assert_eq!(slug(&bench.send("POST", &path, &body("credible", other)).await.1), "not-now");
    let shown = bench.get(&of(&report, "")).await;
    assert_eq!(shown["child_review"]["child"]["email"], "tim@example.org");
    assert_eq!(shown["contact"]["email"], "parent@example.org");
}

#[tokio::test]
async fn a_part_is_routed_to_its_tenant_and_carried_out_on_its_word() {
    let bench = Bench::new();
    let request = stored(&bench, 1, Kind::Erasure, 1).await;
    let route = json!({"tenant_id": "alder", "why": "It wrote to them."});
    let (status, routed) = bench.send("POST", &of(&request, "/route"), &route).await;
    assert_eq!((status, &routed["routed_to"]), (200, &json!(["alder"])));
    assert_eq!(bench.send("POST", &of(&request, "/route"), &route).await, (200, routed));
    let sent = bench.account.sent().join("\n");
    assert!(sent.contains("\"routed\"") && sent.contains("tenant-forward"), "{sent}");
    let instruct = |tenant: &str| json!({"tenant_id": tenant, "instruction_id": "ticket-7", "why": "Their mail."});
    assert_eq!(slug(&bench.send("POST", &of(&request, "/instruction"), &instruct("birch")).await.1), "not-now");
    for _ in 0..2 {
        assert_eq!(bench.send("POST", &of(&request, "/instruction"), &instruct("alder")).await.0, 200);
    }
    let shown = bench.get(&of(&request, "")).await;
    assert_eq!(shown["routed"][0]["instruction"]["id"], "ticket-7");
    assert_eq!(shown["history"].as_array().unwrap().len(), 2);
    assert_eq!(shown["left"], json!(["begin", "tenant"]));
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
async fn fields_are_mended_with_evidence_and_what_stands_in_them_is_kept_nowhere() {
    let bench = Bench::new();
    let request = asked(1, Kind::Correction, Some("mia@example.com"), None, days_ago(1));
    // The sweep has looked at it: no tenant has a part.
    let (standing, next_action_at) = (Standing::InProgress { since: days_ago(1) }, Some(days_ago(-5)));
    let request = keep(&bench, SubjectRequest { standing, next_action_at, ..request }).await;
    let path = of(&request, "/correction");
    for fields in [
        json!([]),
        json!([{"field": "Her Name"}]),
        json!([{"field": "name", "decision": "applied"}]),
        json!([{"field": "name", "decision": "refused", "evidence": "file-7", "value": "Mia"}]),
        json!([{"field": "name", "decision": "maybe", "evidence": "file-7"}]),
        json!([{"field": "name", "evidence": "mia@example.com", "decision": "refused"}]),
        json!(["name"]),
    ] {
        let body = json!({"fields": fields, "why": "Looked."});
        assert_eq!(bench.send("POST", &path, &body).await.1["member"], "fields", "{fields}");
    }
    let named = json!({"fields": [{"field": "name"}, {"field": "phone"}], "why": "Named on the phone."});
    assert_eq!(bench.send("POST", &path, &named).await.1["state"], "in-progress");
    let closure = json!({"outcome": "completed", "evidence": "file-7", "why": "Done."});
    assert_eq!(slug(&bench.send("POST", &of(&request, "/closure"), &closure).await.1), "steps-left");
    let confirmed = json!({"why": "So.", "fields": [{"field": "name", "decision": "applied", "evidence": "file-7", "value": "Mia Zebedee"}]});
    assert_eq!(slug(&bench.send("POST", &path, &confirmed).await.1), "not-now", "nobody was told to mend it");
    let told = json!({"why": "To the product.", "fields": [
        {"field": "name", "decision": "instructed", "evidence": "order-3", "value": "Mia Zebedee"},
    ]});
    assert_eq!(bench.send("POST", &path, &told).await.1["state"], "in-progress");
    let decided = json!({"why": "Seen in her contract.", "fields": [
        {"field": "name", "decision": "applied", "evidence": "file-7", "value": "Mia Zebedee"},
        {"field": "phone", "decision": "refused", "evidence": "file-8"},
    ]});
    let (status, closed) = bench.send("POST", &path, &decided).await;
    assert_eq!((status, &closed["state"]), (200, &json!("partly-retained")));
    assert_eq!(bench.send("POST", &path, &decided).await, (200, closed));
    assert!(bench.account.sent().iter().all(|body| body.contains("answer")));
    let rows = format!("{:?}", bench.account.dump("ledger"));
    assert!(!rows.contains("Zebedee"), "a value is in the ledger");
    let shown = bench.get(&of(&request, "")).await;
    assert!(shown["findings"]["corrections"][0]["value"].as_str().unwrap().starts_with("v1-"));
}

#[tokio::test]
async fn a_request_is_closed_with_an_outcome_of_its_kind_and_an_appeal_brings_back_what_was_denied() {
    let bench = Bench::new();
    let complaint = stored(&bench, 1, Kind::Complaint, 1).await;
    let close = |outcome: &str| json!({"outcome": outcome, "evidence": "file-7", "why": "Looked into it."});
    let path = of(&complaint, "/closure");
    assert_eq!(bench.send("POST", &path, &close("completed")).await.1["member"], "outcome");
    assert_eq!(bench.send("POST", &path, &json!({"outcome": "answered", "why": "So."})).await.1["member"], "evidence");
    let (status, closed) = bench.send("POST", &path, &close("answered")).await;
    assert_eq!((status, &closed["state"]), (200, &json!("completed")));
    assert_eq!(bench.send("POST", &path, &close("answered")).await, (200, closed));
    let denied = stored(&bench, 2, Kind::Access, 5).await;
    let denial = json!({"reason": "excessive", "why": "The third this week."});
    bench.send("POST", &of(&denied, "/denial"), &denial).await;
    let appeal = asked(3, Kind::Appeal, Some("mia@example.com"), None, days_ago(1));
    let standing = Standing::InProgress { since: days_ago(1) };
    let appeal = keep(&bench, SubjectRequest { appeal_of: Some(denied.id.clone()), standing, ..appeal }).await;
    let shown = bench.get(&of(&appeal, "")).await;
    assert_eq!(shown["appeal_of"]["outcome"]["reason"], "excessive");
    assert_eq!(bench.send("POST", &of(&appeal, "/closure"), &close("upheld")).await.0, 200);
    assert!(matches!(now_stands(&bench, &denied).await.standing, Standing::InProgress { .. }));
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
        ("/denial", json!({"reason": "excessive", "why": "So."})),
        ("/route", json!({"tenant_id": "alder", "why": "So."})),
        ("/instruction", json!({"tenant_id": "alder", "instruction_id": "ticket-7", "why": "So."})),
        ("/correction", json!({"fields": [{"field": "name"}], "why": "So."})),
        ("/lifting", json!({"flag": "restricted", "why": "So."})),
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

#[tokio::test]
async fn a_flag_is_lifted_on_the_person_s_word_and_staff_see_their_other_requests() {
    use privacy::ingest_gate::{Flag, FlagBook};
    let bench = Bench::new();
    let (vault, ledger) = (demo::vault(&bench.account), demo::ledger(&bench.account));
    let by_mail = |number, kind| {
        let request = asked(number, kind, Some("mia@example.com"), None, days_ago(2));
        let proven = vec![privacy::subject_request::Proven { proof: Proof::EmailCode, at: days_ago(1) }];
        SubjectRequest {
            needs: vec![Proof::EmailCode],
            proven,
            standing: Standing::InProgress { since: days_ago(1) },
            ..request
        }
    };
    let mut restriction = by_mail(1, Kind::Restriction);
    let mut asks = by_mail(2, Kind::Complaint);
    let person = demo::keys().suppressions(&restriction.identities()[0]);
    restriction.course.flags = vec![Flag::Restricted];
    restriction.course.flagged = person.iter().cloned().collect();
    for request in [&mut restriction, &mut asks] {
        request.course.people = person.iter().cloned().collect();
        ledger.link_person(&person[0], &request.id).await.unwrap();
    }
    vault.raise_flag(&person[0], Flag::Restricted, days_ago(1)).await.unwrap();
    let (restriction, asks) = (keep(&bench, restriction).await, keep(&bench, asks).await);
    let shown = bench.get(&of(&restriction, "")).await;
    assert_eq!(shown["flags"], json!(["restricted"]));
    assert_eq!(shown["same_person"][0]["reference"], json!(asks.id.as_str()));

    let path = of(&restriction, "/lifting");
    // Who has shown who they are, and is somebody else.
    let noa = asked(3, Kind::Complaint, Some("noa@example.com"), None, days_ago(1));
    let proven = vec![Proven { proof: Proof::EmailCode, at: days_ago(1) }];
    let (needs, standing) = (vec![Proof::EmailCode], Standing::InProgress { since: days_ago(1) });
    let stranger = keep(&bench, SubjectRequest { needs, proven, standing, ..noa }).await;
    for (body, problem) in [
        (json!({"flag": "restricted"}), "bad-member"),
        (json!({"flag": "all", "why": "So."}), "bad-member"),
        (json!({"flag": "opted_out", "why": "So."}), "not-now"),
        (json!({"flag": "restricted", "asked_in": stranger.id.as_str(), "why": "So."}), "bad-member"),
        (json!({"flag": "restricted", "asked_in": "x", "why": "So."}), "bad-member"),
    ] {
        assert_eq!(slug(&bench.send("POST", &path, &body).await.1), problem, "{body}");
    }
    assert!(!vault.flags(&person).await.unwrap().is_empty());
    let body = json!({"flag": "restricted", "asked_in": asks.id.as_str(), "why": "They want it used again."});
    for _ in 0..2 {
        assert_eq!(bench.send("POST", &path, &body).await.0, 200);
    }
    assert!(vault.flags(&person).await.unwrap().is_empty(), "the product may again");
    assert_eq!(vault.lifted_flags(&person[0]).await.unwrap().len(), 1);
    let shown = bench.get(&of(&restriction, "")).await;
    let act = &shown["history"][0];
    assert_eq!(
        (&act["what"], &act["flag"], &act["asked_in"]),
        (&json!("lifted"), &json!("restricted"), &json!(asks.id.as_str()))
    );
    assert!(act["who"].as_str().unwrap().contains(ALEX) && shown["flags"] == json!([]));
}
