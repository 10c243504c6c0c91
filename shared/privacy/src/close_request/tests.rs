mod ends;

use super::*;
use crate::ids::{InstructionId, TenantId};
use crate::legal_hold::Note;
use crate::memory::{Strike, World, asked, erased, erasure_of};
use crate::review_child_report::find_credible;
use crate::subject_request::findings::{Correction, Decision, FieldName};
use crate::subject_request::{Actor, ChildReview, Course, Proof};

fn now() -> Timestamp {
    "2026-03-20T09:00:00Z".parse().unwrap()
}

fn by(why: &str) -> By {
    By { actor: Actor::Staff("alex".to_owned()), why: Note::parse(why).unwrap() }
}

fn law() -> Law {
    Law::built_in().unwrap()
}

fn closure(outcome: Outcome) -> Closure {
    Closure { outcome, evidence: EvidenceId::parse("file-7").unwrap() }
}

fn in_work(number: u8, kind: Kind) -> SubjectRequest {
    let received_at = "2026-03-05T12:00:00Z".parse().unwrap();
    let request = asked(number, kind, Some("mia@example.com"), None, received_at);
    let mut request = SubjectRequest { standing: Standing::InProgress { since: now() }, ..request };
    request.course.begun_at = Some(now());
    request
}

fn appeal_of(denied: &SubjectRequest) -> SubjectRequest {
    let received_at = "2026-03-05T12:00:00Z".parse().unwrap();
    let request = asked(2, Kind::Appeal, Some("mia@example.com"), None, received_at);
    let standing = Standing::InProgress { since: now() };
    SubjectRequest { appeal_of: Some(denied.id.clone()), standing, ..request }
}

fn denied() -> SubjectRequest {
    let standing = Standing::Denied { at: now(), reason: "excessive".to_owned() };
    let told = [(Notice::Denial, 1)].into();
    SubjectRequest { standing, told, next_action_at: None, evidence_erased: true, ..in_work(1, Kind::Access) }
}

fn world(requests: &[&SubjectRequest]) -> World {
    let world = World::new(now(), 100);
    for request in requests {
        world.stored().requests.heads.insert(request.id.clone(), (*request).clone());
    }
    world
}

#[tokio::test]
async fn a_request_closes_with_an_outcome_and_its_evidence_once() {
    let request = in_work(1, Kind::Restriction);
    let world = world(&[&request]);
    let close = async |closure: &Closure| {
        close_request(&world, &world, &law(), &request.id, closure, &by("The flag is set."), now()).await
    };
    let done = close(&closure(Outcome::Completed)).await.unwrap();
    assert_eq!(done.request.standing, Standing::Answered { at: now(), in_part: false });
    assert!(!close(&closure(Outcome::Completed)).await.unwrap().is_new);
    let other = close(&closure(Outcome::PartlyRetained)).await;
    assert!(matches!(other, Err(NotDone::Refused(NotClosed::Closed))));
    let Closure { outcome, evidence } = closure(Outcome::Completed);
    let act = by("The flag is set.").did(Deed::Closed { outcome, evidence }, now());
    assert_eq!(world.stored().requests.acts[&request.id], [act]);
    assert!(world.stored().requests.notices.iter().all(|job| job.notice == Notice::Answer));
}

#[test]
fn what_is_of_a_child_goes_before_whatever_asked_for_it_is_closed() {
    for kind in [Kind::Appeal, Kind::Complaint, Kind::Correction, Kind::Access] {
        let report = asked(1, kind, None, Some(("instagram", "tim")), "2026-03-05T12:00:00Z".parse().unwrap());
        let report = SubjectRequest { about_child: true, ..report };
        let believed = find_credible(&report, None, &law(), Actor::Service, now()).unwrap().unwrap().request;
        let left = |request: &SubjectRequest| steps(request, &Erasures::default(), now()).first().copied();
        assert_eq!(left(&believed), Some(Step::Begin), "{kind:?}");
        let begun = SubjectRequest {
            course: Course { begun_at: Some(now()), parts_sought_at: Some(now()), ..believed.course.clone() },
            ..believed
        };
        assert_ne!(left(&begun), Some(Step::Begin), "{kind:?}");
    }
}

