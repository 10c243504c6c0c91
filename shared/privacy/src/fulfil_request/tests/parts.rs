//! Parts that tenants decide, of whatever is asked for but an erasure: handed over, reminded of, carried out at their word.

use std::collections::BTreeSet;

use super::*;
use crate::close_request::{Closure, NotClosed, close_request};
use crate::correct_request::correct_request;
use crate::export::make_bundle::{Exporter, Made};
use crate::ingest_gate::{Flag, Purpose, Whose, processing_checks};
use crate::legal_hold::Note;
use crate::lift_flag::{Lift, lift_flag};
use crate::record_act::NotDone;
use crate::subject_request::findings::{Correction, Decision, EvidenceId, FieldName};
use crate::subject_request::review::Outcome;
use crate::subject_request::{By, Deed};

const BOTH: [Proof; 2] = [Proof::EmailCode, Proof::HandleCode];
const ROUTED: [Kind; 6] =
    [Kind::Access, Kind::Know, Kind::Portability, Kind::Correction, Kind::Restriction, Kind::Objection];

fn by(why: &str) -> By {
    By { actor: Actor::Staff("alex".to_owned()), why: Note::parse(why).unwrap() }
}

impl House {
    /// Makes every bundle that was ordered.
    async fn export(&self) -> Vec<Made> {
        let jobs = std::mem::take(&mut self.world.stored().exports.jobs);
        let (world, map, law, keys) = (&self.world, &self.map, &self.law, &self.keys);
        let exporter =
            Exporter { ledger: world, queue: world, vault: world, bundles: world, clock: world, map, law, keys };
        let mut made = Vec::new();
        for job in jobs {
            made.push(exporter.make(&job, "w1", world.now() + HOUR).await.unwrap());
        }
        made
    }

    /// As a day would see it, bundles too.
    pub(super) async fn day(&self) {
        for _ in 0..3 {
            self.rounds(1).await;
            self.export().await;
        }
        self.rounds(2).await;
    }

    fn routed(&self, id: &ObligationId) -> Vec<String> {
        self.request(id).routed.iter().map(|part| part.tenant.to_string()).collect()
    }

    /// Whether the product may use data of Maren's for something: hers, or what a tenant decides about.
    fn lets(&self, request: &SubjectRequest, purpose: Purpose, of: Option<&str>) -> bool {
        let shown = request.identities();
        let people: Vec<KeyedRef> = shown.iter().flat_map(|identity| self.keys.suppressions(identity)).collect();
        let at =
            |name: &str| shown.iter().flat_map(|identity| self.keys.suppressions_at(&tenant(name), identity)).collect();
        let there: Vec<KeyedRef> = of.map(at).unwrap_or_default();
        let whose = match of {
            Some(_) => Whose::Tenants { people: &people, there: &there },
            None => Whose::Theirs(&people),
        };
        let stored = self.world.stored();
        let stands = |check: &crate::ingest_gate::FlagCheck| {
            stored.flags.get(&check.mark).is_some_and(|row| check.absent.iter().any(|flag| row.contains_key(flag)))
        };
        !processing_checks(purpose, &whose).iter().any(stands)
    }
}

#[tokio::test]
async fn whatever_is_asked_for_tenants_get_their_part_with_its_clock_and_nobody_else_hears_of_it() {
    for (number, kind) in (1..).zip(ROUTED) {
        let house = House::new();
        let before = house.of(&["alder", "birch", "cedar", "dogwood", "elm"]);
        let request = house.ask(number, kind, &BOTH).await;
        house.fulfilment().begin(request.clone(), house.world.now()).await.unwrap();
        house.day().await;
        assert_eq!(house.routed(&request.id), ["dogwood", "elm"], "{kind:?}");
        let letters = house.letters();
        let count = |name: &str| letters.iter().filter(|letter| *letter == name).count();
        assert_eq!((count("routed"), count("tenant-forward"), count("tenant-reminder")), (1, 2, 0), "{kind:?}");
        house.move_to("2026-03-13T10:00:00Z");
        house.day().await;
        let reminded = house.letters().iter().filter(|letter| *letter == "tenant-reminder").count();
        assert_eq!(reminded, 2, "{kind:?}");
        let told: BTreeSet<_> = house.request(&request.id).told_tenants.into_keys().collect();
        assert!(!told.contains(&tenant("cedar")) && !told.contains(&tenant("alder")), "{kind:?} {told:?}");
        assert_eq!(house.of(&["alder", "birch", "cedar", "dogwood", "elm"]), before, "{kind:?}: nothing is erased");
    }
}

