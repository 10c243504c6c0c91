//! Legal holds before a run, in the middle of it, and after they are released.

use super::*;
use crate::ids::{ConnectionId, TenantId};
use crate::legal_hold::{HoldId, HoldScope, LegalHold, Note};
use crate::memory::Stored;
use crate::ports::{BookedHold, HoldBook};

fn hold(id: &str, tenant: &str, classes: &[&str]) -> LegalHold {
    let note = |text| Note::parse(text).unwrap();
    LegalHold {
        id: HoldId::parse(id).unwrap(),
        scope: HoldScope {
            tenant: TenantId::parse(tenant).unwrap(),
            connection: None,
            contact: None,
            user: None,
            classes: classes.iter().map(|class| (*class).to_owned()).collect(),
            from: None,
            until: None,
        },
        reason: note("a court asked"),
        approver: note("counsel"),
        proof: Some(note("file 7")),
        placed_at: noon(),
        review_by: "2027-05-01".parse().unwrap(),
    }
}

fn place(stored: &mut Stored, hold: LegalHold) {
    stored.booked.insert(hold.id.clone(), BookedHold { hold, released_at: None });
    stored.hold_changes += 1;
}

fn of_alder() -> LegalHold {
    hold("hold-0001", "alder", &["member-profiles"])
}

/// The due hours of alder.
fn held(world: &World) -> usize {
    let is_held = |line: &&String| line.starts_with("alder#c1 member#") && !line.contains("2027-03-09T16");
    profiles(world).iter().filter(is_held).count()
}

#[tokio::test]
async fn a_hold_keeps_its_scope_while_the_watermark_moves_on() {
    let world = world();
    place(&mut world.stored(), of_alder());
    let report = run(&world).await;
    let profiles_report = class(&report, "member-profiles");
    assert_eq!((profiles_report.purged, profiles_report.held, profiles_report.held_periods), (4, 4, 2));
    assert_eq!(profiles_report.swept_until, Some(at("2027-03-09T16:00:00Z")));
    assert_eq!((held(&world), report.failures()), (4, 0));
    world.pass(DAY * 2);
    let report = run(&world).await;
    let profiles_report = class(&report, "member-profiles");
    assert_eq!((profiles_report.held, profiles_report.late), (6, 0), "a hold delays: nothing is late");
    assert_eq!(held(&world), 4);
}

#[tokio::test]
async fn a_release_makes_what_was_held_due_at_the_next_run() {
    let world = world();
    place(&mut world.stored(), of_alder());
    run(&world).await;
    world.pass(HOUR / 6);
    world.strike(None);
    run(&world).await;
    assert!(world.calls() < 12, "while it is in force nothing of it is read: {} calls", world.calls());
    HoldBook::release(&world, &HoldId::parse("hold-0001").unwrap(), world.now()).await.unwrap();
    world.pass(HOUR / 6);
    let report = run(&world).await;
    assert_eq!((class(&report, "member-profiles").held, held(&world)), (0, 0));
    world.pass(DAY);
    run(&world).await;
    assert!(!profiles(&world).iter().any(|line| line.contains("T14") || line.contains("T15")), "the registry too");
}

#[tokio::test]
async fn what_cannot_be_purged_after_a_release_is_late_on_its_old_clock() {
    let world = world();
    place(&mut world.stored(), of_alder());
    run(&world).await;
    HoldBook::release(&world, &HoldId::parse("hold-0001").unwrap(), world.now()).await.unwrap();
    world.break_store(Some("social"));
    world.pass(DAY);
    let report = run(&world).await;
    let profiles_report = class(&report, "member-profiles");
    assert_eq!((profiles_report.held, profiles_report.held_periods), (0, 0));
    assert!(profiles_report.late >= 2 && profiles_report.fault.is_some(), "{profiles_report:?}");
    let now = world.now();
    assert_eq!(world.stored().purges.progress["member-profiles"].late_since, Some(now), "others are told");
    world.break_store(None);
    let report = run(&world).await;
    assert_eq!((class(&report, "member-profiles").late, held(&world)), (0, 0));
    assert_eq!(world.stored().purges.progress["member-profiles"].late_since, None);
}

