//! Shards beside each other: how many at once, and that it comes to the same as one after the other.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Mutex;

use super::order::{in_one_shard, world_of};
use super::*;
use crate::ports::{Answer, DUE_SHARDS, Due};

/// The world, whose calls let everybody else go on before they are carried out.
struct Slow<'a> {
    world: &'a World,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    /// Calls under way, by shard.
    under_way: BTreeMap<u8, usize>,
    /// The most of them at once, and of one shard.
    most: usize,
    most_of_a_shard: usize,
    /// What was sent, and when that began.
    begun: Vec<(ObligationId, Timestamp)>,
}

impl<'a> Slow<'a> {
    fn of(world: &'a World) -> Self {
        Self { world, seen: Mutex::default() }
    }

    async fn call<T>(&self, shard: u8, call: impl Future<Output = T> + Send) -> T {
        {
            let mut seen = self.seen.lock().unwrap();
            *seen.under_way.entry(shard).or_default() += 1;
            seen.most = seen.most.max(seen.under_way.values().sum());
            seen.most_of_a_shard = seen.most_of_a_shard.max(seen.under_way[&shard]);
        }
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
        let answer = call.await;
        *self.seen.lock().unwrap().under_way.get_mut(&shard).unwrap() -= 1;
        answer
    }

    async fn sweep(&self, shards_at_once: u8) -> Sweep {
        let stop_at = self.world.now() + MINUTE;
        let bounds = Bounds { stuck_after: MINUTE * 5, per_shard_max: 1, shards_at_once, stop_at };
        sweep_ledger(self, self.world, self, self.world, &built_in_map(), bounds, |_| {}).await
    }
}

impl DueIndex for Slow<'_> {
    async fn due(&self, shard: u8, now: Timestamp, limit: u16) -> Answer<Vec<Due>> {
        self.call(shard, self.world.due(shard, now, limit)).await
    }

    async fn head(&self, id: &ObligationId) -> Answer<Option<Head>> {
        self.call(id.shard(DUE_SHARDS), self.world.head(id)).await
    }

    async fn mark_late(&self, id: &ObligationId, since: Timestamp) -> Answer<()> {
        self.call(id.shard(DUE_SHARDS), self.world.mark_late(id, since)).await
    }

    async fn postpone(&self, due: &Due, next: NextAction) -> Answer<()> {
        self.call(due.id.shard(DUE_SHARDS), self.world.postpone(due, next)).await
    }
}

impl WorkQueue for Slow<'_> {
    async fn send(&self, work: &Work) -> Answer<()> {
        let begun = (work.obligation.clone(), self.world.now());
        self.seen.lock().unwrap().begun.push(begun);
        self.call(work.obligation.shard(DUE_SHARDS), self.world.send(work)).await
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
async fn as_many_shards_as_may_be_are_swept_at_once_and_of_one_never_two_obligations() {
    let ids = in_each_shard(4);
    let alone = late(&ids).await;
    let of_alone = Slow::of(&alone).sweep(1).await;
    assert_eq!((of_alone.due, of_alone.sent, of_alone.overdue, of_alone.faults), (32, 32, 32, 0));
    for (at_once, most) in [(0, 1), (1, 1), (3, 3), (8, 8), (20, 8)] {
        let world = late(&ids).await;
        let slow = Slow::of(&world);
        assert_eq!(slow.sweep(at_once).await, of_alone, "{at_once}");
        let seen = slow.seen.lock().unwrap();
        assert_eq!((seen.most, seen.most_of_a_shard), (most, 1), "{at_once}");
        assert_eq!(world.stored().heads, alone.stored().heads);
        assert_eq!(world.calls(), alone.calls(), "the holds are read once for all shards");
    }
}

#[tokio::test]
async fn each_shard_keeps_its_order_beside_the_others() {
    let ids = in_each_shard(6);
    let days: Vec<i8> = (0..ids.len()).map(|number| i8::try_from(number * 11 % 28).unwrap() + 1).collect();
    let world = world_of(&ids, &days).await;
    let slow = Slow::of(&world);
    assert_eq!(slow.sweep(8).await.sent, 48);
    let seen = slow.seen.lock().unwrap();
    for shard in 0..DUE_SHARDS {
        let of_shard = seen.begun.iter().filter(|(id, _)| id.shard(DUE_SHARDS) == shard);
        let order: Vec<i8> = of_shard.map(|(id, _)| days[ids.iter().position(|one| one == id).unwrap()]).collect();
        assert!(order.len() == 6 && order.is_sorted(), "{shard}: {order:?}");
    }
    let first: BTreeMap<u8, _> = seen.begun[..8].iter().map(|(id, at)| (id.shard(DUE_SHARDS), at)).collect();
    assert_eq!(first.len(), 8, "no shard waits for another to end");
}

#[tokio::test]
async fn each_shard_has_its_bound_beside_the_others() {
    let most = u64::from(PAGE);
    let mut ids = in_one_shard(usize::from(PAGE) + 3);
    ids.extend(in_each_shard(2));
    ids.sort();
    ids.dedup();
    let world = world_of(&ids, &vec![9; ids.len()]).await;
    let swept = Slow::of(&world).sweep(8).await;
    assert_eq!((swept.due, swept.sent, swept.is_truncated), (most + 14, most + 14, true));
    let swept = Slow::of(&world).sweep(8).await;
    assert_eq!((swept.due, swept.is_truncated), (u64::try_from(ids.len()).unwrap() - most - 14, false));
}

#[tokio::test]
async fn no_shard_begins_another_once_time_is_up() {
    let ids = in_each_shard(3);
    let world = world_of(&ids, &[9; 24]).await;
    world.tick(SignedDuration::from_secs(1));
    let stop_at = world.now() + MINUTE;
    let slow = Slow::of(&world);
    let swept = slow.sweep(8).await;
    assert!(swept.is_truncated && (8..24).contains(&swept.sent), "{swept:?}");
    let seen = slow.seen.lock().unwrap();
    assert!(seen.begun.iter().all(|(_, at)| *at < stop_at), "{stop_at}: {:?}", seen.begun);
    assert_eq!(seen.begun.len(), usize::try_from(swept.sent).unwrap(), "what has begun comes to its end");
}

#[tokio::test]
async fn rows_are_read_only_as_long_as_there_is_time() {
    let ids = in_one_shard(100);
    let world = world_of(&ids, &[9; 100]).await;
    world.tick(SignedDuration::from_secs(1));
    world.strike(None);
    let swept = sweep(&world).await;
    assert_eq!((swept.is_truncated, swept.due, world.calls()), (true, 0, 60));
    world.strike(None);
    let planned = plan_sweep(&world, &world, MINUTE * 5, world.now() + MINUTE).await;
    assert!(planned.is_truncated && world.calls() == 60, "{}", world.calls());
}

#[tokio::test]
async fn a_fault_in_one_shard_leaves_those_beside_it_swept() {
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
            // A part of the index that was not read, a row that was not read, or an obligation that was not sent or moved on.
            let expected = if call <= 8 { swept.due == 21 && unsent() == 3 } else { swept.due >= 23 && unsent() <= 1 };
            assert!(expected, "{strike:?}: {} of {swept:?}", unsent());
            world.strike(None);
            let again = Slow::of(&world).sweep(8).await;
            assert_eq!((again.faults, again.is_truncated, unsent()), (0, false, 0), "{strike:?}");
        }
    }
}
