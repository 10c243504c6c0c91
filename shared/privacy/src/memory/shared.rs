//! Rows with several sources, in memory.

use std::collections::BTreeMap;

use super::{Stored, World};
use crate::data_map::SharedRow;
use crate::ports::{Answer, Detached, SharedRows};

/// What the sources of one row contributed, and their sum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SharedSources {
    /// By source.
    pub sources: BTreeMap<String, i64>,
    /// The sum, if the row has one.
    pub total: i64,
}

fn key(row: &SharedRow) -> (String, String, String) {
    (row.store.clone(), row.partition.clone(), row.sort.clone())
}

impl Stored {
    /// The shared rows of some partitions, to be compared before and after.
    pub(super) fn shared_lines(&self, is_wanted: impl Fn(&str) -> bool) -> Vec<String> {
        let rows = self.shared.iter().filter(|((_, partition, _), _)| is_wanted(partition));
        rows.map(|row| format!("{row:?}")).collect()
    }
}

impl World {
    /// Stores what a contact of a connection contributed to a person whom others know too: the pointer, and the person.
    pub fn share(&self, tenant: &str, connection: &str, contact: &str, person: &str, contribution: i64) {
        self.put(tenant, connection, &format!("contact#{contact}#source#{person}"));
        let (partition, sort) = (format!("people#{tenant}"), format!("person#{person}"));
        self.put_item("people", &partition, &sort);
        let mut stored = self.stored();
        let row = stored.shared.entry(("people".to_owned(), partition, sort)).or_default();
        row.sources.insert(format!("{connection}#{contact}"), contribution);
        row.total += contribution;
    }

    /// Takes one source out; whether there is a row, and whether it has any source left.
    fn take_out(&self, row: &SharedRow) -> Answer<Option<bool>> {
        self.call("shared.detach", |stored| {
            let shared = stored.shared.get_mut(&key(row))?;
            if let Some(contribution) = shared.sources.remove(&row.source)
                && row.total.is_some()
            {
                shared.total -= contribution;
            }
            Some(shared.sources.is_empty())
        })
    }

    fn erase_emptied(&self, row: &SharedRow) -> Answer<bool> {
        self.call("shared.erase", |stored| {
            if stored.shared.get(&key(row)).is_some_and(|shared| !shared.sources.is_empty()) {
                return false;
            }
            stored.shared.remove(&key(row));
            if let Some(keys) = stored.items.get_mut(&(row.store.clone(), row.partition.clone())) {
                keys.remove(&row.sort);
            }
            true
        })
    }
}

impl SharedRows for World {
    async fn detach(&self, rows: &[SharedRow]) -> Answer<Vec<Detached>> {
        let mut detached = Vec::with_capacity(rows.len());
        for row in rows {
            detached.push(match self.take_out(row)? {
                None => Detached::Absent,
                Some(true) if self.erase_emptied(row)? => Detached::Emptied,
                Some(_) => Detached::Kept,
            });
        }
        Ok(detached)
    }

    async fn sources(&self, store: &str, partition: &str, rows: &[String]) -> Answer<Vec<Vec<String>>> {
        self.call("shared.sources", |stored| {
            let sources = |sort: &String| {
                let row = stored.shared.get(&(store.to_owned(), partition.to_owned(), sort.clone()));
                row.map_or_else(Vec::new, |row| row.sources.keys().cloned().collect())
            };
            rows.iter().map(sources).collect()
        })
    }
}
