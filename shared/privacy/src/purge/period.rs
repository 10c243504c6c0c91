//! One hour, day or month, counted in UTC: no clock change moves it, and no tenant has another one.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::policy::period::Unit;

/// One hour, day or month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    unit: Unit,
    start: DateTime,
}

impl Period {
    /// The period that an instant falls into.
    #[must_use]
    pub fn containing(unit: Unit, at: Timestamp) -> Self {
        let at = TimeZone::UTC.to_datetime(at);
        let date = at.date();
        let start = match unit {
            Unit::Hour => date.at(at.hour(), 0, 0, 0),
            Unit::Day => date.at(0, 0, 0, 0),
            Unit::Month => date.first_of_month().at(0, 0, 0, 0),
        };
        Self { unit, start }
    }

    /// The one after it; `None` at the end of the calendar.
    #[must_use]
    pub fn next(&self) -> Option<Self> {
        let step = match self.unit {
            Unit::Hour => Span::new().hours(1),
            Unit::Day => Span::new().days(1),
            Unit::Month => Span::new().months(1),
        };
        self.start.checked_add(step).ok().map(|start| Self { unit: self.unit, start })
    }

    /// The one before it; `None` at the beginning of the calendar.
    #[must_use]
    pub fn previous(&self) -> Option<Self> {
        let step = match self.unit {
            Unit::Hour => Span::new().hours(1),
            Unit::Day => Span::new().days(1),
            Unit::Month => Span::new().months(1),
        };
        self.start.checked_sub(step).ok().map(|start| Self { unit: self.unit, start })
    }

    /// As it stands in keys; text order is time order.
    #[must_use]
    pub fn text(&self) -> String {
        let date = self.start.date();
        match self.unit {
            Unit::Hour => format!("{date}T{:02}", self.start.hour()),
            Unit::Day => date.to_string(),
            Unit::Month => format!("{:04}-{:02}", date.year(), date.month()),
        }
    }

    /// Its first instant.
    #[must_use]
    pub fn starts_at(&self) -> Option<Timestamp> {
        TimeZone::UTC.to_timestamp(self.start).ok()
    }

    /// The first instant after it.
    #[must_use]
    pub fn ends_at(&self) -> Option<Timestamp> {
        self.next().and_then(|next| next.starts_at())
    }

    /// The day of its oldest record.
    #[must_use]
    pub fn first_day(&self) -> Date {
        self.start.date()
    }

    /// The day of its newest record.
    #[must_use]
    pub fn last_day(&self) -> Date {
        match self.unit {
            Unit::Hour | Unit::Day => self.start.date(),
            Unit::Month => self.start.date().last_of_month(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_counted_in_utc_and_names_its_keys() {
        let cases = [
            (Unit::Hour, "2026-03-29T01:59:59.999Z", "2026-03-29T01", "2026-03-29T02:00:00Z"),
            (Unit::Hour, "2026-12-31T23:00:00Z", "2026-12-31T23", "2027-01-01T00:00:00Z"),
            (Unit::Day, "2028-02-29T12:00:00Z", "2028-02-29", "2028-03-01T00:00:00Z"),
            // Days on which the clocks change elsewhere have 24 hours here.
            (Unit::Day, "2026-10-25T23:59:59Z", "2026-10-25", "2026-10-26T00:00:00Z"),
            (Unit::Month, "2026-02-28T23:59:59Z", "2026-02", "2026-03-01T00:00:00Z"),
        ];
        for (unit, at, text, ends_at) in cases {
            let period = Period::containing(unit, at.parse().unwrap());
            assert_eq!((period.text().as_str(), period.ends_at().unwrap()), (text, ends_at.parse().unwrap()), "{at}");
            assert_eq!(period.next().unwrap().starts_at(), period.ends_at(), "{at}");
        }
    }
}
