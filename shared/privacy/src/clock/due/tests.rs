use std::collections::BTreeMap;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::law::Law;

static LAW: LazyLock<Law> = LazyLock::new(|| Law::built_in().unwrap());

fn due(rule: &str, received_at: &str) -> String {
    let rule = Rule::parse(rule).unwrap();
    let due = rule.due(received_at.parse().unwrap(), LAW.holidays());
    due.map_or_else(|error| error.to_string(), |due| due.to_string())
}

#[track_caller]
fn check(cases: &[(&str, &str, &str)]) {
    for (rule, received_at, expected) in cases {
        assert_eq!(due(rule, received_at), *expected, "{rule} from {received_at}");
    }
}

#[test]
fn thirty_days_are_not_one_month() {
    check(&[
        ("months:1", "2026-01-29T12:00:00Z", "2026-02-28"),
        ("days:30", "2026-01-29T12:00:00Z", "2026-02-28"),
        ("days:30", "2026-01-30T12:00:00Z", "2026-03-01"),
        ("months:1", "2026-01-30T12:00:00Z", "2026-02-28"),
        ("min(months:1,days:30)", "2026-01-30T12:00:00Z", "2026-02-28"),
        ("months:1", "2026-07-31T12:00:00Z", "2026-08-31"),
        ("min(months:1,days:30)", "2026-07-31T12:00:00Z", "2026-08-30"),
        ("min(days:30,months:1)", "2026-07-31T12:00:00Z", "2026-08-30"),
        ("min(min(months:1,days:30),days:28)", "2026-07-31T12:00:00Z", "2026-08-28"),
    ]);
}

#[test]
fn a_date_clamps_from_its_original_day_unless_a_chain_is_asked_for() {
    check(&[
        ("months:3", "2026-01-31T12:00:00Z", "2026-04-30"),
        ("chain(months:1,months:2)", "2026-01-31T12:00:00Z", "2026-04-28"),
        ("min(months:3,chain(months:1,months:2))", "2026-01-31T12:00:00Z", "2026-04-28"),
        ("months:12", "2024-02-29T12:00:00Z", "2025-02-28"),
        ("years:1", "2024-02-29T12:00:00Z", "2025-02-28"),
        ("years:4", "2024-02-29T12:00:00Z", "2028-02-29"),
        ("chain(years:1,years:3)", "2024-02-29T12:00:00Z", "2028-02-28"),
        ("chain(months:1,bdays:2) cal:WEEKDAYS", "2026-01-31T12:00:00Z", "2026-03-03"),
        ("chain(chain(days:1,months:1),days:1)", "2026-01-30T12:00:00Z", "2026-03-01"),
    ]);
}

#[test]
fn a_last_day_on_a_day_off_rolls_only_where_the_rule_says_so() {
    check(&[
        ("months:1", "2026-03-05T12:00:00Z", "2026-04-05"),
        ("months:1 roll:none", "2026-03-05T12:00:00Z", "2026-04-05"),
        ("months:1 roll:WEEKEND", "2026-03-05T12:00:00Z", "2026-04-06"),
        ("months:1 roll:DE", "2026-03-05T12:00:00Z", "2026-04-07"),
        ("months:1 roll:EW", "2026-03-05T12:00:00Z", "2026-04-07"),
        ("months:1 roll:DE", "2026-11-25T12:00:00Z", "2026-12-28"),
        ("months:1 roll:EW", "2026-11-25T12:00:00Z", "2026-12-29"),
        ("months:1 roll:EW", "2027-11-25T12:00:00Z", "2027-12-29"),
        ("months:1 roll:EW", "2027-11-30T12:00:00Z", "2027-12-30"),
        // A day that is no day off stays, however many lie around it.
        ("days:1 roll:DE", "2026-12-23T12:00:00Z", "2026-12-24"),
    ]);
}

