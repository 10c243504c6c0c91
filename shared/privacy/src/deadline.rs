//! Due dates: calendar arithmetic on dates, never `now + n * 86400`.

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{Span, Timestamp};

use crate::clock::zone::{self, UnknownZone};
use crate::policy::Counted;

/// A span that leads outside the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the date lies outside the calendar")]
pub struct OutsideCalendar;

/// Why a promise has no last day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoDueDate {
    /// Its zone.
    #[error(transparent)]
    Zone(#[from] UnknownZone),
    /// Its span.
    #[error(transparent)]
    Span(#[from] OutsideCalendar),
}

/// The last day of a promise, in the calendar of its zone.
///
/// A zone other than UTC needs the feature `zones`. Where a stored zone is not known (a row written by a
/// function with the feature, read by one without), the day is judged by the first zone on earth to see it:
/// an alarm then comes hours early, never late.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueBy {
    /// The last day.
    pub date: Date,
    /// IANA name of the zone.
    pub time_zone: String,
}

impl DueBy {
    /// The last day of a promise for something received at `received_at`: the day of receipt does not count.
    ///
    /// # Errors
    /// [`NoDueDate`]
    pub fn of(counted: &Counted, received_at: Timestamp) -> Result<Self, NoDueDate> {
        let received_on = zone::local_date(received_at, &zone::find(&counted.time_zone)?);
        let date = received_on.checked_add(counted.within).map_err(|_| OutsideCalendar)?;
        Ok(Self { date, time_zone: counted.time_zone.clone() })
    }

    /// The last instant that counts: 23:59:59 of the day in its zone.
    ///
    /// # Errors
    /// [`NoDueDate`]
    pub fn at(&self) -> Result<Timestamp, NoDueDate> {
        let zone = zone::find(&self.time_zone)?;
        Ok(zone::last_second(self.date, &zone).ok_or(OutsideCalendar)?)
    }

    /// Whether the last day is over.
    #[must_use]
    pub fn is_past(&self, now: Timestamp) -> bool {
        self.today(now) > self.date
    }

    /// Whether less than `before` is left of the promise.
    #[must_use]
    pub fn is_near(&self, before: Span, now: Timestamp) -> bool {
        self.date.checked_sub(before).is_ok_and(|alarm_on| self.today(now) >= alarm_on)
    }

    /// Whole days until the last day, as a calendar in its zone counts them: 0 on that day, until its end; negative after it.
    #[must_use]
    pub fn days_left(&self, now: Timestamp) -> i64 {
        self.date.duration_since(self.today(now)).as_hours() / 24
    }

    fn today(&self, now: Timestamp) -> Date {
        let zone = zone::find(&self.time_zone).unwrap_or_else(|_| TimeZone::fixed(EARLIEST));
        zone::local_date(now, &zone)
    }
}

/// Where a day begins first.
const EARLIEST: Offset = Offset::constant(14);

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
        let promise = map.counted(Route::MetaDataDeletion).unwrap();
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

    #[test]
    fn a_day_ends_when_it_ends_in_its_zone() {
        let cases = [
            ("UTC", "2026-12-23T23:59:59Z"),
            ("America/Los_Angeles", "2026-12-24T07:59:59Z"),
            ("Asia/Kolkata", "2026-12-23T18:29:59Z"),
        ];
        for (name, last) in cases {
            let due = DueBy { date: "2026-12-23".parse().unwrap(), time_zone: name.to_owned() };
            let last: Timestamp = last.parse().unwrap();
            let next = last + Span::new().seconds(1);
            assert_eq!(due.at(), Ok(last), "{name}");
            assert_eq!((due.is_past(last), due.is_past(next)), (false, true), "{name}");
            let day = Span::new().days(1);
            let (before, first) = (last - Span::new().hours(48), last - Span::new().hours(48) + Span::new().seconds(1));
            assert_eq!((due.is_near(day, before), due.is_near(day, first)), (false, true), "{name}");
        }
    }

    #[test]
    fn in_a_zone_that_is_not_known_no_alarm_is_late() {
        let due = DueBy { date: "2026-12-23".parse().unwrap(), time_zone: "Mars/Olympus".to_owned() };
        assert_eq!(due.at(), Err(NoDueDate::Zone(UnknownZone("Mars/Olympus".to_owned()))));
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert!(!due.is_past(at("2026-12-23T09:59:59Z")));
        assert!(due.is_past(at("2026-12-23T10:00:00Z")));
    }

    #[test]
    fn a_promise_counts_in_its_zone() {
        let map = DataMap::built_in().unwrap();
        let mut promise = map.counted(Route::MetaDataDeletion).unwrap().clone();
        // Still the evening before in Los Angeles.
        let received_at: Timestamp = "2026-03-01T07:00:00Z".parse().unwrap();
        for (name, expected) in [("UTC", "2026-03-31"), ("America/Los_Angeles", "2026-03-30")] {
            promise.time_zone = name.to_owned();
            assert_eq!(DueBy::of(&promise, received_at).unwrap().date.to_string(), expected, "{name}");
        }
        promise.time_zone = "Nowhere".to_owned();
        assert_eq!(DueBy::of(&promise, received_at), Err(NoDueDate::Zone(UnknownZone("Nowhere".to_owned()))));
    }
}
