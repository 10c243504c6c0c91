mod held;

use jiff::SignedDuration;

use super::*;
use crate::ids::TenantId;
use crate::legal_hold::{HoldId, HoldScope, LegalHold, Note};
use crate::memory::{World, built_in_map, plan_hash};
use crate::obligation::{NewObligation, PlanHash, PlanRef, State};
use crate::policy::Route;
use crate::ports::{BookedHold, Clock, Intake};
use crate::sweep_ledger::{Bounds, sweep_ledger};
use crate::target::Limit;

const RECEIVED: &str = "2026-03-10T12:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn id(number: u32) -> ObligationId {
    ObligationId::parse(&format!("{number:032}")).unwrap()
}

fn target(promise: &str) -> (Route, Target) {
    match promise {
        "promise.disconnect" => {
            let place = crate::memory::place("alder", "c1", None);
            let platform = crate::ids::Platform::parse("google").unwrap();
            (Route::Disconnect, Target::Connection { place, platform })
        }
        "termination.phase.conversations" => {
            let tenant = crate::ids::TenantId::parse("alder").unwrap();
            (Route::Termination, Target::Tenant { tenant, phase: "conversations".to_owned() })
        }
        _ => {
            (Route::MetaDataDeletion, Target::Person { links: vec![], suppressions: vec![], limit: Limit::Everywhere })
        }
    }
}

/// A world with one obligation for each of `promises`.
async fn world(promises: &[(&str, State)]) -> World {
    let world = World::new(at(RECEIVED), 10);
    let hold = in_force();
    world.stored().booked.insert(hold.id.clone(), BookedHold { hold, released_at: None });
    for (number, (promise, state)) in (1..).zip(promises) {
        let (route, target) = target(promise);
        let new = NewObligation {
            id: id(number),
            route,
            target,
            received_at: at(RECEIVED),
            starts_at: None,
            covers_until: at(RECEIVED),
            is_dated: true,
            due_by: DueBy { date: "2026-04-09".parse().unwrap(), time_zone: "UTC".to_owned() },
            next_action_at: at(RECEIVED),
        };
        world.open(&new).await.unwrap();
        world.stored().heads.get_mut(&id(number)).unwrap().state = state.clone();
    }
    world
}

fn plan() -> PlanRef {
    PlanRef { hash: PlanHash::from_stored("h".to_owned()), covers_until: at(RECEIVED) }
}

/// The hold by which `held` is.
fn in_force() -> LegalHold {
    let note = |text| Note::parse(text).unwrap();
    LegalHold {
        id: HoldId::parse("hold-0001").unwrap(),
        scope: HoldScope::of_tenant(TenantId::parse("alder").unwrap()),
        reason: note("a court asked"),
        approver: note("counsel"),
        proof: Some(note("file 7")),
        placed_at: at(RECEIVED),
        review_by: "2026-05-01".parse().unwrap(),
    }
}

fn held(review_by: &str) -> State {
    held_by(&["hold-0001"], review_by)
}

fn held_by(ids: &[&str], review_by: &str) -> State {
    let by = ids.iter().map(|id| HoldId::parse(id).unwrap()).collect();
    State::Held { plan: plan(), by, review_by: review_by.parse().unwrap() }
}

fn verifying(erased_at: &str) -> State {
    State::Verifying { plan: plan_hash(), erased_at: at(erased_at), looks: vec![] }
}

async fn ledger(world: &World, now: &str) -> BTreeMap<String, Standing> {
    let read = read_open(world, 1_000).await.unwrap();
    assert!(read.is_complete);
    let standings = standing(&built_in_map(), &read.heads, &[], &InForce::read(world).await.unwrap(), at(now));
    standings.into_iter().map(|standing| (standing.promise.clone(), standing)).collect()
}

#[tokio::test]
async fn every_dated_sentence_stands_in_the_ledger_and_holds_when_nothing_is_open() {
    let ledger = ledger(&world(&[]).await, RECEIVED).await;
    let model = built_in_map();
    let model = model.model();
    assert_eq!(ledger.len(), model.promise.len() + model.termination.phase.len());
    for (name, standing) in &ledger {
        assert!(standing.holds() && !standing.sentence.is_empty(), "{name}");
        assert_eq!((standing.open, standing.oldest_open_at, standing.last_proof), (0, None, None), "{name}");
    }
    assert_eq!(ledger["termination.phase.account"].policy, "9");
}

