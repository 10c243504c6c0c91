use super::*;
use crate::clock::model::Kind;
use crate::legal_hold::Note;
use crate::memory::{Strike, World, asked};
use crate::subject_request::{Actor, Proof, Proven};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-05-20T09:00:00Z")
}

fn by() -> By {
    By { actor: Actor::Staff("alex".to_owned()), why: Note::parse("Their laptop was stolen.").unwrap() }
}

fn order(id: &str, reason: OrderReason) -> Order {
    Order { id: InstructionId::parse(id).unwrap(), reason }
}

/// Answered in March, long after the last day of the law by now.
fn answered(kind: Kind) -> SubjectRequest {
    let request = asked(1, kind, Some("mia@example.com"), None, at("2026-03-05T12:00:00Z"));
    let proven = vec![Proven { proof: Proof::EmailCode, at: at("2026-03-05T12:05:00Z") }];
    let standing = Standing::Answered { at: at("2026-03-06T09:00:00Z"), in_part: false };
    let told = [(Notice::Acknowledgement, 1), (Notice::Answer, 1)].into();
    SubjectRequest { needs: vec![Proof::EmailCode], proven, standing, told, next_action_at: None, ..request }
}

fn ordered(request: &SubjectRequest, order: &Order) -> Result<Option<Changed>, NotOrdered> {
    order_again(request, order, &Law::built_in().unwrap(), &by(), now())
}

#[test]
fn it_is_in_work_again_with_dates_of_its_own_and_will_be_told_again() {
    for kind in [Kind::Access, Kind::Know, Kind::Portability] {
        let before = answered(kind);
        let lost = order("ticket-31", OrderReason::Lost);
        let Changed { request, act } = ordered(&before, &lost).unwrap().unwrap();
        assert_eq!(request.standing, Standing::InProgress { since: now() }, "{kind:?}");
        assert_eq!((request.course.begun_at, request.next_action_at), (None, Some(now())));
        assert!(request.was_told(Notice::Acknowledgement, 1) && !request.was_told(Notice::Answer, 1));
        assert!(!request.clocks.legal_due().is_past(now()) && before.clocks.legal_due().is_past(now()), "no alarm");
        assert_eq!(request.received_at, before.received_at, "it was received when it was");
        assert_eq!((act.why.unwrap(), act.actor), (by().why, by().actor));
        assert_eq!(act.deed, Deed::OrderedAgain { order: lost.id.clone(), reason: OrderReason::Lost });
    }
}

#[test]
fn an_order_is_one_however_often_it_is_sent_and_another_waits_until_its_bundle_is_there() {
    let lost = order("ticket-31", OrderReason::Lost);
    let making = ordered(&answered(Kind::Access), &lost).unwrap().unwrap().request;
    assert_eq!(ordered(&making, &lost), Ok(None));
    let (spoilt, renamed) = (order("ticket-32", OrderReason::Spoilt), order("ticket-31", OrderReason::Spoilt));
    assert_eq!(ordered(&making, &spoilt), Err(NotOrdered::NotAnswered), "one is being made");
    assert_eq!(ordered(&making, &renamed), Err(NotOrdered::OtherOrder));
    let there = SubjectRequest { standing: Standing::Answered { at: now(), in_part: false }, ..making };
    assert_eq!(ordered(&there, &lost), Ok(None), "late once more");
    assert_eq!(ordered(&there, &renamed), Err(NotOrdered::OtherOrder));
    assert!(matches!(ordered(&there, &spoilt), Ok(Some(_))));
}

