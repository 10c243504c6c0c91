//! The export of an account.

use privacy::export::job::ExportJob;
use privacy::export::ports::{Bundle, BundleBook};

use super::*;

const EXPORT: &str = "/api/accounts/alder/export";

/// As the worker leaves it when it is whole.
async fn make(bench: &Bench, made_at: jiff::Timestamp, kept: SignedDuration) {
    let (ledger, job) =
        (privacy_tests::demo::ledger(&bench.account), ExportJob::Tenant(TenantId::parse("alder").unwrap()));
    let erase_at = made_at + kept;
    ledger.claim(&job, "w", made_at + SignedDuration::from_mins(1), erase_at, made_at).await.unwrap();
    let made = Bundle { made_at: Some(made_at), bytes: 7, erase_at: Some(erase_at), ..Bundle::default() };
    assert!(ledger.save(&job, "w", &made).await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn an_account_is_exported_on_the_word_of_the_dashboard_and_given_by_a_link_for_minutes() {
    let bench = Bench::new();
    let (status, problem) = bench.post(EXPORT, &json!({})).await;
    assert_eq!((status, &problem["type"]), (409, &json!("urn:privacy:problem:not-now")), "nothing ends");
    assert_eq!(bench.post("/api/accounts/alder/termination", &json!({})).await.0, 202);
    let (status, ordered) = bench.post(EXPORT, &Value::Null).await;
    assert_eq!(status, 202);
    assert!(ordered["open_until"].as_str().unwrap().ends_with("T00:00:00.000Z"), "{ordered}");
    let reference = ordered["reference"].as_str().unwrap();
    assert!(reference.len() == 12 && !ordered.to_string().contains("alder"), "{ordered}");
    assert_eq!(bench.account.sent(), [r#"{"tenant":"alder","v":1}"#]);
    assert_eq!(bench.post(EXPORT, &json!({})).await, (202, ordered.clone()), "ordering again changes nothing");

    let show = async || bench.send("GET", EXPORT, "application/json", "").await;
    assert_eq!(show().await, (200, json!({"reference": reference, "state": "in-progress"})));
    make(&bench, SystemClock.now(), SignedDuration::from_hours(24 * 14)).await;
    let (status, shown) = show().await;
    assert_eq!(
        (status, &shown["state"], &shown["bytes"], &shown["reference"]),
        (200, &json!("ready"), &json!(7), &ordered["reference"])
    );
    let url = shown["url"].as_str().unwrap();
    assert!(url.contains("X-Amz-Expires=600&") && url.contains("/bundles/") && !url.contains("alder"), "{url}");
    let until: jiff::Timestamp = shown["url_until"].as_str().unwrap().parse().unwrap();
    assert!(until <= SystemClock.now() + SignedDuration::from_mins(10));
    let kept = format!("{:?}{:?}", bench.account.dump("ledger"), bench.account.sent());
    assert!(!kept.contains("X-Amz"), "nothing keeps the link");
    let noted = || -> Vec<String> {
        let rows = bench.account.dump("ledger").into_iter().filter(|row| row["who"]["S"] == DASHBOARD);
        let mut noted: Vec<String> = rows
            .map(|row| format!("{} {}", row["sk"]["S"].as_str().unwrap(), row["count"]["N"].as_str().unwrap()))
            .collect();
        noted.sort();
        noted
    };
    assert_eq!(noted(), ["noted#look-at-export 1", "noted#order-export 3"], "who ordered it and who has a link");
    bench.account.trouble("UpdateItem ledger", &[Trouble::Down; 20]);
    assert_eq!(show().await.0, 503, "without a note there is no link");
    let (status, other) = bench.send("GET", "/api/accounts/birch/export", "application/json", "").await;
    assert_eq!((status, &other["state"]), (200, &json!("none")), "of another account nothing is shown");
}

#[tokio::test(start_paused = true)]
async fn an_export_is_refused_after_the_window_and_not_taken_when_it_cannot_be_sent() {
    let bench = Bench::new();
    assert_eq!(
        bench.post("/api/accounts/alder/termination", &json!({"ended_at": "2026-01-31T12:00:00Z"})).await.0,
        202
    );
    let sent = bench.account.sent().len();
    let (status, problem) = bench.post(EXPORT, &json!({})).await;
    assert_eq!((status, &problem["type"]), (409, &json!("urn:privacy:problem:window-closed")));
    assert_eq!(bench.account.sent().len(), sent);
    make(&bench, SystemClock.now(), SignedDuration::ZERO).await;
    let (status, shown) = bench.send("GET", EXPORT, "application/json", "").await;
    assert_eq!((status, &shown["state"], &shown["url"]), (200, &json!("erased"), &Value::Null), "its days are over");
    assert_eq!(bench.send("PUT", EXPORT, "application/json", "").await.0, 405);
    for path in [
        "/api/accounts/a.b/export",
        "/api/accounts//export",
        "/api/accounts/alder/export/",
        "/api/accounts/alder/exports",
    ] {
        assert_eq!(bench.post(path, &json!({})).await.0, 404, "{path}");
    }
    assert_eq!(bench.post("/api/accounts/cedar/termination", &json!({})).await.0, 202);
    bench.account.trouble("SendMessage", &[Trouble::Down; 10]);
    let (status, problem) = bench.post("/api/accounts/cedar/export", &json!({})).await;
    assert_eq!((status, problem["type"].as_str().unwrap()), (503, "urn:privacy:problem:unavailable"));
}
