//! Erasures: what goes at the person's word, what tenants decide, what stays.

use super::*;
use crate::close_request::close_request;
use crate::legal_hold::{HoldScope, LegalHold, Note};
use crate::subject_request::findings::Erased;
use crate::subject_request::review::Outcome::Completed;
use crate::subject_request::{By, Deed};

const BOTH: [Proof; 2] = [Proof::EmailCode, Proof::HandleCode];
const ALL: [Proof; 3] = [Proof::EmailCode, Proof::HandleCode, Proof::AccountLogin];

#[tokio::test]
async fn what_a_person_decides_goes_at_once_and_tenants_are_asked_about_the_rest() {
    let house = House::new();
    let before = house.of(&["cedar", "dogwood", "elm"]);
    let request = house.ask(1, Kind::Erasure, &ALL).await;
    house.fulfilment().begin(request.clone(), house.world.now()).await.unwrap();
    house.work().await;
    assert!(house.head(&request.id).unwrap().state.erased_at().is_some());
    assert!(house.world.of_tenant("alder").iter().all(|line| !line.contains("u1")));
    assert!(house.world.of_tenant("birch").iter().all(|line| !line.contains("p1")));
    assert_eq!(house.of(&["cedar", "dogwood", "elm"]), before, "byte for byte");

    house.rounds(2).await;
    let routed: Vec<String> = house.request(&request.id).routed.iter().map(|part| part.tenant.to_string()).collect();
    assert_eq!(routed, ["dogwood", "elm"]);
    assert_eq!(house.letters(), ["tenant-forward", "routed", "tenant-forward"]);
    assert_eq!(house.standing(&request.id), "in-progress");
    assert_eq!(house.of(&["cedar", "dogwood", "elm"]), before);
    let to: Vec<String> = house.world.stored().requests.letters.iter().map(|letter| letter.to.clone()).collect();
    assert_eq!(to, ["email#privacy@dogwood.example", "email#maren@example.org", "email#privacy@elm.example"]);
}

#[tokio::test]
async fn one_tenant_s_instruction_is_carried_out_and_the_other_s_data_is_not_touched() {
    let house = House::new();
    let request = house.ask(1, Kind::Erasure, &ALL).await;
    house.rounds(2).await;
    let before = house.of(&["cedar", "elm"]);
    house.instruct(&request.id, "dogwood").await;
    house.rounds(3).await;
    assert!(house.world.of_tenant("dogwood").iter().all(|line| line.contains("p2")), "only hers");
    assert_eq!(house.of(&["cedar", "elm"]), before);
    let now = house.request(&request.id);
    assert!(now.routed[0].done_at.is_some() && now.routed[1].done_at.is_none());
    assert_eq!(now.standing.name(), "in-progress", "elm may still say so");
    let deeds = house.world.stored().requests.acts[&request.id].iter().map(|act| act.deed.clone()).collect::<Vec<_>>();
    assert!(deeds.contains(&Deed::CarriedOut { tenant: tenant("dogwood") }));

    house.instruct(&request.id, "elm").await;
    house.rounds(3).await;
    assert_eq!(
        house.standing(&request.id),
        "partly-retained",
        "but for what laws want kept of who works with an account"
    );
    assert_eq!(house.request(&request.id).routed.iter().filter(|part| part.done_at.is_some()).count(), 2);
    assert!(house.world.of_tenant("elm").iter().all(|line| !line.contains("p1")));
}

