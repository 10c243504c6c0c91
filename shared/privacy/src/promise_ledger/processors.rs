//! Who else is waited for: of each processor that is asked, how many obligations wait for it, and whether it is in time.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::data_map::DataMap;
use crate::deadline::DueBy;
use crate::judgement::{Timeliness, awaited};
use crate::obligation::Head;
use crate::policy::processor::Settle;

/// A processor that is asked, and where it stands with what it was asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessorStanding {
    /// Its name in the policy file.
    pub name: String,
    /// For people.
    pub title: String,
    /// Sections of the published policy.
    pub policy: Vec<String>,
    /// Obligations that wait for it.
    pub awaited: u64,
    /// Of those, the ones for which its alarm rings, and its last day is to come.
    pub near_due: u64,
    /// Of those, the ones for which its last day is past.
    pub overdue: u64,
    /// Since when the oldest of them waits.
    pub oldest_since: Option<Timestamp>,
    /// The earliest of its last days.
    pub next_due: Option<DueBy>,
}

impl ProcessorStanding {
    /// Whether it is in time: no last day of it is past.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.overdue == 0
    }
}

/// Every processor that is asked, by name.
#[must_use]
pub fn processors<'a>(
    map: &DataMap,
    heads: impl IntoIterator<Item = &'a Head>,
    now: Timestamp,
) -> Vec<ProcessorStanding> {
    let asked = map.model().processor.iter().filter(|(_, processor)| matches!(processor.settle, Settle::Http(_)));
    let mut standings: BTreeMap<&str, ProcessorStanding> = asked
        .map(|(name, processor)| {
            let (title, policy) = (processor.title.clone(), processor.policy.clone());
            let (oldest_since, next_due) = (None, None);
            let name = name.as_str();
            let new = ProcessorStanding {
                name: name.to_owned(),
                title,
                policy,
                awaited: 0,
                near_due: 0,
                overdue: 0,
                oldest_since,
                next_due,
            };
            (name, new)
        })
        .collect();
    for head in heads {
        for one in awaited(head, map, now) {
            let Some(standing) = standings.get_mut(one.name) else { continue };
            standing.awaited += 1;
            standing.near_due += u64::from(one.timeliness == Timeliness::NearDue);
            standing.overdue += u64::from(one.timeliness == Timeliness::Overdue);
            standing.oldest_since = Some(standing.oldest_since.map_or(one.since, |oldest| oldest.min(one.since)));
            let is_next = |due: &DueBy| standing.next_due.as_ref().is_none_or(|next| due.date < next.date);
            if let Some(due) = one.due_by.filter(is_next) {
                standing.next_due = Some(due);
            }
        }
    }
    standings.into_values().collect()
}
