//! Letters to agents and to the people they ask for.

use super::*;

#[test]
fn an_agent_hears_no_reason_that_is_about_the_person_and_is_told_what_is_asked_of_whom() {
    let desk = Desk::new();
    for (reason, is_told) in [("unverifiable", true), ("permission-missing", true), ("legal-obligation", false)] {
        let standing = Standing::Denied { at: at("2026-03-20T08:00:00Z"), reason: reason.to_owned() };
        let request = SubjectRequest { agent: Some(agent()), standing, ..desk.request("EU_GDPR", Kind::Erasure) };
        let (_, text, _) = desk.mail(&desk.letter(&request, Notice::AgentDenial));
        let known = &desk.law.model().denial[&DenialReason::parse(reason).unwrap()].text;
        assert_eq!(text.contains(known), is_told, "{reason}");
    }
    let (code, permission) = ("We ask that person ourselves", "Please send the permission");
    for (kind, needs, expected) in [
        (Kind::Erasure, vec![Proof::EmailCode, Proof::AgentPermission], [true, true]),
        (Kind::OptOut, vec![Proof::AgentPermission], [false, true]),
        (Kind::OptOut, vec![], [false, false]),
    ] {
        let request = SubjectRequest { needs, agent: Some(agent()), ..desk.request("US_VA", kind) };
        let to_agent = request.agent.as_ref().unwrap().email.as_ref().unwrap();
        let letter = desk.letter(&request, Notice::Acknowledgement);
        let (_, text, _) = desk.mail(&Letter { recipient: Recipient::Email(to_agent), code: None, ..letter });
        assert_eq!([text.contains(code), text.contains(permission)], expected, "{kind:?}: {text}");
    }
}

#[test]
fn the_person_of_an_agent_whom_nobody_can_write_to_hears_that_somebody_else_asked() {
    let desk = Desk::new();
    let agent = Agent { email: None, ..agent() };
    for needs in [vec![Proof::EmailCode, Proof::AgentPermission], vec![]] {
        let request = SubjectRequest { agent: Some(agent.clone()), needs, ..desk.request("US_VA", Kind::Erasure) };
        let letter = Letter { code: None, ..desk.letter(&request, Notice::Acknowledgement) };
        let (subject, text, _) = desk.mail(&letter);
        assert_eq!(subject, "Somebody has made a privacy request for you");
        for text in [text, desk.writer().message(&letter)] {
            assert!(text.contains("act for you") && !text.contains("your privacy request"), "{text}");
            assert!(!text.contains("Marker"), "no word of theirs: {text}");
        }
    }
}

#[test]
fn whoever_has_confirmed_their_agent_reads_with_them_that_the_signed_permission_is_missing() {
    let desk = Desk::new();
    for is_confirmed in [false, true] {
        let at = at("2026-03-20T08:00:00Z");
        let standing = Standing::Denied { at, reason: "permission-missing".to_owned() };
        let proven = is_confirmed.then_some(Proven { proof: Proof::EmailCode, at }).into_iter().collect();
        let needs = vec![Proof::EmailCode, Proof::AgentPermission];
        let agent = Some(agent());
        let request = SubjectRequest { agent, standing, needs, proven, ..desk.request("CA_CCPA", Kind::Erasure) };
        for notice in [Notice::Denial, Notice::AgentDenial] {
            let text = desk.mail(&desk.letter(&request, notice)).1;
            assert_eq!(text.contains("has told us that they may"), is_confirmed, "{notice:?}: {text}");
            assert_eq!(text.contains("not shown that the person"), !is_confirmed, "{notice:?}: {text}");
        }
        let message = desk.writer().message(&desk.letter(&request, Notice::Denial));
        assert_eq!(message.contains("has told us that they may"), is_confirmed, "{message}");
    }
}

/// By an agent who says that they hold a power of attorney: nobody has asked the person.
fn by_attorney(desk: &Desk, notice: Notice, kind: Kind) -> SubjectRequest {
    let agent = Some(Agent { has_power_of_attorney: true, ..agent() });
    SubjectRequest { agent, needs: vec![Proof::AgentPermission], ..desk.telling(notice, "EU_GDPR", kind) }
}

#[test]
fn a_person_whom_nobody_has_asked_reads_first_that_somebody_says_they_act_for_them() {
    let desk = Desk::new();
    for notice in [Notice::Extension, Notice::Relocated, Notice::Late, Notice::Answer, Notice::Denial, Notice::Routed] {
        for round in [NOT_REACHED, PASSED_ON] {
            let request = by_attorney(&desk, notice, Kind::Erasure);
            let code = Proven { proof: Proof::EmailCode, at: at("2026-03-05T12:05:00Z") };
            let confirmed = SubjectRequest { proven: vec![code], ..request.clone() };
            let own = SubjectRequest { agent: None, ..request.clone() };
            for (request, begins) in [(&request, true), (&confirmed, false), (&own, false)] {
                let letter = Letter { round, ..desk.letter(request, notice) };
                let (mail, message) = (desk.mail(&letter).1, desk.writer().message(&letter));
                let words = "Somebody says that they act for you, and has made a privacy request in your name.";
                assert_eq!(mail.starts_with(words), begins, "{notice:?}: {mail}");
                assert_eq!(message.starts_with(&format!("Kazozo: {words}")), begins, "{notice:?}: {message}");
                assert!(!(begins && mail.contains("what you asked")), "{notice:?}: {mail}");
                assert!(message.chars().count() <= 1_000, "{notice:?}: {message}");
            }
        }
    }
}

#[test]
fn nobody_reads_that_a_document_was_sent_which_was_only_announced_and_the_agent_hears_where_it_goes() {
    let desk = Desk::new();
    let request = by_attorney(&desk, Notice::Late, Kind::Erasure);
    let late = desk.letter(&request, Notice::Late);
    for text in [desk.mail(&late).1, desk.writer().message(&late)] {
        assert!(text.contains("if it was sent to us") && !text.contains("what was sent"), "{text}");
    }
    for (has_power, document) in [(true, "the power of attorney"), (false, "the permission that the person signed")] {
        let agent = Some(Agent { has_power_of_attorney: has_power, ..agent() });
        let request = SubjectRequest { agent, ..request.clone() };
        let text = desk.mail(&desk.letter(&request, Notice::AgentLate)).1;
        let expected = format!("{document}, if you have sent it. If you have not, send it to privacy@kazozo.com");
        assert!(text.contains(&expected) && !text.contains("what was sent"), "{text}");
    }
    let compared = SubjectRequest { needs: vec![Proof::DataPoints], ..request };
    for notice in [Notice::Late, Notice::AgentLate] {
        let text = desk.mail(&desk.letter(&compared, notice)).1;
        assert!(text.contains("still to look at what was sent to us"), "{notice:?}: {text}");
    }
}