#[test]
fn a_pause_extends_and_the_extended_date_rolls() {
    check(&[
        ("months:1 tz:Europe/London roll:none pause_days:11", "2026-05-05T12:00:00Z", "2026-06-16"),
        ("months:1 tz:Europe/London roll:EW pause_days:11", "2026-05-05T12:00:00Z", "2026-06-16"),
        // 5 April is a Sunday: rolled first it would be 7 and then 8 April.
        ("months:1 roll:EW pause_days:1", "2026-03-05T12:00:00Z", "2026-04-07"),
        ("months:1 roll:WEEKEND pause_days:5", "2026-03-06T12:00:00Z", "2026-04-13"),
        ("min(months:1,days:30) pause_days:2", "2026-07-31T12:00:00Z", "2026-09-01"),
        ("bdays:1 pause_days:1", "2026-01-01T12:00:00Z", "2026-01-03"),
        ("months:1 pause_days:0", "2026-03-05T12:00:00Z", "2026-04-05"),
    ]);
}

#[test]
fn the_day_of_receipt_is_the_local_date_of_the_zone() {
    check(&[
        ("months:1 tz:Europe/Brussels", "2026-12-31T23:30:00Z", "2027-02-01"),
        ("months:1 tz:UTC", "2026-12-31T23:30:00Z", "2027-01-31"),
        ("days:45 tz:America/Los_Angeles", "2026-03-02T07:30:00Z", "2026-04-15"),
        ("days:45 tz:UTC", "2026-03-02T07:30:00Z", "2026-04-16"),
        ("days:30 tz:Asia/Kolkata", "2026-03-01T18:30:00Z", "2026-04-01"),
        // Clock changes move no date.
        ("days:1 tz:Europe/Brussels", "2026-03-28T22:59:59Z", "2026-03-29"),
        ("days:1 tz:Europe/Brussels", "2026-03-28T23:00:00Z", "2026-03-30"),
        ("days:1 tz:America/Los_Angeles", "2026-11-01T08:30:00Z", "2026-11-02"),
        ("days:1 tz:America/Los_Angeles", "2026-11-02T07:59:59Z", "2026-11-02"),
        ("days:1 tz:Europe/Atlantis", "2026-11-02T07:59:59Z", "unknown time zone `Europe/Atlantis`"),
    ]);
}

#[test]
fn an_anchor_takes_the_place_of_the_receipt() {
    check(&[
        ("years:7 tz:UTC anchor:2026-12-31", "2026-01-15T12:00:00Z", "2033-12-31"),
        ("days:30 tz:UTC anchor:2026-06-10", "2026-03-01T12:00:00Z", "2026-07-10"),
        // It is a date already: no zone moves it.
        ("days:1 tz:America/Los_Angeles anchor:2026-06-10", "2026-03-01T01:00:00Z", "2026-06-11"),
        ("months:1 tz:Europe/London roll:EW anchor:2026-03-05", "2026-03-01T12:00:00Z", "2026-04-07"),
    ]);
}

#[test]
fn hours_run_through_weekends_holidays_and_clock_changes() {
    check(&[
        ("hours:72", "2026-03-27T12:00:00Z", "2026-03-30T12:00:00Z"),
        ("hours:72 tz:Europe/Brussels roll:DE", "2026-04-02T12:00:00Z", "2026-04-05T12:00:00Z"),
        ("hours:24 tz:America/Los_Angeles", "2026-10-31T12:00:00.5Z", "2026-11-01T12:00:00.5Z"),
        ("chain(hours:24,hours:48)", "2026-03-27T12:00:00Z", "2026-03-30T12:00:00Z"),
        // The local date of the instant, and on from there.
        ("chain(hours:24,days:1) tz:Asia/Kolkata", "2026-03-27T20:00:00Z", "2026-03-30"),
        ("min(hours:72,days:3)", "2026-03-27T12:00:00Z", "2026-03-30T12:00:00Z"),
        ("min(hours:72,days:2)", "2026-03-27T12:00:00Z", "2026-03-29"),
        ("min(hours:72,days:2) roll:WEEKEND", "2026-03-27T12:00:00Z", "2026-03-29"),
        ("min(days:3,hours:96)", "2026-03-27T12:00:00Z", "2026-03-30"),
    ]);
}

