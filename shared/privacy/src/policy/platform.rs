//! What platforms' terms ask beyond the promises: the shape of `[platform.*]`, and what it must hold. Where they are stricter than
//! the policy they win, so every limit that is named must be one that something keeps.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::ends::phases;
use super::model::{Class, Model, Phase, Route};
use super::spans;
use super::validate::{InvalidPolicy, invalid};

/// What a platform's terms ask beyond the promises.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlatformRule {
    /// For people.
    pub title: String,
    /// What they ask, in a sentence. Not in what functions carry.
    #[serde(default, skip_serializing)]
    pub terms: String,
    /// The names that connections to it have; none: its own. Several platforms may have terms in common.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub platforms: Vec<String>,
    /// The page or section of its terms.
    pub source: String,
    /// Everything is gone at the latest this long after a disconnect or the end of an account; none: they name no span.
    pub erase_within: Option<jiff::Span>,
    /// What becomes of copies of tables, which can be recovered for longer than its limits: why nothing of them comes back. Not in
    /// what functions carry.
    #[serde(default, skip_serializing)]
    pub copies: String,
    /// Whether its terms forbid to export what it shows of others.
    #[serde(default)]
    pub no_export: bool,
}

impl PlatformRule {
    /// The names that connections to it have.
    pub fn names<'a>(&'a self, own: &'a str) -> impl Iterator<Item = &'a str> {
        let is_own = self.platforms.is_empty();
        is_own.then_some(own).into_iter().chain(self.platforms.iter().map(String::as_str))
    }
}

/// The terms that speak of a name: of a connection, or of a route for all that have terms in common.
pub(crate) fn rule_of<'a>(model: &'a Model, name: &str) -> Option<&'a PlatformRule> {
    let speaks =
        |(own, rule): &(&String, &PlatformRule)| own.as_str() == name || rule.names(own).any(|known| known == name);
    model.platform.iter().find(speaks).map(|(_, rule)| rule)
}

pub(super) fn validate(model: &Model) -> Result<(), InvalidPolicy> {
    let mut named = BTreeSet::new();
    for (own, rule) in &model.platform {
        let is_other = |name: &&str| *name != own && model.platform.contains_key(*name);
        if let Some(name) = rule.names(own).find(|name| !named.insert((*name).to_owned()) || is_other(name)) {
            let problem = format!("two sections of [platform] speak of `{name}`: name it in one of them");
            return Err(invalid(format!("platform.{own}"), problem));
        }
    }
    let is_of_connections =
        |name: &String| model.platform.iter().any(|(own, rule)| rule.names(own).any(|known| known == name));
    for name in &model.routing.on_their_word {
        if !is_of_connections(name) {
            let problem = format!(
                "`on_their_word` has `{name}`, which no section of [platform] names: write a name that connections have"
            );
            return Err(invalid("routing", problem));
        }
    }
    let described = |name: &String, place: String| {
        let is_described = rule_of(model, name).is_some();
        is_described.then_some(()).ok_or_else(|| invalid(place, format!("[platform] does not describe `{name}`")))
    };
    for (name, phase) in &model.termination.phase {
        phase.platforms.iter().try_for_each(|of| described(of, format!("termination.phase.{name}")))?;
        if let Some(of) = phase.platforms.iter().find(|of| !is_of_connections(of)) {
            let problem =
                format!("no connection calls itself `{of}`: write the names in `platforms` of [platform.{of}]");
            return Err(invalid(format!("termination.phase.{name}"), problem));
        }
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

/// Whether copies of tables outlive a limit of its terms. They are gone within the shortest promise, and no sooner.
fn outlived(name: &str, rule: &PlatformRule, model: &Model) -> bool {
    let is_its = |of: &str| of == name || rule.names(name).any(|known| known == of);
    let of_class = |class: &Class| {
        let limit = class.purge.as_ref().and_then(|purge| purge.platform_limit.as_ref());
        limit.filter(|limit| is_its(&limit.platform)).map(|limit| limit.at_most)
    };
    let promises = || model.promise.values().filter_map(|promise| promise.counted.as_ref());
    let is_short = |limit: jiff::Span| {
        promises().next().is_some() && promises().all(|counted| spans::shorter(&limit, &counted.within))
    };
    rule.erase_within.into_iter().chain(model.class.values().filter_map(of_class)).any(is_short)
}

fn validate_rule(name: &str, rule: &PlatformRule, model: &Model) -> Result<(), String> {
    if [&rule.title, &rule.terms, &rule.source].iter().any(|text| text.trim().is_empty()) {
        return Err("a title, what its terms say and their source are needed".to_owned());
    }
    validate_limit(name, rule, model)?;
    match (outlived(name, rule, model), rule.copies.trim().is_empty()) {
        (true, true) => {
            Err("copies of tables can be recovered for longer than its limits: say in `copies` why nothing of \
                             them comes back"
                .to_owned())
        }
        (false, false) => Err("`copies` speaks of a limit that it does not have: leave it out".to_owned()),
        (true, false) | (false, true) => Ok(()),
    }
}

fn validate_limit(name: &str, rule: &PlatformRule, model: &Model) -> Result<(), String> {
    let Some(limit) = &rule.erase_within else { return Ok(()) };
    let counted = model.promise.get(&Route::Disconnect).and_then(|promise| promise.counted.as_ref());
    if !limit.is_positive() || counted.is_some_and(|counted| spans::shorter(&counted.within, limit)) {
        return Err("its limit says nothing: [promise.disconnect] is stricter".to_owned());
    }
    let of_connections = |class: &&Class| model.store.get(&class.store).is_some_and(|store| store.connection.is_some());
    // Each of its names is one that connections have: a phase takes those that it names, and the rest takes the others.
    let is_named =
        |name: &str| model.termination.phase.values().any(|phase| phase.platforms.iter().any(|of| of == name));
    let takes = |phase: &&Phase| {
        rule.names(name).any(|name| {
            if phase.platforms.is_empty() { !is_named(name) } else { phase.platforms.iter().any(|of| of == name) }
        })
    };
    let classes = model.class.values().filter(of_connections);
    let mut taking = classes.flat_map(|class| phases(class, model)).filter(takes);
    match taking.find(|phase| !spans::within(&phase.within, limit)) {
        Some(phase) => Err(format!("the phase `{}` ends later than its terms allow", phase.title)),
        None => Ok(()),
    }
}
