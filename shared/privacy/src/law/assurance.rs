//! What a person shows of themselves before a request is acted upon: as much as the right asks for, and no more.
//! Control of what the data is of comes first; data points and a declaration are California's.

pub use crate::clock::rights::assurance::{Asker, Level, Method};

use crate::clock::model::Kind;
use crate::clock::rights::closest;
use crate::law::{Law, NoRule};

/// What is asked of a person. Everything of it, and nothing beyond: no new data is collected to be sure of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assurance<'a> {
    /// How sure we must be.
    pub level: Level,
    /// What the person does: each of them, in this order. Empty where nobody is asked for anything.
    pub methods: &'a [Method],
    /// How many data points must match at least.
    pub data_points_min: u8,
    /// Whether a declaration is signed under penalty of perjury, and kept with the record.
    pub declaration: bool,
    /// Law, policy section, or `choice` of this project.
    pub source: &'a str,
}

impl Law {
    /// What a person shows before a request of theirs is acted upon. A name of a platform's own regime is one too.
    ///
    /// # Errors
    /// [`NoRule`]
    pub fn assurance(&self, regime: &str, kind: Kind, asker: Asker) -> Result<Assurance<'_>, NoRule> {
        let (regime, _) = self.regime(regime).ok_or_else(|| NoRule::Regime(regime.to_owned()))?;
        let rows = self.model.assurance.iter();
        let rows = rows.filter(|row| row.kinds.contains(&kind) && row.askers.contains(&asker));
        let row = closest(rows, |row| &row.regimes, regime).ok_or(NoRule::Row(kind))?;
        Ok(Assurance {
            level: row.level,
            methods: &row.methods,
            data_points_min: row.data_points_min,
            declaration: row.declaration,
            source: &row.source,
        })
    }
}

#[cfg(test)]
mod tests;
