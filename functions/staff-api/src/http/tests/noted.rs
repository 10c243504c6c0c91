//! Who acts and who looks, noted before.

use super::*;

/// What stands in the ledger of who was about to do what, and how often.
fn noted(bench: &Bench) -> Vec<String> {
    let rows = bench.account.dump("ledger").into_iter().filter(|row| row["pk"]["S"] == "staff-acts");
    let mut noted: Vec<String> = rows
        .map(|row| {
            assert_eq!(row["who"]["S"], ALEX);
            format!("{} {}", row["sk"]["S"].as_str().unwrap(), row["count"]["N"].as_str().unwrap())
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
    assert_eq!(bench.send("POST", &path, &json!({"plan_hash": "5f".repeat(32)})).await.0, 200);
    bench.get("/api/staff/requests").await;
    bench.get("/api/staff/requests").await;
    let request = format!("/api/staff/requests/8{}", "a".repeat(32));
    assert_eq!(bench.send("GET", &request, &Value::Null).await.0, 404, "also who looks for what is not there");
    bench.get("/api/staff/promises").await;
    let expected = ["confirm-plan 1", "look-at-list 2", "look-at-request 1", "place-hold 1", "release-hold 1"];
    assert_eq!(noted(&bench), expected);
    let rows = format!(
        "{:?}",
        bench.account.dump("ledger").iter().filter(|row| row["pk"]["S"] == "staff-acts").collect::<Vec<_>>()
    );
    assert!(!rows.contains(waits.id.as_str()) && !rows.contains(&"a".repeat(32)), "by reference: {rows}");
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
        ("POST", confirmation.as_str(), json!({"plan_hash": "5f".repeat(32)})),
        ("GET", "/api/staff/requests", Value::Null),
        ("GET", &format!("/api/staff/requests/8{}", "a".repeat(32)), Value::Null),
    ] {
        assert_eq!(bench.send_as(None, method, path, &body).await.0, 503, "nobody is named: {method} {path}");
        bench.account.trouble("UpdateItem ledger", &[Trouble::Down; 20]);
        assert_eq!(bench.send(method, path, &body).await.0, 503, "{method} {path}");
        assert_eq!(bench.account.dump("ledger"), before, "{method} {path}");
    }
}
