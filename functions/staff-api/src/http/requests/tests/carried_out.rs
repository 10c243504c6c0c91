//! Routing, corrections, closing, flags.

use super::*;

#[tokio::test]
async fn a_part_is_routed_to_its_tenant_and_carried_out_on_its_word() {
    let bench = Bench::new();
    let request = stored(&bench, 1, Kind::Erasure, 1).await;
    let route = json!({"tenant_id": "alder", "why": "It wrote to them."});
    let (status, routed) = bench.send("POST", &of(&request, "/route"), &route).await;
    assert_eq!((status, &routed["routed_to"]), (200, &json!(["alder"])));
    assert_eq!(bench.send("POST", &of(&request, "/route"), &route).await, (200, routed));
    let sent = bench.account.sent().join("\n");
    assert!(sent.contains("\"routed\"") && sent.contains("tenant-forward"), "{sent}");
    let instruct = |tenant: &str| json!({"tenant_id": tenant, "instruction_id": "ticket-7", "why": "Their mail."});
    assert_eq!(slug(&bench.send("POST", &of(&request, "/instruction"), &instruct("birch")).await.1), "not-now");
    for _ in 0..2 {
        assert_eq!(bench.send("POST", &of(&request, "/instruction"), &instruct("alder")).await.0, 200);
    }
    let shown = bench.get(&of(&request, "")).await;
    assert_eq!(shown["routed"][0]["instruction"]["id"], "ticket-7");
    assert_eq!(shown["history"].as_array().unwrap().len(), 2);
    assert_eq!(shown["left"], json!(["begin", "seek-parts", "tenant"]));
}

#[tokio::test]
async fn staff_note_that_a_tenant_declines_or_needs_time_by_the_same_act_as_the_dashboard() {
    let bench = Bench::new();
    let request = stored(&bench, 1, Kind::Erasure, 1).await;
    for tenant in ["alder", "birch"] {
        let route = json!({"tenant_id": tenant, "why": "It wrote to them."});
        assert_eq!(bench.send("POST", &of(&request, "/route"), &route).await.0, 200);
    }
    let said = |tenant: &str, decision: &str, reason: Value| json!({"tenant_id": tenant, "instruction_id": "ticket-7", "decision": decision, "reason": reason, "why": "Their mail."});
    let path = of(&request, "/instruction");
    let unfit = bench.send("POST", &path, &said("alder", "decline", json!("found-accurate"))).await;
    assert_eq!((unfit.0, slug(&unfit.1)), (422, "not-deniable"));
    for (decision, reason) in [("decline", Value::Null), ("agree", json!("legal-claims"))] {
        assert_eq!(
            bench.send("POST", &path, &said("alder", decision, reason)).await.1["member"],
            "reason",
            "{decision}"
        );
    }
    assert_eq!(
        bench.send("POST", &path, &said("birch", "more-time", Value::Null)).await.1["waits_for"],
        json!(["give-time"])
    );
    for _ in 0..2 {
        assert_eq!(bench.send("POST", &path, &said("alder", "decline", json!("legal-claims"))).await.0, 200);
    }
    let shown = bench.get(&of(&request, "")).await;
    let [alder, birch] = [&shown["routed"][0], &shown["routed"][1]];
    assert_eq!((&alder["declined"]["reason"], &alder["instruction"]), (&json!("legal-claims"), &Value::Null));
    assert_eq!((&birch["asked_time"]["id"], &birch["declined"]), (&json!("ticket-7"), &Value::Null));
    let last = &shown["history"].as_array().unwrap()[3];
    assert_eq!(
        (&last["what"], &last["by"], &last["why"]),
        (&json!("declined"), &json!("staff"), &json!("Their mail."))
    );
}

