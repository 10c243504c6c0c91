//! What staff verify begins in the call itself. Where that fails the verification stands, and the sweep begins it.

use privacy_tests::account::Trouble;

use super::*;

async fn report(bench: &Bench) -> SubjectRequest {
    let report = asked(1, Kind::Erasure, None, Some(("instagram", "tim")), days_ago(1));
    let (standing, needs) = (Standing::AwaitingVerification, vec![Proof::HandleCode]);
    keep(bench, SubjectRequest { about_child: true, standing, needs, ..report }).await
}

/// By an agent who says that they hold a power of attorney.
async fn by_attorney(bench: &Bench, kind: Kind) -> SubjectRequest {
    let agent = Agent { email: None, name: None, permission_sha256: None, has_power_of_attorney: true };
    let (standing, needs) = (Standing::AwaitingVerification, vec![Proof::AgentPermission]);
    let waiting = asked(2, kind, Some("mia@example.com"), None, days_ago(1));
    keep(bench, SubjectRequest { agent: Some(agent), standing, needs, ..waiting }).await
}

fn credible() -> Value {
    json!({"proof": "child-report", "finding": "credible", "why": "Their school wrote."})
}

fn read() -> Value {
    json!({"proof": "power-of-attorney", "document_sha256": "ab".repeat(32), "why": "Read it."})
}

/// The flags that the product reads.
fn raised(bench: &Bench) -> usize {
    bench
        .account
        .dump("suppression")
        .iter()
        .filter(|row| row["pk"]["S"].as_str().unwrap().starts_with("flags#"))
        .count()
}

#[tokio::test]
async fn a_believed_report_rests_and_goes_to_the_engine_before_staff_are_answered() {
    let bench = Bench::new();
    let report = report(&bench).await;
    let (status, _) = bench.send("POST", &of(&report, "/verification"), &credible()).await;
    assert_eq!((status, raised(&bench)), (200, 1));
    assert_eq!(bench.get(&of(&report, "")).await["flags"], json!(["quarantined"]));
    let erasure = format!("\"{}\"", report.id.as_str());
    assert!(bench.account.sent().iter().any(|body| body.contains(&erasure) && body.contains("obligation")));
    bench.send("POST", &of(&report, "/verification"), &credible()).await;
    let begun = |act: &&Value| act["what"] == "begun" || act["what"] == "flagged";
    let history = bench.get(&of(&report, "")).await["history"].clone();
    assert_eq!(history.as_array().unwrap().iter().filter(begun).count(), 2, "said again, nothing begins again");
}

#[tokio::test]
async fn a_restriction_holds_and_a_bundle_is_ordered_as_soon_as_staff_have_read_the_power() {
    let bench = Bench::new();
    let restriction = by_attorney(&bench, Kind::Restriction).await;
    assert_eq!(bench.send("POST", &of(&restriction, "/verification"), &read()).await.0, 200);
    assert_eq!(raised(&bench), 1);
    assert_eq!(bench.get(&of(&restriction, "")).await["flags"], json!(["restricted"]));
    let bench = Bench::new();
    let access = by_attorney(&bench, Kind::Access).await;
    assert_eq!(bench.send("POST", &of(&access, "/verification"), &read()).await.0, 200);
    assert!(bench.account.sent().iter().any(|body| body.contains(access.id.as_str())), "the exporter has it");
}

#[tokio::test]
async fn where_it_cannot_begin_the_verification_stands_and_is_due_for_the_sweep() {
    for (operation, troubles) in [("UpdateItem suppression", 40), ("SendMessage", 40)] {
        let bench = Bench::new();
        let report = report(&bench).await;
        bench.account.trouble(operation, &vec![Trouble::Down; troubles]);
        let (status, judged) = bench.send("POST", &of(&report, "/verification"), &credible()).await;
        assert_eq!((status, &judged["state"]), (200, &json!("in-progress")), "{operation}");
        let stands = now_stands(&bench, &report).await;
        assert!(stands.is_of_child(), "{operation}");
        assert!(stands.next_action_at.is_some_and(|at| at <= SystemClock.now()), "{operation}: the sweep goes on");
    }
}

#[tokio::test]
async fn an_erasure_by_a_power_of_attorney_begins_once_a_second_of_staff_has_read_it() {
    let bench = Bench::new();
    let erasure = by_attorney(&bench, Kind::Erasure).await;
    let path = of(&erasure, "/verification");
    for _ in 0..2 {
        let (status, first) = bench.send("POST", &path, &read()).await;
        assert_eq!(
            (status, &first["state"], &first["waits_for"]),
            (200, &json!("awaiting-verification"), &json!(["read-permission"]))
        );
    }
    assert_eq!(bench.get(&of(&erasure, "")).await["verification"]["awaits_second_reader"], true);
    assert!(!bench.account.sent().iter().any(|body| body.contains("obligation")), "nothing is handed to the engine");
    let kim = Some("arn:aws:sts::123456789012:assumed-role/staff/kim");
    let (status, second) = bench.send_as(kim, "POST", &path, &read()).await;
    assert_eq!((status, &second["state"]), (200, &json!("in-progress")));
    assert!(bench.account.sent().iter().any(|body| body.contains("obligation")));
    let history = bench.get(&of(&erasure, "")).await["history"].clone();
    let reviewed: Vec<(Value, Value)> = history
        .as_array()
        .unwrap()
        .iter()
        .filter(|act| act["what"] == "reviewed")
        .map(|act| (act["who"].clone(), act["is_shown"].clone()))
        .collect();
    assert_eq!(reviewed, [(json!(ALEX), json!(false)), (json!(kim), json!(true))]);
}
