//! The part of `law.toml` that is no clock: who lives under which regime. Shapes, and what they
//! must hold before anything is built from them.

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
    if !model.regime.contains_key(fallback) {
        return Err(invalid("rights", format!("there is no regime {fallback}")));
    }
    for kind in Kind::ALL {
        if !model.deadline.iter().any(|row| row.regimes.contains(fallback) && row.kinds.contains(&kind)) {
            return Err(invalid("rights", format!("{fallback} has no deadline for {}", kind.as_str())));
        }
    }
    residence::validate(model)
}
