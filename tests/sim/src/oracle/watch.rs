//! The watch over every write while a run goes on.

use std::time::Duration;

use privacy_tests::account::Account;
use serde_json::Value;

use super::{Ask, Broken, Oracle, at, row_key, stored};

impl Oracle {
    fn before_delete(&mut self, key: &str, account: &Account, now: Duration) {
        let Some(item) = self.items.get(key) else { return };
        // Deleting once more what is gone already does no harm.
        if self.is_held(item.connection, now) && stored(account).contains_key(key) {
            self.violate(Broken::HoldIgnored, format!("{key} is deleted while a hold keeps it"));
        }
    }

    /// Sees a write before it is carried out.
    pub fn before(&mut self, operation: &str, body: &Value, account: &Account, now: Duration) {
        if self.holds.is_empty() {
            return;
        }
        match operation {
            "BatchWriteItem" => {
                for (table, requests) in body["RequestItems"].as_object().into_iter().flatten() {
                    for request in requests.as_array().into_iter().flatten() {
                        self.before_delete(&row_key(table, &request["DeleteRequest"]["Key"]), account, now);
                    }
                }
            }
            "DeleteItem" => {
                let key = row_key(body["TableName"].as_str().unwrap_or_default(), &body["Key"]);
                self.before_delete(&key, account, now);
            }
            _ => {}
        }
    }

    /// Sees versions of objects before they are deleted.
    pub fn before_objects(&mut self, body: &str, account: &Account, now: Duration) {
        if self.holds.is_empty() {
            return;
        }
        for object in body.split("<Object>").skip(1) {
            let text = |tag: &str| {
                let rest = object.split_once(&format!("<{tag}>")).map_or("", |(_, rest)| rest);
                rest.split('<').next().unwrap_or_default().to_owned()
            };
            let line = format!("media|{} {}", text("Key"), text("VersionId"));
            for marker in ["false", "true"] {
                self.before_delete(&format!("{line} {marker}"), account, now);
            }
        }
    }

    /// Sees a write after it was carried out: whoever says "erased" must be right at that instant.
    pub fn after(&mut self, operation: &str, body: &Value, answer: &Value, account: &Account, now: Duration) {
        let says_erased = operation == "UpdateItem" && body["ExpressionAttributeValues"].get(":erased_at").is_some();
        if !says_erased {
            return;
        }
        let id = body["Key"]["pk"]["S"].as_str().unwrap_or_default().trim_start_matches("obligation#").to_owned();
        let Some(covers_until) = at(&answer["Attributes"]["covers_until"]) else { return };
        self.erased.push((id.clone(), covers_until, now));
        let Some(about) = self.asks.iter().find(|ask| ask.id == id).map(|ask| ask.about) else { return };
        let there = stored(account);
        let mut left = self.items.iter().filter(|(key, item)| {
            there.contains_key(*key)
                && self.is_about(about, covers_until, item.connection)
                && !(key.starts_with("connections|") && self.is_taken_by_another(&id, item.connection))
        });
        if let Some((key, _)) = left.next() {
            let how = format!("{id} says erased, and {key} is there");
            self.violate(Broken::CompletedWithResidue, how);
        }
    }

    /// A known gap (`docs/simulation.md`): links go before the row of their connection, so of two requests over one connection
    /// the second may find nothing while the first has that row still to take. What is there in the end is judged all the same.
    fn is_taken_by_another(&self, id: &str, connection: usize) -> bool {
        let is_open = |ask: &&Ask| {
            let mut erased = self.erased.iter();
            !erased.any(|(done, covers_until, _)| *done == ask.id && *covers_until >= ask.covers_until)
        };
        let mut others = self.asks.iter().filter(|ask| ask.id != id).filter(is_open);
        others.any(|ask| self.is_about(ask.about, ask.covers_until, connection))
    }
}
