//! Whatever keeps a form from being taken, it comes back with all that was typed, and with everything that is to be mended.

use super::*;

/// Escaped as a browser sends it.
fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test]
async fn every_mistake_is_marked_at_once() {
    let bench = Bench::new();
    let typed = "email=mia%40&platform=instagram&handle=a+b&appeal_of=8x&residence=Berlin&agent_name=%3DLeo&details=fine\
        &point_name=--&declaration=%40Mia";
    let page = bench.fill_in("/api/dsr", typed).await;
    assert_eq!(page.status, 400);
    check_page("many mistakes", &page.text);
    for field in ["kind", "email", "handle", "appeal_of", "agent_name", "point_name", "declaration"] {
        assert!(page.text.contains(&format!("id=\"wrong-{field}\"")), "{field}");
    }
    for field in ["residence", "details", "platform"] {
        assert!(!page.text.contains(&format!("id=\"wrong-{field}\"")), "{field}");
    }
    assert!(page.text.contains("value=\"Berlin\"") && page.text.contains("fine"));
    // Whoever named an account need not give an address, even if the account is to be mended.
    let page = bench.fill_in("/api/dsr", "kind=access&handle=mia").await;
    assert!(page.text.contains("id=\"wrong-platform\"") && !page.text.contains("id=\"wrong-email\""));
    let nobody = bench.fill_in("/api/dsr", "kind=appeal").await;
    assert!(nobody.text.contains("id=\"wrong-email\""));
    assert!(bench.account.dump("ledger").is_empty());
}

#[tokio::test]
async fn a_text_that_is_far_too_long_comes_back_to_be_shortened() {
    let bench = Bench::new();
    let long = "한".repeat(25_000);
    let body = format!("form_id=f&kind=access&email=mia%40example.com&details={}", escaped(&long));
    let page = bench.fill_in("/api/dsr", &body).await;
    assert_eq!(page.status, 400);
    check_page("too long", &page.text);
    assert!(page.text.contains(&long) && page.text.contains("id=\"wrong-details\""), "nothing is lost");
    // More than a function can send back: the browser has it still.
    let page = bench.fill_in("/api/dsr", &format!("kind=access&details={}", "x".repeat(600_000))).await;
    assert_eq!(page.status, 413);
    check_page("larger than a form", &page.text);
    assert!(page.text.contains("Go back in your browser"));
    // What escapes to six times its length still fits into an answer.
    let page = bench.fill_in("/api/dsr", &format!("kind=access&details={}", "\"".repeat(520_000))).await;
    assert!(page.status == 400 && page.text.len() < 6_000_000, "{}", page.text.len());
    assert!(bench.account.dump("ledger").is_empty());
}

#[tokio::test]
async fn a_fault_of_ours_costs_nobody_what_they_typed() {
    let bench = Bench::new();
    let typed = "form_id=0123456789abcdef&kind=access&email=mia%40example.com&residence=Berlin&details=two+lines%0Aof+it&about_child=yes";
    bench.account.trouble("PutItem", &[Trouble::Down; 10]);
    let page = bench.fill_in("/api/dsr", typed).await;
    assert_eq!(page.status, 503);
    check_page("fault", &page.text);
    for kept in [
        "value=\"mia@example.com\"",
        "value=\"Berlin\"",
        "two lines\nof it",
        "value=\"access\" checked",
        "value=\"0123456789abcdef\"",
        "Please send it again in a minute",
    ] {
        assert!(page.text.contains(kept), "{kept}: {}", page.text);
    }
    assert!(!page.text.contains("id=\"wrong-"), "nothing is to be mended");
    bench.account.trouble("PutItem", &[]);
    // JSON and the other forms have their plain answers.
    let json = bench.send("POST", "/api/dsr", &json!({"content-type": FORM, "accept": JSON}), "kind=x").await;
    assert_eq!((json.status, json.media_type.as_str()), (400, "application/problem+json"));
}

