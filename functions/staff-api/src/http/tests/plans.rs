//! Plans that wait for somebody, of an obligation and of a purge.

use jiff::{SignedDuration, Timestamp};
use privacy::ports::Intake;
use privacy::processors::{Entry, How, ProcessorLedger, Said, State};
use privacy_tests::workshop::Workshop;

use super::*;

#[tokio::test]
async fn a_halted_plan_is_shown_by_its_ref_and_confirmed_by_its_hash() {
    let bench = Bench::new();
    let request = halted(&bench).await;
    let path = format!("/api/staff/obligations/{}", request.id.log_ref());
    let shown = bench.get(&path).await;
    assert_eq!((&shown["state"], &shown["obligation_id"]), (&json!("planned"), &json!(request.id.as_str())));
    assert_eq!(shown["plan"]["counts"], json!({"unclassified": 2}));
    assert_eq!(shown["plan"]["over_ceiling"], json!({"unclassified": 0}));
    assert_eq!(shown["plan"]["is_waiting"], true);
    let path = format!("{path}/plan-confirmation");
    let (status, problem) = bench.send("POST", &path, &confirming(&"0".repeat(64))).await;
    assert_eq!((status, &problem["type"]), (409, &json!("urn:privacy:problem:plan-differs")));
    assert_eq!(bench.send("POST", &path, &confirming("zz")).await.0, 400);
    assert!(bench.account.sent().is_empty());
    let hash = shown["plan"]["plan_hash"].as_str().unwrap();
    let (status, confirmed) = bench.send("POST", &path, &confirming(hash)).await;
    assert_eq!((status, &confirmed["confirmed_plan"]), (200, &shown["plan"]["plan_hash"]));
    assert_eq!(bench.account.sent().len(), 1);
    let head = demo::ledger(&bench.account).head(&request.id).await.unwrap().unwrap();
    assert!(head.next_action_at.unwrap() <= SystemClock.now(), "due at once, should the message be lost");
}

/// Nobody can tell from one word for all which vendor has not confirmed yet.
#[tokio::test]
async fn what_became_of_each_class_and_each_processor_is_shown_by_itself() {
    let bench = Bench::new();
    let person = demo::person("10158000000000001");
    demo::connect(&bench.account, "alder", "c1", "2026-01-01T00:00:00.000Z", &person);
    demo::signals(&bench.account, "alder", "c1", 3, 100);
    let received_at = SystemClock.now() - SignedDuration::from_hours(2);
    let request = demo::request(&person, received_at);
    let ledger = demo::ledger(&bench.account);
    ledger.open(&request).await.unwrap();
    let path = format!("/api/staff/obligations/{}", request.id.as_str());
    let before = bench.get(&path).await;
    assert_eq!((&before["outcomes"], &before["processors"]), (&json!({}), &json!([])), "nobody has looked");
    let workshop = Workshop::of(&bench.account);
    workshop.work(&request.id, "w1", received_at).await.unwrap();
    let head = ledger.head(&request.id).await.unwrap().unwrap();
    let mut settlement = ledger.load(&request.id, head.seq).await.unwrap().unwrap();
    let at: Timestamp = "2026-03-10T12:00:00Z".parse().unwrap();
    let date = "2026-04-09".parse().unwrap();
    let confirmed = State::Confirmed { at, how: How::FollowUp };
    for (name, state, said) in [
        ("posthog", State::Asked { asked_at: at, confirm_at: at, attempts: 0 }, Some(Said::Accepted)),
        ("payments", State::Retained { at, reason: "Invoices stay.".to_owned() }, Some(Said::Accepted)),
        ("mailing", confirmed, Some(Said::NothingThere)),
        ("anthropic", State::ExpiresBy { date }, None),
        ("crm", State::NotConcerned, None),
    ] {
        settlement.entries.insert(name.to_owned(), Entry { state, since: at, done: 0, without: String::new(), said });
    }
    settlement.version += 1;
    assert!(ledger.save(&request.id, head.seq, &settlement).await.unwrap());
    let shown = bench.get(&path).await;
    assert_eq!(shown["outcomes"]["signals"], json!({"outcome": "removed", "count": 3}));
    assert_eq!(shown["outcomes"]["avatars"], json!({"outcome": "nothing-found"}));
    let of =
        |name: &str| shown["processors"].as_array().unwrap().iter().find(|one| one["name"] == name).cloned().unwrap();
    let said = |name: &str| (of(name)["state"].clone(), of(name)["at"].clone(), of(name)["is_overdue"].clone());
    let instant = json!("2026-03-10T12:00:00.000Z");
    assert_eq!(said("posthog"), (json!("asked"), instant.clone(), json!(true)), "for longer than the policy waits");
    assert_eq!(said("payments"), (json!("retained"), instant, json!(false)));
    assert_eq!(of("payments")["reason"], "Invoices stay.");
    assert_eq!(said("anthropic"), (json!("expires"), json!("2026-04-09"), json!(false)));
    assert_eq!(said("crm"), (json!("not-concerned"), Value::Null, json!(false)));
    assert_eq!(said("hosting").0, json!("confirmed"));
    let outcomes = ["posthog", "payments", "mailing", "anthropic", "hosting"].map(|name| of(name)["outcome"].clone());
    let none = Value::Null;
    assert_eq!(outcomes, [none.clone(), json!("removed"), json!("nothing-found"), none.clone(), none]);
}

