//! Where a watermark was earned: from which day on, in how many shards.

use super::*;

fn classes_in(since: &str, shards: u8) -> Vec<PeriodClass> {
    let mut model = built_in_map().model().clone();
    for class in model.class.values_mut() {
        if let Some(purge) = &mut class.purge {
            (purge.since, purge.ceiling_per_run) = (since.parse().unwrap(), 1_000);
        }
    }
    let logs = model.store.get_mut("logs").unwrap().period.as_mut().unwrap();
    logs.shards = shards;
    let mut classes = PeriodClass::all(&DataMap::new(model).unwrap()).unwrap();
    classes.retain(|class| class.name == "security-logs");
    classes
}

fn put_log(world: &World, day: &str, shard: u8) {
    world.put_item("logs", &format!("log#{day}#{shard}"), &format!("alder#{day}T00:00:00.000Z#e1"));
}

async fn swept(world: &World, classes: &[PeriodClass]) -> ClassReport {
    class(&run_with(world, classes, bounds(world)).await, "security-logs").clone()
}

#[tokio::test]
async fn an_earlier_since_is_looked_at_from_there_on() {
    let world = world();
    put_log(&world, "2026-02-01", 1);
    assert_eq!(swept(&world, &classes_in("2026-03-01", 4)).await.purged, 0, "older than its first day");
    let dry = run_with(&world, &classes_in("2026-01-15", 4), Bounds { is_dry_run: true, ..bounds(&world) }).await;
    assert_eq!((class(&dry, "security-logs").purged, lines(&world, "logs").len()), (1, 1));
    let report = swept(&world, &classes_in("2026-01-15", 4)).await;
    assert_eq!((report.purged, report.fault, lines(&world, "logs").len()), (1, None, 0));
    let until = report.swept_until;
    // Later and back again: what was looked at once need not be looked at again.
    for since in ["2026-03-01", "2026-01-15"] {
        let report = swept(&world, &classes_in(since, 4)).await;
        assert_eq!((report.swept_until, report.periods), (until, 0), "{since}");
    }
}

#[tokio::test]
async fn a_crash_while_the_watermark_is_taken_back_leaves_nothing_behind() {
    for call in 1..=24 {
        for strike in [Strike::Before(call), Strike::After(call)] {
            let world = world();
            put_log(&world, "2026-02-01", 1);
            swept(&world, &classes_in("2026-03-01", 4)).await;
            world.strike(Some(strike));
            swept(&world, &classes_in("2026-01-15", 4)).await;
            world.strike(None);
            swept(&world, &classes_in("2026-01-15", 4)).await;
            assert_eq!(lines(&world, "logs"), Vec::<String>::new(), "{strike:?}");
        }
    }
}

#[tokio::test]
async fn fewer_shards_fail_the_class_and_more_are_read() {
    let world = world();
    swept(&world, &classes_in("2026-03-01", 4)).await;
    world.pass(DAY);
    put_log(&world, "2026-03-10", 3);
    let report = swept(&world, &classes_in("2026-03-01", 2)).await;
    assert!(report.fault.is_some_and(|fault| fault.contains("shards")), "not said to be clean");
    assert_eq!(lines(&world, "logs").len(), 1);
    put_log(&world, "2026-03-10", 5);
    let report = swept(&world, &classes_in("2026-03-01", 6)).await;
    assert_eq!((report.purged, report.fault, lines(&world, "logs").len()), (2, None, 0));
    assert!(swept(&world, &classes_in("2026-03-01", 4)).await.fault.is_some(), "and they are remembered");
}
