use std::collections::BTreeSet;
use std::sync::Mutex;

use super::*;
use crate::deadline::DueBy;
use crate::ids::TenantId;
use crate::ledger_event::events;
use crate::legal_hold::{HoldId, HoldScope, LegalHold, Note};
use crate::memory::{Strike, World, built_in_map, plan_hash};
use crate::obligation::{NewObligation, ObligationId, State};
use crate::policy::Route;
use crate::ports::Intake;
use crate::purge::PurgePlan;
use crate::target::{Limit, Target};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn now() -> Timestamp {
    "2026-03-10T12:00:00Z".parse().unwrap()
}

fn id(number: usize) -> ObligationId {
    ObligationId::parse(&format!("a{number:031}")).unwrap()
}

fn request(number: usize) -> NewObligation {
    NewObligation {
        id: id(number),
        route: Route::MetaDataDeletion,
        target: Target::Person { links: vec![], suppressions: vec![], limit: Limit::Everywhere },
        received_at: now(),
        starts_at: None,
        covers_until: now(),
        is_dated: true,
        due_by: DueBy { date: "2026-04-09".parse().unwrap(), time_zone: "UTC".to_owned() },
        next_action_at: now() + HOUR,
    }
}

/// A bus that remembers, and refuses the call that it is told to.
#[derive(Default)]
struct Told {
    events: Mutex<Vec<super::Told>>,
    calls: Mutex<usize>,
    refused: Option<usize>,
}

impl Bus for Told {
    async fn publish(&self, events: &[super::Told]) -> Answer<()> {
        let mut calls = self.calls.lock().unwrap();
        *calls += 1;
        if self.refused == Some(*calls) {
            return Err(Fault::retry("events.put", "refused"));
        }
        self.events.lock().unwrap().extend(events.iter().cloned());
        Ok(())
    }
}

impl Told {
    fn all(&self) -> BTreeSet<String> {
        self.events.lock().unwrap().iter().map(|event| format!("{} {event:?}", event.detail_type())).collect()
    }

    fn kinds(&self) -> Vec<String> {
        self.events.lock().unwrap().iter().map(super::Told::detail_type).collect()
    }
}

/// Obligations that were accepted, every third of them erased and completed, one after a finished one; a hold; a class that is halted.
async fn world(obligations: usize) -> World {
    let world = World::new(now(), 1);
    for number in 0..obligations {
        world.open(&request(number)).await.unwrap();
        if number % 3 == 0 {
            finish(&world, number);
        }
    }
    let finished = world.stored().heads[&id(0)].clone();
    let next = NewObligation { received_at: now() + HOUR * 3, covers_until: now() + HOUR * 3, ..request(0) };
    assert!(world.reopen(&finished, &next).await.unwrap());
    let note = |text: &str| Note::parse(text).unwrap();
    let hold = LegalHold {
        id: HoldId::parse("hold-0001").unwrap(),
        scope: HoldScope::of_tenant(TenantId::parse("alder").unwrap()),
        reason: note("a court"),
        approver: note("counsel"),
        proof: None,
        placed_at: now(),
        review_by: "2026-05-01".parse().unwrap(),
    };
    world.place(&hold).await.unwrap();
    for class in ["security-logs", "own.requests"] {
        world.halt(class, &PurgePlan::new(class, 5, 7, now())).await.unwrap();
    }
    world.strike(None);
    world.pass(HOUR * 4);
    world
}

fn finish(world: &World, number: usize) {
    let mut stored = world.stored();
    let head = stored.heads.get_mut(&id(number)).unwrap();
    let erased_at = now() + HOUR;
    head.state = State::Completed { erased_at, completed_at: erased_at + HOUR, looks: vec![erased_at + HOUR] };
    head.next_action_at = None;
}

async fn tell(
    world: &World,
    bus: &Told,
    since: Timestamp,
    from: Option<Walked>,
    stop_at: Timestamp,
) -> Result<Again, NotTold> {
    tell_again(world, bus, &built_in_map(), (since, from), (world, stop_at)).await
}

