//! Over the real adapters, with the rights of the function: what a business sees, and what it decides.

use jiff::{SignedDuration, Timestamp};
use privacy::clock::model::Kind;
use privacy::law::Law;
use privacy::memory::asked;
use privacy::obligation::ObligationId;
use privacy::ports::Clock;
use privacy::route_request::route;
use privacy::subject_request::ports::{RequestBook, RequestIntake};
use privacy::subject_request::{Actor, Standing, SubjectRequest};
use privacy_edge::clock::SystemClock;
use privacy_tests::account::Trouble;
use privacy_tests::demo;
use serde_json::{Value, json};

use super::super::tests::Bench;
use super::*;

const ALDER: &str = "/api/accounts/alder/requests";

/// In work, handed to these.
async fn handed_over(bench: &Bench, number: u8, kind: Kind, to: &[&str]) -> ObligationId {
    let (ledger, now) = (demo::ledger(&bench.account), SystemClock.now());
    let received_at: Timestamp = now - SignedDuration::from_hours(24 * i64::from(number));
    let request = asked(number, kind, Some("mia@example.com"), Some(("instagram", "mia.at.home")), received_at);
    let request = SubjectRequest { standing: Standing::InProgress { since: received_at }, ..request };
    ledger.receive(&request).await.unwrap();
    let law = Law::built_in().unwrap();
    for name in to {
        let tenant = TenantId::parse(name).unwrap();
        record_act(&ledger, &request.id, |request| route(request, &tenant, &law, Actor::Service, now)).await.unwrap();
    }
    request.id
}

async fn stands(bench: &Bench, id: &ObligationId) -> SubjectRequest {
    demo::ledger(&bench.account).request(id).await.unwrap().unwrap()
}

fn decision(path: &str, id: &ObligationId) -> String {
    format!("{path}/{}/decision", id.log_ref())
}

fn said(decision: &str) -> Value {
    json!({"decision": decision, "decision_id": "d-1", "decided_by": "user-7"})
}

fn declined() -> Value {
    json!({"decision": "decline", "reason": "legal-claims", "decision_id": "d-1", "decided_by": "user-7"})
}

