//! Objections beyond marketing: a flag of its own once staff accept them, and none when their grounds weigh more.

use super::*;
use crate::close_request::{Closure, close_request};
use crate::ingest_gate::{Flag, Purpose, may_process};
use crate::law::denial::DenialReason;
use crate::legal_hold::Note;
use crate::subject_request::findings::EvidenceId;
use crate::subject_request::review::Outcome;
use crate::subject_request::{Agent, By, Turn};

const BOTH: [Proof; 2] = [Proof::EmailCode, Proof::HandleCode];

fn by(why: &str) -> By {
    By { actor: Actor::Staff("alex".to_owned()), why: Note::parse(why).unwrap() }
}

async fn flags_of(house: &House, request: &SubjectRequest) -> std::collections::BTreeSet<Flag> {
    let people = house.fulfilment().suppressions(&request.flagged(Flag::Objected));
    house.world.flags(&people).await.unwrap()
}

async fn close(house: &House, id: &ObligationId, outcome: Outcome) -> SubjectRequest {
    let closure = Closure { outcome, evidence: EvidenceId::parse("file-7").unwrap() };
    let (world, now) = (&house.world, house.world.now());
    let done = close_request(world, world, &house.law, id, &closure, &by("Weighed."), now).await.unwrap();
    raise_flags(world, world, &house.keys, done.request, now).await.unwrap().unwrap()
}

#[tokio::test]
async fn what_staff_accept_stops_what_rests_on_a_legitimate_interest() {
    let house = House::new();
    let request = house.ask_as(1, Kind::Objection, None, Some(("instagram", "maren")), &BOTH).await;
    house.fulfilment().begin(request.clone(), house.world.now()).await.unwrap();
    house.rounds(2).await;
    assert_eq!(flags_of(&house, &request).await, [Flag::NoMarketing].into(), "until staff have decided");
    let closed = close(&house, &request.id, Outcome::Completed).await;
    let flags = flags_of(&house, &request).await;
    assert_eq!(flags, [Flag::NoMarketing, Flag::Objected].into());
    assert!(!may_process(Purpose::LegitimateInterest, &flags) && may_process(Purpose::Service, &flags));
    assert_eq!(closed.course.flags, [Flag::NoMarketing, Flag::Objected]);
    house.rounds(2).await;
    assert!(house.letters().contains(&"tenant-told".to_owned()), "birch, where the person's word is enough");
    assert_eq!(house.request(&request.id).course.flags.len(), 2, "once");
}

/// An objection from before anything had to be shown for one.
async fn ask_unshown(house: &House, agent: Option<Agent>) -> SubjectRequest {
    let asked = asked(1, Kind::Objection, Some("maren@example.org"), None, house.world.now());
    let standing = Standing::InProgress { since: house.world.now() };
    let needs = if agent.is_some() { vec![Proof::AgentPermission] } else { Vec::new() };
    let proven = needs.iter().map(|proof| Proven { proof: *proof, at: house.world.now() }).collect();
    let told = [(Notice::Acknowledgement, 1)].into();
    let request = SubjectRequest { standing, agent, needs, proven, told, ..asked };
    house.world.receive(&request).await.unwrap();
    request
}

#[tokio::test]
async fn an_objection_for_which_nothing_had_to_be_shown_stops_what_its_answer_says() {
    let leo = Agent { email: None, name: None, permission_sha256: None, has_power_of_attorney: false };
    for agent in [None, Some(leo)] {
        let house = House::new();
        let request = ask_unshown(&house, agent).await;
        house.rounds(2).await;
        assert_eq!(house.request(&request.id).turns(), [Turn::Answer], "staff know whom it names");
        let closed = close(&house, &request.id, Outcome::Completed).await;
        assert!(closed.is_objection_accepted());
        assert_eq!(closed.course.flags, [Flag::NoMarketing, Flag::Objected]);
        assert_eq!(flags_of(&house, &request).await, [Flag::NoMarketing, Flag::Objected].into());
    }
}

