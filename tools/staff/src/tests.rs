use std::time::{Duration, SystemTime};

use serde_json::json;

use crate::arguments::{Asked, Call, Form, Invalid};
use crate::call::{self, Failed};
use crate::config::Config;
use crate::print;

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
        ("release hold-0001".to_owned(), "DELETE", "/api/staff/holds/hold-0001".to_owned(), false),
        ("obligation 0123456789ab".to_owned(), "GET", "/api/staff/obligations/0123456789ab".to_owned(), false),
        (format!("--json confirm {id} abc"), "POST", format!("/api/staff/obligations/{id}/plan-confirmation"), true),
    ];
    for (line, method, path, is_json) in cases {
        let call = called(&line);
        assert_eq!((call.method.as_str(), call.path, call.is_json), (method, path, is_json), "{line}");
    }
    assert_eq!(called("confirm 0123456789ab abc").body, Some(json!({"plan_hash": "abc"})));
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
    assert_eq!(call.body, Some(members));
}

#[test]
fn what_cannot_be_followed_is_said_before_anything_is_sent() {
    let unknown = |word: &str| Err(Invalid::Unknown(word.to_owned()));
    let cases = [
        ("", Err(Invalid::Missing)),
        ("erase everything", unknown("erase")),
        ("promises now", unknown("promises")),
        ("release x/../y", Err(Invalid::HoldId)),
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
    let text = print::text(Form::Promises, &json!({"is_complete": true, "promises": [one]}));
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("holds  policy  promise"), "{text}");
    assert!(lines[1].starts_with("NO     13.4    promise.disconnect  2"), "{text}");
    assert!(lines[1].ends_with("2026-03-10T12:00:00.000Z  2026-04-09  -"), "{text}");
    assert!(text.contains("\npromise.disconnect: All signals go.\n"), "{text}");
    assert!(!text.contains("Not complete"));
    assert!(print::text(Form::Promises, &json!({"promises": []})).contains("Not complete"));
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
    let text = print::text(Form::Promises, &answer);
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
    let text =
        print::text(Form::Promises, &json!({"is_complete": true, "promises": [], "scheduled": [], "unwatched": [one]}));
    assert!(text.contains("not-watched  12      unwatched.changes  no notice is recorded here"), "{text}");
    assert!(text.contains("\nunwatched.changes: At least 30 days before.\n"), "{text}");
}

#[test]
fn what_people_wrote_cannot_drive_the_terminal() {
    let holds = json!({"holds": [{"hold_id": "hold-0001", "approver": "a\u{1b}[2Jb", "classes": [], "waiting": 3}]});
    let text = print::text(Form::Holds, &holds);
    assert!(!text.contains('\u{1b}') && text.contains("hold-0001"), "{text}");
    let facts = print::text(Form::Facts, &json!({"plan": {"counts": {"signals": 2}}, "state": "planned"}));
    assert_eq!(facts, "plan\n  counts\n    signals  2\nstate  planned\n");
}

#[test]
fn no_control_character_of_others_reaches_the_terminal() {
    let answer = json!({"a\u{1b}[2Jb": "c\u{7}d", "inner": {"e\nf": 1}});
    let text = crate::print::text(crate::arguments::Form::Facts, &answer);
    assert_eq!(text, "a [2Jb  c d\ninner\n  e f  1\n");
    assert_eq!(crate::print::plain("x\r\ny\u{9b}z"), "x  y z");
}
