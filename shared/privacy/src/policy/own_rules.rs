//! What the `[own.*]` sections of a policy file must hold.

use super::class_rules;
use super::ends::Ends;
use super::model::{Model, StoreKind};
use super::own::{FLAGS, NEEDED, Own, OwnErase, OwnKind, OwnRow, Purge, REPLAYS};
use super::pattern::Pattern;
use super::spans;
use super::validate::{InvalidPolicy, invalid, validate_clock};

pub(super) fn validate(model: &Model) -> Result<(), InvalidPolicy> {
    for (name, own) in &model.own {
        validate_own(name, own, model).map_err(|problem| invalid(format!("own.{name}"), problem))?;
    }
    needed(model)?;
    outlives(model).map_err(|problem| invalid("own.contact-data", problem))?;
    for name in model.kept.keys() {
        if !model.own.values().any(|own| own.kept.as_ref() == Some(name)) {
            return Err(invalid(format!("kept.{name}"), "no record of [own] says how it is kept"));
        }
    }
    Ok(())
}

/// The sections by which functions make and purge: a file without one of them would have bundles that are never made, and closed
/// requests, holds and flags that never go.
fn needed(model: &Model) -> Result<(), InvalidPolicy> {
    for (name, purge) in NEEDED {
        let place = format!("own.{name}");
        let word = purge.word();
        let Some(own) = model.own.get(name) else {
            return Err(invalid(place, format!("every policy file needs this section, with `purge = \"{word}\"`")));
        };
        if own.purge != purge {
            return Err(invalid(place, format!("`purge = \"{word}\"` is needed: nothing else ends it")));
        }
        if [FLAGS, REPLAYS].contains(&name) && own.clock.floor.is_none() {
            return Err(invalid(place, "its clock needs a `floor`: without one it would never go"));
        }
    }
    Ok(())
}

/// A request outlives what it says of how to reach somebody: otherwise it would go first, and there were two clocks for one.
fn outlives(model: &Model) -> Result<(), String> {
    let span = |name: &str, span: fn(&Own) -> Option<jiff::Span>| {
        model.own.get(name).filter(|own| own.purge == Purge::Sweep).and_then(span)
    };
    let contact = span(OwnKind::ContactData.as_str(), |own| own.clock.ceiling);
    let request = span(OwnKind::Requests.as_str(), |own| own.clock.floor);
    match (contact, request) {
        (Some(contact), Some(request)) if !spans::shorter(&contact, &request) => {
            Err("it must be gone before its request goes, by [own.requests]".to_owned())
        }
        (_, _) => Ok(()),
    }
}

fn validate_own(name: &str, own: &Own, model: &Model) -> Result<(), String> {
    if own.title.is_empty() || own.basis.is_empty() || own.source.is_empty() {
        return Err("title, legal basis and the source of its clock are needed".to_owned());
    }
    validate_clock(&own.clock)?;
    if let Some(name) = &own.kept {
        let kept = model.kept.get(name).ok_or("`kept` names no section of [kept]")?;
        if !own.clock.floor.is_some_and(|floor| spans::same(&floor, &kept.keep_for)) {
            return Err(format!("its floor is not what [kept.{name}] says: two clocks contradict"));
        }
    }
    class_rules::ordered(&Ends {
        floor: own.clock.floor,
        last_day: own.clock.ceiling,
        purge_lead: own.purge_lead,
        alarm_before: own.alarm_before,
    })?;
    validate_purge(name, own)?;
    validate_scope(own)?;
    if own.store.is_some() == own.rows.is_empty() {
        return Err("a store needs rows, and rows need a store".to_owned());
    }
    let is_bucket = own.rows.iter().any(|row| row.partition.is_none());
    let fits = match own.erase {
        OwnErase::Delete => !is_bucket && own.purge != Purge::Stays,
        OwnErase::DeleteAllVersions => is_bucket || own.rows.is_empty(),
        OwnErase::Never => own.purge == Purge::Stays,
        OwnErase::Scrub => own.purge == Purge::Sweep,
    };
    let is_scrubbed = name == OwnKind::ContactData.as_str() && own.purge == Purge::Sweep;
    if !fits || is_scrubbed != (own.erase == OwnErase::Scrub) {
        return Err("`erase` does not fit its store, or what ends it".to_owned());
    }
    let known = own.store.as_ref().and_then(|store| model.store.get(store)).map(|store| store.kind);
    if known.is_some_and(|kind| (kind == StoreKind::Bucket) != is_bucket) {
        return Err("its rows are not of the kind of its store".to_owned());
    }
    own.rows.iter().try_for_each(|row| validate_row(row, is_bucket))
}

