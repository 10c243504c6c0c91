//! Seven years of billing, day by day.

use jiff::civil::Date;

use super::*;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn days(from: &str, to: &str) -> impl Iterator<Item = Date> + use<> {
    let (from, to) = (day(from), day(to));
    std::iter::successors(Some(from), |day| day.tomorrow().ok()).take_while(move |day| *day <= to)
}

/// The oldest day of which a record is there.
fn oldest(world: &World) -> Option<Date> {
    let stored = world.stored();
    let is_there = |((store, _), keys): &(&(String, String), &std::collections::BTreeSet<String>)| {
        store == "billing" && !keys.is_empty()
    };
    let (_, partition) = stored.items.iter().find(is_there)?.0;
    partition.split('#').nth(1).map(day)
}

#[tokio::test]
async fn every_record_of_seven_years_goes_on_the_day_after_its_last_and_on_no_other() {
    let world = World::new(at("2019-01-01T00:20:00Z"), 50);
    let classes: Vec<PeriodClass> =
        classes("2019-01-01").into_iter().filter(|class| class.name == "billing-records").collect();
    let mut records = 0_u64;
    for today in days("2019-01-01", "2025-12-31") {
        for tenant in ["alder", "birch"] {
            let key = format!("{tenant}#{today}T09:00:00.000Z#r1");
            world.put_item("billing", &format!("billing#{today}#{}", records % 2), &key);
            records += 1;
        }
    }
    let (mut purged, mut expected) = (0, day("2019-01-01"));
    // The first years, in which nothing may go, in months; then each day.
    for today in days("2019-01-01", "2033-01-02").filter(|today| *today > day("2025-12-20") || today.day() == 1) {
        world.stored().set_now(at(&format!("{today}T00:20:00Z")));
        let report = run_with(&world, &classes, bounds(&world)).await;
        let billing = class(&report, "billing-records");
        assert_eq!((report.failures(), billing.late, billing.kept, billing.truncated), (0, 0, 0, false), "{today}");
        purged += billing.purged;
        world.stored().items.retain(|_, keys| !keys.is_empty());
        // On the last day of a record, seven years after its own, it is there; the day after it is not.
        while expected.checked_add(jiff::Span::new().years(7)).unwrap() < today {
            expected = expected.tomorrow().unwrap();
        }
        let left = Some(expected).filter(|expected| *expected <= day("2025-12-31"));
        assert_eq!(oldest(&world), left, "{today}");
    }
    assert_eq!((purged, oldest(&world)), (records, None));
}
