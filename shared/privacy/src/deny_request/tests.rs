mod erasures;

use super::*;
use crate::clock::model::Kind;
use crate::ingest_gate::Flag;
use crate::legal_hold::{HoldId, Note};
use crate::memory::{World, asked, erased, erasure_of};
use crate::obligation::{Outcome, PlanRef, State};
use crate::subject_request::{Actor, Agent, Proven};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-03-20T09:00:00Z")
}

fn by(why: &str) -> By {
    By { actor: Actor::Staff("alex".to_owned()), why: Note::parse(why).unwrap() }
}

fn waiting(kind: Kind) -> SubjectRequest {
    let request = asked(1, kind, Some("mia@example.com"), None, at("2026-03-05T12:00:00Z"));
    SubjectRequest { standing: Standing::AwaitingVerification, needs: vec![Proof::EmailCode], ..request }
}

fn verified(kind: Kind) -> SubjectRequest {
    let proven = vec![Proven { proof: Proof::EmailCode, at: now() }];
    SubjectRequest { standing: Standing::InProgress { since: now() }, proven, ..waiting(kind) }
}

/// Where nothing was begun of an erasure.
fn deny(
    request: &SubjectRequest,
    law: &Law,
    reason: DenialReason,
    by: &By,
    now: Timestamp,
) -> Result<Option<Changed>, NotDenied> {
    super::deny(request, None, law, reason, by, now)
}

#[tokio::test]
async fn a_denial_is_stored_with_who_and_why_and_the_person_is_told_once() {
    let (world, law) = (World::new(now(), 100), Law::built_in().unwrap());
    let request = verified(Kind::Access);
    world.stored().requests.heads.insert(request.id.clone(), request.clone());
    let reason = DenialReason::Excessive;
    let deny =
        async || deny_request(&world, &world, &law, &request.id, reason, &by("The third this week."), now()).await;
    let done = deny().await.unwrap();
    let standing = Standing::Denied { at: now(), reason: "excessive".to_owned() };
    assert_eq!((done.is_new, &done.request.standing, done.request.next_action_at), (true, &standing, Some(now())));
    let again = deny().await.unwrap();
    assert_eq!((again.is_new, &again.request), (false, &done.request));
    let deed = Deed::Denied { reason: "excessive".to_owned() };
    assert_eq!(world.stored().requests.acts[&request.id], [by("The third this week.").did(deed, now())]);
    let other = DenialReason::ManifestlyUnfounded;
    let other = deny_request(&world, &world, &law, &request.id, other, &by("Or that."), now()).await;
    assert!(matches!(other, Err(NotDone::Refused(NotDenied::Closed))));
}

