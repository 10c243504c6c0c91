//! Counting: from an instant of receipt to a date or an instant.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::holiday::{CalendarName, Holidays, UnknownYear};
use super::rule::{BusinessCalendar, Op, Roll, Rule};
use super::zone::{self, UnknownZone};

/// Why a rule leads to no date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClockError {
    /// The rule's zone.
    #[error(transparent)]
    Zone(#[from] UnknownZone),
    /// A holiday table ends before the date.
    #[error(transparent)]
    Year(#[from] UnknownYear),
    /// Years beyond 9999.
    #[error("the date lies outside the calendar")]
    OutsideCalendar,
    /// A rule of hours was asked to start at a date.
    #[error("hours count from an instant, not from a date")]
    HoursFromADate,
}

/// Where a rule leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// The last day: until 23:59:59 in the rule's zone.
    On(Date),
    /// The last instant: a rule of hours.
    At(Timestamp),
}

/// `2026-04-05`, or `2026-03-30T12:00:00Z`.
impl std::fmt::Display for Due {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::On(date) => write!(f, "{date}"),
            Self::At(instant) => write!(f, "{instant}"),
        }
    }
}

struct Count<'a> {
    zone: TimeZone,
    calendar: Option<CalendarName>,
    holidays: &'a Holidays,
}

impl Rule {
    /// What is due for something received at `received_at`.
    ///
    /// The start is the local date in the rule's zone (UTC when it names none), or the rule's anchor. That day
    /// does not count. Then the pause is added, then a date on a day off rolls. Law: Regulation 1182/71 art. 3.
    /// Hours run through: they are neither paused nor rolled (art. 3(4) leaves periods of hours out).
    ///
    /// # Errors
    /// [`ClockError`]
    pub fn due(&self, received_at: Timestamp, holidays: &Holidays) -> Result<Due, ClockError> {
        self.count(self.anchor.map_or(Due::At(received_at), Due::On), holidays)
    }

    /// The last day when the day of the event is known. The rule's own anchor goes first.
    ///
    /// # Errors
    /// [`ClockError`]
    pub fn due_from(&self, date: Date, holidays: &Holidays) -> Result<Date, ClockError> {
        match self.count(Due::On(self.anchor.unwrap_or(date)), holidays)? {
            Due::On(date) => Ok(date),
            Due::At(_) => Err(ClockError::HoursFromADate),
        }
    }

    fn count(&self, start: Due, holidays: &Holidays) -> Result<Due, ClockError> {
        let calendar = self.calendar.unwrap_or(BusinessCalendar::Weekdays).holidays();
        let count = Count { zone: zone::find(self.time_zone().unwrap_or("UTC"))?, calendar, holidays };
        match count.from(&self.op, start)? {
            Due::On(date) => {
                let date = add(date, Span::new().try_days(self.pause_days.unwrap_or(0)))?;
                if self.op.has_hours() {
                    return Ok(Due::On(date));
                }
                roll(date, self.roll.unwrap_or(Roll::None), holidays).map(Due::On)
            }
            Due::At(instant) => Ok(Due::At(instant)),
        }
    }
}

impl Count<'_> {
    fn from(&self, op: &Op, start: Due) -> Result<Due, ClockError> {
        let date = match start {
            Due::On(date) => date,
            Due::At(instant) => zone::local_date(instant, &self.zone),
        };
        match op {
            Op::Months(n) => add(date, Span::new().try_months(*n)).map(Due::On),
            Op::Days(n) => add(date, Span::new().try_days(*n)).map(Due::On),
            Op::Years(n) => add(date, Span::new().try_years(*n)).map(Due::On),
            Op::BusinessDays(n) => self.business_days(date, *n).map(Due::On),
            Op::Hours(n) => match start {
                Due::On(_) => Err(ClockError::HoursFromADate),
                Due::At(instant) => {
                    let span = Span::new().try_hours(*n).map_err(|_| ClockError::OutsideCalendar)?;
                    instant.checked_add(span).map(Due::At).map_err(|_| ClockError::OutsideCalendar)
                }
            },
            Op::Min(first, second) => self.earlier(self.from(first, start)?, self.from(second, start)?),
            Op::Chain(first, second) => self.from(second, self.from(first, start)?),
        }
    }

    /// A day ends at 23:59:59; on a tie the first.
    fn earlier(&self, first: Due, second: Due) -> Result<Due, ClockError> {
        let end = |due: Due| match due {
            Due::On(date) => zone::last_second(date, &self.zone).ok_or(ClockError::OutsideCalendar),
            Due::At(instant) => Ok(instant),
        };
        match (first, second) {
            (Due::On(a), Due::On(b)) => Ok(Due::On(a.min(b))),
            (Due::At(_), _) | (_, Due::At(_)) => Ok(if end(first)? <= end(second)? { first } else { second }),
        }
    }

    fn business_days(&self, start: Date, n: u32) -> Result<Date, ClockError> {
        let mut date = start;
        for _ in 0..n {
            date = next_working(tomorrow(date)?, self.calendar, self.holidays)?;
        }
        Ok(date)
    }
}

fn add(date: Date, span: Result<Span, jiff::Error>) -> Result<Date, ClockError> {
    span.and_then(|span| date.checked_add(span)).map_err(|_| ClockError::OutsideCalendar)
}

fn tomorrow(date: Date) -> Result<Date, ClockError> {
    date.tomorrow().map_err(|_| ClockError::OutsideCalendar)
}

fn roll(date: Date, roll: Roll, holidays: &Holidays) -> Result<Date, ClockError> {
    match roll {
        Roll::None => Ok(date),
        Roll::Weekend | Roll::EnglandWales | Roll::Germany => next_working(date, roll.holidays(), holidays),
    }
}

/// This day or the first after it that is neither on a weekend nor in the calendar.
fn next_working(mut date: Date, calendar: Option<CalendarName>, holidays: &Holidays) -> Result<Date, ClockError> {
    loop {
        let is_weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        if !is_weekend && !calendar.map_or(Ok(false), |calendar| holidays.contain(calendar, date))? {
            return Ok(date);
        }
        date = tomorrow(date)?;
    }
}

#[cfg(test)]
mod tests;
