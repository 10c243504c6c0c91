//! Requests that are taken back on their way: what was begun by then is what is done of them.

use super::*;
use crate::ingest_gate::Flag;
use crate::legal_hold::Note;
use crate::record_act::NotDone;
use crate::subject_request::challenge::Challenge;
use crate::subject_request::findings::EvidenceId;
use crate::subject_request::ports::Challenges;
use crate::subject_request::{Agent, By, Routed};
use crate::withdraw_request::{NotWithdrawn, Withdrawal, withdraw_by_code, withdraw_request};

const BOTH: [Proof; 2] = [Proof::EmailCode, Proof::HandleCode];
const ALL: [&str; 5] = ["alder", "birch", "cedar", "dogwood", "elm"];

impl House {
    /// A code that was sent now, and entered.
    async fn take_back(&self, id: &ObligationId, proof: Proof) -> Withdrawal {
        let now = self.world.now();
        let (challenge, code) = Challenge::make(&self.keys, id, proof, &[5; 24], now).unwrap();
        self.world.issue(id, &challenge).await.unwrap();
        withdraw_by_code(&self.world, &self.world, (&self.world, &self.keys), id, code.expose(), now).await.unwrap()
    }

    async fn staff_take_back(&self, id: &ObligationId) -> Result<bool, NotWithdrawn> {
        let (evidence, why) = (EvidenceId::parse("mail-77").unwrap(), Note::parse("They wrote so.").unwrap());
        let by = By { actor: Actor::Staff("alex".to_owned()), why };
        match withdraw_request(
            &self.world,
            &self.world,
            (&self.world, &self.keys),
            id,
            &evidence,
            &by,
            self.world.now(),
        )
        .await
        {
            Ok(done) => Ok(done.is_new),
            Err(NotDone::Refused(why)) => Err(why),
            Err(error) => panic!("{error}"),
        }
    }

    fn told_to(&self, name: &str) -> Vec<String> {
        let to = format!("email#privacy@{name}.example");
        let stored = self.world.stored();
        let to_it = stored.requests.letters.iter().filter(|letter| letter.to == to);
        to_it.map(|letter| letter.notice.as_str().to_owned()).collect()
    }

    fn is_over(&self, id: &ObligationId) {
        let over = self.request(id);
        assert!(over.settled_at().is_some() && over.next_action_at.is_none(), "{over:?}");
    }
}

#[tokio::test]
async fn an_erasure_that_waits_for_a_copy_is_taken_back_and_never_begins() {
    let house = House::new();
    let before = house.of(&ALL);
    let copy = house.ask(1, Kind::Access, &BOTH).await;
    house.fulfilment().begin(copy, house.world.now()).await.unwrap();
    house.world.pass(MIN);
    let erasure = house.ask(2, Kind::Erasure, &BOTH).await;
    house.fulfilment().begin(erasure.clone(), house.world.now()).await.unwrap();
    assert!(house.request(&erasure.id).course.waits_since.is_some());
    assert!(matches!(house.take_back(&erasure.id, Proof::EmailCode).await, Withdrawal::Done(_)));
    house.move_to("2026-04-10T10:00:00Z");
    house.rounds(6).await;
    assert!(house.head(&erasure.id).is_none() && house.of(&ALL) == before, "nothing was begun");
    assert_eq!(house.standing(&erasure.id), "denied", "not carried out");
    house.is_over(&erasure.id);
    let letters = house.world.stored().requests.letters.clone();
    let of_it = letters.iter().filter(|letter| letter.notice == Notice::Withdrawal).count();
    assert_eq!(of_it, 1, "it is said once");
    let acts = house.world.acts(&erasure.id).await.unwrap();
    let deed = Deed::Withdrawn { proof: Some(Proof::EmailCode), evidence: None };
    assert_eq!(acts.iter().filter(|act| act.deed == deed && act.actor == Actor::Asker).count(), 1);
}

