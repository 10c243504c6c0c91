//! What the ledger keeps of purges, and reports, in memory.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::World;
use crate::obligation::PlanHash;
use crate::ports::{Answer, Confirmed};
use crate::promise_ledger::ProofBook;
use crate::purge::{Cover, Leftover, Progress, PurgeLedger, PurgePlan, Reports, RunBook, RunOf, Swept};

/// Watermarks, leftovers and reports.
#[derive(Clone, Debug, Default)]
pub struct StoredPurges {
    /// By class.
    pub progress: BTreeMap<String, Progress>,
    /// Who confirmed a plan of which class, and when.
    pub confirmed_by: Vec<(String, String, Timestamp)>,
    /// When the last run of each sweep ended.
    pub last_runs: BTreeMap<RunOf, Timestamp>,
    /// When each sentence was last proven.
    pub proofs: BTreeMap<String, Timestamp>,
    /// By key.
    pub reports: BTreeMap<String, String>,
}

impl StoredPurges {
    fn of(&mut self, class: &str) -> &mut Progress {
        self.progress.entry(class.to_owned()).or_default()
    }
}

impl PurgeLedger for World {
    async fn progress(&self, class: &str) -> Answer<Progress> {
        self.call("purges.progress", |stored| stored.purges.progress.get(class).cloned().unwrap_or_default())
    }

    async fn rewind(&self, class: &str, read: Timestamp, until: Timestamp, now: Timestamp) -> Answer<()> {
        self.call("purges.rewind", |stored| {
            let progress = stored.purges.of(class);
            if progress.swept.is_some_and(|swept| swept.until == read) {
                progress.swept = Some(Swept { until, at: Some(now) });
            }
        })
    }

    async fn advance(&self, class: &str, until: Timestamp, now: Timestamp) -> Answer<()> {
        self.call("purges.advance", |stored| {
            let progress = stored.purges.of(class);
            if progress.swept.is_none_or(|swept| swept.until < until) {
                progress.swept = Some(Swept { until, at: Some(now) });
            }
        })
    }

    async fn note_cover(&self, class: &str, cover: Cover) -> Answer<()> {
        self.call("purges.note_cover", |stored| stored.purges.of(class).cover = Some(cover))
    }

    async fn list(&self, class: &str, leftover: &Leftover) -> Answer<()> {
        self.call("purges.list", |stored| {
            let leftovers = &mut stored.purges.of(class).leftovers;
            leftovers.retain(|known| known.starts_at != leftover.starts_at);
            leftovers.push(leftover.clone());
            leftovers.sort_by_key(|leftover| leftover.starts_at);
        })
    }

    async fn unlist(&self, class: &str, starts_at: Timestamp) -> Answer<()> {
        self.call("purges.unlist", |stored| {
            stored.purges.of(class).leftovers.retain(|known| known.starts_at != starts_at);
        })
    }

    async fn halt(&self, class: &str, plan: &PurgePlan) -> Answer<()> {
        self.call("purges.halt", |stored| {
            let progress = stored.purges.of(class);
            progress.halted = Some(plan.clone());
            progress.confirmed_plan = None;
        })
    }

    async fn confirm_purge(&self, class: &str, hash: &PlanHash, by: &str, now: Timestamp) -> Answer<Confirmed> {
        self.call("purges.confirm", |stored| {
            let Some(progress) = stored.purges.progress.get_mut(class) else { return Confirmed::Missing };
            if progress.halted.as_ref().is_none_or(|plan| plan.hash != *hash) {
                return Confirmed::Differs;
            }
            progress.confirmed_plan = Some(hash.clone());
            stored.purges.confirmed_by.push((class.to_owned(), by.to_owned(), now));
            Confirmed::Done
        })
    }

    async fn resume(&self, class: &str) -> Answer<()> {
        self.call("purges.resume", |stored| {
            let progress = stored.purges.of(class);
            progress.halted = None;
            progress.confirmed_plan = None;
        })
    }

    async fn note_late(&self, class: &str, since: Option<Timestamp>) -> Answer<()> {
        self.call("purges.note_late", |stored| {
            let late_since = &mut stored.purges.of(class).late_since;
            *late_since = since.map(|since| late_since.unwrap_or(since));
        })
    }
}

impl RunBook for World {
    async fn last_run(&self, of: RunOf) -> Answer<Option<Timestamp>> {
        self.call("purges.last_run", |stored| stored.purges.last_runs.get(&of).copied())
    }

    async fn note_run(&self, of: RunOf, ended_at: Timestamp) -> Answer<()> {
        self.call("purges.note_run", |stored| {
            let last = stored.purges.last_runs.entry(of).or_insert(ended_at);
            *last = ended_at.max(*last);
        })
    }
}

impl ProofBook for World {
    async fn note_proofs(&self, proofs: &BTreeMap<String, Timestamp>) -> Answer<()> {
        self.call("proofs.note", |stored| {
            for (promise, at) in proofs {
                let newest = stored.purges.proofs.entry(promise.clone()).or_insert(*at);
                *newest = (*at).max(*newest);
            }
        })
    }

    async fn proofs(&self) -> Answer<BTreeMap<String, Timestamp>> {
        self.call("proofs.read", |stored| stored.purges.proofs.clone())
    }
}

impl Reports for World {
    async fn store(&self, key: &str, json: &str) -> Answer<bool> {
        self.call("reports.store", |stored| {
            let is_free = !stored.purges.reports.contains_key(key);
            stored.purges.reports.entry(key.to_owned()).or_insert_with(|| json.to_owned());
            is_free
        })
    }
}
