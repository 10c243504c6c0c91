//! What a letter says of what comes next.

use privacy::memory::World;
use privacy::ports::Freshness;
use privacy::show_asked::{WayOn, show_asked};
use privacy::subject_request::ports::RequestIntake;

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

/// What the page of a request offers of what only we can take: an appeal, a complaint.
async fn on_page(map: &DataMap, request: &SubjectRequest, now: Timestamp) -> [bool; 2] {
    let world = World::new(now, 3);
    world.receive(request).await.unwrap();
    let view = show_asked(&world, map, &[], &request.id, Freshness::Now, now).await.unwrap().unwrap();
    let ways = view.denial.map_or(view.ways, |denial| denial.ways);
    [WayOn::Appeal, WayOn::ComplaintToUs].map(|way| ways.contains(&way))
}

fn in_letter(text: &str) -> [bool; 2] {
    ["Ask us to look again", "Complain to us"].map(|words| text.contains(words))
}

/// By an agent, under every regime: an appeal, a complaint, and something else.
fn requests(desk: &Desk) -> Vec<SubjectRequest> {
    let regimes = desk.law.model().regime.keys().map(String::as_str).chain(["NO_SUCH_REGIME"]);
    let kinds = [Kind::Appeal, Kind::Complaint, Kind::Erasure];
    let asked = |regime| kinds.map(|kind| SubjectRequest { agent: Some(agent()), ..desk.request(regime, kind) });
    regimes.flat_map(asked).collect()
}

#[tokio::test]
async fn no_letter_offers_an_appeal_or_a_complaint_that_the_page_does_not() {
    let (desk, map, at) = (Desk::new(), DataMap::built_in().unwrap(), at("2026-03-20T08:00:00Z"));
    let mut offered = [false, false];
    for request in requests(&desk) {
        let (regime, kind) = (&request.regime, request.kind);
        let mut rejected = SubjectRequest { standing: Standing::Answered { at, in_part: true }, ..request.clone() };
        rejected.findings.outcome = (kind != Kind::Erasure).then_some(Outcome::Rejected);
        let denied = ["excessive", "not-the-controller", "no-such-reason"].map(|reason| {
            let standing = Standing::Denied { at, reason: reason.to_owned() };
            SubjectRequest { standing, ..request.clone() }
        });
        let mut closed = vec![(&rejected, vec![Notice::Answer])];
        closed.extend(denied.iter().map(|one| (one, vec![Notice::Denial, Notice::AgentDenial])));
        for (request, notices) in closed {
            let page = on_page(&map, request, at).await;
            let taken = [page[0] && kind != Kind::Appeal, page[1] && kind != Kind::Complaint];
            assert_eq!(page, taken, "{regime} {kind:?} {:?}", request.standing);
            offered = [offered[0] || page[0], offered[1] || page[1]];
            for notice in notices {
                let letter = desk.letter(request, notice);
                let says = in_letter(&desk.mail(&letter).1);
                assert_eq!(says, page, "{regime} {kind:?} {notice:?} {:?}", request.standing);
                let message = in_letter(&desk.writer().message(&letter));
                assert!(message == page || notice == Notice::AgentDenial, "{regime} {kind:?} {:?}", request.standing);
            }
        }
    }
    assert_eq!(offered, [true, true]);
}

#[tokio::test]
async fn before_there_is_an_answer_no_letter_offers_to_look_at_it_again_nor_does_the_page() {
    let (desk, map) = (Desk::new(), DataMap::built_in().unwrap());
    for request in requests(&desk) {
        let page = on_page(&map, &request, at("2027-03-20T08:00:00Z")).await;
        for notice in [Notice::Late, Notice::Extension, Notice::Relocated] {
            let letter = desk.letter(&request, notice);
            for text in [desk.mail(&letter).1, desk.writer().message(&letter)] {
                assert_eq!(in_letter(&text), page, "{} {:?} {notice:?}: {text}", request.regime, request.kind);
                let none = [false, page[1] && request.kind != Kind::Complaint];
                assert_eq!(page, none, "{} {:?}: {text}", request.regime, request.kind);
            }
        }
    }
}
