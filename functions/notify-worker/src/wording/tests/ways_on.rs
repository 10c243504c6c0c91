//! What a letter says of what comes next.

use super::*;

#[test]
fn every_denial_names_a_reason_and_every_way_on_that_the_law_has() {
    let desk = Desk::new();
    for regime in ["EU_GDPR", "UK_GDPR", "CA_CCPA", "US_VA", "BR_LGPD", "UNKNOWN", "NO_SUCH_REGIME"] {
        for reason in DenialReason::ALL.into_iter().map(DenialReason::as_str).chain(["no-such-reason"]) {
            let standing = Standing::Denied { at: at("2026-03-20T08:00:00Z"), reason: reason.to_owned() };
            let request = SubjectRequest { standing, ..desk.request(regime, Kind::Erasure) };
            let letter = desk.letter(&request, Notice::Denial);
            let (_, text, _) = desk.mail(&letter);
            assert!(text.contains("Complain to: "), "{regime} {reason}: {text}");
            let known =
                DenialReason::parse(reason).and_then(|reason| desk.law.denial(reason, regime, Kind::Erasure).ok());
            if let Some(known) = known {
                assert!(text.contains(&known.denial.text), "{regime} {reason}");
                assert_eq!(text.contains("Ask us to look again"), known.routes.appeal.is_some(), "{regime} {reason}");
                assert_eq!(text.contains("Go to court"), known.routes.court.is_some(), "{regime} {reason}");
            }
        }
    }
}

#[test]
fn what_is_verified_is_told_that_nothing_is_left_to_do() {
    let desk = Desk::new();
    let proven = vec![Proven { proof: Proof::EmailCode, at: at("2026-03-05T12:05:00Z") }];
    let request = SubjectRequest { proven, ..desk.request("EU_GDPR", Kind::Access) };
    let letter = Letter { code: None, ..desk.letter(&request, Notice::Acknowledgement) };
    assert!(desk.mail(&letter).1.contains("You need do nothing more."));
}

#[test]
fn a_file_is_promised_only_where_somebody_has_shown_what_opens_it() {
    let desk = Desk::new();
    for kind in [Kind::Access, Kind::Know, Kind::Portability] {
        for (proof, is_ready) in [(Proof::EmailCode, true), (Proof::AgentPermission, false)] {
            let at = at("2026-03-20T08:00:00Z");
            let (needs, proven) = (vec![proof], vec![Proven { proof, at }]);
            let standing = Standing::Answered { at, in_part: false };
            let request = SubjectRequest { standing, needs, proven, ..desk.request("EU_GDPR", kind) };
            let letter = desk.letter(&request, Notice::Answer);
            for text in [desk.mail(&letter).1, desk.writer().message(&letter)] {
                assert_eq!(text.contains("Your data is ready"), is_ready, "{kind:?}: {text}");
                assert_eq!(text.contains("There is no file"), !is_ready, "{kind:?}: {text}");
            }
        }
    }
}
