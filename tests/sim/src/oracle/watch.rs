//! The watch over every write while a run goes on.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use privacy_tests::account::Account;
use serde_json::Value;

use super::{About, Broken, Item, Oracle, TABLES, at, objects, row_key, rows, stored};
use crate::process::instant;

/// What is connected so long before a request comes in is found by it: each of two clocks may be wrong by an hour, and connecting may
/// take several tries.
pub(super) const BEFORE: SignedDuration = SignedDuration::from_hours(3);

impl Oracle {
    /// Reads the tables that something was written into since the last time.
    fn read_again(&mut self, account: &Account) {
        for table in TABLES {
            self.tables.entry(table).or_insert_with(|| rows(account, table).collect());
        }
    }

    /// Something is about to be written: where it names a table, what was read of that holds no longer.
    fn forget_tables(&mut self, operation: &str, body: &Value) {
        let one = body["TableName"].as_str();
        let of_batch = body["RequestItems"].as_object().into_iter().flatten().map(|(table, _)| table.as_str());
        let of_transaction = body["TransactItems"].as_array().into_iter().flatten().filter_map(Value::as_object);
        let of_transaction = of_transaction.flat_map(|one| one.values()).filter_map(|one| one["TableName"].as_str());
        let named: Vec<&str> = one.into_iter().chain(of_batch).chain(of_transaction).collect();
        assert!(!named.is_empty(), "{operation} writes into no table");
        self.tables.retain(|table, _| !named.contains(table));
    }

    fn before_delete(&mut self, key: &str, account: &Account, now: Duration) {
        let Some(item) = self.items.get(key) else { return self.before_dated(key, now) };
        let broken = if self.is_held(item.connection, now) {
            (Broken::HoldIgnored, "is deleted while a hold keeps it")
        } else if !self.may_go(item.connection, instant(now)) {
            (Broken::OverErased, "is deleted, and nobody asked for that, or not for that day")
        } else {
            return;
        };
        // Deleting once more what is gone already does no harm.
        if stored(account).contains_key(key) {
            self.violate(broken.0, format!("{key} {}", broken.1));
        }
    }