#[tokio::test]
async fn who_has_to_wait_keeps_what_they_typed() {
    let bench = Bench::new();
    let typed = "kind=access&email=mia%40example.com&details=kept+for+later";
    let mut page = bench.fill_in("/api/dsr", typed).await;
    for _ in 0..500 {
        if page.status == 429 {
            break;
        }
        page = bench.fill_in("/api/dsr", typed).await;
    }
    assert_eq!(page.status, 429);
    check_page("too many", &page.text);
    assert!(page.text.contains("kept for later") && page.text.contains("Please wait a minute"), "{}", page.text);
    comes_back(&bench, 429, "too many requests from where you are", "Wait 60 seconds").await;
}

/// Whatever shows something, sent as a form: it is there again, with no code in it, whoever the reference belongs to.
async fn comes_back(bench: &Bench, status: u16, why: &str, when: &str) {
    let reference = format!("8{}", "a".repeat(32));
    for (act, typed, first) in [
        ("verification", "declaration=Mia+O%27Example+%3Cb%3E", "id=\"code\""),
        ("verification", "code=314159", "id=\"code\""),
        ("download", "code=314159", "id=\"download-code\""),
        ("withdrawal", "code=314159", "id=\"withdrawal-code\""),
        ("code", "then=withdrawal", "id=\"withdrawal-code\""),
        ("code", "then=download", "id=\"download-code\""),
        ("code", "", "id=\"code\""),
    ] {
        let page = bench.fill_in(&format!("/api/dsr/{reference}/{act}"), typed).await;
        assert_eq!(page.status, status, "{act} {typed}");
        check_page("to send again", &page.text);
        for words in [why, when] {
            assert!(page.text.contains(words), "{act} {typed}: {words} in {}", page.text);
        }
        assert!(!page.text.contains("314159") && !page.text.contains("id=\"wrong-"), "{act} {typed}");
        let place = |id: &str| page.text.find(&format!("<input {id}")).unwrap();
        let other = if first == "id=\"code\"" { "id=\"download-code\"" } else { "id=\"code\"" };
        assert!(place(first) < place(other), "{act} {typed}: what they were about to do is first");
        let is_declared = typed.starts_with("declaration");
        assert_eq!(page.text.contains("value=\"Mia O'Example &lt;b&gt;\""), is_declared, "{act} {typed}");
        assert_eq!(page.text.contains("<details open>"), is_declared, "{act} {typed}");
        assert!(page.retry_after.is_some_and(|seconds| when.contains(&seconds)), "{act} {typed}");
        let json = json!({"content-type": JSON});
        let document = bench.send("POST", &format!("/api/dsr/{reference}/{act}"), &json, "{}").await;
        assert_eq!((document.status, document.media_type.as_str()), (status, "application/problem+json"), "{act}");
    }
}

#[tokio::test]
async fn a_fault_of_ours_costs_nobody_the_name_that_they_signed_with() {
    let bench = Bench::new();
    bench.account.trouble("UpdateItem", &[Trouble::Down; 1_000]);
    comes_back(&bench, 503, "a fault on our side", "Wait 30 seconds").await;
}

#[tokio::test]
async fn a_box_that_was_not_checked_comes_back_unchecked() {
    let bench = Bench::new();
    for (value, is_checked) in [("no", false), ("", false), ("false", false), ("yes", true), ("on", true)] {
        let typed =
            format!("kind=access&email=mia%40&about_child={value}&has_account={value}&power_of_attorney={value}");
        let page = bench.fill_in("/api/dsr", &typed).await;
        assert_eq!(page.status, 400);
        for name in ["about_child", "has_account", "power_of_attorney"] {
            let input = page.text.split("<input ").find(|input| input.contains(&format!("id=\"{name}\""))).unwrap();
            let input = input.split('>').next().unwrap();
            assert_eq!(input.contains("checked"), is_checked && input.contains("checkbox"), "{name}={value}: {input}");
        }
        let agents = page.text.split("<details").find(|part| part.contains("I ask for somebody else")).unwrap();
        assert_eq!(agents.starts_with(" open"), is_checked, "{value}");
    }
}

