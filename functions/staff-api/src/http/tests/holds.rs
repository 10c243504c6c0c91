//! Legal holds: placed, listed, released, and on whom.

use super::*;

#[tokio::test]
async fn a_hold_is_placed_once_listed_and_released() {
    let bench = Bench::new();
    let (status, first) = bench.send("POST", "/api/staff/holds", &body()).await;
    assert_eq!((status, &first["review_by"]), (201, &json!(in_days(60))));
    assert_eq!(bench.send("POST", "/api/staff/holds", &body()).await, (201, first.clone()), "a retry places it once");
    let holds = bench.get("/api/staff/holds").await;
    let holds = holds["holds"].as_array().unwrap();
    assert_eq!((holds.len(), &holds[0]["hold_id"]), (1, &first["hold_id"]));
    assert_eq!(
        (&holds[0]["is_past_review"], &holds[0]["waiting"], &holds[0]["released_at"], &holds[0]["classes"]),
        (&json!(false), &json!(0), &Value::Null, &json!(["signals"]))
    );
    let path = format!("/api/staff/holds/{}", first["hold_id"].as_str().unwrap());
    for _ in 0..2 {
        assert_eq!(bench.send("DELETE", &path, &Value::Null).await, (200, json!({"waiting": 0})));
    }
    assert!(bench.get("/api/staff/holds").await["holds"][0]["released_at"].is_string());
    let (status, problem) = bench.send("POST", "/api/staff/holds", &body()).await;
    assert_eq!((status, &problem["type"]), (409, &json!("urn:privacy:problem:hold-taken")), "it would not be in force");
    let mut named = body();
    named["id"] = json!("hold-0001");
    assert_eq!(bench.send("POST", "/api/staff/holds", &named).await.1["hold_id"], "hold-0001");
    named["tenant_id"] = json!("birch");
    assert_eq!(bench.send("POST", "/api/staff/holds", &named).await.0, 409, "another hold has this id");
}

#[tokio::test]
async fn a_hold_on_a_tenant_or_a_connection_that_nobody_knows_is_404_and_stores_nothing() {
    let bench = Bench::new();
    let named = |tenant: &str, connection: &Value| {
        let mut body = body();
        (body["tenant_id"], body["connection_id"]) = (json!(tenant), connection.clone());
        body
    };
    for (tenant, connection, member) in [
        ("alders", Value::Null, "tenant_id"),
        ("alders", json!("c1"), "tenant_id"),
        ("alder", json!("c1"), "connection_id"),
    ] {
        let (status, problem) = bench.send("POST", "/api/staff/holds", &named(tenant, &connection)).await;
        let expected = (404, &json!("urn:privacy:problem:unknown"), &json!(member));
        assert_eq!((status, &problem["type"], &problem["member"]), expected, "{tenant} {connection}");
        assert!(!problem.to_string().contains("alder"), "{problem}");
    }
    demo::user(&bench.account, "alder", "u1", "2026-01-01T00:00:00.000Z", &demo::person("10158000000000001"));
    for (member, name) in [("contact", "p7"), ("user", "u7")] {
        let mut body = named("alder", &Value::Null);
        (body[member], body["classes"]) = (json!(name), json!([]));
        let (status, problem) = bench.send("POST", "/api/staff/holds", &body).await;
        assert_eq!((status, &problem["member"]), (404, &json!(member)), "{problem}");
    }
    let mut nothing = named("alder", &Value::Null);
    (nothing["user"], nothing["classes"]) = (json!("u1"), json!(["security-logs"]));
    let (status, problem) = bench.send("POST", "/api/staff/holds", &nothing).await;
    assert_eq!((status, &problem["member"]), (422, &json!("classes")), "{problem}");
    assert!(bench.account.dump("ledger").is_empty());
    let mut invalid = named("alders", &Value::Null);
    invalid["proof"] = Value::Null;
    assert_eq!(bench.send("POST", "/api/staff/holds", &invalid).await.0, 422, "what may not be is said first");
    assert!(bench.account.dump("ledger").is_empty());
    demo::connect(&bench.account, "alder", "c1", "2026-01-01T00:00:00.000Z", &demo::person("10158000000000001"));
    let of_connection = named("alder", &json!("c1"));
    let (status, placed) = bench.send("POST", "/api/staff/holds", &of_connection).await;
    assert_eq!(status, 201, "{placed}");
    let (vault, row) =
        (demo::vault(&bench.account), Record { key: "connection".to_owned(), version: None, written_at: None });
    let range = KeyRange::Table { partition: "connection#alder#c1".to_owned(), begins_with: String::new() };
    assert_eq!(vault.erase("connections", &range, &[row]).await.unwrap(), []);
    let again = bench.send("POST", "/api/staff/holds", &of_connection).await;
    assert_eq!(again, (201, placed), "the same again has the same answer, whoever has left meanwhile");
}

#[tokio::test]
async fn who_is_certain_of_a_name_places_a_hold_all_the_same() {
    let bench = Bench::new();
    let mut hold = body();
    (hold["tenant_id"], hold["connection_id"]) = (json!("elder"), json!("c1"));
    for (value, status, slug) in
        [(Value::Null, 404, "unknown"), (json!(false), 404, "unknown"), (json!("yes"), 400, "bad-member")]
    {
        hold["even_if_unknown"] = value;
        let (found, problem) = bench.send("POST", "/api/staff/holds", &hold).await;
        assert_eq!((found, &problem["type"]), (status, &json!(format!("urn:privacy:problem:{slug}"))));
    }
    hold["even_if_unknown"] = json!(true);
    assert_eq!(bench.send("POST", "/api/staff/holds", &hold).await.0, 201);
    (hold["even_if_unknown"], hold["reason"]) = (Value::Null, json!("the court still asks"));
    assert_eq!(bench.send("POST", "/api/staff/holds", &hold).await.0, 201, "the next one, once it was reviewed");
    for wider in [json!("c2"), Value::Null] {
        hold["connection_id"] = wider;
        assert_eq!(bench.send("POST", "/api/staff/holds", &hold).await.0, 404, "another scope of the same tenant");
    }
}

#[tokio::test]
async fn a_hold_on_a_user_of_the_account_is_placed_and_listed_as_such() {
    let bench = Bench::new();
    demo::user(&bench.account, "alder", "u1", "2026-01-01T00:00:00.000Z", &demo::person("10158000000000001"));
    let whole = json!({"tenant_id": "alder", "reason": "a court", "approver": "counsel", "proof": "file 7", "review_by": in_days(60)});
    let mut one = whole.clone();
    one["user"] = json!("u1");
    let (status, placed) = bench.send("POST", "/api/staff/holds", &one).await;
    assert_eq!(status, 201, "{placed}");
    let listed = bench.get("/api/staff/holds").await;
    assert_eq!((&listed["holds"][0]["user"], &listed["holds"][0]["contact"]), (&json!("u1"), &Value::Null));
    let wider = bench.send("POST", "/api/staff/holds", &whole).await.1;
    assert_ne!(wider["hold_id"], placed["hold_id"], "a wider hold is another one");
    one["user"] = json!("a#b");
    assert_eq!(bench.send("POST", "/api/staff/holds", &one).await.1["member"], "user");
}
