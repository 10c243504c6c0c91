//! What is refused, whatever a body says.

use super::*;

#[tokio::test]
async fn a_wrong_method_gets_a_problem_document_unless_a_page_is_wanted() {
    let bench = Bench::new();
    for (accept, media_type) in [
        (json!({}), "application/problem+json"),
        (json!({"accept": "*/*"}), "application/problem+json"),
        (json!({"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}), "text/html; charset=utf-8"),
    ] {
        let answer = bench.send("DELETE", "/privacy", &accept, "").await;
        assert_eq!((answer.status, answer.media_type.as_str()), (405, media_type), "{accept}");
    }
}

#[tokio::test]
async fn a_source_that_sends_too_many_waits_a_minute() {
    let bench = Bench::new();
    let mut statuses = Vec::new();
    // More than two minutes' worth, should a minute end meanwhile.
    for _ in 0..250 {
        statuses.push(bench.post("/api/dsr", &ask()).await.status);
    }
    assert!(statuses[..100].iter().all(|status| *status == 202));
    assert!(statuses.contains(&429));
    let mut page = bench.fill_in("/api/dsr", "kind=access&email=mia%40example.com").await;
    for _ in 0..250 {
        if page.status == 429 {
            break;
        }
        page = bench.fill_in("/api/dsr", "kind=access&email=mia%40example.com").await;
    }
    assert_eq!(page.status, 429);
    check_page("too many", &page.text);
}

#[tokio::test]
async fn nothing_is_acknowledged_that_is_not_stored() {
    let bench = Bench::new();
    bench.account.trouble("PutItem", &[Trouble::Down; 10]);
    let answer = bench.post("/api/dsr", &ask()).await;
    assert_eq!((answer.status, &answer.json()["type"]), (503, &json!("urn:privacy:problem:unavailable")));
    assert!(bench.account.sent().is_empty());
}

#[tokio::test]
async fn other_paths_and_methods_have_their_own_answers() {
    let bench = Bench::new();
    for (method, path, status) in [
        ("GET", "/api/dsr", 405),
        ("DELETE", "/privacy", 405),
        ("POST", "/api/dsr/short/codes", 404),
        ("POST", "/api/dsr/short/more/code", 404),
        ("GET", "/api/dsr/short/code", 405),
        ("GET", "/api/nothing", 404),
    ] {
        let answer = bench.send(method, path, &json!({"content-type": JSON, "accept": JSON}), "{}").await;
        assert_eq!(
            (answer.status, answer.media_type.as_str()),
            (status, "application/problem+json"),
            "{method} {path}"
        );
    }
    assert_eq!(bench.send("HEAD", "/privacy", &json!({}), "").await.text, "");
}
