//! What the `[termination]` of a policy file must hold: every phase has its days, and every store that belongs to a
//! tenant or to a connection is emptied by exactly one phase.

use std::collections::BTreeSet;

use super::model::{Model, Phase, Store};
use super::spans;
use super::validate::{InvalidPolicy, invalid};

pub(super) fn validate(model: &Model) -> Result<(), InvalidPolicy> {
    let termination = &model.termination;
    if !termination.phase.contains_key(&termination.window) {
        return Err(invalid("termination", "`window` names no phase"));
    }
    for (name, phase) in &termination.phase {
        validate_phase(name, phase, model)?;
    }
    for (name, store) in &model.store {
        let phases = || termination.phase.values().filter(|phase| phase.stores.contains(name));
        let rests = phases().filter(|phase| phase.platforms.is_empty()).count();
        let place = || format!("store.{name}");
        if store.connection.is_some() || store.tenant.is_some() {
            if rests != 1 {
                return Err(invalid(place(), "exactly one phase of [termination] without `platforms` must empty it"));
            }
        } else if phases().next().is_some() {
            return Err(invalid(place(), "[termination] cannot find what a tenant has in it"));
        }
        let mut named = BTreeSet::new();
        if !phases().flat_map(|phase| &phase.platforms).all(|platform| named.insert(platform)) {
            return Err(invalid(place(), "two phases of [termination] empty it for the same platform"));
        }
    }
    Ok(())
}

fn validate_phase(name: &str, phase: &Phase, model: &Model) -> Result<(), InvalidPolicy> {
    let place = || format!("termination.phase.{name}");
    let named = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    if !named || phase.stores.is_empty() || phase.title.is_empty() || phase.policy.is_empty() {
        return Err(invalid(place(), "a name of [a-z-], a title, a policy section and stores are needed"));
    }
    if phase.sentence.trim().is_empty() {
        return Err(invalid(place(), "the sentence of the policy that it keeps is needed"));
    }
    let stores: Option<Vec<&Store>> = phase.stores.iter().map(|store| model.store.get(store)).collect();
    let stores = stores.ok_or_else(|| invalid(place(), "one of its stores is not described"))?;
    let is_of_connections = stores.iter().all(|store| store.connection.is_some() && store.tenant.is_none());
    let is_of_tenant = stores.iter().all(|store| store.tenant.is_some() && store.connection.is_none());
    if !(is_of_connections || (is_of_tenant && phase.platforms.is_empty())) {
        return Err(invalid(place(), "its stores must all belong to connections, or all to the tenant itself"));
    }
    let everything = |store: &Store| store.connection.is_some();
    if is_of_connections && stores.len() != model.store.values().filter(|store| everything(store)).count() {
        return Err(invalid(place(), "it must empty every store of a connection: what it leaves nobody finds again"));
    }
    for (key, span) in
        [("starts_after", &phase.starts_after), ("within", &phase.within), ("alarm_before", &phase.alarm_before)]
    {
        if span.is_negative() {
            let problem = format!("`{key}` is negative: write a span from the end of the account on, such as P27D");
            return Err(invalid(place(), problem));
        }
    }
    if !spans::within(&phase.starts_after, &phase.within) || !spans::within(&phase.alarm_before, &phase.within) {
        return Err(invalid(place(), "it must begin, and its alarm must ring, before it is to be over"));
    }
    Ok(())
}
