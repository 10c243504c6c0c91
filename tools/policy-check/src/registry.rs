//! Whether a registry lists what it has to: a purge by registry finds a record by nothing else.

use std::collections::{BTreeMap, BTreeSet};

use privacy_aws::inventory::Row;

use crate::known::{Kind, Listed, Side};

/// The lines and the records of one table. As large as the number of connections and periods in it.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    lines: BTreeSet<Listed>,
    records: BTreeMap<Listed, u64>,
}

impl Registry {
    /// Notes a row of either side.
    pub(crate) fn see(&mut self, kind: Option<&Kind>, row: &Row) {
        match kind.and_then(|kind| kind.listed(&row.partition, row.sort.as_deref())) {
            Some((Side::Line, listed)) => drop(self.lines.insert(listed)),
            Some((Side::Record, listed)) => *self.records.entry(listed).or_default() += 1,
            None => {}
        }
    }

    /// How many records no line lists, by class, of those that have to be listed.
    pub(crate) fn unlisted(&self, has_to_be: impl Fn(&Listed) -> bool) -> BTreeMap<&str, u64> {
        let mut unlisted = BTreeMap::new();
        for (listed, rows) in &self.records {
            if !self.lines.contains(listed) && has_to_be(listed) {
                *unlisted.entry(listed.class.as_str()).or_default() += rows;
            }
        }
        unlisted
    }
}
