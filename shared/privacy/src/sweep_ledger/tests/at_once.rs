//! Obligations beside each other: how many at once, and that it comes to the same as one after the other.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Mutex;

use super::order::{in_one_shard, world_of};
use super::*;
use crate::ports::{Answer, DUE_SHARDS, Due, Each};

/// The world, whose calls let everybody else go on before they are carried out.
struct Slow<'a> {
    world: &'a World,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    /// Calls under way that work on an obligation.
    under_way: BTreeMap<ObligationId, usize>,
    /// The most of them at once, and for one obligation.
    most: usize,
    most_of_one: usize,
    /// What was sent, and when that began.
    begun: Vec<(ObligationId, Timestamp)>,
}

impl<'a> Slow<'a> {
    fn of(world: &'a World) -> Self {
        Self { world, seen: Mutex::default() }
    }

    async fn work<T>(&self, id: &ObligationId, call: impl Future<Output = T> + Send) -> T {
        {
            let mut seen = self.seen.lock().unwrap();
            *seen.under_way.entry(id.clone()).or_default() += 1;
            seen.most = seen.most.max(seen.under_way.values().sum());
            seen.most_of_one = seen.most_of_one.max(seen.under_way[id]);
        }
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
        let answer = call.await;
        *self.seen.lock().unwrap().under_way.get_mut(id).unwrap() -= 1;
        answer
    }

    async fn sweep(&self, at_once: usize) -> Sweep {
        let stop_at = self.world.now() + MINUTE;
        let bounds = Bounds { stuck_after: MINUTE * 5, taken_max: 1_000, at_once, stop_at };
        sweep_ledger(self, self.world, self, self.world, &built_in_map(), bounds, |_| {}).await
    }
}

impl DueIndex for Slow<'_> {
    async fn due(&self, shard: u8, now: Timestamp, limit: u16) -> Answer<Each<Due>> {
        self.world.due(shard, now, limit).await
    }

    async fn head(&self, id: &ObligationId) -> Answer<Option<Head>> {
        self.world.head(id).await
    }

    async fn mark_late(&self, id: &ObligationId, since: Timestamp) -> Answer<()> {
        self.work(id, self.world.mark_late(id, since)).await
    }

    async fn postpone(&self, due: &Due, next: NextAction) -> Answer<()> {
        self.work(&due.id, self.world.postpone(due, next)).await
    }
}

impl WorkQueue for Slow<'_> {
    async fn send(&self, work: &Work) -> Answer<()> {
        let begun = (work.obligation.clone(), self.world.now());
        self.seen.lock().unwrap().begun.push(begun);
        self.work(&work.obligation, self.world.send(work)).await
    }
}

/// So many obligations in each shard.
fn in_each_shard(count: usize) -> Vec<ObligationId> {
    let ids = (0_u32..).map(|number| ObligationId::parse(&format!("{number:032x}")).unwrap());
    let mut found = BTreeMap::<u8, Vec<ObligationId>>::new();
    for id in ids {
        let shard = found.entry(id.shard(DUE_SHARDS)).or_default();
        if shard.len() < count {
            shard.push(id);
        }
        if found.len() == usize::from(DUE_SHARDS) && found.values().all(|shard| shard.len() == count) {
            break;
        }
    }
    // One shard after the other in turn.
    (0..count).flat_map(|number| found.values().map(move |shard| shard[number].clone()).collect::<Vec<_>>()).collect()
}

/// Due, a quarter of them kept by a hold that is released, and past their date.
async fn late(ids: &[ObligationId]) -> World {
    let days: Vec<i8> = (0..ids.len()).map(|number| i8::try_from(number * 7 % 28).unwrap() + 1).collect();
    let world = world_of(ids, &days).await;
    world.pass(SignedDuration::from_hours(24 * 60));
    let by = vec![crate::legal_hold::HoldId::parse("hold-2026-1").unwrap()];
    for id in ids.iter().step_by(4) {
        let state = State::Held { plan: plan(), by: by.clone(), review_by: "2030-01-01".parse().unwrap() };
        world.stored().heads.get_mut(id).unwrap().state = state;
    }
    world.strike(None);
    world
}

