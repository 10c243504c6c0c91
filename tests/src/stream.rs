//! The stream of the ledger, told from what its table holds: every row that differs from the last look is a record, as DynamoDB
//! would deliver it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::account::Account;

/// What was seen so far.
#[derive(Debug, Default)]
pub struct Stream {
    seen: BTreeMap<(String, String), Value>,
    count: u32,
}

fn key(row: &Value) -> (String, String) {
    ["pk", "sk"].map(|name| row[name]["S"].as_str().unwrap().to_owned()).into()
}

impl Stream {
    /// The records since the last look, all of the instant that is given.
    pub fn records(&mut self, account: &Account, at: Timestamp) -> Vec<Value> {
        let now: BTreeMap<_, _> = account.dump("ledger").into_iter().map(|row| (key(&row), row)).collect();
        let keys: std::collections::BTreeSet<_> = now.keys().chain(self.seen.keys()).cloned().collect();
        let mut records = Vec::new();
        for key in keys {
            let (before, after) = (self.seen.get(&key), now.get(&key));
            if before == after {
                continue;
            }
            self.count += 1;
            let mut images = json!({
                "ApproximateCreationDateTime": at.as_second(), "SequenceNumber": self.count.to_string(),
                "Keys": {"pk": {"S": key.0}, "sk": {"S": key.1}},
            });
            for (name, image) in [("OldImage", before), ("NewImage", after)] {
                if let Some(image) = image {
                    images[name] = image.clone();
                }
            }
            records.push(json!({"eventID": format!("event-{}", self.count), "dynamodb": images}));
        }
        self.seen = now;
        records
    }
}
