//! Stores whose records go by their date: what a policy file says of them, and what it must hold.
//!
//! Either the records of one day stand under a partition key that date arithmetic can compute (`billing#{day}#{shard}`), or
//! they stand under their connection, hour by hour (`member#{hour}#…`), and a registry names the connections of each hour.
//! Both are found by key; nothing is ever searched for.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::model::{Class, Model, Store, StoreKind};
use super::pattern::Pattern;
use super::spans;
use super::validate::{InvalidPolicy, invalid};

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
    fn span(self) -> jiff::Span {
        match self {
            Self::Hour => jiff::Span::new().hours(1),
            Self::Day => jiff::Span::new().days(1),
            Self::Month => jiff::Span::new().days(31),
        }
    }

    /// How much later the clock of its last record may begin than that of its first.
    fn spread(self, fiscal_year_ends: Option<&str>) -> jiff::Span {
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
    fn rest(self) -> jiff::Span {
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

pub(super) fn validate(model: &Model) -> Result<(), InvalidPolicy> {
    for (name, store) in &model.store {
        if let Some(period) = &store.period {
            validate_store(name, store, period, model).map_err(|problem| invalid(format!("store.{name}"), problem))?;
        }
    }
    for (name, class) in &model.class {
        if let Some(store) = model.store.get(&class.store) {
            validate_class(class, store).map_err(|problem| invalid(format!("class.{name}"), problem))?;
        }
    }
    Ok(())
}

fn validate_store(name: &str, store: &Store, period: &PeriodRange, model: &Model) -> Result<(), &'static str> {
    if store.kind != StoreKind::Table || store.tenant.is_some() || store.identities {
        return Err("periods are for tables that belong to connections, or to nobody's range");
    }
    if period.shards == 0 || period.shards > 64 {
        return Err("`shards` is a number from 1 to 64");
    }
    let classes: Vec<&Class> = model.class.values().filter(|class| class.store == name).collect();
    match (&period.partition, &period.registry, &store.connection) {
        (Some(partition), None, None) => {
            unit_of(partition)
                .ok_or("`period.partition` needs {hour}, {day} or {month}, then {shard}: its age is its key")?;
            if classes.len() > 1 {
                return Err("a partition of a period holds one class: it goes as a whole");
            }
        }
        (None, Some(registry), Some(_)) => {
            let slots = Pattern::parse(registry).map_err(|_| "`period.registry` is not a pattern")?;
            if !slots.slots().eq(["class", "period", "shard"]) || !registry.contains("#{class}#") {
                return Err("`period.registry` needs {class}, {period} and {shard} after a name of its own");
            }
            let mut literals: Vec<&str> =
                classes.iter().filter_map(|class| beginning(&class.key)).map(|it| it.0).collect();
            literals.sort_unstable();
            if literals.windows(2).any(|pair| matches!(pair, [one, other] if one == other)) {
                return Err("two of its classes begin with the same text: the period of one would hold the other");
            }
        }
        _ => {
            return Err(
                "`period` needs a `partition`, or beside `connection` a `registry`: no other way finds a period",
            );
        }
    }
    Ok(())
}

fn validate_class(class: &Class, store: &Store) -> Result<(), &'static str> {
    let (period, purge) = match (&store.period, &class.purge) {
        (None, None) if class.sentence.is_some() => {
            return Err("`sentence` is for what goes by its date: of the rest, a promise or a phase has it");
        }
        (None, None) => return Ok(()),
        (None, Some(_)) => return Err("`purge` needs a store with `period`: it could only be found by a scan"),
        (Some(_), None) => return Err("its store goes by periods and it has no `purge`"),
        (Some(period), Some(purge)) => (period, purge),
    };
    if class.sentence.as_ref().is_some_and(|sentence| sentence.trim().is_empty()) {
        return Err("`sentence` says nothing: leave it out where the policy has none");
    }
    let unit = match &period.partition {
        Some(partition) => {
            if !class.key.starts_with("{tenant}#") {
                return Err("its key must begin with {tenant}: holds are looked up by it");
            }
            unit_of(partition)
        }
        None => beginning(&class.key).map(|(_, unit)| unit),
    };
    let unit = unit.ok_or("its key must begin with a name and then {hour}, {day} or {month}: its age is its key")?;
    validate_clock(class, purge, unit)
}