#[test]
fn every_step_that_is_left_keeps_it_open() {
    let left = |request: &SubjectRequest| steps(request, &Erasures::default(), now());
    let erasure = in_work(1, Kind::Erasure);
    assert_eq!(left(&erasure), []);
    let waiting =
        SubjectRequest { standing: Standing::AwaitingVerification, needs: vec![Proof::EmailCode], ..erasure.clone() };
    assert_eq!(left(&waiting), [Step::Verify]);
    let mut not_begun = erasure.clone();
    not_begun.course.begun_at = None;
    assert_eq!(left(&not_begun), [Step::Begin]);
    let child = SubjectRequest { about_child: true, ..erasure.clone() };
    assert_eq!(left(&child), [Step::ReviewChild]);
    let mut judged = child;
    judged.course.child = Some(ChildReview::NotCredible { at: now() });
    assert_eq!(left(&judged), []);
    let mut correction = in_work(1, Kind::Correction);
    assert_eq!(left(&correction), [Step::Correct]);
    let field = FieldName::parse("name").unwrap();
    correction.findings.corrections = vec![Correction { field, decision: Decision::Open }];
    assert_eq!(left(&correction), [Step::Correct]);

    let (law, alder) = (crate::law::Law::built_in().unwrap(), TenantId::parse("alder").unwrap());
    let routed = crate::route_request::route(&erasure, &alder, &law, Actor::Service, now()).unwrap().unwrap().request;
    assert_eq!(left(&routed), [Step::Tenant]);
    let ticket = InstructionId::parse("ticket-7").unwrap();
    let told = crate::route_request::instruct(&routed, &alder, &ticket, Actor::Service, now()).unwrap().unwrap();
    assert_eq!(left(&told.request), [Step::Tenant], "said, and not yet done");
    // The last day is over at 22:00 UTC, and nobody is heard in its last two hours.
    let [morning, evening] = ["2026-04-04T10:00:00Z", "2026-04-04T20:00:00Z"].map(|at| at.parse().unwrap());
    let shown = vec![crate::subject_request::Proven { proof: Proof::EmailCode, at: now() }];
    let mut of_somebody = SubjectRequest { needs: vec![Proof::EmailCode], proven: shown, ..routed.clone() };
    of_somebody.course.parts_sought_at = Some(now());
    let objection = SubjectRequest { kind: Kind::Objection, ..of_somebody.clone() };
    for (request, is_over) in [(&of_somebody, [false, true]), (&objection, [true; 2]), (&routed, [true; 2])] {
        let left = [morning, evening].map(|at| steps(request, &Erasures::default(), at).is_empty());
        assert_eq!(left, is_over, "what staff answer, they have the whole day for: {:?}", request.kind);
    }
    assert_eq!(steps(&told.request, &Erasures::default(), evening), [Step::Tenant]);
    let refused = close(&routed, &Erasures::default(), &closure(Outcome::Completed), &by("So."), now());
    assert_eq!(refused, Err(NotClosed::Left(Step::Tenant)));
}

#[test]
fn nothing_is_closed_before_the_tenants_that_have_a_part_were_looked_for() {
    let shown = vec![crate::subject_request::Proven { proof: Proof::EmailCode, at: now() }];
    for (kind, is_routed) in [
        (Kind::Erasure, true),
        (Kind::Restriction, true),
        (Kind::Objection, true),
        (Kind::OptOut, false),
        (Kind::ConsentWithdrawal, false),
        (Kind::Complaint, false),
    ] {
        let mut request = SubjectRequest { needs: vec![Proof::EmailCode], proven: shown.clone(), ..in_work(1, kind) };
        let left = if is_routed { vec![Step::SeekParts] } else { vec![] };
        assert_eq!(steps(&request, &Erasures::default(), now()), left, "{kind:?}");
        if is_routed {
            let closed = close(&request, &Erasures::default(), &closure(Outcome::Completed), &by("So."), now());
            assert_eq!(closed, Err(NotClosed::Left(Step::SeekParts)), "{kind:?}");
        }
        request.course.parts_sought_at = Some(now());
        assert_eq!(steps(&request, &Erasures::default(), now()), [], "{kind:?}");
    }
    // One of before has a new course, and perhaps other people.
    let mut sought = SubjectRequest { needs: vec![Proof::EmailCode], proven: shown, ..denied() };
    sought.course.parts_sought_at = Some(now());
    let reopened = reopen(&sought, &appeal_of(&sought), &law(), &by("It is right."), now()).unwrap().unwrap().request;
    assert_eq!(reopened.course.parts_sought_at, None);
}