#[tokio::test]
async fn a_sentence_stops_to_hold_when_its_date_is_past_and_the_others_hold_on() {
    let states = [("promise.disconnect", State::Received), ("promise.meta-data-deletion", verifying(RECEIVED))];
    let world = world(&states).await;
    for (now, near_due, overdue) in [
        (RECEIVED, 0, 0),
        ("2026-04-03T23:59:59Z", 0, 0),
        ("2026-04-04T00:00:00Z", 1, 0),
        ("2026-04-09T23:59:59Z", 1, 0),
        ("2026-04-10T00:00:00Z", 0, 1),
    ] {
        let ledger = ledger(&world, now).await;
        let disconnect = &ledger["promise.disconnect"];
        assert_eq!((disconnect.near_due, disconnect.overdue), (near_due, overdue), "{now}");
        assert_eq!((disconnect.open, disconnect.holds()), (1, overdue == 0), "{now}");
        assert_eq!(disconnect.oldest_open_at, Some(at(RECEIVED)));
        assert_eq!(disconnect.next_due.as_ref().unwrap().date.to_string(), "2026-04-09");
        let deletion = &ledger["promise.meta-data-deletion"];
        assert_eq!((deletion.open, deletion.holds(), deletion.last_proof), (0, true, Some(at(RECEIVED))), "{now}");
    }
}

#[tokio::test]
async fn the_ledger_and_the_alarms_count_the_same() {
    let states = [
        State::Received,
        State::Planned { plan: plan() },
        State::Failed { plan: plan(), retry_at: at(RECEIVED), attempts: 1 },
        held("2026-04-01"),
        held("2026-06-01"),
        held_by(&["hold-0001", "hold-0002"], "2026-06-01"),
        State::Executing { plan: plan() },
        verifying(RECEIVED),
    ];
    let promises = ["promise.disconnect", "promise.meta-data-deletion", "termination.phase.conversations"];
    let mut all = Vec::new();
    for state in states {
        all.extend(promises.map(|promise| (promise, state.clone())));
    }
    for now in [RECEIVED, "2026-03-26T00:00:00Z", "2026-04-05T00:00:00Z", "2026-04-10T00:00:00Z"] {
        let world = world(&all).await;
        world.stored().heads.values_mut().for_each(|head| head.next_action_at = Some(at(RECEIVED)));
        let ledger = ledger(&world, now).await;
        let later = at(now).duration_since(at(RECEIVED));
        world.pass(later);
        let stop_at = world.now() + SignedDuration::from_mins(1);
        let bounds = Bounds { stuck_after: SignedDuration::from_mins(5), taken_max: 8_000, at_once: 8, stop_at };
        let swept = sweep_ledger(&world, &world, &world, &world, &built_in_map(), bounds, |_| {}).await;
        let total = |count: fn(&Standing) -> u64| ledger.values().map(count).sum::<u64>();
        assert_eq!(total(|one| one.near_due), swept.near_due, "{now}");
        assert_eq!(total(|one| one.overdue), swept.overdue, "{now}");
        assert_eq!(total(|one| one.halted), swept.halted, "{now}");
        assert_eq!(total(|one| one.failed), swept.failed, "{now}");
        assert_eq!(total(|one| one.held), swept.held, "{now}");
        assert_eq!(total(|one| one.holds_past_review), swept.holds_past_review, "{now}");
        let oldest = ledger.values().filter_map(|one| one.oldest_open_at).min().unwrap();
        assert_eq!(at(now).duration_since(oldest).as_secs(), swept.oldest_open_seconds, "{now}");
    }
}

/// The last look at an obligation is thirty days after its erasure; then it leaves the index of what is open.
#[tokio::test]
async fn a_proof_is_known_long_after_what_it_was_of_is_over() {
    let world = world(&[("promise.disconnect", verifying(RECEIVED)), ("promise.disconnect", State::Received)]).await;
    world.stored().heads.values_mut().for_each(|head| head.next_action_at = Some(at(RECEIVED)));
    let stop_at = world.now() + SignedDuration::from_mins(1);
    let bounds = Bounds { stuck_after: SignedDuration::from_mins(5), taken_max: 8_000, at_once: 8, stop_at };
    sweep_ledger(&world, &world, &world, &world, &built_in_map(), bounds, |_| {}).await;
    world.stored().heads.clear();
    let proofs = world.proofs().await.unwrap();
    assert_eq!(proofs, [("promise.disconnect".to_owned(), at(RECEIVED))].into());
    let known = async |proofs: &BTreeMap<String, Timestamp>| {
        let standings = remember(ledger(&world, "2028-03-10T12:00:00Z").await.into_values().collect(), proofs);
        let proven = standings.into_iter().filter_map(|one| Some((one.promise, one.last_proof?)));
        proven.collect::<BTreeMap<_, _>>()
    };
    assert_eq!((known(&proofs).await, known(&BTreeMap::new()).await), (proofs, BTreeMap::new()));
    // What is still looked at may be newer than what was noted.
    let later = "2026-03-11T12:00:00Z";
    let fresh = self::world(&[("promise.disconnect", verifying(later))]).await;
    let standings = ledger(&fresh, later).await.into_values().collect();
    let standings = remember(standings, &world.proofs().await.unwrap());
    assert!(standings.iter().any(|one| one.promise == "promise.disconnect" && one.last_proof == Some(at(later))));
}