#[tokio::test]
async fn a_book_that_cannot_be_read_releases_nothing() {
    let world = world();
    place(&mut world.stored(), of_alder());
    run(&world).await;
    world.pass(HOUR / 6);
    for call in 1..=4 {
        world.strike(Some(Strike::Before(call)));
        let report = run(&world).await;
        assert_eq!(class(&report, "member-profiles").late, 0, "{call}");
    }
}

#[tokio::test]
async fn a_hold_placed_before_any_call_keeps_all_or_comes_too_late() {
    let calls = {
        let world = world();
        world.tick(SignedDuration::from_secs(6));
        run(&world).await;
        world.calls()
    };
    let (mut kept, mut too_late) = (0, 0);
    for call in 1..=calls {
        let world = world();
        // Each call takes longer than a reading of the holds is good for.
        world.tick(SignedDuration::from_secs(6));
        world.interrupt(call, |stored| place(stored, of_alder()));
        let report = run(&world).await;
        assert_eq!(report.failures(), 0, "{call}: {report:?}");
        world.interrupt(u64::MAX, |_| {});
        match held(&world) {
            0 => too_late += 1,
            2 | 4 => kept += 1,
            other => panic!("{call}: {other} of 4 are left: an hour goes as a whole or stays"),
        }
        let left = held(&world) as u64;
        assert_eq!(class(&report, "member-profiles").held, left, "{call}");
        world.stored().booked.clear();
        world.pass(HOUR);
        run(&world).await;
        assert_eq!(held(&world), 0, "{call}");
    }
    assert!(kept > 5 && too_late > 1, "{kept} kept, {too_late} too late");
}

#[tokio::test]
async fn a_hold_of_others_or_of_other_dates_stops_nothing() {
    let world = world();
    let mut of_connection = hold("hold-0002", "alder", &[]);
    of_connection.scope.connection = Some(ConnectionId::parse("c9").unwrap());
    let mut of_last_year = hold("hold-0003", "alder", &[]);
    of_last_year.scope.until = Some(at("2027-01-01T00:00:00Z"));
    for hold in [hold("hold-0001", "cedar", &[]), of_connection, of_last_year, hold("hold-0004", "alder", &["signals"])]
    {
        place(&mut world.stored(), hold);
    }
    let report = run(&world).await;
    assert_eq!((class(&report, "member-profiles").purged, class(&report, "member-profiles").held), (8, 0));
}

/// A day of logs, more than one chunk of them.
fn world_of_logs(call_takes: i64) -> World {
    let world = World::new(noon(), 10_000);
    for number in 0..4_500 {
        world.put_item("logs", "log#2026-03-09#2", &format!("alder#2026-03-09T00:00:00.000Z#{number:04}"));
    }
    world.tick(SignedDuration::from_secs(call_takes));
    world.strike(None);
    world
}

#[tokio::test]
async fn a_hold_placed_between_two_chunks_keeps_the_rest_whether_or_not_time_passes() {
    let logs = classes_with("2026-03-09", 10_000);
    let logs: Vec<PeriodClass> = logs.into_iter().filter(|class| class.name == "security-logs").collect();
    for call_takes in [6, 0] {
        let calls = {
            let world = world_of_logs(call_takes);
            run_with(&world, &logs, bounds(&world)).await;
            world.calls()
        };
        let mut left = std::collections::BTreeSet::new();
        for call in 1..=calls {
            let world = world_of_logs(call_takes);
            world.interrupt(call, |stored| place(stored, hold("hold-0001", "alder", &["security-logs"])));
            let report = run_with(&world, &logs, bounds(&world)).await;
            let kept = lines(&world, "logs").len();
            assert_eq!((class(&report, "security-logs").held, report.failures()), (kept as u64, 0), "{call}");
            left.insert(kept);
        }
        assert_eq!(left, [0, 500, 2_500, 4_500].into(), "{call_takes}");
    }
}

#[tokio::test]
async fn a_hold_that_nobody_waits_for_rings_when_its_review_is_past() {
    let world = world();
    place(&mut world.stored(), hold("hold-0001", "alder", &["billing-records"]));
    place(&mut world.stored(), hold("hold-0002", "birch", &["security-logs"]));
    for (now, past) in [("2027-05-01T23:59:59Z", 2), ("2027-05-02T00:00:00Z", 0)] {
        world.stored().set_now(at(now));
        assert_eq!(run(&world).await.holds_past_review, 2 - past, "{now}");
    }
    HoldBook::release(&world, &HoldId::parse("hold-0002").unwrap(), world.now()).await.unwrap();
    assert_eq!(run(&world).await.holds_past_review, 1, "a released one needs no review");
    world.strike(Some(Strike::Before(3)));
    let report = run(&world).await;
    assert_eq!(report.faults.len(), 1, "a book that cannot be read is not silent: {report:?}");
}

