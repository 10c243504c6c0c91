//! Browsers that send Global Privacy Control.

use super::*;

#[tokio::test]
async fn the_page_says_to_a_browser_with_the_signal_that_it_is_heard_and_to_no_other() {
    let bench = Bench::new();
    for (value, is_heard) in
        [("1", true), ("0", false), ("", false), ("true", false), ("11", false), ("0,1", true), ("1, 1", true)]
    {
        let page = bench.send("GET", "/privacy", &json!({"sec-gpc": value}), "").await;
        check_page("privacy", &page.text);
        assert_eq!(page.text.contains("Opt-out request honored"), is_heard, "{value:?}");
    }
    let page = bench.send("GET", "/privacy", &json!({}), "").await;
    assert!(!page.text.contains("Global Privacy Control"));
    assert!(bench.account.dump("ledger").is_empty() && bench.account.sent().is_empty(), "a look is no request");
}

#[tokio::test]
async fn the_resource_of_the_specification_says_that_the_signal_is_heard() {
    let bench = Bench::new();
    let answer = bench.send("GET", "/.well-known/gpc.json", &json!({}), "").await;
    assert_eq!((answer.status, answer.media_type.as_str()), (200, JSON));
    let said = answer.json();
    assert_eq!(said["gpc"], true);
    assert!(said["lastUpdate"].as_str().unwrap().parse::<jiff::civil::Date>().is_ok(), "{said}");
    let probe = bench.send("HEAD", "/.well-known/gpc.json", &json!({}), "").await;
    assert_eq!((probe.status, probe.text.as_str()), (200, ""));
    assert_eq!(bench.send("POST", "/.well-known/gpc.json", &json!({}), "").await.status, 405);
}

#[tokio::test]
async fn whoever_shows_an_address_from_such_a_browser_has_opted_out_once_and_without_it_nobody_has() {
    for (signal, is_heard) in [("1", true), ("0", false)] {
        let bench = Bench::new();
        let reference = asked(&bench).await;
        let headers = json!({"content-type": JSON, "sec-gpc": signal});
        let path = format!("/api/dsr/{reference}/verification");
        let wrong = bench.send("POST", &path, &headers, "{\"code\":\"x\"}").await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.json()["opted_out"].is_null(), "nothing was shown");
        let body = json!({"code": bench.code_for(&reference).await}).to_string();
        let shown = bench.send("POST", &path, &headers, &body).await;
        assert_eq!(shown.status, 200);
        let opted_out = &shown.json()["opted_out"];
        assert_eq!(opted_out.is_object(), is_heard, "{signal}: {opted_out}");
        if let Some(reference) = opted_out["reference"].as_str() {
            let request = bench.stored(reference).await;
            assert_eq!(request.kind.as_str(), "opt-out");
            assert_eq!(request.standing.name(), "completed", "it works at once");
            assert_eq!(request.contact.email.as_ref().map(|email| email.expose()), Some("mia@example.com"));
            assert!(request.contact.account.is_none() && !request.course.flags.is_empty());
        }
        assert_eq!(bench.stored(&reference).await.standing.name(), "in-progress");
    }
}

#[tokio::test]
async fn who_fills_in_the_form_reads_that_they_have_opted_out() {
    let bench = Bench::new();
    let reference = asked(&bench).await;
    let headers = json!({"content-type": FORM, "accept": "text/html", "sec-gpc": "1"});
    let body = format!("code={}", bench.code_for(&reference).await);
    let page = bench.send("POST", &format!("/api/dsr/{reference}/verification"), &headers, &body).await;
    assert_eq!(page.status, 200);
    check_page("verified", &page.text);
    assert!(page.text.contains("Opt-out request honored"), "{}", page.text);
}

#[tokio::test]
async fn a_californian_opts_out_by_the_law_of_california() {
    let bench = Bench::new();
    let body = json!({"kind": "access", "email": "mia@example.com", "residence": "California"});
    let reference = bench.post("/api/dsr", &body).await.json()["reference"].as_str().unwrap().to_owned();
    let headers = json!({"content-type": JSON, "sec-gpc": "1"});
    let body = json!({"code": bench.code_for(&reference).await}).to_string();
    let shown = bench.send("POST", &format!("/api/dsr/{reference}/verification"), &headers, &body).await.json();
    let opted_out = bench.stored(shown["opted_out"]["reference"].as_str().unwrap()).await;
    assert_eq!((opted_out.regime.as_str(), opted_out.clocks.zone.as_str()), ("CA_CCPA", "America/Los_Angeles"));
    assert!(opted_out.clocks.legal.rule.starts_with("bdays:15"), "{}", opted_out.clocks.legal.rule);
}
