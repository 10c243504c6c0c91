use super::*;
use crate::clock::model::Kind;
use crate::memory::asked;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn tenant(name: &str) -> TenantId {
    TenantId::parse(name).unwrap()
}

fn staff() -> Actor {
    Actor::Staff("alex".to_owned())
}

/// Received on a Friday, verified on the Monday after.
fn in_work() -> SubjectRequest {
    let request = asked(1, Kind::Erasure, Some("mia@example.com"), None, at("2026-03-06T12:00:00Z"));
    SubjectRequest { standing: Standing::InProgress { since: at("2026-03-09T12:00:00Z") }, ..request }
}

fn routed(request: &SubjectRequest, name: &str) -> SubjectRequest {
    let law = Law::built_in().unwrap();
    route(request, &tenant(name), &law, staff(), at("2026-03-10T09:00:00.1234Z")).unwrap().unwrap().request
}

#[test]
fn a_tenant_gets_its_part_once_with_dates_that_count_from_the_receipt() {
    let request = in_work();
    let after = routed(&request, "alder");
    assert_eq!((after.version, after.next_action_at), (2, Some(at("2026-03-10T09:00:00.123Z"))));
    expect_test::expect![[r#"
        {
          "tenant": "alder",
          "at": "2026-03-10T09:00:00.123Z",
          "dates": {
            "reply": "2026-03-10",
            "forward": "2026-03-10",
            "reminders": [
              "2026-03-13",
              "2026-03-20",
              "2026-03-27"
            ],
            "zone": "UTC"
          }
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&after.routed[0]).unwrap());
    let law = Law::built_in().unwrap();
    assert_eq!(route(&after, &tenant("alder"), &law, staff(), at("2026-03-12T09:00:00Z")), Ok(None));
    let both = routed(&after, "birch");
    assert_eq!(both.routed[0], after.routed[0], "another tenant's part is its own");
    assert_eq!(both.routed.len(), 2);
}

/// Found late: nothing of before is made up for.
#[test]
fn a_part_that_is_found_after_an_appeal_or_an_order_counts_from_that() {
    let law = Law::built_in().unwrap();
    let (first, last) = (at("2026-06-03T09:00:00Z"), at("2026-08-03T09:00:00Z"));
    let appeal = crate::obligation::ObligationId::of_request(&[9; 20]);
    let id = InstructionId::parse("order-7").unwrap();
    let reason = crate::order_bundle::OrderReason::Lost;
    for (reopened_at, ordered_at) in [(first, None), (first, Some(last)), (last, Some(first))] {
        let mut again = in_work();
        let at = reopened_at;
        again.course.reopened =
            Some(crate::subject_request::Reopened { appeal: appeal.clone(), at, was_answered: true });
        let order = |at| crate::order_bundle::OrderedAgain { id: id.clone(), reason, at };
        again.course.ordered_again = ordered_at.map(order);
        let from = if ordered_at.is_some() { last } else { first };
        assert_eq!(again.dates_from(), from);
        let part = &routed(&again, "alder").routed[0];
        assert_eq!(part.dates, law.processor_dates(from).unwrap().into());
        assert_eq!(part.reminders_due(from), 0);
    }
}

#[test]
fn an_instruction_makes_one_tenant_s_part_executable_and_no_other() {
    let request = routed(&routed(&in_work(), "alder"), "birch");
    let (now, ticket) = (at("2026-03-11T09:00:00Z"), InstructionId::parse("ticket-7").unwrap());
    let changed = instruct(&request, &tenant("birch"), &ticket, staff(), now).unwrap().unwrap();
    let deed = Deed::Instructed { tenant: tenant("birch"), instruction: ticket.clone() };
    assert_eq!(changed.act, Act { deed, actor: staff(), why: None, at: now });
    let after = changed.request;
    assert_eq!(after.routed[0], request.routed[0]);
    assert_eq!(after.routed[1].instruction, Some(Instructed { id: ticket.clone(), at: now }));
    let again = |tenant: &TenantId, id: &str| {
        instruct(&after, tenant, &InstructionId::parse(id).unwrap(), staff(), at("2026-03-12T09:00:00Z"))
    };
    assert_eq!(again(&tenant("birch"), "ticket-7"), Ok(None));
    assert_eq!(again(&tenant("birch"), "ticket-8"), Err(NotRouted::OtherInstruction));
    assert_eq!(again(&tenant("cedar"), "ticket-7"), Err(NotRouted::OtherTenant));
}

#[test]
fn nothing_of_a_request_that_nobody_verified_or_that_is_closed_reaches_a_tenant() {
    let (law, now) = (Law::built_in().unwrap(), at("2026-03-12T09:00:00Z"));
    let ticket = InstructionId::parse("ticket-7").unwrap();
    for standing in [
        Standing::Received,
        Standing::AwaitingVerification,
        Standing::Answered { at: now, in_part: true },
        Standing::Denied { at: now, reason: "unverifiable".to_owned() },
    ] {
        let request = SubjectRequest { standing, ..routed(&in_work(), "birch") };
        assert_eq!(route(&request, &tenant("alder"), &law, staff(), now), Err(NotRouted::NotInWork));
        assert_eq!(instruct(&request, &tenant("birch"), &ticket, staff(), now), Err(NotRouted::NotInWork));
    }
}
