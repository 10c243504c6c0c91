//! What a bundle does not show: other people, secrets, what the law never has disclosed, what the data map does not know.
//! Counted by reason, never kept.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::patterns::{self, Persons};
use super::people::{Own, People};
use crate::policy::model::{Class, Redaction};

/// Why something was replaced or left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// What other people are known by.
    OtherPeople,
    /// Tokens, keys, passwords, hashes.
    Secret,
    /// What a law has never disclosed, whoever asks: CCPA regulations section 7024(d).
    NeverDisclosed,
    /// Instructions of the business to a language model.
    Prompts,
    /// The data map does not know it: shown to nobody until it does.
    Unmapped,
    /// Of a platform whose terms allow no export.
    Platform,
    /// Too large for a bundle.
    TooLarge,
}

impl Reason {
    /// For people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::OtherPeople => {
                "Names, addresses or numbers of other people, replaced by tokens such as person-1 or agent-1"
            }
            Self::Secret => "Secrets such as access tokens, keys and hashes, replaced by their type",
            Self::NeverDisclosed => "Numbers that the law never has disclosed, replaced by their type",
            Self::Prompts => "Instructions of the business to a language model",
            Self::Unmapped => "Fields that are not described yet",
            Self::Platform => "Records of a platform whose terms allow no export",
            Self::TooLarge => "Files that are too large for this bundle",
        }
    }
}

/// How often something was replaced, by reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Counts(BTreeMap<Reason, u64>);

impl Counts {
    /// Once more.
    pub fn add(&mut self, reason: Reason) {
        *self.0.entry(reason).or_default() += 1;
    }

    /// Each reason that was met, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Reason, u64)> + '_ {
        self.0.iter().map(|(reason, count)| (*reason, *count))
    }

    /// Whether nothing was replaced.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Whose a record is, seen from whoever gets the bundle.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Whose<'a> {
    /// Theirs, or of the business that gets its own account.
    Own,
    /// Of another person, whom something names that stands in no bundle.
    Other(&'a str),
}

crate::redacted!(Whose<'a>);

/// Names that no value is shown of.
const SECRETS: [&str; 12] = [
    "token",
    "secret",
    "password",
    "hash",
    "digest",
    "seed",
    "session",
    "cookie",
    "api_key",
    "private_key",
    "credential",
    "suppression",
];
/// Names of what the law never has disclosed.
const NEVER: [&str; 16] = [
    "ssn",
    "social_security",
    "passport",
    "driver_licen",
    "government_id",
    "tax_id",
    "iban",
    "account_number",
    "card_number",
    "cvv",
    "health",
    "medical",
    "insurance_id",
    "security_answer",
    "biometric",
    "fingerprint",
];
/// What an attribute says beside other people that would name them.
const CONTACT_ID: &str = "contact_id";

/// Redacts the records of one bundle.
#[derive(Debug)]
pub struct Redactor<'a> {
    /// Tokens given so far.
    pub people: &'a mut People,
    /// What is the person's own.
    pub own: &'a Own,
    /// Whether other people are hidden: not from the business whose account it is.
    pub hides_people: bool,
    /// What was replaced.
    pub counts: &'a mut Counts,
}

impl Redactor<'_> {
    /// The fields of a record in the order of the data map, as they are shown. Fields that it lacks are left out.
    pub fn row(
        &mut self,
        class: &Class,
        whose: Whose<'_>,
        mut stored: BTreeMap<String, Value>,
    ) -> Vec<(String, Value)> {
        let mut row = Vec::with_capacity(class.attributes.len());
        let agent = self.agent(class, &stored);
        for name in &class.attributes {
            if let Some(value) = stored.remove(name) {
                let shown = match &agent {
                    Some(token) if class.agents.contains(name) && !value.is_null() => {
                        self.replaced(Reason::OtherPeople, token)
                    }
                    _ => self.value(class, whose, name, value),
                };
                row.push((name.clone(), shown));
            }
        }
        for _ in stored {
            self.counts.add(Reason::Unmapped);
        }
        row
    }

    /// The token of whoever wrote it for the business, by the first of its `agents` and every other one from then on; nothing
    /// where that is the person of the bundle.
    fn agent(&mut self, class: &Class, stored: &BTreeMap<String, Value>) -> Option<String> {
        if !self.hides_people || !class.redact.contains(&Redaction::OtherPeople) {
            return None;
        }
        let text = |value: &Value| match value {
            Value::Null => None,
            Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => Some(value.to_string()),
        };
        let known: Vec<String> = class.agents.iter().filter_map(|name| text(stored.get(name)?)).collect();
        let first = known.first().filter(|_| !known.iter().any(|known| self.own.is(known)))?;
        known.iter().skip(1).for_each(|also| self.people.agent_alias(first, also));
        Some(self.people.agent(first))
    }

    fn value(&mut self, class: &Class, whose: Whose<'_>, name: &str, value: Value) -> Value {
        let lower = name.to_ascii_lowercase();
        if SECRETS.iter().any(|secret| lower.contains(secret)) {
            return self.replaced(Reason::Secret, &format!("[{} removed]", lower.replace('_', " ")));
        }
        if NEVER.iter().any(|never| lower.contains(never)) {
            return self.replaced(Reason::NeverDisclosed, &format!("[{} held, not shown]", lower.replace('_', " ")));
        }
        if class.redact.contains(&Redaction::Prompts) && lower.contains("prompt") {
            return self.replaced(Reason::Prompts, "[instructions of the business removed]");
        }
        let hides = self.hides_people && class.redact.contains(&Redaction::OtherPeople);
        let names_somebody = class.names.iter().any(|known| known == name);
        match (&value, whose) {
            (Value::String(text), _) if hides && names_somebody && self.own.is(text) => value,
            (Value::String(text), Whose::Other(known_by)) if hides && (names_somebody || name == CONTACT_ID) => {
                let token = self.people.alias(known_by, text);
                self.replaced(Reason::OtherPeople, &token)
            }
            (Value::String(text), Whose::Own) if hides && names_somebody => {
                let token = self.people.token(text);
                self.replaced(Reason::OtherPeople, &token)
            }
            (Value::Null | Value::Bool(_) | Value::Number(_), _) if hides && names_somebody => {
                let token = self.people.token(&value.to_string());
                self.replaced(Reason::OtherPeople, &token)
            }
            _ => self.text(value, hides),
        }
    }

    /// Every text inside a value without what is recognised by its form.
    fn text(&mut self, value: Value, hides: bool) -> Value {
        match value {
            Value::String(text) => {
                let persons = hides.then_some(Persons { people: &mut *self.people, own: self.own });
                Value::String(patterns::clean(&text, persons, self.counts))
            }
            Value::Array(values) => Value::Array(values.into_iter().map(|value| self.text(value, hides)).collect()),
            Value::Object(members) => {
                Value::Object(members.into_iter().map(|(name, value)| (name, self.text(value, hides))).collect())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value,
        }
    }

    fn replaced(&mut self, reason: Reason, with: &str) -> Value {
        self.counts.add(reason);
        Value::String(with.to_owned())
    }
}
