//! What a pass asks, counts and leaves alone.

use super::*;
use crate::message::Work;

#[tokio::test]
async fn what_is_not_begun_was_cancelled_or_came_later_is_left_alone() {
    let (world, office) = (world(), Office::new());
    let backup = Backup::of(&world);
    let waiting = NewObligation { starts_at: Some(start() + DAY * 30), ..request_of(1, "later", start()) };
    let cancelled = NewObligation { starts_at: Some(start() + DAY * 30), ..request_of(2, "back", start()) };
    for new in [&waiting, &cancelled] {
        world.open(new).await.unwrap();
    }
    world.cancel(&cancelled.id, crate::ports::CancelUntil::ItsDay, world.now()).await.unwrap();
    world.pass(HOUR);
    backup.restore(&world);
    begin(&world, &backup).await;
    world.pass(MINUTE);
    // New requests go on meanwhile, and the replay does not wait for them.
    world.open(&request(world.now())).await.unwrap();
    let before = world.stored().heads.clone();
    office.sweep(&world).await.unwrap();
    assert_eq!(world.stored().heads, before);
    office.until_over(&world).await;
    assert_eq!(tally(&world), Tally::default());
    assert!(world.stored().sent.is_empty() || world.stored().sent.iter().all(|work| work.obligation == id(0)));
}

#[tokio::test]
async fn every_page_of_the_index_is_read_and_more_than_a_page_is_asked() {
    let (world, office) = (World::new(start(), 3), Office::new());
    let name = |number: usize| ObligationId::parse(&format!("{number:032}")).unwrap();
    for number in 0..1_500 {
        let new = NewObligation { id: name(number), ..request_of(0, &format!("who{number}"), start()) };
        world.open(&new).await.unwrap();
        world.stored().sent.push(Work { obligation: name(number) });
    }
    office.drain(&world).await;
    begin_replay(&world, &office.map, start(), &by(), world.now()).await.unwrap();
    let sweep = office.sweep(&world).await.unwrap();
    assert_eq!((sweep.asked, sweep.open, sweep.late), (1_500, 1, 0));
    office.until_over(&world).await;
    assert_eq!(tally(&world), Tally { clean: 1_500, ..Tally::default() });
}

/// Index reads may be stale: what a pass did not see, the next one asks.
#[tokio::test]
async fn what_the_index_did_not_show_to_one_pass_is_asked_by_the_next_and_waited_for() {
    let (world, office) = (world(), Office::without_periods());
    let backup = Backup::of(&world);
    office.erase(&world, &request(world.now())).await;
    world.pass(HOUR);
    backup.restore(&world);
    begin(&world, &backup).await;
    let next_action_at = head(&world).next_action_at;
    world.stored().heads.get_mut(&id(0)).unwrap().next_action_at = None;
    office.sweep(&world).await.unwrap();
    assert_eq!((tally(&world), head(&world).replay), (Tally::default(), None));
    world.stored().heads.get_mut(&id(0)).unwrap().next_action_at = next_action_at;
    office.until_over(&world).await;
    assert_eq!(residue(&world), Vec::<String>::new());
    assert_eq!(tally(&world).erased_again, 1);
}

#[tokio::test]
async fn a_replay_is_not_over_while_anything_is_open_and_rings_when_that_lasts() {
    let (world, office) = (world(), Office::new());
    let backup = Backup::of(&world);
    office.erase(&world, &request(world.now())).await;
    world.pass(DAY);
    backup.restore(&world);
    begin(&world, &backup).await;
    world.break_store(Some("inbox"));
    for _ in 0..6 {
        office.round(&world).await;
    }
    assert!(world.stored().replays.values().all(Replay::is_open));
    assert_eq!(tally(&world), Tally { open: 1, residue_found: 1, ..Tally::default() });
    world.pass(HOUR * 4);
    assert_eq!(office.sweep(&world).await.unwrap(), ReplaySweep { open: 1, late: 1, asked: 0 });
    world.break_store(None);
    world.pass(HOUR);
    office.until_over(&world).await;
    assert_eq!(residue(&world), Vec::<String>::new());
}

#[tokio::test]
async fn a_replay_is_kept_for_its_months() {
    let (world, office) = (world(), Office::new());
    let backup = Backup::of(&world);
    begin(&world, &backup).await;
    office.until_over(&world).await;
    for (days, kept) in [(700, 1), (40, 0)] {
        world.pass(DAY * days);
        office.sweep(&world).await.unwrap();
        assert_eq!(world.stored().replays.len(), kept, "{days}");
    }
}

#[test]
fn a_replay_prints_neither_who_asked_nor_why() {
    let printed = format!(
        "{:?}",
        Replay {
            id: ReplayId::of(start()),
            restored_to: start(),
            reason: "secret words".to_owned(),
            asked_by: "arn:somebody".to_owned(),
            asked_at: start(),
            completed_at: None,
            pass: 1,
            cursor: None,
            running: Tally::default(),
            last: None,
            listed: BTreeSet::new(),
            version: 1,
        }
    );
    assert!(
        printed.contains("r20270310120000000") && !printed.contains("secret") && !printed.contains("arn"),
        "{printed}"
    );
    for bad in ["", "r2027031012000000", "x20270310120000000", "r2027031012000000a"] {
        assert!(ReplayId::parse(bad).is_err(), "{bad}");
    }
}
