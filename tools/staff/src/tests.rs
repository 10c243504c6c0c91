mod printed;
mod requests;

use std::time::{Duration, SystemTime};

use privacy::audit::StaffReason;
use serde_json::json;

use crate::arguments::{Asked, Call, Form, Invalid};
use crate::call::{self, Failed};
use crate::config::Config;
use crate::print::{self, Paint};
use crate::wait;

const REFERENCE: &str = "8k7w3hq2mz5yt4n6rbd7cxa2fjv3ps5eo";

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
