//! The plan of an erasure: a pure function of what was found. Counts per class, a hash that a person can confirm,
//! and the classes that are over their ceiling.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::data_map::DataMap;
use crate::instant;
use crate::obligation::{ObligationId, PlanHash};
use crate::scope::{Counts, Scope};

/// What is about to be erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Names this plan and no other.
    pub hash: PlanHash,
    /// Connections made before this instant.
    pub covers_until: Timestamp,
    /// How many places.
    pub places: u64,
    /// How many records, by class.
    pub counts: Counts,
    /// The classes whose count is above their ceiling, with the ceiling.
    pub over_ceiling: Vec<(String, u64)>,
}

/// Adds up all that was ever found.
#[must_use]
pub fn totals(scopes: &[Scope]) -> Counts {
    add_up(scopes.iter().map(|scope| &scope.counted))
}

fn add_up<'a>(all: impl Iterator<Item = &'a Counts>) -> Counts {
    let mut counts = Counts::new();
    for (class, count) in all.flatten() {
        *counts.entry(class.clone()).or_default() += count;
    }
    counts
}

/// Plans the erasure of what is pending in `scopes`. Their order does not matter.
#[must_use]
pub fn plan(id: &ObligationId, covers_until: Timestamp, scopes: &[Scope], map: &DataMap) -> Plan {
    let mut lines: Vec<String> = scopes.iter().map(|scope| format!("{}\n{:?}\n", scope.place, scope.pending)).collect();
    lines.sort_unstable();
    let mut digest = Sha256::new();
    digest.update(format!("{}\n{}\n", id.as_str(), instant::to_text(covers_until)));
    for line in lines {
        digest.update(line);
    }
    let counts = add_up(scopes.iter().map(|scope| &scope.pending));
    let over_ceiling = counts
        .iter()
        .map(|(class, count)| (class, *count, map.ceiling(class)))
        .filter(|(_, count, ceiling)| count > ceiling)
        .map(|(class, _, ceiling)| (class.clone(), ceiling))
        .collect();
    Plan {
        hash: PlanHash::from_bytes(&digest.finalize()),
        covers_until,
        places: u64::try_from(scopes.len()).unwrap_or(u64::MAX),
        counts,
        over_ceiling,
    }
}
