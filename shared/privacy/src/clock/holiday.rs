//! Tables of holidays. A table knows a range of years and refuses every other: a holiday that nobody wrote
//! down yet is not a working day.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use jiff::Span;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use super::model::{Calendar, Holiday, Observed};

/// A year that a table does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the calendar {calendar} does not know the year {year}")]
pub struct UnknownYear {
    /// `US_FED`, `EW` or `DE`.
    pub calendar: &'static str,
    /// The year asked for.
    pub year: i16,
}

/// The tables that rules refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum CalendarName {
    /// United States, federal.
    #[serde(rename = "US_FED")]
    UsFederal,
    /// England and Wales.
    #[serde(rename = "EW")]
    EnglandWales,
    /// Germany, the holidays of every state.
    #[serde(rename = "DE")]
    Germany,
}

impl CalendarName {
    /// Every table.
    pub const ALL: [Self; 3] = [Self::UsFederal, Self::EnglandWales, Self::Germany];

    /// As it stands in `law.toml` and in rules.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UsFederal => "US_FED",
            Self::EnglandWales => "EW",
            Self::Germany => "DE",
        }
    }
}

/// Every table, day by day.
#[derive(Clone, Debug)]
pub struct Holidays(BTreeMap<CalendarName, Table>);

#[derive(Clone, Debug)]
struct Table {
    years: RangeInclusive<i16>,
    days: BTreeSet<Date>,
}

/// A holiday that is described wrongly: its name, and how.
pub(super) type BadHoliday = (String, &'static str);

impl Holidays {
    /// Works out every day of every table.
    pub(super) fn of(calendars: &BTreeMap<CalendarName, Calendar>) -> Result<Self, (CalendarName, BadHoliday)> {
        let tables = calendars.iter().map(|(name, calendar)| match table(calendar) {
            Ok(table) => Ok((*name, table)),
            Err(bad) => Err((*name, bad)),
        });
        tables.collect::<Result<_, _>>().map(Self)
    }

    /// Whether a date is a holiday; weekends are none by themselves.
    ///
    /// # Errors
    /// [`UnknownYear`]
    pub fn contain(&self, calendar: CalendarName, date: Date) -> Result<bool, UnknownYear> {
        let unknown = UnknownYear { calendar: calendar.as_str(), year: date.year() };
        let table = self.0.get(&calendar).filter(|table| table.years.contains(&date.year()));
        table.map(|table| table.days.contains(&date)).ok_or(unknown)
    }

    /// The holidays of a year, in order; none for a year that the table does not know.
    pub fn of_year(&self, calendar: CalendarName, year: i16) -> impl Iterator<Item = Date> {
        let days = self.0.get(&calendar).into_iter().flat_map(|table| &table.days);
        days.copied().filter(move |date| date.year() == year)
    }
}

fn table(calendar: &Calendar) -> Result<Table, BadHoliday> {
    let years = calendar.first_year..=calendar.last_year;
    let mut days = BTreeSet::new();
    for holiday in &calendar.holidays {
        // A year more: January 1st on a Saturday is observed in the year before.
        for year in calendar.first_year..=calendar.last_year.saturating_add(1) {
            let date = on(holiday, year).map_err(|problem| (holiday.name.clone(), problem))?;
            let date = date.and_then(|date| observe(date, calendar.observed));
            days.extend(date.filter(|date| years.contains(&date.year())));
        }
        if holiday.date.is_some_and(|date| !years.contains(&date.year())) {
            return Err((holiday.name.clone(), "lies outside the years of its table"));
        }
    }
    Ok(Table { years, days })
}

/// The date of a holiday in a year, `None` when it has another year's date.
fn on(holiday: &Holiday, year: i16) -> Result<Option<Date>, &'static str> {
    let Holiday { name: _, month, day, weekday, nth, easter, date } = holiday;
    match (month, day, weekday, nth, easter, date) {
        (Some(month), Some(day), None, None, None, None) => {
            Date::new(year, *month, *day).map(Some).map_err(|_| "has no such date in every year")
        }
        (Some(month), None, Some(weekday), Some(nth), None, None) => {
            let first = Date::new(year, *month, 1).map_err(|_| "has no such month")?;
            let date = first.nth_weekday_of_month(*nth, (*weekday).into());
            date.map(Some).map_err(|_| "has no such weekday in every year")
        }
        (None, None, None, None, Some(days), None) => {
            let span = Span::new().try_days(*days).map_err(|_| "is too far from Easter")?;
            easter_sunday(year)
                .and_then(|sunday| sunday.checked_add(span).ok())
                .map(Some)
                .ok_or("is not on the calendar")
        }
        (None, None, None, None, None, Some(date)) => Ok((date.year() == year).then_some(*date)),
        _ => Err("needs `month` and `day`, or `month`, `weekday` and `nth`, or `easter`, or `date`"),
    }
}

fn observe(date: Date, observed: Observed) -> Option<Date> {
    match (observed, date.weekday()) {
        (Observed::NearestWeekday, Weekday::Saturday) => date.yesterday().ok(),
        (Observed::NearestWeekday, Weekday::Sunday) => date.tomorrow().ok(),
        (Observed::NearestWeekday | Observed::AsDated, _) => Some(date),
    }
}

/// Gregorian Easter by the anonymous algorithm (Meeus, Jones, Butcher).
fn easter_sunday(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (b - (b + 8) / 25 + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    Date::new(year, i8::try_from(n / 31).ok()?, i8::try_from(n % 31 + 1).ok()?).ok()
}

#[cfg(test)]
mod tests;
