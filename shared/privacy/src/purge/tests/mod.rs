//! Runs over ports in memory.

mod ceilings;
mod clocks;
mod contacts;
mod cover;
mod holds;
mod own;
mod troubles;
mod years;

use super::*;
use crate::memory::{Strike, World, built_in_map};
use crate::ports::Clock;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn noon() -> Timestamp {
    at("2027-03-10T12:30:00Z")
}

/// The classes of the shipped policy that these tests look at, each from a day on.
fn classes(since: &str) -> Vec<PeriodClass> {
    classes_with(since, 1_000)
}

fn classes_with(since: &str, ceiling: u64) -> Vec<PeriodClass> {
    let mut model = built_in_map().model().clone();
    for class in model.class.values_mut() {
        if let Some(purge) = &mut class.purge {
            purge.since = since.parse().unwrap();
            purge.ceiling_per_run = ceiling;
        }
    }
    PeriodClass::all(&DataMap::new(model).unwrap()).unwrap()
}

fn bounds(world: &World) -> Bounds {
    Bounds { stop_at: world.now() + HOUR, records_max: 10_000, is_dry_run: false }
}

async fn run_with(world: &World, classes: &[PeriodClass], bounds: Bounds) -> RunReport {
    purge_periods(world, world, world, &built_in_map(), classes, bounds).await
}

/// From the day before on.
async fn run(world: &World) -> RunReport {
    run_with(world, &classes("2027-03-09"), bounds(world)).await
}

/// Hours of one connection: two profiles each, listed in the registry.
fn put_hours(world: &World, tenant: &str, connection: &str, hours: &[&str]) {
    for (number, hour) in hours.iter().enumerate() {
        world.put_item(
            "social",
            &format!("due#member-profiles#{hour}#{}", number % 2),
            &format!("{tenant}#{connection}"),
        );
        for member in ["m1", "m2"] {
            let key = format!("member#{hour}#{hour}:10:00.000Z#{member}");
            world.put_item("social", &format!("{tenant}#{connection}"), &key);
        }
    }
}

/// Due, due, not due.
const HOURS: [&str; 3] = ["2027-03-09T14", "2027-03-09T15", "2027-03-09T16"];

fn world() -> World {
    let world = World::new(noon(), 3);
    for (tenant, connection) in [("alder", "c1"), ("birch", "c2")] {
        put_hours(&world, tenant, connection, &HOURS);
        world.put_item(
            "social",
            &format!("{tenant}#{connection}"),
            "activity#2027-03-09T14#2027-03-09T14:10:00.000Z#a1",
        );
        world.put_item("social", "due#member-activity#2027-03-09T14#1", &format!("{tenant}#{connection}"));
        world.put(tenant, connection, "contact#p1#profile");
    }
    world.strike(None);
    world
}

fn lines(world: &World, store: &str) -> Vec<String> {
    let stored = world.stored();
    let of_store = stored.items.iter().filter(|((name, _), _)| name == store);
    of_store.flat_map(|((_, partition), keys)| keys.iter().map(move |key| format!("{partition} {key}"))).collect()
}

/// What is left of profiles, registry and records.
fn profiles(world: &World) -> Vec<String> {
    lines(world, "social")
        .into_iter()
        .filter(|line| line.contains("member#") || line.contains("due#member-profiles"))
        .collect()
}

/// Of these, what is not the registry: its lines stay for the second look.
fn members(world: &World) -> Vec<String> {
    profiles(world).into_iter().filter(|line| !line.starts_with("due#")).collect()
}

fn class<'a>(report: &'a RunReport, name: &str) -> &'a ClassReport {
    &report.classes[name]
}

#[tokio::test]
async fn what_is_due_goes_and_nothing_else() {
    let world = world();
    let report = run(&world).await;
    assert_eq!(report.failures(), 0, "{report:?}");
    let profiles_report = class(&report, "member-profiles");
    assert_eq!((profiles_report.purged, profiles_report.late, profiles_report.truncated), (8, 0, false));
    assert_eq!(profiles_report.swept_until, Some(at("2027-03-09T16:00:00Z")), "noon and 21 hours ago");
    assert_eq!(class(&report, "member-activity").purged, 0, "48 hours are not over");
    let left = members(&world);
    assert_eq!(left.len(), 4, "{left:?}");
    assert!(left.iter().all(|line| line.contains("2027-03-09T16")), "{left:?}");
    assert_eq!(profiles(&world).len(), 4 + 6, "every line stays for the second look");
    assert_eq!(lines(&world, "inbox").len(), 2);
    assert_eq!(lines(&world, "social").iter().filter(|line| line.contains("activity")).count(), 4);
    world.pass(HOUR);
    assert_eq!(class(&run(&world).await, "member-profiles").purged, 4);
    assert_eq!(members(&world), Vec::<String>::new());
    world.pass(DAY);
    assert_eq!(class(&run(&world).await, "member-profiles").purged, 0);
    assert_eq!(profiles(&world), Vec::<String>::new(), "the second look takes the lines");
}