#[test]
fn business_days_skip_weekends_and_the_holidays_of_their_calendar() {
    check(&[
        ("bdays:10 cal:US_FED", "2026-12-18T18:00:00Z", "2027-01-05"),
        ("bdays:10 cal:WEEKDAYS", "2026-12-18T18:00:00Z", "2027-01-01"),
        ("bdays:10", "2026-12-18T18:00:00Z", "2027-01-01"),
        ("bdays:10 cal:US_FED", "2026-11-20T18:00:00Z", "2026-12-07"),
        ("bdays:15 cal:US_FED", "2026-06-12T18:00:00Z", "2026-07-07"),
        ("bdays:1 cal:US_FED", "2026-07-02T18:00:00Z", "2026-07-06"),
        // From a weekend or a holiday the first business day is the next one.
        ("bdays:1 cal:US_FED", "2026-07-03T18:00:00Z", "2026-07-06"),
        ("bdays:1 cal:US_FED", "2026-07-04T18:00:00Z", "2026-07-06"),
        ("bdays:1 cal:US_FED", "2026-07-05T18:00:00Z", "2026-07-06"),
        // New Year's Day 2028 is a Saturday, observed in 2027.
        ("bdays:1 cal:US_FED", "2027-12-30T18:00:00Z", "2028-01-03"),
    ]);
}

#[test]
fn a_year_that_a_table_does_not_know_is_refused_and_named() {
    let unknown = |calendar: &str, year: i16| format!("the calendar {calendar} does not know the year {year}");
    for (rule, received_at, expected) in [
        ("days:1 roll:EW", "2027-12-30T12:00:00Z", "2027-12-31".to_owned()),
        ("days:1 roll:EW", "2027-12-31T12:00:00Z", unknown("EW", 2028)),
        ("days:1 roll:EW", "2025-12-30T12:00:00Z", unknown("EW", 2025)),
        ("days:1 roll:EW", "2025-12-31T12:00:00Z", "2026-01-02".to_owned()),
        // A weekend needs no table, but where it leads does.
        ("days:2 roll:EW", "2027-12-31T12:00:00Z", unknown("EW", 2028)),
        ("days:1 roll:DE", "2036-12-31T12:00:00Z", unknown("DE", 2037)),
        ("days:1 roll:DE", "2017-10-30T12:00:00Z", unknown("DE", 2017)),
        ("bdays:1 cal:US_FED", "2036-12-31T12:00:00Z", unknown("US_FED", 2037)),
        ("bdays:9 cal:US_FED", "2020-12-20T12:00:00Z", unknown("US_FED", 2020)),
        ("bdays:1 cal:WEEKDAYS", "2036-12-31T12:00:00Z", "2037-01-01".to_owned()),
        ("days:1 roll:WEEKEND", "2036-12-31T12:00:00Z", "2037-01-01".to_owned()),
        ("days:1", "2098-12-31T12:00:00Z", "2099-01-01".to_owned()),
    ] {
        assert_eq!(due(rule, received_at), expected, "{rule} from {received_at}");
    }
}

#[test]
fn the_end_of_the_calendar_is_an_error() {
    for rule in
        ["years:9000", "months:99999", "bdays:2", "hours:99999", "chain(years:5000,years:5000)", "days:2 roll:WEEKEND"]
    {
        assert_eq!(due(rule, "9999-12-30T12:00:00Z"), "the date lies outside the calendar", "{rule}");
    }
    assert_eq!(due("days:1 pause_days:99999", "9900-12-30T12:00:00Z"), "the date lies outside the calendar");
}

// ------------------------------------------------------------------------------------------- properties

/// Counting as one would with a wall calendar and a finger: no span arithmetic.
mod finger {
    use super::{BTreeMap, Date, Weekday};

    pub(super) fn days(mut date: Date, n: u32) -> Date {
        for _ in 0..n {
            date = date.tomorrow().unwrap();
        }
        date
    }

