use std::time::{Duration, SystemTime};

use privacy::audit::StaffReason;
use serde_json::json;

use crate::arguments::{Asked, Call, Form, Invalid};
use crate::call::{self, Failed};
use crate::config::Config;
use crate::print::{self, Paint};
use crate::wait;

fn parse(line: &str) -> Result<Asked, Invalid> {
    Asked::parse(line.split_whitespace().map(|word| word.replace('_', " ")))
}

fn called(line: &str) -> Call {
    match parse(line) {
        Ok(Asked::Call(call)) => call,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn each_command_is_one_call() {
    let id = "0".repeat(32);
    let cases = [
        ("promises".to_owned(), "GET", "/api/staff/promises".to_owned(), false),
        ("holds --json".to_owned(), "GET", "/api/staff/holds".to_owned(), true),
        ("replays".to_owned(), "GET", "/api/staff/replays".to_owned(), false),
        (
            "replay r20260305020000000 --json".to_owned(),
            "GET",
            "/api/staff/replays/r20260305020000000".to_owned(),
            true,
        ),
        ("release hold-0001 replaced".to_owned(), "DELETE", "/api/staff/holds/hold-0001".to_owned(), false),
        ("obligation 0123456789ab".to_owned(), "GET", "/api/staff/obligations/0123456789ab".to_owned(), false),
        ("purge own.requests".to_owned(), "GET", "/api/staff/purges/own.requests".to_owned(), false),
        (
            "confirm-purge security-logs abc backlog".to_owned(),
            "POST",
            "/api/staff/purges/security-logs/plan-confirmation".to_owned(),
            false,
        ),
        (
            format!("--json confirm {id} abc as-expected"),
            "POST",
            format!("/api/staff/obligations/{id}/plan-confirmation"),
            true,
        ),
    ];
    for (line, method, path, is_json) in cases {
        let call = called(&line);
        assert_eq!((call.method.as_str(), call.path, call.is_json), (method, path, is_json), "{line}");
    }
    let confirming = |reason: &str| Some(json!({"plan_hash": "abc", "reason": reason}));
    assert_eq!(called("confirm 0123456789ab abc records-reviewed").body, confirming("records-reviewed"));
    assert_eq!(called("confirm-purge security-logs abc backlog").body, confirming("backlog"));
    assert_eq!(called("release hold-0001 matter-closed").body, Some(json!({"reason": "matter-closed"})));
    for reason in StaffReason::OF_RELEASE.into_iter().chain(StaffReason::OF_CONFIRMATION) {
        assert!(crate::arguments::USAGE.contains(reason.as_str()), "--help lists {}", reason.as_str());
    }
    assert_eq!(parse("hold --help"), Ok(Asked::Help));
}

#[test]
fn a_hold_becomes_its_members() {
    let line = "hold --tenant alder --reason a_court --approver counsel --review-by 2026-05-01 --class signals --class scores --proof file_7 --id hold-0001";
    let call = called(line);
    assert_eq!((call.method.as_str(), call.path.as_str()), ("POST", "/api/staff/holds"));
    let members = json!({
        "tenant_id": "alder", "reason": "a court", "approver": "counsel", "review_by": "2026-05-01",
        "classes": ["signals", "scores"], "proof": "file 7", "id": "hold-0001",
    });
    assert_eq!(call.body, Some(members.clone()));
    let mut certain = members;
    certain["even_if_unknown"] = json!(true);
    assert_eq!(called(&line.replace("--class signals", "--even-if-unknown --class signals")).body, Some(certain));
}

#[test]
fn a_replay_becomes_its_members_and_is_asked_about_until_it_is_over() {
    let call = called("replay --restored-to 2026-03-05T02:00:00Z --wait --reason a_release");
    assert_eq!((call.method.as_str(), call.path.as_str(), call.is_waiting), ("POST", "/api/staff/replays", true));
    assert_eq!(call.body, Some(json!({"restored_to": "2026-03-05T02:00:00Z", "reason": "a release"})));
    assert!(!called("replay r20260305020000000").is_waiting && called("replay r20260305020000000 --wait").is_waiting);
    let open = json!({"replay_id": "r20260305020000000", "is_open": true, "obligations": {"open": 3}});
    let again = Call::again(&open).unwrap();
    assert_eq!((again.method.as_str(), again.path.as_str()), ("GET", "/api/staff/replays/r20260305020000000"));
    let over = json!({"replay_id": "r20260305020000000", "is_open": false});
    assert_eq!((Call::again(&over), Call::again(&json!({"is_open": true}))), (None, None));
    let codes = [&open, &over, &json!({"promises": []})].map(|answer| format!("{:?}", wait::code(answer)));
    assert_eq!(codes, [2, 0, 0].map(|code: u8| format!("{:?}", std::process::ExitCode::from(code))));
    assert_eq!(
        print::text(Form::Replay, &open, Paint::Plain),
        "is_open  yes\nobligations\n  open  3\nreplay_id  r20260305020000000\n"
    );
}

#[test]
fn what_cannot_be_followed_is_said_before_anything_is_sent() {
    let unknown = |word: &str| Err(Invalid::Unknown(word.to_owned()));
    let cases = [
        ("", Err(Invalid::Missing)),
        ("purge ../holds", Err(Invalid::Class)),
        ("purge --all", Err(Invalid::Class)),
        ("confirm-purge Logs abc backlog", Err(Invalid::Class)),
        ("confirm-purge security-logs abc", Err(Invalid::Reason)),
        ("confirm 0123456789ab abc", Err(Invalid::Reason)),
        ("confirm 0123456789ab abc replaced", Err(Invalid::Reason)),
        ("release hold-0001", Err(Invalid::Reason)),
        ("release hold-0001 not-said", Err(Invalid::Reason)),
        ("erase everything", unknown("erase")),
        ("promises now", unknown("promises")),
        ("release x/../y replaced", Err(Invalid::HoldId)),
        ("replay r1/../x", Err(Invalid::ReplayId)),
        ("replay --wait", Err(Invalid::Needed("--restored-to"))),
        ("replay --restored-to 2026-03-05T02:00:00Z", Err(Invalid::Needed("--reason"))),
        ("replay --restored-to x --restored-to y", unknown("--restored-to")),
        ("replay --stores inbox --reason r", unknown("--stores")),
        ("obligation a#b", Err(Invalid::Obligation)),
        ("hold --tenant", unknown("--tenant")),
        ("hold --tenant alder --tenant birch", unknown("--tenant")),
        ("hold --everything yes", unknown("--everything")),
        ("hold --tenant alder --reason r --approver a", Err(Invalid::Needed("--review-by"))),
    ];
    for (line, expected) in cases {
        assert_eq!(parse(line), expected, "{line}");
    }
}

#[test]
fn a_problem_is_named_with_its_type_and_member() {
    let error = |status, body: &str| call::read(status, body.as_bytes()).unwrap_err().to_string();
    let problem = json!({"type": "urn:privacy:problem:invalid-hold", "title": "The hold may not be placed.", "status": 422, "member": "proof"});
    assert_eq!(
        error(422, &problem.to_string()),
        "urn:privacy:problem:invalid-hold (proof): The hold may not be placed."
    );
    assert!(matches!(call::read(403, br#"{"message":"Forbidden"}"#), Err(Failed::Forbidden)));
    assert!(matches!(call::read(502, b"<html>"), Err(Failed::Unreadable(502))));
    assert_eq!(call::read(201, br#"{"a":1}"#).unwrap(), json!({"a": 1}));
}

#[test]
fn a_call_is_signed_and_goes_over_tls_or_stays_on_this_machine() {
    let config = |api_url: &str| Config {
        api_url: api_url.to_owned(),
        region: "us-east-1".to_owned(),
        access_key_id: "AKIDEXAMPLE".to_owned(),
        secret_access_key: "sesame".to_owned().into(),
        session_token: Some("open".to_owned().into()),
    };
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_773_144_000);
    let call = called("holds");
    for address in ["https://api.example.com", "http://127.0.0.1:4566/_aws/execute-api/x/$default"] {
        let request = call::signed(&call, &config(address), now).unwrap();
        let authorization = request.headers()["authorization"].to_str().unwrap();
        let start =
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260310/us-east-1/execute-api/aws4_request, SignedHeaders=";
        assert!(authorization.starts_with(start), "{authorization}");
        assert_eq!(request.headers()["x-amz-security-token"], "open");
        assert_eq!(request.uri().to_string(), format!("{address}/api/staff/holds"));
    }
    for address in ["http://api.example.com", "ftp://127.0.0.1", "api.example.com", ""] {
        assert!(matches!(call::signed(&call, &config(address), now), Err(Failed::Address)), "{address}");
    }
    assert!(!format!("{:?}", config("https://a")).contains("sesame"));
}

#[test]
fn promises_are_a_table_and_say_when_they_are_not_all() {
    let one = json!({
        "promise": "promise.disconnect", "policy": "13.4", "sentence": "All signals go.", "holds": false, "open": 2, "near_due": 0,
        "overdue": 1, "halted": 0, "held": 0, "failed": 1, "oldest_open_at": "2026-03-10T12:00:00.000Z",
        "next_due": {"date": "2026-04-09", "time_zone": "UTC"}, "last_proof": null,
    });
    let text = print::text(Form::Promises, &json!({"is_complete": true, "promises": [one]}), Paint::Plain);
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("holds  policy  promise"), "{text}");
    assert!(lines[1].starts_with("NO     13.4    promise.disconnect  2"), "{text}");
    assert!(lines[1].ends_with("2026-03-10T12:00:00.000Z  2026-04-09  -"), "{text}");
    assert!(text.contains("\npromise.disconnect: All signals go.\n"), "{text}");
    assert!(!text.contains("Not complete"));
    assert!(print::text(Form::Promises, &json!({"promises": []}), Paint::Plain).contains("Not complete"));
}

#[test]
fn what_goes_by_its_date_is_a_table_of_its_own() {
    let due = |period: &str, due_at: &str| json!({"period": period, "due_at": due_at});
    let late = json!({
        "promise": "class.security-logs", "policy": ["9"], "sentence": "Up to 12 months.", "platform_limit": null, "holds": false,
        "verdict": "late", "due_periods": 3, "late_periods": 2, "held_periods": 0, "held_records": 0, "kept_records": 0,
        "oldest_open": due("2026-03-02", "2027-03-02T00:00:00.000Z"), "next_due": due("2026-03-05", "2027-03-05T00:00:00.000Z"),
        "last_proof": {"before": "2026-03-02T00:00:00.000Z", "at": null},
    });
    let held = json!({
        "promise": "class.member-profiles", "policy": ["13.1", "13.4"], "sentence": null, "holds": true, "verdict": "held",
        "platform_limit": {"platform": "linkedin", "at_most": "PT24H", "source": "Marketing API"}, "held_records": 4,
        "oldest_open": null, "next_due": null, "last_proof": null,
    });
    let answer = json!({"is_complete": true, "promises": [], "scheduled": [late, held]});
    let text = print::text(Form::Promises, &answer, Paint::Plain);
    let lines: Vec<&str> = text.lines().filter(|line| line.contains("class.") && !line.contains(": ")).collect();
    assert!(text.contains("oldest open period") && text.contains("last proof before"), "{text}");
    assert!(lines[0].starts_with("NO     late     class.security-logs    3"), "{text}");
    assert!(lines[0].contains("  2026-03-02          2027-03-05T00:00:00.000Z  2026-03-02T00:00:00.000Z  -"), "{text}");
    assert!(lines[1].starts_with("yes    held     class.member-profiles"), "{text}");
    assert!(text.contains("\nclass.security-logs: Up to 12 months.\n"), "{text}");
    assert!(text.contains("\nclass.member-profiles: Marketing API\n"), "{text}");
}

#[test]
fn what_is_not_watched_is_said_with_its_reason() {
    let one = json!({
        "promise": "unwatched.changes", "policy": "12", "sentence": "At least 30 days before.", "holds": null,
        "verdict": "not-watched", "reason": "no notice is recorded here",
    });
    let text = print::text(
        Form::Promises,
        &json!({"is_complete": true, "promises": [], "scheduled": [], "unwatched": [one]}),
        Paint::Plain,
    );
    assert!(text.contains("not-watched  12      unwatched.changes  no notice is recorded here"), "{text}");
    assert!(text.contains("\nunwatched.changes: At least 30 days before.\n"), "{text}");
}

#[test]
fn the_book_of_holds_says_whose_what_why_by_whom_and_until_when() {
    let holds = json!({"holds": [
        {"hold_id": "hold-0003", "tenant_id": "birch", "connection_id": null, "contact": null, "user": "u1", "classes": [],
         "from": null, "until": "2026-02-01T00:00:00.000Z", "reason": "an audit", "approver": "board", "proof": null,
         "placed_at": "2026-01-02T09:00:00.000Z", "review_by": "2026-03-01", "is_past_review": false,
         "released_at": "2026-02-20T10:00:00.000Z", "waiting": 0},
        {"hold_id": "hold-0002", "tenant_id": "alder", "connection_id": null, "contact": null, "user": null,
         "classes": ["billing-records", "security-logs"], "from": "2025-01-01T00:00:00.000Z", "until": "2026-01-01T00:00:00.000Z",
         "reason": "a tax office", "approver": "counsel", "proof": null, "placed_at": "2026-03-02T09:00:00.000Z",
         "review_by": "2026-05-20", "is_past_review": false, "released_at": null, "waiting": 0},
        {"hold_id": "hold-0001", "tenant_id": "alder", "connection_id": "c1", "contact": "p1", "user": null, "classes": ["signals"],
         "from": null, "until": null, "reason": "a court asked for it", "approver": "counsel", "proof": "file 7",
         "placed_at": "2026-02-10T12:00:00.000Z", "review_by": "2026-05-01", "is_past_review": true, "released_at": null, "waiting": 3},
    ]});
    let text = print::text(Form::Holds, &holds, Paint::Plain);
    expect_test::expect![[r#"
        hold       of                                classes                        records dated                                         review by            waiting
        hold-0001  alder, connection c1, contact p1  signals                        any day                                               2026-05-01 OVERDUE   3
            why: a court asked for it
            approved by counsel, placed 2026-02-10; proof: file 7
        hold-0002  alder                             billing-records,security-logs  2025-01-01T00:00:00.000Z to 2026-01-01T00:00:00.000Z  2026-05-20           0
            why: a tax office
            approved by counsel, placed 2026-03-02
        hold-0003  birch, user u1                    all                            before 2026-02-01T00:00:00.000Z                       released 2026-02-20  0
            why: an audit
            approved by board, placed 2026-01-02
    "#]].assert_eq(&text);
    let painted = print::text(Form::Holds, &holds, Paint::Coloured);
    let red: Vec<&str> = painted.lines().filter(|line| line.contains("\u{1b}[31m")).collect();
    assert!(red.len() == 1 && red[0].contains("hold-0001"), "{painted}");
    assert_eq!(print::text(Form::Holds, &json!({"holds": []}), Paint::Plain), "No legal hold.\n");
}

#[test]
fn what_people_wrote_cannot_drive_the_terminal() {
    let holds = json!({"holds": [{"hold_id": "hold-0001", "approver": "a\u{1b}[2Jb", "reason": "c\u{1b}[2Jd", "classes": [], "waiting": 3}]});
    let text = print::text(Form::Holds, &holds, Paint::Plain);
    assert!(!text.contains('\u{1b}') && text.contains("hold-0001"), "{text}");
    let facts =
        print::text(Form::Facts, &json!({"plan": {"counts": {"signals": 2}}, "state": "planned"}), Paint::Plain);
    assert_eq!(facts, "plan\n  counts\n    signals  2\nstate  planned\n");
}

#[test]
fn no_control_character_of_others_reaches_the_terminal() {
    let answer = json!({"a\u{1b}[2Jb": "c\u{7}d", "inner": {"e\nf": 1}});
    let text = print::text(Form::Facts, &answer, Paint::Plain);
    assert_eq!(text, "a [2Jb  c d\ninner\n  e f  1\n");
    assert_eq!(crate::print::plain("x\r\ny\u{9b}z"), "x  y z");
}

const REFERENCE: &str = "8k7w3hq2mz5yt4n6rbd7cxa2fjv3ps5eo";

#[test]
fn a_flag_is_lifted_by_one_call_that_says_why_and_may_say_where_they_asked() {
    let path = format!("/api/staff/requests/{REFERENCE}/lifting");
    for (line, body) in [
        (format!("lift {REFERENCE} no-marketing --why Called."), json!({"flag": "no-marketing", "why": "Called."})),
        (
            format!("lift {REFERENCE} restricted --asked-in {REFERENCE} --why There."),
            json!({"flag": "restricted", "asked_in": REFERENCE, "why": "There."}),
        ),
    ] {
        let call = called(&line);
        assert_eq!((call.method.as_str(), call.path, call.body), ("POST", path.clone(), Some(body)), "{line}");
    }
}

#[test]
fn requests_are_read_by_one_call_each() {
    let base = "/api/staff/requests";
    let get = |line: &str, path: &str| {
        let call = called(line);
        assert_eq!((call.method.as_str(), call.path.as_str(), &call.body), ("GET", path, &None), "{line}");
    };
    get("requests", base);
    get("requests --waiting --kind access --limit 5", &format!("{base}?waiting=true&kind=access&limit=5"));
    get("requests --due-before 2026-04-01 --child", &format!("{base}?due_before=2026-04-01&about_child=true"));
    get(&format!("request {REFERENCE} --json"), &format!("{base}/{REFERENCE}"));
}

fn assert_acts<const N: usize>(cases: [(String, &str, serde_json::Value); N]) {
    for (line, act, body) in cases {
        let call = called(&line);
        let path = format!("/api/staff/requests/{REFERENCE}/{act}");
        assert_eq!((call.method.as_str(), call.path), ("POST", path), "{line}");
        assert_eq!(call.body, Some(body), "{line}");
    }
}

#[test]
fn what_staff_have_verified_is_one_call() {
    let sha256 = "ab".repeat(32);
    assert_acts([
        (
            format!("permission {REFERENCE} {sha256} --why Read_it."),
            "verification",
            json!({"proof": "agent-permission", "document_sha256": sha256, "why": "Read it."}),
        ),
        (
            format!("attorney {REFERENCE} {sha256} --why Read_it."),
            "verification",
            json!({"proof": "power-of-attorney", "document_sha256": sha256, "why": "Read it."}),
        ),
        (
            format!("child {REFERENCE} credible --why Twelve."),
            "verification",
            json!({"proof": "child-report", "finding": "credible", "why": "Twelve."}),
        ),
        (
            format!("child {REFERENCE} credible --email t@example.org --platform instagram --handle tim --why Twelve."),
            "verification",
            json!({
                "proof": "child-report", "finding": "credible", "why": "Twelve.",
                "child": {"email": "t@example.org", "connected_account": {"platform": "instagram", "handle": "tim"}},
            }),
        ),
        (
            format!("compare {REFERENCE} --held phone=0555 --named day=1_May --held day=1 --why Wrote."),
            "verification",
            json!({"proof": "data-points", "held": {"phone": "0555", "day": "1"}, "named": {"day": "1 May"}, "why": "Wrote."}),
        ),
    ]);
}

#[test]
fn each_other_act_on_a_request_is_one_call() {
    assert_acts([
        (
            format!("pause {REFERENCE} asked --at 2026-03-10T09:00:00Z --why Which_account."),
            "pause",
            json!({"event": "asked", "at": "2026-03-10T09:00:00Z", "why": "Which account."}),
        ),
        (format!("extend {REFERENCE} --reason It_is_a_lot."), "extension", json!({"reason": "It is a lot."})),
        (format!("deny {REFERENCE} excessive --why Again."), "denial", json!({"reason": "excessive", "why": "Again."})),
        (format!("route {REFERENCE} alder --why Theirs."), "route", json!({"tenant_id": "alder", "why": "Theirs."})),
        (
            format!("instruct {REFERENCE} alder ticket-7 --why Mail."),
            "instruction",
            json!({"tenant_id": "alder", "instruction_id": "ticket-7", "why": "Mail."}),
        ),
        (
            format!("instruct {REFERENCE} alder ticket-7 decline legal-claims --why Mail."),
            "instruction",
            json!({"tenant_id": "alder", "instruction_id": "ticket-7", "decision": "decline", "reason": "legal-claims", "why": "Mail."}),
        ),
        (
            format!("instruct {REFERENCE} alder ticket-7 more-time --why Mail."),
            "instruction",
            json!({"tenant_id": "alder", "instruction_id": "ticket-7", "decision": "more-time", "why": "Mail."}),
        ),
        (
            format!(
                "correct {REFERENCE} --open phone --instructed mail=order-3 --applied name=file-7 --refused city=file-8 --why Seen."
            ),
            "correction",
            json!({"why": "Seen.", "fields": [
                {"field": "phone"}, {"field": "mail", "decision": "instructed", "evidence": "order-3"},
                {"field": "name", "decision": "applied", "evidence": "file-7"},
                {"field": "city", "decision": "refused", "evidence": "file-8"},
            ]}),
        ),
        (
            format!("close {REFERENCE} upheld file-7 --why Right."),
            "closure",
            json!({"outcome": "upheld", "evidence": "file-7", "why": "Right."}),
        ),
    ]);
}

#[test]
fn a_noted_request_becomes_its_members() {
    let base = "/api/staff/requests";
    let line = "note --kind access --channel phone --received-at 2026-03-05T09:30:00Z --email mia@example.com --agent-name An_Agent --power-of-attorney --platform instagram --handle mia --about-child";
    let body = json!({
        "kind": "access", "channel": "phone", "received_at": "2026-03-05T09:30:00Z", "email": "mia@example.com",
        "agent": {"name": "An Agent", "power_of_attorney": true},
        "connected_account": {"platform": "instagram", "handle": "mia"}, "about_child": true,
    });
    let call = called(line);
    assert_eq!((call.path.as_str(), call.body), (base, Some(body)));
}

#[test]
fn what_cannot_be_followed_about_requests_is_said_before_anything_is_sent() {
    let unknown = |word: &str| Err(Invalid::Unknown(word.to_owned()));
    for (line, expected) in [
        ("request 0123456789ab".to_owned(), Err(Invalid::Reference)),
        (format!("request {REFERENCE} now"), unknown("request")),
        (format!("extend {REFERENCE}"), Err(Invalid::Needed("--reason"))),
        (format!("extend {REFERENCE} --why So."), unknown("--why")),
        (format!("deny {REFERENCE} excessive"), Err(Invalid::Needed("--why"))),
        (format!("permission {REFERENCE} abc --why So."), Err(Invalid::Digest)),
        (format!("correct {REFERENCE} --applied name --why So."), unknown("name")),
        (format!("close {REFERENCE} upheld file-7 --why A. --why B."), unknown("--why")),
        ("requests --state a&overdue=false".to_owned(), unknown("a&overdue=false")),
        ("requests --overdue --overdue".to_owned(), unknown("--overdue")),
        ("note --kind access".to_owned(), Err(Invalid::Needed("--channel"))),
    ] {
        assert_eq!(parse(&line), expected, "{line}");
    }
}

fn listed(left: i64, waits_for: &[&str]) -> serde_json::Value {
    json!({
        "reference": REFERENCE, "ref": "0123456789ab", "kind": "access", "state": "in-progress", "regime": "EU_GDPR",
        "channel": "phone", "received_at": "2026-03-05T09:30:00.000Z", "target_on": "2026-03-30",
        "due_by": {"date": "2026-04-04", "time_zone": "Europe/Brussels"}, "days_left": left, "is_overdue": left < 0,
        "is_extended": false, "waits_for": waits_for, "about_child": false, "by_agent": true, "bounced": ["code"],
        "routed_to": ["alder"],
    })
}

#[test]
fn the_work_list_shows_days_and_colours_only_where_they_can_be_seen() {
    let answer = json!({
        "requests": [listed(3, &["read-permission"]), listed(0, &[]), listed(-2, &[])], "next_cursor": "abc", "is_complete": true,
    });
    let text = print::text(Form::Requests, &answer, Paint::Plain);
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("waits for        due         left    target      state        kind"), "{text}");
    assert!(lines[1].starts_with("read-permission  2026-04-04  3 d     2026-03-30  in-progress  access"), "{text}");
    assert!(lines[1].ends_with(&format!("agent,bounced,→alder  {REFERENCE}")), "{text}");
    assert!(lines[2].contains("today") && lines[3].contains("2 LATE"), "{text}");
    assert!(text.contains("--cursor abc") && !text.contains('\u{1b}') && !text.contains("Not complete"), "{text}");
    let text = print::text(Form::Requests, &answer, Paint::Coloured);
    assert_eq!(text.matches("\u{1b}[33m").count(), 1, "waits");
    assert_eq!(text.matches("\u{1b}[31m").count(), 1, "late");
    let empty = json!({"requests": [], "next_cursor": null, "is_complete": false});
    let text = print::text(Form::Requests, &empty, Paint::Plain);
    assert!(text.contains("Nothing.") && text.contains("Not complete"), "{text}");
}

#[test]
fn one_request_is_shown_with_its_dates_and_history_and_drives_no_terminal() {
    let mut answer = listed(3, &["correct"]);
    let more = json!({
        "details": "a\u{1b}[2Jb\u{202e}c", "left": ["correct"], "contact": {"email": "mia@example.com"}, "agent": null,
        "dates": {"legal": {"date": "2026-04-04", "time_zone": "Europe/Brussels", "rule": "months:1"}, "extension": null},
        "findings": {"corrections": [{"field": "name", "decision": "applied", "evidence": "file-7"}], "refused_parts": ["security"]},
        "routed": [{"tenant": "alder", "at": "2026-03-06T09:30:00Z", "instruction": {"id": "ticket-7"}}],
        "history": [
            {"at": "2026-03-05T12:00:00.000Z", "by": "staff", "who": "arn:aws:sts::1:assumed-role/staff/alex", "why": "Called.", "what": "received"},
            {"at": "2026-03-05T12:01:00.000Z", "by": "service", "who": null, "why": null, "what": "told", "notice": "acknowledgement"},
            {"at": "2026-03-06T12:01:00.000Z", "by": "staff", "who": "alex", "why": "x\u{7}y", "what": "reviewed", "review": {"of": "data-points"}, "is_shown": false},
        ],
    });
    answer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let text = print::text(Form::Request, &answer, Paint::Plain);
    expect_test::expect![[r#"
        8k7w3hq2mz5yt4n6rbd7cxa2fjv3ps5eo  in-progress  due 2026-04-04 (3 d)  waits for: correct
          kind        access
          regime      EU_GDPR
          came by     phone
          received    2026-03-05T09:30:00.000Z
          left to do  correct
          wrote       a [2Jb c
          flags       -
          goes with   -

        contact
          email  mia@example.com

        dates
          legal  2026-04-04  Europe/Brussels  months:1

        fields
          name  applied  file-7

        refused parts
          security

        routed
          alder  2026-03-06T09:30:00Z  ticket-7  -  -  -

        history
          2026-03-05T12:00:00.000Z  received  -                       alex     Called.
          2026-03-05T12:01:00.000Z  told      acknowledgement         service  -
          2026-03-06T12:01:00.000Z  reviewed  data-points NOT enough  alex     x y
    "#]]
    .assert_eq(&text);
    assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']));
}
