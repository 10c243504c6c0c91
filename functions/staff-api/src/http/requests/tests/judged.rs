//! What only staff can judge: documents, data points, reports about children.

use super::*;

#[tokio::test]
async fn staff_review_what_only_they_can_judge() {
    let bench = Bench::new();
    let agent = Agent {
        email: None,
        name: None,
        permission_sha256: Sha256Hex::parse(&"ab".repeat(32)).ok(),
        has_power_of_attorney: false,
    };
    let waiting = asked(1, Kind::OptOut, Some("mia@example.com"), None, days_ago(2));
    let needs = vec![Proof::AgentPermission];
    let standing = Standing::AwaitingVerification;
    let request = keep(&bench, SubjectRequest { agent: Some(agent), needs, standing, ..waiting }).await;
    let path = of(&request, "/verification");
    let read = |byte: &str| json!({"proof": "agent-permission", "document_sha256": byte.repeat(32), "why": "Read it."});
    let (status, problem) = bench.send("POST", &path, &read("cd")).await;
    assert_eq!((status, slug(&problem)), (422, "not-verified"), "another document");
    let points = json!({"proof": "data-points", "held": {"phone": "0555", "day": "5 March"}, "why": "Called back."});
    assert_eq!(slug(&bench.send("POST", &path, &points).await.1), "not-now", "it asks for no data points");
    for proof in ["email-code", "handle-code", "account-login"] {
        let body = json!({"proof": proof, "why": "They told me."});
        assert_eq!(bench.send("POST", &path, &body).await.1["member"], "proof", "{proof}");
    }
    let (status, shown) = bench.send("POST", &path, &read("ab")).await;
    assert_eq!((status, &shown["state"]), (200, &json!("completed")), "an opt-out is done as soon as it may be");
    let history = bench.get(&of(&request, "")).await["history"].clone();
    assert_eq!(
        (&history[0]["what"], &history[0]["is_shown"], &history[1]["is_shown"]),
        (&json!("reviewed"), &json!(false), &json!(true))
    );
}

#[tokio::test]
async fn data_points_agree_by_comparison_and_not_because_staff_say_so() {
    let bench = Bench::new();
    let keys = demo::keys();
    let waiting = asked(1, Kind::Erasure, Some("mia@example.com"), None, days_ago(2));
    let named = [(PointKind::Phone, "0555 1"), (PointKind::Company, "Birch")]
        .map(|(kind, value)| (kind, keys.data_point(&waiting.id, kind, &PointValue::parse(value).unwrap()).unwrap()));
    let request = SubjectRequest {
        regime: "CA_CCPA".to_owned(),
        needs: vec![Proof::DataPoints],
        standing: Standing::AwaitingVerification,
        data_points: named.into(),
        ..waiting
    };
    let request = keep(&bench, request).await;
    let path = of(&request, "/verification");
    let claim = json!({"proof": "data-points", "compared": ["x", "y"], "matched": ["x", "y"], "why": "."});
    assert_eq!(slug(&bench.send("POST", &path, &claim).await.1), "bad-request", "nothing is believed");
    let compare = |held: Value| json!({"proof": "data-points", "held": held, "why": "Our record of today."});
    for (held, status, expected) in [
        (json!({}), 400, "bad-member"),
        (json!({"city": "Berlin"}), 400, "bad-member"),
        (json!({"phone": "0555 1", "day": "5 March"}), 422, "not-named"),
        (json!({"phone": "0555 1"}), 422, "too-few-points"),
        (json!({"phone": "0555 1", "company": "Elm"}), 422, "not-verified"),
    ] {
        let (answered, problem) = bench.send("POST", &path, &compare(held.clone())).await;
        assert_eq!((answered, slug(&problem)), (status, expected), "{held}");
    }
    let (status, shown) = bench.send("POST", &path, &compare(json!({"phone": "05551", "company": "birch"}))).await;
    assert_eq!((status, &shown["state"]), (200, &json!("in-progress")));
    let detail = bench.get(&of(&request, "")).await;
    assert_eq!(detail["verification"]["data_points"], json!(["phone", "company"]));
    assert_eq!(detail["history"].as_array().unwrap().len(), 3, "what did not agree, what did, and that it is begun");
    assert!(!detail.to_string().contains("0555"));
}

#[tokio::test]
async fn a_report_about_a_child_is_on_top_until_staff_have_judged_it_and_goes_in_ten_days() {
    let bench = Bench::new();
    stored(&bench, 1, Kind::Correction, 40).await;
    let report = asked(2, Kind::Erasure, None, Some(("instagram", "tim")), days_ago(1));
    let standing = Standing::AwaitingVerification;
    let needs = vec![Proof::HandleCode];
    let report = keep(&bench, SubjectRequest { about_child: true, standing, needs, ..report }).await;
    let top = bench.get(REQUESTS).await["requests"][0].clone();
    assert_eq!((&top["reference"], &top["waits_for"]), (&json!(report.id.as_str()), &json!(["review-child"])));
    let path = of(&report, "/verification");
    let body = json!({"proof": "child-report", "finding": "credible", "why": "Says that he is twelve."});
    let (status, judged) = bench.send("POST", &path, &body).await;
    assert_eq!((status, &judged["state"], &judged["waits_for"]), (200, &json!("in-progress"), &json!([])));
    assert_eq!(judged["days_left"], 9);
    assert!(bench.account.sent().iter().any(|body| body.contains("quarantined")), "whose account it is hears of it");
    assert_eq!(bench.send("POST", &path, &body).await, (200, judged));
    let other = json!({"proof": "child-report", "finding": "not-credible", "why": "Says that he is not."});
    assert_eq!(slug(&bench.send("POST", &path, &other).await.1), "not-now");
    let why = bench.get(&of(&report, "")).await["history"][0]["why"].clone();
    assert_eq!(why, "Says that he is twelve.");
}

#[tokio::test]
async fn a_report_that_gives_an_address_only_is_believed_of_whom_staff_name_and_of_nobody_else() {
    let bench = Bench::new();
    let report = asked(2, Kind::Erasure, Some("parent@example.org"), None, days_ago(1));
    let standing = Standing::AwaitingVerification;
    let needs = vec![Proof::EmailCode];
    let report = keep(&bench, SubjectRequest { about_child: true, standing, needs, ..report }).await;
    let path = of(&report, "/verification");
    let body = |finding: &str, child: Value| {
        let mut body = json!({"proof": "child-report", "finding": finding, "why": "Their school wrote."});
        if !child.is_null() {
            body["child"] = child;
        }
        body
    };
    let tim = json!({"email": "tim@example.org", "connected_account": {"platform": "instagram", "handle": "tim"}});
    let bad = [
        ("credible", Value::Null),
        ("credible", json!({})),
        ("credible", json!({"email": "no address"})),
        ("credible", json!({"mail": "tim@example.org"})),
        ("not-credible", tim.clone()),
    ];
    for (finding, child) in bad {
        let (status, problem) = bench.send("POST", &path, &body(finding, child)).await;
        assert_eq!((status, &problem["member"]), (400, &json!("child")), "{problem}");
    }
    let (status, judged) = bench.send("POST", &path, &body("credible", tim.clone())).await;
    assert_eq!((status, &judged["state"]), (200, &json!("in-progress")));
    let other = json!({"email": "mia@example.org"});
    assert_eq!(slug(&bench.send("POST", &path, &body("credible", other)).await.1), "not-now");
    let shown = bench.get(&of(&report, "")).await;
    assert_eq!(shown["child_review"]["child"]["email"], "tim@example.org");
    assert_eq!(shown["contact"]["email"], "parent@example.org");
}
