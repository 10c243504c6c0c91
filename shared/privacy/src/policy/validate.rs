//! What a policy file must hold before the service may be built from it.

use std::fmt;

use super::class_rules;
use super::model::{Class, Clock, EraseRule, Model, Promise, Range, Route, Store, StoreKind};
use super::own_rules;
use super::pattern::Pattern;
use super::spans;
use super::termination;

/// Where the file is wrong, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidPolicy {
    /// `class.signals`
    pub place: String,
    /// In a sentence.
    pub problem: String,
}

impl fmt::Display for InvalidPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "policy.toml, [{}]: {}", self.place, self.problem)
    }
}

impl std::error::Error for InvalidPolicy {}

pub(super) fn invalid(place: impl Into<String>, problem: impl Into<String>) -> InvalidPolicy {
    InvalidPolicy { place: place.into(), problem: problem.into() }
}

/// Checks a whole file.
///
/// # Errors
/// The first [`InvalidPolicy`] found.
pub fn validate(model: &Model) -> Result<(), InvalidPolicy> {
    for route in Route::ALL.into_iter().filter(|route| route.is_promised()) {
        match model.promise.get(&route) {
            Some(promise) => validate_promise(route, promise)?,
            None if route.is_compulsory() => return Err(invalid("promise", format!("no {}", route.as_str()))),
            None => {}
        }
    }
    if model.promise.contains_key(&Route::Termination) {
        return Err(invalid("promise.termination", "the end of an account has phases: write [termination.phase]"));
    }
    validate_looks(&model.second_looks.after)?;
    super::company::validate(model)?;
    let finders = model.store.values().filter(|store| store.identities).count();
    if finders != 1 {
        return Err(invalid("store", "exactly one store must have `identities = true`"));
    }
    for (name, store) in &model.store {
        validate_store(name, store)?;
        if !model.class.values().any(|class| class.store == *name) {
            return Err(invalid(format!("store.{name}"), "no record class lives in it"));
        }
    }
    for (name, class) in &model.class {
        let store = model.store.get(&class.store);
        let store = store.ok_or_else(|| invalid(format!("class.{name}"), "its store is not described"))?;
        validate_class(name, class, store)?;
    }
    super::period_rules::validate(model)?;
    termination::validate(model)?;
    class_rules::validate(model)?;
    super::shared::validate(model)?;
    super::retained::validate(model)?;
    own_rules::validate(model)?;
    super::letters::validate(model)?;
    super::platform::validate(model)?;
    super::excluded::validate(model)?;
    super::unwatched::validate(model)?;
    super::processor_rules::validate(model)?;
    super::spoken::validate(model)
}

pub(super) fn nominal_hours(span: &jiff::Span) -> i64 {
    let days = i64::from(span.get_days()) + 7 * i64::from(span.get_weeks());
    let months = i64::from(span.get_months()) + 12 * i64::from(span.get_years());
    (days + 30 * months) * 24 + i64::from(span.get_hours())
}

fn validate_promise(route: Route, promise: &Promise) -> Result<(), InvalidPolicy> {
    let place = || format!("promise.{}", route.as_str());
    if promise.policy.is_empty() || promise.sentence.trim().is_empty() || promise.title.is_empty() {
        return Err(invalid(place(), "a policy section, its sentence and a title are needed"));
    }
    if !promise.alarm_before.is_positive() {
        return Err(invalid(place(), "`alarm_before` is not a span of days"));
    }
    let counted = match (&promise.counted, route.is_counted()) {
        (Some(counted), true) => counted,
        (None, false) => return Ok(()),
        (None, true) => return Err(invalid(place(), "its last day is counted: `within` is needed")),
        (Some(_), false) => {
            return Err(invalid(place(), "each request brings the last day that its law gives: no `within`"));
        }
    };
    if !counted.within.is_positive() {
        return Err(invalid(place(), "`within` is not a span of days"));
    }
    if counted.work_within.is_negative() {
        return Err(invalid(place(), "`work_within` is negative: write a span from the receipt on, such as P3D"));
    }
    if !spans::within(&counted.work_within, &counted.within) || !spans::shorter(&promise.alarm_before, &counted.within)
    {
        return Err(invalid(place(), "`work_within` and `alarm_before` must fit into `within`"));
    }
    if counted.time_zone != "UTC" {
        return Err(invalid(place(), "platform promises are counted in UTC"));
    }
    Ok(())
}

fn validate_looks(after: &[jiff::Span]) -> Result<(), InvalidPolicy> {
    let seconds: Vec<i64> = after.iter().map(|span| nominal_hours(span) * 3600 + span.get_minutes() * 60).collect();
    if seconds.is_empty() || !seconds.is_sorted() || seconds.first().is_some_and(|first| *first < 15 * 60) {
        return Err(invalid("second_looks", "`after` must ascend from at least 15 minutes"));
    }
    Ok(())
}

/// What this service calls its own tables and buckets, in variables and in the template.
const OURS: [&str; 6] = ["ledger", "suppression", "limits", "receipts", "reports", "bundles"];

/// Where a connection and its links stand: the gate, the tokens and the links of a person are read there by key
/// (`shared/aws/src/vault/connections.rs`).
const CONNECTION: &str = "connection#{tenant}#{connection}";

