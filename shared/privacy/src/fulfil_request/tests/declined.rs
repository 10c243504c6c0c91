//! Parts that a tenant declines: left as they are, told to the person, and waited for no longer.

use super::*;
use crate::decide_part::{Decision, Word, decide_part};
use crate::law::denial::DenialReason;

const BOTH: [Proof; 2] = [Proof::EmailCode, Proof::HandleCode];

impl House {
    async fn decide(&self, id: &ObligationId, name: &str, decision: Decision) {
        let word = Word { tenant: tenant(name), id: InstructionId::parse("d-1").unwrap(), decision };
        let (law, now) = (&self.law, self.world.now());
        let actor = Actor::Tenant(UserId::parse("u7").unwrap());
        self.change(id, |request| decide_part(request, &word, law, actor, now).unwrap().unwrap()).await;
    }
}

#[tokio::test]
async fn what_a_tenant_declines_stays_and_the_rest_is_answered_without_waiting_for_the_last_day() {
    for kind in [Kind::Erasure, Kind::Restriction] {
        let house = House::new();
        let request = house.ask(1, kind, &BOTH).await;
        house.fulfilment().begin(request.clone(), house.world.now()).await.unwrap();
        house.rounds(3).await;
        let before = house.of(&["cedar", "elm"]);
        house.decide(&request.id, "elm", Decision::Decline(DenialReason::LegalClaims)).await;
        house.rounds(2).await;
        assert_eq!(house.standing(&request.id), "in-progress", "{kind:?}: dogwood has not decided");
        house.decide(&request.id, "dogwood", Decision::Agree).await;
        house.rounds(4).await;
        assert_eq!(house.standing(&request.id), "partly-retained", "{kind:?}");
        assert_eq!(house.of(&["cedar", "elm"]), before, "{kind:?}: byte for byte");
        let parts = house.request(&request.id).routed;
        assert_eq!([parts[0].done_at.is_some(), parts[1].done_at.is_some()], [true, false], "{kind:?}");
    }
}

#[tokio::test]
async fn who_has_declined_is_reminded_no_more_and_who_asked_for_time_is() {
    let house = House::new();
    let request = house.ask(1, Kind::Erasure, &BOTH).await;
    house.fulfilment().begin(request.clone(), house.world.now()).await.unwrap();
    house.rounds(3).await;
    house.decide(&request.id, "elm", Decision::Decline(DenialReason::LegalClaims)).await;
    house.decide(&request.id, "dogwood", Decision::MoreTime).await;
    house.move_to("2026-03-13T10:00:00Z");
    house.rounds(3).await;
    let told = house.request(&request.id).told_tenants;
    let reminded = |name: &str| told[&tenant(name)].contains_key(&Notice::TenantReminder);
    assert_eq!((reminded("elm"), reminded("dogwood")), (false, true));
}

#[tokio::test]
async fn a_copy_whose_last_tenant_declines_is_settled_and_not_made_anew() {
    let house = House::new();
    let request = house.ask(1, Kind::Access, &BOTH).await;
    house.fulfilment().begin(request.clone(), house.world.now()).await.unwrap();
    house.day().await;
    assert!(house.request(&request.id).is_open_to_tenants());
    for name in ["dogwood", "elm"] {
        house.decide(&request.id, name, Decision::Decline(DenialReason::OthersRights)).await;
    }
    house.day().await;
    let over = house.request(&request.id);
    assert!(over.settled_at().is_some() && over.next_action_at.is_none());
    assert_eq!(over.standing.name(), "partly-retained");
    assert_eq!(house.letters().iter().filter(|letter| *letter == "answer").count(), 1);
}