#[tokio::test]
async fn lengths_are_counted_in_characters_of_any_script() {
    let bench = Bench::new();
    let mut written = ask();
    written["residence"] = json!("한".repeat(200));
    written["declaration"] = json!("한".repeat(200));
    written["agent"] = json!({"email": "leo@example.org", "name": "한".repeat(200)});
    written["data_points"] = json!({"name": "한".repeat(200)});
    let answer = bench.post("/api/dsr", &written).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    for (name, value) in [
        ("residence", json!("한".repeat(201))),
        ("declaration", json!("한".repeat(201))),
        ("agent", json!({"email": "leo@example.org", "name": "한".repeat(201)})),
        ("data_points", json!({"name": "한".repeat(201)})),
    ] {
        let mut written = ask();
        written[name] = value;
        assert_eq!(bench.post("/api/dsr", &written).await.json()["member"], name);
    }
}

#[tokio::test]
async fn an_address_with_nothing_has_one_page() {
    let bench = Bench::new();
    let html = json!({"accept": "text/html", "content-type": FORM});
    let company = &bench.desk.page().company.clone();
    let expected = privacy_pages::not_found::page(company);
    for path in ["/api/dsr/x", "/api/dsr/x/more", "/api/dsr/a/b/download", "/api/dsr//code", "/api/nothing"] {
        let answer = bench.send("POST", path, &html, "").await;
        assert_eq!((answer.status, answer.text == expected), (404, true), "{path}");
    }
    check_page("not found", &expected);
}

#[tokio::test]
async fn a_declaration_that_cannot_be_read_comes_back_on_the_page_of_its_request() {
    let bench = Bench::new();
    let reference = asked(&bench).await;
    let path = format!("/api/dsr/{reference}/verification");
    for (typed, shown) in [("%40Mia", "@Mia"), ("-", "-"), ("%3D%22%3E%3Cb%3E", "=&quot;&gt;&lt;b&gt;"), ("", "")] {
        let page = bench.fill_in(&path, &format!("declaration={typed}")).await;
        assert_eq!(page.status, 400, "{typed}");
        check_page("declaration to mend", &page.text);
        let field =
            page.text.split("<input id=\"declaration\"").nth(1).and_then(|rest| rest.split('>').next()).unwrap();
        assert!(field.contains(&format!("value=\"{shown}\"")) && field.contains("aria-invalid=\"true\""), "{field}");
        assert!(page.text.contains("id=\"wrong-declaration\"") && page.text.contains("<details open>"), "{typed}");
        assert!(page.text.contains(&format!("/privacy/requests/{reference}?after=")), "the way back is to the request");
        // The same for a reference of nobody.
        let nobody = format!("8{}", "a".repeat(32));
        let other = bench.fill_in(&format!("/api/dsr/{nobody}/verification"), &format!("declaration={typed}")).await;
        assert_eq!(timeless(&other.text).replace(&nobody, "x"), timeless(&page.text).replace(&reference, "x"));
    }
    assert_eq!(bench.post(&path, &json!({"declaration": "@Mia"})).await.media_type, "application/problem+json");
    // A code left out costs no try, on either form.
    let code = bench.code_for(&reference).await;
    for act in ["verification", "verification", "verification", "download"] {
        let page = bench.fill_in(&format!("/api/dsr/{reference}/{act}"), "code=+").await;
        assert_eq!(page.status, 400, "{act}");
        check_page("code to mend", &page.text);
        assert!(page.text.contains("id=\"wrong-code\""), "{act}");
    }
    assert_eq!(bench.post(&path, &json!({"code": code})).await.status, 200);
}
