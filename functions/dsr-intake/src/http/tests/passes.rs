use privacy::subject_request::pass::{Pass, day_of};

use super::*;

#[tokio::test]
async fn a_pass_has_a_code_sent_counts_as_no_try_and_looks_the_same_whatever_it_is() {
    let bench = Bench::new();
    let reference = asked(&bench).await;
    let request = bench.stored(&reference).await;
    let address = format!("email#{}", request.contact.email.as_ref().unwrap().expose());
    let pass = Pass::of(&demo::keys(), &address, day_of(SystemClock.now())).unwrap();
    let codes = || bench.account.sent().iter().filter(|body| body.contains("\"code\"")).count();
    let path = format!("/api/dsr/{reference}/verification");
    let wrong = bench.post(&path, &json!({"code": "1234 5678 9012 3456"})).await;
    assert_eq!((wrong.status, codes()), (202, 0));
    let right = bench.post(&path, &json!({"code": pass.expose()})).await;
    assert_eq!((right.status, &right.text, codes()), (202, &wrong.text, 1));
    let unknown =
        bench.post(&format!("/api/dsr/8{}/verification", "a".repeat(32)), &json!({"code": pass.expose()})).await;
    assert_eq!((unknown.status, codes()), (202, 1));
    let page = bench.fill_in(&path, &format!("code={}", pass.expose().replace(' ', "+"))).await;
    assert_eq!((page.status, codes()), (202, 2));
    check_page("pass", &page.text);
    // By a counter of its own: the worker lets it through a flood.
    let sent = bench.account.sent();
    let sources = sent.iter().filter(|body| body.contains("\"code\"")).map(|body| body.contains("\"source\""));
    assert!(sources.clone().count() == 2 && sources.clone().all(|has_source| has_source));
    let code = bench.code_for(&reference).await;
    for _ in 0..5 {
        bench.post(&path, &json!({"code": "1234567890123456"})).await;
    }
    assert_eq!(
        bench.post(&path, &json!({"code": code})).await.status,
        200,
        "a wrong pass touches neither it nor its tries"
    );
}

#[tokio::test]
async fn a_pass_has_a_code_sent_for_a_download_too() {
    let bench = Bench::new();
    let reference = asked(&bench).await;
    let request = bench.stored(&reference).await;
    let address = format!("email#{}", request.contact.email.as_ref().unwrap().expose());
    let pass = Pass::of(&demo::keys(), &address, day_of(SystemClock.now())).unwrap();
    let path = format!("/api/dsr/{reference}/download");
    let answer = bench.post(&path, &json!({"code": pass.expose()})).await;
    let sent = bench.account.sent();
    assert_eq!((answer.status, sent.iter().filter(|body| body.contains("\"code\"")).count()), (202, 1));
    let page = bench.fill_in(&path, &format!("code={}", pass.expose().replace(' ', "+"))).await;
    assert_eq!(page.status, 202);
    assert!(
        page.text.find("/download").unwrap() < page.text.find("/verification").unwrap(),
        "what it was for comes first"
    );
}