#[tokio::test]
async fn every_obligation_is_read_once_and_a_bound_says_so() {
    let world = world(&vec![("promise.disconnect", State::Received); 1_000]).await;
    let read = read_open(&world, 10_000).await.unwrap();
    let ids: BTreeSet<ObligationId> = read.heads.iter().map(|head| head.id.clone()).collect();
    assert_eq!((read.heads.len(), ids.len(), read.is_complete), (1_000, 1_000, true));
    let bounded = read_open(&world, 100).await.unwrap();
    assert_eq!((bounded.heads.len(), bounded.is_complete), (800, false));
}

#[tokio::test]
async fn a_fault_is_told_and_never_read_as_nothing() {
    let calls = {
        let world = world(&[("promise.disconnect", State::Received)]).await;
        world.strike(None);
        read_open(&world, 100).await.unwrap();
        world.calls()
    };
    assert_eq!(calls, 9, "a page of each shard and the rows of one");
    for call in 1..=calls {
        let world = world(&[("promise.disconnect", State::Received)]).await;
        world.strike(Some(crate::memory::Strike::Before(call)));
        assert!(read_open(&world, 100).await.is_err(), "call {call}");
    }
}

#[test]
fn a_request_counts_from_its_receipt_to_its_answer_and_its_erasure_with_it() {
    use crate::clock::model::Kind;
    use crate::subject_request::{Standing as Stands, SubjectRequest};

    let request = |number, stands| {
        let request = crate::memory::asked(number, Kind::Erasure, None, None, at("2026-03-06T12:00:00Z"));
        SubjectRequest { standing: stands, ..request }
    };
    let waiting = request(1, Stands::AwaitingVerification);
    let in_work = request(2, Stands::InProgress { since: at("2026-03-07T12:00:00Z") });
    let answered = request(3, Stands::Answered { at: at("2026-03-08T12:00:00Z"), in_part: true });
    let head = |request: &SubjectRequest, state: State| Head {
        id: request.id.clone(),
        seq: 1,
        route: Route::SubjectRequest,
        target: Target::Person { links: vec![], suppressions: vec![], limit: Limit::Everywhere },
        received_at: request.received_at,
        starts_at: None,
        covers_until: request.received_at,
        due_by: request.clocks.legal_due(),
        state,
        next_action_at: None,
        leased_until: None,
        reopened: 0,
        confirmed_plan: None,
        late_since: None,
        begun_at: None,
        returned_at: None,
        retained: Vec::new(),
        replay: None,
        held_by: Vec::new(),
        awaited: None,
    };
    let failed = State::Failed { plan: plan(), retry_at: at(RECEIVED), attempts: 1 };
    let heads = [head(&in_work, failed), head(&answered, held("2026-05-01"))];
    let requests = [waiting, in_work, answered];
    let mut told = String::new();
    for now in ["2026-03-10T12:00:00Z", "2026-03-25T12:00:00Z", "2026-04-06T12:00:00Z"] {
        let standings = standing(&built_in_map(), &heads, &requests, &InForce::of(&[in_force()]), at(now));
        let standing = standings.iter().find(|standing| standing.promise == "promise.subject-request").unwrap();
        let Standing { open, near_due, overdue, failed, held, oldest_open_at, next_due, .. } = standing;
        told += &format!(
            "{now}: open {open} near {near_due} overdue {overdue} failed {failed} held {held} since {} due {}\n",
            oldest_open_at.unwrap(),
            next_due.as_ref().unwrap().date
        );
    }
    expect_test::expect![[r#"
        2026-03-10T12:00:00Z: open 3 near 0 overdue 0 failed 1 held 1 since 2026-03-06T12:00:00Z due 2026-04-05
        2026-03-25T12:00:00Z: open 3 near 2 overdue 0 failed 1 held 1 since 2026-03-06T12:00:00Z due 2026-04-05
        2026-04-06T12:00:00Z: open 3 near 0 overdue 2 failed 1 held 1 since 2026-03-06T12:00:00Z due 2026-04-05
    "#]]
    .assert_eq(&told);
}
