//! The last day of tenants that have said nothing: they are heard on it, and the person still has the answer on it. In Brussels
//! it is the 5th of April, which ends at 22:00 UTC.

use super::*;
use crate::ingest_gate::Flag;
use crate::list_parts::PartLine;

const BOTH: [Proof; 2] = [Proof::EmailCode, Proof::HandleCode];
const SILENT_PARTS: [Kind; 3] = [Kind::Erasure, Kind::Restriction, Kind::Access];

impl House {
    async fn asked_of_tenants(kind: Kind) -> (Self, ObligationId) {
        let house = Self::new();
        let request = house.ask(1, kind, &BOTH).await;
        house.fulfilment().begin(request.clone(), house.world.now()).await.unwrap();
        house.day().await;
        (house, request.id)
    }

    fn said(&self, id: &ObligationId, name: &str) -> bool {
        let ticket = InstructionId::parse("ticket-8").unwrap();
        instruct(&self.request(id), &tenant(name), &ticket, Actor::Service, self.world.now()).is_ok()
    }
}

#[tokio::test]
async fn a_business_that_agrees_on_the_last_day_has_its_part_carried_out_and_the_answer_goes_out_on_that_day() {
    for kind in SILENT_PARTS {
        let (house, id) = House::asked_of_tenants(kind).await;
        house.move_to("2026-04-04T22:01:00Z");
        house.day().await;
        house.move_to("2026-04-05T08:00:00Z");
        house.day().await;
        house.instruct(&id, "dogwood").await;
        house.day().await;
        assert!(house.request(&id).routed[0].done_at.is_some(), "{kind:?}");
        if kind == Kind::Erasure {
            assert!(house.world.of_tenant("dogwood").iter().all(|line| line.contains("p2")));
        } else if kind == Kind::Restriction {
            let people = house.request(&id).identities();
            let there = people.iter().flat_map(|person| house.keys.suppressions_at(&tenant("dogwood"), person));
            let flags = house.world.flags(&there.collect::<Vec<_>>()).await.unwrap();
            assert_eq!(flags, [Flag::Restricted].into());
        } else {
            assert_eq!(house.letters().iter().filter(|letter| *letter == "answer").count(), 2, "a copy with it");
        }
        house.move_to("2026-04-05T20:00:00Z");
        house.day().await;
        let over = house.request(&id);
        assert_eq!(over.standing.name(), "partly-retained", "{kind:?}: elm said nothing");
        assert!(over.standing.closed_at().unwrap() < at("2026-04-05T22:00:00Z"), "{kind:?}: on its last day");
        assert!(over.was_told(Notice::Answer, 1), "{kind:?}");
        assert!(!house.said(&id, "elm"), "{kind:?}: it can no more");
    }
}

#[tokio::test]
async fn whoever_waits_for_a_silent_business_is_answered_two_hours_before_the_last_day_ends_and_nothing_is_overdue() {
    for kind in [Kind::Erasure, Kind::Restriction] {
        let (house, id) = House::asked_of_tenants(kind).await;
        house.move_to("2026-04-04T21:55:00Z");
        while house.request(&id).standing.closed_at().is_none() {
            let due_at = house.request(&id).next_action_at.unwrap();
            house.move_to(&due_at.max(house.world.now() + MIN).to_string());
            assert_eq!(house.sweep().await.overdue, 0, "{kind:?}: {}", house.world.now());
            house.work().await;
        }
        assert_eq!(house.request(&id).standing.closed_at(), Some(at("2026-04-05T20:00:00Z")), "{kind:?}");
        assert!(house.request(&id).was_told(Notice::Answer, 1), "{kind:?}");
    }
}

#[tokio::test]
async fn a_copy_is_open_to_silent_businesses_until_two_hours_before_the_last_day_ends_and_then_settled() {
    let (house, id) = House::asked_of_tenants(Kind::Access).await;
    house.move_to("2026-04-04T21:55:00Z");
    while house.request(&id).settled_at().is_none() {
        assert!(house.said(&id, "elm"), "{}", house.world.now());
        let due_at = house.request(&id).next_action_at.unwrap();
        house.move_to(&due_at.max(house.world.now() + MIN).to_string());
        house.sweep().await;
        house.work().await;
    }
    assert_eq!(house.world.now(), at("2026-04-05T20:00:00Z"));
    assert!(!house.said(&id, "elm"));
}

#[tokio::test]
async fn a_business_reads_the_day_before_where_staff_have_the_last_day_to_answer() {
    for (kind, day) in [(Kind::Erasure, "2026-04-05"), (Kind::Access, "2026-04-05"), (Kind::Objection, "2026-04-04")] {
        let (house, id) = House::asked_of_tenants(kind).await;
        let line = PartLine::of(&house.request(&id), &tenant("dogwood")).unwrap();
        assert_eq!((line.due_by.date.to_string().as_str(), line.is_open), (day, true), "{kind:?}");
    }
}
