//! Who acts and who looks, noted before.

use super::*;

/// What stands in the ledger of who was about to do what, and how often.
fn noted(bench: &Bench) -> Vec<String> {
    let rows = bench.account.dump("ledger").into_iter().filter(|row| row["pk"]["S"] == "staff-acts");
    let mut noted: Vec<String> = rows
        .map(|row| {
            assert_eq!(row["who"]["S"], ALEX);
            let reason = row["reason"]["S"].as_str().map(|reason| format!(" {reason}")).unwrap_or_default();
            format!("{} {}{reason}", row["sk"]["S"].as_str().unwrap(), row["count"]["N"].as_str().unwrap())
        })
        .collect();
    noted.sort();
    noted
}

#[tokio::test]
async fn who_acts_and_who_looks_is_noted() {
    let bench = Bench::new();
    let placed = bench.send("POST", "/api/staff/holds", &body()).await.1;
    let hold = format!("/api/staff/holds/{}", placed["hold_id"].as_str().unwrap());
    assert_eq!(bench.send("DELETE", &hold, &Value::Null).await.0, 200);
    let waits = halted(&bench).await;
    let path = format!("/api/staff/obligations/{}/plan-confirmation", waits.id.as_str());
    assert_eq!(bench.send("POST", &path, &confirming(&"5f".repeat(32))).await.0, 200);
    let purge = "/api/staff/purges/own.requests/plan-confirmation";
    assert_eq!(bench.send("POST", purge, &confirming(&"5f".repeat(32))).await.0, 409);
    let replay = json!({"restored_to": instant::to_text(SystemClock.now()), "reason": "a restore"});
    assert_eq!(bench.send("POST", "/api/staff/replays", &replay).await.0, 202);
    bench.get("/api/staff/requests").await;
    bench.get("/api/staff/requests").await;
    let request = format!("/api/staff/requests/8{}", "a".repeat(32));
    assert_eq!(bench.send("GET", &request, &Value::Null).await.0, 404, "also who looks for what is not there");
    bench.get("/api/staff/promises").await;
    let expected = [
        "begin-replay 1",
        "confirm-plan 1 as-expected",
        "confirm-purge 1 as-expected",
        "look-at-list 2",
        "look-at-request 1",
        "place-hold 1",
        "release-hold 1 not-said",
    ];
    assert_eq!(noted(&bench), expected);
    let rows = format!(
        "{:?}",
        bench.account.dump("ledger").iter().filter(|row| row["pk"]["S"] == "staff-acts").collect::<Vec<_>>()
    );
    assert!(!rows.contains(waits.id.as_str()) && !rows.contains(&"a".repeat(32)), "by reference: {rows}");
}

#[tokio::test]
async fn what_changes_what_is_erased_is_not_done_without_a_reason_of_its_list() {
    let bench = Bench::new();
    let placed = bench.send("POST", "/api/staff/holds", &body()).await.1;
    let hold = format!("/api/staff/holds/{}", placed["hold_id"].as_str().unwrap());
    let waits = halted(&bench).await;
    let plan = PurgePlan::new("own.requests", 5_000, 5_001, instant::to_millis(SystemClock.now()));
    PurgeLedger::halt(&demo::ledger(&bench.account), "own.requests", &plan).await.unwrap();
    let of_plan = format!("/api/staff/obligations/{}/plan-confirmation", waits.id.as_str());
    let of_purge = "/api/staff/purges/own.requests/plan-confirmation".to_owned();
    let before = bench.account.dump("ledger");
    for (method, path, hash, other) in [
        ("POST", &of_plan, json!("5f".repeat(32)), "matter-closed"),
        ("POST", &of_purge, json!(plan.hash.as_str()), "matter-closed"),
        ("DELETE", &hold, Value::Null, "as-expected"),
    ] {
        let words =
            [json!("Ana Lima asked for it"), json!(other), json!("not-said"), json!(""), json!(7), json!(["backlog"])];
        for reason in words.iter().chain((method == "POST").then_some(&Value::Null)) {
            let body =
                if hash.is_null() { json!({"reason": reason}) } else { json!({"plan_hash": hash, "reason": reason}) };
            let (status, problem) = bench.send(method, path, &body).await;
            let expected = (422, &json!("urn:privacy:problem:no-reason"), &json!("reason"));
            assert_eq!((status, &problem["type"], &problem["member"]), expected, "{path} {body}");
            assert!(!problem.to_string().contains("Ana"), "{problem}");
        }
    }
    assert_eq!(bench.send("DELETE", &hold, &json!({"reasons": "replaced"})).await.0, 400, "a slip of the pen");
    assert_eq!(bench.account.dump("ledger"), before, "nothing is done or noted");
    let (status, _) = bench.send("DELETE", &hold, &json!({"reason": "requirement-lifted"})).await;
    assert_eq!((status, noted(&bench)[1].as_str()), (200, "release-hold 1 requirement-lifted"));
    let body = json!({"plan_hash": plan.hash.as_str(), "reason": "backlog"});
    assert_eq!(bench.send("POST", &of_purge, &body).await.0, 200);
    assert_eq!(noted(&bench)[0], "confirm-purge 1 backlog");
    for path in ["/api/staff/purges/signals/plan-confirmation", "/api/staff/purges/nobody/plan-confirmation"] {
        assert_eq!(bench.send("POST", path, &confirming(&"5f".repeat(32))).await.0, 404);
    }
    assert_eq!(noted(&bench).len(), 3, "no class that nothing purges stands in the trail");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_done_or_shown_that_could_not_be_noted() {
    let bench = Bench::new();
    let waits = halted(&bench).await;
    let confirmation = format!("/api/staff/obligations/{}/plan-confirmation", waits.id.as_str());
    let before = bench.account.dump("ledger");
    for (method, path, body) in [
        ("POST", "/api/staff/holds", body()),
        ("DELETE", "/api/staff/holds/hold-0001", Value::Null),
        ("POST", confirmation.as_str(), confirming(&"5f".repeat(32))),
        ("POST", "/api/staff/purges/own.requests/plan-confirmation", confirming(&"5f".repeat(32))),
        ("POST", "/api/staff/replays", json!({"restored_to": "2026-01-01T00:00:00Z", "reason": "a restore"})),
        ("GET", "/api/staff/requests", Value::Null),
        ("GET", &format!("/api/staff/requests/8{}", "a".repeat(32)), Value::Null),
    ] {
        assert_eq!(bench.send_as(None, method, path, &body).await.0, 503, "nobody is named: {method} {path}");
        bench.account.trouble("UpdateItem ledger", &[Trouble::Down; 20]);
        assert_eq!(bench.send(method, path, &body).await.0, 503, "{method} {path}");
        assert_eq!(bench.account.dump("ledger"), before, "{method} {path}");
    }
}