#[tokio::test]
async fn nobody_is_asked_about_what_was_only_said_to_be_somebody_s() {
    for (number, kind) in (1..).zip(ROUTED) {
        let house = House::new();
        let request = house.ask(number, kind, &[Proof::EmailCode]).await;
        house.fulfilment().begin(request.clone(), house.world.now()).await.unwrap();
        house.day().await;
        assert_eq!(house.routed(&request.id), Vec::<String>::new(), "{kind:?}");
        assert!(house.letters().iter().all(|letter| !letter.contains("tenant") && letter != "routed"), "{kind:?}");
    }
}

#[tokio::test]
async fn a_copy_is_given_at_once_without_what_tenants_decide_and_again_with_it() {
    let house = House::new();
    let request = house.ask(1, Kind::Access, &BOTH).await;
    house.fulfilment().begin(request.clone(), house.world.now()).await.unwrap();
    house.day().await;
    assert_eq!(house.standing(&request.id), "partly-retained", "at once, without dogwood's and elm's");
    let told = house.request(&request.id).told_tenants;
    assert_eq!(told[&tenant("birch")].keys().collect::<Vec<_>>(), [&Notice::TenantTold], "on the person's word");
    let open = house.request(&request.id);
    assert!(open.evidence_erased && open.next_action_at.is_some() && open.settled_at().is_none());

    house.move_to("2026-03-20T10:00:00Z");
    house.day().await;
    house.instruct(&request.id, "dogwood").await;
    assert_eq!(house.standing(&request.id), "in-progress");
    house.day().await;
    let now = house.request(&request.id);
    assert_eq!(now.standing.name(), "partly-retained", "elm has not said anything");
    let done: Vec<bool> = now.routed.iter().map(|part| part.done_at.is_some()).collect();
    assert_eq!(done, [true, false]);
    assert_eq!(house.letters().iter().filter(|letter| *letter == "answer").count(), 2);
    let of_elm = house.world.stored().requests.letters.iter().filter(|letter| letter.to.contains("elm")).count();

    house.move_to("2026-04-05T20:00:00Z");
    house.day().await;
    let over = house.request(&request.id);
    assert!(over.settled_at().is_some() && over.next_action_at.is_none(), "the last day is over");
    let late = crate::route_request::instruct(
        &over,
        &tenant("elm"),
        &InstructionId::parse("late").unwrap(),
        Actor::Service,
        house.world.now(),
    );
    assert!(late.is_err());
    let letters = house.world.stored().requests.letters.iter().filter(|letter| letter.to.contains("elm")).count();
    assert!(letters <= of_elm + 1, "no reminder after it");
}

#[tokio::test]
async fn when_every_tenant_has_given_its_word_nothing_of_it_is_in_part() {
    let house = House::new();
    let request = house.ask(1, Kind::Portability, &BOTH).await;
    house.fulfilment().begin(request.clone(), house.world.now()).await.unwrap();
    house.day().await;
    for name in ["dogwood", "elm"] {
        house.instruct(&request.id, name).await;
    }
    house.day().await;
    assert_eq!(house.standing(&request.id), "completed");
    assert!(house.request(&request.id).routed.iter().all(|part| part.done_at.is_some()));
}

#[tokio::test]
async fn a_flag_stands_in_a_tenant_s_data_once_that_tenant_says_so_and_in_no_other_s() {
    let (kind, purpose, flag) = (Kind::Restriction, Purpose::Service, Flag::Restricted);
    {
        let house = House::new();
        let request = house.ask(1, kind, &BOTH).await;
        house.fulfilment().begin(request.clone(), house.world.now()).await.unwrap();
        assert!(!house.lets(&request, purpose, None), "what the person decides, at once");
        house.day().await;
        assert!(house.lets(&request, purpose, Some("dogwood")) && house.lets(&request, purpose, Some("elm")));
        assert_eq!(house.standing(&request.id), "in-progress", "{kind:?}");
        house.instruct(&request.id, "dogwood").await;
        house.day().await;
        assert!(!house.lets(&request, purpose, Some("dogwood")) && house.lets(&request, purpose, Some("elm")));
        let deeds: Vec<Deed> =
            house.world.stored().requests.acts[&request.id].iter().map(|act| act.deed.clone()).collect();
        assert!(deeds.contains(&Deed::CarriedOut { tenant: tenant("dogwood") }));
        house.move_to("2026-04-05T20:00:00Z");
        house.day().await;
        assert_eq!(house.standing(&request.id), "partly-retained", "{kind:?}: elm said nothing");
        assert!(house.letters().contains(&"tenant-told".to_owned()), "birch, where the person's word is enough");
        assert!(house.lets(&request, purpose, Some("elm")));

        let lift = Lift { flag, asked_in: None };
        let (world, now) = (&house.world, house.world.now());
        lift_flag(world, world, &house.keys, (&request.id, &lift), &by("They wrote."), (now, None)).await.unwrap();
        assert!(house.lets(&request, purpose, None) && house.lets(&request, purpose, Some("dogwood")));
    }
}

