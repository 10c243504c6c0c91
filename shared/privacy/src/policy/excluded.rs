//! Whose records a store never holds: what it is for lasts longer than a limit of a platform lets any of them. So whatever may hold
//! records of such a platform goes by a limit of its own, and the rest is closed to it.

use super::model::{Class, Model, Store};
use super::platform::PlatformRule;
use super::spans;
use super::validate::{InvalidPolicy, invalid};

pub(super) fn validate(model: &Model) -> Result<(), InvalidPolicy> {
    for (name, store) in &model.store {
        validate_store(store, model).map_err(|problem| invalid(format!("store.{name}"), problem))?;
    }
    for (name, class) in &model.class {
        let Some(store) = model.store.get(&class.store).filter(|store| store.connection.is_some()) else { continue };
        validate_class(class, store, model).map_err(|problem| invalid(format!("class.{name}"), problem))?;
    }
    Ok(())
}

fn validate_store(store: &Store, model: &Model) -> Result<(), String> {
    let excluded = &store.excluded_platforms;
    if excluded.is_empty() {
        return Ok(());
    }
    if store.connection.is_none() || store.identities {
        return Err("`excluded_platforms` is for what connections bring: every connection has its own row, and the \
                    rest is of no platform"
            .to_owned());
    }
    let is_known =
        |name: &&String| model.platform.iter().any(|(own, rule)| rule.names(own).any(|known| known == *name));
    if let Some(name) = excluded.iter().find(|name| !is_known(name)) {
        return Err(format!("`excluded_platforms` has `{name}`: write a name that a section of [platform] names"));
    }
    match excluded.iter().enumerate().find(|(index, name)| excluded.iter().take(*index).any(|other| other == *name)) {
        Some((_, name)) => Err(format!("`excluded_platforms` names `{name}` twice")),
        None => Ok(()),
    }
}

/// Whether a limit that a class names is one of a platform's.
fn is_of(named: &str, own: &str, rule: &PlatformRule) -> bool {
    named == own || rule.names(own).any(|known| known == named)
}

fn validate_class(class: &Class, store: &Store, model: &Model) -> Result<(), String> {
    let own_limit = class.purge.as_ref().and_then(|purge| purge.platform_limit.as_ref());
    for (own, rule) in &model.platform {
        let has_own_limit = own_limit.is_some_and(|limit| is_of(&limit.platform, own, rule));
        let admitted = || rule.names(own).find(|name| !store.excluded_platforms.iter().any(|out| out == name));
        match (has_own_limit, admitted()) {
            (true, None) => {
                return Err(format!(
                    "its store never holds records of `{own}`: leave out `purge.platform_limit`, or `excluded_platforms` of its store"
                ));
            }
            // A store of connections holds what finds each of them, and no record of anybody else.
            (false, Some(name)) if !store.identities => in_time(class, (own, rule), name, model)?,
            (true | false, _) => {}
        }
    }
    Ok(())
}

/// Whether a class that may hold records of a platform, and has no limit of it, is gone within every limit that the platform has.
fn in_time(class: &Class, (own, rule): (&str, &PlatformRule), name: &str, model: &Model) -> Result<(), String> {
    let goes = class.purge.as_ref().and(class.clock.ceiling.as_ref());
    for (limited, other) in &model.class {
        let limit = other.purge.as_ref().and_then(|purge| purge.platform_limit.as_ref());
        let Some(limit) = limit.filter(|limit| is_of(&limit.platform, own, rule)) else { continue };
        if !goes.is_some_and(|ceiling| spans::within(ceiling, &limit.at_most)) {
            return Err(format!(
                "records of `{name}` may stand in it for longer than the limit of [class.{limited}] allows: write \
                 `excluded_platforms = [\"{name}\"]` in [store.{}], or a `purge` with a `platform_limit` of its own",
                class.store
            ));
        }
    }
    Ok(())
}
