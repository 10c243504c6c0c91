//! Letters that say little: into a message of a platform, and the last of a day.

use super::*;

#[test]
fn a_message_fits_into_what_a_platform_takes() {
    let desk = Desk::new();
    let mut all = String::new();
    let is_to_person = |notice: &Notice| !notice.is_to_tenant() && !AGENT.contains(notice);
    for notice in Notice::ALL.into_iter().filter(is_to_person) {
        let request = desk.telling(notice, "EU_GDPR", Kind::Access);
        let message = desk.writer().message(&desk.letter(&request, notice));
        assert!(message.chars().count() <= 1_000, "{notice:?}: {}", message.chars().count());
        let _written = writeln!(all, "=== {}\n{message}\n", notice.as_str());
    }
    let request = desk.telling(Notice::Routed, "EU_GDPR", Kind::Access);
    let letter = Letter { round: NOT_REACHED, ..desk.letter(&request, Notice::Routed) };
    let _written = writeln!(all, "=== routed, the business cannot be reached\n{}\n", desk.writer().message(&letter));
    expect_file!["../messages.txt"].assert_eq(&all.replace('\u{a0}', " "));
    for (name, regime) in &desk.law.model().regime {
        for reason in DenialReason::ALL {
            let standing = Standing::Denied { at: at("2026-03-20T08:00:00Z"), reason: reason.as_str().to_owned() };
            let request = SubjectRequest { standing, ..desk.request(name, Kind::Access) };
            let message = desk.writer().message(&desk.letter(&request, Notice::Denial));
            assert!(message.chars().count() <= 1_000, "{name} ({}) {reason:?}: {message}", regime.title);
        }
    }
}

#[test]
fn the_letter_that_is_the_last_of_a_day_leads_to_no_request() {
    let desk = Desk::new();
    let request = desk.telling(Notice::Acknowledgement, "EU_GDPR", Kind::Access);
    let pass = Pass::of(&desk.keys(), "email#mia.marker@example.com", 20_000).unwrap();
    let letter = Letter { pass: Some(&pass), code: None, ..desk.letter(&request, Notice::Acknowledgement) };
    let (_, text, html) = desk.mail(&letter);
    for text in [text, html, desk.writer().message(&letter)] {
        assert!(text.contains(pass.expose()), "{text}");
        assert!(!text.contains(request.id.as_str()) && !text.contains("/privacy/requests/"), "{text}");
        assert!(!text.contains("marker") && !text.contains("copy of your data"), "{text}");
    }
}
