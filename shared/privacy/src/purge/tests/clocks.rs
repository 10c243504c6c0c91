//! Clocks that jump, and records from before anybody thought there were any.

use super::*;

fn one(name: &str) -> Vec<PeriodClass> {
    PeriodClass::all(&built_in_map()).unwrap().into_iter().filter(|class| class.name == name).collect()
}

async fn until_done(world: &World, classes: &[PeriodClass]) -> RunReport {
    for _ in 0..10 {
        let report = run_with(world, classes, bounds(world)).await;
        assert_eq!(report.failures(), 0, "{report:?}");
        if !report.classes.values().any(|class| class.truncated) {
            return report;
        }
    }
    panic!("ten runs were not enough");
}

/// With the shipped policy as it is.
#[tokio::test]
async fn what_is_years_past_its_date_is_found_by_the_first_runs() {
    let world = World::new(at("2026-11-27T14:00:00Z"), 50);
    world.put_item("billing", "billing#2019-03-15#0", "alder#2019-03-15T10:00:00.000Z#r1");
    world.put_item("logs", "log#2025-10-01#0", "alder#2025-10-01T10:00:00.000Z#e1");
    world.put_item("social", "due#member-profiles#2026-11-10T05#1", "alder#c1");
    world.put_item("social", "alder#c1", "member#2026-11-10T05#2026-11-10T05:10:00.000Z#m1");
    for name in ["billing-records", "security-logs", "member-profiles"] {
        let report = until_done(&world, &one(name)).await;
        assert_eq!((class(&report, name).late, class(&report, name).kept), (0, 0), "{name}");
    }
    assert_eq!(world.stored().items.values().filter(|keys| !keys.is_empty()).count(), 0);
}

#[tokio::test]
async fn an_old_period_without_records_costs_one_reading_of_each_partition() {
    let world = World::new(at("2026-11-27T14:00:00Z"), 50);
    let logs = one("security-logs");
    world.strike(None);
    let before = world.calls();
    let report = until_done(&world, &logs).await;
    let (periods, calls) = (class(&report, "security-logs").periods, world.calls() - before);
    assert!(periods > 300, "{periods}");
    assert!(calls < periods * 4 + periods / 10 + 20, "{calls} calls for {periods} days of 4 partitions");
}

#[tokio::test]
async fn a_class_that_begins_in_the_future_fails_and_is_not_passed_over_in_silence() {
    let world = world();
    let report = run_with(&world, &classes("2030-01-01"), bounds(&world)).await;
    assert!(class(&report, "security-logs").fault.as_ref().unwrap().contains("`since`"), "{report:?}");
}

#[tokio::test]
async fn a_clock_that_jumps_back_purges_nothing_early() {
    let world = world();
    let run = async || run_with(&world, &classes("2027-03-01"), bounds(&world)).await;
    run().await;
    let before = lines(&world, "social");
    world.pass(DAY * -3);
    let report = run().await;
    assert_eq!((report.failures(), report.total(|class| class.purged)), (0, 0));
    assert!(class(&report, "member-profiles").ahead, "and says that it does not believe what it reads");
    assert_eq!(lines(&world, "social"), before);
    world.pass(DAY * 3);
    let report = run().await;
    let told = class(&report, "member-profiles");
    assert_eq!((told.ahead, told.late, told.swept_until), (false, 0, Some(at("2027-03-09T16:00:00Z"))));
}

#[tokio::test]
async fn after_a_clock_that_ran_ahead_new_records_go_all_the_same() {
    let world = world();
    world.pass(DAY * 91);
    run(&world).await;
    world.pass(DAY * -91);
    put_hours(&world, "alder", "c1", &HOURS);
    let dry = run_with(&world, &classes("2027-03-09"), Bounds { is_dry_run: true, ..bounds(&world) }).await;
    assert!(class(&dry, "member-profiles").ahead, "a dry run says so too");
    let map = built_in_map();
    let class_of = classes("2027-03-09").into_iter().find(|class| class.name == "member-profiles").unwrap();
    let progress = world.stored().purges.progress["member-profiles"].clone();
    assert_eq!(
        judge_class(&class_of, &progress, &crate::legal_hold::InForce::default(), world.now()).verdict(),
        Verdict::Ahead
    );
    let report = run_with(&world, &classes("2027-03-09"), bounds(&world)).await;
    let told = class(&report, "member-profiles");
    assert_eq!((told.ahead, told.purged, told.late), (true, 4, 0), "the hours that are due, not the third");
    assert!(profiles(&world).iter().all(|line| line.contains("T16")), "{map:?}");
    world.pass(HOUR);
    let report = run(&world).await;
    assert_eq!((class(&report, "member-profiles").ahead, class(&report, "member-profiles").purged), (false, 2));
}

#[tokio::test]
async fn a_period_that_a_wrong_clock_listed_is_left_alone_until_it_is_due() {
    let world = world();
    run(&world).await;
    let leftover = Leftover {
        starts_at: at("2027-03-09T16:00:00Z"),
        look_at: at("2027-03-10T00:00:00Z"),
        by: Vec::new(),
        held: 0,
        kept: 0,
    };
    world.list("member-profiles", &leftover).await.unwrap();
    let before = profiles(&world);
    run(&world).await;
    assert_eq!(profiles(&world), before);
}
