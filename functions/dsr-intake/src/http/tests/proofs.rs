//! What somebody shows: codes, logins, declarations.

use super::*;

#[tokio::test]
async fn a_code_verifies_and_everything_else_is_refused_alike() {
    let bench = Bench::new();
    let reference = asked(&bench).await;
    let path = format!("/api/dsr/{reference}/verification");
    let unknown = format!("/api/dsr/8{}/verification", "a".repeat(32));
    let code = bench.code_for(&reference).await;
    let wrong = format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000);
    let refusal = bench.post(&path, &json!({"code": wrong})).await;
    assert_eq!((refusal.status, refusal.media_type.as_str()), (422, "application/problem+json"));
    assert_eq!(bench.post(&unknown, &json!({"code": code})).await.text, refusal.text, "no such request");
    let verified = bench.post(&path, &json!({"code": code})).await;
    assert_eq!((verified.status, &verified.json()["state"]), (200, &json!("in-progress")));
    assert_eq!(bench.post(&path, &json!({"code": code})).await.text, refusal.text, "used");
    assert_eq!(bench.post(&path, &json!({})).await.status, 400);
    let page = bench.fill_in(&path, "code=123456").await;
    assert_eq!(page.status, 422);
    check_page("not verified", &page.text);
}

#[tokio::test]
async fn twenty_tries_at_once_are_three() {
    let bench = Bench::new();
    let reference = asked(&bench).await;
    let code = bench.code_for(&reference).await;
    let wrong = format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000);
    let path = format!("/api/dsr/{reference}/verification");
    let body = json!({"code": wrong});
    let mut tries = Vec::new();
    for _ in 0..20 {
        tries.push(bench.post(&path, &body).await.status);
    }
    assert!(tries.iter().all(|status| *status == 422));
    assert_eq!(bench.post(&path, &json!({"code": code})).await.status, 422, "its tries are used up");
}

#[tokio::test]
async fn a_fresh_code_is_promised_to_everybody_and_sent_to_who_asked() {
    let bench = Bench::new();
    let reference = asked(&bench).await;
    let unknown = bench.post(&format!("/api/dsr/8{}/code", "a".repeat(32)), &json!({})).await;
    let known = bench.post(&format!("/api/dsr/{reference}/code"), &json!({})).await;
    assert_eq!((known.status, unknown.status), (202, 202));
    let nobody = format!("8{}", "a".repeat(32));
    assert_eq!(timeless(&known.text).replace(&reference, "x"), timeless(&unknown.text).replace(&nobody, "x"));
    let sent = bench.account.sent();
    assert_eq!(sent.iter().filter(|body| body.contains("\"code\"")).count(), 1);
    for odd in ["short", &"a".repeat(33), &format!("8{}", "1".repeat(32)), &"x".repeat(2_000), "%2F", "8%00"] {
        let answer = bench.post(&format!("/api/dsr/{odd}/code"), &json!({})).await;
        assert_eq!(
            (answer.status, timeless(&answer.text)),
            (202, timeless(&unknown.text)),
            "{odd}: as what nobody knows"
        );
        let answer = bench.post(&format!("/api/dsr/{odd}/verification"), &json!({"code": "123456"})).await;
        assert_eq!(answer.status, 422, "{odd}");
    }
    check_page("code sent", &bench.fill_in(&format!("/api/dsr/{reference}/code"), "").await.text);
}

#[tokio::test]
async fn the_code_before_is_void_once_a_fresh_one_was_promised() {
    let bench = Bench::new();
    let (reference, other) = (asked(&bench).await, asked(&bench).await);
    let (code, beside) = (bench.code_for(&reference).await, bench.code_for(&other).await);
    assert_eq!(bench.post(&format!("/api/dsr/{reference}/code"), &json!({})).await.status, 202);
    let path = |reference: &str| format!("/api/dsr/{reference}/verification");
    assert_eq!(
        bench.post(&path(&reference), &json!({"code": code})).await.status,
        422,
        "before the worker made another"
    );
    let fresh = bench.code_for(&reference).await;
    assert_eq!(bench.post(&path(&reference), &json!({"code": fresh})).await.status, 200);
    assert_eq!(bench.post(&path(&other), &json!({"code": beside})).await.status, 200, "of another request it is not");
}

