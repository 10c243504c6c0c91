//! Commands about requests of people.

use super::*;

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
        (
            format!("residence {REFERENCE} US-CA --why Wrote."),
            "residence",
            json!({"residence": "US-CA", "why": "Wrote."}),
        ),
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
            format!("correct {REFERENCE} --instructed name=order-3 --value name=Mia=M_Marker --why Seen."),
            "correction",
            json!({"why": "Seen.", "fields": [
                {"field": "name", "decision": "instructed", "evidence": "order-3", "value": "Mia=M Marker"},
            ]}),
        ),
        (
            format!("withdraw {REFERENCE} mail-77 --why They_wrote_so."),
            "withdrawal",
            json!({"evidence": "mail-77", "why": "They wrote so."}),
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
    let line = "note --kind access --channel phone --received-at 2026-03-05T09:30:00Z --email mia@example.com --agent-name An_Agent --power-of-attorney --platform instagram --handle mia --about-child --has-account --declaration Mia_Marker";
    let body = json!({
        "kind": "access", "channel": "phone", "received_at": "2026-03-05T09:30:00Z", "email": "mia@example.com",
        "agent": {"name": "An Agent", "power_of_attorney": true},
        "connected_account": {"platform": "instagram", "handle": "mia"}, "about_child": true,
        "has_account": true, "declaration": "Mia Marker",
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
        (format!("correct {REFERENCE} --refused name=f-1 --value name=Mia --why So."), unknown("--value")),
        (format!("correct {REFERENCE} --applied name=f-1 --value phone=1 --why So."), unknown("--value")),
        (format!("correct {REFERENCE} --applied a=f-1 --value a=1 --value a=2 --why So."), unknown("--value")),
        (format!("correct {REFERENCE} --applied name=f-1 --value Mia --why So."), unknown("--value")),
        (format!("close {REFERENCE} upheld file-7 --why A. --why B."), unknown("--why")),
        ("requests --state a&overdue=false".to_owned(), unknown("a&overdue=false")),
        ("requests --overdue --overdue".to_owned(), unknown("--overdue")),
        ("note --kind access".to_owned(), Err(Invalid::Needed("--channel"))),
    ] {
        assert_eq!(parse(&line), expected, "{line}");
    }
}

#[test]
fn a_bundle_is_ordered_again_under_a_name_for_a_reason() {
    let line = format!("bundle {REFERENCE} opened-by-another ticket-31 --why Their_brother.");
    let body = json!({"order_id": "ticket-31", "reason": "opened-by-another", "why": "Their brother."});
    assert_acts([(line, "bundle", body)]);
    let nameless = format!("bundle {REFERENCE} lost");
    assert!(parse(&nameless).is_err());
}
