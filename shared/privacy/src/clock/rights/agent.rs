//! What somebody shows who asks for another: the rows of `[[agent]]`.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::super::model::{Kind, Model, yes};
use super::super::validate::{InvalidLaw, invalid};

/// The document that shows the person's permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Permission {
    /// Signed by the person, for this agent.
    Signed,
    /// A written authority: signed, or an e-mail of the person's own.
    Written,
}

impl Permission {
    /// As it stands in `law.toml`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Signed => "signed",
            Self::Written => "written",
        }
    }
}

/// What the person does themselves, beside the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PersonStep {
    /// Nothing.
    Nothing,
    /// Either of the two: proves who they are, as for a request of their own, or confirms the permission to us.
    VerifiesOrConfirms,
}

impl PersonStep {
    /// As it stands in `law.toml`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::VerifiesOrConfirms => "verifies-or-confirms",
        }
    }
}

/// What an agent shows for some kinds of requests. A row that names regimes beats one that names none.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentRow {
    /// Names of regimes; none: all of them.
    #[serde(default)]
    pub regimes: Vec<String>,
    /// What is asked for.
    pub kinds: Vec<Kind>,
    /// Which document.
    pub permission: Permission,
    /// What is left to the person.
    pub person: PersonStep,
    /// Whether a power of attorney stands for both the document and the person's step.
    pub power_of_attorney: bool,
    /// Law, policy section, or `choice` of this project.
    pub source: String,
    /// False where nobody has read it in the law's own text yet.
    #[serde(default = "yes")]
    pub confirmed: bool,
}

/// Every regime and kind has one row.
pub(super) fn validate(model: &Model) -> Result<(), InvalidLaw> {
    let mut seen = BTreeSet::new();
    for row in &model.agent {
        let place = format!("agent {}", row.kinds.first().map_or("?", |kind| kind.as_str()));
        if row.kinds.is_empty() || row.source.is_empty() {
            return Err(invalid(place, "it needs kinds and a source"));
        }
        super::regimes_exist(&place, &row.regimes, model)?;
        let regimes: Vec<Option<&String>> =
            if row.regimes.is_empty() { vec![None] } else { row.regimes.iter().map(Some).collect() };
        for (regime, kind) in regimes.iter().flat_map(|regime| row.kinds.iter().map(move |kind| (*regime, *kind))) {
            if !seen.insert((regime, kind)) {
                let regime = regime.map_or("every regime", String::as_str);
                return Err(invalid(place, format!("a second row for {} in {regime}", kind.as_str())));
            }
        }
    }
    match Kind::ALL.into_iter().find(|kind| !seen.contains(&(None, *kind))) {
        Some(kind) => Err(invalid("agent", format!("no row for {} in every regime", kind.as_str()))),
        None => Ok(()),
    }
}
