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

/// The oldest and the newest day of which a record is there.
fn span(world: &World) -> Option<(String, String)> {
    let mut days: Vec<String> =
        lines(world, "billing").iter().map(|line| line.split('#').nth(1).unwrap().to_owned()).collect();
    days.sort_unstable();
    Some((days.first()?.clone(), days.last()?.clone()))
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
    let mut purged = 0;
    // The first years, in which nothing may go, in months; then each day.
    for today in days("2019-01-01", "2033-01-02").filter(|today| *today > day("2025-12-20") || today.day() == 1) {
        world.stored().set_now(at(&format!("{today}T00:20:00Z")));
        let report = run_with(&world, &classes, bounds(&world)).await;
        let billing = class(&report, "billing-records");
        assert_eq!((report.failures(), billing.late, billing.kept, billing.truncated), (0, 0, 0, false), "{today}");
        purged += billing.purged;
        // Seven years ago today is the last day of its records: they are there; those of the day before are not.
        let oldest = span(&world).map(|(oldest, _)| oldest);
        let last_day = |record: Date| record.checked_add("P7Y".parse::<jiff::Span>().unwrap()).unwrap();
        let expected = days("2019-01-01", "2025-12-31").find(|record| last_day(*record) >= today);
        assert_eq!(oldest, expected.map(|day| day.to_string()), "{today}");
    }
    assert_eq!((purged, span(&world)), (records, None));
}
