//! What comes of the form, without scripts.

use super::*;

#[tokio::test]
async fn a_box_that_says_no_is_not_checked() {
    let bench = Bench::new();
    for value in ["", "false", "no", "0", "off"] {
        let typed = format!(
            "kind=access&email=mia%40example.com&about_child={value}&has_account={value}&power_of_attorney={value}"
        );
        assert_eq!(bench.fill_in("/api/dsr", &typed).await.status, 202, "{value}");
    }
    let rows = bench.account.dump("ledger");
    let heads: Vec<&Value> = rows.iter().filter(|row| row["sk"]["S"] == "asked").collect();
    assert!(heads.len() == 5 && heads.iter().all(|row| row.get("agent").is_none()), "{heads:?}");
    assert!(heads.iter().all(|row| row["about_child"]["BOOL"] != true), "{heads:?}");
}

/// What stands between these quotes in a text.
fn quoted(text: &str) -> Vec<&str> {
    text.split('“').skip(1).filter_map(|rest| rest.split('”').next()).collect()
}

#[tokio::test]
async fn every_choice_that_a_letter_names_is_one_of_the_form() {
    let bench = Bench::new();
    let page = bench.send("GET", "/privacy", &json!({}), "").await.text;
    let letters = privacy_tests::repository::read("functions/notify-worker/src/wording/letters.txt");
    let choices = quoted(&letters);
    assert!(choices.len() >= 2, "{choices:?}");
    for choice in choices {
        assert!(page.contains("<label for=\"kind-") && page.contains(&format!(">{choice}</label>")), "{choice}");
    }
}