#[tokio::test]
async fn the_book_is_asked_before_everything_that_goes_and_read_again_when_it_changed_or_is_old() {
    let world = world();
    let mut in_force = InForce::default();
    let mut ask = async || {
        world.strike(None);
        in_force.ask(&world, &world).await.unwrap();
        (world.calls(), in_force.has_all(&[of_alder().id]))
    };
    assert_eq!(ask().await, (2, false), "the count of changes, and the book");
    for _ in 0..3 {
        assert_eq!(ask().await, (1, false), "only the count, which is the same");
    }
    place(&mut world.stored(), of_alder());
    assert_eq!(ask().await, (2, true));
    assert_eq!(ask().await, (2, true), "the rows of a change are seen one by one");
    world.pass(SignedDuration::from_secs(1));
    assert_eq!(ask().await, (2, true));
    assert_eq!(ask().await, (1, true), "it has not changed since, and has long been settled");
    world.pass(SignedDuration::from_secs(4));
    assert_eq!(ask().await, (1, true));
    world.pass(SignedDuration::from_secs(1));
    assert_eq!(ask().await, (2, true), "read five seconds ago");
    world.pass(SignedDuration::from_secs(-1));
    assert_eq!(ask().await, (2, true), "a clock that jumped back says nothing of its age");
}

#[tokio::test]
async fn a_hold_whose_count_is_seen_before_itself_is_known_at_the_next_asking() {
    let world = world();
    let mut in_force = InForce::default();
    in_force.ask(&world, &world).await.unwrap();
    world.stored().hold_changes += 1;
    in_force.ask(&world, &world).await.unwrap();
    assert!(!in_force.has_all(&[of_alder().id]));
    // Now the rest of the transaction is seen, and the caller has an answer.
    world.stored().booked.insert(of_alder().id, BookedHold { hold: of_alder(), released_at: None });
    in_force.ask(&world, &world).await.unwrap();
    assert!(in_force.has_all(&[of_alder().id]));
}

#[tokio::test]
async fn what_erases_nothing_asks_once_a_second() {
    let world = world();
    let mut in_force = InForce::default();
    let mut refresh = async || {
        world.strike(None);
        in_force.refresh(&world, &world).await.unwrap();
        world.calls()
    };
    assert_eq!((refresh().await, refresh().await), (2, 0));
    world.pass(SignedDuration::from_millis(999));
    assert_eq!(refresh().await, 0);
    world.pass(SignedDuration::from_millis(1));
    assert_eq!((refresh().await, refresh().await), (1, 0));
    world.pass(SignedDuration::from_secs(-2));
    assert_eq!(refresh().await, 2, "a clock that jumped back says nothing of an age");
}

#[tokio::test]
async fn a_hold_placed_while_no_time_passes_loses_only_what_was_being_erased() {
    let calls = {
        let world = world();
        run(&world).await;
        world.calls()
    };
    let mut lost = Vec::new();
    for call in 1..=calls {
        let world = world();
        let at_placing = std::sync::Arc::new(std::sync::Mutex::new(None));
        let noted = std::sync::Arc::clone(&at_placing);
        world.interrupt(call, move |stored| {
            let partition = ("social".to_owned(), "alder#c1".to_owned());
            let is_due = |key: &&String| key.starts_with("member#") && !key.contains("2027-03-09T16");
            *noted.lock().unwrap() = Some(stored.items[&partition].iter().filter(is_due).count());
            place(stored, of_alder());
        });
        run(&world).await;
        let stood = at_placing.lock().unwrap().unwrap();
        if held(&world) < stood {
            lost.push((call, stood - held(&world)));
        }
    }
    // The call that erases an hour of alder: it was asked about just before.
    assert!(lost.len() == 2 && lost.iter().all(|(_, records)| *records == 2), "{lost:?} of {calls}");
}
