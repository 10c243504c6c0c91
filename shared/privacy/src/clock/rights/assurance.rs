//! How sure we are of a person before we act: the rows of `[[assurance]]`.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::super::model::{Kind, Model, yes};
use super::super::validate::{InvalidLaw, invalid};

/// How we know the person who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asker {
    /// Has an account with the dashboard, which can say so.
    AccountHolder,
    /// Wrote from, or named, an e-mail address.
    Contact,
    /// Is known by the handle of a connected platform and by nothing else.
    HandleOnly,
}

impl Asker {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::AccountHolder, Self::Contact, Self::HandleOnly];

    /// As it stands in `law.toml`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccountHolder => "account-holder",
            Self::Contact => "contact",
            Self::HandleOnly => "handle-only",
        }
    }
}

/// How sure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Nobody is asked for anything.
    None,
    /// The person controls the address or the handle that the data is of.
    Contact,
    /// The account's holder logged in again, just now.
    Account,
    /// Control, and at least two matching data points.
    Reasonable,
    /// Control, at least three matching data points, and a declaration signed under penalty of perjury.
    ReasonablyHigh,
}

impl Level {
    /// As it stands in `law.toml`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Contact => "contact",
            Self::Account => "account",
            Self::Reasonable => "reasonable",
            Self::ReasonablyHigh => "reasonably-high",
        }
    }

    /// Fewest data points, and whether there is a declaration.
    const fn asks_for(self) -> (u8, bool) {
        match self {
            Self::None | Self::Contact | Self::Account => (0, false),
            Self::Reasonable => (2, false),
            Self::ReasonablyHigh => (3, true),
        }
    }
}

/// One thing that a person does to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Repeats a code that was sent to the address.
    EmailCode,
    /// Repeats a code that was sent to the handle, or writes from it.
    HandleCode,
    /// Logs in again; the dashboard signs that they did.
    AccountAssertion,
    /// Names what we hold about them already.
    DataPoints,
}

impl Method {
    /// As it stands in `law.toml`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EmailCode => "email-code",
            Self::HandleCode => "handle-code",
            Self::AccountAssertion => "account-assertion",
            Self::DataPoints => "data-points",
        }
    }

    /// The one that shows control of what an asker is known by.
    const fn of(asker: Asker) -> Self {
        match asker {
            Asker::AccountHolder => Self::AccountAssertion,
            Asker::Contact => Self::EmailCode,
            Asker::HandleOnly => Self::HandleCode,
        }
    }
}

/// What some people show for some kinds of requests. A row that names regimes beats one that names none.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssuranceRow {
    /// Names of regimes; none: all of them.
    #[serde(default)]
    pub regimes: Vec<String>,
    /// What is asked for.
    pub kinds: Vec<Kind>,
    /// Who asks.
    pub askers: Vec<Asker>,
    /// How sure we must be.
    pub level: Level,
    /// What the person does: each of them, in this order. Empty where the level is `none`.
    pub methods: Vec<Method>,
    /// How many data points must match at least.
    #[serde(default)]
    pub data_points_min: u8,
    /// Whether a declaration is signed under penalty of perjury, and kept with the record.
    #[serde(default)]
    pub declaration: bool,
    /// Law, policy section, or `choice` of this project.
    pub source: String,
    /// False where nobody has read it in the law's own text yet.
    #[serde(default = "yes")]
    pub confirmed: bool,
    /// What the fields do not say.
    pub note: Option<String>,
}

/// Every regime, kind and asker has one row, and each row asks for what its level says.
pub(super) fn validate(model: &Model) -> Result<(), InvalidLaw> {
    let mut seen = BTreeSet::new();
    for row in &model.assurance {
        let place = format!("assurance {}", row.level.as_str());
        if row.kinds.is_empty() || row.askers.is_empty() || row.source.is_empty() {
            return Err(invalid(place, "it needs kinds, askers and a source"));
        }
        super::regimes_exist(&place, &row.regimes, model)?;
        check(row).map_err(|problem| invalid(&place, problem))?;
        let regimes: Vec<Option<&String>> =
            if row.regimes.is_empty() { vec![None] } else { row.regimes.iter().map(Some).collect() };
        for regime in regimes {
            for (kind, asker) in row.kinds.iter().flat_map(|kind| row.askers.iter().map(move |asker| (*kind, *asker))) {
                if !seen.insert((regime, kind, asker)) {
                    let regime = regime.map_or("every regime", String::as_str);
                    let problem = format!("a second row for {} of {} in {regime}", kind.as_str(), asker.as_str());
                    return Err(invalid(place, problem));
                }
            }
        }
    }
    for (kind, asker) in Kind::ALL.into_iter().flat_map(|kind| Asker::ALL.map(|asker| (kind, asker))) {
        if !seen.contains(&(None, kind, asker)) {
            let problem = format!("no row for {} of {} in every regime", kind.as_str(), asker.as_str());
            return Err(invalid("assurance", problem));
        }
    }
    Ok(())
}

fn check(row: &AssuranceRow) -> Result<(), String> {
    let (points_min, declaration) = row.level.asks_for();
    if row.declaration != declaration {
        return Err("a declaration goes with reasonably-high, and with nothing else".to_owned());
    }
    let has_points = row.methods.contains(&Method::DataPoints);
    if has_points != (points_min > 0) || row.data_points_min < points_min || (!has_points && row.data_points_min > 0) {
        return Err(format!("it asks for {points_min} data points or more, and for `data-points` if for any"));
    }
    if (row.level == Level::None) != row.methods.is_empty() {
        return Err("no method goes with none, and with nothing else".to_owned());
    }
    for method in row.methods.iter().filter(|method| **method != Method::DataPoints) {
        if let Some(asker) = row.askers.iter().find(|asker| Method::of(**asker) != *method) {
            return Err(format!("{} is nothing that a {} can do", method.as_str(), asker.as_str()));
        }
    }
    if row.level != Level::None && row.methods.iter().all(|method| *method == Method::DataPoints) {
        return Err("data points alone show no control of an address".to_owned());
    }
    if (row.level == Level::Account) != row.methods.contains(&Method::AccountAssertion) {
        return Err("account-assertion goes with account, and with nothing else".to_owned());
    }
    Ok(())
}
