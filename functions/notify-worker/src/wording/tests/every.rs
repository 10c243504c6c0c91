//! Every letter as it goes out.

use super::*;

#[test]
fn every_letter_says_what_it_has_to() {
    let desk = Desk::new();
    let mut all = String::new();
    for notice in Notice::ALL {
        let request = desk.telling(notice, "EU_GDPR", Kind::Access);
        all += &shown(notice.as_str(), &desk.mail(&desk.letter(&request, notice)));
    }
    let request = SubjectRequest { agent: Some(agent()), ..desk.request("CA_CCPA", Kind::Erasure) };
    let to_agent = request.agent.as_ref().unwrap().email.as_ref().unwrap();
    let letter = desk.letter(&request, Notice::Acknowledgement);
    let letter = Letter { recipient: Recipient::Email(to_agent), code: None, ..letter };
    all += &shown("acknowledgement, to an agent", &desk.mail(&letter));
    let request = SubjectRequest { needs: Vec::new(), ..desk.request("US_VA", Kind::OptOut) };
    let letter = Letter { code: None, ..desk.letter(&request, Notice::Acknowledgement) };
    all += &shown("acknowledgement, nothing to show", &desk.mail(&letter));
    let request = SubjectRequest { needs: vec![Proof::DataPoints], ..desk.request("CA_CCPA", Kind::Know) };
    let letter = Letter { code: None, ..desk.letter(&request, Notice::Acknowledgement) };
    all += &shown("acknowledgement, something else to show", &desk.mail(&letter));
    let letter = Letter { round: NOT_REACHED, ..desk.letter(&request, Notice::Routed) };
    all += &shown("routed, the business cannot be reached", &desk.mail(&letter));
    all += &late(&desk);
    let pass = Pass::of(&desk.keys(), "email#mia.marker@example.com", 20_000).unwrap();
    let letter = Letter { pass: Some(&pass), code: None, ..desk.letter(&request, Notice::Acknowledgement) };
    all += &shown("no more letters today", &desk.mail(&letter));
    for (title, erased) in [
        ("answer, erasure", Some(Erased::Removed)),
        ("answer, erasure of nothing", Some(Erased::Nothing)),
        ("answer, erasure of nothing but what stays", Some(Erased::Kept)),
        ("answer, erasure, nobody noted what came of it", None),
    ] {
        let in_part = erased == Some(Erased::Kept);
        let standing = Standing::Answered { at: at("2026-03-20T08:00:00Z"), in_part };
        let mut request = SubjectRequest { standing, needs: Vec::new(), ..desk.request("CA_CCPA", Kind::Erasure) };
        request.findings.erased = erased;
        all += &shown(title, &desk.mail(&desk.letter(&request, Notice::Answer)));
    }
    for (regime, kind, reason) in [
        ("CA_CCPA", Kind::Appeal, "not-a-right-here"),
        ("UK_GDPR", Kind::Erasure, "unverifiable"),
        ("US_VA", Kind::Access, "excessive"),
    ] {
        let standing = Standing::Denied { at: at("2026-03-20T08:00:00Z"), reason: reason.to_owned() };
        let request = SubjectRequest { standing, ..desk.request(regime, kind) };
        all += &shown(&format!("denial, {regime}, {reason}"), &desk.mail(&desk.letter(&request, Notice::Denial)));
    }
    let standing = Standing::Withdrawn { at: at("2026-03-20T08:00:00Z"), in_part: true };
    let request = SubjectRequest { standing, agent: Some(agent()), ..desk.request("CA_CCPA", Kind::Erasure) };
    all += &shown(
        "withdrawal, of what an agent had asked, in part",
        &desk.mail(&desk.letter(&request, Notice::Withdrawal)),
    );
    expect_file!["../letters.txt"].assert_eq(&all.replace('\u{a0}', " "));
}

/// Letters of which the last day is over by the time they are written.
fn late(desk: &Desk) -> String {
    let (now, mut all) = (at("2026-05-10T09:00:00Z"), String::new());
    for (notice, is_shown) in [(Notice::Acknowledgement, false), (Notice::Routed, true), (Notice::TenantForward, true)]
    {
        let proven = is_shown.then_some(Proven { proof: Proof::EmailCode, at: now }).into_iter().collect();
        let request = SubjectRequest { proven, ..desk.telling(notice, "EU_GDPR", Kind::Erasure) };
        let letter = Letter { now, ..desk.letter(&request, notice) };
        all += &shown(&format!("{}, after the last day", notice.as_str()), &desk.mail(&letter));
    }
    all
}
