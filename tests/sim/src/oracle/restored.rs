//! What a restored backup means: what came in since is lost, and what was erased is there until the replay is over.

use std::collections::{BTreeMap, BTreeSet};

use privacy_tests::account::Account;
use serde_json::Value;

use super::{Broken, Oracle, stored};

impl Oracle {
    /// Everything that is stored of people.
    #[must_use]
    pub fn there(&self, account: &Account) -> BTreeMap<String, Value> {
        stored(account)
    }

    /// The tables were restored: nobody can expect what stood there before and does not now. Whether anything that was said to be
    /// gone is there again.
    pub fn restored(&mut self, before: &BTreeMap<String, Value>, account: &Account) -> bool {
        self.is_restored = true;
        self.tables.clear();
        let there = stored(account);
        let lost: BTreeSet<&String> = before.keys().filter(|key| !there.contains_key(*key)).collect();
        for (_, item) in self.items.iter_mut().filter(|(key, _)| lost.contains(key)) {
            item.is_sure = false;
        }
        for known in &mut self.connections {
            let row = format!("connections|connection#{}#{}|connection", known.tenant, known.id);
            if lost.contains(&row) {
                known.is_known = false;
            }
        }
        self.kept.retain(|(_, key)| !lost.contains(key));
        self.restored_dated(account);
        self.returned(&there).is_some()
    }

    /// There is traffic again: nothing may be there of what was said to be erased.
    pub fn opens(&mut self, account: &Account) {
        self.is_restored = false;
        if let Some(key) = self.returned(&stored(account)).or_else(|| self.returned_dated()) {
            let how = format!("{key} was erased, and is there again when traffic opens");
            self.violate(Broken::Resurrected, how);
        }
    }

    /// Something that is there, was said to be gone, whether or not vendors were waited for or a hold kept the rest, and is not held.
    fn returned(&self, there: &BTreeMap<String, Value>) -> Option<&String> {
        let is_gone = |connection: usize| {
            let mut gone = self.gone.iter();
            gone.any(|(id, covers_until, _)| self.is_kept_out(id, *covers_until, connection))
                || self.beside.iter().any(|(_, _, one, _)| *one == connection)
        };
        let is_back = |key: &String, connection: usize| {
            there.contains_key(key) && !self.may_be_held(connection) && is_gone(connection)
        };
        self.items.iter().find(|(key, item)| is_back(key, item.connection)).map(|(key, _)| key)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::oracle::{About, Ask, Connected, Held};
    use crate::process::instant;

    /// What the oracle says when traffic opens over a row that is there again, of a request of which something was said.
    fn found(tell: impl FnOnce(&mut Oracle)) -> Vec<Broken> {
        let (mut oracle, account) = (Oracle::default(), Account::new());
        oracle.connections.push(Connected::long_ago("alder", "c1"));
        let key = json!({"pk": {"S": "alder#c1"}, "sk": {"S": "contact#p1#score"}});
        account.put_all("inbox", std::slice::from_ref(&key));
        oracle.may_store(0, "inbox", &key);
        oracle.asks.push(Ask::acknowledged("8abc", About::Person(0), instant(Duration::ZERO)));
        tell(&mut oracle);
        oracle.opens(&account);
        oracle.violations().iter().map(|violation| violation.broken).collect()
    }

    #[test]
    fn nothing_that_was_gone_is_there_when_traffic_opens() {
        let said = || ("8abc".to_owned(), instant(Duration::ZERO), Duration::ZERO);
        assert_eq!(found(|_| {}), [], "nobody said so");
        assert_eq!(found(|oracle| oracle.gone.push(said())), [Broken::Resurrected], "a vendor was waited for");
        let beside = || ("8abc".to_owned(), instant(Duration::ZERO), 0, Duration::ZERO);
        assert_eq!(found(|oracle| oracle.beside.push(beside())), [Broken::Resurrected], "a hold kept the rest");
        let held = Held { id: "hold".to_owned(), about: About::Connection(0), placed: None, released: None };
        let tell = |oracle: &mut Oracle| {
            oracle.gone.push(said());
            oracle.holds.push(held);
        };
        assert_eq!(found(tell), [], "a hold keeps it");
    }
}