/// What ends a record must be able to: a sweep knows three kinds, a lifecycle rule objects only, and what stays has no last day.
fn validate_purge(name: &str, own: &Own) -> Result<(), String> {
    let is_swept = OwnKind::ALL.iter().any(|kind| kind.as_str() == name);
    let is_of_objects = own.rows.iter().any(|row| row.partition.is_none());
    match own.purge {
        Purge::Sweep if !is_swept => Err("the sweeper knows `requests`, `contact-data` and `holds` only".to_owned()),
        Purge::Sweep if own.clock.floor.is_none() || own.clock.ceiling.is_none() || own.alarm_before.is_none() => {
            Err("a record that is swept needs a floor, a ceiling and an alarm".to_owned())
        }
        Purge::Sweep if own.ceiling_per_run.is_none_or(|ceiling| ceiling == 0) => {
            Err("a record that is swept needs a `ceiling_per_run`".to_owned())
        }
        Purge::Lifecycle if !is_of_objects || own.clock.ceiling.is_none() => {
            Err("a lifecycle rule ends objects of a bucket, by a ceiling".to_owned())
        }
        Purge::Stays if own.clock.ceiling.is_some() => Err("what stays has no ceiling".to_owned()),
        Purge::Due if own.clock.ceiling.is_none() || own.alarm_before.is_none() => {
            Err("a record that goes when it is due needs a ceiling and an alarm".to_owned())
        }
        Purge::Closing if own.clock.anchor != "closed_at" || own.clock.ceiling.is_none() => {
            Err("what goes when its request is closed counts from there, and has a ceiling".to_owned())
        }
        Purge::Sweep
        | Purge::Due
        | Purge::Lifecycle
        | Purge::Stays
        | Purge::WithErasure
        | Purge::Closing
        | Purge::Expiry
        | Purge::NotBuilt => Ok(()),
    }
}

/// Whose a record can be.
const OWNERS: [&str; 6] = ["person", "tenant", "connection", "contact", "user", "nobody"];

/// Its scope says whose it is: everybody whom its rows name, or nobody.
fn validate_scope(own: &Own) -> Result<(), String> {
    let is_known = own.scope.iter().all(|owner| OWNERS.contains(&owner.as_str()));
    let is_nobody = own.scope.iter().any(|owner| owner == "nobody");
    if own.scope.is_empty() || !is_known || (is_nobody && own.scope.len() > 1) {
        return Err(format!("its scope must say whose it is: of {}", OWNERS.join(", ")));
    }
    for row in &own.rows {
        let slots = row.partition.iter().chain(&row.key).flat_map(|text| text.split(['{', '}']).skip(1).step_by(2));
        let attributes = row.attributes.iter().filter_map(|name| name.strip_suffix("_id"));
        let named = |slot: &&str| slot != &"nobody" && OWNERS.contains(slot);
        if let Some(owner) = slots.chain(attributes).filter(named).find(|owner| !own.scope.iter().any(|it| it == owner))
        {
            return Err(format!("its rows name a {owner}, which its scope does not"));
        }
        // A request is of the person who made it, whatever else it names.
        let is_of_request = row.partition.as_ref().is_some_and(|partition| partition.starts_with("obligation#"));
        if is_of_request && !own.scope.iter().any(|owner| owner == "person") {
            return Err("its scope must say whose it is: a request is of a person".to_owned());
        }
    }
    Ok(())
}

fn validate_row(row: &OwnRow, is_bucket: bool) -> Result<(), String> {
    for text in row.partition.iter().chain(&row.key) {
        Pattern::parse(text).map_err(|error| error.to_string())?;
    }
    match (&row.partition, &row.key) {
        (Some(_), _) if !is_bucket => class_rules::attributes(&row.attributes),
        (None, Some(key)) if is_bucket && row.attributes.is_empty() => match key.split_once('/') {
            Some((prefix, _)) if !prefix.contains('{') => Ok(()),
            Some(_) | None => Err(format!("object key `{key}` does not begin with a fixed prefix: it needs a scan")),
        },
        (Some(_) | None, _) => Err("a row needs `partition`, an object a `key` alone".to_owned()),
    }
}
