//! What a bundle does not show: other people, secrets, what the law never has disclosed, what the data map does not know.
//! Counted by reason, never kept.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::names::{self, snake};
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

    /// What stands for a value by its name alone, at whatever depth it lies.
    fn by_name(&mut self, class: &Class, name: &str) -> Option<Value> {
        let snake = snake(name);
        let words = snake.replace('_', " ");
        if names::is_secret(&snake) {
            return Some(self.replaced(Reason::Secret, &format!("[{words} removed]")));
        }
        if names::is_never_disclosed(&snake) {
            return Some(self.replaced(Reason::NeverDisclosed, &format!("[{words} held, not shown]")));
        }
        let is_prompt = class.redact.contains(&Redaction::Prompts) && snake.contains("prompt");
        is_prompt.then(|| self.replaced(Reason::Prompts, "[instructions of the business removed]"))
    }

    fn value(&mut self, class: &Class, whose: Whose<'_>, name: &str, value: Value) -> Value {
        if let Some(shown) = self.by_name(class, name) {
            return shown;
        }
        let value = self.without_cards(name, value);
        let hides = self.hides_people && class.redact.contains(&Redaction::OtherPeople);
        let names_somebody = hides && class.names.iter().any(|known| known == name);
        match (&value, whose) {
            (Value::String(text), _) if names_somebody && self.own.is(text) => value,
            (Value::String(text), Whose::Other(known_by)) if names_somebody || (hides && name == CONTACT_ID) => {
                let token = self.people.alias(known_by, text);
                self.replaced(Reason::OtherPeople, &token)
            }
            (Value::Null | Value::Bool(_), _) if names_somebody => self.somebody(&value.to_string()),
            _ => self.inside(class, value, hides, names_somebody),
        }
    }

    /// Every text inside a value without what is recognised by its form; a token for each where they name somebody, and nothing of
    /// a member whose name says that it is not shown.
    fn inside(&mut self, class: &Class, value: Value, hides: bool, names_somebody: bool) -> Value {
        match value {
            Value::String(text) if names_somebody && self.own.is(&text) => Value::String(text),
            Value::String(text) if names_somebody => self.somebody(&text),
            Value::Number(number) if names_somebody => self.somebody(&number.to_string()),
            Value::String(text) => Value::String(self.clean(&text, hides)),
            Value::Array(values) => {
                values.into_iter().map(|value| self.inside(class, value, hides, names_somebody)).collect()
            }
            Value::Object(members) => {
                let mut shown = serde_json::Map::new();
                for (name, value) in members {
                    let names_somebody = names_somebody || (hides && class.names.contains(&name));
                    let value = match self.by_name(class, &name) {
                        Some(shown) => shown,
                        None => {
                            let value = self.without_cards(&name, value);
                            self.inside(class, value, hides, names_somebody)
                        }
                    };
                    // A map may be kept by what somebody is known by, also in two spellings.
                    let name = free_name(&shown, self.clean(&name, hides));
                    shown.insert(name, value);
                }
                Value::Object(shown)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value,
        }
    }

    /// What stands under a name that says so, without numbers of payment cards. Elsewhere a number that could be one is an instant or
    /// an id more often; in texts they are found by their form.
    fn without_cards(&mut self, name: &str, value: Value) -> Value {
        if names::says_card(&snake(name)) { self.cards_replaced(value) } else { value }
    }

    fn cards_replaced(&mut self, value: Value) -> Value {
        match value {
            Value::Number(number) if patterns::is_card(&number.to_string()) => {
                self.replaced(Reason::NeverDisclosed, "[payment card number]")
            }
            Value::Array(values) => values.into_iter().map(|value| self.cards_replaced(value)).collect(),
            Value::Object(members) => {
                Value::Object(members.into_iter().map(|(name, value)| (name, self.cards_replaced(value))).collect())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
        }
    }

    fn clean(&mut self, text: &str, hides: bool) -> String {
        let persons = hides.then_some(Persons { people: &mut *self.people, own: self.own });
        patterns::clean(text, persons, self.counts)
    }

    fn somebody(&mut self, known_by: &str) -> Value {
        let token = self.people.token(known_by);
        self.replaced(Reason::OtherPeople, &token)
    }

    fn replaced(&mut self, reason: Reason, with: &str) -> Value {
        self.counts.add(reason);
        Value::String(with.to_owned())
    }
}

/// The name, or the first of `name-2`, `name-3`... that no member has: what was two members stays two.
fn free_name(taken: &serde_json::Map<String, Value>, name: String) -> String {
    if !taken.contains_key(&name) {
        return name;
    }
    let mut names = (2_u64..).map(|number| format!("{name}-{number}"));
    names.find(|other| !taken.contains_key(other)).unwrap_or(name)
}

#[cfg(test)]
mod tests;
