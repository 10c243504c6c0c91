//! The row that answers a request, whatever is asked for and wherever the person lives. No right is refused because of
//! where somebody lives: what their own law does not give is answered all the same, by the row of the fallback.

use serde::{Deserialize, Serialize};

use crate::clock::model::Kind;
use crate::law::{Law, NoDeadline, Row};

/// Why this row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// The regime's own.
    #[default]
    Own,
    /// The regime says nothing about it; the fallback's.
    FallbackUnknown,
    /// The regime is known to give no such right; the fallback's, because we answer all the same.
    NoRight,
}

impl Basis {
    /// Whether the law of where they live has a row for what they ask.
    #[must_use]
    pub const fn is_own(&self) -> bool {
        matches!(self, Self::Own)
    }

    /// As it stands in rows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::FallbackUnknown => "fallback-unknown",
            Self::NoRight => "no-right",
        }
    }
}

/// The row that a request goes by.
#[derive(Clone, Copy, Debug)]
pub struct Governing<'a> {
    /// The row. Its regime is the fallback unless the basis is `Own`.
    pub row: Row<'a>,
    /// Why this one.
    pub basis: Basis,
}

impl Law {
    /// The row that a request of a kind goes by, of a person under a regime.
    ///
    /// # Errors
    /// [`NoDeadline::Regime`] for a name that is no regime. The build has ruled out the others: the fallback has a row
    /// for every kind.
    pub fn governing_row(&self, regime: &str, kind: Kind) -> Result<Governing<'_>, NoDeadline> {
        let fallback = || self.row(&self.model.rights.fallback, kind);
        match self.row(regime, kind) {
            Ok(row) => Ok(Governing { row, basis: Basis::Own }),
            Err(NoDeadline::NoRow { .. }) => Ok(Governing { row: fallback()?, basis: Basis::FallbackUnknown }),
            Err(NoDeadline::NoRight { .. }) => Ok(Governing { row: fallback()?, basis: Basis::NoRight }),
            Err(error @ NoDeadline::Regime(_)) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests;