#[tokio::test]
async fn fields_are_mended_with_evidence_and_what_stands_in_them_is_kept_nowhere() {
    let bench = Bench::new();
    let request = asked(1, Kind::Correction, Some("mia@example.com"), None, days_ago(1));
    // The sweep has looked at it: no tenant has a part.
    let (standing, next_action_at) = (Standing::InProgress { since: days_ago(1) }, Some(days_ago(-5)));
    let request = keep(&bench, SubjectRequest { standing, next_action_at, ..request }).await;
    let path = of(&request, "/correction");
    for fields in [
        json!([]),
        json!([{"field": "Her Name"}]),
        json!([{"field": "name", "decision": "applied"}]),
        json!([{"field": "name", "decision": "refused", "evidence": "file-7", "value": "Mia"}]),
        json!([{"field": "name", "decision": "maybe", "evidence": "file-7"}]),
        json!([{"field": "name", "evidence": "mia@example.com", "decision": "refused"}]),
        json!(["name"]),
    ] {
        let body = json!({"fields": fields, "why": "Looked."});
        assert_eq!(bench.send("POST", &path, &body).await.1["member"], "fields", "{fields}");
    }
    let named = json!({"fields": [{"field": "name"}, {"field": "phone"}], "why": "Named on the phone."});
    assert_eq!(bench.send("POST", &path, &named).await.1["state"], "in-progress");
    let closure = json!({"outcome": "completed", "evidence": "file-7", "why": "Done."});
    assert_eq!(slug(&bench.send("POST", &of(&request, "/closure"), &closure).await.1), "steps-left");
    let confirmed = json!({"why": "So.", "fields": [{"field": "name", "decision": "applied", "evidence": "file-7", "value": "Mia Zebedee"}]});
    assert_eq!(slug(&bench.send("POST", &path, &confirmed).await.1), "not-now", "nobody was told to mend it");
    let told = json!({"why": "To the product.", "fields": [
        {"field": "name", "decision": "instructed", "evidence": "order-3", "value": "Mia Zebedee"},
    ]});
    assert_eq!(bench.send("POST", &path, &told).await.1["state"], "in-progress");
    let decided = json!({"why": "Seen in her contract.", "fields": [
        {"field": "name", "decision": "applied", "evidence": "file-7", "value": "Mia Zebedee"},
        {"field": "phone", "decision": "refused", "evidence": "file-8"},
    ]});
    let (status, closed) = bench.send("POST", &path, &decided).await;
    assert_eq!((status, &closed["state"]), (200, &json!("partly-retained")));
    assert_eq!(bench.send("POST", &path, &decided).await, (200, closed));
    assert!(bench.account.sent().iter().all(|body| body.contains("answer")));
    let rows = format!("{:?}", bench.account.dump("ledger"));
    assert!(!rows.contains("Zebedee"), "a value is in the ledger");
    let shown = bench.get(&of(&request, "")).await;
    assert!(shown["findings"]["corrections"][0]["value"].as_str().unwrap().starts_with("v1-"));
}

#[tokio::test]
async fn a_request_is_closed_with_an_outcome_of_its_kind_and_an_appeal_brings_back_what_was_denied() {
    let bench = Bench::new();
    let complaint = stored(&bench, 1, Kind::Complaint, 1).await;
    let close = |outcome: &str| json!({"outcome": outcome, "evidence": "file-7", "why": "Looked into it."});
    let path = of(&complaint, "/closure");
    assert_eq!(bench.send("POST", &path, &close("completed")).await.1["member"], "outcome");
    assert_eq!(bench.send("POST", &path, &json!({"outcome": "answered", "why": "So."})).await.1["member"], "evidence");
    let (status, closed) = bench.send("POST", &path, &close("answered")).await;
    assert_eq!((status, &closed["state"]), (200, &json!("completed")));
    assert_eq!(bench.send("POST", &path, &close("answered")).await, (200, closed));
    let denied = stored(&bench, 2, Kind::Access, 5).await;
    let denial = json!({"reason": "excessive", "why": "The third this week."});
    bench.send("POST", &of(&denied, "/denial"), &denial).await;
    let appeal = asked(3, Kind::Appeal, Some("mia@example.com"), None, days_ago(1));
    let standing = Standing::InProgress { since: days_ago(1) };
    let appeal = keep(&bench, SubjectRequest { appeal_of: Some(denied.id.clone()), standing, ..appeal }).await;
    let shown = bench.get(&of(&appeal, "")).await;
    assert_eq!(shown["appeal_of"]["outcome"]["reason"], "excessive");
    assert_eq!(bench.send("POST", &of(&appeal, "/closure"), &close("upheld")).await.0, 200);
    assert!(matches!(now_stands(&bench, &denied).await.standing, Standing::InProgress { .. }));
}

