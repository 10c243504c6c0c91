//! Clocks that jump, and records from before anybody thought there were any.

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;

use super::*;
use crate::data_map::{KeyRange, SharedRow};
use crate::ports::{Answer, Detached, Page, Read, Record, SharedRows};

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

/// Five milliseconds a call: an hour in which there was nothing takes two of them.
#[tokio::test]
async fn an_hourly_class_passes_years_of_empty_hours_in_runs_that_end_in_time() {
    let world = World::new(at("2026-11-27T14:00:00Z"), 50);
    put_hours(&world, "alder", "c1", &["2025-01-05T03", "2025-06-30T23", "2026-11-10T05"]);
    world.tick(SignedDuration::from_millis(5));
    let (classes, mut swept) = (one("member-profiles"), Vec::new());
    for _ in 0..20 {
        let stop_at = world.now() + SignedDuration::from_secs(90);
        let report = run_with(&world, &classes, Bounds { stop_at, ..bounds(&world) }).await;
        assert_eq!(report.failures(), 0, "{report:?}");
        assert!(report.ended_at <= stop_at, "{} is after {stop_at}", report.ended_at);
        let class = class(&report, "member-profiles");
        swept.push(class.swept_until.unwrap());
        if !class.truncated {
            break;
        }
    }
    assert!(swept.len() > 2 && swept.len() < 6, "{swept:?}");
    assert!(swept.is_sorted_by(|one, next| one < next), "every run goes on where the last one ended: {swept:?}");
    assert_eq!(world.stored().items.values().filter(|keys| !keys.is_empty()).count(), 0);
}

/// Stores that see how many readings are under way at once.
struct Wide<'a> {
    world: &'a World,
    now: AtomicUsize,
    most: AtomicUsize,
}

impl SharedRows for Wide<'_> {
    async fn detach(&self, rows: &[SharedRow]) -> Answer<Vec<Detached>> {
        self.world.detach(rows).await
    }

    async fn sources(&self, store: &str, partition: &str, rows: &[String]) -> Answer<Vec<Vec<String>>> {
        self.world.sources(store, partition, rows).await
    }
}

impl Stores for Wide<'_> {
    async fn page(
        &self,
        store: &str,
        range: &KeyRange,
        after: Option<&Record>,
        limit: Option<u16>,
        read: Read,
    ) -> Answer<Page> {
        self.most.fetch_max(self.now.fetch_add(1, SeqCst) + 1, SeqCst);
        tokio::task::yield_now().await;
        self.now.fetch_sub(1, SeqCst);
        self.world.page(store, range, after, limit, read).await
    }

    async fn erase(&self, store: &str, range: &KeyRange, records: &[Record]) -> Answer<Vec<Record>> {
        self.world.erase(store, range, records).await
    }
}

#[tokio::test]
async fn empty_hours_are_read_side_by_side_once_and_full_ones_in_their_turn() {
    let hours: Vec<String> = (0..24).map(|hour| format!("2025-01-03T{hour:02}")).collect();
    let hours: Vec<&str> = hours.iter().map(String::as_str).collect();
    // A hundred hours from the first day on, with and without a day that is full in the middle.
    for (full, readings) in [(&[][..], 300), (&hours[..], 700)] {
        let world = World::new(at("2025-01-06T00:00:00Z"), 50);
        put_hours(&world, "alder", "c1", full);
        let wide = Wide { world: &world, now: AtomicUsize::new(0), most: AtomicUsize::new(0) };
        let before = world.calls();
        let report =
            purge_periods(&world, &wide, &world, &built_in_map(), &one("member-profiles"), bounds(&world)).await;
        let profiles = class(&report, "member-profiles");
        assert_eq!(
            (report.failures(), profiles.periods, profiles.purged),
            (0, 100, 2 * u64::try_from(full.len()).unwrap())
        );
        assert_eq!(wide.most.into_inner(), 32, "sixteen hours of two shards");
        let calls = world.calls() - before;
        assert!(calls < readings, "{calls} calls");
    }
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
    assert!(members(&world).iter().all(|line| line.contains("T16")), "{map:?}");
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
