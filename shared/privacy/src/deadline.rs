//! Due dates: calendar arithmetic on dates, never `now + n * 86400`.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::policy::Promise;

/// A span that leads outside the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the date lies outside the calendar")]
pub struct OutsideCalendar;

/// The last day of a promise, in the calendar of its zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueBy {
    /// The last day.
    pub date: Date,
    /// IANA name of the zone.
    pub time_zone: String,
}

impl DueBy {
    /// The last day of `promise` for something received at `received_at`: the day of receipt does not count.
    ///
    /// # Errors
    /// [`OutsideCalendar`]
    pub fn of(promise: &Promise, received_at: Timestamp) -> Result<Self, OutsideCalendar> {
        let received_on = received_at.to_zoned_datetime(TimeZone::UTC).date();
        let date = received_on.checked_add(promise.within).map_err(|_| OutsideCalendar)?;
        Ok(Self { date, time_zone: promise.time_zone.clone() })
    }

    /// The first instant after the last day.
    #[must_use]
    pub fn is_past(&self, now: Timestamp) -> bool {
        now.to_zoned_datetime(TimeZone::UTC).date() > self.date
    }

    /// Whether less than `before` is left of the promise.
    #[must_use]
    pub fn is_near(&self, before: Span, now: Timestamp) -> bool {
        let today = now.to_zoned_datetime(TimeZone::UTC).date();
        self.date.checked_sub(before).is_ok_and(|alarm_on| today >= alarm_on)
    }
}

/// The calendar of a zone, by its IANA name.
///
/// # Errors
/// [`OutsideCalendar`] when no zone is known by that name.
pub fn zone(name: &str) -> Result<TimeZone, OutsideCalendar> {
    if name == "UTC" { Ok(TimeZone::UTC) } else { TimeZone::get(name).map_err(|_| OutsideCalendar) }
}

/// The instant `span` after `at`, counted in UTC.
///
/// # Errors
/// [`OutsideCalendar`]
pub fn after(at: Timestamp, span: Span) -> Result<Timestamp, OutsideCalendar> {
    at.to_zoned_datetime(TimeZone::UTC).checked_add(span).map(|zoned| zoned.timestamp()).map_err(|_| OutsideCalendar)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_map::DataMap;
    use crate::policy::Route;

    fn due(received_at: &str) -> String {
        let map = DataMap::built_in().unwrap();
        let promise = map.promise(Route::MetaDataDeletion).unwrap();
        DueBy::of(promise, received_at.parse().unwrap()).unwrap().date.to_string()
    }

    #[test]
    fn thirty_days_are_counted_on_the_calendar() {
        let cases = [
            ("2028-01-31T12:00:00Z", "2028-03-01"),
            ("2026-12-15T12:00:00Z", "2027-01-14"),
            ("2026-01-31T23:59:59Z", "2026-03-02"),
            ("2026-11-23T00:00:00Z", "2026-12-23"),
        ];
        for (received_at, expected) in cases {
            assert_eq!(due(received_at), expected, "{received_at}");
        }
    }

    #[test]
    fn the_last_day_is_whole_and_the_alarm_rings_days_before() {
        let due = DueBy { date: "2026-12-23".parse().unwrap(), time_zone: "UTC".to_owned() };
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert!(!due.is_past(at("2026-12-23T23:59:59Z")));
        assert!(due.is_past(at("2026-12-24T00:00:00Z")));
        let before: Span = "P5D".parse().unwrap();
        assert!(!due.is_near(before, at("2026-12-17T23:59:59Z")));
        assert!(due.is_near(before, at("2026-12-18T00:00:00Z")));
    }
}
