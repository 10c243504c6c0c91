//! Extensions, pauses and denials.

use super::*;

#[tokio::test]
async fn a_request_is_extended_once_with_its_reason_and_the_person_is_told() {
    let bench = Bench::new();
    let request = stored(&bench, 1, Kind::Access, 10).await;
    let path = of(&request, "/extension");
    assert_eq!(bench.send("POST", &path, &json!({})).await.1["member"], "reason");
    assert_eq!(bench.send("POST", &path, &json!({"reason": " "})).await.0, 400);
    let body = json!({"reason": "Two systems have to be searched."});
    let (status, first) = bench.send("POST", &path, &body).await;
    assert_eq!((status, &first["is_extended"]), (200, &json!(true)));
    assert_eq!(bench.send("POST", &path, &body).await, (200, first), "the same again moves nothing");
    let (status, problem) = bench.send("POST", &path, &json!({"reason": "It is still more."})).await;
    assert_eq!((status, slug(&problem)), (409, "not-extendable"));
    assert!(bench.account.sent().iter().all(|body| body.contains("extension")));
    let late = stored(&bench, 2, Kind::Access, 40).await;
    let (status, problem) = bench.send("POST", &of(&late, "/extension"), &body).await;
    assert_eq!((status, slug(&problem)), (409, "not-extendable"));
}

#[tokio::test]
async fn a_question_to_the_person_stops_the_clock_that_is_shown_where_their_law_has_that() {
    let bench = Bench::new();
    let noted = |residence: &str| {
        let received_at = privacy::instant::to_text(days_ago(9));
        json!({"kind": "access", "email": "mia@example.com", "residence": residence, "channel": "email", "received_at": received_at})
    };
    let mut paths = Vec::new();
    for residence in ["DE", "US-CA"] {
        let noted = bench.send("POST", REQUESTS, &noted(residence)).await.1;
        paths.push(format!("{REQUESTS}/{}", noted["reference"].as_str().unwrap()));
    }
    let (german, californian) = (&paths[0], &paths[1]);
    let event = |event: &str, days: i64| json!({"event": event, "at": privacy::instant::to_text(days_ago(days)), "why": "Which account is meant."});
    let pause = |path: &str| format!("{path}/pause");
    let before = bench.get(german).await["dates"].clone();
    for (body, status, expected) in [
        (json!({"event": "asked"}), 400, "bad-member"),
        (json!({"event": "paused", "why": "So."}), 400, "bad-member"),
        (json!({"event": "asked", "at": "yesterday", "why": "So."}), 400, "bad-member"),
        (event("asked", 20), 400, "bad-member"),
        (event("answered", 2), 409, "not-now"),
    ] {
        let (code, problem) = bench.send("POST", &pause(german), &body).await;
        assert_eq!((code, slug(&problem)), (status, expected), "{body}");
    }
    for body in [event("asked", 8), event("answered", 3)] {
        for _ in 0..2 {
            assert_eq!(bench.send("POST", &pause(german), &body).await.0, 200);
        }
    }
    let shown = bench.get(german).await;
    assert_eq!(shown["dates"]["legal"], before["legal"]);
    assert_eq!(shown["dates"]["alarms"], before["alarms"]);
    assert!(shown["dates"]["rolled"]["rule"].as_str().unwrap().ends_with("pause_days:5"), "{}", shown["dates"]);
    let acts: Vec<&Value> = shown["history"].as_array().unwrap().iter().map(|act| &act["what"]).collect();
    assert_eq!(acts, ["received", "paused", "resumed"]);
    assert_eq!(shown["history"][1]["why"], "Which account is meant.");
    let (status, problem) = bench.send("POST", &pause(californian), &event("asked", 2)).await;
    assert_eq!((status, slug(&problem)), (409, "not-pausable"), "verification does not stop a Californian clock");
    assert_eq!(bench.get(californian).await["dates"]["pauses"], json!([]));
}

#[tokio::test]
async fn a_request_is_denied_for_a_reason_that_its_kind_has() {
    let bench = Bench::new();
    let request = stored(&bench, 1, Kind::Access, 10).await;
    let path = of(&request, "/denial");
    let denial = |reason: &str| json!({"reason": reason, "why": "The third this week."});
    for (body, status, expected) in [
        (denial("because"), 400, "bad-member"),
        (json!({"reason": "excessive"}), 400, "bad-member"),
        (denial("legal-obligation"), 422, "not-deniable"),
        (denial("unverifiable"), 422, "not-deniable"),
    ] {
        let (found, problem) = bench.send("POST", &path, &body).await;
        assert_eq!((found, slug(&problem)), (status, expected), "{body}");
    }
    let (status, first) = bench.send("POST", &path, &denial("excessive")).await;
    assert_eq!((status, &first["state"]), (200, &json!("denied")));
    assert_eq!(bench.send("POST", &path, &denial("excessive")).await, (200, first));
    assert_eq!(slug(&bench.send("POST", &path, &denial("manifestly-unfounded")).await.1), "not-now");
    let shown = bench.get(&of(&request, "")).await;
    assert_eq!((&shown["history"][0]["what"], &shown["history"][0]["reason"]), (&json!("denied"), &json!("excessive")));
    assert_eq!(shown["history"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn where_somebody_lives_is_mended_once_with_its_dates_and_who_did_it() {
    let bench = Bench::new();
    let request = stored(&bench, 1, Kind::Access, 3).await;
    let path = of(&request, "/residence");
    let body = |place: &str| json!({"residence": place, "why": "Their mail names Seoul."});
    let before = bench.account.dump("ledger");
    for (body, member) in [
        (json!({"why": "So."}), "residence"),
        (json!({"residence": "KR"}), "why"),
        (json!({"residence": "KR", "why": "So.", "also": "this"}), "also"),
        (body("Mars"), "residence"),
        (body("San Francisco, CA"), "residence"),
        (body("Seoul\nKorea"), "residence"),
    ] {
        let (status, problem) = bench.send("POST", &path, &body).await;
        let expected = if member == "also" { "bad-request" } else { "bad-member" };
        assert_eq!((status, slug(&problem)), (400, expected), "{body}");
        assert!(member == "also" || problem["member"] == member, "{problem}");
        assert!(!problem.to_string().contains("Francisco"), "{problem}");
    }
    assert_eq!((bench.account.dump("ledger"), bench.account.sent()), (before, vec![]), "nothing changes");
    let (status, first) = bench.send("POST", &path, &body("KR")).await;
    assert_eq!(
        (status, &first["regime"], &first["due_by"]["time_zone"]),
        (200, &json!("KR_PIPA"), &json!("Asia/Seoul"))
    );
    assert_eq!(bench.send("POST", &path, &body("South Korea")).await, (200, first), "the same again changes nothing");
    assert!(bench.account.sent().iter().all(|body| body.contains("relocated")));
    let shown = bench.get(&of(&request, "")).await;
    let act = &shown["history"][0];
    assert_eq!((&act["what"], &act["from"], &act["to"]), (&json!("relocated"), &json!("EU_GDPR"), &json!("KR_PIPA")));
    assert_eq!((&act["why"], &shown["relocated"]["letters"]), (&json!("Their mail names Seoul."), &json!(1)));
    assert_eq!(bench.send("POST", &path, &body("ELSEWHERE")).await.1["regime"], "UNKNOWN");
    let denial = json!({"reason": "excessive", "why": "Again."});
    assert_eq!(bench.send("POST", &of(&request, "/denial"), &denial).await.0, 200);
    let (status, problem) = bench.send("POST", &path, &body("KR")).await;
    assert_eq!((status, slug(&problem)), (409, "not-now"));
}
