mod anew;

use std::collections::BTreeSet;

use super::*;
use crate::close_request::{Closure, close_request};
use crate::correct_request::correct;
use crate::ids::{TenantId, UserId};
use crate::keys::KeyedRef;
use crate::legal_hold::Note;
use crate::memory::{World, asked};
use crate::record_act::NotDone;
use crate::route_request::route;
use crate::subject_request::findings::{Correction, Decision, EvidenceId, FieldName};
use crate::subject_request::review::Outcome;
use crate::subject_request::{Actor, ChildReview, EmailAddress, Member, Proven};

/// Ninety days after the first receipt.
fn now() -> Timestamp {
    "2026-06-03T09:00:00Z".parse().unwrap()
}

fn by(why: &str) -> By {
    By { actor: Actor::Staff("alex".to_owned()), why: Note::parse(why).unwrap() }
}

fn law() -> Law {
    Law::built_in().unwrap()
}

/// Of a Virginian, verified by a code, refused on its last days.
fn refused(kind: Kind, standing: Standing) -> SubjectRequest {
    let received_at = "2026-03-05T12:00:00Z".parse().unwrap();
    let request = asked(1, kind, Some("mia@example.com"), None, received_at);
    let clocks = Clocks::start(&law().governing_row("US_VA", kind).unwrap().row, received_at).unwrap();
    let mut request = SubjectRequest {
        regime: "US_VA".to_owned(),
        clocks,
        standing,
        needs: vec![Proof::EmailCode],
        proven: vec![Proven { proof: Proof::EmailCode, at: received_at }],
        told: [(Notice::Acknowledgement, 1), (Notice::Denial, 1), (Notice::Answer, 1)].into(),
        evidence_erased: true,
        next_action_at: None,
        ..request
    };
    request.course.begun_at = Some(received_at);
    request
}

fn denied() -> SubjectRequest {
    let at = "2026-04-14T12:00:00Z".parse().unwrap();
    refused(Kind::Access, Standing::Denied { at, reason: "excessive".to_owned() })
}

fn answered_in_part(kind: Kind) -> SubjectRequest {
    refused(kind, Standing::Answered { at: "2026-04-14T12:00:00Z".parse().unwrap(), in_part: true })
}

fn appeal_of(refused: &SubjectRequest) -> SubjectRequest {
    let request = asked(2, Kind::Appeal, Some("mia@example.com"), None, now());
    let standing = Standing::InProgress { since: now() };
    SubjectRequest { appeal_of: Some(refused.id.clone()), standing, regime: refused.regime.clone(), ..request }
}

fn reopened(request: &SubjectRequest) -> SubjectRequest {
    reopen(request, &appeal_of(request), &law(), &by("It is right."), now()).unwrap().unwrap().request
}

fn people(name: &str) -> BTreeSet<KeyedRef> {
    [KeyedRef::from_stored(name.to_owned())].into()
}

#[test]
fn what_was_denied_is_in_work_again_by_dates_of_its_own_and_its_receipt_stays() {
    let denied = denied();
    let again = reopened(&denied);
    assert_eq!(again.standing, Standing::InProgress { since: now() });
    assert_eq!(again.received_at, denied.received_at);
    // 45 days from the day on which the appeal was upheld.
    assert_eq!(again.clocks.legal.date, "2026-07-18".parse().unwrap());
    assert!(!again.is_last_day(now()) && !again.clocks.legal_due().is_past(now()));
    assert_eq!(crate::judgement::judge_request(&again, now()), Some(crate::judgement::Nearness::InTime));
    assert_eq!((again.course.begun_at, again.evidence_erased, again.next_action_at), (None, false, Some(now())));
    assert!(!again.was_told(Notice::Denial, 1) && again.was_told(Notice::Acknowledgement, 1));
    assert!(!again.is_left_to_staff(), "the machine carries out what it never did");
    let extended = crate::extend_request::extend(&again, &law(), &by("Many records."), now());
    assert_eq!(extended, Err(crate::extend_request::NotExtendable::Reopened));
}

