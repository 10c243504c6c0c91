//! How long what people send may be: openapi.yaml, the answers and the form say the same.

use privacy_tests::openapi::maxima;

use super::*;

/// A text of so many characters that the member may hold.
fn text_of(member: &str, length: usize) -> String {
    match member {
        "email" | "agent" | "agent.email" => address_of(length),
        "connected_account.handle" => format!("@{}", "a".repeat(length - 1)),
        _ => "a".repeat(length),
    }
}

fn address_of(length: usize) -> String {
    let (local, top) = (format!("{}@", "a".repeat(64)), ".org");
    let labels = length - local.len() - top.len();
    let domain: String = (0..labels).map(|at| if at % 60 == 59 && at + 1 < labels { '.' } else { 'b' }).collect();
    format!("{local}{domain}{top}")
}

fn with(mut body: Value, member: &str, text: &str) -> Value {
    let pointer = format!("/{}", member.replace('.', "/"));
    if let Some((parent, name)) = pointer.rsplit_once('/').filter(|(parent, _)| !parent.is_empty()) {
        if body.pointer(parent).is_none_or(|known| !known.is_object()) {
            body[&parent[1..]] = json!({});
        }
        body.pointer_mut(parent).unwrap()[name] = json!(text);
    } else {
        body[member] = json!(text);
    }
    if member.starts_with("agent.") && body["agent"].get("email").is_none() {
        body["agent"]["email"] = json!("leo@example.org");
    }
    body
}

#[tokio::test]
async fn no_member_of_a_request_is_longer_than_openapi_says_and_each_may_be_as_long() {
    let found = maxima("SubjectRequest");
    assert_eq!(found.len(), 15, "{found:?}");
    let account = json!({"platform": "instagram", "handle": "mia"});
    let base = json!({"kind": "access", "email": "mia@example.com", "connected_account": account});
    for (member, max) in found {
        let bench = Bench::new();
        for (text, is_taken) in [
            (text_of(&member, max), true),
            (text_of(&member, max + 1), false),
            (format!("{} ", text_of(&member, max)), false),
        ] {
            let body = with(base.clone(), &member, &text).to_string();
            let answer = bench.send("POST", "/api/dsr", &json!({"content-type": JSON}), &body).await;
            let expected = if is_taken { 202 } else { 400 };
            assert_eq!(answer.status, expected, "{member} of {}: {}", text.len(), answer.text);
        }
    }
}

#[tokio::test]
async fn nothing_that_is_shown_is_longer_than_openapi_says() {
    let bench = Bench::new();
    let reference = format!("8{}", "a".repeat(32));
    for (schema, path) in [("Verification", "verification"), ("Download", "download"), ("Withdrawal", "withdrawal")] {
        for (member, max) in maxima(schema) {
            let path = format!("/api/dsr/{reference}/{path}");
            for (length, is_read) in [(max, true), (max + 1, false)] {
                let (one, text) = (json!({"code": "123456"}), "1".repeat(length));
                let body = if member == "bundle" { with(one, &member, &text) } else { json!({&*member: text}) };
                let body = if member == "declaration" { json!({"declaration": "a".repeat(length)}) } else { body };
                let answer = bench.send("POST", &path, &json!({"content-type": JSON}), &body.to_string()).await;
                // A login that is too long is refused as every other that shows nothing.
                let is_read = is_read || member == "assertion";
                assert_eq!(answer.status != 400, is_read, "{schema} {member} of {length}: {}", answer.text);
            }
        }
    }
    for (bundle, is_read) in [("+1", false), (" 1", false), ("", false), ("1", true)] {
        let body = json!({"code": "123456", "bundle": bundle}).to_string();
        let path = format!("/api/dsr/{reference}/download");
        let answer = bench.send("POST", &path, &json!({"content-type": JSON}), &body).await;
        assert_eq!(answer.status != 400, is_read, "{bundle:?}");
    }
}

#[tokio::test]
async fn words_of_a_list_are_taken_as_they_stand_in_it_and_in_a_form_with_blanks() {
    let bench = Bench::new();
    for (body, member) in [
        (json!({"kind": "access ", "email": "mia@example.com"}), "kind"),
        (
            json!({"kind": "appeal", "email": "mia@example.com", "appeal_of": format!(" 8{}", "a".repeat(32))}),
            "appeal_of",
        ),
    ] {
        let answer = bench.send("POST", "/api/dsr", &json!({"content-type": JSON}), &body.to_string()).await;
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.text.contains(member), "{}", answer.text);
    }
    let answer =
        bench.send("POST", "/api/dsr", &json!({"content-type": FORM}), "kind=access+&email=mia%40example.com").await;
    assert!(answer.status < 400, "{}", answer.text);
}

#[tokio::test]
async fn a_field_of_the_form_that_is_too_long_comes_back_whole_with_what_to_mend() {
    let members = [
        ("email", "email"),
        ("residence", "residence"),
        ("connected_account.handle", "handle"),
        ("data_points.name", "point_name"),
        ("data_points.phone", "point_phone"),
        ("data_points.company", "point_company"),
        ("data_points.postcode", "point_postcode"),
        ("data_points.day", "point_day"),
        ("declaration", "declaration"),
        ("agent.email", "agent_email"),
        ("agent.name", "agent_name"),
        ("agent.permission_sha256", "agent_permission"),
        ("details", "details"),
    ];
    let maxima = maxima("SubjectRequest");
    assert_eq!(
        members.len() + 2,
        maxima.len(),
        "all but the platform, from a list, and the address that an agent may be"
    );
    let bench = Bench::new();
    for (member, field) in members {
        let text = text_of(member, maxima[member] + 1);
        let mut fields = vec![("kind", "access"), ("email", "mia@example.com"), ("details", "what I typed before")];
        fields.retain(|(name, _)| *name != field);
        fields.push((field, &text));
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", value.replace('@', "%40").replace(' ', "+")))
            .collect();
        let headers = json!({"content-type": FORM, "accept": "text/html"});
        let answer = bench.send("POST", "/api/dsr", &headers, &body.join("&")).await;
        assert_eq!(answer.status, 400, "{field}");
        assert!(answer.text.contains(&text), "{field} is lost");
        assert!(answer.text.contains("aria-invalid"), "{field} is not marked");
        assert!(field == "details" || answer.text.contains("what I typed before"), "{field}: the rest is lost");
    }
}