#[tokio::test]
async fn a_dry_run_says_the_same_and_writes_nothing() {
    let world = world();
    let before = lines(&world, "social");
    let dry = run_with(&world, &classes("2027-03-09"), Bounds { is_dry_run: true, ..bounds(&world) }).await;
    assert_eq!(lines(&world, "social"), before);
    assert!(world.stored().purges.progress.is_empty() && world.stored().purges.last_runs.is_empty());
    assert!(!dry.is_schedule_alive, "no run was ever made");
    let done = run(&world).await;
    for (name, done) in &done.classes {
        let dry = class(&dry, name);
        assert_eq!(
            (dry.purged, dry.held, dry.kept, dry.periods),
            (done.purged, done.held, done.kept, done.periods),
            "{name}"
        );
    }
    world.pass(HOUR);
    let dry = Bounds { is_dry_run: true, ..bounds(&world) };
    assert!(run_with(&world, &classes("2027-03-09"), dry).await.is_schedule_alive);
    world.pass(HOUR * 3);
    let dry = Bounds { is_dry_run: true, ..bounds(&world) };
    assert!(!run_with(&world, &classes("2027-03-09"), dry).await.is_schedule_alive, "three hours without a run");
}

#[tokio::test]
async fn a_record_that_came_late_is_found_at_the_second_look() {
    let world = world();
    run(&world).await;
    put_hours(&world, "alder", "c1", &["2027-03-09T14"]);
    world.pass(HOUR * 2);
    let report = run(&world).await;
    assert_eq!(class(&report, "member-profiles").purged, 4, "only what has become due");
    world.pass(DAY);
    let report = run(&world).await;
    assert_eq!(class(&report, "member-profiles").purged, 2);
    assert_eq!(profiles(&world), Vec::<String>::new());
    world.pass(DAY * 2);
    run(&world).await;
    let listed = world.stored().purges.progress["member-profiles"].leftovers.len();
    assert!(listed <= 24, "only the last day is looked at again: {listed}");
}

#[tokio::test]
async fn a_record_that_nobody_knows_or_that_is_dated_otherwise_stays_and_becomes_late() {
    let world = World::new(noon(), 3);
    let partition = "billing#2020-03-01#0";
    for key in ["alder#2020-03-01T10:00:00.000Z#r1", "alder#2021-03-01T10:00:00.000Z#r2", "alder#notes", "-"] {
        world.put_item("billing", partition, key);
    }
    let classes = classes("2020-02-20");
    let report = run_with(&world, &classes, bounds(&world)).await;
    let billing = class(&report, "billing-records");
    assert_eq!((billing.purged, billing.kept, billing.late), (1, 3, 1));
    assert_eq!(lines(&world, "billing").len(), 3);
    world.stored().items.clear();
    world.pass(DAY);
    let report = run_with(&world, &classes, bounds(&world)).await;
    let billing = class(&report, "billing-records");
    assert_eq!((billing.kept, billing.late), (0, 0));
}

/// Five log records that should have gone days ago, and profiles whose 24 hours are not over.
fn backlog() -> World {
    let world = world();
    for record in 0..5 {
        world.put_item("logs", "log#2026-03-02#2", &format!("alder#2026-03-02T00:00:00.000Z#{record:05}"));
    }
    world
}

#[tokio::test]
async fn what_can_still_go_in_time_goes_before_a_backlog_and_the_rest_is_truncated() {
    let world = backlog();
    let few = Bounds { records_max: 8, ..bounds(&world) };
    let report = run_with(&world, &classes("2026-03-01"), few).await;
    assert_eq!(class(&report, "member-profiles").purged, 8, "their 24 hours end first");
    assert!(class(&report, "security-logs").truncated && class(&report, "security-logs").purged == 0);
    let without_turn = report.classes.values().filter(|class| class.truncated && class.periods == 0).count();
    assert_eq!(report.failures(), without_turn, "classes that are due and had no turn: {report:?}");
    let report = run_with(&world, &classes("2026-03-01"), bounds(&world)).await;
    assert_eq!((class(&report, "security-logs").purged, report.failures()), (5, 0));
}

#[tokio::test]
async fn of_what_is_late_the_class_of_the_shortest_time_goes_first() {
    let world = backlog();
    world.pass(DAY);
    let few = Bounds { records_max: 4, ..bounds(&world) };
    let report = run_with(&world, &classes("2026-03-01"), few).await;
    assert_eq!(class(&report, "security-logs").purged, 0);
    assert_eq!(class(&report, "member-profiles").purged, 4);
}

#[tokio::test]
async fn a_late_class_that_has_had_its_share_waits_for_the_others() {
    let world = backlog();
    world.pass(DAY);
    let few = Bounds { records_max: 8, ..bounds(&world) };
    let report = run_with(&world, &classes("2026-03-01"), few).await;
    let of = |name| class(&report, name).purged;
    assert!(of("security-logs") > 0 && of("member-profiles") > 2, "{report:?}");
}

