//! Every step may run twice, die anywhere, or meet another.

use super::*;
use crate::memory::Strike;

/// Erased and restored; nothing is looked at yet.
async fn restored(office: &Office) -> (World, Backup) {
    let world = world();
    let backup = Backup::of(&world);
    world.pass(HOUR);
    office.erase(&world, &request(world.now())).await;
    world.pass(DAY);
    backup.restore(&world);
    begin(&world, &backup).await;
    world.strike(None);
    (world, backup)
}

#[tokio::test]
async fn a_crash_at_any_call_of_a_pass_misses_nothing() {
    let office = Office::without_periods();
    let (world, _) = restored(&office).await;
    office.sweep(&world).await.unwrap();
    let calls = world.calls();
    assert!(calls > 20, "{calls}");
    for call in 1..=calls {
        for strike in [Strike::Before(call), Strike::After(call)] {
            let (world, _) = restored(&office).await;
            world.strike(Some(strike));
            assert!(office.sweep(&world).await.is_err(), "{strike:?}");
            world.strike(None);
            office.until_over(&world).await;
            assert_eq!(residue(&world), Vec::<String>::new(), "{strike:?}");
            assert_eq!((tally(&world).erased_again, head(&world).reopened), (1, 1), "{strike:?}");
        }
    }
}

#[tokio::test]
async fn a_crash_at_any_call_of_a_look_misses_nothing() {
    let office = Office::without_periods();
    let (world, _) = restored(&office).await;
    office.sweep(&world).await.unwrap();
    world.strike(None);
    for _ in 0..2 {
        office.work(&world, &id(0)).await.unwrap();
    }
    let calls = world.calls();
    for call in 1..=calls {
        for strike in [Strike::Before(call), Strike::After(call)] {
            let (world, _) = restored(&office).await;
            let others = bystanders(&world);
            office.sweep(&world).await.unwrap();
            world.strike(Some(strike));
            for _ in 0..2 {
                drop(office.work(&world, &id(0)).await);
            }
            world.strike(None);
            office.until_over(&world).await;
            assert_eq!(residue(&world), Vec::<String>::new(), "{strike:?}");
            assert_eq!(head(&world).reopened, 1, "{strike:?}");
            assert_eq!(bystanders(&world), others, "{strike:?}");
        }
    }
}

#[tokio::test]
async fn two_sweepers_two_replays_and_messages_twice_come_to_the_same() {
    let office = Office::without_periods();
    let (world, backup) = restored(&office).await;
    world.pass(MINUTE);
    // Two people: the second has another instant in mind, so it is a replay of its own.
    let other = begin_replay(&world, &office.map, backup.taken_at - HOUR, &by(), world.now()).await.unwrap();
    assert_eq!(world.stored().replays.len(), 2);
    for _ in 0..2 {
        office.sweep(&world).await.unwrap();
    }
    office.sweep_ledger(&world).await;
    let twice = world.stored().sent.clone();
    world.stored().sent.extend(twice);
    office.drain(&world).await;
    office.until_over(&world).await;
    assert_eq!(residue(&world), Vec::<String>::new());
    let found: Vec<Tally> = world.stored().replays.values().map(|replay| *replay.tally()).collect();
    assert_eq!(found, [Tally { erased_again: 1, residue_found: 1, ..Tally::default() }; 2], "{other:?}");
    assert_eq!(head(&world).reopened, 1);
}

#[tokio::test]
async fn the_same_asked_again_while_it_is_open_is_the_same() {
    let office = Office::without_periods();
    let (world, backup) = restored(&office).await;
    world.pass(MINUTE);
    let again = begin(&world, &backup).await;
    assert_eq!(world.stored().replays.keys().collect::<Vec<_>>(), [&again.id]);
    office.until_over(&world).await;
    assert_ne!(begin(&world, &backup).await.id, again.id, "the next restore is another one");
    let future = begin_replay(&world, &office.map, world.now() + HOUR, &by(), world.now()).await;
    assert!(matches!(future, Err(NotBegun::Future)));
    let ancient = begin_replay(&world, &office.map, world.now() - DAY * 735, &by(), world.now()).await;
    assert!(matches!(ancient, Err(NotBegun::Forgotten)), "what was closed then is no longer in the ledger");
}

