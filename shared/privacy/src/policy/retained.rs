//! What an erasure leaves because the law wants it kept: the shape of `retained` in a record class, and its rules.

use serde::{Deserialize, Serialize};

use super::model::{Class, Model};
use super::processor_routes::check_promised;
use super::promise::Route;
use super::validate::{InvalidPolicy, invalid};

/// A record class that requests leave, and why.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retained {
    /// The exception of the law.
    pub code: Exception,
    /// For people: why.
    pub reason: String,
    /// The rule behind it.
    pub source: String,
    /// The requests that say so.
    pub routes: Vec<Route>,
    /// Only those that reached somebody of this kind; none: all of them.
    pub of: Option<PersonKind>,
}

/// An exception to erasure, as laws know them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Exception {
    /// A law asks for the record (GDPR article 17(3)(b), CCPA section 105(d)(8)).
    LegalObligation,
    /// It is needed for legal claims (GDPR article 17(3)(e)).
    LegalClaims,
    /// It finds and shows attacks (CCPA section 105(d)(2); a legitimate interest under GDPR).
    Security,
    /// A contract with the person is still to be carried out (CCPA section 105(d)(1)).
    Transaction,
}

impl Exception {
    /// Every exception.
    pub const ALL: [Self; 4] = [Self::LegalObligation, Self::LegalClaims, Self::Security, Self::Transaction];

    /// As it stands in rows and answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LegalObligation => "LEGAL_OBLIGATION",
            Self::LegalClaims => "LEGAL_CLAIMS",
            Self::Security => "SECURITY",
            Self::Transaction => "TRANSACTION",
        }
    }
}

/// How somebody is known to a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PersonKind {
    /// Somebody who interacted with it.
    Contact,
    /// Somebody who works with its account.
    User,
}

pub(super) fn validate(model: &Model) -> Result<(), InvalidPolicy> {
    for (name, class) in &model.class {
        validate_class(class, model).map_err(|problem| invalid(format!("class.{name}"), problem))?;
    }
    Ok(())
}

fn validate_class(class: &Class, model: &Model) -> Result<(), String> {
    let Some(retained) = &class.retained else { return Ok(()) };
    if retained.reason.is_empty() || retained.source.is_empty() || retained.routes.is_empty() {
        return Err("`retained` needs a reason for people, the rule behind it and the routes that say so".to_owned());
    }
    if class.clock.ceiling.is_none() {
        return Err("`retained` without a ceiling would be kept for ever".to_owned());
    }
    if model.store.get(&class.store).is_some_and(super::model::Store::is_reached_by_requests) {
        return Err("requests erase what is in its store: it cannot be `retained`".to_owned());
    }
    check_promised(retained.routes.iter(), model)
}
