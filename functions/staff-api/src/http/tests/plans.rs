//! Plans that wait for somebody, of an obligation and of a purge.

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
