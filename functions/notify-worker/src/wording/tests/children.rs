//! Letters about a report about a child: staff read it, and what they believe is deleted without a code.

use super::*;

/// Nobody has read it; in a letter to where the code shows something.
fn report(desk: &Desk, kind: Kind, names_account: bool) -> SubjectRequest {
    let known = desk.request("EU_GDPR", kind);
    let account = known.contact.account.clone().filter(|_| names_account);
    let contact = Contact { account, ..known.contact.clone() };
    let needs = vec![Proof::EmailCode, Proof::HandleCode];
    SubjectRequest { about_child: true, standing: Standing::AwaitingVerification, needs, contact, ..known }
}

/// Every letter that says what a code is for, or what is left to show, as a mail and as a message.
fn texts(desk: &Desk, request: &SubjectRequest) -> Vec<String> {
    let silent = Agent { email: None, ..agent() };
    let of_agent = SubjectRequest { agent: Some(silent), ..request.clone() };
    let with_code =
        [(request, Notice::Acknowledgement), (request, Notice::Code), (&of_agent, Notice::AgentConfirmation)];
    let mut letters: Vec<_> = with_code.into_iter().map(|(request, notice)| desk.letter(request, notice)).collect();
    letters.extend(
        [request, &of_agent].map(|request| Letter { code: None, ..desk.letter(request, Notice::Acknowledgement) }),
    );
    let texts = letters.iter().flat_map(|letter| [desk.mail(letter).1, desk.writer().message(letter)]);
    texts.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn no_letter_about_an_unread_report_says_that_doing_nothing_stops_it() {
    let desk = Desk::new();
    for kind in Kind::ALL {
        for (names_account, whose) in
            [(true, "the data of the account that it names"), (false, "the data of that child")]
        {
            let request = report(&desk, kind, names_account);
            let texts = texts(&desk, &request);
            for text in &texts {
                assert!(
                    text.contains(&format!("If we believe it, {whose} is deleted without a code")),
                    "{kind:?}: {text}"
                );
                assert!(!text.contains("do nothing") && !text.contains("is done"), "{kind:?}: {text}");
            }
            let told = "tell us at privacy@kazozo.com: doing nothing does not stop it.";
            assert!(texts.iter().take(6).all(|text| text.contains(told)), "{kind:?}: {texts:?}");
            let mut read = request;
            read.course.child = Some(ChildReview::NotCredible { at: at("2026-03-06T12:00:00Z") });
            for text in self::texts(&desk, &read) {
                assert!(!text.contains("about a child") && !text.contains("does not stop"), "{kind:?}: {text}");
            }
        }
    }
}

#[test]
fn the_longest_message_about_a_report_fits_into_what_a_platform_takes() {
    let desk = Desk::new();
    for kind in [Kind::Objection, Kind::OptOut, Kind::Limit] {
        let request = SubjectRequest { agent: Some(agent()), ..report(&desk, kind, true) };
        for notice in [Notice::Acknowledgement, Notice::Code, Notice::AgentConfirmation] {
            let message = desk.writer().message(&desk.letter(&request, notice));
            assert!(message.chars().count() <= 1_000, "{kind:?} {notice:?}: {} {message}", message.chars().count());
        }
    }
}

#[test]
fn the_owner_reads_what_was_done_why_and_how_to_object_and_nothing_of_whoever_reported_it() {
    let desk = Desk::new();
    let reported = SubjectRequest { agent: Some(agent()), ..believed(desk.request("CA_CCPA", Kind::Erasure)) };
    let account = reported.contact.account.clone().unwrap();
    let letter =
        Letter { recipient: Recipient::Account(&account), code: None, ..desk.letter(&reported, Notice::Quarantined) };
    let (subject, text, html) = desk.mail(&letter);
    let message = desk.writer().message(&letter);
    assert!(message.chars().count() <= 1_000, "{}: {message}", message.chars().count());
    for text in [&text, &html, &message] {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let says = [
            "this account is a child",
            "15 March 2026",
            "privacy@kazozo.com",
            &reported.id.log_ref(),
            "Who told us we do not say",
        ];
        assert!(says.iter().all(|words| text.contains(words)), "{text}");
        for hidden in [
            "marker",
            "Marker",
            "example.com",
            "example.org",
            reported.id.as_str(),
            "/privacy/requests/",
            "act for you",
        ] {
            assert!(!text.contains(hidden) && !subject.contains(hidden), "{hidden}: {text}");
        }
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        text.contains("supervisory authority") && !text.contains("California"),
        "by the reporter's law it is nobody's: {text}"
    );
}

#[test]
fn an_agent_hears_that_a_report_is_read_first() {
    let desk = Desk::new();
    let request = SubjectRequest { agent: Some(agent()), ..report(&desk, Kind::Erasure, true) };
    let to_agent = request.agent.as_ref().unwrap().email.as_ref().unwrap();
    let letter = desk.letter(&request, Notice::Acknowledgement);
    let text = desk.mail(&Letter { recipient: Recipient::Email(to_agent), code: None, ..letter }).1;
    assert!(text.contains("somebody here reads it first"), "{text}");
}
