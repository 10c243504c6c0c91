//! A class above its ceiling halts before anything of it goes, and goes on when staff confirm exactly what was counted.

use super::*;
use crate::obligation::PlanHash;
use crate::ports::Confirmed;

/// So many records of each of these days, over the shards.
fn put_logs(world: &World, days: &[u8], of_day: usize) {
    for day in days {
        for record in 0..of_day {
            let key = format!("alder#2026-03-{day:02}T00:00:00.000Z#{record:05}");
            world.put_item("logs", &format!("log#2026-03-{day:02}#{}", record % 4), &key);
        }
    }
}

async fn confirm(world: &World, hash: &str) -> Confirmed {
    let hash = PlanHash::from_stored(hash.to_owned());
    world.confirm_purge("security-logs", &hash, "somebody", world.now()).await.unwrap()
}

fn logs(world: &World) -> usize {
    lines(world, "logs").len()
}

#[tokio::test]
async fn above_its_ceiling_a_class_halts_before_the_first_record_of_any_partition_goes() {
    let world = world();
    put_logs(&world, &[1, 2, 3, 4, 5, 6], 200);
    let classes = classes("2026-03-01");
    let dry = run_with(&world, &classes, Bounds { is_dry_run: true, ..bounds(&world) }).await;
    assert_eq!((class(&dry, "security-logs").purged, class(&dry, "security-logs").halted), (1_200, true));
    let mut plans = Vec::new();
    for _ in 0..2 {
        let report = run_with(&world, &classes, bounds(&world)).await;
        let told = class(&report, "security-logs").clone();
        assert_eq!((told.halted, told.purged, logs(&world)), (true, 0, 1_200));
        assert_eq!(told.swept_until, None, "nothing was passed");
        plans.push(told.plan.unwrap());
        world.pass(HOUR);
    }
    assert_eq!(class(&dry, "security-logs").plan.as_ref(), Some(&plans[0]), "a dry run shows the same plan");
    assert_eq!(plans[0], plans[1], "it waits as it was shown");
    assert_eq!(plans[0].records, 1_200);
    assert_eq!(members(&world), Vec::<String>::new(), "the other classes go on");
    world.pass(DAY);
    let report = run_with(&world, &classes, bounds(&world)).await;
    assert!(class(&report, "security-logs").late > 0, "it is late while it waits");
}

#[tokio::test]
async fn a_dry_run_shows_the_plan_that_can_be_confirmed_whenever_it_is_asked() {
    let world = world();
    put_logs(&world, &[1, 2, 3, 4, 5, 6], 200);
    let classes = classes("2026-03-01");
    let dry = async || {
        let report = run_with(&world, &classes, Bounds { is_dry_run: true, ..bounds(&world) }).await;
        class(&report, "security-logs").plan.clone().unwrap()
    };
    let planned = dry().await;
    // Hours later the same is due; and days after the halt more is, but that plan waits.
    world.pass(HOUR * 3);
    let halted = class(&run_with(&world, &classes, bounds(&world)).await, "security-logs").plan.clone().unwrap();
    assert_eq!(planned, halted);
    put_logs(&world, &[11, 12], 300);
    world.pass(DAY * 2);
    assert_eq!(dry().await, halted);
    assert_eq!(confirm(&world, &dry().await.plan_hash).await, Confirmed::Done);
}

#[tokio::test]
async fn exactly_the_plan_that_was_confirmed_goes_and_for_this_once() {
    let world = world();
    put_logs(&world, &[6, 7, 8], 500);
    let classes = classes("2026-03-01");
    let report = run_with(&world, &classes, bounds(&world)).await;
    let plan = class(&report, "security-logs").plan.clone().unwrap();
    assert_eq!(confirm(&world, &"0".repeat(64)).await, Confirmed::Differs);
    assert_eq!(confirm(&world, &plan.plan_hash).await, Confirmed::Done);
    assert_eq!(confirm(&world, &plan.plan_hash).await, Confirmed::Done, "twice is once");
    // What has become due since is not part of it.
    world.pass(DAY);
    put_logs(&world, &[11], 700);
    let report = run_with(&world, &classes, bounds(&world)).await;
    let told = class(&report, "security-logs");
    assert_eq!((told.halted, told.purged, logs(&world)), (false, 1_500, 700));
    let progress = world.stored().purges.progress["security-logs"].clone();
    assert_eq!((progress.halted, progress.confirmed_plan), (None, None), "it was confirmed for this once");
    let report = run_with(&world, &classes, bounds(&world)).await;
    assert_eq!((class(&report, "security-logs").purged, logs(&world)), (700, 0));
    assert_eq!(confirm(&world, &plan.plan_hash).await, Confirmed::Differs, "nothing waits any more");
}

#[tokio::test]
async fn more_than_was_confirmed_halts_again_with_another_plan() {
    let world = world();
    put_logs(&world, &[6, 7, 8], 500);
    let classes = classes("2026-03-01");
    let report = run_with(&world, &classes, bounds(&world)).await;
    let plan = class(&report, "security-logs").plan.clone().unwrap();
    confirm(&world, &plan.plan_hash).await;
    world.put_item("logs", "log#2026-03-07#0", "birch#2026-03-07T00:00:00.000Z#late");
    let report = run_with(&world, &classes, bounds(&world)).await;
    let told = class(&report, "security-logs");
    let again = told.plan.clone().unwrap();
    assert_eq!((told.halted, told.purged, logs(&world), again.records), (true, 0, 1_501, 1_501));
    assert_ne!(again.plan_hash, plan.plan_hash);
    assert_eq!(confirm(&world, &plan.plan_hash).await, Confirmed::Differs);
    assert_eq!(confirm(&world, &again.plan_hash).await, Confirmed::Done);
    let report = run_with(&world, &classes, bounds(&world)).await;
    assert_eq!((class(&report, "security-logs").purged, logs(&world)), (1_501, 0));
}

#[tokio::test]
async fn a_confirmed_plan_is_worked_off_over_several_runs() {
    let world = world();
    put_logs(&world, &[6, 7, 8], 500);
    let classes = classes("2026-03-01");
    let report = run_with(&world, &classes, bounds(&world)).await;
    confirm(&world, &class(&report, "security-logs").plan.clone().unwrap().plan_hash).await;
    let mut left = vec![logs(&world)];
    for _ in 0..10 {
        let report = run_with(&world, &classes, Bounds { records_max: 200, ..bounds(&world) }).await;
        assert!(!class(&report, "security-logs").halted);
        left.push(logs(&world));
    }
    assert_eq!(left.last(), Some(&0), "{left:?}");
    assert!(left.len() > 4, "{left:?}");
}

#[tokio::test]
async fn what_is_looked_at_again_counts_as_well() {
    let world = world();
    put_logs(&world, &[8], 10);
    let classes = classes("2026-03-01");
    run_with(&world, &classes, bounds(&world)).await;
    // Late ones in a day that is looked at once more, and a day that is due, each below the ceiling.
    world.pass(DAY);
    for record in 0..600 {
        world.put_item("logs", "log#2026-03-10#0", &format!("alder#2026-03-10T00:00:00.000Z#{record:05}"));
        world.put_item("logs", "log#2026-03-11#0", &format!("alder#2026-03-11T00:00:00.000Z#{record:05}"));
    }
    let report = run_with(&world, &classes, bounds(&world)).await;
    let told = class(&report, "security-logs");
    assert_eq!((told.halted, told.purged, logs(&world)), (true, 0, 1_200));
}
