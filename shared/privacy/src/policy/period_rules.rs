//! What a policy file must hold of stores whose records go by their date: every period is found by its key, goes before its ceiling and a
//! platform's limit, and its alarm rings before that, by a run that comes as late as runs may.

use super::model::{Class, Model, Store, StoreKind};
use super::pattern::Pattern;
use super::period::{PeriodRange, PlatformLimit, Purge, Unit, beginning, between_runs, month_and_day, unit_of};
use super::spans;
use super::validate::{InvalidPolicy, invalid};

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
    let is_in_time = spans::sum_within(&[floor, &spread, &purge.alarm_after, &between_runs()], &[], &[ceiling]);
    let problem = "`purge.alarm_after` leads past its ceiling, from its floor or from `purge.lead`, with the hour between two runs";
    (is_in_time && rings_in_time(purge)).then_some(()).ok_or(problem)
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
            None if rings_in_time(purge) => {}
            None => {
                return Err(
                    "`purge.alarm_after` and the hour between two runs are longer than `purge.lead`: it would ring after the limit",
                );
            }
        }
    }
    if let Some(limit) = &purge.platform_limit {
        validate_limit(limit, clock.ceiling.as_ref(), purge, unit)?;
    }
    if purge.ceiling_per_run == 0 {
        return Err("`purge.ceiling_per_run` of 0 would halt every run");
    }
    Ok(())
}

/// A run looks once in an hour: the alarm of what became late just after one rings with the next.
fn rings_in_time(purge: &Purge) -> bool {
    spans::sum_within(&[&purge.alarm_after, &between_runs()], &[], &[&purge.lead])
}

fn validate_limit(
    limit: &PlatformLimit,
    ceiling: Option<&jiff::Span>,
    purge: &Purge,
    unit: Unit,
) -> Result<(), &'static str> {
    if limit.platform.is_empty() || limit.source.is_empty() {
        return Err("`purge.platform_limit` needs a platform and a source");
    }
    let Some(ceiling) = ceiling.filter(|ceiling| spans::within(ceiling, &limit.at_most)) else {
        return Err(
            "the platform's limit is stricter than its ceiling can be: the shortest wins. Write the `ceiling` as \
                    `at_most` is written, or in fewer days",
        );
    };
    // Its oldest record is of the first moment of a day, and a ceiling of days leaves the whole last one.
    let alarm = [ceiling, &unit.rest(), &purge.alarm_after, &between_runs()];
    let is_in_time = spans::sum_within(&alarm, &[&purge.lead], &[&limit.at_most]);
    is_in_time.then_some(()).ok_or(
        "its alarm would ring after the platform's limit: a day is counted whole, so `purge.lead` must be a day longer than \
         `purge.alarm_after` and the hour between two runs",
    )
}
