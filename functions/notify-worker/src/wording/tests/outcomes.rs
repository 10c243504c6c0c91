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
fn whatever_a_believed_report_about_a_child_asks_for_the_answer_says_that_it_deletes_and_nothing_of_what_there_was() {
    let desk = Desk::new();
    let (now, erase_by, zone) = (at("2026-03-20T08:00:00Z"), "2026-03-15".parse().unwrap(), "UTC".to_owned());
    let credible = ChildReview::Credible { at: now, erase_by, zone, is_apart: false, child: None };
    for kind in Kind::ALL {
        for (proven, erased) in [(false, Erased::Removed), (true, Erased::Removed), (true, Erased::Nothing)] {
            let proven = if proven { vec![Proven { proof: Proof::EmailCode, at: now }] } else { Vec::new() };
            let standing = Standing::Answered { at: now, in_part: false };
            let mut request = SubjectRequest { standing, proven, about_child: true, ..desk.request("EU_GDPR", kind) };
            request.findings.erased = Some(erased);
            request.course.child = Some(credible.clone());
            let letter = desk.letter(&request, Notice::Answer);
            for text in [desk.mail(&letter).1, desk.writer().message(&letter)] {
                let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                assert!(
                    text.contains("Whatever we may hold of that child is used no more and is deleted"),
                    "{kind:?}: {text}"
                );
                for lie in
                    ["Download", "We have deleted your data", "We keep your data", "corrected", "nothing to delete"]
                {
                    assert!(!text.contains(lie), "{kind:?}: {lie}: {text}");
                }
            }
        }
    }
}