    pub(super) fn months(date: Date, n: u32) -> Date {
        let lengths = BTreeMap::from([(4, 30), (6, 30), (9, 30), (11, 30)]);
        let (mut year, mut month) = (date.year(), date.month());
        for _ in 0..n {
            (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
        }
        let is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        let february = if is_leap { 29 } else { 28 };
        let length = if month == 2 { february } else { lengths.get(&month).copied().unwrap_or(31) };
        Date::new(year, month, date.day().min(length)).unwrap()
    }

    pub(super) fn weekdays(mut date: Date, n: u32) -> Date {
        let mut left = n;
        while left > 0 {
            date = date.tomorrow().unwrap();
            if !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) {
                left -= 1;
            }
        }
        date
    }
}

fn any_date() -> impl Strategy<Value = Date> {
    (2021i16..=2034, 1i16..=365).prop_map(|(year, day)| {
        Date::new(year, 1, 1).unwrap().checked_add(Span::new().days(i32::from(day) - 1)).unwrap()
    })
}

/// Of 2021 to 2034.
fn any_instant() -> impl Strategy<Value = Timestamp> {
    (1_609_459_200i64..2_051_222_400).prop_map(|second| Timestamp::from_second(second).unwrap())
}

const ZONES: [&str; 5] = ["UTC", "Europe/Brussels", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Apia"];

proptest! {
    #[test]
    fn counting_agrees_with_a_finger_on_a_calendar(date in any_date(), n in 1u32..400) {
        let from = |text: String| Rule::parse(&text).unwrap().due_from(date, LAW.holidays()).unwrap();
        prop_assert_eq!(from(format!("days:{n}")), finger::days(date, n));
        prop_assert_eq!(from(format!("months:{n}")), finger::months(date, n));
        prop_assert_eq!(from(format!("years:{}", n / 12)), finger::months(date, n / 12 * 12));
        prop_assert_eq!(from(format!("bdays:{n} cal:WEEKDAYS")), finger::weekdays(date, n));
    }

    #[test]
    fn what_is_received_later_is_never_due_earlier(
        a in any_instant(),
        b in any_instant(),
        n in 1u32..200,
        zone in proptest::sample::select(ZONES.to_vec()),
        op in proptest::sample::select(vec!["days", "months", "years", "hours", "bdays"]),
    ) {
        let rule = Rule::parse(&format!("{op}:{n} tz:{zone}")).unwrap();
        let (first, second) = (a.min(b), a.max(b));
        match (rule.due(first, LAW.holidays()).unwrap(), rule.due(second, LAW.holidays()).unwrap()) {
            (Due::On(first), Due::On(second)) => prop_assert!(first <= second),
            (Due::At(first), Due::At(second)) => prop_assert!(first <= second),
            mixed => prop_assert!(false, "{mixed:?}"),
        }
    }

    #[test]
    fn business_days_and_rolled_dates_are_never_days_off(date in any_date(), n in 1u32..60) {
        let cases = [
            (format!("bdays:{n} cal:US_FED"), Some(CalendarName::UsFederal)),
            (format!("bdays:{n} cal:WEEKDAYS"), None),
            (format!("days:{n} roll:DE"), Some(CalendarName::Germany)),
            (format!("days:{n} roll:WEEKEND"), None),
        ];
        for (text, calendar) in cases {
            let due = Rule::parse(&text).unwrap().due_from(date, LAW.holidays()).unwrap();
            prop_assert!(!matches!(due.weekday(), Weekday::Saturday | Weekday::Sunday), "{} {}", text, due);
            if let Some(calendar) = calendar {
                prop_assert!(!LAW.holidays().contain(calendar, due).unwrap(), "{} {}", text, due);
            }
        }
    }

    #[test]
    fn a_roll_never_comes_earlier_and_a_strict_count_never_later(date in any_date(), n in 1u32..60) {
        let from = |text: String| Rule::parse(&text).unwrap().due_from(date, LAW.holidays()).unwrap();
        let (plain, weekend) = (from(format!("days:{n}")), from(format!("days:{n} roll:WEEKEND")));
        let german = from(format!("days:{n} roll:DE"));
        prop_assert!(plain <= weekend && weekend <= german);
        let (strict, federal) = (from(format!("bdays:{n} cal:WEEKDAYS")), from(format!("bdays:{n} cal:US_FED")));
        prop_assert!(strict <= federal);
    }
}