#[tokio::test]
async fn silent_parts_are_dropped_and_their_tenants_told_and_what_is_done_stays_done() {
    let house = House::new();
    let request = house.ask(1, Kind::Erasure, &BOTH).await;
    house.fulfilment().begin(request.clone(), house.world.now()).await.unwrap();
    house.rounds(3).await;
    assert!(house.head(&request.id).unwrap().state.erased_at().is_some(), "what is Maren's alone is gone");
    let silent: Vec<Routed> = house.request(&request.id).routed;
    assert_eq!(silent.len(), 2);
    let before = house.of(&ALL);
    assert_eq!(house.staff_take_back(&request.id).await, Ok(true));
    assert_eq!(house.staff_take_back(&request.id).await, Ok(false), "it is taken back once");
    let word = crate::decide_part::Word {
        tenant: tenant("elm"),
        id: InstructionId::parse("late-1").unwrap(),
        decision: crate::decide_part::Decision::Agree,
    };
    let (now, actor) = (house.world.now(), Actor::Staff("alex".to_owned()));
    assert!(crate::decide_part::decide_part(&house.request(&request.id), &word, &house.law, actor, now).is_err());
    house.move_to("2026-04-10T10:00:00Z");
    house.rounds(4).await;
    assert_eq!((house.standing(&request.id), house.of(&ALL)), ("partly-retained", before));
    assert!(house.request(&request.id).routed.is_empty());
    for name in ["dogwood", "elm"] {
        let told = house.told_to(name);
        assert_eq!(told.iter().filter(|notice| *notice == "tenant-withdrawal").count(), 1, "{name}: {told:?}");
        assert!(!told.contains(&"tenant-reminder".to_owned()), "{name}: {told:?}");
    }
    assert!(!house.told_to("birch").contains(&"tenant-withdrawal".to_owned()), "it was asked nothing");
    house.is_over(&request.id);
}

#[tokio::test]
async fn what_is_under_way_is_not_taken_back() {
    let house = House::new();
    let request = house.ask(1, Kind::Erasure, &BOTH).await;
    house.fulfilment().begin(request.clone(), house.world.now()).await.unwrap();
    let against = house.take_back(&request.id, Proof::EmailCode).await;
    assert!(matches!(against, Withdrawal::Against(NotWithdrawn::Begun)), "the engine has it");
    house.rounds(3).await;
    house.instruct(&request.id, "elm").await;
    assert_eq!(house.staff_take_back(&request.id).await, Err(NotWithdrawn::Begun), "elm wants it done");
    house.rounds(4).await;
    assert_eq!(house.staff_take_back(&request.id).await, Ok(true), "dogwood has said nothing");
    let parts = house.request(&request.id).routed;
    assert_eq!(parts.iter().map(|part| part.tenant.as_str()).collect::<Vec<_>>(), ["elm"]);
    let answered = house.ask(2, Kind::OptOut, &BOTH).await;
    house.fulfilment().begin(answered.clone(), house.world.now()).await.unwrap();
    assert_eq!(house.staff_take_back(&answered.id).await, Err(NotWithdrawn::Closed));
}

#[tokio::test]
async fn what_a_power_of_attorney_asked_for_is_stopped_by_the_person_and_by_no_code_to_the_agent() {
    for agents in ["leo@example.org", "maren@example.org"] {
        let house = House::new();
        let agent = Agent {
            email: EmailAddress::parse(agents).ok(),
            name: None,
            permission_sha256: None,
            has_power_of_attorney: true,
        };
        let now = house.world.now();
        let proven = vec![Proven { proof: Proof::AgentPermission, at: now }];
        let request = SubjectRequest {
            needs: vec![Proof::AgentPermission],
            proven,
            agent: Some(agent),
            standing: Standing::InProgress { since: now },
            told: [(Notice::Acknowledgement, 1)].into(),
            ..asked(1, Kind::Erasure, Some("maren@example.org"), None, now)
        };
        house.world.receive(&request).await.unwrap();
        house.fulfilment().begin(request.clone(), now).await.unwrap();
        house.rounds(3).await;
        assert!(!house.request(&request.id).routed.is_empty(), "it waits for dogwood");
        let is_person = agents != "maren@example.org";
        let taken = house.take_back(&request.id, Proof::EmailCode).await;
        assert_eq!(matches!(taken, Withdrawal::Done(_)), is_person, "{agents}: {taken:?}");
        house.rounds(2).await;
        let to_agent = house.letters().iter().filter(|letter| *letter == "agent-withdrawal").count();
        assert_eq!(to_agent, usize::from(is_person), "{agents}");
        assert_eq!(house.request(&request.id).standing.closed_at().is_some(), is_person, "{agents}");
    }
}

