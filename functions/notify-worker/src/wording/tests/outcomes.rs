//! What came of a request, told as it was.

use super::*;

#[test]
fn what_came_of_an_erasure_is_told_as_it_was_and_only_to_who_has_shown_that_it_is_theirs() {
    let desk = Desk::new();
    let said = |erased, in_part, needs: Vec<Proof>| {
        let standing = Standing::Answered { at: at("2026-03-20T08:00:00Z"), in_part };
        let mut request = SubjectRequest { standing, needs, ..desk.request("EU_GDPR", Kind::Erasure) };
        request.findings.erased = Some(erased);
        [
            desk.mail(&desk.letter(&request, Notice::Answer)).1,
            desk.writer().message(&desk.letter(&request, Notice::Answer)),
        ]
    };
    for (erased, in_part, expected) in [
        (Erased::Removed, false, "We have deleted your data."),
        (Erased::Removed, true, "We have deleted your data, except what has to stay."),
        (Erased::Nothing, false, "there was nothing to delete"),
        (Erased::Kept, true, "We have deleted nothing"),
    ] {
        for text in said(erased, in_part, Vec::new()) {
            assert!(text.contains(expected), "{erased:?}: {text}");
            assert_eq!(text.contains("We have deleted your data"), erased == Erased::Removed, "{erased:?}: {text}");
        }
        // A report about a child that staff believed: who sent it has shown nothing.
        assert_eq!(
            said(erased, false, vec![Proof::EmailCode])[1],
            said(Erased::Nothing, false, vec![Proof::EmailCode])[1],
            "{erased:?}"
        );
    }
}

#[test]
fn a_refused_objection_is_not_said_to_be_granted_and_an_appeal_says_how_it_ended() {
    let desk = Desk::new();
    let answered = |kind: Kind, outcome: Outcome, refused: &[&str]| {
        let standing = Standing::Answered { at: at("2026-03-20T08:00:00Z"), in_part: !refused.is_empty() };
        let mut request = SubjectRequest { standing, needs: Vec::new(), ..desk.request("EU_GDPR", kind) };
        request.findings.outcome = Some(outcome);
        request.findings.refused_parts = refused.iter().map(|code| (*code).to_owned()).collect();
        let text = desk.mail(&desk.letter(&request, Notice::Answer)).1;
        (text, desk.writer().message(&desk.letter(&request, Notice::Answer)))
    };
    let grounds = "Ours weigh more here";
    for (outcome, refused, is_accepted) in
        [(Outcome::Completed, &[][..], true), (Outcome::PartlyRetained, &["overriding-grounds"][..], false)]
    {
        let (mail, message) = answered(Kind::Objection, outcome, refused);
        for text in [&mail, &message] {
            assert_eq!(text.contains("is used no more"), is_accepted, "{text}");
            assert_eq!(text.contains("goes on"), !is_accepted, "{text}");
        }
        assert_eq!(mail.contains(grounds), !is_accepted);
    }
    assert!(answered(Kind::Appeal, Outcome::Upheld, &[]).0.contains("You were right"));
    let rejected = answered(Kind::Appeal, Outcome::Rejected, &["excessive"]).0;
    let why = &desk.law.model().denial[&DenialReason::Excessive].text;
    assert!(rejected.contains("stays as it was") && rejected.contains(why), "{rejected}");
    assert!(answered(Kind::Complaint, Outcome::Rejected, &[]).0.contains("did not find"));
}

#[test]
fn an_upheld_appeal_leads_to_the_page_of_what_it_was_about() {
    let desk = Desk::new();
    let standing = Standing::Answered { at: at("2026-03-20T08:00:00Z"), in_part: false };
    let appealed = ObligationId::of_request(&[2; 20]);
    for (outcome, leads) in [(Outcome::Upheld, true), (Outcome::Rejected, false)] {
        let mut request = SubjectRequest {
            standing: standing.clone(),
            appeal_of: Some(appealed.clone()),
            ..desk.request("US_VA", Kind::Appeal)
        };
        request.findings.outcome = Some(outcome);
        let text = desk.mail(&desk.letter(&request, Notice::Answer)).1;
        let page = format!("{BASE}/privacy/requests/{}", appealed.as_str());
        assert_eq!(text.contains(&page), leads, "{text}");
    }
}

#[test]
fn where_somebody_with_a_login_only_typed_an_address_no_letter_says_anything_of_the_account() {
    let desk = Desk::new();
    let member = privacy::subject_request::Member {
        tenant: desk.tenant.clone(),
        user: privacy::ids::UserId::parse("user-7").unwrap(),
    };
    let proof = |proof| Proven { proof, at: at("2026-03-05T12:05:00Z") };
    for notice in [Notice::Extension, Notice::Answer, Notice::Denial, Notice::Routed] {
        let told = desk.telling(notice, "EU_GDPR", Kind::Access);
        let typed = SubjectRequest {
            needs: vec![Proof::AccountLogin],
            proven: vec![proof(Proof::AccountLogin)],
            member: Some(member.clone()),
            ..told
        };
        let vouched = SubjectRequest { is_address_vouched: true, ..typed.clone() };
        let shown =
            SubjectRequest { proven: vec![proof(Proof::AccountLogin), proof(Proof::EmailCode)], ..typed.clone() };
        for (request, says) in [(&typed, false), (&vouched, true), (&shown, true)] {
            let letter = desk.letter(request, notice);
            let (subject, text, html) = desk.mail(&letter);
            for text in [text, html, desk.writer().message(&letter)] {
                assert_eq!(text.contains("/privacy/requests/"), says, "{notice:?}: {text}");
                assert_eq!(text.contains(request.id.as_str()), says, "{notice:?}: {text}");
            }
            assert_eq!(subject == "There is news of a privacy request", !says, "{notice:?}");
        }
    }
}