#[tokio::test]
async fn a_flag_is_lifted_on_the_person_s_word_and_staff_see_their_other_requests() {
    use privacy::ingest_gate::{Flag, FlagBook};
    let bench = Bench::new();
    let (vault, ledger) = (demo::vault(&bench.account), demo::ledger(&bench.account));
    let by_mail = |number, kind| {
        let request = asked(number, kind, Some("mia@example.com"), None, days_ago(2));
        let proven = vec![privacy::subject_request::Proven { proof: Proof::EmailCode, at: days_ago(1) }];
        SubjectRequest {
            needs: vec![Proof::EmailCode],
            proven,
            standing: Standing::InProgress { since: days_ago(1) },
            ..request
        }
    };
    let mut restriction = by_mail(1, Kind::Restriction);
    let mut asks = by_mail(2, Kind::Complaint);
    let person = demo::keys().suppressions(&restriction.identities()[0]);
    restriction.course.flags = vec![Flag::Restricted];
    restriction.course.flagged = person.iter().cloned().collect();
    for request in [&mut restriction, &mut asks] {
        request.course.people = person.iter().cloned().collect();
        ledger.link_person(&person[0], &request.id).await.unwrap();
    }
    vault.raise_flag(&person[0], Flag::Restricted, days_ago(1)).await.unwrap();
    let (restriction, asks) = (keep(&bench, restriction).await, keep(&bench, asks).await);
    let shown = bench.get(&of(&restriction, "")).await;
    assert_eq!(shown["flags"], json!(["restricted"]));
    assert_eq!(shown["same_person"][0]["reference"], json!(asks.id.as_str()));

    let path = of(&restriction, "/lifting");
    // Who has shown who they are, and is somebody else.
    let noa = asked(3, Kind::Complaint, Some("noa@example.com"), None, days_ago(1));
    let proven = vec![Proven { proof: Proof::EmailCode, at: days_ago(1) }];
    let (needs, standing) = (vec![Proof::EmailCode], Standing::InProgress { since: days_ago(1) });
    let stranger = keep(&bench, SubjectRequest { needs, proven, standing, ..noa }).await;
    for (body, problem) in [
        (json!({"flag": "restricted"}), "bad-member"),
        (json!({"flag": "all", "why": "So."}), "bad-member"),
        (json!({"flag": "opted_out", "why": "So."}), "not-now"),
        (json!({"flag": "restricted", "asked_in": stranger.id.as_str(), "why": "So."}), "bad-member"),
        (json!({"flag": "restricted", "asked_in": "x", "why": "So."}), "bad-member"),
    ] {
        assert_eq!(slug(&bench.send("POST", &path, &body).await.1), problem, "{body}");
    }
    assert!(!vault.flags(&person).await.unwrap().is_empty());
    let body = json!({"flag": "restricted", "asked_in": asks.id.as_str(), "why": "They want it used again."});
    for _ in 0..2 {
        assert_eq!(bench.send("POST", &path, &body).await.0, 200);
    }
    assert!(vault.flags(&person).await.unwrap().is_empty(), "the product may again");
    assert_eq!(vault.lifted_flags(&person[0], SystemClock.now()).await.unwrap().len(), 1);
    let two_years = SystemClock.now() + SignedDuration::from_hours(24 * 732);
    assert_eq!(vault.lifted_flags(&person[0], two_years).await.unwrap(), [], "by [own.flags] of the policy");
    let shown = bench.get(&of(&restriction, "")).await;
    let act = &shown["history"][0];
    assert_eq!(
        (&act["what"], &act["flag"], &act["asked_in"]),
        (&json!("lifted"), &json!("restricted"), &json!(asks.id.as_str()))
    );
    assert!(act["who"].as_str().unwrap().contains(ALEX) && shown["flags"] == json!([]));
}

