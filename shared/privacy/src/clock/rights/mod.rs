//! The part of `law.toml` that is no clock: who lives under which regime, what people show of themselves, why a
//! request is denied and where they go then. Shapes, and what they must hold before anything is built from them.

pub mod agent;
pub mod assurance;
pub mod denial;
pub mod residence;

use super::model::{Kind, Model};
use super::validate::{InvalidLaw, invalid};

/// Checks everything here.
///
/// # Errors
/// The first [`InvalidLaw`] found.
pub(super) fn validate(model: &Model) -> Result<(), InvalidLaw> {
    let fallback = &model.rights.fallback;
    if model.rights.source.is_empty() {
        return Err(invalid("rights", "it needs a source"));
    }
    let regime =
        model.regime.get(fallback).ok_or_else(|| invalid("rights", format!("there is no regime {fallback}")))?;
    if regime.authorities.is_empty() {
        return Err(invalid(format!("regime.{fallback}"), "the fallback must name an authority"));
    }
    for kind in Kind::ALL {
        if !model.deadline.iter().any(|row| row.regimes.contains(fallback) && row.kinds.contains(&kind)) {
            return Err(invalid("rights", format!("{fallback} has no deadline for {}", kind.as_str())));
        }
    }
    residence::validate(model)?;
    assurance::validate(model)?;
    agent::validate(model)?;
    denial::validate(model)
}

/// Refuses rows that name a regime that is not there.
fn regimes_exist(place: &str, regimes: &[String], model: &Model) -> Result<(), InvalidLaw> {
    match regimes.iter().find(|name| !model.regime.contains_key(*name)) {
        Some(name) => Err(invalid(place, format!("there is no regime {name}"))),
        None => Ok(()),
    }
}

/// Of rows for a regime the one that names it, else the one that names none.
pub(crate) fn closest<'a, T>(
    rows: impl Iterator<Item = &'a T>,
    regimes: impl Fn(&T) -> &[String],
    regime: &str,
) -> Option<&'a T> {
    let mut for_all = None;
    for row in rows {
        let named = regimes(row);
        if named.iter().any(|name| name == regime) {
            return Some(row);
        }
        if named.is_empty() {
            for_all = Some(row);
        }
    }
    for_all
}