#[test]
fn what_a_bundle_answers_is_not_closed_before_the_bundle_is_there() {
    let shown = vec![crate::subject_request::Proven { proof: Proof::EmailCode, at: now() }];
    for kind in [Kind::Access, Kind::Know, Kind::Portability] {
        let request = SubjectRequest { needs: vec![Proof::EmailCode], proven: shown.clone(), ..in_work(1, kind) };
        assert_eq!(steps(&request, &Erasures::default(), now()), [Step::Export], "{kind:?}");
        for outcome in [Outcome::Completed, Outcome::PartlyRetained] {
            let closed = close(&request, &Erasures::default(), &closure(outcome), &by("Sent by post."), now());
            assert_eq!(closed, Err(NotClosed::Left(Step::Export)), "{kind:?}");
        }
        // Whom it is about staff have found out by what they compared: no bundle is made of that.
        let of_nobody = in_work(1, kind);
        assert!(of_nobody.names_nobody());
        assert_eq!(steps(&of_nobody, &Erasures::default(), now()), [], "{kind:?}");
    }
    assert_eq!(steps(&in_work(1, Kind::Restriction), &Erasures::default(), now()), []);
}

#[tokio::test]
async fn an_erasure_closes_only_when_a_strong_read_found_nothing() {
    let request = in_work(1, Kind::Erasure);
    let world = world(&[&request]);
    for (state, is_closed) in [(crate::obligation::State::Received, false), (erased(now()), true)] {
        let head = erasure_of(&request, state);
        world.stored().heads.insert(head.id.clone(), head.clone());
        let closed =
            close_request(&world, &world, &law(), &request.id, &closure(Outcome::Completed), &by("So."), now()).await;
        assert_eq!(closed.is_ok(), is_closed, "{:?}", head.state);
    }
}

/// The last day of what came in on 5 March is past a month later.
#[tokio::test]
async fn what_a_hold_keeps_is_waited_for_until_the_last_day_and_then_it_closes_in_part() {
    let (law, alder) = (law(), TenantId::parse("alder").unwrap());
    let plan = crate::obligation::PlanRef { hash: crate::memory::plan_hash(), covers_until: now() };
    let by_hold = vec![crate::legal_hold::HoldId::parse("hold-0001").unwrap()];
    let is_held = State::Held { plan, by: by_hold, review_by: "2026-05-01".parse().unwrap() };
    let erasure = in_work(1, Kind::Erasure);
    let routed = crate::route_request::route(&erasure, &alder, &law, Actor::Service, now()).unwrap().unwrap().request;
    let ticket = InstructionId::parse("ticket-7").unwrap();
    let told = crate::route_request::instruct(&routed, &alder, &ticket, Actor::Service, now()).unwrap().unwrap();
    let wanted = told.request;
    let part = wanted.part_id(&wanted.routed[0]);
    for (request, id, left) in [(&erasure, erasure.id.clone(), Step::Erase), (&wanted, part, Step::Tenant)] {
        let world = world(&[request]);
        let close = async |state: State, at: &str| {
            let head = Head { id: id.clone(), ..erasure_of(request, state) };
            world.stored().heads.insert(id.clone(), head);
            let (closure, now) = (closure(Outcome::Completed), at.parse().unwrap());
            close_request(&world, &world, &law, &request.id, &closure, &by("The rest is gone."), now).await
        };
        for (state, at) in [(is_held.clone(), "2026-04-01T10:00:00Z"), (State::Received, "2026-04-05T10:00:00Z")] {
            let closed = close(state, at).await;
            assert!(matches!(closed, Err(NotDone::Refused(NotClosed::Left(step))) if step == left), "{left:?} {at}");
        }
        let closed = close(is_held.clone(), "2026-04-05T10:00:00Z").await.unwrap().request;
        assert!(matches!(closed.standing, Standing::Answered { in_part: true, .. }), "{left:?}");
    }
}

#[tokio::test]
async fn a_report_about_a_child_closes_only_when_the_child_s_data_is_gone_whatever_it_asks_for() {
    let erase_by = "2026-03-30".parse().unwrap();
    for (kind, is_apart) in [(Kind::Access, false), (Kind::Erasure, true)] {
        let mut request = SubjectRequest { about_child: true, ..in_work(1, kind) };
        let zone = "Europe/Brussels".to_owned();
        request.course.child = Some(ChildReview::Credible { at: now(), erase_by, zone, is_apart, child: None });
        let world = world(&[&request]);
        if is_apart {
            let own = erasure_of(&request, erased(now()));
            world.stored().heads.insert(own.id.clone(), own);
        }
        for (state, is_closed) in [(crate::obligation::State::Received, false), (erased(now()), true)] {
            let head = crate::obligation::Head { id: request.erasure_id(), ..erasure_of(&request, state) };
            world.stored().heads.insert(head.id.clone(), head);
            let closure = closure(Outcome::Completed);
            let closed = close_request(&world, &world, &law(), &request.id, &closure, &by("So."), now()).await;
            assert_eq!(closed.is_ok(), is_closed, "{kind:?}");
        }
    }
}