    /// Sees a write before it is carried out.
    pub fn before(&mut self, operation: &str, body: &Value, account: &Account, now: Duration) {
        self.forget_tables(operation, body);
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
            "TransactWriteItems" => {
                for item in body["TransactItems"].as_array().into_iter().flatten() {
                    let delete = &item["Delete"];
                    let key = row_key(delete["TableName"].as_str().unwrap_or_default(), &delete["Key"]);
                    self.before_delete(&key, account, now);
                }
            }
            _ => {}
        }
    }

    /// Sees versions of objects before they are deleted.
    pub fn before_objects(&mut self, body: &str, account: &Account, now: Duration) {
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

    /// Sees what comes in: nothing that we said is erased. A transaction whose token was used before is answered, and writes nothing.
    fn after_put(&mut self, key: &str, account: &Account) {
        let Some(connection) = self.items.get(key).map(|item| item.connection) else { return };
        let mut erased = self.erased.iter();
        let is_kept_out = erased.any(|(id, covers_until, _)| self.is_kept_out(id, *covers_until, connection));
        if is_kept_out && stored(account).contains_key(key) {
            self.violate(Broken::Resurrected, format!("{key} comes in after it was said to be erased"));
        }
    }

    /// Sees what was changed in place: only what somebody asked to be erased is, and not before its day.
    fn after_update(&mut self, key: &str, now: Duration) {
        let Some(connection) = self.items.get(key).map(|item| item.connection) else { return };
        if !self.may_go(connection, instant(now)) {
            let how = format!("{key} is changed, and nobody asked for that, or not for that day");
            self.violate(Broken::OverErased, how);
        }
    }

    /// Whether a connection is covered, and nothing of it may come in while the request is worked on. Who asks by mail, or whose
    /// account ends, raises no mark on themselves: what they connect meanwhile is found by a look, and judged in the end.
    pub(super) fn is_kept_out(&self, id: &str, covers_until: Timestamp, connection: usize) -> bool {
        let Some(ask) = self.asks.iter().find(|ask| ask.id == id) else { return false };
        let has_mark = match ask.about {
            About::Person(_) => !ask.by_mail,
            About::Connection(_) => true,
            About::Tenant(_) => false,
        };
        let is_old = self.connections[connection].connected_at + BEFORE < ask.received_at;
        (has_mark || is_old) && self.is_about(ask.about, covers_until, connection)
    }

    /// Sees a write after it was carried out: what was erased does not come in again, and whoever says "erased" must be right
    /// at that instant.
    pub fn after(&mut self, operation: &str, body: &Value, answer: &str, account: &Account, now: Duration) {
        if operation == "TransactWriteItems" {
            for item in body["TransactItems"].as_array().into_iter().flatten() {
                let put = &item["Put"];
                self.after_put(&row_key(put["TableName"].as_str().unwrap_or_default(), &put["Item"]), account);
            }
        }
        if operation == "UpdateItem" {
            self.after_update(&row_key(body["TableName"].as_str().unwrap_or_default(), &body["Key"]), now);
        }
        if operation == "PutItem" && body["Item"]["sk"]["S"] == "verification" {
            let partition = body["Item"]["pk"]["S"].as_str().unwrap_or_default();
            self.codes.insert(partition.trim_start_matches("obligation#").to_owned(), now);
        }
        let values = &body["ExpressionAttributeValues"];
        let says = |name| operation == "UpdateItem" && values.get(name).is_some();
        let (says_erased, says_gone) = (says(":erased_at"), says(":gone_at"));
        let says_held = says(":state") && values[":state"]["S"] == "held";
        if !says_erased && !says_gone && !says_held {
            return;
        }
        let id = body["Key"]["pk"]["S"].as_str().unwrap_or_default().trim_start_matches("obligation#").to_owned();
        let answer: Value = serde_json::from_str(answer).unwrap();
        let row = &answer["Attributes"];
        let Some(covers_until) = at(&row["covers_until"]) else { return };
        // A wider cover that has come in meanwhile is not worked through yet.
        let covers_until = at(&row["plan_covers_until"]).map_or(covers_until, |planned| planned.min(covers_until));
        if !says_erased && row["state"]["S"] == "held" {
            // Vendors are waited for beside a hold too: that says nothing of what it keeps.
            return self.says_held(&id, covers_until, account, now);
        }
        self.gone.push((id.clone(), covers_until, now));
        if says_erased {
            self.erased.push((id.clone(), covers_until, now));
        }
        if self.is_restored {
            // Whoever had verified before the restore may say so still; nobody sees anything of it before the replay is over.
            return;
        }
        if says_erased && let Some(vendor) = self.vendor_with_copy(&id, now) {
            self.violate(Broken::CompletedWithResidue, format!("{id} says erased, and {vendor} has its copy"));
        }
        if let Some((_, key)) = self.left(&id, covers_until, account).first() {
            let what = if says_erased { "erased" } else { "that nothing of ours is left" };
            let how = format!("{id} says {what}, and {key} is there");
            self.violate(Broken::CompletedWithResidue, how);
        }
    }

    /// Holds keep a part of what a request covers: of the rest nothing is there.
    fn says_held(&mut self, id: &str, covers_until: Timestamp, account: &Account, now: Duration) {
        if self.is_restored {
            return;
        }
        let left = self.left(id, covers_until, account);
        if let Some((_, key)) = left.iter().find(|(connection, _)| self.is_free(*connection, now)) {
            self.violate(
                Broken::CompletedWithResidue,
                format!("{id} says that holds keep the rest, and {key} is there"),
            );
        }
        for connection in 0..self.connections.len() {
            let is_known = |(of, covers, one, _): &(String, Timestamp, usize, Duration)| {
                *one == connection && *covers >= covers_until && of == id
            };
            let is_there = left.iter().any(|(one, _)| *one == connection);
            if !is_there && self.is_kept_out(id, covers_until, connection) && !self.beside.iter().any(is_known) {
                self.beside.push((id.to_owned(), covers_until, connection, now));
            }
        }
    }

    /// What is there of what a request covers, by connection.
    fn left(&mut self, id: &str, covers_until: Timestamp, account: &Account) -> Vec<(usize, String)> {
        self.read_again(account);
        let objects: BTreeSet<String> = objects(account).map(|(key, _)| key).collect();
        let is_there = |key: &String| objects.contains(key) || self.tables.values().any(|rows| rows.contains_key(key));
        let is_left = |key: &String, item: &Item| self.is_kept_out(id, covers_until, item.connection) && is_there(key);
        let left = self.items.iter().filter(|(key, item)| is_left(key, item));
        left.map(|(key, item)| (item.connection, key.clone())).collect()
    }

    /// A vendor that has a copy of whoever a request is about.
    pub(crate) fn vendor_with_copy(&self, id: &str, now: Duration) -> Option<&'static str> {
        let mut there = self.copies.iter().filter(|copy| copy.is_there(now));
        let copy = there.find(|copy| self.asks.iter().any(|ask| ask.id == id && ask.concerns(copy)))?;
        Some(copy.vendor)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::oracle::{Ask, Connected, Held};

    /// What the oracle says of a request that says that holds keep the rest, while a row of one of two connections is there, and
    /// a hold of the other was released perhaps; of which nothing was there, by what it noted.
    fn says_held(there: usize, released: Option<Duration>) -> (Vec<Broken>, Vec<usize>) {
        let (mut oracle, account) = (Oracle::default(), Account::new());
        oracle.connections = ["c1", "c2"].map(|id| Connected::long_ago("alder", id)).into();
        let key = json!({"pk": {"S": "alder#c"}, "sk": {"S": "contact#p1#score"}});
        account.put_all("inbox", std::slice::from_ref(&key));
        oracle.may_store(there, "inbox", &key);
        let placed = Some(Duration::ZERO);
        oracle.holds.push(Held { id: "hold-number-0".to_owned(), about: About::Connection(0), placed, released });
        oracle.asks.push(Ask::acknowledged("8abc", About::Person(0), instant(Duration::ZERO)));
        let values = json!({":state": {"S": "held"}});
        let body = json!({
            "TableName": "ledger", "Key": {"pk": {"S": "obligation#8abc"}, "sk": {"S": "head"}},
            "ExpressionAttributeValues": values,
        });
        let covers_until = privacy::instant::to_text(instant(Duration::ZERO));
        let answer = json!({"Attributes": {"state": {"S": "held"}, "covers_until": {"S": covers_until}}});
        oracle.after("UpdateItem", &body, &answer.to_string(), &account, Duration::from_secs(20 * 86_400));
        let broken = oracle.violations().iter().map(|violation| violation.broken).collect();
        (broken, oracle.beside.iter().map(|(_, _, connection, _)| *connection).collect())
    }

    #[test]
    fn beside_what_a_hold_keeps_nothing_is_left() {
        let day = |number: u64| Some(Duration::from_secs(number * 86_400));
        assert_eq!(says_held(0, None), (vec![], vec![1]), "it is held");
        assert_eq!(says_held(0, day(19)), (vec![], vec![1]), "until lately");
        assert_eq!(says_held(0, day(2)), (vec![Broken::CompletedWithResidue], vec![1]), "no more");
        assert_eq!(says_held(1, None), (vec![Broken::CompletedWithResidue], vec![0]), "no hold is of it");
    }

    #[test]
    fn nothing_is_changed_in_place_before_its_day() {
        let found = |starts_on: u64| {
            let mut oracle = Oracle { connections: vec![Connected::long_ago("alder", "c1")], ..Oracle::default() };
            let day = |number: u64| instant(Duration::from_secs(number * 86_400));
            let ask = Ask::acknowledged("1abc", About::Tenant("alder"), day(0));
            oracle.asks.push(Ask { starts_at: Some(day(starts_on)), ..ask });
            let key = json!({"pk": {"S": "connection#alder#c1"}, "sk": {"S": "connection"}});
            oracle.may_store(0, "connections", &key);
            let body = json!({"TableName": "connections", "Key": key});
            oracle.after("UpdateItem", &body, "{}", &Account::new(), Duration::from_secs(20 * 86_400));
            oracle.violations().iter().map(|violation| violation.broken).collect::<Vec<_>>()
        };
        assert_eq!(found(27), [Broken::OverErased]);
        assert_eq!(found(19), []);
    }

    #[test]
    fn what_was_connected_before_a_request_is_found_by_it() {
        let (mut oracle, hour) = (Oracle::default(), |number: u64| instant(Duration::from_secs(number * 3_600)));
        oracle.connections = vec![Connected { connected_at: hour(3), ..Connected::long_ago("alder", "c1") }];
        let mut is_kept_out = |by_mail, received: u64| {
            let ask = Ask::acknowledged("8abc", About::Person(0), hour(received));
            oracle.asks = vec![Ask { by_mail, ..ask }];
            oracle.is_kept_out("8abc", hour(9), 0)
        };
        assert!(is_kept_out(true, 7), "hours before");
        assert!(!is_kept_out(true, 5), "by clocks that are wrong perhaps meanwhile");
        assert!(is_kept_out(false, 5), "a mark keeps it out");
    }
}
