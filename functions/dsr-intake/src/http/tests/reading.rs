//! What is read of a body, and what is wrong with it.

use super::*;

#[tokio::test]
async fn everything_that_one_can_say_is_kept() {
    let bench = Bench::new();
    let full = json!({
        "kind": "appeal", "email": "Mia@Example.com", "residence": "Nowhere at all",
        "connected_account": {"platform": "Instagram", "handle": "@Mia"},
        "agent": {"email": "agent@example.org", "name": "An Agent", "power_of_attorney": true,
                  "permission_sha256": "AB".repeat(32)},
        "about_child": true, "appeal_of": format!("8{}", "a".repeat(32)), "details": "line\nline", "other": 1,
    });
    let answer = bench.post("/api/dsr", &full).await;
    let stored = bench.stored(answer.json()["reference"].as_str().unwrap()).await;
    assert_eq!(stored.regime, "UNKNOWN");
    assert_eq!(stored.contact.email.unwrap().expose(), "mia@example.com");
    assert_eq!(stored.contact.account.unwrap().handle.expose(), "mia");
    let agent = stored.agent.unwrap();
    assert!(agent.has_power_of_attorney && agent.permission_sha256.is_some() && stored.about_child);
    assert!(stored.appeal_of.is_some() && stored.details.is_some());
}

#[tokio::test]
async fn what_cannot_be_read_is_named_and_stores_nothing() {
    let bench = Bench::new();
    let with = |name: &str, value: Value| {
        let mut ask = ask();
        ask[name] = value;
        ask
    };
    for (body, member) in [
        (json!({"email": "mia@example.com"}), "kind"),
        (with("kind", json!("delete-all")), "kind"),
        (with("kind", json!(1)), "kind"),
        (with("email", Value::Null), "email"),
        (with("email", json!("mia")), "email"),
        (with("email", json!("mia@example.com\nBcc: x@example.com")), "email"),
        (with("connected_account", json!({"platform": "instagram"})), "connected_account"),
        (with("connected_account", json!("instagram")), "connected_account"),
        (with("agent", json!({})), "agent"),
        (with("agent", json!(true)), "agent"),
        (with("agent", json!({"email": "a@example.org", "permission_sha256": "short"})), "agent"),
        (with("about_child", json!("yes")), "about_child"),
        (with("kind", json!("appeal")), "appeal_of"),
        (with("appeal_of", json!("a".repeat(32))), "appeal_of"),
        (with("details", json!("x".repeat(4001))), "details"),
        (with("residence", json!("x".repeat(201))), "residence"),
        (with("residence", json!(["Germany"])), "residence"),
        (with("has_account", json!("yes")), "has_account"),
        (with("data_points", json!(["phone"])), "data_points"),
        (with("data_points", json!({"phone": 5})), "data_points"),
        (with("data_points", json!({"phone": "--"})), "data_points"),
        (with("data_points", json!({"phone": "5".repeat(201)})), "data_points"),
        (with("declaration", json!("=HYPERLINK(\"http://x\")")), "declaration"),
        (with("declaration", json!("Mia\nExample")), "declaration"),
        (with("declaration", json!("Mia \u{202e}elpmaxE")), "declaration"),
        (with("details", json!("a\u{0}b")), "details"),
        (with("agent", json!({"name": "@SUM(A1)"})), "agent"),
        (with("agent", json!({"name": "Leo\r\nBcc: x@example.com"})), "agent"),
        (with("connected_account", json!({"platform": "instagram", "handle": "m\u{202e}ia"})), "connected_account"),
        (with("connected_account", json!({"platform": "insta gram", "handle": "mia"})), "connected_account"),
        (with("connected_account", deep(100)), "connected_account"),
    ] {
        let answer = bench.post("/api/dsr", &body).await;
        assert_eq!((answer.status, answer.media_type.as_str()), (400, "application/problem+json"), "{body}");
        assert_eq!(answer.json()["member"], member, "{body}");
        assert!(!answer.text.contains("mia"), "{}", answer.text);
    }
    for (media_type, body, status) in [
        (JSON, "[]".to_owned(), 400),
        (JSON, format!("{{\"kind\":{}1{}}}", "[".repeat(5_000), "]".repeat(5_000)), 400),
        (JSON, "\u{feff}{}".to_owned(), 400),
        (JSON, "{".to_owned(), 400),
        ("text/plain", ask().to_string(), 415),
        (JSON, with("details", json!("x".repeat(66_000))).to_string(), 413),
    ] {
        let answer = bench.send("POST", "/api/dsr", &json!({"content-type": media_type}), &body).await;
        assert_eq!(answer.status, status, "{media_type}");
    }
    assert!(bench.account.dump("ledger").is_empty() && bench.account.sent().is_empty());
}

#[tokio::test]
async fn a_body_that_is_no_form_or_no_text_or_too_large_is_refused_and_nothing_of_it_stored() {
    let bench = Bench::new();
    let part = |charset: &str, text: &[u8]| {
        let head = format!(
            "--X\r\nContent-Disposition: form-data; name=\"kind\"\r\nContent-Type: text/plain{charset}\r\n\r\n"
        );
        [head.as_bytes(), text, b"\r\n--X--\r\n"].concat()
    };
    let multipart = "multipart/form-data; boundary=X";
    for (media_type, body, status) in [
        ("multipart/form-data", part("", b"access"), 400),
        (multipart, b"--X\r\nContent-Dis".to_vec(), 400),
        (multipart, part("; charset=utf-16", b"access"), 400),
        (multipart, part("", b"acc\xffess"), 400),
        (multipart, part("", b"access"), 400),
        (multipart, part("", &vec![b'x'; 600_000]), 413),
        ("multipart/mixed; boundary=X", part("", b"access"), 415),
        ("application/octet-stream", vec![0xff; 10], 415),
        (FORM, b"kind=access&email=mia%40example.com\xff".to_vec(), 400),
        (FORM, vec![b'x'; 600_000], 413),
        (JSON, b"{\"kind\": \"acc\xffess\"}".to_vec(), 400),
        (
            JSON,
            [b"{\"kind\": \"access\", \"email\": \"mia@example.com\", \"other\": \"".as_slice(), b"\xff\"}"].concat(),
            400,
        ),
        (JSON, vec![b'{'; 600_000], 413),
    ] {
        let answer = bench.send_bytes("/api/dsr", &json!({"content-type": media_type}), &body).await;
        assert_eq!(answer.status, status, "{media_type} {}", String::from_utf8_lossy(&body[..body.len().min(90)]));
        assert!(answer.location.is_none() && !answer.text.contains("requests/8"), "{media_type}");
    }
    assert!(bench.account.dump("ledger").is_empty() && bench.account.sent().is_empty());
}

#[tokio::test]
async fn four_thousand_characters_of_any_script_are_taken_and_more_come_back_to_be_mended() {
    let bench = Bench::new();
    for text in ["한".repeat(4_000), "x".repeat(4_000)] {
        let mut written = ask();
        written["details"] = json!(text);
        let answer = bench.post("/api/dsr", &written).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
    }
    let typed = format!("kind=access&email=mia%40example.com&residence=Berlin&details={}", "y".repeat(20_000));
    let answer = bench.fill_in("/api/dsr", &typed).await;
    assert_eq!((answer.status, answer.media_type.as_str()), (400, "text/html; charset=utf-8"));
    assert!(answer.text.contains(&"y".repeat(20_000)) && answer.text.contains("Berlin"), "nothing is lost");
}