/// What the stream told of every change.
fn told_by_stream(world: &World) -> BTreeSet<String> {
    let stored = world.stored();
    let mut told = BTreeSet::new();
    for head in stored.heads.values().chain(stored.earlier.values().flatten()) {
        let mut steps = vec![Head { state: State::Received, ..head.clone() }];
        if let State::Completed { erased_at, looks, .. } = &head.state {
            let verifying = State::Verifying { plan: plan_hash(), erased_at: *erased_at, looks: looks.clone() };
            steps.extend([Head { state: verifying, ..head.clone() }, head.clone()]);
        }
        let before = std::iter::once(None).chain(steps.iter().map(Some));
        for event in before.zip(&steps).flat_map(|(before, after)| events(before, after)) {
            told.insert(format!("Obligation {} {:?}", event.kind.name(), super::Told::Obligation(event.clone())));
        }
    }
    told
}

#[tokio::test]
async fn everything_is_told_as_the_stream_told_it_whatever_stands_in_one_shard() {
    let world = world(1_200).await;
    let bus = Told::default();
    let again = tell(&world, &bus, now(), None, Timestamp::MAX).await.unwrap();
    assert_eq!((again.next, again.unreadable, again.told), (None, 0, bus.kinds().len()));
    let of_stream = told_by_stream(&world);
    assert_eq!(of_stream.len(), 1_201 + 400 * 2);
    let others: Vec<String> = bus.all().difference(&of_stream).map(|told| told[..13].to_owned()).collect();
    assert_eq!(others, ["Hold placed H", "Purge halted ", "Purge halted "]);
    assert!(bus.all().is_superset(&of_stream));
    assert_eq!(bus.kinds().len(), bus.all().len(), "each once");
}

#[tokio::test]
async fn it_goes_on_where_its_time_was_over() {
    let world = world(40).await;
    let whole = Told::default();
    tell(&world, &whole, now(), None, Timestamp::MAX).await.unwrap();
    world.tick(SignedDuration::from_secs(1));
    let (bus, mut from, mut visits) = (Told::default(), None, 0);
    loop {
        // A call takes a second: no more than one shard to a visit.
        let again = tell(&world, &bus, now(), from, world.now() + SignedDuration::from_secs(2)).await.unwrap();
        visits += 1;
        let stored = serde_json::to_string(&again.next).unwrap();
        from = serde_json::from_str(&stored).unwrap();
        if from.is_none() {
            break;
        }
    }
    assert!(visits > 8, "{visits}");
    assert_eq!(bus.all(), whole.all());
    assert_eq!(bus.kinds().len(), whole.kinds().len(), "nothing twice");
}

#[tokio::test]
async fn told_twice_or_after_a_refusal_it_is_the_same() {
    let whole = Told::default();
    tell(&world(40).await, &whole, now(), None, Timestamp::MAX).await.unwrap();
    let calls = *whole.calls.lock().unwrap();
    assert!(calls > 16, "{calls}");
    for refused in 1..=calls {
        let (world, bus) = (world(40).await, Told { refused: Some(refused), ..Told::default() });
        assert!(matches!(tell(&world, &bus, now(), None, Timestamp::MAX).await, Err(NotTold::Fault(_))), "{refused}");
        tell(&world, &bus, now(), None, Timestamp::MAX).await.unwrap();
        assert_eq!(bus.all(), whole.all(), "after call {refused}");
    }
    let world = world(3).await;
    world.strike(Some(Strike::Before(5)));
    assert!(matches!(tell(&world, &Told::default(), now(), None, Timestamp::MAX).await, Err(NotTold::Fault(_))));
}

#[tokio::test]
async fn what_was_over_before_is_not_told_and_no_span_is_longer_than_what_it_is_for() {
    let world = world(40).await;
    let bus = Told::default();
    tell(&world, &bus, now() + HOUR * 2, None, Timestamp::MAX).await.unwrap();
    let completed = bus.kinds().iter().filter(|kind| *kind == "Obligation completed").count();
    assert_eq!(completed, 14);
    assert_eq!(
        bus.kinds().iter().filter(|kind| *kind == "Obligation accepted").count(),
        1,
        "the second one of the first"
    );
    assert_eq!(bus.kinds().iter().filter(|kind| kind.starts_with("Hold")).count(), 0);
    for (since, is_told) in
        [(world.now() + HOUR, false), (world.now() - SPAN_MAX - HOUR, false), (world.now() - SPAN_MAX + HOUR, true)]
    {
        let bus = Told::default();
        let told = tell(&world, &bus, since, None, Timestamp::MAX).await;
        assert_eq!(told.is_ok(), is_told, "{since}");
        assert_eq!(bus.kinds().is_empty(), !is_told);
    }
}
