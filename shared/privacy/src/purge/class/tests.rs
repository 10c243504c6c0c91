use super::*;
use crate::memory::built_in_map;

fn class(name: &str) -> PeriodClass {
    let classes = PeriodClass::all(&built_in_map()).unwrap();
    classes.into_iter().find(|class| class.name == name).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The class, an instant in the period, and from when on it is due, late, and to be gone.
fn check(class: &PeriodClass, cases: &[[&str; 4]]) {
    for [instant, due_at, late_at, gone_by] in cases {
        let period = class.period(at(instant));
        let found = [class.due_at(&period), class.late_at(&period), class.gone_by(&period)];
        assert_eq!(found.map(Option::unwrap), [at(due_at), at(late_at), at(gone_by)], "{instant}");
    }
}

#[test]
fn billing_stays_its_seven_years_and_goes_the_day_after() {
    check(
        &class("billing-records"),
        &[
            ["2019-06-15T23:59:59Z", "2026-06-16T00:00:00Z", "2026-06-18T00:00:00Z", "2026-06-16T00:00:00Z"],
            // February 29 clamps to the 28th, and goes on March 1.
            ["2024-02-29T12:00:00Z", "2031-03-01T00:00:00Z", "2031-03-03T00:00:00Z", "2031-03-01T00:00:00Z"],
            ["2025-02-28T12:00:00Z", "2032-02-29T00:00:00Z", "2032-03-02T00:00:00Z", "2032-02-29T00:00:00Z"],
            ["2019-12-31T12:00:00Z", "2027-01-01T00:00:00Z", "2027-01-03T00:00:00Z", "2027-01-01T00:00:00Z"],
        ],
    );
}

#[test]
fn logs_go_after_twelve_calendar_months_and_not_after_365_days() {
    check(
        &class("security-logs"),
        &[
            // A leap day lies between.
            ["2027-03-01T00:00:00Z", "2028-03-01T00:00:00Z", "2028-03-01T12:00:00Z", "2028-03-02T00:00:00Z"],
            ["2026-03-01T00:00:00Z", "2027-03-01T00:00:00Z", "2027-03-01T12:00:00Z", "2027-03-02T00:00:00Z"],
            ["2028-02-29T23:00:00Z", "2029-02-28T00:00:00Z", "2029-02-28T12:00:00Z", "2029-03-01T00:00:00Z"],
        ],
    );
}

#[test]
fn what_a_platform_limits_goes_before_its_oldest_record_meets_the_limit() {
    check(
        &class("member-profiles"),
        &[["2026-03-10T05:59:59Z", "2026-03-11T02:00:00Z", "2026-03-11T03:00:00Z", "2026-03-11T05:00:00Z"]],
    );
    check(
        &class("member-activity"),
        // The night in which clocks go forward in Europe is 24 hours of UTC like any other.
        &[["2026-03-28T05:00:00Z", "2026-03-30T02:00:00Z", "2026-03-30T03:00:00Z", "2026-03-30T05:00:00Z"]],
    );
    for class in ["organisation-activity", "page-reports"].map(class) {
        let period = class.period(at("2026-03-10T00:00:00Z"));
        let limit = class.purge.platform_limit.as_ref().unwrap().at_most;
        let oldest_at_limit = add(period.starts_at().unwrap(), limit).unwrap();
        assert!(class.late_at(&period).unwrap() <= oldest_at_limit, "{}", class.name);
    }
}

/// What the runbook of late periods says: an alarm rings with the next run, an hour after its time at the latest.
#[test]
fn when_the_alarm_rings_there_is_time_left_to_purge_by_hand() {
    for (name, hours) in [
        ("member-profiles", 1),
        ("member-activity", 1),
        ("organisation-activity", 11),
        ("page-reports", 23),
        ("security-logs", 11),
    ] {
        let class = class(name);
        let left = ["2026-03-10T05:00:00Z", "2026-01-31T00:00:00Z", "2028-02-29T23:00:00Z"].map(|instant| {
            let period = class.period(at(instant));
            let rings_at = add(class.late_at(&period).unwrap(), crate::policy::period::between_runs()).unwrap();
            class.must_be_gone_by(&period).unwrap().duration_since(rings_at).as_hours()
        });
        assert_eq!(left.iter().min(), Some(&hours), "{name}: {left:?}");
    }
    let billing = class("billing-records");
    let period = billing.period(at("2026-03-10T05:00:00Z"));
    assert_eq!(billing.must_be_gone_by(&period), billing.due_at(&period), "no later, and no earlier");
}

/// An event that is written down after midnight stands under the next day. Whatever is begun a period or more before its last day is
/// begun before the last day of that event is over, too; what has no lead is not.
#[test]
fn what_is_filed_one_period_late_still_goes_in_time_where_there_is_a_lead() {
    for class in PeriodClass::all(&built_in_map()).unwrap() {
        let own = class.period(at("2027-03-01T23:59:59.999Z"));
        let filed = own.next().unwrap();
        let is_in_time = class.due_at(&filed).unwrap() <= class.gone_by(&own).unwrap();
        assert_eq!(is_in_time, class.name != "billing-records", "{}", class.name);
    }
}

/// Validation asks for hours; whatever is written, an hour is never counted by days.
#[test]
fn an_hour_goes_to_the_hour_however_its_ceiling_is_written() {
    let mut class = class("member-profiles");
    for (ceiling, gone_by) in [("P1D", "2026-03-11T00:00:00Z"), ("P1DT12H", "2026-03-11T12:00:00Z")] {
        class.ceiling = Some(ceiling.parse().unwrap());
        let hour = class.period(at("2026-03-10T00:30:00Z"));
        assert_eq!(class.gone_by(&hour), Some(at(gone_by)), "{ceiling}");
        assert_eq!(class.due_at(&hour), Some(at(gone_by) - jiff::SignedDuration::from_hours(3)), "{ceiling}");
    }
}

#[test]
fn a_fiscal_year_counts_from_its_end() {
    let mut class = class("billing-records");
    for (ends, recorded, due_at) in [
        ((12, 31), "2019-01-15", "2027-01-01"),
        ((12, 31), "2019-12-31", "2027-01-01"),
        ((3, 31), "2019-03-31", "2026-04-01"),
        ((3, 31), "2019-04-01", "2027-04-01"),
        ((2, 29), "2023-02-28", "2030-03-01"),
        ((2, 29), "2024-02-29", "2031-03-01"),
        ((2, 29), "2023-03-01", "2031-03-01"),
    ] {
        class.anchor = Anchor::FiscalYearEnd { month: ends.0, day: ends.1 };
        let period = class.period(at(&format!("{recorded}T12:00:00Z")));
        assert_eq!(class.due_at(&period).unwrap(), at(&format!("{due_at}T00:00:00Z")), "{ends:?} {recorded}");
    }
}

#[test]
fn a_month_keeps_its_newest_and_drops_its_oldest_in_time() {
    let mut class = class("billing-records");
    class.unit = Unit::Month;
    let month = class.period(at("2019-02-10T00:00:00Z"));
    assert_eq!(class.due_at(&month).unwrap(), at("2026-03-01T00:00:00Z"), "a floor waits for the last day");
    class.floor = None;
    class.purge.lead = "P2D".parse().unwrap();
    assert_eq!(class.gone_by(&month).unwrap(), at("2026-02-02T00:00:00Z"), "a ceiling is that of the first day");
    assert_eq!(class.due_at(&month).unwrap(), at("2026-01-31T00:00:00Z"));
}

#[test]
fn nothing_goes_before_its_period_is_over() {
    let mut class = class("member-profiles");
    class.purge.lead = "P2D".parse().unwrap();
    let hour = class.period(at("2026-03-10T05:30:00Z"));
    assert_eq!(class.due_at(&hour), hour.ends_at());
}

#[test]
fn every_period_is_found_by_keys_that_its_date_gives() {
    let partitions = |name: &str| {
        let class = class(name);
        let ranges = class.partitions(&class.period(at("2026-03-10T05:30:00Z")));
        let partition = |range: KeyRange| match range {
            KeyRange::Table { partition, .. } => partition,
            KeyRange::Bucket { prefix } => prefix,
        };
        ranges.into_iter().map(partition).collect::<Vec<_>>()
    };
    assert_eq!(partitions("billing-records"), ["billing#2026-03-10#0", "billing#2026-03-10#1"]);
    assert_eq!(
        partitions("member-profiles"),
        ["due#member-profiles#2026-03-10T05#0", "due#member-profiles#2026-03-10T05#1"]
    );
    assert_eq!(partitions("page-reports"), ["due#page-reports#2026-03-10#0", "due#page-reports#2026-03-10#1"]);
}