#[tokio::test]
async fn one_that_an_appeal_puts_back_stops_it_too() {
    let house = House::new();
    let request = ask_unshown(&house, None).await;
    house.rounds(2).await;
    let (law, now) = (&house.law, house.world.now());
    let overriding = DenialReason::OverridingGrounds;
    let refuse = |request: &SubjectRequest| {
        crate::deny_request::deny(request, None, law, overriding, &by("Fraud."), now).unwrap().unwrap()
    };
    house.change(&request.id, refuse).await;
    let refused = close(&house, &request.id, Outcome::PartlyRetained).await;
    assert_eq!(refused.course.flags, [Flag::NoMarketing]);
    let appeal = asked(2, Kind::Appeal, Some("maren@example.org"), None, now);
    let reopen = |request: &SubjectRequest| {
        crate::reopen_request::reopen(request, &appeal, law, &by("It is right."), now).unwrap().unwrap()
    };
    house.change(&request.id, reopen).await;
    house.rounds(1).await;
    let closed = close(&house, &request.id, Outcome::Completed).await;
    assert_eq!(closed.course.flags, [Flag::NoMarketing, Flag::Objected]);
}

#[tokio::test]
async fn a_flag_that_was_not_raised_with_the_closure_is_raised_by_the_sweep() {
    let house = House::new();
    let request = house.ask_as(1, Kind::Objection, None, Some(("instagram", "maren")), &BOTH).await;
    house.rounds(2).await;
    let closure = Closure { outcome: Outcome::Completed, evidence: EvidenceId::parse("file-7").unwrap() };
    let (world, now) = (&house.world, house.world.now());
    close_request(world, world, &house.law, &request.id, &closure, &by("Weighed."), now).await.unwrap();
    assert!(!flags_of(&house, &request).await.contains(&Flag::Objected));
    house.rounds(1).await;
    assert!(flags_of(&house, &request).await.contains(&Flag::Objected));
}

#[tokio::test]
async fn what_is_refused_because_other_grounds_weigh_more_is_not_flagged() {
    let house = House::new();
    let request = house.ask_as(1, Kind::Objection, None, Some(("instagram", "maren")), &BOTH).await;
    house.fulfilment().begin(request.clone(), house.world.now()).await.unwrap();
    house.rounds(2).await;
    let (law, now) = (&house.law, house.world.now());
    house
        .change(&request.id, |request| {
            let denied =
                crate::deny_request::deny(request, None, law, DenialReason::OverridingGrounds, &by("Fraud."), now);
            denied.unwrap().unwrap()
        })
        .await;
    let closed = close(&house, &request.id, Outcome::PartlyRetained).await;
    house.rounds(3).await;
    assert!(!closed.is_objection_accepted());
    assert_eq!(flags_of(&house, &request).await, [Flag::NoMarketing].into(), "marketing stays stopped");
    assert_eq!(house.standing(&request.id), "partly-retained");
}

#[tokio::test]
async fn a_tenant_s_word_stops_its_own_use_whatever_we_find_of_ours() {
    let house = House::new();
    let request = house.ask(1, Kind::Objection, &BOTH).await;
    house.fulfilment().begin(request.clone(), house.world.now()).await.unwrap();
    house.rounds(2).await;
    house.instruct(&request.id, "dogwood").await;
    house.rounds(2).await;
    let shown = request.identities();
    let at = |name: &str| -> Vec<KeyedRef> {
        shown.iter().flat_map(|identity| house.keys.suppressions_at(&tenant(name), identity)).collect()
    };
    assert_eq!(house.world.flags(&at("dogwood")).await.unwrap(), [Flag::Objected].into());
    assert!(house.world.flags(&at("elm")).await.unwrap().is_empty());
    assert_eq!(flags_of(&house, &request).await, [Flag::NoMarketing].into());
    house.move_to("2026-04-05T10:00:00Z");
    let closed = close(&house, &request.id, Outcome::Completed).await;
    assert_eq!(closed.standing.name(), "partly-retained", "elm said nothing");
    assert!(flags_of(&house, &request).await.contains(&Flag::Objected));
}
