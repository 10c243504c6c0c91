//! Who acts and who looks, noted before.

use std::collections::BTreeSet;

use privacy_tests::repository::read;

use super::*;

/// What stays in the ledger of a call, by which it is known who made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stays {
    /// This deed, before anything is done or shown.
    Deed(&'static str),
    /// The act itself, in the trail of the request that it changes, in the write that changes it.
    Act,
    /// Nothing: it changes nothing, and shows no request of a person.
    Nothing,
}

/// Every call that staff can make, and what stays of it.
const CALLS: [(&str, &str, Stays); 26] = [
    ("GET", "holds", Stays::Nothing),
    ("POST", "holds", Stays::Deed("place-hold")),
    ("DELETE", "holds/{hold_id}", Stays::Deed("release-hold")),
    ("GET", "obligations/{obligation_id}", Stays::Nothing),
    ("POST", "obligations/{obligation_id}/plan-confirmation", Stays::Deed("confirm-plan")),
    ("GET", "purges/{class}", Stays::Nothing),
    ("POST", "purges/{class}/plan-confirmation", Stays::Deed("confirm-purge")),
    ("GET", "promises", Stays::Nothing),
    ("GET", "replays", Stays::Nothing),
    ("POST", "replays", Stays::Deed("begin-replay")),
    ("GET", "replays/{replay_id}", Stays::Nothing),
    ("GET", "requests", Stays::Deed("look-at-list")),
    ("POST", "requests", Stays::Act),
    ("GET", "requests/{reference}", Stays::Deed("look-at-request")),
    ("POST", "requests/{reference}/verification", Stays::Act),
    ("POST", "requests/{reference}/extension", Stays::Act),
    ("POST", "requests/{reference}/pause", Stays::Act),
    ("POST", "requests/{reference}/residence", Stays::Act),
    ("POST", "requests/{reference}/denial", Stays::Act),
    ("POST", "requests/{reference}/route", Stays::Act),
    ("POST", "requests/{reference}/instruction", Stays::Act),
    ("POST", "requests/{reference}/correction", Stays::Act),
    ("POST", "requests/{reference}/closure", Stays::Act),
    ("POST", "requests/{reference}/withdrawal", Stays::Act),
    ("POST", "requests/{reference}/lifting", Stays::Act),
    ("POST", "requests/{reference}/bundle", Stays::Act),
];

/// Every call of staff that the description of the API has, whose paths are those of the template.
fn described() -> BTreeSet<(String, String)> {
    let (mut path, mut found) = (None, BTreeSet::new());
    for line in read("openapi.yaml").lines() {
        if let Some(named) = line.strip_prefix("  /").and_then(|rest| rest.strip_suffix(':')) {
            path = named.strip_prefix("api/staff/").map(str::to_owned);
        } else if let (Some(path), Some(method)) =
            (&path, line.strip_prefix("    ").and_then(|rest| rest.strip_suffix(':')))
            && ["get", "post", "put", "patch", "delete"].contains(&method)
        {
            found.insert((method.to_uppercase(), path.clone()));
        }
    }
    found
}

/// A path with something in each of its places, whether or not it is there.
fn filled(path: &str, halted: &NewObligation) -> String {
    let parts = path.split('/').map(|part| match part {
        "{hold_id}" => "hold-0001".to_owned(),
        "{obligation_id}" => halted.id.as_str().to_owned(),
        "{class}" => "own.requests".to_owned(),
        "{replay_id}" => format!("r{}", "2".repeat(17)),
        "{reference}" => format!("8{}", "a".repeat(32)),
        plain => plain.to_owned(),
    });
    format!("/api/staff/{}", parts.collect::<Vec<_>>().join("/"))
}

/// A body that is taken.
fn body_of(path: &str) -> Value {
    match path {
        "holds" => body(),
        "replays" => json!({"restored_to": "2026-01-01T00:00:00Z", "reason": "a restore"}),
        path if path.ends_with("plan-confirmation") => confirming(&"5f".repeat(32)),
        path => {
            let of_path = |(_, sent, _): &(&str, String, Value)| {
                sent.trim_start_matches("/api/staff/").replace(&format!("8{}", "a".repeat(32)), "{reference}") == path
            };
            super::limits::bodies().into_iter().find(of_path).map_or(Value::Null, |(_, _, body)| body)
        }
    }
}

#[test]
fn every_call_of_staff_says_what_stays_of_it_and_none_that_changes_anything_leaves_nothing() {
    let listed: BTreeSet<(String, String)> =
        CALLS.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
    assert_eq!(listed, described());
    assert_eq!(listed.len(), CALLS.len(), "each once");
    for (method, path, stays) in CALLS {
        assert!(method == "GET" || stays != Stays::Nothing, "{method} {path} changes something");
    }
}

#[tokio::test(start_paused = true)]
async fn no_call_of_staff_is_taken_without_its_entry() {
    for (method, path, stays) in CALLS {
        let bench = Bench::new();
        let waits = halted(&bench).await;
        let (sent, body) = (filled(path, &waits), if method == "GET" { Value::Null } else { body_of(path) });
        assert_eq!(body.is_null(), ["GET", "DELETE"].contains(&method), "{method} {path} has a body");
        let before = bench.account.dump("ledger");
        if stays == Stays::Nothing {
            let (status, _) = bench.send(method, &sent, &body).await;
            assert!([200, 404].contains(&status), "{method} {path}: {status}");
            assert_eq!(bench.account.dump("ledger"), before, "{method} {path}");
            continue;
        }
        assert_eq!(bench.send_as(None, method, &sent, &body).await.0, 503, "nobody is named: {method} {path}");
        assert_eq!(bench.account.dump("ledger"), before, "{method} {path}");
        if let Stays::Deed(name) = stays {
            bench.send(method, &sent, &body).await;
            assert!(noted(&bench).iter().any(|row| row.starts_with(&format!("{name} 1"))), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn no_other_method_does_anything() {
    let bench = Bench::new();
    let waits = halted(&bench).await;
    let before = bench.account.dump("ledger");
    for (_, path, _) in CALLS {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            if !CALLS.iter().any(|(known, other, _)| *known == method && *other == path) {
                let (status, _) = bench.send(method, &filled(path, &waits), &body_of(path)).await;
                assert_eq!(status, 405, "{method} {path}");
            }
        }
    }
    assert_eq!(bench.account.dump("ledger"), before);
}

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
