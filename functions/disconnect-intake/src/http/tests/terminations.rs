//! Ends of accounts, and their return.

use super::*;

#[tokio::test]
async fn a_termination_is_answered_with_the_days_of_its_phases_and_cancelled_in_time() {
    let bench = Bench::new();
    let path = "/api/accounts/alder/termination";
    let next_year = SystemClock.now().to_zoned_datetime(jiff::tz::TimeZone::UTC).year() + 1;
    let ended_at = json!({"ended_at": format!("{next_year}-01-31T12:00:00Z")});
    let (status, first) = bench.post(path, &ended_at).await;
    assert_eq!(
        (status, &first["due_by"], &first["time_zone"]),
        (202, &json!(format!("{next_year}-05-01")), &json!("UTC"))
    );
    assert_eq!(first["export_until"], json!(format!("{next_year}-03-02")));
    assert_eq!(first["phases"].as_array().unwrap().len(), 5);
    assert_eq!(bench.post(path, &ended_at).await, (202, first), "repeating moves no clock");
    let (status, other) = bench.post(path, &json!({})).await;
    assert_eq!(
        (status, &other["type"]),
        (409, &json!("urn:privacy:problem:other-end")),
        "it means now, and is not passed over"
    );
    let cancelled = json!({"cancelled": ["account", "conversations", "linkedin", "people", "platforms"], "begun": []});
    for _ in 0..2 {
        assert_eq!(bench.send("DELETE", path, "application/json", "").await, (200, cancelled.clone()));
    }
    let (_, again) = bench.post(path, &json!({"ended_at": format!("{next_year}-06-10T12:00:00Z")})).await;
    assert_eq!(again["export_until"], json!(format!("{next_year}-07-10")), "a new end starts new clocks");
    assert_eq!(bench.send("DELETE", path, "application/json", "").await.0, 200);
    for old in [json!({"ended_at": "2026-01-31T12:00:00Z"}), json!({"decided_at": "2026-01-31T12:00:00Z"})] {
        let (status, late) = bench.post(path, &old).await;
        assert_eq!((status, &late["type"]), (409, &json!("urn:privacy:problem:came-back")), "{old}");
    }
    let decided_at = SystemClock.now() + SignedDuration::from_secs(1);
    let decided = json!({"ended_at": "2026-01-31T12:00:00Z", "decided_at": decided_at.to_string()});
    assert_eq!(bench.post(path, &decided).await.0, 202, "it ended then, and was decided after the return");
    let nobody = bench.send("DELETE", "/api/accounts/nobody/termination", "application/json", "").await;
    assert_eq!(nobody, (200, json!({"cancelled": [], "begun": []})));
}

#[tokio::test]
async fn a_reactivation_after_the_window_is_refused() {
    let bench = Bench::new();
    let path = "/api/accounts/alder/termination";
    let (status, _) = bench.post(path, &json!({"ended_at": "2026-01-31T12:00:00Z"})).await;
    assert_eq!(status, 202);
    let (status, problem) = bench.send("DELETE", path, "application/json", "").await;
    assert_eq!((status, problem["type"].as_str().unwrap()), (409, "urn:privacy:problem:window-closed"));
    for (member, value) in [
        ("ended_at", json!("then")),
        ("ended_at", json!("1999-01-01T00:00:00Z")),
        ("decided_at", json!("9998-01-01T00:00:00Z")),
        ("time_zone", json!("Mars/Base")),
    ] {
        let (status, problem) = bench.post("/api/accounts/birch/termination", &json!({member: value})).await;
        assert_eq!((status, problem["member"].as_str().unwrap()), (400, member));
    }
    // A day that is misspelt would mean now.
    let misspelt = json!({"endedAt": "2026-12-31T12:00:00Z"});
    assert_eq!(bench.post("/api/accounts/birch/termination", &misspelt).await.0, 400);
    let (status, counted) = bench
        .post(
            "/api/accounts/cedar/termination",
            &json!({"ended_at": "2026-12-31T23:30:00Z", "time_zone": "Pacific/Auckland"}),
        )
        .await;
    assert_eq!(
        (status, &counted["time_zone"], &counted["due_by"]),
        (202, &json!("Pacific/Auckland"), &json!("2027-04-01"))
    );
    assert_eq!(bench.send("PUT", path, "application/json", "").await.0, 405);
    assert_eq!(bench.post("/api/accounts/a.b/termination", &json!({})).await.0, 404);
}
