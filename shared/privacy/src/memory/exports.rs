//! Exports in memory: what the ledger keeps of bundles.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Value;

use super::{Stored, World};
use crate::export::job::{ExportJob, ExportQueue};
use crate::export::ports::{Bundle, BundleBook, Claim, DueBundle, Next};
use crate::ids::TenantId;
use crate::obligation::ObligationId;
use crate::ports::{Answer, DUE_SHARDS, Each};

/// A bundle as the ledger knows it, and who has it.
#[derive(Clone, Debug, Default)]
struct Booked {
    bundle: Bundle,
    claim: Option<(String, Timestamp)>,
    next_action_at: Option<Timestamp>,
}

/// What is stored of exports.
#[derive(Clone, Debug, Default)]
pub struct StoredExports {
    /// Messages to the worker that exports.
    pub jobs: Vec<ExportJob>,
    /// What rows hold, by store, partition and sort key.
    pub rows: BTreeMap<(String, String), BTreeMap<String, BTreeMap<String, Value>>>,
    /// What objects hold, by store and key.
    pub contents: BTreeMap<(String, String), Vec<u8>>,
    /// Uploads that are not complete, with their parts.
    pub uploads: BTreeMap<String, BTreeMap<i32, Vec<u8>>>,
    /// Objects of the bucket of bundles that can be seen, every version.
    pub visible: BTreeMap<String, Vec<Vec<u8>>>,
    /// Which purges wait for which bundles.
    pub awaited: BTreeSet<(TenantId, ObligationId)>,
    booked: Vec<(ExportJob, Booked)>,
    pub(super) begun: u32,
}

impl StoredExports {
    /// Stores a row with everything in it.
    pub fn put_row(&mut self, store: &str, partition: &str, key: &str, attributes: &Value) {
        let attributes = attributes.as_object().cloned().unwrap_or_default().into_iter().collect();
        let rows = self.rows.entry((store.to_owned(), partition.to_owned())).or_default();
        rows.insert(key.to_owned(), attributes);
    }

    /// What the ledger knows of the bundles of a request.
    #[must_use]
    pub fn bundle_of(&self, request: &ObligationId) -> Option<Bundle> {
        let is_of_it = |job: &ExportJob| matches!(job, ExportJob::Request(id) if id == request);
        self.booked.iter().find(|(job, _)| is_of_it(job)).map(|(_, booked)| booked.bundle.clone())
    }

    /// Whether the export of an account was ordered, and is neither made nor erased.
    #[must_use]
    pub fn is_ordered(&self, tenant: &TenantId) -> bool {
        let is_of_it = |job: &ExportJob| matches!(job, ExportJob::Tenant(of) if of == tenant);
        self.booked.iter().any(|(job, booked)| is_of_it(job) && booked.bundle.is_open())
    }

    fn booked(&mut self, job: &ExportJob) -> Option<&mut Booked> {
        self.booked.iter_mut().find(|(known, _)| known == job).map(|(_, booked)| booked)
    }

    fn booked_by(&mut self, job: &ExportJob, worker: &str) -> Option<&mut Booked> {
        let is_theirs = |booked: &&mut Booked| booked.claim.as_ref().is_some_and(|(holder, _)| holder == worker);
        self.booked(job).filter(is_theirs)
    }
}

fn shard(job: &ExportJob) -> u8 {
    match job {
        ExportJob::Request(id) => id.shard(DUE_SHARDS),
        ExportJob::Tenant(_) => 0,
    }
}

impl ExportQueue for World {
    async fn export(&self, job: &ExportJob) -> Answer<()> {
        self.call("exports.send", |stored| stored.exports.jobs.push(job.clone()))
    }
}

/// Where the index has it.
fn place(due: &DueBundle) -> (Timestamp, String) {
    (due.erase_at, due.job.to_body())
}

fn listed(stored: &Stored, of_shard: u8, is_in: impl Fn(&DueBundle) -> bool, limit: u16) -> Vec<DueBundle> {
    let booked = stored.exports.booked.iter().filter(|(job, _)| shard(job) == of_shard);
    let due = booked.filter_map(|(job, booked)| Some(DueBundle { job: job.clone(), erase_at: booked.next_action_at? }));
    let mut due: Vec<DueBundle> = due.filter(is_in).collect();
    due.sort_by_key(place);
    due.truncate(limit.into());
    due
}

impl BundleBook for World {
    async fn claim(
        &self,
        job: &ExportJob,
        worker: &str,
        until: Timestamp,
        erase_at: Timestamp,
        now: Timestamp,
    ) -> Answer<Claim> {
        self.call("bundles.claim", |stored| {
            if stored.exports.booked(job).is_none() {
                stored.exports.booked.push((job.clone(), Booked::default()));
            }
            let Some(booked) = stored.exports.booked(job) else { return Claim::Busy };
            if booked.claim.as_ref().is_some_and(|(holder, until)| holder != worker && *until > now) {
                return Claim::Busy;
            }
            booked.claim = Some((worker.to_owned(), until));
            if booked.bundle.erase_at.is_none() {
                booked.bundle.erase_at = Some(erase_at);
                booked.next_action_at = Some(erase_at);
            }
            Claim::Granted(booked.bundle.clone())
        })
    }

