//! What `law.toml` must hold before anything may be built from it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;

use super::due::Due;
use super::holiday::{CalendarName, Holidays};
use super::model::{Deadline, Kind, Model, Period};
use super::rule::Rule;
use super::zone;

/// Where the file is wrong, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidLaw {
    /// `regime.EU_GDPR`
    pub place: String,
    /// In a sentence.
    pub problem: String,
}

impl fmt::Display for InvalidLaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "law.toml, [{}]: {}", self.place, self.problem)
    }
}

impl std::error::Error for InvalidLaw {}

pub(super) fn invalid(place: impl Into<String>, problem: impl Into<String>) -> InvalidLaw {
    InvalidLaw { place: place.into(), problem: problem.into() }
}

/// A day on which rules are tried out: a month's end, and every table knows it.
const SAMPLE: Timestamp = Timestamp::constant(1_769_860_800, 0);

/// Checks a whole file.
///
/// # Errors
/// The first [`InvalidLaw`] found.
pub fn validate(model: &Model) -> Result<(), InvalidLaw> {
    let holidays = holidays(model)?;
    let work = &model.work;
    if work.target_days_max == 0 || work.target_before_legal_days < work.alarm_before_legal_days {
        return Err(invalid("work", "the target must lie after the receipt and before the legal alarm"));
    }
    if !(1..=30).contains(&work.unverified_after_letter_days) {
        return Err(invalid(
            "work",
            "whoever asks has 1 to 30 days from the acknowledgement to show that it is theirs",
        ));
    }
    for (name, regime) in &model.regime {
        let place = format!("regime.{name}");
        zone::find(&regime.time_zone).map_err(|error| invalid(&place, error.to_string()))?;
        if regime.title.is_empty() {
            return Err(invalid(place, "it needs a title"));
        }
        if !model.deadline.iter().any(|row| row.label.is_none() && row.regimes.contains(name)) {
            return Err(invalid(place, "no deadline goes by its name"));
        }
    }
    for row in &model.deadline {
        deadline(row, model, &holidays).map_err(|problem| invalid(place_of(row), problem))?;
    }
    for (name, clock) in &model.clock {
        let place = format!("clock.{name}");
        if clock.title.is_empty() || clock.source.is_empty() {
            return Err(invalid(place, "it needs a title and a source"));
        }
        clock.rule.due(SAMPLE, &holidays).map_err(|error| invalid(place, error.to_string()))?;
    }
    each_right_once(model)?;
    each_name_once(model)?;
    super::rights::validate(model)
}

/// Works out every day of every table.
///
/// # Errors
/// [`InvalidLaw`] for a table that is missing, empty in one of its years, or described wrongly.
pub fn holidays(model: &Model) -> Result<Holidays, InvalidLaw> {
    for name in CalendarName::ALL {
        let place = format!("calendar.{}", name.as_str());
        let calendar = model.calendar.get(&name).ok_or_else(|| invalid(&place, "there is no such table"))?;
        if calendar.title.is_empty() || calendar.source.is_empty() {
            return Err(invalid(place, "it needs a title and a source"));
        }
        if calendar.first_year > calendar.last_year {
            return Err(invalid(place, "its years end before they begin"));
        }
    }
    let holidays = Holidays::of(&model.calendar).map_err(|(name, (holiday, problem))| {
        invalid(format!("calendar.{}", name.as_str()), format!("`{holiday}` {problem}"))
    })?;
    for (name, calendar) in &model.calendar {
        for year in calendar.first_year..=calendar.last_year {
            if holidays.of_year(*name, year).next().is_none() {
                return Err(invalid(format!("calendar.{}", name.as_str()), format!("{year} has no holiday")));
            }
        }
    }
    Ok(holidays)
}

fn place_of(row: &Deadline) -> String {
    let names = row.regimes.first().map_or("?", String::as_str);
    row.label.as_ref().map_or_else(|| format!("deadline of {names}"), |label| format!("deadline of {names}_{label}"))
}

fn deadline(row: &Deadline, model: &Model, holidays: &Holidays) -> Result<(), String> {
    if row.kinds.is_empty() || row.regimes.is_empty() {
        return Err("it names no regime or no kind".to_owned());
    }
    for name in &row.regimes {
        if !model.regime.contains_key(name) {
            return Err(format!("there is no regime {name}"));
        }
    }
    if let Some(kind) = row.pauses.iter().find(|kind| !row.kinds.contains(kind)) {
        return Err(format!("its clock stops for {}, which it is not about", kind.as_str()));
    }
    let due = |period: &Option<Period>| period.as_ref().map(|period| on(period, holidays)).transpose();
    due(&row.ack)?;
    let promise = due(&row.promise)?;
    let respond = on(&row.respond, holidays)?;
    if due(&row.extended)?.is_some_and(|extended| extended <= respond) {
        return Err("an extension must lead to a later date".to_owned());
    }
    if promise.is_some_and(|promise| promise <= receipt()) {
        return Err("a promise must lead to a later date".to_owned());
    }
    Ok(())
}

fn receipt() -> jiff::civil::Date {
    zone::local_date(SAMPLE, &jiff::tz::TimeZone::UTC)
}

/// Where a period leads from the sample day, when it is described as one must be.
fn on(period: &Period, holidays: &Holidays) -> Result<jiff::civil::Date, String> {
    let count = |rule: &Rule| match rule.due(SAMPLE, holidays) {
        Ok(Due::On(date)) if rule.is_bare() => Ok(date),
        Ok(Due::On(_)) => Err(format!("`{rule}` may count and nothing else")),
        Ok(Due::At(_)) => Err(format!("`{rule}` does not lead to a date")),
        Err(error) => Err(format!("`{rule}`: {error}")),
    };
    if period.source.is_empty() {
        return Err(format!("`{}` needs a source", period.rule));
    }
    let date = count(&period.rule)?;
    if let Some(strict) = &period.strict
        && count(strict)? > date
    {
        return Err(format!("`{strict}` is later than `{}`", period.rule));
    }
    Ok(date)
}

fn each_right_once(model: &Model) -> Result<(), InvalidLaw> {
    let mut seen: BTreeSet<(&str, Kind)> = BTreeSet::new();
    for row in &model.deadline {
        for (name, kind) in row.regimes.iter().flat_map(|name| row.kinds.iter().map(move |kind| (name, *kind))) {
            if !seen.insert((name, kind)) {
                return Err(invalid(place_of(row), format!("{name} has a second deadline for {}", kind.as_str())));
            }
            if model.regime.get(name).is_some_and(|regime| regime.no_right.contains(&kind)) {
                return Err(invalid(place_of(row), format!("{name} gives no right of {}", kind.as_str())));
            }
        }
    }
    Ok(())
}

fn each_name_once(model: &Model) -> Result<(), InvalidLaw> {
    let mut seen = BTreeMap::new();
    let mut add = |name: String, place: String| match seen.insert(name.clone(), place.clone()) {
        Some(other) => Err(invalid(place, format!("{name} is also the name of [{other}]"))),
        None => Ok(()),
    };
    for (name, regime) in &model.regime {
        add(name.clone(), format!("regime.{name}"))?;
        regime.also.iter().try_for_each(|also| add(also.clone(), format!("regime.{name}")))?;
    }
    for row in &model.deadline {
        let Some(label) = &row.label else { continue };
        row.regimes.iter().try_for_each(|name| add(format!("{name}_{label}"), place_of(row)))?;
        row.also.iter().try_for_each(|also| add(also.clone(), place_of(row)))?;
    }
    model.clock.keys().try_for_each(|name| add(name.clone(), format!("clock.{name}")))
}
