//! Over the real adapter: what is asked, what stands, what is shown.

use jiff::SignedDuration;
use privacy_tests::demo;

use super::super::tests::{ALEX, Bench};
use super::*;

const REPLAYS: &str = "/api/staff/replays";

fn asked(restored_to: &str) -> Value {
    json!({"restored_to": restored_to, "reason": "the inbox was damaged"})
}

fn hours_ago(hours: i64) -> String {
    to_text(SystemClock.now() - SignedDuration::from_hours(hours))
}

#[tokio::test]
async fn a_replay_is_stored_with_who_asked_and_is_the_same_while_it_is_open() {
    let bench = Bench::new();
    let restored_to = hours_ago(3);
    let (status, begun) = bench.send("POST", REPLAYS, &asked(&restored_to)).await;
    assert_eq!(status, 202, "{begun}");
    assert_eq!((&begun["restored_to"], &begun["asked_by"]), (&json!(restored_to), &json!(ALEX)));
    assert_eq!((&begun["is_open"], &begun["completed_at"], &begun["pass"]), (&json!(true), &Value::Null, &json!(1)));
    let nothing = json!({"looked_for": 0, "open": 0, "clean": 0, "residue_found": 0, "erased_again": 0, "held": 0});
    assert_eq!(begun["obligations"], nothing);
    assert_eq!(bench.send("POST", REPLAYS, &asked(&restored_to)).await, (202, begun.clone()));
    assert_eq!(bench.get(REPLAYS).await, json!({"replays": [begun.clone()]}));
    let path = format!("{REPLAYS}/{}", begun["replay_id"].as_str().unwrap());
    assert_eq!(bench.get(&path).await, begun);
    assert!(bench.account.sent().is_empty(), "the sweeper does the work");
}

#[tokio::test]
async fn what_the_last_whole_pass_found_is_shown() {
    let bench = Bench::new();
    let (_, begun) = bench.send("POST", REPLAYS, &asked(&hours_ago(3))).await;
    let ledger = demo::ledger(&bench.account);
    let map = demo::map();
    let vault = demo::vault(&bench.account);
    for minutes in [0, 4, 9] {
        let clock = demo::Stopped(SystemClock.now() + SignedDuration::from_mins(minutes));
        let stop_at = clock.now() + SignedDuration::from_hours(1);
        privacy::replay::sweep_replays(&ledger, &vault, &clock, (&map, &[]), stop_at).await.unwrap();
    }
    let shown = bench.get(&format!("{REPLAYS}/{}", begun["replay_id"].as_str().unwrap())).await;
    assert_eq!((&shown["is_open"], &shown["pass"]), (&json!(false), &json!(2)));
    assert!(shown["completed_at"].is_string());
    let (_, next) = bench.send("POST", REPLAYS, &asked(begun["restored_to"].as_str().unwrap())).await;
    assert_ne!(next["replay_id"], begun["replay_id"], "the next restore is another replay");
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_nothing_is_stored() {
    let bench = Bench::new();
    let cases = [
        (400, json!({"reason": "r"}), Some("restored_to")),
        (400, json!({"restored_to": "yesterday", "reason": "r"}), Some("restored_to")),
        (400, asked("2999-01-01T00:00:00Z"), Some("restored_to")),
        (400, asked("2019-01-01T00:00:00Z"), Some("restored_to")),
        (400, json!({"restored_to": hours_ago(1)}), Some("reason")),
        (400, json!({"restored_to": hours_ago(1), "reason": ""}), Some("reason")),
        (400, json!({"restored_to": hours_ago(1), "reason": "r", "stores": ["inbox"]}), None),
    ];
    for (status, body, member) in cases {
        let (answered, problem) = bench.send("POST", REPLAYS, &body).await;
        assert_eq!((answered, problem["member"].as_str()), (status, member), "{body}");
    }
    assert_eq!(bench.send_as(None, "POST", REPLAYS, &asked(&hours_ago(1))).await.0, 503, "in nobody's name");
    assert_eq!(bench.get(REPLAYS).await, json!({"replays": []}));
    let unknown = format!("{REPLAYS}/r20260101000000000");
    for (status, method, path) in [
        (404, "GET", unknown.as_str()),
        (404, "GET", "/api/staff/replays/x"),
        (405, "DELETE", REPLAYS),
        (405, "POST", unknown.as_str()),
    ] {
        assert_eq!(bench.send(method, path, &Value::Null).await.0, status, "{method} {path}");
    }
}
