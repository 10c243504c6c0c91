//! What a record class must hold beyond its own clock: the names of its attributes, a key that is found without a scan, and
//! something that runs its clock and agrees with it: a promise, a phase or a purge.

use std::collections::BTreeSet;

use super::ends::{DISCONNECTED, Ends, TERMINATED, phases};
use super::model::{Class, ExportRule, Model, Range, Route, Store, StoreKind};
use super::pattern;
use super::redaction::Redaction;
use super::spans;
use super::validate::{InvalidPolicy, invalid};

/// What every table calls its keys.
const KEYS: [&str; 2] = ["pk", "sk"];

pub(super) fn validate(model: &Model) -> Result<(), InvalidPolicy> {
    for (name, class) in &model.class {
        let refuse = |problem: String| invalid(format!("class.{name}"), problem);
        let store = model.store.get(&class.store).ok_or_else(|| refuse("its store is not described".to_owned()))?;
        named_attributes(class, store)
            .and_then(|()| names_are_attributes(class))
            .and_then(|()| others_are_hidden(class, store))
            .and_then(|()| found_by_range(class, store))
            .and_then(|()| is_run(class, store, model))
            .and_then(|()| agree(class, store, model))
            .map_err(refuse)?;
    }
    for (name, class) in &model.class {
        alone(name, class, model).map_err(|problem| invalid(format!("class.{name}"), problem))?;
    }
    model.store.iter().try_for_each(|(name, store)| {
        secrets_are_attributes(name, store, model).map_err(|problem| invalid(format!("store.{name}"), problem))
    })
}

/// A key is of one class: of two the first would win in silence.
fn alone(name: &str, class: &Class, model: &Model) -> Result<(), String> {
    let is_other = |other: &&(&String, &Class)| other.0.as_str() > name && other.1.store == class.store;
    let others: Vec<(&String, &Class)> = model.class.iter().collect();
    match others.iter().filter(is_other).find(|(_, other)| pattern::overlap(&class.key, &other.key)) {
        Some((other, _)) => Err(format!(
            "a key of it can be one of [class.{other}] as well: give the `key` of one of them a word of its own"
        )),
        None => Ok(()),
    }
}

/// What is dropped before anything else must be there to be dropped.
fn secrets_are_attributes(name: &str, store: &Store, model: &Model) -> Result<(), String> {
    let classes = || model.class.values().filter(|class| class.store == *name);
    let is_known = |secret: &&String| classes().any(|class| class.attributes.contains(secret));
    match store.secrets.iter().find(|secret| !is_known(secret)) {
        Some(secret) => {
            let known: BTreeSet<&str> = classes().flat_map(|class| &class.attributes).map(String::as_str).collect();
            let known: Vec<&str> = known.into_iter().collect();
            Err(format!(
                "`secrets` has `{secret}`, which no record class of this store has: write one of its `attributes` ({})",
                known.join(", ")
            ))
        }
        None => Ok(()),
    }
}

fn named_attributes(class: &Class, store: &Store) -> Result<(), String> {
    match (store.kind, class.attributes.is_empty()) {
        (StoreKind::Table, true) => Err("`attributes` must name what its rows hold".to_owned()),
        (StoreKind::Table, false) => attributes(&class.attributes),
        (StoreKind::Bucket, true) => Ok(()),
        (StoreKind::Bucket, false) => Err("objects have no `attributes`".to_owned()),
    }
}

fn names_are_attributes(class: &Class) -> Result<(), String> {
    if let Some(name) = class.agents.iter().find(|name| !class.attributes.contains(name) || class.names.contains(name))
    {
        return Err(format!("`agents` has `{name}`, which is none of its attributes, or one of `names`"));
    }
    match class.names.iter().find(|name| !class.attributes.contains(name)) {
        Some(name) => Err(format!("`names` has `{name}`, which is none of its attributes")),
        None if class.identifies && class.names.is_empty() => Err("it identifies a person by no attribute".to_owned()),
        None => Ok(()),
    }
}

/// Any text may name somebody else: what a bundle shows of a row is without other people, or the file says why nobody else is in it.
fn others_are_hidden(class: &Class, store: &Store) -> Result<(), String> {
    let is_shown =
        store.kind == StoreKind::Table && matches!(class.export, ExportRule::Include | ExportRule::AccessOnly);
    let is_open = is_shown && !class.redact.contains(&Redaction::OtherPeople);
    match (is_open, class.shown_whole.as_deref().map(str::trim)) {
        (true, None | Some("")) => Err(
            "a bundle shows its rows, and nothing takes other people out of their texts: write `redact = [\"other-people\"]`, or why nobody \
                else can be in them (`shown_whole`)"
                .to_owned(),
        ),
        (false, Some(_)) => Err("`shown_whole` is for rows that a bundle shows with other people in them".to_owned()),
        (true, Some(_)) | (false, None) => Ok(()),
    }
}

/// Attributes of the rows of a table, each named once and none like a key.
pub(super) fn attributes(names: &[String]) -> Result<(), String> {
    let mut known = BTreeSet::new();
    for name in names {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        if name.is_empty() || !name.bytes().all(is_name) {
            return Err(format!("attribute `{name}` is no name"));
        }
        if KEYS.contains(&name.as_str()) {
            return Err(format!("attribute `{name}` is named like a key"));
        }
        if !known.insert(name) {
            return Err(format!("attribute `{name}` is named twice"));
        }
    }
    Ok(())
}

