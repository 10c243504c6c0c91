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
    /// erased is there again.
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
    /// Something that is there, was said to be erased, and is not held.
    fn returned(&self, there: &BTreeMap<String, Value>) -> Option<&String> {
        let is_back = |key: &String, connection: usize| {
            let mut erased = self.erased.iter();
            there.contains_key(key)
                && !self.may_be_held(connection)
                && erased.any(|(id, covers_until, _)| self.is_kept_out(id, *covers_until, connection))
        };
        self.items.iter().find(|(key, item)| is_back(key, item.connection)).map(|(key, _)| key)
    }
}