#[tokio::test]
async fn a_tenant_s_word_about_what_the_person_wants_no_more_raises_nothing_and_is_not_told_as_done() {
    let (house, flag) = (House::new(), Flag::Restricted);
    let request = house.ask(1, Kind::Restriction, &BOTH).await;
    house.fulfilment().begin(request.clone(), house.world.now()).await.unwrap();
    house.day().await;
    let (world, now) = (&house.world, house.world.now());
    let lift = Lift { flag, asked_in: None };
    lift_flag(world, world, &house.keys, (&request.id, &lift), &by("They wrote."), (now, None)).await.unwrap();
    house.instruct(&request.id, "dogwood").await;
    house.day().await;
    assert!(house.lets(&request, Purpose::Service, Some("dogwood")));
    let deeds: Vec<Deed> = world.stored().requests.acts[&request.id].iter().map(|act| act.deed.clone()).collect();
    assert!(deeds.contains(&Deed::LeftOff { tenant: tenant("dogwood") }), "{deeds:?}");
    assert!(!deeds.contains(&Deed::CarriedOut { tenant: tenant("dogwood") }), "{deeds:?}");
    assert!(house.request(&request.id).routed[0].done_at.is_some(), "nothing is left of it to wait for");
}

#[tokio::test]
async fn a_flag_of_nobody_waits_until_somebody_has_found_out_whose_it_is() {
    let house = House::new();
    let request = house.ask(1, Kind::Restriction, &[]).await;
    let compared =
        SubjectRequest { needs: Vec::new(), standing: Standing::InProgress { since: house.world.now() }, ..request };
    house.world.stored().requests.heads.insert(compared.id.clone(), compared.clone());
    let (law, now) = (&house.law, house.world.now());
    let by_hand = |request: &SubjectRequest| {
        crate::route_request::route(request, &tenant("dogwood"), law, Actor::Staff("alex".to_owned()), now)
            .unwrap()
            .unwrap()
    };
    house.change(&compared.id, by_hand).await;
    house.instruct(&compared.id, "dogwood").await;
    house.day().await;
    let after = house.request(&compared.id);
    assert!(after.names_nobody() && after.routed[0].done_at.is_none());
    let deeds = house.world.stored().requests.acts[&compared.id].clone();
    assert!(!deeds.iter().any(|act| matches!(act.deed, Deed::CarriedOut { .. } | Deed::LeftOff { .. })), "{deeds:?}");
}

#[tokio::test]
async fn a_consent_that_is_taken_back_leaves_no_tenant_anything_to_decide() {
    let house = House::new();
    let request = house.ask(1, Kind::ConsentWithdrawal, &BOTH).await;
    house.fulfilment().begin(request.clone(), house.world.now()).await.unwrap();
    for of in [None, Some("dogwood"), Some("elm"), Some("birch")] {
        assert!(!house.lets(&request, Purpose::Consented, of), "{of:?}: at once");
    }
    house.day().await;
    assert_eq!((house.standing(&request.id), house.routed(&request.id)), ("completed", Vec::new()));
}

#[tokio::test]
async fn a_correction_is_answered_once_staff_have_decided_and_tenants_have_or_cannot_any_more() {
    let house = House::new();
    let request = house.ask(1, Kind::Correction, &BOTH).await;
    house.fulfilment().begin(request.clone(), house.world.now()).await.unwrap();
    house.day().await;
    let field = |decision| [Correction { field: FieldName::parse("name").unwrap(), decision }];
    let evidence = |id: &str| EvidenceId::parse(id).unwrap();
    for decision in [
        Decision::Instructed { evidence: evidence("order-3"), value: None },
        Decision::Applied { evidence: evidence("file-7"), value: None },
    ] {
        let (world, now) = (&house.world, house.world.now());
        correct_request(world, world, &request.id, &field(decision), &by("Seen."), now).await.unwrap();
    }
    house.day().await;
    assert_eq!(house.standing(&request.id), "in-progress", "dogwood and elm may still say so");
    house.instruct(&request.id, "dogwood").await;
    house.day().await;
    assert!(house.request(&request.id).routed[0].done_at.is_some());
    house.move_to("2026-04-05T20:00:00Z");
    house.day().await;
    assert_eq!(house.standing(&request.id), "partly-retained");
    assert!(house.letters().contains(&"answer".to_owned()));
}