#[tokio::test]
async fn the_form_works_without_scripts_and_sent_twice_it_is_one_request() {
    let bench = Bench::new();
    let page = bench.send("GET", "/privacy", &json!({}), "").await;
    assert_eq!((page.status, page.media_type.as_str()), (200, "text/html; charset=utf-8"));
    check_page("instructions", &page.text);
    assert!(page.text.contains("we delete the data of the child, whatever you have chosen above, and give no copy"));
    let form_id = page.text.split("name=\"form_id\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(form_id.len(), 32);
    let fields =
        format!("form_id={form_id}&kind=access&email=mia%40example.com&platform=&handle=&details=&agent_email=");
    let first = bench.fill_in("/api/dsr", &fields).await;
    let again = bench.fill_in("/api/dsr", &fields).await;
    assert_eq!((first.status, again.status), (202, 202));
    check_page("received", &first.text);
    assert_eq!(first.location, again.location);
    assert!(first.location.unwrap().starts_with("https://privacy.example/privacy/requests/8"));
    assert_eq!(bench.account.dump("ledger").len(), 1);
}

#[tokio::test]
async fn whoever_reports_something_about_a_child_reads_that_no_code_is_waited_for() {
    let bench = Bench::new();
    for (is_of_child, kind) in [(true, "access"), (true, "objection"), (false, "access"), (false, "objection")] {
        let child = if is_of_child { "&about_child=yes" } else { "" };
        let typed = format!("kind={kind}&email=mia%40example.com&platform=instagram&handle=tea.child{child}");
        let page = bench.fill_in("/api/dsr", &typed).await;
        assert_eq!(page.status, 202, "{kind}");
        check_page("received", &page.text);
        assert_eq!(page.text.contains("reads your report first"), is_of_child, "{kind}: {}", page.text);
        assert_eq!(page.text.contains("is deleted without a code"), is_of_child, "{kind}: {}", page.text);
        let waits = ["Before we act on it", "Before we do more"];
        assert_eq!(waits.iter().any(|words| page.text.contains(words)), !is_of_child, "{kind}: {}", page.text);
        assert!(page.text.contains("This request is mine"), "{kind}: the form stays");
    }
}

#[tokio::test]
async fn a_form_comes_back_with_what_to_mend_and_nothing_lost() {
    let bench = Bench::new();
    let typed = "kind=correction&email=mia%40&handle=&residence=Berlin&details=%3Cscript%3Ealert(1)%3C%2Fscript%3E&about_child=yes";
    let answer = bench.fill_in("/api/dsr", typed).await;
    assert_eq!(answer.status, 400);
    check_page("to mend", &answer.text);
    for kept in [
        r#"value="mia@""#,
        r#"value="Berlin""#,
        r#"value="correction" checked"#,
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        r#"aria-describedby="wrong-email""#,
        r#"aria-invalid="true""#,
    ] {
        assert!(answer.text.contains(kept), "{kept}");
    }
    for (typed, field) in [
        ("email=mia%40example.com", "kind"),
        ("kind=access", "email"),
        ("kind=access&handle=mia", "platform"),
        ("kind=access&email=mia%40example.com&agent_name=Leo", "agent_email"),
        ("kind=appeal&email=mia%40example.com", "appeal_of"),
        ("kind=access&email=mia%40example.com&point_phone=--", "point_phone"),
        ("kind=access&email=mia%40example.com&declaration=%3DMia", "declaration"),
        ("kind=access&email=mia%40example.com&agent_email=leo%40example.org&agent_permission=abc", "agent_permission"),
        ("kind=access&email=mia%40example.com&details=%E2%80%AE", "details"),
    ] {
        let answer = bench.fill_in("/api/dsr", typed).await;
        check_page(field, &answer.text);
        assert!(answer.text.contains(&format!("id=\"wrong-{field}\"")), "{field}");
    }
    assert!(bench.account.dump("ledger").is_empty());
}

#[tokio::test]
async fn everything_in_the_form_can_be_said_and_each_page_says_what_is_left() {
    let bench = Bench::new();
    let hash = "ab".repeat(32);
    for (number, (typed, expected)) in [
        ("kind=opt-out&email=mia%40example.com".to_owned(), "We do not need anything else"),
        ("kind=access&email=mia%40example.com&residence=Germany".to_owned(), "to your e-mail address"),
        ("kind=access&platform=instagram&handle=mia".to_owned(), "to your account, as a message"),
        ("kind=access&email=mia%40example.com&has_account=yes".to_owned(), "Log in again"),
        ("kind=know&email=mia%40example.com&residence=California".to_owned(), "You named nothing yet"),
        ("kind=access&email=mia%40example.com&residence=California&point_phone=555".to_owned(), "Sign a declaration"),
        ("kind=access&email=mia%40example.com&residence=California&declaration=Mia".to_owned(), "Enter the code"),
        (
            format!("kind=access&email=mia%40example.com&agent_email=leo%40example.org&agent_permission={hash}"),
            "very file",
        ),
        (
            "kind=access&email=mia%40example.com&agent_email=l%40example.org&power_of_attorney=yes".to_owned(),
            "power of attorney",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let page = bench.fill_in("/api/dsr", &format!("form_id=f{number}&{typed}")).await;
        assert_eq!(page.status, 202, "{typed}");
        check_page(&typed, &page.text);
        assert!(page.text.contains(expected), "{typed}: {}", page.text);
    }
}

#[tokio::test]
async fn hostile_text_is_shown_as_text_and_none_of_it_is_lost() {
    let bench = Bench::new();
    let hostile = "%22%27%3E%3Cb+title%3D%27x%27%3E";
    let typed = ["residence", "point_name", "declaration", "agent_name", "agent_email", "handle", "details"]
        .map(|field| format!("{field}={hostile}"))
        .join("&");
    let page = bench.fill_in("/api/dsr", &format!("kind=access&email=mia%40&form_id={hostile}&{typed}")).await;
    assert_eq!(page.status, 400);
    check_page("hostile", &page.text);
    assert!(!page.text.contains("<b "), "{}", page.text);
    assert_eq!(page.text.matches("&lt;b title=").count(), 8, "{}", page.text);
    // Of a field that stands twice the first counts, in what is stored as in what is shown.
    let twice = "form_id=t&kind=access&kind=erasure&email=mia%40example.com&email=leo%40example.com";
    let answer = bench.fill_in("/api/dsr", twice).await;
    let reference = answer.location.unwrap().rsplit('/').next().unwrap().to_owned();
    let stored = bench.stored(&reference).await;
    assert_eq!((stored.kind.as_str(), stored.contact.email.unwrap().expose()), ("access", "mia@example.com"));
    // A page of somebody else that sends our form in a visitor's browser starts a request of its own, and shows nothing.
    let headers =
        json!({"content-type": FORM, "origin": "https://evil.example", "cookie": "a=b", "accept": "text/html"});
    let forged = bench.send("POST", "/api/dsr", &headers, "kind=access&email=mia%40example.com").await;
    assert_eq!(forged.status, 202);
    assert_ne!(forged.location.unwrap().rsplit('/').next().unwrap(), reference);
}

#[tokio::test]
async fn a_form_sent_twice_at_once_is_one_request() {
    let bench = Bench::new();
    let fields = "form_id=0123456789abcdef&kind=access&email=mia%40example.com";
    let sent = tokio::join!(
        bench.fill_in("/api/dsr", fields),
        bench.fill_in("/api/dsr", fields),
        bench.fill_in("/api/dsr", fields)
    );
    assert_eq!((sent.0.status, sent.1.status, sent.2.status), (202, 202, 202));
    assert!(sent.0.location == sent.1.location && sent.1.location == sent.2.location);
    assert_eq!(bench.account.dump("ledger").len(), 1);
}
