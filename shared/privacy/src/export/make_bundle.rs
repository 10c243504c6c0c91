//! Makes a bundle: discover, collect, redact, upload, complete; then the request is answered and its person told.
//!
//! One object per bundle, visible only once it is whole. Any step may run twice: a worker that dies leaves an upload that
//! nobody sees, and the next one goes on where something was kept or begins anew. One worker at a time holds the bundle; one
//! that has lost it cannot complete a second one, because there is one already.

mod begin;

use jiff::{SignedDuration, Timestamp};

use super::answer_request::wants_another;
use super::discover::tenants;
use super::job::ExportJob;
use super::order::{Order, Ordered};
use super::ports::{Bundle, BundleBook, BundleKey, BundleStore, Claim, Contents, Next};
use crate::data_map::DataMap;
use crate::deadline;
use crate::fault::Fault;
use crate::instant;
use crate::keys::SubjectKeys;
use crate::law::Law;
use crate::policy::own::EXPORTS;
use crate::ports::{Clock, Connections, DueIndex};
use crate::subject_request::SubjectRequest;
use crate::subject_request::ports::{NoticeQueue, RequestBook};

pub use super::order::BundleKind;

/// How long a worker may be silent before another may take over: longer than its invocation.
pub const LEASE: SignedDuration = SignedDuration::from_secs(150);
/// A file that is longer than this is large.
const LARGE_BYTES: u64 = 32 << 20;

/// What makes bundles.
#[derive(Debug)]
pub struct Exporter<'a, L, Q, V, B, C> {
    /// Requests, terminations and bundles.
    pub ledger: &'a L,
    /// Where what is told goes.
    pub queue: &'a Q,
    /// What is held.
    pub vault: &'a V,
    /// Where bundles are made.
    pub bundles: &'a B,
    /// The time.
    pub clock: &'a C,
    /// The policy.
    pub map: &'a DataMap,
    /// The law.
    pub law: &'a Law,
    /// What finds people.
    pub keys: &'a SubjectKeys,
}

/// What a visit came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Made {
    /// It is there, whole.
    Whole {
        /// How long it is.
        bytes: u64,
    },
    /// It was there before; whatever was left to say is said.
    Already,
    /// Time ran out: the same job is to be sent again.
    Again,
    /// Another worker has it.
    Busy,
    /// Nothing is to be made: no such request, one of another kind, not verified, closed otherwise.
    Idle,
    /// The account's export is not open.
    Closed,
}

/// Why a visit ends before its work is done.
#[derive(Debug)]
pub(super) enum Stop {
    OutOfTime,
    LostLease,
    /// Somebody has completed it and died before saying so, or it was discarded.
    UploadGone,
    /// Something that is held could not be read.
    Unread(Fault),
    Fault(Fault),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// When a bundle that is made now is erased.
pub(super) fn erase_at(map: &DataMap, now: Timestamp) -> Result<Timestamp, Fault> {
    let days = map.model().own.get(EXPORTS).and_then(|own| own.clock.ceiling);
    let days = days.ok_or_else(|| Fault::park("export.date", "the policy does not say how long a bundle is kept"))?;
    let at = deadline::after(now, days).map_err(|error| Fault::park("export.date", error))?;
    Ok(instant::to_millis(at))
}

/// One bundle at work.
pub(super) struct Making<'a, V, B, C> {
    pub(super) vault: &'a V,
    pub(super) bundles: &'a B,
    pub(super) clock: &'a C,
    pub(super) map: &'a DataMap,
    pub(super) order: &'a Order,
    pub(super) key: BundleKey,
    /// When this visit began to collect.
    pub(super) since: Timestamp,
    pub(super) stop_at: Timestamp,
}

impl<V, B, C: Clock> Making<'_, V, B, C> {
    /// Whether a person gets it, and not the business whose account it is.
    pub(super) fn is_person(&self) -> bool {
        self.order.tenant.is_none()
    }

    pub(super) fn in_time(&self) -> Result<(), Stop> {
        if self.clock.now() >= self.stop_at { Err(Stop::OutOfTime) } else { Ok(()) }
    }

    /// A large file is read to its end once it is begun, and can take most of a visit: it is begun early in one, or left to the next.
    /// What a visit begins with is always early.
    pub(super) fn in_time_for(&self, bytes: u64) -> Result<(), Stop> {
        let (gone, whole) = (self.clock.now().duration_since(self.since), self.stop_at.duration_since(self.since));
        if bytes > LARGE_BYTES && gone > whole / 3 { Err(Stop::OutOfTime) } else { self.in_time() }
    }
}

