//! In which order it goes, and what a dry run shows of that.

use super::*;
use crate::purge::{RunBook, RunOf};

pub(super) async fn world_of(ids: &[ObligationId], due_on: &[i8]) -> World {
    let world = World::new(at("2026-03-10T12:00:00Z"), 10);
    for (number, (id, day)) in ids.iter().zip(due_on).enumerate() {
        let new = NewObligation {
            id: id.clone(),
            route: if number % 2 == 0 { Route::MetaDataDeletion } else { Route::Disconnect },
            target: Target::Person { links: vec![], suppressions: vec![], limit: Limit::Everywhere },
            received_at: world.now(),
            starts_at: None,
            covers_until: world.now(),
            is_dated: true,
            due_by: DueBy { date: jiff::civil::date(2026, 4, *day), time_zone: "UTC".to_owned() },
            // The later its last day, the earlier it became due.
            next_action_at: world.now() + MINUTE * i32::from(30 - *day),
        };
        world.open(&new).await.unwrap();
    }
    world.pass(MINUTE * 30);
    world
}

#[tokio::test]
async fn within_a_shard_the_nearest_last_day_goes_first_and_second_looks_last() {
    let ids = in_one_shard(8);
    let days = [9, 3, 7, 1, 5, 2, 8, 4];
    let world = world_of(&ids, &days).await;
    let erased_at = world.now();
    let looked_at = &ids[3];
    world.stored().heads.get_mut(looked_at).unwrap().state =
        State::Verifying { plan: plan_hash(), erased_at, looks: vec![] };
    assert_eq!(sweep(&world).await.sent, 8);
    let order: Vec<i8> = world
        .stored()
        .sent
        .iter()
        .map(|work| days[ids.iter().position(|id| *id == work.obligation).unwrap()])
        .collect();
    assert_eq!(order, [2, 3, 4, 5, 7, 8, 9, 1], "what is erased already is only looked at");
}

#[tokio::test]
async fn a_dry_run_shows_what_the_sweep_then_does_and_does_nothing() {
    let ids = in_one_shard(8);
    let world = world_of(&ids, &[9, 3, 7, 1, 5, 2, 8, 4]).await;
    let by = vec![crate::legal_hold::HoldId::parse("hold-2026-1").unwrap()];
    for (number, state) in [
        (0, State::Planned { plan: plan() }),
        (3, State::Verifying { plan: plan_hash(), erased_at: world.now(), looks: vec![] }),
        (4, State::Held { plan: plan(), by, review_by: "2026-05-01".parse().unwrap() }),
    ] {
        world.stored().heads.get_mut(&ids[number]).unwrap().state = state;
    }
    world.stored().heads.get_mut(&ids[5]).unwrap().leased_until = Some(world.now() + MINUTE);
    let before = world.stored().heads.clone();
    let planned = plan_sweep(&world, &world, MINUTE * 5, world.now() + MINUTE).await;
    assert_eq!(world.stored().heads, before, "nothing is moved on or noted as late");
    assert!(world.stored().sent.is_empty());
    assert!(planned.faults.is_empty() && !planned.is_truncated);
    let day = |day: i8| Some(jiff::civil::date(2026, 4, day));
    let kind = |due, to_send, first| DueOfKind { due, to_send, first_due_by: day(first) };
    assert_eq!(planned.kinds["meta-data-deletion"], kind(4, 3, 5), "one waits for a person");
    assert_eq!(
        planned.kinds["disconnect"],
        kind(4, 3, 2),
        "one is being worked on; one is erased, so its day counts no more"
    );
    assert_eq!(sweep(&world).await.sent, 6);
    let sent: Vec<String> = world.stored().sent.iter().map(|work| work.obligation.log_ref()).collect();
    let shown: Vec<String> = planned.to_send.iter().map(|one| one.reference.clone()).collect();
    assert_eq!(shown, sent, "the same, in the same order");
    let looks: Vec<bool> = planned.to_send.iter().map(|one| one.is_look).collect();
    assert_eq!(looks, [false, false, false, false, false, true]);
    let later = plan_sweep(&world, &world, MINUTE * 5, world.now() + MINUTE).await;
    assert_eq!((later.kinds.len(), later.to_send.len()), (0, 0), "what was sent rests");
}

