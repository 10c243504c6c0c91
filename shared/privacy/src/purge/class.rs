//! A record class that goes by its date: when a period of it may go, must be gone, and where it stands.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};

use super::period::Period;
use crate::data_map::{DataMap, KeyRange, UnusablePolicy};
use crate::policy::model::{Class, Store};
use crate::policy::pattern::Pattern;
use crate::policy::period::{Purge, Unit, beginning, month_and_day, unit_of};
use crate::scope::Place;

/// What its periods are counted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Anchor {
    RecordedAt,
    FiscalYearEnd { month: i8, day: i8 },
}

impl Anchor {
    /// The date from which a record of a day is counted.
    fn of(self, day: Date) -> Option<Date> {
        let Self::FiscalYearEnd { month, day: last } = self else { return Some(day) };
        let end_of = |year: i16| {
            let of_month = Date::new(year, month, 1).ok()?.last_of_month();
            Date::new(year, month, last.min(of_month.day())).ok()
        };
        let this_year = end_of(day.year())?;
        if this_year >= day { Some(this_year) } else { end_of(day.year() + 1) }
    }
}

/// Where the records of a period stand.
#[derive(Clone, Debug)]
pub(super) enum Layout {
    /// In partitions of the period's own.
    Partitions(Pattern),
    /// Under the connections that a registry lists; their sort keys begin with this text and the period.
    Connections { registry: Pattern, literal: String },
}

/// How urgent a period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Urgency {
    /// Whether its last instant has passed.
    pub(super) is_broken: bool,
    /// Smallest first: by the last instant, and of what has passed it by how long the class is kept.
    pub(super) deadline: (SignedDuration, Timestamp),
}

/// A record class that goes by its date.
#[derive(Clone, Debug)]
pub struct PeriodClass {
    /// Its name in the policy file.
    pub name: String,
    /// Its store.
    pub store: String,
    pub(super) layout: Layout,
    unit: Unit,
    anchor: Anchor,
    floor: Option<Span>,
    ceiling: Option<Span>,
    purge: Purge,
    shards: u8,
}

impl PeriodClass {
    /// Every class of a policy that goes by its date. What validation refuses is left out.
    ///
    /// # Errors
    /// [`UnusablePolicy`]
    pub fn all(map: &DataMap) -> Result<Vec<Self>, UnusablePolicy> {
        let model = map.model();
        let classes = model.class.iter().map(|(name, class)| match model.store.get(&class.store) {
            Some(store) => Self::of(name, class, store),
            None => Ok(None),
        });
        classes.filter_map(Result::transpose).collect()
    }

    fn of(name: &str, class: &Class, store: &Store) -> Result<Option<Self>, UnusablePolicy> {
        let (Some(period), Some(purge)) = (&store.period, &class.purge) else { return Ok(None) };
        let found = match (&period.partition, &period.registry) {
            (Some(partition), _) => {
                unit_of(partition).map(|unit| Ok((unit, Layout::Partitions(Pattern::parse(partition)?))))
            }
            (None, Some(registry)) => beginning(&class.key).map(|(literal, unit)| {
                Ok((unit, Layout::Connections { registry: Pattern::parse(registry)?, literal: literal.to_owned() }))
            }),
            (None, None) => None,
        };
        let Some((unit, layout)) = found.transpose().map_err(UnusablePolicy::Pattern)? else { return Ok(None) };
        let fiscal_year_end = class.clock.fiscal_year_ends.as_deref().and_then(month_and_day);
        let anchor = fiscal_year_end.map_or(Anchor::RecordedAt, |(month, day)| Anchor::FiscalYearEnd { month, day });
        Ok(Some(Self {
            name: name.to_owned(),
            store: class.store.clone(),
            layout,
            unit,
            anchor,
            floor: class.clock.floor,
            ceiling: class.clock.ceiling,
            purge: purge.clone(),
            shards: period.shards,
        }))
    }

    /// The period that an instant falls into.
    #[must_use]
    pub fn period(&self, at: Timestamp) -> Period {
        Period::containing(self.unit, at)
    }

    /// The period before which there is no record.
    #[must_use]
    pub fn first(&self) -> Option<Period> {
        midnight(self.purge.since).map(|at| self.period(at))
    }

    /// From when on a period is purged: `lead` before the ceiling of its oldest record, not before the floor of its newest,
    /// and never before it is over. `None` beyond the calendar: never.
    #[must_use]
    pub fn due_at(&self, period: &Period) -> Option<Timestamp> {
        let mut due_at = period.ends_at()?;
        if let Some(floor) = self.floor {
            due_at = due_at.max(self.end_after(period.last_day(), floor)?);
        }
        if self.ceiling.is_some() {
            due_at = due_at.max(subtract(self.gone_by(period)?, self.purge.lead)?);
        }
        Some(due_at)
    }