#[test]
fn a_field_that_was_refused_is_decided_once_more_and_one_that_was_mended_is_not() {
    let mut request = answered_in_part(Kind::Correction);
    let field = |name: &str| FieldName::parse(name).unwrap();
    let evidence = |id: &str| EvidenceId::parse(id).unwrap();
    let refusal = Decision::Refused { evidence: evidence("file-1") };
    let mended = Decision::Applied { evidence: evidence("file-2"), value: None };
    request.findings.corrections = vec![
        Correction { field: field("name"), decision: mended.clone() },
        Correction { field: field("phone"), decision: refusal },
    ];
    request.findings.refused_parts = vec!["found-accurate".to_owned()];
    let again = reopened(&request);
    let decisions: Vec<_> = again.findings.corrections.iter().map(|one| one.decision.clone()).collect();
    assert_eq!(decisions, [mended, Decision::Open]);
    assert!(!again.findings.is_partial() && !again.findings.is_corrected());
    assert_eq!(again.turns(), [crate::subject_request::Turn::Correct]);
    let told = Decision::Instructed { evidence: evidence("order-3"), value: None };
    let field = Correction { field: field("phone"), decision: told };
    assert!(correct(&again, &[field], &by("She is right."), now()).unwrap().is_some());
}

#[test]
fn whatever_was_left_out_is_taken_up_again_by_the_machine_or_by_staff() {
    for (kind, by_staff) in [
        (Kind::Access, false),
        (Kind::Portability, false),
        (Kind::Correction, false),
        (Kind::Erasure, true),
        (Kind::Restriction, true),
        (Kind::Objection, true),
    ] {
        let mut request = answered_in_part(kind);
        request.findings.refused_parts = vec!["legal-claims".to_owned()];
        request.findings.outcome = Some(Outcome::PartlyRetained);
        request.course.joined = Some(crate::obligation::ObligationId::of_request(&[9; 20]));
        let again = reopened(&request);
        assert_eq!(again.is_left_to_staff(), by_staff, "{kind:?}");
        assert_eq!(again.turns().contains(&crate::subject_request::Turn::Answer), by_staff, "{kind:?}");
        assert_eq!((again.findings.outcome, again.course.joined.as_ref()), (None, None), "{kind:?}");
        assert!(again.findings.refused_parts.is_empty() && !again.was_told(Notice::Answer, 1), "{kind:?}");
    }
}

#[test]
fn what_nobody_had_shown_waits_for_it_once_more_and_is_carried_out_no_sooner() {
    let reason = "unverifiable".to_owned();
    let unverified = SubjectRequest { proven: Vec::new(), ..denied() };
    let standing = Standing::Denied { at: "2026-04-19T04:00:00Z".parse().unwrap(), reason };
    let again = reopened(&SubjectRequest { standing, ..unverified });
    assert_eq!(again.standing, Standing::AwaitingVerification);
    assert!(again.awaits_proof() && again.has_code_to_send() && !again.may_be_carried_out());
    assert!(again.prove(Proof::EmailCode, now()).is_some());
}

#[test]
fn what_was_answered_in_full_or_not_at_all_is_not_and_nor_is_an_appeal() {
    let full = Standing::Answered { at: now(), in_part: false };
    for request in [
        refused(Kind::Access, full),
        refused(Kind::Access, Standing::Received),
        refused(Kind::Access, Standing::AwaitingVerification),
        refused(Kind::Access, Standing::InProgress { since: now() }),
    ] {
        let refused = reopen(&request, &appeal_of(&request), &law(), &by("So."), now());
        assert_eq!(refused, Err(NotClosed::NotRefused), "{:?}", request.standing);
    }
    let appeal = SubjectRequest { kind: Kind::Appeal, ..answered_in_part(Kind::Access) };
    assert_eq!(reopen(&appeal, &appeal_of(&appeal), &law(), &by("So."), now()), Err(NotClosed::NotRefused));
}

#[test]
fn an_appeal_puts_it_back_once_and_another_one_again() {
    let denied = denied();
    let again = reopened(&denied);
    let refused_anew = SubjectRequest { standing: denied.standing.clone(), ..again.clone() };
    let same = reopen(&refused_anew, &appeal_of(&denied), &law(), &by("It is right."), now());
    assert_eq!(same, Ok(None), "sent again");
    let id = crate::obligation::ObligationId::of_request(&[3; 20]);
    let other = SubjectRequest { id, ..appeal_of(&denied) };
    assert!(reopen(&refused_anew, &other, &law(), &by("It is right."), now()).unwrap().is_some());
    let waiting = SubjectRequest { standing: Standing::AwaitingVerification, ..again };
    assert_eq!(reopen(&waiting, &other, &law(), &by("It is right."), now()), Ok(None), "it waits by another's word");
    let in_work = SubjectRequest { standing: Standing::InProgress { since: now() }, ..waiting };
    assert_eq!(reopen(&in_work, &other, &law(), &by("It is right."), now()), Ok(None), "and so it is in work");
}