/// A worker that was looking when the tables were restored writes its own transition over the due date; its look is not the
/// one that was asked for.
#[tokio::test]
async fn a_look_that_was_under_way_does_not_stand_for_the_one_that_was_asked_for() {
    let office = Office::without_periods();
    let calls = {
        let world = world();
        office.erase(&world, &request(world.now())).await;
        world.pass(MINUTE * 15);
        world.strike(None);
        assert_eq!(office.work(&world, &id(0)).await.unwrap(), Worked::LookedClean { is_last: false });
        world.calls()
    };
    for call in 2..=calls {
        let world = world();
        let backup = Backup::of(&world);
        office.erase(&world, &request(world.now())).await;
        world.pass(MINUTE * 15);
        let asked_at = world.now();
        let replay = begin(&world, &backup).await;
        world.strike(None);
        // After its lease: the tables come back, and the obligation is asked.
        let (bring, asked) = (backup.clone(), asked_at);
        world.interrupt(call, move |stored| {
            stored.items.clone_from(&bring.items);
            stored.shared.clone_from(&bring.shared);
            stored.links.clone_from(&bring.links);
            stored.connections.clone_from(&bring.connections);
            let head = stored.heads.get_mut(&id(0)).unwrap();
            head.replay = Some(ReplayMark { asked_at: asked, stage: ReplayStage::Asked, reopened: head.reopened });
            head.next_action_at = Some(asked);
        });
        drop(office.work(&world, &id(0)).await);
        world.interrupt(u64::MAX, |_| {});
        assert_eq!(head(&world).replay.unwrap().stage, ReplayStage::Asked, "{call}");
        office.until_over(&world).await;
        assert_eq!(residue(&world), Vec::<String>::new(), "{call} {:?}", replay.id);
    }
}

/// The look of one replay is under way when the tables are restored once more, and the next replay asks.
#[tokio::test]
async fn the_look_of_an_earlier_replay_does_not_stand_for_that_of_a_later_one() {
    let office = Office::without_periods();
    let asked_once = async || {
        let world = world();
        let backup = Backup::of(&world);
        office.erase(&world, &request(world.now())).await;
        world.pass(HOUR);
        begin(&world, &backup).await;
        office.sweep(&world).await.unwrap();
        world.pass(MINUTE);
        world.strike(None);
        (world, backup)
    };
    let (world, _) = asked_once().await;
    assert_eq!(office.work(&world, &id(0)).await.unwrap(), Worked::LookedClean { is_last: false });
    for call in 2..=world.calls() {
        let (world, backup) = asked_once().await;
        let later = begin_replay(&world, &office.map, backup.taken_at + MINUTE, &by(), world.now()).await.unwrap();
        world.strike(None);
        world.interrupt(call, move |stored| {
            stored.items.clone_from(&backup.items);
            stored.shared.clone_from(&backup.shared);
            stored.links.clone_from(&backup.links);
            stored.connections.clone_from(&backup.connections);
            let head = stored.heads.get_mut(&id(0)).unwrap();
            let mark = ReplayMark { asked_at: later.asked_at, stage: ReplayStage::Asked, reopened: head.reopened };
            (head.replay, head.next_action_at) = (Some(mark), Some(later.asked_at));
        });
        drop(office.work(&world, &id(0)).await);
        world.interrupt(u64::MAX, |_| {});
        assert_eq!(head(&world).replay.unwrap().stage, ReplayStage::Asked, "{call}");
        world.pass(MINUTE);
        office.until_over(&world).await;
        assert_eq!(residue(&world), Vec::<String>::new(), "{call}");
    }
}

#[tokio::test]
async fn a_pass_that_is_out_of_time_goes_on_where_it_stopped() {
    let office = Office::without_periods();
    let (world, _) = restored(&office).await;
    world.tick(SignedDuration::from_secs(1));
    let mut sweeps = 0;
    while world.stored().replays.values().all(|replay| replay.pass == 1) {
        let stop_at = world.now() + SignedDuration::from_secs(6);
        sweep_replays(&world, &world, &world, (&office.map, &office.classes), stop_at).await.unwrap();
        sweeps += 1;
        assert!(sweeps < 100);
    }
    assert!(sweeps > 3, "{sweeps}");
    world.tick(SignedDuration::ZERO);
    office.until_over(&world).await;
    assert_eq!(residue(&world), Vec::<String>::new());
}