    /// The first instant at which nothing of a period may be left. What goes hour by hour goes to the hour; else the whole last
    /// day is left.
    #[must_use]
    pub fn gone_by(&self, period: &Period) -> Option<Timestamp> {
        let ceiling = self.ceiling?;
        match self.unit {
            Unit::Hour => add(period.starts_at()?, ceiling),
            Unit::Day | Unit::Month => self.end_after(period.first_day(), ceiling),
        }
    }

    /// The first instant at which nothing of a period may be left, by its ceiling or by what a platform's terms give its oldest record:
    /// whichever is earlier.
    #[must_use]
    pub fn must_be_gone_by(&self, period: &Period) -> Option<Timestamp> {
        let limit = self.purge.platform_limit.as_ref();
        let limit = limit.and_then(|limit| add(period.starts_at()?, limit.at_most));
        self.gone_by(period).into_iter().chain(limit).min()
    }

    /// From when on a period that is still there is late.
    #[must_use]
    pub fn late_at(&self, period: &Period) -> Option<Timestamp> {
        add(self.due_at(period)?, self.purge.alarm_after)
    }

    /// How urgent a period is. `None` beyond the calendar.
    pub(super) fn urgency(&self, period: &Period, now: Timestamp) -> Option<Urgency> {
        let gone_by = self.gone_by(period).or_else(|| self.late_at(period))?;
        let is_broken = gone_by <= now;
        let keeps = if is_broken { gone_by.duration_since(period.starts_at()?) } else { SignedDuration::ZERO };
        Some(Urgency { is_broken, deadline: (keeps, gone_by) })
    }

    /// In how many partitions a period may stand.
    #[must_use]
    pub const fn shards(&self) -> u8 {
        self.shards
    }

    /// What a run may purge before it halts.
    #[must_use]
    pub const fn ceiling_per_run(&self) -> u64 {
        self.purge.ceiling_per_run
    }

    /// Midnight after the day that is `span` after the anchor of a day. Feb 29 clamps to Feb 28.
    fn end_after(&self, day: Date, span: Span) -> Option<Timestamp> {
        let last_day = self.anchor.of(day)?.checked_add(span).ok()?;
        midnight(last_day.tomorrow().ok()?)
    }

    /// The partitions in which to look for a period: of its records, or of the registry.
    #[must_use]
    pub(crate) fn partitions(&self, period: &Period) -> Vec<KeyRange> {
        let text = period.text();
        let of_shard = |shard: u8| {
            let shard = shard.to_string();
            let value = |slot: &str| match slot {
                "class" => Some(self.name.as_str()),
                "shard" => Some(shard.as_str()),
                "hour" | "day" | "month" | "period" => Some(text.as_str()),
                _ => None,
            };
            let (Layout::Partitions(pattern) | Layout::Connections { registry: pattern, .. }) = &self.layout;
            let partition = pattern.fill(value).ok()?;
            Some(KeyRange::Table { partition, begins_with: String::new() })
        };
        (0..self.shards).filter_map(of_shard).collect()
    }
}

impl PeriodClass {
    /// The partition of the registry that lists a connection for a period; always the same one of its shards. `None` where periods have
    /// partitions of their own.
    #[must_use]
    pub(crate) fn registry(&self, period: &Period, connection: &Place) -> Option<String> {
        let Layout::Connections { .. } = &self.layout else { return None };
        let sum =
            connection.to_string().bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        let shard = usize::try_from(sum.checked_rem(u32::from(self.shards))?).ok()?;
        match self.partitions(period).into_iter().nth(shard)? {
            KeyRange::Table { partition, .. } => Some(partition),
            KeyRange::Bucket { .. } => None,
        }
    }
}

fn midnight(date: Date) -> Option<Timestamp> {
    TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()
}

fn add(at: Timestamp, span: Span) -> Option<Timestamp> {
    let at = TimeZone::UTC.to_datetime(at).checked_add(span).ok()?;
    TimeZone::UTC.to_timestamp(at).ok()
}

fn subtract(at: Timestamp, span: Span) -> Option<Timestamp> {
    let at = TimeZone::UTC.to_datetime(at).checked_sub(span).ok()?;
    TimeZone::UTC.to_timestamp(at).ok()
}

#[cfg(test)]
mod tests;
