//! The law file made ready for work: which rule holds for whom, and the dates that follow.
//!
//! `law.toml` is the only place of a legal period. This module finds rows in it; [`dates`] counts a request's
//! four dates by one, [`extension`] moves them once; clocks that run without a request stand in the policy file.
//! [`residence`] finds the regime of a person, [`governing`] the row that answers whatever they ask for, [`assurance`]
//! and [`agent`] what they show of themselves, [`denial`] why and with which ways on a request is denied, [`routing`]
//! the clocks of what others decide.

pub mod agent;
pub mod assurance;
pub mod dates;
pub mod denial;
pub mod extension;
pub mod governing;
pub mod names;
pub mod residence;
pub mod routing;

use crate::clock::Holidays;
use crate::clock::model::{Deadline, Kind, Model, Regime};
use crate::clock::validate::{self, InvalidLaw};

/// The law file that was built in cannot be used: only a test with a file of its own can meet this.
#[derive(Debug, thiserror::Error)]
pub enum UnusableLaw {
    /// Not the shape of a law file.
    #[error("law: not the expected shape")]
    Shape(#[from] serde_json::Error),
    /// Something that validation would have refused.
    #[error(transparent)]
    Invalid(#[from] InvalidLaw),
}

/// Why there is no deadline.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoDeadline {
    /// No such regime in the file.
    #[error("no regime {0}")]
    Regime(String),
    /// The file says that the regime gives no such right.
    #[error("{regime} gives no right of {}", .kind.as_str())]
    NoRight {
        /// Its name.
        regime: String,
        /// What was asked for.
        kind: Kind,
    },
    /// The file says nothing about it. The row of `UNKNOWN` has a date for every kind.
    #[error("{regime} says nothing about {}", .kind.as_str())]
    NoRow {
        /// Its name.
        regime: String,
        /// What was asked for.
        kind: Kind,
    },
}

/// Why the file does not say what somebody must show.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoRule {
    /// No such regime in the file.
    #[error("no regime {0}")]
    Regime(String),
    /// No row for it, which the build has ruled out.
    #[error("no rule for {}", .0.as_str())]
    Row(Kind),
}

/// A law file ready for work.
#[derive(Debug)]
pub struct Law {
    model: Model,
    holidays: Holidays,
    fallback: Regime,
}

/// One row for one regime.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// The regime's name.
    pub regime_name: &'a str,
    /// The regime.
    pub regime: &'a Regime,
    /// How long it gives.
    pub deadline: &'a Deadline,
    kind: Kind,
    law: &'a Law,
}

impl Row<'_> {
    /// Whether the law stops its clock while the person is asked something.
    #[must_use]
    pub fn pauses(&self) -> bool {
        self.deadline.pauses.contains(&self.kind)
    }
}

impl Law {
    /// The law file that this crate was built with.
    ///
    /// # Errors
    /// [`UnusableLaw`], which the build has ruled out.
    pub fn built_in() -> Result<Self, UnusableLaw> {
        Self::new(serde_json::from_str(include_str!(concat!(env!("OUT_DIR"), "/law.json")))?)
    }

    /// Makes a validated file ready.
    ///
    /// # Errors
    /// [`UnusableLaw`]
    pub fn new(model: Model) -> Result<Self, UnusableLaw> {
        let holidays = validate::holidays(&model)?;
        let name = &model.rights.fallback;
        let no_fallback = || InvalidLaw { place: "rights".to_owned(), problem: format!("there is no regime {name}") };
        let fallback = model.regime.get(name).ok_or_else(no_fallback)?.clone();
        Ok(Self { model, holidays, fallback })
    }

    /// The file itself.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Every table of holidays.
    #[must_use]
    pub fn holidays(&self) -> &Holidays {
        &self.holidays
    }

    /// The row of a regime for what a person asks for.
    ///
    /// # Errors
    /// [`NoDeadline`]
    pub fn row(&self, regime: &str, kind: Kind) -> Result<Row<'_>, NoDeadline> {
        let (regime_name, regime) = self.regime(regime).ok_or_else(|| NoDeadline::Regime(regime.to_owned()))?;
        let mut rows = self.model.deadline.iter();
        match rows.find(|row| row.regimes.contains(regime_name) && row.kinds.contains(&kind)) {
            Some(deadline) => Ok(Row { regime_name, regime, deadline, kind, law: self }),
            None if regime.no_right.contains(&kind) => Err(NoDeadline::NoRight { regime: regime_name.clone(), kind }),
            None => Err(NoDeadline::NoRow { regime: regime_name.clone(), kind }),
        }
    }

    /// Within how many days of its receipt a request is answered under a regime, where the law or the policy says so in days.
    #[must_use]
    pub fn days(&self, regime: &str, kind: Kind) -> Option<u32> {
        self.row(regime, kind).ok()?.deadline.legal_rule().op().days_at_most()
    }

    /// A regime by its name or another name of it.
    fn regime(&self, name: &str) -> Option<(&String, &Regime)> {
        let is_it =
            |(known, regime): &(&String, &Regime)| *known == name || regime.also.iter().any(|also| also == name);
        self.model.regime.iter().find(is_it)
    }
}

#[cfg(test)]
mod tests;