/// The last record of a period must be as old as its floor before the first is older than its ceiling. Where both are one day,
/// it goes on that day, and there is nothing that an alarm could come before.
fn validate_floor(
    floor: &jiff::Span,
    ceiling: &jiff::Span,
    purge: &Purge,
    spread: jiff::Span,
) -> Result<(), &'static str> {
    if !spans::sum_within(&[floor, &spread], &[], &[ceiling]) {
        return Err("its `floor` ends after its `ceiling`: a period goes as a whole, its last record with its first");
    }
    let has_room = spans::sum_within(&[floor, &spread, &jiff::Span::new().days(1)], &[], &[ceiling]);
    if !has_room {
        let is_soon = spans::within(&purge.alarm_after, &jiff::Span::new().days(3));
        let problem = "`purge.alarm_after` is longer than three days: its floor and its ceiling are one day";
        return is_soon.then_some(()).ok_or(problem);
    }
    let is_in_time = spans::sum_within(&[floor, &spread, &purge.alarm_after], &[], &[ceiling]);
    let problem = "`purge.alarm_after` leads past its ceiling, from its floor or from `purge.lead`";
    (is_in_time && spans::within(&purge.alarm_after, &purge.lead)).then_some(()).ok_or(problem)
}

fn validate_clock(class: &Class, purge: &Purge, unit: Unit) -> Result<(), &'static str> {
    let clock = &class.clock;
    match (clock.anchor.as_str(), &clock.fiscal_year_ends) {
        ("recorded_at", None) => {}
        ("fiscal_year_end", Some(text)) if month_and_day(text).is_some() && unit != Unit::Hour => {}
        _ => return Err("its anchor is `recorded_at`, or `fiscal_year_end` with `fiscal_year_ends` as MM-DD"),
    }
    let is_calendar = |span: &jiff::Span| span.get_hours() == 0 && span.get_minutes() == 0 && span.get_seconds() == 0;
    let is_of_hours = |span: &jiff::Span| {
        span.get_days() == 0 && span.get_weeks() == 0 && span.get_months() == 0 && span.get_years() == 0
    };
    if !(clock.floor.iter().all(is_calendar) && (unit == Unit::Hour || clock.ceiling.iter().all(is_calendar))) {
        return Err("what is counted in days or months cannot end after hours");
    }
    if unit == Unit::Hour && clock.floor.is_some() {
        return Err("what goes hour by hour has no `floor`: that is counted in whole days");
    }
    if unit == Unit::Hour && !clock.ceiling.iter().all(is_of_hours) {
        return Err("`ceiling` of what goes hour by hour is counted in hours: write PT24H for P1D, PT36H for P1DT12H");
    }
    if !purge.alarm_after.is_positive() || purge.lead.is_negative() {
        return Err("`purge.lead` and `purge.alarm_after` are spans of time");
    }
    if let Some(ceiling) = &clock.ceiling {
        if !spans::sum_within(&[&unit.span(), &purge.lead], &[], &[ceiling]) {
            return Err("`purge.lead` is longer than its ceiling leaves room for: it would go before it is whole");
        }
        match &clock.floor {
            Some(floor) => validate_floor(floor, ceiling, purge, unit.spread(clock.fiscal_year_ends.as_deref()))?,
            None if spans::within(&purge.alarm_after, &purge.lead) => {}
            None => return Err("`purge.alarm_after` is longer than `purge.lead`: it would ring after the limit"),
        }
    }
    if let Some(limit) = &purge.platform_limit {
        if limit.platform.is_empty() || limit.source.is_empty() {
            return Err("`purge.platform_limit` needs a platform and a source");
        }
        let Some(ceiling) = clock.ceiling.as_ref().filter(|ceiling| spans::within(ceiling, &limit.at_most)) else {
            return Err(
                "the platform's limit is stricter than its ceiling can be: the shortest wins. Write the `ceiling` as \
                        `at_most` is written, or in fewer days",
            );
        };
        // Its oldest record is of the first moment of a day, and a ceiling of days leaves the whole last one.
        let alarm = [ceiling, &unit.rest(), &purge.alarm_after];
        if !spans::sum_within(&alarm, &[&purge.lead], &[&limit.at_most]) {
            return Err(
                "its alarm would ring after the platform's limit: a day is counted whole, so `purge.lead` must be a day \
                        longer than `purge.alarm_after`",
            );
        }
    }
    if purge.ceiling_per_run == 0 {
        return Err("`purge.ceiling_per_run` of 0 would halt every run");
    }
    Ok(())
}