/// Every range of the store that its scope promises must hold its keys: what lies outside is found by a scan only. And a
/// class that lies in the range of one person says so: it goes with that person.
fn found_by_range(class: &Class, store: &Store) -> Result<(), String> {
    let (whole, contact) = match store.connection {
        Some(_) => (&store.connection, &store.contact),
        None => (&store.tenant, &store.tenant_contact),
    };
    let beginning = |range: &Range| range.begins_with.clone().or_else(|| range.prefix.clone());
    let needs_scan = |beginning: &str| {
        format!("its key does not begin with `{beginning}` as the range of its store does: it needs a scan")
    };
    if let Some(beginning) = whole.as_ref().and_then(beginning).filter(|beginning| !class.key.starts_with(beginning)) {
        return Err(needs_scan(&beginning));
    }
    for (range, part) in [(contact, "contact"), (&store.user, "user")] {
        let is_named = class.scope.iter().any(|named| named == part);
        match (range.as_ref(), range.as_ref().and_then(beginning)) {
            (None, _) if is_named => {
                return Err(format!(
                    "its scope names a {part}, and its store has no key range for one: it needs a scan"
                ));
            }
            (Some(_), Some(beginning)) if is_named && !class.key.starts_with(&beginning) => {
                return Err(needs_scan(&beginning));
            }
            (Some(_), Some(beginning)) if !is_named && class.key.starts_with(&beginning) => {
                return Err(format!("its key lies in the range of a {part}, which its scope does not name"));
            }
            (None | Some(_), _) => {}
        }
    }
    Ok(())
}

/// `alarm_before` ≤ `purge_lead` ≤ the whole span.
pub(super) fn ordered(ends: &Ends) -> Result<(), String> {
    match (ends.purge_lead, ends.alarm_before, ends.last_day) {
        (None, None, _) => Ok(()),
        (Some(lead), Some(alarm), Some(last))
            if spans::within(&alarm, &lead) && spans::within(&lead, &last) && !alarm.is_negative() =>
        {
            Ok(())
        }
        (_, _, None) => Err("`purge_lead` and `alarm_before` count back from a last day, and it has none".to_owned()),
        (_, _, Some(_)) => {
            Err("`purge_lead` and `alarm_before` are both needed: it purges, then it alarms, then it ends".to_owned())
        }
    }
}

/// Whether it came through connections: it stands under one, or is added up from what does.
fn is_of_connections(class: &Class, store: &Store, model: &Model) -> bool {
    let mut shared = model.class.values().filter_map(|other| other.shared.as_ref());
    store.connection.is_some() || shared.any(|shared| shared.store == class.store)
}

/// A clock that nothing looks at ends nothing: a disconnect, the end of an account or a purge by date must reach the class.
fn is_run(class: &Class, store: &Store, model: &Model) -> Result<(), String> {
    let is_reached = match class.clock.anchor.as_str() {
        DISCONNECTED => class.purge.is_none() && is_of_connections(class, store, model),
        TERMINATED => class.purge.is_none() && phases(class, model).next().is_some(),
        _ => class.purge.is_some() && store.period.is_some(),
    };
    if is_reached {
        return Ok(());
    }
    Err(format!(
        "nothing runs its clock: `{}` fits neither a disconnect, nor a phase of its store, nor a `purge` with periods",
        class.clock.anchor
    ))
}

/// A class, the promise of a disconnect and the phases of a termination speak of the same days.
fn agree(class: &Class, store: &Store, model: &Model) -> Result<(), String> {
    let ends = Ends::of(class);
    let within = |span: &jiff::Span| ends.last_day.is_none_or(|last| spans::within(span, &last));
    match class.clock.anchor.as_str() {
        DISCONNECTED if ends.floor.is_some() => Err("a disconnect erases it at once, before its floor".to_owned()),
        DISCONNECTED => match model.promise.get(&Route::Disconnect).and_then(|promise| promise.counted.as_ref()) {
            Some(counted) if !within(&counted.within) => Err(
                "nothing of it may outlive its `ceiling`, and [promise.disconnect] does: two clocks contradict. Write `within` in days, no more of \
                     them than its `ceiling` has"
                    .to_owned(),
            ),
            Some(_) | None => {
                match phases(class, model).find(|phase| is_of_connections(class, store, model) && !within(&phase.within)) {
                    Some(phase) => Err(format!(
                        "the phase `{}` ends after its ceiling: data of a connection, or added up from them, does not wait longer for the end of an \
                     account than for a disconnect. Write a `within` of no more days than the ceiling has",
                        phase.title
                    )),
                    None => Ok(()),
                }
            }
        },
        TERMINATED => {
            let is_early = |starts: &jiff::Span| ends.floor.is_some_and(|floor| !spans::within(&floor, starts));
            match phases(class, model).find(|phase| !within(&phase.within) || is_early(&phase.starts_after)) {
                Some(phase) => {
                    let title = &phase.title;
                    Err(format!(
                        "the phase `{title}` begins before its floor or ends after its ceiling: two clocks contradict. Months \
                         count with 28 to 31 days"
                    ))
                }
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}
