//! A fault at every call, and everything twice.

use super::*;

const BOTH: [Proof; 2] = [Proof::EmailCode, Proof::HandleCode];

/// From the first sweep to the answer, with one tenant that wants it and one that says nothing.
async fn whole_way(house: &House, id: &ObligationId) {
    for _ in 0..3 {
        house.sweep().await;
        house.work().await;
        house.world.pass(HOUR * 2);
    }
    if house.request(id).routed.iter().any(|part| part.instruction.is_none() && part.tenant == tenant("dogwood")) {
        house.instruct(id, "dogwood").await;
    }
    for _ in 0..4 {
        house.sweep().await;
        house.work().await;
        house.world.pass(HOUR * 2);
    }
    house.move_to("2026-04-05T20:00:00Z");
    for _ in 0..5 {
        house.sweep().await;
        house.work().await;
        house.world.pass(HOUR * 2);
    }
}

#[tokio::test]
async fn a_crash_at_any_call_of_a_sweep_is_made_good_and_reaches_nobody_else() {
    let mut struck = 0;
    for strike in (1..=50).flat_map(|call| [Strike::Before(call), Strike::After(call)]) {
        let house = House::new();
        let before = house.of(&["cedar", "elm"]);
        let request = house.ask(1, Kind::Erasure, &BOTH).await;
        // Sweeps meet it at every stage: the beginning, the parts, the end.
        house.world.strike(Some(strike));
        house.sweep().await;
        let calls = house.world.calls();
        house.world.strike(None);
        struck += u32::from(matches!(strike, Strike::Before(call) | Strike::After(call) if call <= calls));
        house.world.pass(HOUR * 2);
        whole_way(&house, &request.id).await;
        let end = house.request(&request.id);
        assert_eq!(end.standing.name(), "partly-retained", "{strike:?}");
        assert!(end.settled_at().is_some(), "{strike:?}");
        assert_eq!(house.of(&["cedar", "elm"]), before, "{strike:?}");
        assert!(house.world.of_tenant("dogwood").iter().all(|line| line.contains("p2")), "{strike:?}");
        let routed: Vec<&TenantId> = end.routed.iter().map(|part| &part.tenant).collect();
        assert_eq!(routed, [&tenant("dogwood"), &tenant("elm")], "{strike:?}: each once");
        let answers = house.letters().iter().filter(|notice| *notice == "answer").count();
        assert_eq!(answers, 1, "{strike:?}");
    }
    assert!(struck > 30, "{struck}");
}

#[tokio::test]
async fn a_crash_while_it_is_answered_answers_it_once() {
    for strike in (1..=60).flat_map(|call| [Strike::Before(call), Strike::After(call)]) {
        let house = House::new();
        let request = house.ask(1, Kind::Erasure, &BOTH).await;
        house.rounds(2).await;
        house.instruct(&request.id, "dogwood").await;
        house.rounds(1).await;
        house.move_to("2026-04-05T20:00:00Z");
        house.world.strike(Some(strike));
        house.sweep().await;
        house.world.strike(None);
        for _ in 0..5 {
            house.world.pass(HOUR * 2);
            house.sweep().await;
            house.work().await;
        }
        let end = house.request(&request.id);
        assert!(end.settled_at().is_some() && end.standing.name() == "partly-retained", "{strike:?}");
        let answers = house.letters().iter().filter(|notice| *notice == "answer").count();
        assert_eq!(answers, 1, "{strike:?}");
    }
}

#[tokio::test]
async fn begun_twice_it_is_begun_once() {
    for kind in [Kind::Erasure, Kind::Access, Kind::Restriction, Kind::Objection] {
        for strike in (0..=12).flat_map(|call| [Strike::Before(call), Strike::After(call)]) {
            let house = House::new();
            let request = house.ask(1, kind, &BOTH).await;
            house.world.strike(Some(strike));
            drop(house.fulfilment().begin(request.clone(), house.world.now()).await);
            house.world.strike(None);
            house.world.pass(MIN);
            for _ in 0..2 {
                let now = house.request(&request.id);
                house.fulfilment().begin(now, house.world.now()).await.unwrap();
            }
            if kind == Kind::Erasure {
                // What was noted as begun and not ordered the sweep orders.
                house.world.pass(HOUR * 2);
                house.sweep().await;
            }
            let end = house.request(&request.id);
            assert!(end.course.begun_at.is_some(), "{kind:?} {strike:?}");
            assert!(end.course.flags.len() <= 1, "{kind:?} {strike:?}");
            assert_eq!(house.world.stored().heads.len(), usize::from(kind == Kind::Erasure), "{strike:?}");
            // The request as it was before it was begun, late.
            house.fulfilment().begin(request, house.world.now()).await.unwrap();
            assert_eq!(house.request(&end.id), end, "{kind:?} {strike:?}");
        }
    }
}