#[test]
fn a_right_is_denied_only_for_a_reason_that_the_law_has_for_it_and_that_holds() {
    let law = Law::built_in().unwrap();
    let refused = |request: &SubjectRequest, reason| deny(request, &law, reason, &by("So."), now()).unwrap_err();
    for (kind, reason) in [
        (Kind::OptOut, DenialReason::Unverifiable),
        (Kind::ConsentWithdrawal, DenialReason::Excessive),
        (Kind::Access, DenialReason::LegalObligation),
        (Kind::Erasure, DenialReason::NotARightHere),
    ] {
        assert_eq!(refused(&waiting(kind), reason), NotDeniable::NoReason { reason, kind }.into());
    }
    // The law of the Union has no appeal, Virginia's has.
    let appeal = SubjectRequest { regime: "US_VA".to_owned(), ..verified(Kind::Appeal) };
    let reason = DenialReason::NotARightHere;
    assert!(matches!(refused(&appeal, reason), NotDenied::Law(NotDeniable::NotWithoutRight { .. })));
    assert_eq!(refused(&verified(Kind::Access), DenialReason::Unverifiable), NotDenied::NotSo);
    assert!(deny(&waiting(Kind::Access), &law, DenialReason::Unverifiable, &by("So."), now()).unwrap().is_some());
    assert_eq!(refused(&waiting(Kind::Access), DenialReason::PermissionMissing), NotDenied::NotSo, "there is no agent");
    let reason = DenialReason::NotTheController;
    assert_eq!(refused(&waiting(Kind::Access), reason), NotDenied::NotSo, "nobody has shown anything");
    assert_eq!(refused(&verified(Kind::Access), reason), NotDenied::NotSo, "no business has it");
    let alder = crate::ids::TenantId::parse("alder").unwrap();
    let routed = crate::route_request::route(&verified(Kind::Access), &alder, &law, Actor::Service, now());
    let waits = routed.unwrap().unwrap().request;
    assert_eq!(
        refused(&waits, reason),
        NotDenied::NotSo,
        "alder has not been written to yet, and could not be any more"
    );
    let routed = passed_on(&waits, &["alder"]);
    assert!(deny(&routed, &law, reason, &by("Alder decides."), now()).unwrap().is_some());
    let unreached = SubjectRequest { undelivered: [Notice::TenantForward].into(), ..waits };
    assert!(deny(&unreached, &law, reason, &by("Alder decides."), now()).unwrap().is_some(), "it was tried");
    let said = SubjectRequest { needs: Vec::new(), proven: Vec::new(), kind: Kind::OptOut, ..routed };
    assert_eq!(refused(&said, reason), NotDenied::NotSo, "it needs no proof, and nobody has shown that it is theirs");
    let agent = Agent { email: None, name: None, permission_sha256: None, has_power_of_attorney: false };
    let needs = vec![Proof::EmailCode, Proof::AgentPermission];
    let by_agent = SubjectRequest { agent: Some(agent), needs, ..waiting(Kind::Access) };
    assert!(deny(&by_agent, &law, DenialReason::PermissionMissing, &by("So."), now()).unwrap().is_some());
}

#[test]
fn a_reason_that_refuses_a_part_leaves_the_rest_to_be_carried_out() {
    let law = Law::built_in().unwrap();
    let request = verified(Kind::Erasure);
    let reason = DenialReason::LegalObligation;
    let changed = deny(&request, &law, reason, &by("Invoices."), now()).unwrap().unwrap();
    let after = changed.request;
    assert_eq!(
        (&after.standing, &after.findings.refused_parts),
        (&request.standing, &vec!["legal-obligation".to_owned()])
    );
    assert!(after.findings.is_partial());
    assert_eq!(changed.act.deed, Deed::RefusedPart { reason: "legal-obligation".to_owned() });
    assert_eq!(deny(&after, &law, reason, &by("Invoices."), now()), Ok(None));
}

#[test]
fn a_restriction_is_not_denied_while_the_product_is_told_to_stop() {
    let law = Law::built_in().unwrap();
    let deny = |request: &SubjectRequest| deny(request, &law, DenialReason::ManifestlyUnfounded, &by("So."), now());
    let mut routed = routed_to_alder(&verified(Kind::Restriction));
    assert_eq!(deny(&routed), Err(NotDenied::InForce), "within moments");
    routed.course.flags = vec![Flag::Restricted];
    assert_eq!(deny(&routed), Err(NotDenied::InForce));
    let lift = crate::lift_flag::Lift { flag: Flag::Restricted, asked_in: None };
    let lifted = crate::lift_flag::lift(&routed, &lift, &by("It is not theirs."), now()).unwrap().unwrap().request;
    assert!(matches!(deny(&lifted).unwrap().unwrap().request.standing, Standing::Denied { .. }));
    let unshown = waiting(Kind::Restriction);
    let denied = super::deny(&unshown, None, &law, DenialReason::Unverifiable, &by("Nobody came."), now());
    assert!(denied.unwrap().is_some(), "nothing was stopped for it");
}

#[test]
fn what_names_nobody_is_unverifiable_though_everything_was_shown() {
    let law = Law::built_in().unwrap();
    let mut report = SubjectRequest { about_child: true, ..verified(Kind::Erasure) };
    report.course.child = Some(crate::subject_request::ChildReview::NotCredible { at: now() });
    report.course.begun_at = Some(now());
    let deny =
        |request: &SubjectRequest| deny(request, &law, DenialReason::Unverifiable, &by("No child named."), now());
    assert!(matches!(deny(&report), Ok(Some(_))), "the address is of whoever reports");
    report.about_child = false;
    assert_eq!(deny(&report), Err(NotDenied::NotSo));
}