#[tokio::test]
async fn a_tenant_that_says_nothing_is_reminded_on_its_days_and_then_the_person_is_told_so() {
    let house = House::new();
    let request = house.ask(1, Kind::Erasure, &BOTH).await;
    house.rounds(2).await;
    let before = house.of(&["dogwood", "elm"]);
    let mut told = String::new();
    let mornings = ["2026-03-12", "2026-03-13", "2026-03-19", "2026-03-20", "2026-03-27", "2026-04-04", "2026-04-05"];
    // In Brussels the last day ends two hours after the last of these.
    for moment in mornings.map(|day| format!("{day}T10:00")).into_iter().chain(["2026-04-05T20:00".to_owned()]) {
        house.move_to(&format!("{moment}:00Z"));
        house.world.stored().requests.letters.clear();
        house.rounds(2).await;
        told += &format!("{moment} {} {:?}\n", house.standing(&request.id), house.letters());
    }
    expect_test::expect![[r#"
        2026-03-12T10:00 in-progress []
        2026-03-13T10:00 in-progress ["tenant-reminder", "tenant-reminder"]
        2026-03-19T10:00 in-progress []
        2026-03-20T10:00 in-progress ["tenant-reminder", "tenant-reminder"]
        2026-03-27T10:00 in-progress ["tenant-reminder", "tenant-reminder"]
        2026-04-04T10:00 in-progress []
        2026-04-05T10:00 in-progress []
        2026-04-05T20:00 partly-retained ["tenant-told", "answer"]
    "#]]
    .assert_eq(&told);
    assert_eq!(house.of(&["dogwood", "elm"]), before, "silence is no instruction");
    house.world.pass(HOUR);
    house.rounds(1).await;
    assert!(house.request(&request.id).settled_at().is_some());
}

#[tokio::test]
async fn whoever_nobody_knows_sees_what_anybody_sees() {
    let mut calls = Vec::new();
    for email in ["maren@example.org", "nobody@example.org"] {
        let house = House::new();
        let request = house.ask_as(1, Kind::Erasure, Some(email), None, &BOTH).await;
        house.world.strike(None);
        house.fulfilment().begin(request.clone(), house.world.now()).await.unwrap();
        calls.push(house.world.calls());
        let begun = house.request(&request.id);
        assert_eq!((begun.standing.name(), begun.course.begun_at), ("in-progress", Some(at(RECEIVED))));
    }
    assert_eq!(calls[0], calls[1], "as many calls, so as long");
    let house = House::new();
    let before = house.of(&["alder", "birch", "cedar", "dogwood", "elm"]);
    let request = house.ask_as(1, Kind::Erasure, Some("nobody@example.org"), None, &BOTH).await;
    house.rounds(3).await;
    assert_eq!(house.standing(&request.id), "completed");
    assert_eq!(house.of(&["alder", "birch", "cedar", "dogwood", "elm"]), before);
}

#[tokio::test]
async fn a_part_that_staff_refused_makes_the_answer_one_in_part() {
    for (is_refused, standing) in [(false, "completed"), (true, "partly-retained")] {
        let house = House::new();
        let request = house.ask_as(1, Kind::Erasure, Some("nobody@example.org"), None, &BOTH).await;
        if is_refused {
            let by = By { actor: Actor::Staff("alex".to_owned()), why: Note::parse("Invoices stay.").unwrap() };
            let (reason, now) = (crate::law::denial::DenialReason::LegalObligation, house.world.now());
            let denied = crate::deny_request::deny(&request, None, &house.law, reason, &by, now).unwrap().unwrap();
            house.change(&request.id, |_| denied).await;
        }
        house.rounds(3).await;
        assert_eq!(house.standing(&request.id), standing, "nothing else of it stays");
        let erased = if is_refused { Erased::Kept } else { Erased::Nothing };
        assert_eq!(house.request(&request.id).findings.erased, Some(erased));
    }
}

#[tokio::test]
async fn a_hold_keeps_its_part_and_the_person_is_told_on_the_last_day() {
    let house = House::new();
    let hold = LegalHold {
        id: crate::legal_hold::HoldId::parse("hold-0001").unwrap(),
        scope: HoldScope { classes: ["signals".to_owned()].into(), ..HoldScope::of_tenant(tenant("birch")) },
        reason: Note::parse("a claim").unwrap(),
        approver: Note::parse("counsel").unwrap(),
        proof: None,
        placed_at: at("2026-02-01T00:00:00Z"),
        review_by: "2026-04-20".parse().unwrap(),
    };
    house.world.stored().holds.push(hold);
    let request = house.ask_as(1, Kind::Erasure, None, Some(("instagram", "maren")), &BOTH).await;
    let held = |house: &House| {
        let all = house.world.of_tenant("birch");
        all.into_iter().filter(|line| line.contains("contact#p1#") && !line.contains("link")).collect::<Vec<_>>()
    };
    house.rounds(3).await;
    let kept = ["inbox birch#c1 contact#p1#signal#2026-02-01T00:00:00.000Z#s1"];
    assert_eq!((house.standing(&request.id), held(&house)), ("in-progress", kept.map(str::to_owned).to_vec()));
    house.move_to("2026-04-05T00:00:00Z");
    house.rounds(2).await;
    assert_eq!((house.standing(&request.id), held(&house).len()), ("partly-retained", 1));
    assert!(house.letters().contains(&"answer".to_owned()));

    // The hold is lifted after the answer: what it kept goes all the same.
    house.world.stored().holds.clear();
    house.world.stored().sent.push(crate::message::Work { obligation: request.id.clone() });
    house.work().await;
    assert_eq!(held(&house), Vec::<String>::new());
}

/// A hold keeps what the person decides, and what dogwood wants gone; an appeal against the answer is right.
#[tokio::test]
async fn what_a_hold_keeps_after_an_upheld_appeal_staff_answer_in_part_by_its_last_day() {
    let house = House::new();
    for (id, name, class) in [("hold-0001", "birch", "signals"), ("hold-0002", "dogwood", "conversation-profiles")] {
        house.world.stored().holds.push(LegalHold {
            id: crate::legal_hold::HoldId::parse(id).unwrap(),
            scope: HoldScope { classes: [class.to_owned()].into(), ..HoldScope::of_tenant(tenant(name)) },
            reason: Note::parse("a claim").unwrap(),
            approver: Note::parse("counsel").unwrap(),
            proof: None,
            placed_at: at("2026-02-01T00:00:00Z"),
            review_by: "2026-08-20".parse().unwrap(),
        });
    }
    let id = house.ask(1, Kind::Erasure, &BOTH).await.id;
    house.rounds(2).await;
    house.instruct(&id, "dogwood").await;
    house.rounds(2).await;
    house.move_to("2026-04-05T20:00:00Z");
    house.rounds(2).await;
    assert_eq!(house.standing(&id), "partly-retained");
    let (world, by) = (&house.world, By { actor: Actor::Staff("alex".to_owned()), why: Note::parse("So.").unwrap() });
    let appeal = asked(9, Kind::Appeal, Some("maren@example.org"), None, world.now());
    house
        .change(&id, |request| {
            crate::reopen_request::reopen(request, &appeal, &house.law, &by, world.now()).unwrap().unwrap()
        })
        .await;
    let close = async || {
        let evidence = crate::subject_request::findings::EvidenceId::parse("file-7").unwrap();
        let closure = crate::close_request::Closure { outcome: Completed, evidence };
        close_request(world, world, &house.law, &id, &closure, &by, world.now()).await.map(|done| done.request.standing)
    };
    house.rounds(3).await;
    assert!(close().await.is_err(), "it may be lifted yet");
    house.move_to(&format!("{}T10:00:00Z", house.request(&id).carry_out_by().date));
    house.rounds(2).await;
    assert_eq!(house.standing(&id), "in-progress", "what the appeal was about staff say");
    assert!(matches!(close().await.unwrap(), Standing::Answered { in_part: true, .. }));
}

#[tokio::test]
async fn a_class_that_cannot_be_erased_leaves_the_others_done_and_the_request_open() {
    let house = House::new();
    let request = house.ask(1, Kind::Erasure, &ALL).await;
    house.world.break_store(Some("inbox"));
    house.fulfilment().begin(request.clone(), house.world.now()).await.unwrap();
    house.work().await;
    assert!(house.world.of_tenant("alder").iter().all(|line| !line.contains("u1")), "the account's is done");
    house.move_to("2026-04-05T10:00:00Z");
    let swept = house.sweep().await;
    assert_eq!((house.standing(&request.id), swept.last_day, swept.overdue), ("in-progress", 1, 0));
    house.world.break_store(None);
    house.world.stored().sent.push(crate::message::Work { obligation: request.id.clone() });
    house.work().await;
    house.move_to("2026-04-05T20:00:00Z");
    house.rounds(2).await;
    assert_eq!(house.standing(&request.id), "partly-retained", "tenants said nothing");
}

#[tokio::test]
async fn no_code_opens_an_account_and_nothing_says_whether_there_is_one() {
    let house = House::new();
    house.world.stored().links.retain(|_, reaches| {
        reaches.retain(|place, _| matches!(place.part, crate::scope::Part::User(_)));
        !reaches.is_empty()
    });
    let before = house.of(&["alder"]);
    let with_account = house.ask(1, Kind::Erasure, &BOTH).await;
    let nobody = house.ask_as(2, Kind::Erasure, Some("nobody@example.org"), Some(("instagram", "nobody")), &BOTH).await;
    house.rounds(4).await;
    assert_eq!(house.of(&["alder"]), before);
    let seen = |id| {
        let SubjectRequest { standing, routed, told, told_tenants, findings, .. } = house.request(id);
        (standing.name(), routed, told, told_tenants, findings)
    };
    assert_eq!(seen(&with_account.id), seen(&nobody.id));
    assert_eq!(house.standing(&nobody.id), "completed");
    let found = |id| house.world.stored().outcomes.get(&(ObligationId::clone(id), 1)).cloned();
    assert_eq!(found(&with_account.id), found(&nobody.id));
}

/// What the letter says of it: that something went, that there was nothing, or that all there may be stays.
#[tokio::test]
async fn what_came_of_an_erasure_is_noted_for_its_letter() {
    let erased = |house: &House, id: &ObligationId| {
        let request = house.request(id);
        assert!(request.standing.closed_at().is_some(), "{:?}", request.standing);
        request.findings.erased
    };
    let house = House::new();
    let nobody = house.ask_as(1, Kind::Erasure, Some("nobody@example.org"), None, &BOTH).await;
    house.rounds(3).await;
    assert_eq!(erased(&house, &nobody.id), Some(Erased::Nothing));

    // By her account on Instagram alone: what birch has of her goes on her word.
    let house = House::new();
    let platform = house.ask_as(1, Kind::Erasure, None, Some(("instagram", "maren")), &BOTH).await;
    house.rounds(3).await;
    assert_eq!(erased(&house, &platform.id), Some(Erased::Removed));

    // Only dogwood and elm have something by her address, and neither says anything.
    let house = House::new();
    let silent = house.ask_as(1, Kind::Erasure, Some("maren@example.org"), None, &BOTH).await;
    house.rounds(2).await;
    house.move_to("2026-04-05T20:00:00Z");
    house.rounds(2).await;
    assert_eq!(erased(&house, &silent.id), Some(Erased::Kept), "there is something");

    // Only dogwood and elm have something by her address, and only dogwood says that it may go.
    let house = House::new();
    let by_tenants = house.ask_as(1, Kind::Erasure, Some("maren@example.org"), None, &BOTH).await;
    house.rounds(2).await;
    house.instruct(&by_tenants.id, "dogwood").await;
    house.rounds(3).await;
    house.move_to("2026-04-05T20:00:00Z");
    house.rounds(2).await;
    assert_eq!(house.standing(&by_tenants.id), "partly-retained");
    assert_eq!(erased(&house, &by_tenants.id), Some(Erased::Removed), "what a tenant wanted erased counts");
}
