//! What the stores of the policy are called: `--table inbox=…`, or the output `InboxTableName` of a stack.

use std::collections::BTreeMap;

use serde_json::Value;

/// A table or bucket by its own name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Physical {
    /// A table.
    Table(String),
    /// A bucket.
    Bucket(String),
}

/// Tables and buckets by the names of the policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names(BTreeMap<String, Physical>);

impl Names {
    /// `inbox=privacy-Inbox-1`; `None` when it is not of that form.
    pub fn insert(&mut self, pair: &str, kind: impl Fn(String) -> Physical) -> Option<()> {
        let (store, name) = pair.split_once('=').filter(|(store, name)| !store.is_empty() && !name.is_empty())?;
        self.0.insert(store.to_owned(), kind(name.to_owned()));
        Some(())
    }

    /// The outputs of a stack, as `describe-stacks` prints them or as a map from key to value, perhaps under `outputs`.
    #[must_use]
    pub fn of_outputs(text: &str) -> Option<Self> {
        let json: Value = serde_json::from_str(text).ok()?;
        let mut names = Self::default();
        if let Some(stacks) = json.get("Stacks").and_then(Value::as_array) {
            for output in stacks.iter().filter_map(|stack| stack.get("Outputs")?.as_array()).flatten() {
                names.note(output.get("OutputKey")?.as_str()?, output.get("OutputValue")?.as_str()?);
            }
            return Some(names);
        }
        for (key, value) in json.get("outputs").unwrap_or(&json).as_object()? {
            if let Some(value) = value.as_str() {
                names.note(key, value);
            }
        }
        Some(names)
    }

    fn note(&mut self, key: &str, value: &str) {
        let named = key.strip_suffix("TableName").map(|store| (store, Physical::Table(value.to_owned())));
        let named = named.or_else(|| Some((key.strip_suffix("BucketName")?, Physical::Bucket(value.to_owned()))));
        if let Some((store, physical)) = named {
            self.0.insert(snake(store), physical);
        }
    }

    /// Takes over all of others.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// Whether nothing is named.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What a store is called.
    #[must_use]
    pub fn get(&self, store: &str) -> Option<&Physical> {
        self.0.get(store)
    }

    /// Every store that is named.
    pub fn stores(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// `BillingRecords` becomes `billing_records`.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}