impl<L, Q, V, B, C> Exporter<'_, L, Q, V, B, C>
where
    L: RequestBook + DueIndex + BundleBook,
    Q: NoticeQueue,
    V: Contents + Connections,
    B: BundleStore,
    C: Clock,
{
    /// Works on one bundle until it is whole or no page may be begun any more (`stop_at`).
    ///
    /// # Errors
    /// [`Fault`]: deliver the message again.
    pub async fn make(&self, job: &ExportJob, worker: &str, stop_at: Timestamp) -> Result<Made, Fault> {
        let now = self.clock.now();
        let (mut order, request) = match self.order(job, now).await? {
            Ordered::Order(order, request) => (*order, request),
            Ordered::Idle => return Ok(Made::Idle),
            Ordered::Closed => return Ok(Made::Closed),
            Ordered::Overtaken => return Ok(Made::Again),
        };
        order.leaves_out = request.as_ref().is_some_and(|request| request.waits_no_longer(now));
        let Claim::Granted(bundle) = self.claim(job, worker, request.as_deref(), now).await? else {
            return Ok(Made::Busy);
        };
        let is_of_before = |made_at: Timestamp| match request.as_deref() {
            Some(request) => wants_another(request, made_at),
            None => order.window.is_after(made_at),
        };
        let bundle = if bundle.made_at.is_some_and(is_of_before) {
            match self.ledger.renew(job, worker, &bundle, self.next(request.as_deref(), now)?).await? {
                Claim::Granted(bundle) => bundle,
                Claim::Busy => return Ok(Made::Again),
            }
        } else {
            bundle
        };
        let made = match (&bundle.made_at, &request) {
            (Some(_), _) => Ok(Made::Already),
            (None, Some(request)) if request.standing.closed_at().is_some() => Ok(Made::Idle),
            (None, request) => {
                self.make_claimed(job, worker, (&order, request.as_deref(), bundle.clone()), stop_at).await
            }
        };
        // Best effort: a claim that is not given back ends by itself.
        let let_go = self.ledger.let_go(job, worker).await;
        let made = match made {
            Ok(made) => made,
            Err(Stop::OutOfTime) => Made::Again,
            Err(Stop::LostLease) => Made::Busy,
            Err(Stop::UploadGone) => Made::Again,
            Err(Stop::Fault(fault) | Stop::Unread(fault)) => return Err(fault),
        };
        let_go?;
        if let (Some(request), Made::Whole { .. } | Made::Already) = (request, &made) {
            self.answer(*request, &order).await?;
        }
        Ok(made)
    }

    /// Claims the bundle; a fresh one where that had its day, made or not, and somebody waits for one.
    async fn claim(
        &self,
        job: &ExportJob,
        worker: &str,
        request: Option<&SubjectRequest>,
        now: Timestamp,
    ) -> Result<Claim, Fault> {
        let is_wanted = request.is_none_or(|request| request.standing.closed_at().is_none());
        match self.ledger.claim(job, worker, now + LEASE, self.erase_at(now)?, now).await? {
            Claim::Granted(bundle) if bundle.erased_at.is_some() && is_wanted => {
                self.ledger.renew(job, worker, &bundle, self.next(request, now)?).await
            }
            claim @ (Claim::Granted(_) | Claim::Busy) => Ok(claim),
        }
    }

    fn next(&self, request: Option<&SubjectRequest>, now: Timestamp) -> Result<Next, Fault> {
        Ok(Next { erase_at: self.erase_at(now)?, spoilt_at: request.and_then(SubjectRequest::spoilt_at) })
    }

    async fn make_claimed(
        &self,
        job: &ExportJob,
        worker: &str,
        (order, request, mut bundle): (&Order, Option<&SubjectRequest>, Bundle),
        stop_at: Timestamp,
    ) -> Result<Made, Stop> {
        let key = BundleKey::of(job, bundle.round);
        let Self { vault, bundles, clock, map, .. } = *self;
        let mut making = Making { vault, bundles, clock, map, order, key, since: clock.now(), stop_at };
        let mut progress = self.begin(job, worker, &making, &mut bundle).await?;
        making.since = clock.now();
        let worked = match making.collect(&mut progress).await {
            Ok(()) => making.close(self.law, &mut progress).await,
            Err(stop) => Err(stop),
        };
        match worked {
            Ok(()) => {}
            Err(Stop::OutOfTime) => {
                self.bundles.keep(&making.key.progress(), progress.store()).await?;
                bundle.is_kept = true;
                self.save(job, worker, &bundle).await?;
                return Ok(Made::Again);
            }
            Err(Stop::UploadGone) => {
                // What was kept leads nowhere: the next visit begins anew.
                let anew = Bundle { upload: None, is_kept: false, ..bundle };
                self.save(job, worker, &anew).await?;
                return Err(Stop::UploadGone);
            }
            Err(stop @ (Stop::LostLease | Stop::Unread(_) | Stop::Fault(_))) => return Err(stop),
        }
        let now = self.clock.now();
        match self.ledger.claim(job, worker, now + LEASE, self.erase_at(now)?, now).await? {
            Claim::Granted(claimed) if claimed.erased_at.is_none() => {}
            Claim::Granted(_) | Claim::Busy => return Err(Stop::LostLease),
        }
        if !self.is_as_ordered(job, order).await? || !self.is_whole(job).await? {
            let anew = Bundle { is_kept: false, ..bundle };
            self.save(job, worker, &anew).await?;
            return Err(Stop::UploadGone);
        }
        self.note_unread(job, request, &progress.unread).await?;
        // Where one is there already, somebody had completed it and died before saying so.
        self.bundles.complete(&making.key, &progress.upload, &progress.parts).await?;
        let made_at = instant::to_millis(now);
        let bytes = progress.archive.bytes();
        let made =
            Bundle { made_at: Some(made_at), bytes, erase_at: Some(self.erase_at(now)?), upload: None, ..bundle };
        self.save(job, worker, &made).await?;
        if let ExportJob::Request(request) = job {
            for tenant in tenants(&progress.places) {
                self.ledger.stop_awaiting(&tenant, request).await?;
            }
        }
        Ok(Made::Whole { bytes })
    }

    fn erase_at(&self, now: Timestamp) -> Result<Timestamp, Fault> {
        erase_at(self.map, now)
    }

    async fn save(&self, job: &ExportJob, worker: &str, bundle: &Bundle) -> Result<(), Stop> {
        if self.ledger.save(job, worker, bundle).await? { Ok(()) } else { Err(Stop::LostLease) }
    }
}