#[tokio::test]
async fn a_bundle_is_ordered_again_once_and_not_while_one_is_being_made() {
    let bench = Bench::new();
    let copy = asked(1, Kind::Access, Some("mia@example.com"), None, days_ago(60));
    let proven = vec![Proven { proof: Proof::EmailCode, at: days_ago(59) }];
    let standing = Standing::Answered { at: days_ago(58), in_part: false };
    let copy = keep(&bench, SubjectRequest { needs: vec![Proof::EmailCode], proven, standing, ..copy }).await;
    let path = of(&copy, "/bundle");
    let order = |id: &str, reason: &str| json!({"order_id": id, "reason": reason, "why": "Their laptop was stolen."});
    for (body, member) in [
        (json!({"reason": "lost", "why": "So."}), "order_id"),
        (json!({"order_id": "a b", "reason": "lost", "why": "So."}), "order_id"),
        (order("ticket-31", "because"), "reason"),
        (json!({"order_id": "ticket-31", "reason": "lost"}), "why"),
    ] {
        assert_eq!(bench.send("POST", &path, &body).await.1["member"], member, "{body}");
    }
    assert!(bench.account.sent().is_empty());
    for _ in 0..2 {
        let (status, changed) = bench.send("POST", &path, &order("ticket-31", "lost")).await;
        assert_eq!((status, &changed["state"], &changed["is_overdue"]), (200, &json!("in-progress"), &json!(false)));
    }
    for refused in [order("ticket-31", "spoilt"), order("ticket-32", "lost")] {
        assert_eq!(slug(&bench.send("POST", &path, &refused).await.1), "not-now", "{refused}");
    }
    assert!(bench.account.sent().iter().all(|body| body.contains(copy.id.as_str())));
    let shown = bench.get(&of(&copy, "")).await;
    assert_eq!(shown["ordered_again"]["reason"], "lost");
    let history = shown["history"].as_array().unwrap();
    let last = history.last().unwrap();
    assert_eq!((history.len(), &last["what"], &last["by"]), (1, &json!("ordered-again"), &json!("staff")));
    assert_eq!(last["why"], "Their laptop was stolen.");
    let erasure = stored(&bench, 2, Kind::Erasure, 1).await;
    assert_eq!(slug(&bench.send("POST", &of(&erasure, "/bundle"), &order("ticket-33", "lost")).await.1), "not-now");
}

#[tokio::test]
async fn staff_take_a_request_back_on_the_person_s_word_and_say_where_it_is_kept() {
    let bench = Bench::new();
    let request = stored(&bench, 1, Kind::Access, 1).await;
    let path = of(&request, "/withdrawal");
    for (body, member) in [
        (json!({"why": "They wrote so."}), "evidence"),
        (json!({"evidence": "mail-77"}), "why"),
        (json!({"evidence": "mia@example.com", "why": "They wrote so."}), "evidence"),
    ] {
        assert_eq!(bench.send("POST", &path, &body).await.1["member"], member, "{body}");
    }
    let body = json!({"evidence": "mail-77", "why": "They wrote so."});
    let (status, taken) = bench.send("POST", &path, &body).await;
    assert_eq!((status, &taken["state"]), (200, &json!("denied")), "the interface has no other word for it");
    assert_eq!(bench.send("POST", &path, &body).await, (200, taken), "sent again it is the same");
    assert!(bench.account.sent().iter().all(|body| body.contains("withdrawal")));
    let shown = bench.get(&of(&request, "")).await;
    let act = shown["history"].as_array().unwrap().iter().find(|act| act["what"] == "withdrawn").unwrap().clone();
    assert_eq!((&act["evidence"], &act["why"]), (&json!("mail-77"), &json!("They wrote so.")), "{act}");
    assert_eq!(shown["left"], json!([]), "nothing is left to do");
    let denial = json!({"reason": "excessive", "why": "So."});
    assert_eq!(slug(&bench.send("POST", &of(&request, "/denial"), &denial).await.1), "not-now");
}