fn validate_store(name: &str, store: &Store) -> Result<(), InvalidPolicy> {
    let place = || format!("store.{name}");
    let named = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if !named || name.is_empty() {
        return Err(invalid(place(), "a store's name is made of [a-z_]: a variable is named after it"));
    }
    if OURS.contains(&name) {
        return Err(invalid(place(), "a table or bucket of ours has that name: choose another"));
    }
    let ranges = [
        (&store.tenant, &["tenant"][..]),
        (&store.tenant_contact, &["tenant", "contact"][..]),
        (&store.user, &["tenant", "user"][..]),
        (&store.connection, &["tenant", "connection"][..]),
        (&store.contact, &["tenant", "connection", "contact"][..]),
    ];
    if ranges.iter().all(|(range, _)| range.is_none()) && store.period.is_none() {
        return Err(invalid(place(), "no key range: it could only be found by a scan"));
    }
    for (range, slots) in ranges {
        let Some(range) = range else { continue };
        validate_range(store.kind, range, slots).map_err(|problem| invalid(place(), problem))?;
    }
    let finders = store.connection.as_ref().and_then(|range| range.partition.as_deref());
    if store.identities && finders != Some(CONNECTION) {
        return Err(invalid(
            place(),
            format!("`connection` is {{ partition = \"{CONNECTION}\" }} where `identities` is true"),
        ));
    }
    for (one, around) in
        [(&store.tenant_contact, &store.tenant), (&store.user, &store.tenant), (&store.contact, &store.connection)]
    {
        if one.is_some() && around.is_none() {
            return Err(invalid(place(), "the range of one person needs the range around it: nothing else ends it"));
        }
    }
    Ok(())
}

fn validate_range(kind: StoreKind, range: &Range, slots: &[&str]) -> Result<(), String> {
    let texts = match (kind, &range.partition, &range.prefix) {
        (StoreKind::Table, Some(partition), None) => {
            // `user#{user}` would find the user `abc` as well when `ab` is to go.
            if range.begins_with.as_deref().is_some_and(|beginning| beginning.ends_with('}')) {
                return Err("`begins_with` must not end with a placeholder: an id can begin like another".to_owned());
            }
            let mut texts = vec![partition.as_str()];
            texts.extend(range.begins_with.as_deref());
            texts
        }
        (StoreKind::Bucket, None, Some(prefix)) if range.begins_with.is_none() && prefix.ends_with('/') => {
            vec![prefix.as_str()]
        }
        (StoreKind::Table | StoreKind::Bucket, _, _) => {
            return Err("a table's range needs `partition`, a bucket's a `prefix` that ends with `/`".to_owned());
        }
    };
    let mut found = Vec::new();
    for text in texts {
        let pattern = Pattern::parse(text).map_err(|error| error.to_string())?;
        found.extend(pattern.slots().map(str::to_owned));
    }
    if found == slots {
        Ok(())
    } else {
        Err(format!("a range must name {slots:?} in this order, so that it reaches nobody else"))
    }
}

fn validate_class(name: &str, class: &Class, store: &Store) -> Result<(), InvalidPolicy> {
    let place = || format!("class.{name}");
    Pattern::parse(&class.key).map_err(|error| invalid(place(), error.to_string()))?;
    if class.title.is_empty() || class.policy.is_empty() || class.basis.is_empty() {
        return Err(invalid(place(), "title, policy section and legal basis are needed"));
    }
    let widest: &[&str] = if store.connection.is_some() { &["tenant", "connection"] } else { &["tenant"] };
    if !class.scope.iter().map(String::as_str).take(widest.len()).eq(widest.iter().copied()) {
        return Err(invalid(place(), format!("its scope must begin with {}", widest.join(" and "))));
    }
    let fits = match class.erase {
        EraseRule::Delete | EraseRule::Source => store.kind == StoreKind::Table,
        EraseRule::DeleteAllVersions => store.kind == StoreKind::Bucket,
    };
    if !fits {
        return Err(invalid(place(), "`erase` does not fit its store"));
    }
    match (store.is_reached_by_requests(), class.ceiling_per_request) {
        (true, 0) => return Err(invalid(place(), "`ceiling_per_request` of 0 would halt every plan")),
        (false, 1..) => return Err(invalid(place(), "no request reaches it: `ceiling_per_request` says nothing")),
        (true, 1..) | (false, 0) => {}
    }
    validate_clock(&class.clock).map_err(|problem| invalid(place(), problem))
}

pub(super) fn validate_clock(clock: &Clock) -> Result<(), &'static str> {
    if clock.anchor.is_empty() {
        return Err("its clock has no anchor");
    }
    if clock.floor.iter().chain(&clock.ceiling).any(|span| !span.is_positive()) {
        return Err("its clock must be a span of time: `floor` and `ceiling` count from the anchor on, such as P30D");
    }
    match (&clock.floor, &clock.ceiling) {
        (None, None) => Err("its clock has neither floor nor ceiling"),
        (Some(floor), Some(ceiling)) if !spans::within(floor, ceiling) => {
            Err("its clock must be kept longer than it may be kept: a month has 28 to 31 days, a year 365 or 366, so \
                 write both in the same unit, or a `ceiling` of more days")
        }
        (Some(_), _) | (None, Some(_)) => Ok(()),
    }
}