/// An order makes the same bundle again, with what was refused still left out.
#[test]
fn an_appeal_counts_although_staff_are_having_the_bundle_made_again() {
    let in_work = Standing::InProgress { since: now() };
    let mut ordered = SubjectRequest { standing: in_work, ..answered_in_part(Kind::Access) };
    ordered.findings.refused_parts = vec!["others-rights".to_owned()];
    let id = crate::ids::InstructionId::parse("order-7").unwrap();
    let reason = crate::order_bundle::OrderReason::Lost;
    let ordered_at = "2026-06-02T09:00:00Z".parse().unwrap();
    ordered.course.ordered_again = Some(crate::order_bundle::OrderedAgain { id, reason, at: ordered_at });
    let again = reopened(&ordered);
    assert!(again.findings.refused_parts.is_empty() && again.course.reopened.as_ref().unwrap().was_answered);
    assert!(!again.is_left_to_staff(), "a copy is made anew");
    assert_eq!((again.course.begun_at, again.clocks.received_on), (None, "2026-06-03".parse().unwrap()));
    // In work by an appeal that came after the order, it takes no other.
    let other = SubjectRequest { id: crate::obligation::ObligationId::of_request(&[8; 20]), ..appeal_of(&ordered) };
    assert_eq!(reopen(&again, &other, &law(), &by("It is right."), now()), Ok(None));
    // Answered again in part and ordered once more, it does.
    let mut anew = again;
    anew.course.ordered_again.as_mut().unwrap().at = "2026-06-04T09:00:00Z".parse().unwrap();
    assert!(reopen(&anew, &other, &law(), &by("It is right."), now()).unwrap().is_some());
}

#[test]
fn a_business_that_has_not_answered_is_asked_again_and_others_are_not() {
    let mut request = answered_in_part(Kind::Access);
    let in_work = SubjectRequest { standing: Standing::InProgress { since: now() }, ..request.clone() };
    let [alder, birch] = ["alder", "birch"].map(|tenant| TenantId::parse(tenant).unwrap());
    for tenant in [&alder, &birch] {
        let routed = route(&in_work, tenant, &law(), Actor::Service, request.received_at).unwrap().unwrap().request;
        request.routed.extend(routed.routed);
        request.told_tenants.insert(tenant.clone(), [(Notice::TenantForward, 1), (Notice::TenantReminder, 3)].into());
    }
    let id = crate::ids::InstructionId::parse("ticket-7").unwrap();
    request.routed[1].instruction = Some(crate::subject_request::Instructed { id, at: now() });
    let again = reopened(&request);
    assert_eq!(again.tenant_rounds(&alder, Notice::TenantForward), 0);
    assert_eq!(again.tenant_rounds(&birch, Notice::TenantReminder), 3);
    assert!(again.routed[0].next_reminder(now()).is_some() && again.routed[0].dates != request.routed[0].dates);
    assert_eq!(again.routed[1], request.routed[1]);
}

#[tokio::test]
async fn an_appeal_that_is_upheld_sends_a_code_where_proof_was_missing_and_nothing_is_lost_when_it_is_refused() {
    let unverified = SubjectRequest { proven: Vec::new(), ..denied() };
    let appeal = appeal_of(&unverified);
    let world = World::new(now(), 100);
    for request in [&unverified, &appeal] {
        world.stored().requests.heads.insert(request.id.clone(), request.clone());
    }
    let closure = Closure { outcome: Outcome::Upheld, evidence: EvidenceId::parse("file-7").unwrap() };
    let uphold = async || close_request(&world, &world, &law(), &appeal.id, &closure, &by("So."), now()).await;
    uphold().await.unwrap();
    uphold().await.unwrap();
    let codes = |world: &World| {
        let notices = world.stored().requests.notices.clone();
        notices.into_iter().filter(|job| job.request == unverified.id).map(|job| job.notice).collect::<Vec<_>>()
    };
    assert_eq!(codes(&world), [Notice::Code]);
    let full = SubjectRequest { standing: Standing::Answered { at: now(), in_part: false }, ..denied() };
    for stored in [Some(full), None] {
        let world = World::new(now(), 100);
        for request in stored.iter().chain([&appeal]) {
            world.stored().requests.heads.insert(request.id.clone(), request.clone());
        }
        let refused = close_request(&world, &world, &law(), &appeal.id, &closure, &by("So."), now()).await;
        assert!(matches!(refused, Err(NotDone::Refused(NotClosed::NotRefused))));
        assert!(world.stored().requests.acts.is_empty());
    }
}