#[tokio::test]
async fn a_halted_purge_is_shown_and_confirmed_by_its_hash() {
    let bench = Bench::new();
    let ledger = demo::ledger(&bench.account);
    let plan = PurgePlan::new("own.requests", 5_000, 5_001, instant::to_millis(SystemClock.now()));
    let path = "/api/staff/purges/own.requests";
    assert_eq!(bench.get(path).await["plan"], Value::Null);
    PurgeLedger::halt(&ledger, "own.requests", &plan).await.unwrap();
    let shown = bench.get(path).await["plan"].clone();
    assert_eq!(
        (&shown["records"], &shown["ceiling"], &shown["is_waiting"]),
        (&json!(5_001), &json!(5_000), &json!(true))
    );
    let confirmation = format!("{path}/plan-confirmation");
    let confirm = async |path: &str, hash: &str| bench.send("POST", path, &confirming(hash)).await;
    let (status, problem) = confirm(&confirmation, &"0".repeat(64)).await;
    assert_eq!((status, &problem["type"]), (409, &json!("urn:privacy:problem:plan-differs")));
    assert_eq!(confirm(&confirmation, "zz").await.0, 400);
    let hash = shown["plan_hash"].as_str().unwrap();
    let (status, confirmed) = confirm(&confirmation, hash).await;
    assert_eq!(
        (status, &confirmed["confirmed_plan"], &confirmed["class"]),
        (200, &json!(hash), &json!("own.requests"))
    );
    assert_eq!(bench.get(path).await["plan"]["is_waiting"], false);
    assert_eq!(ledger.progress("own.requests").await.unwrap().confirmed(), Some(&plan));
    let rows: Vec<String> = bench.account.dump("ledger").iter().map(Value::to_string).collect();
    let row = rows.iter().find(|row| row.contains("confirmed_by")).unwrap();
    assert!(row.contains(ALEX), "{row}");
    for unknown in ["signals", "own.receipts", "nobody", "-"] {
        let path = format!("/api/staff/purges/{unknown}");
        assert_eq!(bench.send("GET", &path, &Value::Null).await.0, 404, "{unknown}");
        assert_eq!(confirm(&format!("{path}/plan-confirmation"), hash).await.0, 404, "{unknown}");
    }
    assert_eq!(bench.send("DELETE", path, &Value::Null).await.0, 405);
    assert_eq!(bench.send("GET", &confirmation, &Value::Null).await.0, 405);
    let body = confirming(hash);
    assert_eq!(bench.send_as(None, "POST", &confirmation, &body).await.0, 503, "nothing is confirmed in nobody's name");
}