#[tokio::test]
async fn a_run_without_time_does_nothing_and_says_so() {
    let world = world();
    let at_once = Bounds { stop_at: world.now(), ..bounds(&world) };
    let report = run_with(&world, &classes("2027-03-09"), at_once).await;
    let gone_by = ["member-profiles", "page-reports"].map(|name| class(&report, name).gone_by);
    assert_eq!(gone_by, [Some(at("2027-03-10T00:00:00Z")), None], "a day after the oldest hour; nothing is due");
    assert!(class(&report, "member-profiles").truncated && report.total(|class| class.purged) == 0);
    let truncated = report.classes.values().filter(|class| class.truncated).count();
    assert_eq!(report.failures(), truncated, "whatever is due was not swept");
    let dry = run_with(&world, &classes("2027-03-09"), Bounds { is_dry_run: true, ..at_once }).await;
    assert_eq!(dry.failures(), 0);
}

/// Whenever the run ends, a class of which something was due and nothing went fails it, also if it has passed empty days.
#[tokio::test]
async fn a_class_that_only_passed_empty_days_before_what_is_due_fails_the_run() {
    let logs: Vec<PeriodClass> =
        classes("2026-03-01").into_iter().filter(|class| class.name == "security-logs").collect();
    let cut_at = async |call: Option<u64>, is_due: bool| {
        let world = World::new(noon(), 50);
        if is_due {
            world.put_item("logs", "log#2026-03-08#2", "alder#2026-03-08T00:00:00.000Z#r1");
        }
        world.strike(None);
        if let Some(call) = call {
            world.interrupt(call, |stored| stored.set_now(noon() + HOUR));
        }
        let report = run_with(&world, &logs, bounds(&world)).await;
        (class(&report, "security-logs").clone(), report.failures(), world.calls())
    };
    let mut after_empty_days = 0;
    for is_due in [true, false] {
        for call in 1..=cut_at(None, is_due).await.2 {
            let (class, failures, _) = cut_at(Some(call), is_due).await;
            let went = class.purged > 0 || !class.truncated;
            let came_on = class.periods > 0 && class.counted == 0;
            assert_eq!(failures, usize::from(!went && !came_on), "{call}: {class:?}");
            after_empty_days += u32::from(!went && class.periods > 0 && class.counted > 0);
        }
    }
    assert!(after_empty_days > 0, "no run ended between the empty days and the record");
}

#[tokio::test]
async fn a_connection_that_was_erased_leaves_only_its_lines_in_the_registry_and_they_go_with_their_hour() {
    let world = world();
    world.stored().items.remove(&("social".to_owned(), "alder#c1".to_owned()));
    let report = run(&world).await;
    assert_eq!((report.failures(), class(&report, "member-profiles").purged), (0, 4));
    assert!(members(&world).iter().all(|line| line.contains("2027-03-09T16")));
    world.pass(DAY);
    run(&world).await;
    assert!(profiles(&world).iter().all(|line| line.contains("2027-03-09T16")), "a day after it was due");
}

#[tokio::test]
async fn a_report_is_stored_once_under_its_instant() {
    let world = world();
    let report = run(&world).await;
    let first = store_report(&world, &report).await.unwrap();
    assert_eq!(first, "sweeps/2027-03-10/2027-03-10T12:30:00.000Z.json");
    assert_eq!(store_report(&world, &report).await.unwrap(), "sweeps/2027-03-10/2027-03-10T12:30:00.000Z-1.json");
    let stored = world.stored().purges.reports[&first].clone();
    assert!(stored.contains("\"purged\":8") && !stored.contains("alder"), "{stored}");
}

#[tokio::test]
async fn a_dry_run_ends_where_a_run_would() {
    for is_dry_run in [true, false] {
        let world = world();
        let bounds = Bounds { records_max: 2, is_dry_run, ..bounds(&world) };
        let report = run_with(&world, &classes("2027-03-09"), bounds).await;
        let planned = class(&report, "member-profiles");
        assert_eq!((planned.purged, planned.truncated), (2, true), "dry: {is_dry_run}");
    }
}

/// A registry lists connections; where their records stand, the policy file says.
#[tokio::test]
async fn another_company_s_connections_stand_where_its_policy_says() {
    let world = World::new(noon(), 3);
    let partition = "social#alder#c1";
    world.put_item("social", "due#member-profiles#2027-03-09T14#1", "alder#c1");
    for hour in ["2027-03-09T14", "2027-03-09T16"] {
        world.put_item("social", partition, &format!("member#{hour}#{hour}:10:00.000Z#m1"));
    }
    world.strike(None);
    let mut model = built_in_map().model().clone();
    let social = model.store.get_mut("social").unwrap();
    social.connection.as_mut().unwrap().partition = Some("social#{tenant}#{connection}".to_owned());
    let map = DataMap::new(model).unwrap();
    for purged in [1, 0] {
        let report = purge_periods(&world, &world, &world, &map, &classes("2027-03-09"), bounds(&world)).await;
        assert_eq!((report.failures(), class(&report, "member-profiles").purged), (0, purged), "{report:?}");
        let unlisted = format!("{partition} member#2027-03-09T16#2027-03-09T16:10:00.000Z#m1");
        assert_eq!(members(&world), [unlisted]);
        world.pass(DAY);
    }
    assert_eq!(lines(&world, "social"), members(&world), "its line is gone at the second look");
}
