//! Stores whose records go by their date: what a policy file says of them.
//!
//! Either the records of one day stand under a partition key that date arithmetic can compute (`billing#{day}#{shard}`), or
//! they stand under their connection, hour by hour (`member#{hour}#…`), and a registry names the connections of each hour.
//! Both are found by key; nothing is ever searched for.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::pattern::Pattern;

/// A span of the calendar, counted in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// `2026-01-31T12`
    Hour,
    /// `2026-01-31`
    Day,
    /// `2026-01`
    Month,
}

impl Unit {
    /// The unit that a placeholder stands for.
    #[must_use]
    pub fn of_slot(name: &str) -> Option<Self> {
        match name {
            "hour" => Some(Self::Hour),
            "day" => Some(Self::Day),
            "month" => Some(Self::Month),
            _ => None,
        }
    }

    /// One of it.
    pub(super) fn span(self) -> jiff::Span {
        match self {
            Self::Hour => jiff::Span::new().hours(1),
            Self::Day => jiff::Span::new().days(1),
            Self::Month => jiff::Span::new().days(31),
        }
    }

    /// How much later the clock of its last record may begin than that of its first.
    pub(super) fn spread(self, fiscal_year_ends: Option<&str>) -> jiff::Span {
        let is_inside_a_month = || {
            let (month, day) = fiscal_year_ends.and_then(month_and_day)?;
            Some(jiff::civil::Date::new(2027, month, 1).ok()?.last_of_month().day() > day)
        };
        match self {
            Self::Hour | Self::Day => jiff::Span::new(),
            Self::Month if is_inside_a_month() == Some(true) => jiff::Span::new().years(1),
            Self::Month if fiscal_year_ends.is_some() => jiff::Span::new(),
            Self::Month => jiff::Span::new().days(30),
        }
    }

    /// What a ceiling that is counted in days leaves of its last day.
    pub(super) fn rest(self) -> jiff::Span {
        match self {
            Self::Hour => jiff::Span::new(),
            Self::Day | Self::Month => jiff::Span::new().days(1),
        }
    }
}

/// How the periods of a store are found.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeriodRange {
    /// The partition of one period and shard: `log#{day}#{shard}`. Its sort keys begin with the tenant.
    pub partition: Option<String>,
    /// The partition of a store of connections that lists, for a class, a period and a shard, the connections which have
    /// records of it: `due#{class}#{period}#{shard}` with sort keys `{tenant}#{connection}`.
    pub registry: Option<String>,
    /// Into how many partitions a period is divided.
    pub shards: u8,
}

/// How a class is purged, period by period.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purge {
    /// Purged this long before its ceiling, so that runs which fail can be made up for.
    pub lead: jiff::Span,
    /// A period that is still there this long after it was due rings an alarm.
    pub alarm_after: jiff::Span,
    /// No record is older: where the first run begins.
    pub since: Date,
    /// A run that would purge more of it halts until staff confirm.
    pub ceiling_per_run: u64,
    /// What a platform's terms allow at most.
    pub platform_limit: Option<PlatformLimit>,
}

/// What a platform's terms allow at most.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlatformLimit {
    /// Which.
    pub platform: String,
    /// Gone at the latest this long after it was stored.
    pub at_most: jiff::Span,
    /// The page or section of its terms.
    pub source: String,
}

/// How often what is due is purged: `PurgeSchedule` in template.yaml. Only a run sees that a period is late, so an alarm rings up to this
/// much after its time.
#[must_use]
pub fn between_runs() -> jiff::Span {
    jiff::Span::new().hours(1)
}

/// The day on which fiscal years end: `12-31`. 02-29 is the last of February.
#[must_use]
pub fn month_and_day(text: &str) -> Option<(i8, i8)> {
    let (month, day) = text.split_once('-')?;
    let (month, day) = (month.parse().ok()?, day.parse().ok()?);
    // Any leap year knows every day of the year.
    Date::new(2024, month, day).is_ok().then_some((month, day))
}

/// What a class key begins with, up to its period: the literal text, and the unit.
#[must_use]
pub fn beginning(key: &str) -> Option<(&str, Unit)> {
    let (literal, rest) = key.split_once('{')?;
    let (slot, tail) = rest.split_once('}')?;
    let is_segment = literal.ends_with('#') && tail.starts_with('#');
    Unit::of_slot(slot).filter(|_| is_segment).map(|unit| (literal, unit))
}

/// The unit of a partition of periods.
#[must_use]
pub fn unit_of(partition: &str) -> Option<Unit> {
    let pattern = Pattern::parse(partition).ok()?;
    let mut slots = pattern.slots();
    let unit = Unit::of_slot(slots.next()?)?;
    (slots.next() == Some("shard") && slots.next().is_none()).then_some(unit)
}
