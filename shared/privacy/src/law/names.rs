//! The rule behind a name in a `regime` column: `EU_GDPR`, `US_VA_APPEAL`, `CA_CCPA_ACK`, `EU_GDPR_BREACH`.

use crate::clock::Rule;
use crate::clock::model::{Deadline, Regime};
use crate::law::Law;

/// Why a name has no rule of its own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoOwnRule {
    /// Not in the file.
    #[error("no rule of its own for the regime `{0}`")]
    Unknown(String),
    /// It stands in the file, and cannot be extended.
    #[error("the regime `{0}` has no extension")]
    NoExtension(String),
}

/// What a name stands for.
enum Named<'a> {
    Deadline(&'a Regime, &'a Deadline),
    Ack(&'a Regime, &'a Rule),
    /// The earlier of law and policy.
    Promised(&'a Regime, &'a Deadline),
    Clock(&'a Rule),
}

impl Law {
    /// The rule behind a name, with its zone, not rolled: the period of the law itself.
    ///
    /// A name is a regime, a regime and the label of one of its rows (`CA_CCPA_OPTOUT`), a regime and `_ACK`,
    /// a regime and `+POLICY` (the earlier of law and policy), or a single clock.
    ///
    /// # Errors
    /// [`NoOwnRule`]
    pub fn own_rule(&self, name: &str, is_extended: bool) -> Result<Rule, NoOwnRule> {
        let no_extension = || NoOwnRule::NoExtension(name.to_owned());
        match self.named(name).ok_or_else(|| NoOwnRule::Unknown(name.to_owned()))? {
            Named::Deadline(regime, row) | Named::Promised(regime, row) if is_extended => {
                let extended = row.extended.as_ref().ok_or_else(no_extension)?;
                Ok(extended.rule.clone().or_in_zone(&regime.time_zone))
            }
            Named::Deadline(regime, row) => Ok(row.respond.rule.clone().or_in_zone(&regime.time_zone)),
            Named::Promised(regime, row) => Ok(row.legal_rule().or_in_zone(&regime.time_zone)),
            Named::Ack(..) | Named::Clock(_) if is_extended => Err(no_extension()),
            Named::Ack(regime, rule) => Ok(rule.clone().or_in_zone(&regime.time_zone)),
            Named::Clock(rule) => Ok(rule.clone()),
        }
    }

    /// The zone that a rule counts in when it does not name one: the regime's, if the name is known.
    #[must_use]
    pub fn zone_of(&self, name: &str) -> Option<&str> {
        match self.named(name)? {
            Named::Deadline(regime, _) | Named::Ack(regime, _) | Named::Promised(regime, _) => Some(&regime.time_zone),
            Named::Clock(rule) => rule.time_zone(),
        }
    }

    fn named(&self, name: &str) -> Option<Named<'_>> {
        if let Some(clock) = self.model.clock.get(name) {
            return Some(Named::Clock(&clock.rule));
        }
        if let Some((regime, row)) = self.unlabelled(name) {
            return Some(Named::Deadline(regime, row));
        }
        if let Some((regime, row)) = name.strip_suffix("+POLICY").and_then(|name| self.unlabelled(name)) {
            return Some(Named::Promised(regime, row));
        }
        if let Some((regime, row)) = self.labelled(name) {
            return Some(Named::Deadline(regime, row));
        }
        let (regime, row) = self.unlabelled(name.strip_suffix("_ACK")?)?;
        Some(Named::Ack(regime, &row.ack.as_ref()?.rule))
    }

    fn unlabelled(&self, name: &str) -> Option<(&Regime, &Deadline)> {
        let (name, regime) = self.regime(name)?;
        let row = self.model.deadline.iter().find(|row| row.label.is_none() && row.regimes.contains(name))?;
        Some((regime, row))
    }

    fn labelled(&self, name: &str) -> Option<(&Regime, &Deadline)> {
        self.model.deadline.iter().find_map(|row| {
            let label = row.label.as_ref()?;
            let mut regimes = row.regimes.iter();
            let is_other_name = row.also.iter().any(|also| also == name);
            let regime = regimes.find(|regime| is_other_name || *name == format!("{regime}_{label}"))?;
            Some((self.model.regime.get(regime)?, row))
        })
    }
}

impl Deadline {
    /// The legal date's rule: the law's period, or the policy's where that is earlier.
    #[must_use]
    pub fn legal_rule(&self) -> Rule {
        let respond = self.respond.rule.clone();
        self.promise.as_ref().map_or(respond.clone(), |promise| respond.or_earlier(&promise.rule))
    }
}
