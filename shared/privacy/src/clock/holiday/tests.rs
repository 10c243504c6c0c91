use super::*;
use crate::law::Law;

fn of_year(calendar: CalendarName, year: i16) -> Vec<String> {
    let law = Law::built_in().unwrap();
    law.holidays().of_year(calendar, year).map(|date| date.strftime("%m-%d").to_string()).collect()
}

#[test]
fn the_tables_are_what_their_governments_publish() {
    use CalendarName::{EnglandWales, Germany, UsFederal};
    let cases: &[(CalendarName, i16, &[&str])] = &[
        // 2021 ends with New Year's Day of 2022, which is a Saturday; 2022 has none of its own.
        (
            UsFederal,
            2021,
            &[
                "01-01", "01-18", "02-15", "05-31", "06-18", "07-05", "09-06", "10-11", "11-11", "11-25", "12-24",
                "12-31",
            ],
        ),
        (UsFederal, 2022, &["01-17", "02-21", "05-30", "06-20", "07-04", "09-05", "10-10", "11-11", "11-24", "12-26"]),
        (
            UsFederal,
            2026,
            &["01-01", "01-19", "02-16", "05-25", "06-19", "07-03", "09-07", "10-12", "11-11", "11-26", "12-25"],
        ),
        (
            UsFederal,
            2027,
            &[
                "01-01", "01-18", "02-15", "05-31", "06-18", "07-05", "09-06", "10-11", "11-11", "11-25", "12-24",
                "12-31",
            ],
        ),
        (EnglandWales, 2026, &["01-01", "04-03", "04-06", "05-04", "05-25", "08-31", "12-25", "12-28"]),
        (EnglandWales, 2027, &["01-01", "03-26", "03-29", "05-03", "05-31", "08-30", "12-27", "12-28"]),
        (EnglandWales, 2028, &[]),
        (Germany, 2026, &["01-01", "04-03", "04-06", "05-01", "05-14", "05-25", "10-03", "12-25", "12-26"]),
        (Germany, 2027, &["01-01", "03-26", "03-29", "05-01", "05-06", "05-17", "10-03", "12-25", "12-26"]),
    ];
    for (calendar, year, expected) in cases {
        assert_eq!(of_year(*calendar, *year), *expected, "{calendar:?} {year}");
    }
}

#[test]
fn easter_is_where_the_church_has_it() {
    for date in [
        "2018-04-01",
        "2019-04-21",
        "2024-03-31",
        "2025-04-20",
        "2026-04-05",
        "2027-03-28",
        "2028-04-16",
        "2035-03-25",
        "2036-04-13",
        "2038-04-25",
        "1818-03-22",
        "2000-04-23",
        "1954-04-18",
        "1981-04-19",
    ] {
        let date: Date = date.parse().unwrap();
        assert_eq!(easter_sunday(date.year()), Some(date));
    }
}

/// By the moon's age and the number of the Sunday (Oudin 1940), another algorithm than the one in use.
fn easter_by_the_moon(year: i32) -> (i32, i32) {
    let (golden, century) = (year % 19, year / 100);
    let age = (century - century / 4 - (8 * century + 13) / 25 + 19 * golden + 15) % 30;
    let full = age - (age / 28) * (1 - (29 / (age + 1)) * ((21 - golden) / 11));
    let sunday = full - (year + year / 4 + full + 2 - century + century / 4) % 7;
    let month = 3 + (sunday + 40) / 44;
    (month, sunday + 28 - 31 * (month / 4))
}

#[test]
fn easter_of_every_year_agrees_with_the_moon() {
    for year in 1583i16..=4099 {
        let found = easter_sunday(year).unwrap();
        assert_eq!((i32::from(found.month()), i32::from(found.day())), easter_by_the_moon(year.into()), "{year}");
    }
}

#[test]
fn every_known_year_has_its_holidays_and_every_other_is_refused() {
    let law = Law::built_in().unwrap();
    for name in CalendarName::ALL {
        let calendar = &law.model().calendar[&name];
        for year in calendar.first_year..=calendar.last_year {
            let count = law.holidays().of_year(name, year).count();
            assert!((8..=12).contains(&count), "{} {year} has {count}", name.as_str());
        }
        for year in [calendar.first_year - 1, calendar.last_year + 1] {
            let unknown = UnknownYear { calendar: name.as_str(), year };
            assert_eq!(law.holidays().contain(name, Date::new(year, 6, 1).unwrap()), Err(unknown));
        }
    }
}

#[test]
fn federal_holidays_are_observed_from_monday_to_friday() {
    let law = Law::built_in().unwrap();
    for year in 2021..=2036 {
        for date in law.holidays().of_year(CalendarName::UsFederal, year) {
            assert!(!matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday), "{date}");
        }
    }
}

#[test]
fn new_years_day_is_observed_in_the_last_year_of_a_table_too() {
    let mut federal = Law::built_in().unwrap().model().calendar[&CalendarName::UsFederal].clone();
    federal.last_year = 2021;
    let days = table(&federal).unwrap().days;
    assert_eq!(days.last().unwrap().to_string(), "2021-12-31");
}