    async fn renew(&self, job: &ExportJob, worker: &str, bundle: &Bundle, next: Next) -> Answer<Claim> {
        self.call("bundles.renew", |stored| {
            let is_over = |booked: &&mut Booked| {
                let is_over = booked.bundle.made_at.or(booked.bundle.erased_at).is_some();
                let is_as_read = bundle.next_erase_at().is_none_or(|seen| booked.next_action_at == Some(seen));
                is_over && booked.bundle.round == bundle.round && is_as_read
            };
            let Some(booked) = stored.exports.booked_by(job, worker).filter(is_over) else { return Claim::Busy };
            booked.bundle = bundle.next(next);
            booked.next_action_at = booked.bundle.next_erase_at();
            Claim::Granted(booked.bundle.clone())
        })
    }

    async fn save(&self, job: &ExportJob, worker: &str, bundle: &Bundle) -> Answer<bool> {
        self.call("bundles.save", |stored| {
            let booked = stored.exports.booked_by(job, worker);
            let Some(booked) = booked.filter(|booked| booked.bundle.erased_at.is_none()) else { return false };
            let earlier = std::mem::take(&mut booked.bundle.earlier);
            booked.bundle = Bundle { earlier, ..bundle.clone() };
            booked.next_action_at = bundle.next_erase_at();
            true
        })
    }

    async fn let_go(&self, job: &ExportJob, worker: &str) -> Answer<()> {
        self.call("bundles.let_go", |stored| {
            stored.exports.booked_by(job, worker).and_then(|booked| booked.claim.take());
        })
    }

    async fn bundle(&self, job: &ExportJob) -> Answer<Option<Bundle>> {
        self.call("bundles.read", |stored| stored.exports.booked(job).map(|booked| booked.bundle.clone()))
    }

    async fn is_claimed(&self, job: &ExportJob, now: Timestamp) -> Answer<bool> {
        self.call("bundles.claimed", |stored| {
            let claim = stored.exports.booked(job).and_then(|booked| booked.claim.as_ref());
            claim.is_some_and(|(_, until)| *until > now)
        })
    }

    async fn due_bundles(&self, of_shard: u8, now: Timestamp, limit: u16) -> Answer<Each<DueBundle>> {
        self.call("bundles.due", |stored| {
            listed(stored, of_shard, |due| due.erase_at <= now, limit).into_iter().map(Ok).collect()
        })
    }

    async fn coming_bundles(
        &self,
        of_shard: u8,
        (after, until): (Timestamp, Timestamp),
        last: Option<&DueBundle>,
        limit: u16,
    ) -> Answer<Vec<DueBundle>> {
        let is_beyond = |due: &DueBundle| last.is_none_or(|last| place(due) > place(last));
        let is_in = |due: &DueBundle| due.erase_at > after && due.erase_at <= until && is_beyond(due);
        self.call("bundles.coming", |stored| listed(stored, of_shard, is_in, limit))
    }

    async fn erased(
        &self,
        due: &DueBundle,
        bundle: &Bundle,
        at: Timestamp,
        record_ends_at: Option<Timestamp>,
    ) -> Answer<bool> {
        self.call("bundles.erased", |stored| {
            let is_as_read = |booked: &&mut Booked| {
                let is_same = (booked.bundle.round, booked.bundle.erase_at) == (bundle.round, bundle.erase_at);
                is_same && booked.next_action_at == Some(due.erase_at)
            };
            let Some(booked) = stored.exports.booked(&due.job).filter(is_as_read) else { return false };
            let left = bundle.without_due(at);
            booked.next_action_at = left.next_erase_at().or(record_ends_at);
            booked.bundle.earlier = left.earlier;
            if left.erased_at.is_some() {
                booked.bundle.erased_at = left.erased_at;
                booked.bundle.upload = None;
            }
            true
        })
    }

    async fn forget_export(&self, due: &DueBundle, bundle: &Bundle, now: Timestamp) -> Answer<bool> {
        self.call("bundles.forget", |stored| {
            let ExportJob::Tenant(tenant) = &due.job else { return false };
            let requests = &stored.requests.heads;
            let is_closed = |id: &ObligationId| requests.get(id).is_none_or(|it| it.standing.closed_at().is_some());
            stored.exports.awaited.retain(|(of, request)| of != tenant || !is_closed(request));
            let is_as_read = |booked: &&mut Booked| {
                let is_same = booked.bundle.round == bundle.round && booked.bundle.erased_at.is_some();
                let is_at_work = booked.claim.as_ref().is_some_and(|(_, until)| *until > now);
                is_same && !is_at_work && booked.next_action_at == Some(due.erase_at)
            };
            let is_over = stored.exports.booked(&due.job).filter(is_as_read).is_some();
            if is_over {
                stored.exports.booked.retain(|(job, _)| *job != due.job);
            }
            is_over
        })
    }

    async fn await_bundle(&self, tenant: &TenantId, request: &ObligationId, _since: Timestamp) -> Answer<()> {
        self.call("bundles.await", |stored| {
            stored.exports.awaited.insert((tenant.clone(), request.clone()));
        })
    }

    async fn stop_awaiting(&self, tenant: &TenantId, request: &ObligationId) -> Answer<()> {
        self.call("bundles.stop_awaiting", |stored| {
            stored.exports.awaited.remove(&(tenant.clone(), request.clone()));
        })
    }
}
