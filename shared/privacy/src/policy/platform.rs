//! What platforms' terms ask beyond the promises: the shape of `[platform.*]`, and what it must hold. Where they are stricter than
//! the policy they win, so every limit that is named must be one that something keeps.

use serde::{Deserialize, Serialize};

use super::ends::phases;
use super::model::{Class, Model, Phase, Route};
use super::validate::{InvalidPolicy, invalid, nominal_hours};

/// What a platform's terms ask beyond the promises.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlatformRule {
    /// For people.
    pub title: String,
    /// What they ask, in a sentence. Not in what functions carry.
    #[serde(default, skip_serializing)]
    pub terms: String,
    /// The page or section of its terms.
    pub source: String,
    /// Everything is gone at the latest this long after a disconnect or the end of an account; none: they name no span.
    pub erase_within: Option<jiff::Span>,
    /// Whether its terms forbid to export what it shows of others.
    #[serde(default)]
    pub no_export: bool,
}

pub(super) fn validate(model: &Model) -> Result<(), InvalidPolicy> {
    let described = |name: &String, place: String| {
        let is_described = model.platform.contains_key(name);
        is_described.then_some(()).ok_or_else(|| invalid(place, format!("[platform] does not describe `{name}`")))
    };
    for (name, phase) in &model.termination.phase {
        phase.platforms.iter().try_for_each(|of| described(of, format!("termination.phase.{name}")))?;
    }
    for (name, class) in &model.class {
        let limit = class.purge.as_ref().and_then(|purge| purge.platform_limit.as_ref());
        limit.iter().try_for_each(|limit| described(&limit.platform, format!("class.{name}")))?;
    }
    for (name, rule) in &model.platform {
        validate_rule(name, rule, model).map_err(|problem| invalid(format!("platform.{name}"), problem))?;
    }
    Ok(())
}

fn validate_rule(name: &str, rule: &PlatformRule, model: &Model) -> Result<(), String> {
    if [&rule.title, &rule.terms, &rule.source].iter().any(|text| text.trim().is_empty()) {
        return Err("a title, what its terms say and their source are needed".to_owned());
    }
    let Some(limit) = rule.erase_within.as_ref().map(nominal_hours) else { return Ok(()) };
    let counted = model.promise.get(&Route::Disconnect).and_then(|promise| promise.counted.as_ref());
    if limit <= 0 || counted.is_some_and(|counted| nominal_hours(&counted.within) < limit) {
        return Err("its limit says nothing: [promise.disconnect] is stricter".to_owned());
    }
    let of_connections = |class: &&Class| model.store.get(&class.store).is_some_and(|store| store.connection.is_some());
    let names = |phase: &Phase| phase.platforms.iter().any(|of| of == name);
    let is_named = model.termination.phase.values().any(names);
    let takes = |phase: &&Phase| if phase.platforms.is_empty() { !is_named } else { names(phase) };
    let classes = model.class.values().filter(of_connections);
    let mut taking = classes.flat_map(|class| phases(class, model)).filter(takes);
    match taking.find(|phase| nominal_hours(&phase.within) > limit) {
        Some(phase) => Err(format!("the phase `{}` ends later than its terms allow", phase.title)),
        None => Ok(()),
    }
}