#[tokio::test]
async fn as_many_as_may_be_are_worked_on_at_once_and_it_comes_to_the_same() {
    let ids = in_each_shard(4);
    let alone = late(&ids).await;
    let of_alone = Slow::of(&alone).sweep(1).await;
    assert_eq!((of_alone.due, of_alone.sent, of_alone.overdue, of_alone.faults), (32, 32, 32, 0));
    for (at_once, most) in [(0, 1), (1, 1), (3, 3), (8, 8), (100, 32)] {
        let world = late(&ids).await;
        let slow = Slow::of(&world);
        assert_eq!(slow.sweep(at_once).await, of_alone, "{at_once}");
        let seen = slow.seen.lock().unwrap();
        assert_eq!((seen.most, seen.most_of_one), (most, 1), "{at_once}");
        assert_eq!(world.stored().heads, alone.stored().heads);
        assert_eq!(world.calls(), alone.calls(), "the holds are read once for all");
    }
}

#[tokio::test]
async fn they_are_begun_in_the_order_of_their_last_days() {
    let ids = in_each_shard(6);
    let days: Vec<i8> = (0..ids.len()).map(|number| i8::try_from(number * 11 % 28).unwrap() + 1).collect();
    let world = world_of(&ids, &days).await;
    let slow = Slow::of(&world);
    assert_eq!(slow.sweep(8).await.sent, 48);
    let seen = slow.seen.lock().unwrap();
    let order: Vec<i8> = seen.begun.iter().map(|(id, _)| days[ids.iter().position(|one| one == id).unwrap()]).collect();
    assert!(order.len() == 48 && order.is_sorted(), "{order:?}");
}

#[tokio::test]
async fn none_is_begun_once_time_is_up() {
    let ids = in_each_shard(3);
    let world = world_of(&ids, &[9; 24]).await;
    world.tick(SignedDuration::from_millis(1_200));
    let stop_at = world.now() + MINUTE;
    let slow = Slow::of(&world);
    let swept = slow.sweep(8).await;
    assert!(swept.is_truncated && (1..24).contains(&swept.sent), "{swept:?}");
    let seen = slow.seen.lock().unwrap();
    assert!(seen.begun.iter().all(|(_, at)| *at < stop_at), "{stop_at}: {:?}", seen.begun);
    assert_eq!(seen.begun.len(), usize::try_from(swept.sent).unwrap(), "what has begun comes to its end");
}

#[tokio::test]
async fn rows_are_read_for_half_of_the_time_at_most() {
    let ids = in_one_shard(100);
    let world = world_of(&ids, &[9; 100]).await;
    world.tick(SignedDuration::from_secs(1));
    world.strike(None);
    let planned = plan_sweep(&world, &world, MINUTE * 5, world.now() + MINUTE).await;
    assert!(planned.is_truncated && (60..60 + 16).contains(&world.calls()), "{}", world.calls());
    world.strike(None);
    let swept = sweep(&world).await;
    assert!(swept.is_truncated && (1..100).contains(&swept.due), "{swept:?}");
}

#[tokio::test]
async fn a_fault_with_one_leaves_those_beside_it_swept() {
    let ids = in_each_shard(3);
    let calls = {
        let world = late(&ids).await;
        Slow::of(&world).sweep(8).await;
        world.calls()
    };
    for call in 1..=calls {
        for strike in [Strike::Before(call), Strike::After(call)] {
            let world = late(&ids).await;
            world.strike(Some(strike));
            let swept = Slow::of(&world).sweep(8).await;
            let unsent = || {
                let sent = world.stored().sent.clone();
                ids.iter().filter(|id| !sent.iter().any(|work| work.obligation == **id)).count()
            };
            assert_eq!(swept.faults, 1, "{strike:?}");
            // A part of the index that was not read, or a row that was not read, or an obligation that was not sent or moved on.
            let expected = (swept.due == 21 && unsent() == 3) || (swept.due >= 23 && unsent() <= 1);
            assert!(expected, "{strike:?}: {} of {swept:?}", unsent());
            world.strike(None);
            let again = Slow::of(&world).sweep(8).await;
            assert_eq!((again.faults, again.is_truncated, unsent()), (0, false, 0), "{strike:?}");
        }
    }
}
