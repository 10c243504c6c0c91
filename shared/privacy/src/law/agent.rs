//! What somebody shows who asks for another: a lawyer, a relative, a company that sends requests for people.

pub use crate::clock::rights::agent::{AgentRow, Permission, PersonStep};

use crate::clock::model::Kind;
use crate::clock::rights::closest;
use crate::law::{Law, NoRule};

impl Law {
    /// What an agent shows, and what is left to the person they ask for.
    ///
    /// # Errors
    /// [`NoRule`]
    pub fn agent(&self, regime: &str, kind: Kind) -> Result<&AgentRow, NoRule> {
        let (regime, _) = self.regime(regime).ok_or_else(|| NoRule::Regime(regime.to_owned()))?;
        let rows = self.model.agent.iter().filter(|row| row.kinds.contains(&kind));
        closest(rows, |row| &row.regimes, regime).ok_or(NoRule::Row(kind))
    }
}

#[cfg(test)]
mod tests;
