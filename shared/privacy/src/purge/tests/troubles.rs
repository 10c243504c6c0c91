//! Faults at every step, several sweepers at once, and a store that fails.

use super::*;

async fn calls_of_a_run() -> u64 {
    let world = world();
    run(&world).await;
    world.calls()
}

#[tokio::test]
async fn a_fault_at_any_call_fails_the_run_and_the_next_one_makes_up_for_it() {
    for call in 1..=calls_of_a_run().await {
        for strike in [Strike::Before(call), Strike::After(call)] {
            let world = world();
            let before = world.of_tenant("birch").into_iter().filter(|line| line.contains("T16")).collect::<Vec<_>>();
            world.strike(Some(strike));
            let report = run(&world).await;
            assert_eq!(report.failures(), 1, "{strike:?}");
            world.strike(None);
            let again = run(&world).await;
            assert_eq!(again.failures(), 0, "{strike:?}");
            assert!(members(&world).iter().all(|line| line.contains("2027-03-09T16")), "{strike:?}");
            let after: Vec<String> = world.of_tenant("birch").into_iter().filter(|line| line.contains("T16")).collect();
            assert_eq!(after, before, "{strike:?}");
            assert_eq!(class(&again, "member-profiles").swept_until, Some(at("2027-03-09T16:00:00Z")), "{strike:?}");
            world.pass(DAY);
            run(&world).await;
            assert!(profiles(&world).iter().all(|line| line.contains("2027-03-09T16")), "{strike:?}: the registry");
        }
    }
}

#[tokio::test]
async fn one_class_that_fails_leaves_the_others_done_and_itself_due() {
    let world = world();
    world.put_item("logs", "log#2026-03-09#2", "alder#2026-03-09T00:00:00.000Z#1");
    let classes = classes("2026-03-01");
    world.break_store(Some("logs"));
    for _ in 0..2 {
        let report = run_with(&world, &classes, bounds(&world)).await;
        assert_eq!(report.failures(), 1);
        assert!(class(&report, "security-logs").fault.is_some());
        let swept_until = Some(at("2026-03-09T00:00:00Z"));
        assert_eq!(class(&report, "security-logs").swept_until, swept_until, "up to the day that fails");
    }
    assert!(members(&world).iter().all(|line| line.contains("2027-03-09T16")));
    world.break_store(None);
    let report = run_with(&world, &classes, bounds(&world)).await;
    assert_eq!((report.failures(), class(&report, "security-logs").purged), (0, 1));
}

#[tokio::test]
async fn another_sweeper_at_any_call_changes_nothing() {
    let world_after = {
        let world = world();
        run(&world).await;
        lines(&world, "social")
    };
    for call in 1..=calls_of_a_run().await {
        let world = std::sync::Arc::new(world());
        // The other one gets as far as time lets it, then this one does all, then the other one goes on.
        let short =
            Bounds { stop_at: noon() + SignedDuration::from_secs(i64::try_from(call).unwrap()), ..bounds(&world) };
        world.tick(SignedDuration::from_secs(1));
        let (one, other) = (world.clone(), world.clone());
        let classes = classes("2027-03-09");
        let first = run_with(&one, &classes, short);
        let second = run_with(&other, &classes, bounds(&world));
        let (_, report) = tokio::join!(first, second);
        assert_eq!(report.failures(), 0, "{call}");
        assert_eq!(lines(&world, "social"), world_after, "{call}");
        let swept = world.stored().purges.progress["member-profiles"].swept;
        assert_eq!(swept.unwrap().until, at("2027-03-09T16:00:00Z"));
    }
}

#[tokio::test]
async fn a_backlog_is_worked_off_run_by_run_and_is_late_meanwhile() {
    let world = World::new(noon(), 50);
    for day in 1..=9 {
        for record in 0..30 {
            let key = format!("alder#2026-02-0{day}T00:00:00.000Z#{record:05}");
            world.put_item("logs", &format!("log#2026-02-0{day}#{}", record % 4), &key);
        }
    }
    let classes = classes("2026-02-01");
    let late_since = |world: &World| world.stored().purges.progress["security-logs"].late_since;
    let mut left = vec![lines(&world, "logs").len()];
    let mut noted = Vec::new();
    for _ in 0..12 {
        let report = run_with(&world, &classes, Bounds { records_max: 40, ..bounds(&world) }).await;
        assert_eq!(report.failures(), 0);
        let logs = class(&report, "security-logs");
        left.push(lines(&world, "logs").len());
        assert_eq!(
            (logs.truncated, logs.late > 0),
            (logs.truncated, logs.truncated),
            "late exactly while it is not done"
        );
        noted.push(late_since(&world));
        if !logs.truncated {
            break;
        }
        world.pass(HOUR);
    }
    // What others are told from: the instant of the first run that saw it, until one that sees it no more.
    assert_eq!(noted.pop(), Some(None), "it has caught up");
    assert!(noted.len() > 3 && noted.iter().all(|since| since.is_some() && *since == noted[0]), "{noted:?}");
    assert_eq!(left.last(), Some(&0), "{left:?}");
    assert!(left.len() > 5 && left.windows(2).all(|pair| pair[1] < pair[0] || pair[1] == 0), "{left:?}");
}

/// The second look takes the lines of the registry: whatever breaks off in it, the next run finishes it.
#[tokio::test]
async fn a_fault_at_any_call_of_the_second_look_leaves_no_line_behind() {
    let looked_at = async |strike: Option<Strike>| {
        let world = world();
        run(&world).await;
        world.pass(DAY);
        world.strike(strike);
        let failures = run(&world).await.failures();
        (world, failures)
    };
    for call in 1..=looked_at(None).await.0.calls() {
        for strike in [Strike::Before(call), Strike::After(call)] {
            let (world, failures) = looked_at(Some(strike)).await;
            assert_eq!(failures, 1, "{strike:?}");
            world.strike(None);
            assert_eq!(run(&world).await.failures(), 0, "{strike:?}");
            assert!(profiles(&world).iter().all(|line| line.contains("2027-03-09T16")), "{strike:?}");
        }
    }
}

/// A writer whom the gate has admitted just before an hour was due stores its record, and the line with it, while the hour is purged.
#[tokio::test]
async fn a_writer_who_is_late_at_any_call_is_met_at_the_second_look() {
    const HOUR_DUE: &str = "2027-03-09T14";
    for call in 1..=calls_of_a_run().await {
        let world = world();
        world.interrupt(call, |stored| {
            let mut put = |partition: &str, sort: &str| {
                let partition = ("social".to_owned(), partition.to_owned());
                stored.items.entry(partition).or_default().insert(sort.to_owned());
            };
            put(&format!("due#member-profiles#{HOUR_DUE}#0"), "alder#c1");
            put("alder#c1", &format!("member#{HOUR_DUE}#{HOUR_DUE}:59:59.000Z#m3"));
        });
        assert_eq!(run(&world).await.failures(), 0, "{call}");
        world.pass(DAY);
        assert_eq!(run(&world).await.failures(), 0, "{call}");
        let left: Vec<String> = profiles(&world).into_iter().filter(|line| line.contains(HOUR_DUE)).collect();
        assert_eq!(left, Vec::<String>::new(), "{call}");
    }
}