#[tokio::test]
async fn a_business_sees_kinds_dates_and_references_of_its_own_and_nothing_of_anybody() {
    let bench = Bench::new();
    let both = handed_over(&bench, 1, Kind::Erasure, &["alder", "birch"]).await;
    let own = handed_over(&bench, 2, Kind::Access, &["alder"]).await;
    handed_over(&bench, 3, Kind::Access, &["birch"]).await;
    let (status, list) = bench.send("GET", ALDER, "application/json", "").await;
    assert_eq!(status, 200, "{list}");
    let lines = list["requests"].as_array().unwrap();
    let refs: Vec<_> = lines.iter().map(|line| line["ref"].as_str().unwrap()).collect();
    assert_eq!(refs, [own.log_ref(), both.log_ref()], "by day");
    assert_eq!(
        (&lines[0]["kind"], &lines[0]["state"], &lines[0]["is_open"]),
        (&json!("access"), &json!("asked"), &json!(true))
    );
    let text = list.to_string();
    for secret in ["mia", "birch", both.as_str(), own.as_str(), "EU_GDPR"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    let (status, none) = bench.send("GET", "/api/accounts/cedar/requests", "application/json", "").await;
    assert_eq!((status, &none["requests"]), (200, &json!([])));
}

#[tokio::test]
async fn a_decision_is_stored_once_with_who_decided_and_the_other_business_is_untouched() {
    for (body, state) in [(said("agree"), "agreed"), (declined(), "declined"), (said("more-time"), "asked-time")] {
        let bench = Bench::new();
        let id = handed_over(&bench, 1, Kind::Erasure, &["alder", "birch"]).await;
        let before = stands(&bench, &id).await;
        let (status, first) = bench.post(&decision(ALDER, &id), &body).await;
        assert_eq!((status, &first["state"], &first["decision_id"]), (200, &json!(state), &json!("d-1")), "{first}");
        let after = stands(&bench, &id).await;
        assert_eq!(after.routed[1], before.routed[1], "{state}: birch's");
        assert_eq!(after.version, before.version + 1);
        let acts = demo::ledger(&bench.account).acts(&id).await.unwrap();
        assert_eq!(acts.last().unwrap().actor, Actor::Tenant(UserId::parse("user-7").unwrap()), "{state}");
        assert_eq!(bench.post(&decision(ALDER, &id), &body).await, (200, first), "{state}: a replay");
        assert_eq!(stands(&bench, &id).await, after, "{state}: stored once");
        let mut other = body.clone();
        other["decision_id"] = json!("d-2");
        let (status, again) = bench.post(&decision(ALDER, &id), &other).await;
        assert_eq!((status, &again["type"]), (409, &json!("urn:privacy:problem:not-now")), "{state}: another word");
    }
}

#[tokio::test]
async fn another_s_request_is_as_little_there_as_one_that_nobody_made() {
    let bench = Bench::new();
    let id = handed_over(&bench, 1, Kind::Erasure, &["birch"]).await;
    let before = bench.account.dump("ledger");
    let unknown = "0123456789ab".to_owned();
    for reference in [id.log_ref(), id.as_str().to_owned(), unknown, "x".to_owned()] {
        for body in [said("agree"), declined(), said("more-time")] {
            let (status, problem) = bench.post(&format!("{ALDER}/{reference}/decision"), &body).await;
            assert_eq!((status, &problem["type"]), (404, &json!("urn:privacy:problem:not-found")), "{reference}");
        }
    }
    assert_eq!(bench.account.dump("ledger"), before);
}

#[tokio::test]
async fn what_is_no_decision_is_named_never_repeated_and_stores_nothing() {
    let bench = Bench::new();
    let id = handed_over(&bench, 1, Kind::Erasure, &["alder"]).await;
    let before = bench.account.dump("ledger");
    for (member, value) in [
        ("decision", json!(null)),
        ("decision", json!("perhaps")),
        ("decision", json!(true)),
        ("decision_id", json!(null)),
        ("decision_id", json!("a b")),
        ("decided_by", json!(null)),
        ("decided_by", json!("mia@example.com")),
        ("reason", json!(null)),
        ("reason", json!("i do not like it")),
    ] {
        let mut body = declined();
        body[member] = value.clone();
        let (status, problem) = bench.post(&decision(ALDER, &id), &body).await;
        assert_eq!((status, &problem["member"]), (400, &json!(member)), "{value}: {problem}");
        assert!(!problem.to_string().contains("mia"));
    }
    let mut agreed = declined();
    agreed["decision"] = json!("agree");
    assert_eq!(bench.post(&decision(ALDER, &id), &agreed).await.1["member"], "reason", "agreeing needs none");
    let mut misspelt = declined();
    misspelt["decison"] = json!("agree");
    assert_eq!(bench.post(&decision(ALDER, &id), &misspelt).await.0, 400);
    let mut unfit = declined();
    unfit["reason"] = json!("found-accurate");
    let (status, problem) = bench.post(&decision(ALDER, &id), &unfit).await;
    assert_eq!((status, &problem["type"]), (422, &json!("urn:privacy:problem:not-deniable")));
    for (method, path) in [("POST", ALDER.to_owned()), ("GET", decision(ALDER, &id)), ("DELETE", ALDER.to_owned())] {
        assert_eq!(bench.send(method, &path, "application/json", "{}").await.0, 405, "{method} {path}");
    }
    assert_eq!(bench.account.dump("ledger"), before);
}

#[tokio::test]
async fn what_was_not_stored_is_told_as_such_and_can_be_sent_again() {
    let bench = Bench::new();
    let id = handed_over(&bench, 1, Kind::Erasure, &["alder"]).await;
    let before = stands(&bench, &id).await;
    bench.account.trouble("TransactWriteItems", &[Trouble::Down; 10]);
    assert_eq!(bench.post(&decision(ALDER, &id), &said("agree")).await.0, 503);
    assert_eq!(stands(&bench, &id).await, before);
    let mut statuses = Vec::new();
    while !statuses.contains(&200) && statuses.len() < 10 {
        statuses.push(bench.post(&decision(ALDER, &id), &said("agree")).await.0);
    }
    assert_eq!(statuses.last(), Some(&200), "once the trouble is over");
}

#[tokio::test]
async fn the_list_goes_on_page_by_page_for_the_business_whose_it_is() {
    let bench = Bench::new();
    let mut expected = Vec::new();
    for number in (1..=5).rev() {
        expected.push(handed_over(&bench, number, Kind::Erasure, &["alder", "birch"]).await.log_ref());
    }
    let (mut refs, mut query) = (Vec::new(), "?limit=2".to_owned());
    let mut cursors = Vec::new();
    loop {
        let (status, page) = bench.send("GET", &format!("{ALDER}{query}"), "application/json", "").await;
        assert_eq!(status, 200, "{page}");
        refs.extend(page["requests"].as_array().unwrap().iter().map(|line| line["ref"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        cursors.push(cursor.to_owned());
        query = format!("?limit=2&cursor={cursor}");
    }
    assert_eq!((refs, cursors.len()), (expected, 2));
    let foreign = bench.send("GET", &format!("/api/accounts/birch/requests?cursor={}", cursors[0]), "", "").await;
    assert_eq!((foreign.0, &foreign.1["member"]), (400, &json!("cursor")));
    for (query, member) in [
        ("cursor=x", json!("cursor")),
        ("limit=0", json!("limit")),
        ("limit=201", json!("limit")),
        ("limit=two", json!("limit")),
        ("limt=2", Value::Null),
        ("limit=2&limit=3", Value::Null),
    ] {
        let (status, problem) = bench.send("GET", &format!("{ALDER}?{query}"), "application/json", "").await;
        assert_eq!((status, &problem["member"]), (400, &member), "{query}");
    }
}
