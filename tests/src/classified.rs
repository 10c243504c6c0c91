//! Everything that a call writes is held against the data map: keys and attributes of rows, keys of objects. What is put beside
//! the connection, as a test furnishes its account, is not looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{LazyLock, Mutex};

use policy_check::{Kind, Known};
use serde_json::{Map, Value, json};

use crate::account::Account;
use crate::repository::read;

/// What was written into one kind of row, by store and shape of the key.
pub type Written = BTreeMap<(String, String), BTreeSet<String>>;

/// What the shipped map knows.
#[must_use]
pub fn known() -> &'static Known {
    static KNOWN: LazyLock<Known> =
        LazyLock::new(|| Known::of(&toml::from_str(&read("policy.toml")).unwrap()).unwrap());
    &KNOWN
}

/// What was written, and what of it no class and no record of our own names.
#[derive(Debug, Default)]
pub(crate) struct Classified {
    written: Mutex<Written>,
    strays: Mutex<BTreeSet<String>>,
    /// Updates that were looked at: whatever row of a kind they change, they leave the same attributes there.
    updates: Mutex<BTreeSet<(&'static str, String)>>,
}

impl Classified {
    /// The kind of a row or an object; `None`, and a stray, if the map knows none.
    fn kind(&self, store: &str, partition: Option<&str>, key: Option<&str>) -> Option<&'static Kind> {
        let kind = known().kind(store, partition, key);
        if kind.is_none() {
            let keys: Vec<&str> = partition.into_iter().chain(key).collect();
            self.strays.lock().unwrap().insert(format!("{store}: no class knows {}", keys.join(" | ")));
        }
        kind
    }

    fn note(&self, store: &str, kind: &Kind, row: &Map<String, Value>) {
        let names: Vec<String> = row.keys().filter(|name| !["pk", "sk"].contains(&name.as_str())).cloned().collect();
        let strays = kind.unknown(&names).map(|name| format!("{store}: {} has no attribute `{name}`", kind.shape()));
        self.strays.lock().unwrap().extend(strays);
        let mut written = self.written.lock().unwrap();
        written.entry((store.to_owned(), kind.shape().to_owned())).or_default().extend(names);
    }

    fn is_new(&self, kind: &'static Kind, write: &Value) -> bool {
        let update = format!("{}{}", write["UpdateExpression"], write["ExpressionAttributeNames"]);
        self.updates.lock().unwrap().insert((kind.shape(), update))
    }
}

impl Drop for Classified {
    fn drop(&mut self) {
        let strays = std::mem::take(&mut *self.strays.lock().unwrap());
        assert!(
            strays.is_empty() || std::thread::panicking(),
            "policy.toml does not know what was written: {strays:#?}"
        );
    }
}

impl Account {
    /// Holds the rows that a call to DynamoDB has written against the data map.
    pub fn classify(&self, body: &Value) {
        for (table, write) in writes(body) {
            let (item, key) = (&write["Item"], &write["Key"]);
            let text = |name: &str| item[name]["S"].as_str().or_else(|| key[name]["S"].as_str());
            let Some(kind) = self.classified.kind(table, text("pk"), text("sk")) else { continue };
            if let Some(row) = item.as_object() {
                self.classified.note(table, kind, row);
            } else if self.classified.is_new(kind, write) {
                let (_, answer) = self.carry_out("GetItem", json!({"TableName": table, "Key": key}));
                self.classified.note(table, kind, answer["Item"].as_object().unwrap_or(&Map::new()));
            }
        }
    }

    /// Holds an object that a call to S3 has written against the data map.
    pub(crate) fn classify_object(&self, uri: &str) {
        let path = uri.split("//").last().and_then(|rest| rest.split_once('/')).map_or(uri, |(_, path)| path);
        let path = path.split('?').next().unwrap_or_default();
        let Some((bucket, key)) = path.split_once('/') else { return };
        if let Some(kind) = self.classified.kind(bucket, None, Some(key)) {
            self.classified.note(bucket, kind, &Map::new());
        }
    }

    /// What calls have written so far.
    #[must_use]
    pub fn written(&self) -> Written {
        self.classified.written.lock().unwrap().clone()
    }

    /// What calls have written and the map does not know. Whoever does not ask is stopped when the account goes.
    #[must_use]
    pub fn take_strays(&self) -> BTreeSet<String> {
        std::mem::take(&mut *self.classified.strays.lock().unwrap())
    }
}

/// What a call puts and updates, by table.
fn writes(body: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let of_batch = body["RequestItems"].as_object().into_iter().flatten();
    let of_batch = of_batch.flat_map(|(table, all)| all.as_array().into_iter().flatten().map(move |one| (table, one)));
    let of_batch = of_batch.map(|(table, one)| (table.as_str(), &one["PutRequest"]));
    let of_transaction = body["TransactItems"].as_array().into_iter().flatten().filter_map(Value::as_object);
    let of_transaction = of_transaction.flat_map(|one| one.values()).chain([body]);
    let of_transaction = of_transaction.filter_map(|one| Some((one["TableName"].as_str()?, one)));
    let is_write = |write: &Value| write["Item"].is_object() || write["UpdateExpression"].is_string();
    of_transaction.chain(of_batch).filter(move |(_, write)| is_write(write))
}
