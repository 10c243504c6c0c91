//! How long what staff write may be: openapi.yaml and the answers say the same.

use privacy_tests::openapi::maxima;

use super::*;

/// A body that is taken, by its schema, and where it is sent.
pub(super) fn bodies() -> Vec<(&'static str, String, Value)> {
    let of = |act: &str| format!("/api/staff/requests/8{}/{act}", "a".repeat(32));
    let (why, points) = ("because", json!({"name": "mia"}));
    let account = json!({"platform": "instagram", "handle": "mia"});
    let read = json!({"proof": "data-points", "held": points, "named": points, "why": why});
    let child = json!({"email": "kid@example.com", "connected_account": account});
    let report = json!({"proof": "child-report", "finding": "credible", "child": child, "why": why});
    let asked = json!({"kind": "access", "channel": "web", "email": "mia@example.com", "connected_account": account});
    let field = json!({"field": "name", "decision": "applied", "evidence": "ticket-7", "value": "Mia"});
    let review_by = (SystemClock.now() + SignedDuration::from_hours(24 * 10)).to_string();
    let hold = json!({"tenant_id": "alder", "reason": "r", "approver": "a", "review_by": &review_by[..10]});
    let (restored_to, holds) = ("2026-03-05T12:00:00Z", "/api/staff/holds".to_owned());
    vec![
        ("NotedRequest", "/api/staff/requests".to_owned(), asked),
        ("NewHold", holds, hold),
        ("NewReplay", "/api/staff/replays".to_owned(), json!({"restored_to": restored_to, "reason": "restored"})),
        ("StaffReview", of("verification"), read),
        ("StaffReview", of("verification"), report),
        (
            "StaffReview",
            of("verification"),
            json!({"proof": "agent-permission", "document_sha256": "a".repeat(64), "why": why}),
        ),
        ("StaffExtension", of("extension"), json!({"reason": why})),
        ("StaffPause", of("pause"), json!({"event": "asked", "why": why})),
        ("StaffDenial", of("denial"), json!({"reason": "excessive", "why": why})),
        ("StaffRoute", of("route"), json!({"tenant_id": "alder", "why": why})),
        ("StaffInstruction", of("instruction"), json!({"tenant_id": "alder", "instruction_id": "t-1", "why": why})),
        ("StaffCorrection", of("correction"), json!({"fields": [field], "why": why})),
        ("StaffClosure", of("closure"), json!({"outcome": "completed", "evidence": "ticket-7", "why": why})),
        ("StaffWithdrawal", of("withdrawal"), json!({"evidence": "mail-77", "why": why})),
        ("StaffLifting", of("lifting"), json!({"flag": "limited", "why": why})),
        ("StaffBundleOrder", of("bundle"), json!({"order_id": "t-1", "reason": "lost", "why": why})),
        ("StaffResidence", of("residence"), json!({"residence": "US-CA", "why": why})),
    ]
}

/// A text of so many characters that the member may hold.
fn text_of(member: &str, length: usize) -> String {
    let domain = |length: usize| -> String {
        (0..length).map(|at| if at % 60 == 59 && at + 1 < length { '.' } else { 'b' }).collect()
    };
    match member {
        "email" | "agent" | "agent.email" | "child.email" => format!("{}@{}.org", "a".repeat(64), domain(length - 69)),
        "connected_account.handle" | "child.connected_account.handle" => format!("@{}", "a".repeat(length - 1)),
        "why" | "reason" | "approver" | "proof" => "ж".repeat(length),
        _ => "a".repeat(length),
    }
}

/// The body with a member of this text; `None` where it is of another kind of body under the same schema.
fn with(body: &Value, member: &str, text: &str) -> Option<Value> {
    let mut body = body.clone();
    let path: Vec<&str> = member.split('.').collect();
    let [parents @ .., name] = path.as_slice() else { return None };
    let is_own = member == "why" || !body["proof"].is_string() || body.get(path[0]).is_some();
    let mut at = &mut body;
    for parent in parents {
        at = &mut at[*parent];
        if let Value::Array(_) = at {
            at = &mut at[0];
        }
    }
    at[*name] = json!(text);
    if parents == ["agent"] {
        let email = at.get("email").cloned().unwrap_or_else(|| json!("leo@example.org"));
        at["email"] = email;
    }
    if parents == ["held"] || parents == ["named"] {
        // What was named is also in what is held.
        body["held"][*name] = json!(text);
    }
    is_own.then_some(body)
}

#[tokio::test]
async fn nothing_that_staff_write_is_longer_than_openapi_says_and_each_may_be_as_long() {
    let mut tried = 0;
    for (schema, path, body) in bodies() {
        for (member, max) in maxima(schema) {
            // What a person named, staff say when they compare.
            if schema == "NotedRequest" && member.starts_with("data_points.") {
                continue;
            }
            for (length, is_read) in [(max, true), (max + 1, false)] {
                let Some(body) = with(&body, &member, &text_of(&member, length)) else { continue };
                let (status, answer) = Bench::new().send("POST", &path, &body).await;
                assert_eq!(status != 400, is_read, "{schema} {member} of {length}: {status} {answer}");
                tried += 1;
            }
        }
    }
    assert!(tried >= 80, "{tried}");
}

#[tokio::test]
async fn blanks_around_what_staff_write_count_and_around_a_digest_are_refused() {
    let bodies = bodies();
    for (at, member, text) in [
        (0, "why", format!("{} ", "a".repeat(500))),
        (0, "details", format!("{}\n", "a".repeat(4_000))),
        (1, "approver", format!(" {}", "a".repeat(500))),
        (5, "document_sha256", format!("{} ", "a".repeat(64))),
        (11, "fields.value", format!("{} ", "a".repeat(4_000))),
    ] {
        let (schema, path, body) = &bodies[at];
        let (status, answer) = Bench::new().send("POST", path, &with(body, member, &text).unwrap()).await;
        assert_eq!(status, 400, "{schema} {member}: {answer}");
    }
}
