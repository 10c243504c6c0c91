//! Nobody is known any more by whom it was: whoever appeals shows everything anew.

use super::*;

#[test]
fn whose_contact_data_was_erased_is_reached_where_the_appeal_came_from_and_shows_everything_anew() {
    for (appealing, is_same) in [("mia", true), ("tim", false), ("", false)] {
        let mut request = answered_in_part(Kind::Restriction).without_contact();
        request.course.people = people("mia");
        request.course.flags = vec![crate::ingest_gate::Flag::Restricted];
        request.course.is_known_by_categories = true;
        let mut appeal = appeal_of(&request);
        appeal.course.people = if appealing.is_empty() { BTreeSet::new() } else { people(appealing) };
        appeal.contact.email = EmailAddress::parse("tim@example.org").ok();
        let again = reopen(&request, &appeal, &law(), &by("It is right."), now()).unwrap().unwrap().request;
        assert_eq!(again.contact, appeal.contact, "{appealing}");
        assert_eq!(again.is_verified(), is_same, "{appealing}");
        assert_eq!(again.identities().is_empty(), !is_same, "{appealing}: nothing of anybody before they show it");
        assert_eq!(again.course.is_known_by_categories, is_same, "{appealing}: of whom nothing was compared");
        if !is_same {
            assert_eq!((again.standing.name(), &again.needs[..]), ("awaiting-verification", &[Proof::EmailCode][..]));
            assert!(again.course.people.is_empty() && again.course.flags.is_empty());
            let proved = again.prove(Proof::EmailCode, now()).unwrap();
            assert_eq!(proved.identities().len(), 1, "tim's own");
        }
    }
    let (mut kept, mut appeal) = (denied(), appeal_of(&denied()));
    kept.course.people = people("mia");
    appeal.contact.email = EmailAddress::parse("other@example.com").ok();
    let again = reopen(&kept, &appeal, &law(), &by("It is right."), now()).unwrap().unwrap().request;
    assert_eq!((again.contact.clone(), again.is_verified()), (kept.contact, true));
}

/// The obligation of before may be open still, behind a hold, and is of whoever had shown that request.
#[test]
fn what_is_shown_anew_is_erased_by_an_obligation_of_its_own() {
    let mut request = answered_in_part(Kind::Erasure).without_contact();
    request.course.people = people("mia");
    let by = |name: &str, number: u8, request: &SubjectRequest| {
        let id = crate::obligation::ObligationId::of_request(&[number; 20]);
        let mut appeal = SubjectRequest { id, ..appeal_of(request) };
        appeal.course.people = people(name);
        let again = reopen(request, &appeal, &law(), &self::by("It is right."), now()).unwrap().unwrap().request;
        SubjectRequest { standing: Standing::Answered { at: now(), in_part: true }, ..again }
    };
    let hers = by("mia", 4, &request);
    assert_eq!(hers.erasure_id(), request.id, "it is hers");
    let his = by("tim", 5, &request);
    assert!(his.erasure_id() != request.id && his.erasure_id().is_request(), "whoever takes requests in may begin it");
    let mut kept = his.clone();
    kept.course.people = people("tim");
    let again = by("tim", 6, &kept);
    assert_eq!(again.erasure_id(), his.erasure_id(), "his again, whatever the appeal");
    let theirs = by("sue", 7, &kept.without_contact());
    assert!(![&request.id, &his.erasure_id()].contains(&&theirs.erasure_id()));
}

#[test]
fn an_objection_for_which_nothing_was_shown_is_to_be_shown_once_whom_it_named_is_erased() {
    let unshown = SubjectRequest { needs: Vec::new(), proven: Vec::new(), ..answered_in_part(Kind::Objection) };
    assert!(reopened(&unshown).is_verified(), "it still names them");
    let again = reopened(&unshown.clone().without_contact());
    assert_eq!((again.standing.name(), &again.needs[..]), ("awaiting-verification", &[Proof::EmailCode][..]));
    let opt_out = SubjectRequest { kind: Kind::OptOut, ..unshown };
    assert!(reopened(&opt_out.without_contact()).is_verified());
}

#[test]
fn a_login_is_asked_for_again_and_a_childs_report_is_read_again_once_nobody_is_known_any_more() {
    let member = Member { tenant: TenantId::parse("alder").unwrap(), user: UserId::parse("u1").unwrap() };
    let needs = vec![Proof::AccountLogin];
    let proven = vec![Proven { proof: Proof::AccountLogin, at: now() }];
    let by_login = SubjectRequest { needs: needs.clone(), proven, member: Some(member), ..denied() };
    let again = reopened(&by_login.without_contact());
    assert_eq!((again.needs.clone(), again.is_verified(), again.user()), (needs, false, None));
    let mut child = SubjectRequest { about_child: true, ..answered_in_part(Kind::Erasure) };
    let (erase_by, zone) = ("2026-03-15".parse().unwrap(), "UTC".to_owned());
    child.course.child = Some(ChildReview::Credible { at: now(), erase_by, zone, is_apart: false, child: None });
    let again = reopened(&child);
    assert!(again.is_of_child() && !again.is_last_day(now()), "ten days of its own");
    let again = reopened(&child.without_contact());
    assert!(again.awaits_child_review() && !again.may_be_carried_out(), "whom the appeal names, nobody has looked at");
}