/// Staff decide the one field of a correction, or close what else there is.
async fn decided(house: &House, request: &SubjectRequest) -> &'static str {
    let (world, now, evidence) = (&house.world, house.world.now(), EvidenceId::parse("file-8").unwrap());
    if request.kind == Kind::Correction {
        let decision = Decision::Refused { evidence };
        let fields = [Correction { field: FieldName::parse("name").unwrap(), decision }];
        correct_request(world, world, &request.id, &fields, &by("Seen."), now).await.unwrap();
    } else {
        let closure = Closure { outcome: Outcome::Completed, evidence };
        let closed = close_request(world, world, &house.law, &request.id, &closure, &by("Seen."), now).await;
        assert!(matches!(closed, Err(NotDone::Refused(NotClosed::Left(_)))), "{closed:?}");
    }
    house.standing(&request.id)
}

#[tokio::test]
async fn staff_who_are_quicker_than_the_look_for_tenants_or_have_the_hour_after_its_fault_lose_no_part() {
    for kind in [Kind::Correction, Kind::Objection, Kind::Erasure, Kind::Restriction] {
        for strike in std::iter::once(None).chain((1..=40).map(|call| Some(Strike::Before(call)))) {
            let house = House::new();
            let request = house.ask(1, kind, &BOTH).await;
            house.fulfilment().begin(request.clone(), house.world.now()).await.unwrap();
            // The engine is quick: nothing of ours is left to wait for.
            house.work().await;
            if strike.is_some() {
                house.world.strike(strike);
                let _swept = house.sweep().await;
                house.world.strike(None);
            }
            assert_eq!(decided(&house, &request).await, "in-progress", "{kind:?} {strike:?}");
            house.world.pass(HOUR);
            house.day().await;
            assert_eq!(house.routed(&request.id), ["dogwood", "elm"], "{kind:?} {strike:?}");
            let acts = house.world.stored().requests.acts[&request.id].clone();
            let sought = acts.iter().filter(|act| act.deed == Deed::PartsSought).count();
            assert_eq!(
                (sought, house.standing(&request.id)),
                (1, "in-progress"),
                "{kind:?} {strike:?}: once, and waited for"
            );
        }
    }
}

#[tokio::test]
async fn a_correction_that_nobody_else_decides_is_answered_by_whoever_decides_last() {
    let house = House::new();
    let request = house.ask_as(1, Kind::Correction, None, Some(("instagram", "maren")), &BOTH).await;
    house.rounds(2).await;
    let refused = Decision::Refused { evidence: EvidenceId::parse("file-8").unwrap() };
    let fields = [Correction { field: FieldName::parse("name").unwrap(), decision: refused }];
    let (world, now) = (&house.world, house.world.now());
    let done = correct_request(world, world, &request.id, &fields, &by("Seen."), now).await.unwrap();
    assert_eq!(done.request.standing.name(), "partly-retained");
}

#[tokio::test]
async fn a_crash_at_any_call_loses_no_part_and_gives_nothing_on_another_s_word() {
    for kind in [Kind::Access, Kind::Restriction] {
        for strike in (1..=40).flat_map(|call| [Strike::Before(call), Strike::After(call)]) {
            let house = House::new();
            let request = house.ask(1, kind, &BOTH).await;
            house.world.strike(Some(strike));
            let _first = house.fulfilment().begin(request.clone(), house.world.now()).await;
            let _swept = house.sweep().await;
            house.world.strike(None);
            // What failed is looked at again an hour later.
            house.world.pass(HOUR);
            house.day().await;
            assert_eq!(house.routed(&request.id), ["dogwood", "elm"], "{kind:?} {strike:?}");
            if kind == Kind::Restriction {
                assert!(house.lets(&request, Purpose::Service, Some("elm")), "{strike:?}");
            }
        }
    }
}
