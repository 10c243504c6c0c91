//! Time zones by name. UTC is always there; every other zone needs the feature `zones`, which bundles the
//! IANA database (some hundred kilobytes), so that a function which counts in UTC does not carry it.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};

/// No zone of this name, or a build without the zone database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown time zone `{0}`")]
pub struct UnknownZone(pub String);

/// The zone of an IANA name.
///
/// # Errors
/// [`UnknownZone`]
pub fn find(name: &str) -> Result<TimeZone, UnknownZone> {
    find_in(jiff::tz::db(), name)
}

fn find_in(zones: &TimeZoneDatabase, name: &str) -> Result<TimeZone, UnknownZone> {
    if name == "UTC" {
        return Ok(TimeZone::UTC);
    }
    // `Etc/Unknown` would count as UTC: a guess.
    let found = zones.get(name).ok().filter(|zone| !zone.is_unknown());
    found.ok_or_else(|| UnknownZone(name.to_owned()))
}

/// The date that a calendar on the wall shows.
#[must_use]
pub fn local_date(at: Timestamp, zone: &TimeZone) -> Date {
    at.to_zoned_datetime(zone.clone()).date()
}

/// 23:59:59 of a date; the first one where a clock change gives it twice. `None` at the end of the calendar.
#[must_use]
pub fn last_second(date: Date, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_timestamp(date.at(23, 59, 59, 0)).ok()
}

/// The first instant of a date. `None` at the end of the calendar.
#[must_use]
pub fn first_instant(date: Date, zone: &TimeZone) -> Option<Timestamp> {
    date.to_zoned_datetime(zone.clone()).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utc_needs_no_database_and_every_other_zone_does() {
        let none = TimeZoneDatabase::none();
        assert_eq!(find_in(&none, "UTC"), Ok(TimeZone::UTC));
        assert_eq!(find_in(&none, "Europe/Brussels"), Err(UnknownZone("Europe/Brussels".to_owned())));
    }

    #[test]
    fn a_zone_that_does_not_exist_is_an_error() {
        for name in ["", "Europe/Atlantis", "Etc/Unknown", "UTC+1", "../etc/passwd"] {
            assert_eq!(find(name), Err(UnknownZone(name.to_owned())), "{name}");
        }
        assert!(find("Asia/Kolkata").is_ok());
    }

    #[test]
    fn a_day_has_its_first_and_its_last_moment_where_the_clocks_change() {
        let cases = [
            ("Europe/Brussels", "2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z"),
            ("Europe/Brussels", "2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T22:59:59Z"),
            ("America/Los_Angeles", "2026-02-15", "2026-02-15T08:00:00Z", "2026-02-16T07:59:59Z"),
            // Midnight did not exist on this day: the clocks went from 24:00 to 01:00.
            ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", "2018-11-05T01:59:59Z"),
            // 23:00 to 24:00 came twice; the first one counts.
            ("America/Sao_Paulo", "2018-02-17", "2018-02-17T02:00:00Z", "2018-02-18T01:59:59Z"),
        ];
        for (name, date, first, last) in cases {
            let (zone, date) = (find(name).unwrap(), date.parse().unwrap());
            assert_eq!(first_instant(date, &zone).unwrap().to_string(), first, "{name} {date}");
            assert_eq!(last_second(date, &zone).unwrap().to_string(), last, "{name} {date}");
        }
    }
}