#[tokio::test]
async fn a_crash_at_any_step_leaves_it_taken_back_and_everybody_told_or_not_taken_back_at_all() {
    for strike in (1..=12).flat_map(|call| [Strike::Before(call), Strike::After(call)]) {
        let house = House::new();
        let request = house.ask(1, Kind::Erasure, &BOTH).await;
        house.fulfilment().begin(request.clone(), house.world.now()).await.unwrap();
        house.rounds(3).await;
        let now = house.world.now();
        let (challenge, code) = Challenge::make(&house.keys, &request.id, Proof::EmailCode, &[5; 24], now).unwrap();
        house.world.issue(&request.id, &challenge).await.unwrap();
        house.world.strike(Some(strike));
        let (world, flags) = (&house.world, (&house.world, &house.keys));
        let _struck = withdraw_by_code(world, world, flags, &request.id, code.expose(), now).await;
        house.world.strike(None);
        let is_taken_back = matches!(house.request(&request.id).standing, Standing::Withdrawn { .. });
        for _ in 0..4 {
            house.rounds(2).await;
            house.world.pass(HOUR);
        }
        for name in ["dogwood", "elm"] {
            let told = house.told_to(name).iter().filter(|notice| *notice == "tenant-withdrawal").count();
            assert_eq!(told, usize::from(is_taken_back), "{strike:?} {name}");
        }
        let told = house.letters().iter().filter(|notice| *notice == "withdrawal").count();
        assert_eq!(told, usize::from(is_taken_back), "{strike:?}");
    }
}

#[tokio::test]
async fn a_flag_that_was_raised_and_not_noted_is_noted_before_it_is_taken_back_and_can_be_lifted() {
    use crate::lift_flag::{Lift, lift_flag};
    for (kind, flag) in [
        (Kind::Objection, Flag::NoMarketing),
        (Kind::Restriction, Flag::Restricted),
        (Kind::ConsentWithdrawal, Flag::ConsentWithdrawn),
    ] {
        for is_by_staff in [false, true] {
            let house = House::new();
            let request = house.ask(1, kind, &BOTH).await;
            let people = house.fulfilment().suppressions(&request.flagged(flag));
            for call in 1.. {
                house.world.strike(Some(Strike::After(call)));
                let _struck = house.fulfilment().begin(request.clone(), house.world.now()).await;
                house.world.strike(None);
                if house.world.flags(&people).await.unwrap().contains(&flag) {
                    break;
                }
            }
            assert!(house.request(&request.id).course.flags.is_empty(), "{kind:?}: raised, and not noted");
            if is_by_staff {
                assert_eq!(house.staff_take_back(&request.id).await, Ok(true));
            } else {
                assert!(matches!(house.take_back(&request.id, Proof::EmailCode).await, Withdrawal::Done(_)));
            }
            let taken = house.request(&request.id);
            assert!(matches!(taken.standing, Standing::Withdrawn { in_part: true, .. }), "{kind:?}: {taken:?}");
            assert_eq!(taken.course.flags, [flag]);
            let (world, now) = (&house.world, house.world.now());
            let (lift, why) = (Lift { flag, asked_in: None }, Note::parse("They wrote so.").unwrap());
            let by = By { actor: Actor::Staff("alex".to_owned()), why };
            lift_flag(world, world, &house.keys, (&request.id, &lift), &by, (now, None)).await.unwrap();
            assert!(house.world.flags(&people).await.unwrap().is_empty(), "{kind:?}");
        }
    }
}

#[tokio::test]
async fn an_erasure_is_noted_before_it_is_ordered_and_is_ordered_once_that_broke_off() {
    for strike in (1..=20).flat_map(|call| [Strike::Before(call), Strike::After(call)]) {
        let house = House::new();
        let request = house.ask(1, Kind::Erasure, &BOTH).await;
        house.world.strike(Some(strike));
        let _struck = house.fulfilment().begin(request.clone(), house.world.now()).await;
        house.world.strike(None);
        let is_noted = house.request(&request.id).course.begun_at.is_some();
        assert!(is_noted || house.head(&request.id).is_none(), "{strike:?}: ordered, and it could be taken back");
        let taken = house.staff_take_back(&request.id).await;
        assert_eq!(taken.is_err(), is_noted, "{strike:?}: {taken:?}");
        house.rounds(4).await;
        let is_erased = house.head(&request.id).is_some_and(|head| head.state.erased_at().is_some());
        assert_eq!(is_erased, is_noted, "{strike:?}");
    }
}