#[test]
fn that_something_of_a_child_stays_is_told_only_to_who_has_shown_that_it_is_theirs() {
    let desk = Desk::new();
    let (now, erase_by, zone) = (at("2026-03-20T08:00:00Z"), "2026-03-15".parse().unwrap(), "UTC".to_owned());
    let credible = ChildReview::Credible { at: now, erase_by, zone, is_apart: false, child: None };
    for (proof, expected) in [(Proof::EmailCode, false), (Proof::HandleCode, true)] {
        let said = |in_part| {
            let (needs, proven) = (vec![proof], vec![Proven { proof, at: now }]);
            let standing = Standing::Answered { at: now, in_part };
            let known = desk.request("EU_GDPR", Kind::Erasure);
            let account = ConnectedAccount {
                platform: privacy::ids::Platform::parse("instagram").unwrap(),
                handle: privacy::subject_request::Handle::parse("tim").unwrap(),
            };
            let contact = privacy::subject_request::Contact { account: Some(account), ..known.contact.clone() };
            let mut request = SubjectRequest { standing, needs, proven, contact, about_child: true, ..known };
            request.course.child = Some(credible.clone());
            let letter = desk.letter(&request, Notice::Answer);
            [desk.mail(&letter).1, desk.writer().message(&letter)]
        };
        for (in_part, in_full) in said(true).into_iter().zip(said(false)) {
            assert_eq!(in_part != in_full, expected, "{proof:?}: {in_part}");
            assert_eq!(in_part.contains("Not all of it could be done"), expected, "{proof:?}: {in_part}");
        }
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
fn an_answer_about_an_account_says_that_what_was_named_beside_it_is_not_part_of_it() {
    let desk = Desk::new();
    let (proof, now) = (|proof| Proven { proof, at: at("2026-03-05T12:05:00Z") }, at("2026-03-20T08:00:00Z"));
    let (login, code) = (Proof::AccountLogin, Proof::EmailCode);
    for kind in [Kind::Erasure, Kind::Access, Kind::Restriction] {
        for (needs, says) in [(vec![login], true), (vec![code, login], false), (vec![code], false)] {
            for in_part in [false, true] {
                let proven = needs.iter().map(|need| proof(*need)).collect();
                let standing = Standing::Answered { at: now, in_part };
                let needs = needs.clone();
                let request = SubjectRequest { standing, needs, proven, ..desk.request("EU_GDPR", kind) };
                let letter = desk.letter(&request, Notice::Answer);
                let text = desk.mail(&letter).1.split_whitespace().collect::<Vec<_>>().join(" ");
                assert_eq!(text.contains("is not part of it, even if you named one"), says, "{kind:?}: {text}");
            }
        }
    }
}

#[test]
fn whoever_is_told_the_categories_alone_is_not_told_that_the_data_is_there() {
    let desk = Desk::new();
    let now = at("2026-03-20T08:00:00Z");
    for unshown in [vec![], vec![Proof::Declaration]] {
        let is_alone = !unshown.is_empty();
        let proven = vec![Proven { proof: Proof::EmailCode, at: now }];
        let standing = Standing::Answered { at: now, in_part: is_alone };
        let mut request = SubjectRequest { standing, proven, ..desk.request("CA_CCPA", Kind::Access) };
        request.findings.refused_parts = if is_alone { vec!["unverifiable".to_owned()] } else { Vec::new() };
        request.course.unshown = unshown;
        let letter = desk.letter(&request, Notice::Answer);
        let mail = desk.mail(&letter).1.split_whitespace().collect::<Vec<_>>().join(" ");
        for text in [&mail, &desk.writer().message(&letter)] {
            assert_eq!(text.contains("Your data is ready"), !is_alone, "{text}");
            assert_eq!(text.contains("What kinds of data we hold of you"), is_alone, "{text}");
        }
        assert_eq!(mail.contains("not enough to be given the data itself"), is_alone, "{mail}");
        assert!(!mail.contains("did not act on it"), "{mail}");
    }
}

#[test]
fn whoever_could_not_log_in_is_told_what_can_be_asked_for_without_and_that_an_account_cannot() {
    let desk = Desk::new();
    let (login, code) = (Proof::AccountLogin, Proof::EmailCode);
    for (needs, reason, says) in [
        (vec![login], "unverifiable", true),
        (vec![login], "excessive", false),
        (vec![code], "unverifiable", false),
        (vec![code, login], "unverifiable", false),
    ] {
        let standing = Standing::Denied { at: at("2026-03-20T08:00:00Z"), reason: reason.to_owned() };
        let request = SubjectRequest { standing, needs, ..desk.request("EU_GDPR", Kind::Erasure) };
        let text = desk.mail(&desk.letter(&request, Notice::Denial)).1;
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(text.contains("opened by a login and by nothing else"), says, "{reason}: {text}");
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
    for notice in [Notice::Extension, Notice::Relocated, Notice::Late, Notice::Answer, Notice::Denial, Notice::Routed] {
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

#[test]
fn no_letter_says_that_nothing_is_done_of_what_is_stopped_at_once() {
    let desk = Desk::new();
    for (kind, needs) in [
        (Kind::Objection, vec![Proof::EmailCode]),
        (Kind::OptOut, vec![Proof::AgentPermission]),
        (Kind::Limit, vec![Proof::AgentPermission]),
        (Kind::Access, vec![Proof::EmailCode]),
    ] {
        let stops = kind != Kind::Access;
        let of_agent = needs == [Proof::AgentPermission];
        let nobody = Agent { email: None, ..agent() };
        let request = SubjectRequest { needs, agent: of_agent.then_some(nobody), ..desk.request("CA_CCPA", kind) };
        for notice in [Notice::Acknowledgement, Notice::Code, Notice::AgentConfirmation] {
            let letter = desk.letter(&request, notice);
            let letter = Letter { code: letter.code.filter(|_| !of_agent), ..letter };
            let text = desk.mail(&letter).1;
            assert_ne!(text.contains("nothing is done"), stops, "{kind:?} {notice:?}: {text}");
            assert_eq!(text.contains("nothing else is done"), stops, "{kind:?} {notice:?}: {text}");
            if notice != Notice::Code {
                for text in [text, desk.writer().message(&letter)] {
                    assert_eq!(text.contains("whoever asks"), stops, "{kind:?} {notice:?}: {text}");
                }
            }
        }
    }
}

#[test]
fn what_was_done_for_an_agent_who_showed_nothing_is_told_as_it_was() {
    let desk = Desk::new();
    let told = |kind, proven: bool, refused: &[&str], notice| {
        let at = at("2026-03-20T08:00:00Z");
        let standing = Standing::Answered { at, in_part: !refused.is_empty() };
        let proven = if proven { vec![Proven { proof: Proof::AgentPermission, at }] } else { Vec::new() };
        let needs = vec![Proof::AgentPermission];
        let mut request =
            SubjectRequest { standing, needs, proven, agent: Some(agent()), ..desk.request("CA_CCPA", kind) };
        let flag = if kind == Kind::Objection { Flag::NoMarketing } else { Flag::OptedOut };
        request.course.flags = vec![flag];
        request.findings.refused_parts = refused.iter().map(|code| (*code).to_owned()).collect();
        let letter = desk.letter(&request, notice);
        [desk.mail(&letter).1, desk.writer().message(&letter)]
    };
    for is_shown in [false, true] {
        for text in told(Kind::OptOut, is_shown, &[], Notice::Answer) {
            assert_eq!(text.contains("has not shown us that they may"), !is_shown, "{text}");
            assert!(text.contains("We have recorded"), "{text}");
        }
        let text = &told(Kind::OptOut, is_shown, &[], Notice::AgentAnswer)[0];
        assert_eq!(text.contains("in force all the same"), !is_shown, "{text}");
    }
    let missing = &["permission-missing"];
    let rest = desk.law.model().denial[&DenialReason::PermissionMissing].rest.clone().unwrap();
    for text in told(Kind::Objection, false, missing, Notice::Answer) {
        assert!(text.contains("Marketing to you has stopped.") && !text.contains("goes on"), "{text}");
    }
    for notice in [Notice::Answer, Notice::AgentAnswer] {
        let text = &told(Kind::Objection, false, missing, notice)[0];
        assert!(text.contains(&rest) && !text.contains("did not act"), "{notice:?}: {text}");
    }
    let others = &told(Kind::Objection, true, &["legal-claims"], Notice::AgentAnswer)[0];
    assert!(!others.contains("legal claim"), "what is the person's to know: {others}");
}

#[test]
fn what_the_person_wants_no_more_is_not_said_to_be_in_force() {
    let desk = Desk::new();
    let told = |kind, lifted: &[Flag], outcome| {
        let at = at("2026-03-20T08:00:00Z");
        let proven = vec![Proven { proof: Proof::EmailCode, at }];
        let standing = Standing::Answered { at, in_part: false };
        let mut request = SubjectRequest { standing, proven, ..desk.request("EU_GDPR", kind) };
        (request.course.lifted, request.findings.outcome) = (lifted.to_vec(), outcome);
        let letter = desk.letter(&request, Notice::Answer);
        [desk.mail(&letter).1, desk.writer().message(&letter)]
    };
    let completed = Some(Outcome::Completed);
    for (kind, lifted, outcome) in [
        (Kind::Restriction, vec![Flag::Restricted], None),
        (Kind::Restriction, vec![Flag::Restricted], completed),
        (Kind::ConsentWithdrawal, vec![Flag::ConsentWithdrawn], None),
        (Kind::OptOut, vec![Flag::OptedOut], completed),
        (Kind::Limit, vec![Flag::Limited], completed),
        (Kind::Objection, vec![Flag::NoMarketing], None),
        (Kind::Objection, vec![Flag::NoMarketing, Flag::Objected], completed),
    ] {
        let words = "You told us that you do not want it any more, so it is not in force.";
        for text in told(kind, &lifted, outcome) {
            assert!(text.contains(words), "{kind:?}: {text}");
        }
        for text in told(kind, &[], outcome) {
            assert!(!text.contains(words), "{kind:?}: {text}");
        }
    }
    for text in told(Kind::Objection, &[Flag::NoMarketing], completed) {
        assert!(text.contains("marketing may go on") && !text.contains("nor for marketing"), "{text}");
    }
}

#[test]
fn a_copy_that_lacks_what_could_not_be_read_is_told_as_one_that_is_not_complete() {
    let desk = Desk::new();
    for unread in [None, Some("signals".to_owned())] {
        let mut request = desk.telling(Notice::Answer, "EU_GDPR", Kind::Access);
        request.course.unread.extend(unread.clone());
        let letter = desk.letter(&request, Notice::Answer);
        for text in [desk.mail(&letter).1, desk.writer().message(&letter)] {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(text.contains("Your copy is not complete"), unread.is_some(), "{text}");
        }
    }
}
