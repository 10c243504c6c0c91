use super::*;
use crate::clock::model::Kind;
use crate::ids::UserId;
use crate::memory::asked;
use crate::route_request::route;
use crate::subject_request::{Standing, Turn};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-03-11T09:00:00.1234Z")
}

fn law() -> Law {
    Law::built_in().unwrap()
}

fn tenant(name: &str) -> TenantId {
    TenantId::parse(name).unwrap()
}

fn user() -> Actor {
    Actor::Tenant(UserId::parse("u7").unwrap())
}

fn word(name: &str, id: &str, decision: Decision) -> Word {
    Word { tenant: tenant(name), id: InstructionId::parse(id).unwrap(), decision }
}

/// In work, with parts of alder's and birch's.
fn handed_over(kind: Kind) -> SubjectRequest {
    let request = asked(1, kind, Some("mia@example.com"), None, at("2026-03-06T12:00:00Z"));
    let request = SubjectRequest { standing: Standing::InProgress { since: at("2026-03-09T12:00:00Z") }, ..request };
    let hand = |request: &SubjectRequest, name: &str| {
        route(request, &tenant(name), &law(), Actor::Service, at("2026-03-10T09:00:00Z")).unwrap().unwrap().request
    };
    hand(&hand(&request, "alder"), "birch")
}

fn decide(request: &SubjectRequest, word: &Word) -> Result<Option<Changed>, NotRouted> {
    decide_part(request, word, &law(), user(), now())
}

const CLAIMS: Decision = Decision::Decline(DenialReason::LegalClaims);

#[test]
fn a_tenant_declines_its_own_part_with_a_reason_and_nothing_of_another_s_moves() {
    let request = handed_over(Kind::Erasure);
    let Changed { request: after, act } = decide(&request, &word("birch", "d-1", CLAIMS)).unwrap().unwrap();
    let declined = Declined {
        id: InstructionId::parse("d-1").unwrap(),
        reason: "legal-claims".to_owned(),
        at: at("2026-03-11T09:00:00.123Z"),
    };
    assert_eq!(after.routed[1], Routed { declined: Some(declined.clone()), ..request.routed[1].clone() });
    assert_eq!(after.routed[0], request.routed[0]);
    assert_eq!((after.version, after.next_action_at), (request.version + 1, Some(declined.at)));
    assert_eq!(after.standing, request.standing);
    let deed = Deed::Declined { tenant: tenant("birch"), instruction: declined.id, reason: declined.reason };
    assert_eq!(act, Act { deed, actor: user(), why: None, at: declined.at });
}

#[test]
fn what_was_said_is_said_once_and_another_word_is_refused() {
    let request = handed_over(Kind::Erasure);
    let said = [Decision::Agree, CLAIMS, Decision::MoreTime];
    for decision in said {
        let after = decide(&request, &word("birch", "d-1", decision)).unwrap().unwrap().request;
        assert_eq!(decide(&after, &word("birch", "d-1", decision)), Ok(None), "{decision:?} again");
        assert_eq!(decide(&after, &word("birch", "d-2", decision)), Err(NotRouted::OtherInstruction), "{decision:?}");
        assert!(decide(&after, &word("alder", "d-1", decision)).unwrap().is_some(), "alder's is its own");
    }
    let other = Decision::Decline(DenialReason::LegalObligation);
    let after = decide(&request, &word("birch", "d-1", CLAIMS)).unwrap().unwrap().request;
    assert_eq!(decide(&after, &word("birch", "d-1", other)), Err(NotRouted::OtherInstruction), "another reason");
    assert_eq!(decide(&after, &word("birch", "d-2", Decision::MoreTime)), Err(NotRouted::OtherInstruction));
}

#[test]
fn who_declined_may_still_agree_and_who_agreed_takes_nothing_back() {
    let declined = decide(&handed_over(Kind::Erasure), &word("birch", "d-1", CLAIMS)).unwrap().unwrap().request;
    let agreed = decide(&declined, &word("birch", "d-2", Decision::Agree)).unwrap().unwrap().request;
    assert!(agreed.routed[1].declined.is_none() && agreed.routed[1].instruction.is_some());
    for later in [CLAIMS, Decision::MoreTime] {
        assert_eq!(decide(&agreed, &word("birch", "d-3", later)), Err(NotRouted::OtherInstruction), "{later:?}");
    }
}

#[test]
fn more_time_is_a_matter_for_staff_and_moves_no_clock() {
    let request = handed_over(Kind::Access);
    assert!(!request.turns().contains(&Turn::GiveTime));
    let after = decide(&request, &word("alder", "d-1", Decision::MoreTime)).unwrap().unwrap().request;
    assert_eq!((&after.clocks, &after.routed[0].dates), (&request.clocks, &request.routed[0].dates));
    assert!(after.turns().contains(&Turn::GiveTime) && after.routed[0].is_silent());
    let decided = decide(&after, &word("alder", "d-2", Decision::Agree)).unwrap().unwrap().request;
    assert!(!decided.turns().contains(&Turn::GiveTime), "it needs none any more");
}

#[test]
fn a_reason_must_be_one_that_the_law_knows_for_what_is_asked_for() {
    let request = handed_over(Kind::Erasure);
    for reason in [DenialReason::FoundAccurate, DenialReason::NotARightHere, DenialReason::NotTheController] {
        let refused = decide(&request, &word("birch", "d-1", Decision::Decline(reason)));
        assert!(matches!(refused, Err(NotRouted::Reason(_))), "{reason:?}: {refused:?}");
    }
}

#[test]
fn a_stranger_s_word_and_one_that_comes_too_late_change_nothing() {
    let request = handed_over(Kind::Erasure);
    let closed =
        SubjectRequest { standing: Standing::Denied { at: now(), reason: "excessive".to_owned() }, ..request.clone() };
    for decision in [Decision::Agree, CLAIMS, Decision::MoreTime] {
        assert_eq!(decide(&request, &word("cedar", "d-1", decision)), Err(NotRouted::OtherTenant), "{decision:?}");
        assert_eq!(decide(&closed, &word("birch", "d-1", decision)), Err(NotRouted::NotInWork), "{decision:?}");
    }
}

#[test]
fn nothing_is_decided_about_what_staff_have_refused_whole() {
    let objection = handed_over(Kind::Objection);
    let by = crate::subject_request::By {
        actor: Actor::Staff("alex".to_owned()),
        why: crate::legal_hold::Note::parse("So.").unwrap(),
    };
    let refuse =
        |reason| crate::deny_request::deny(&objection, None, &law(), reason, &by, now()).unwrap().unwrap().request;
    let refused = refuse(DenialReason::ManifestlyUnfounded);
    for decision in [Decision::Agree, CLAIMS, Decision::MoreTime] {
        assert_eq!(decide(&refused, &word("birch", "d-1", decision)), Err(NotRouted::NotInWork), "{decision:?}");
    }
    // Their own use is theirs to weigh.
    let in_part = refuse(DenialReason::OverridingGrounds);
    assert!(decide(&in_part, &word("birch", "d-1", Decision::Agree)).unwrap().is_some());
}