#[tokio::test]
async fn a_login_at_the_dashboard_verifies_and_everything_else_is_refused_alike() {
    let bench = Bench::new();
    let mut ask = ask();
    ask["has_account"] = json!(true);
    let reference = bench.post("/api/dsr", &ask).await.json()["reference"].as_str().unwrap().to_owned();
    let other = bench.post("/api/dsr", &ask).await.json()["reference"].as_str().unwrap().to_owned();
    let path = format!("/api/dsr/{reference}/verification");
    let now = SystemClock.now().as_second();
    let refusal = bench.post(&path, &json!({"assertion": "a.b.c"})).await;
    assert_eq!((refusal.status, refusal.media_type.as_str()), (422, "application/problem+json"));
    let none = json!({});
    for (name, token) in [
        ("another request", assertion(&other, "1", "now", 1, &none)),
        ("another service", assertion(&reference, "1", "now", 1, &json!({"aud": "https://other.example"}))),
        ("another issuer", assertion(&reference, "1", "now", 1, &json!({"iss": "https://other.example"}))),
        ("an old login", assertion(&reference, "1", "now", 1, &json!({"auth_time": now - 400}))),
        ("over", assertion(&reference, "1", "now", 1, &json!({"exp": now - 1}))),
        ("not yet", assertion(&reference, "1", "now", 1, &json!({"iat": now + 90, "auth_time": now + 90}))),
        ("an unknown key", assertion(&reference, "1", "next", 2, &none)),
        ("a wrong key", assertion(&reference, "1", "now", 2, &none)),
        ("huge", assertion(&reference, "1", "now", 1, &json!({"more": "x".repeat(5_000)}))),
        ("nothing", String::new()),
    ] {
        let answer = bench.post(&path, &json!({"assertion": token})).await;
        assert_eq!((answer.status, answer.text.as_str()), (422, refusal.text.as_str()), "{name}");
    }
    let good = assertion(&reference, "2", "now", 1, &none);
    let unknown = format!("/api/dsr/8{}/verification", "a".repeat(32));
    assert_eq!(bench.post(&unknown, &json!({"assertion": good})).await.text, refusal.text, "no such request");
    let verified = bench.post(&path, &json!({"assertion": good})).await;
    assert_eq!((verified.status, &verified.json()["state"]), (200, &json!("in-progress")), "{}", verified.text);
    assert_eq!(verified.json()["missing"], json!([]));
    assert_eq!(bench.post(&path, &json!({"assertion": good})).await.text, refusal.text, "used");
    let stored = bench.stored(&reference).await;
    assert_eq!(stored.member.unwrap().user.as_str(), "user-7");
    // The same name of a token for another request.
    let reused = assertion(&other, "2", "now", 1, &none);
    let path = format!("/api/dsr/{other}/verification");
    assert_eq!(bench.post(&path, &json!({"assertion": reused})).await.text, refusal.text);
    assert_eq!(bench.stored(&other).await.member, None);
}

#[tokio::test(start_paused = true)]
async fn a_new_key_of_the_dashboard_works_within_seconds() {
    let bench = Bench::new();
    let mut ask = ask();
    ask["has_account"] = json!(true);
    let reference = bench.post("/api/dsr", &ask).await.json()["reference"].as_str().unwrap().to_owned();
    let path = format!("/api/dsr/{reference}/verification");
    let token = assertion(&reference, "1", "next", 2, &json!({}));
    assert_eq!(bench.post(&path, &json!({"assertion": token})).await.status, 422);
    bench.account.set_secret("dashboard-keys", &dashboard_keys(&[("now", 1), ("next", 2)]));
    tokio::time::advance(std::time::Duration::from_secs(4)).await;
    assert_eq!(bench.post(&path, &json!({"assertion": token})).await.status, 200);
}

#[tokio::test]
async fn a_declaration_is_taken_where_it_was_asked_for() {
    let bench = Bench::new();
    let californian = json!({
        "kind": "access", "email": "mia@example.com", "residence": "California",
        "data_points": {"phone": "+1 555 0199", "day": "2026-03-05", "unknown": "ignored"},
    });
    let answer = bench.post("/api/dsr", &californian).await;
    let reference = answer.json()["reference"].as_str().unwrap().to_owned();
    let path = format!("/api/dsr/{reference}/verification");
    let declared = bench.post(&path, &json!({"declaration": "Mia Example"})).await;
    assert_eq!((declared.status, declared.json()["missing"].clone()), (200, json!(["email-code", "data-points"])));
    let refusal = bench.post(&path, &json!({"declaration": "Mia Example"})).await;
    assert_eq!(refusal.status, 422, "once");
    for (body, status) in [
        (json!({"declaration": "=Mia"}), 400),
        (json!({"code": "123456", "declaration": "Mia"}), 400),
        (json!({"assertion": 1}), 400),
        (json!({"code": deep(50)}), 400),
    ] {
        assert_eq!(bench.post(&path, &body).await.status, status, "{body}");
    }
    let code = bench.code_for(&reference).await;
    let proved = bench.fill_in(&path, &format!("code={code}")).await;
    assert_eq!(proved.status, 200);
    check_page("half verified", &proved.text);
    assert!(proved.text.contains("compare what you named"), "{}", proved.text);
    let stored = bench.stored(&reference).await;
    assert_eq!((stored.data_points.len(), stored.is_verified()), (2, false));
    let dump = format!("{:?}", bench.account.dump("ledger"));
    assert!(!dump.contains("0199") && dump.contains("Mia Example"), "what is compared is kept as a hash only");
}

#[tokio::test]
async fn an_address_and_an_account_have_a_code_each() {
    let bench = Bench::new();
    let mut ask = ask();
    ask["connected_account"] = json!({"platform": "instagram", "handle": "mia"});
    let reference = bench.post("/api/dsr", &ask).await.json()["reference"].as_str().unwrap().to_owned();
    let code = bench.code_for(&reference).await;
    let before = bench.account.sent().len();
    let page = bench.fill_in(&format!("/api/dsr/{reference}/verification"), &format!("code={code}")).await;
    assert!(page.text.contains("as a message"), "{}", page.text);
    let sent = bench.account.sent();
    assert_eq!(sent.len(), before + 1);
    assert!(sent[before].contains("\"code\"") && sent[before].contains(&reference), "{}", sent[before]);
}

#[tokio::test]
async fn tries_that_somebody_burns_keep_nobody_from_their_code() {
    let bench = Bench::new();
    let reference = asked(&bench).await;
    let path = format!("/api/dsr/{reference}/verification");
    let code = bench.code_for(&reference).await;
    for _ in 0..4 {
        assert_eq!(bench.post(&path, &json!({"code": "x00000"})).await.status, 422);
    }
    assert_eq!(bench.post(&path, &json!({"code": code})).await.status, 422, "its three tries are gone");
    assert_eq!(bench.post(&format!("/api/dsr/{reference}/code"), &json!({})).await.status, 202);
    let code = bench.code_for(&reference).await;
    assert_eq!(bench.post(&path, &json!({"code": code})).await.status, 200);
}