#[tokio::test]
async fn a_dry_run_says_whether_the_schedule_lives() {
    let world = world_of(&in_one_shard(1), &[9]).await;
    let ahead = async || {
        let planned = plan_sweep(&world, &world, MINUTE * 5, world.now() + MINUTE).await;
        (planned.last_run_at, planned.is_schedule_alive)
    };
    assert_eq!(ahead().await, (None, false), "no run was ever made");
    let ran_at = world.now();
    world.note_run(RunOf::Periods, ran_at).await.unwrap();
    assert_eq!(ahead().await, (None, false), "the other sweep has a schedule of its own");
    world.note_run(RunOf::Due, ran_at).await.unwrap();
    assert_eq!(ahead().await, (Some(ran_at), true));
    world.pass(MINUTE * 120);
    assert_eq!(ahead().await, (Some(ran_at), true), "one is noted in an hour");
    world.pass(MINUTE);
    assert_eq!(ahead().await, (Some(ran_at), false));
}

#[tokio::test]
async fn a_dry_run_says_what_it_could_not_read_and_where_it_stopped() {
    let ids = in_one_shard(8);
    let world = world_of(&ids, &[9, 3, 7, 1, 5, 2, 8, 4]).await;
    let stopped = plan_sweep(&world, &world, MINUTE * 5, world.now()).await;
    assert!(stopped.is_truncated && stopped.kinds.is_empty());
    world.strike(None);
    plan_sweep(&world, &world, MINUTE * 5, world.now() + MINUTE).await;
    let calls = world.calls();
    assert_eq!(calls, 17, "one reading of each shard, one of each row, and of when a sweep ran last");
    for call in 1..=calls {
        world.strike(Some(Strike::Before(call)));
        let planned = plan_sweep(&world, &world, MINUTE * 5, world.now() + MINUTE).await;
        assert_eq!(planned.faults.len(), 1, "call {call}");
    }
    let many = in_one_shard(3_000);
    let world = world_of(&many, &[9; 3_000]).await;
    let planned = plan_sweep(&world, &world, MINUTE * 5, world.now() + MINUTE).await;
    assert!(planned.is_truncated, "there may be more");
    assert_eq!(planned.to_send.len(), 3_000);
}

/// So many obligations that stand in one shard of the index.
pub(super) fn in_one_shard(count: usize) -> Vec<ObligationId> {
    in_shard(3, count)
}

fn in_shard(shard: u8, count: usize) -> Vec<ObligationId> {
    let ids = (0_u32..).map(|number| ObligationId::parse(&format!("{number:032x}")).unwrap());
    ids.filter(|id| id.shard(crate::ports::DUE_SHARDS) == shard).take(count).collect()
}

/// The later one became due, the nearer its last day: both shards have some of every day.
#[tokio::test]
async fn what_a_sweep_takes_has_the_nearest_last_days_of_all_shards() {
    const OF_EACH: usize = 1_500;
    let (one, other) = (in_shard(3, OF_EACH), in_shard(6, OF_EACH));
    let ids: Vec<ObligationId> = one.into_iter().zip(other).flat_map(|(one, other)| [one, other]).collect();
    let day = |number: usize| 30 - i8::try_from(number / 100).unwrap();
    let days: Vec<i8> = (0..ids.len()).map(day).collect();
    let world = world_of(&ids, &days).await;
    let bounds = Bounds { stuck_after: MINUTE * 5, taken_max: 1_000, at_once: 8, stop_at: world.now() + MINUTE };
    let swept = sweep_ledger(&world, &world, &world, &world, &built_in_map(), bounds, |_| {}).await;
    assert_eq!((swept.sent, swept.is_truncated), (1_000, true));
    let sent: Vec<i8> = world
        .stored()
        .sent
        .iter()
        .map(|work| days[ids.iter().position(|id| *id == work.obligation).unwrap()])
        .collect();
    let mut nearest = days;
    nearest.sort_unstable();
    nearest.truncate(1_000);
    assert_eq!(sent, nearest);
    let swept = sweep_ledger(&world, &world, &world, &world, &built_in_map(), bounds, |_| {}).await;
    assert_eq!(swept.sent, 1_000, "the next takes what is left of them");
}

#[tokio::test]
async fn what_has_its_last_day_goes_before_all_that_became_due_earlier() {
    let ids = in_one_shard(300);
    let mut days = [9; 300];
    days[299] = 1;
    let world = world_of(&ids, &days).await;
    // It became due last, too.
    let now = world.now();
    world.stored().heads.get_mut(&ids[299]).unwrap().next_action_at = Some(now);
    sweep(&world).await;
    assert_eq!(world.stored().sent[0], Work { obligation: ids[299].clone() });
}

#[tokio::test]
async fn a_sweep_begins_nothing_once_its_time_is_up() {
    let ids = in_one_shard(20);
    let world = world_of(&ids, &[9; 20]).await;
    world.tick(SignedDuration::from_secs(1));
    let swept = sweep(&world).await;
    assert!(swept.is_truncated && (1..20).contains(&swept.due), "{swept:?}");
}