#[test]
fn nothing_is_ordered_that_no_bundle_answers_or_nobody_could_fetch() {
    let lost = order("ticket-31", OrderReason::Lost);
    for kind in [Kind::Erasure, Kind::Correction, Kind::Objection, Kind::Complaint] {
        assert_eq!(ordered(&answered(kind), &lost), Err(NotOrdered::NoBundle), "{kind:?}");
    }
    let of = |standing| SubjectRequest { standing, ..answered(Kind::Access) };
    for standing in [
        Standing::Received,
        Standing::AwaitingVerification,
        Standing::InProgress { since: now() },
        Standing::Denied { at: now(), reason: "excessive".to_owned() },
    ] {
        assert_eq!(ordered(&of(standing), &lost), Err(NotOrdered::NotAnswered));
    }
    let forgotten = answered(Kind::Access).without_contact();
    assert!(matches!(ordered(&forgotten, &lost), Err(NotOrdered::Unreachable | NotOrdered::NoBundle)));
    let by_power = SubjectRequest { needs: vec![Proof::AgentPermission], proven: vec![], ..answered(Kind::Access) };
    assert!(ordered(&by_power, &lost).is_err(), "nobody has shown that it is theirs");
}

#[test]
fn what_somebody_else_opened_where_an_agent_said_that_the_person_is_is_not_made_for_them_again() {
    let agent = crate::subject_request::Agent {
        email: crate::subject_request::EmailAddress::parse("leo@example.org").ok(),
        name: None,
        permission_sha256: None,
        has_power_of_attorney: true,
    };
    let proven = |proof| vec![Proven { proof, at: at("2026-03-05T12:05:00Z") }];
    let (permission, code) = (Proof::AgentPermission, Proof::EmailCode);
    let by_attorney = SubjectRequest {
        agent: Some(agent),
        needs: vec![permission],
        proven: proven(permission),
        ..answered(Kind::Access)
    };
    let both = [proven(permission), proven(code)].concat();
    let entered = SubjectRequest { needs: vec![code, permission], proven: both, ..by_attorney.clone() };
    for reason in OrderReason::ALL {
        let order = order("ticket-31", reason);
        let said = ordered(&by_attorney, &order);
        assert_eq!(said == Err(NotOrdered::Unreachable), reason == OrderReason::OpenedByAnother, "{said:?}");
        assert!(matches!(ordered(&entered, &order), Ok(Some(_))), "{reason:?}");
        assert!(matches!(ordered(&answered(Kind::Access), &order), Ok(Some(_))), "{reason:?}");
    }
}

#[test]
fn more_time_is_not_taken_for_what_was_of_no_use() {
    let law = Law::built_in().unwrap();
    let lost = order("ticket-31", OrderReason::Lost);
    let making = ordered(&answered(Kind::Access), &lost).unwrap().unwrap().request;
    let refused = crate::extend_request::extend(&making, &law, &by(), now());
    assert_eq!(refused, Err(crate::extend_request::NotExtendable::Reopened));
}

#[test]
fn each_reason_has_its_code() {
    for reason in OrderReason::ALL {
        assert_eq!(OrderReason::parse(reason.as_str()), Ok(reason));
        assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
    }
    assert_eq!(OrderReason::parse("because"), Err(InvalidId));
}

#[tokio::test]
async fn a_crash_at_any_call_leaves_an_order_that_can_be_sent_again() {
    let law = Law::built_in().unwrap();
    let spoilt = order("ticket-31", OrderReason::Spoilt);
    for strike in (1..=4).flat_map(|call| [Strike::Before(call), Strike::After(call)]) {
        let world = World::new(now(), 100);
        let request = answered(Kind::Access);
        world.stored().requests.heads.insert(request.id.clone(), request.clone());
        let send = async || order_bundle(&world, &world, &law, &request.id, &spoilt, &by(), now()).await;
        world.strike(Some(strike));
        drop(send().await);
        world.strike(None);
        let done = send().await.unwrap();
        assert!(done.unsent.is_none(), "{strike:?}");
        assert_eq!(done.request.standing, Standing::InProgress { since: now() }, "{strike:?}");
        let stored = world.stored();
        let orders =
            stored.requests.acts[&request.id].iter().filter(|act| matches!(act.deed, Deed::OrderedAgain { .. }));
        assert_eq!(orders.count(), 1, "{strike:?}");
        assert!(!stored.exports.jobs.is_empty(), "{strike:?}");
    }
    let world = World::new(now(), 100);
    let other = ObligationId::of_request(&[9; 20]);
    let unknown = order_bundle(&world, &world, &law, &other, &spoilt, &by(), now()).await;
    assert!(matches!(unknown, Err(NotDone::Unknown)));
}