/// Handed to alder, which was written to.
fn routed_to_alder(request: &SubjectRequest) -> SubjectRequest {
    let (law, alder) = (Law::built_in().unwrap(), crate::ids::TenantId::parse("alder").unwrap());
    let routed = crate::route_request::route(request, &alder, &law, Actor::Service, now());
    passed_on(&routed.unwrap().unwrap().request, &["alder"])
}

/// The request, once these businesses have been written to.
fn passed_on(request: &SubjectRequest, tenants: &[&str]) -> SubjectRequest {
    let told =
        tenants.iter().map(|name| (crate::ids::TenantId::parse(name).unwrap(), [(Notice::TenantForward, 1)].into()));
    SubjectRequest { told_tenants: told.collect(), ..request.clone() }
}

#[test]
fn that_a_business_decides_is_said_with_whether_it_has_the_request() {
    let law = Law::built_in().unwrap();
    let mut request = verified(Kind::Access);
    let reason = DenialReason::NotTheController;
    assert!(!request.reason_words(&law, reason).unwrap().contains("passed"), "nobody else decides");
    for tenant in ["alder", "birch"] {
        let tenant = crate::ids::TenantId::parse(tenant).unwrap();
        let routed = crate::route_request::route(&request, &tenant, &law, Actor::Service, now());
        request = routed.unwrap().unwrap().request;
    }
    for (told, expected, other) in [
        (&["alder", "birch"][..], "We have passed your request on.", "could"),
        (&["birch"], "where we could", "We have passed your request on."),
        (&[], "We could not pass your request on", "We have passed"),
    ] {
        let words = passed_on(&request, told).reason_words(&law, reason).unwrap();
        assert!(words.contains(expected) && !words.contains(other), "{told:?}: {words}");
        assert!(words.starts_with("A business that uses our service decides"), "{words}");
    }
    let excessive = passed_on(&request, &[]).reason_words(&law, DenialReason::Excessive).unwrap();
    assert_eq!(excessive, law.model().denial[&DenialReason::Excessive].text);
}

#[test]
fn whoever_has_confirmed_their_agent_is_told_that_what_they_signed_is_missing_and_not_that_they_have_not_allowed_it() {
    let law = Law::built_in().unwrap();
    let agent = Agent { email: None, name: None, permission_sha256: None, has_power_of_attorney: false };
    for kind in [Kind::Erasure, Kind::Objection] {
        for (proofs, is_confirmed) in [
            (vec![], false),
            (vec![Proof::EmailCode], true),
            (vec![Proof::HandleCode], true),
            (vec![Proof::DataPoints], false),
        ] {
            let proven = proofs.iter().map(|proof| Proven { proof: *proof, at: now() }).collect();
            let needs = vec![Proof::EmailCode, Proof::AgentPermission];
            let mut request = SubjectRequest { agent: Some(agent.clone()), needs, proven, ..waiting(kind) };
            if kind == Kind::Objection {
                request.course.flags = vec![Flag::NoMarketing];
            }
            let denied =
                deny(&request, &law, DenialReason::PermissionMissing, &by("None came."), now()).unwrap().unwrap();
            let words = denied.request.reason_words(&law, DenialReason::PermissionMissing).unwrap();
            assert_eq!(words.contains("has told us that they may"), is_confirmed, "{kind:?} {proofs:?}: {words}");
            assert_eq!(words.contains("not shown that the person"), !is_confirmed, "{kind:?} {proofs:?}: {words}");
            assert_eq!(
                words.contains("apart from an end to marketing"),
                kind == Kind::Objection,
                "{proofs:?}: {words}"
            );
            let other = request.reason_words(&law, DenialReason::Excessive).unwrap();
            assert!(!other.contains("told us"), "{other}");
        }
    }
}
