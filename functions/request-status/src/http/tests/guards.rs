//! What no answer and no log line gives away.

use super::*;

#[tokio::test]
async fn every_answer_is_guarded() {
    let expected = [
        ("cache-control", "no-store"),
        ("x-robots-tag", "noindex, nofollow"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("strict-transport-security", "max-age=31536000"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
        ("cross-origin-resource-policy", "same-origin"),
        ("vary", "Accept"),
    ];
    let page = format!("/privacy/requests/{CODE}");
    let site = site();
    for (method, path) in
        [("GET", page.as_str()), ("HEAD", &page), ("POST", &page), ("GET", "/"), ("GET", "/privacy/requests/x")]
    {
        for accept in ["text/html", "application/json"] {
            let answered = ask(&site, method, path, Some(accept)).await;
            for (name, value) in expected {
                assert_eq!(answered.headers[name], value, "{method} {path} {name}");
            }
            let policy = answered.headers["content-security-policy"].to_str().unwrap();
            for part in [
                "default-src 'none'",
                "base-uri 'none'",
                "form-action 'self' https://*.amazonaws.com;",
                "frame-ancestors 'none'",
            ] {
                assert!(policy.contains(part), "{policy}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_not_a_stored_code_gets_one_answer() {
    let encoded = format!("%6b{}", &CODE[1..]);
    let (upper, long, longest) = (CODE.to_uppercase(), format!("{CODE}a"), "a".repeat(4000));
    let (dotted, spaced, queried) = (format!("{CODE}."), format!(" {CODE}"), format!("{CODE}%3Fx"));
    let odd = [
        "x",
        "short",
        &upper,
        &long,
        &longest,
        &encoded,
        &dotted,
        &spaced,
        &queried,
        &CODE[..31],
        "%00",
        "%2e%2e%2f",
        "..",
        "ä",
        "🙂",
        "%F0%9F%99%82",
        "%",
        "%zz",
        "<script>",
        "a\tb",
        "1 or 1=1",
        "head#",
        "",
    ];
    let site = site();
    for accept in [None, Some("application/json")] {
        let expected = ask(&site, "GET", &format!("/privacy/requests/{UNKNOWN}"), accept).await;
        assert_eq!(expected.status, 404);
        for code in odd {
            let answered = ask(&site, "GET", &format!("/privacy/requests/{code}"), accept).await;
            assert_eq!(answered.status, 404, "{code}");
            assert_eq!(answered.headers, expected.headers, "{code}");
            assert_eq!(answered.body, expected.body, "{code}");
        }
    }
}

#[tokio::test]
async fn a_fault_is_answered_and_logged_without_the_code() {
    let site = site();
    let path = format!("/privacy/requests/{CODE}");
    for (accept, media_type) in [("text/html", HTML), ("application/json", PROBLEM)] {
        site.showcase.strike(Some(Strike::Before(1)));
        let answered = ask(&site, "GET", &path, Some(accept)).await;
        assert_eq!((answered.status, answered.media_type()), (503, media_type));
        assert_eq!(answered.headers["retry-after"], "30");
        assert!(!answered.body.contains("struck"), "{}", answered.body);
    }
    assert_eq!(ask(&site, "GET", &path, None).await.status, 200);

    let text = String::from_utf8(LINES.take()).unwrap();
    assert!(!text.contains(CODE), "{text}");
    let logged: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let fields = |index: usize| (logged[index]["level"].as_str().unwrap(), logged[index]["outcome"].as_str().unwrap());
    assert_eq!(
        (0..logged.len()).map(fields).collect::<Vec<_>>(),
        [
            ("ERROR", "unavailable"),
            ("INFO", "unavailable"),
            ("ERROR", "unavailable"),
            ("INFO", "unavailable"),
            ("INFO", "shown")
        ]
    );
    assert_eq!(logged[0]["obligation.ref"], samples::received().id.log_ref());
    assert_eq!(logged[0]["cause"], "showcase.show failed: struck before");
    assert_eq!((&logged[1]["http.status"], &logged[4]["http.status"]), (&503.into(), &200.into()));
    assert!(logged.iter().all(|line| line["request.id"] == "lambda-request-id"), "{text}");
}
