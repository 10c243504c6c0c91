//! What a job asks for, and whether it may be had now.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::job::ExportJob;
use super::make_bundle::Exporter;
use super::people::Own;
use super::ports::{Bundle, BundleBook, Claim};
use super::window::{Window, window};
use crate::clock::model::Kind;
use crate::data_map::DataMap;
use crate::fault::Fault;
use crate::fulfil_request::parts;
use crate::identity::Identity;
use crate::ids::TenantId;
use crate::keys::{KeyedRef, SubjectKeys};
use crate::ports::{Clock, Connections, DueIndex};
use crate::scope::Place;
use crate::subject_request::ports::RequestBook;
use crate::subject_request::{Routed, Standing, SubjectRequest};
use crate::target::Limit;

/// What goes into a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BundleKind {
    /// Everything, inferences too.
    Access,
    /// What was provided or observed.
    Portability,
    /// Categories only.
    Know,
    /// The account of a tenant.
    Account,
}

impl BundleKind {
    /// Its name in a manifest.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Portability => "portability",
            Self::Know => "know",
            Self::Account => "account",
        }
    }

    /// The bundle that answers a kind of request, if one does.
    #[must_use]
    pub const fn answering(kind: Kind) -> Option<Self> {
        match kind {
            Kind::Access => Some(Self::Access),
            Kind::Portability => Some(Self::Portability),
            Kind::Know => Some(Self::Know),
            Kind::Correction
            | Kind::Erasure
            | Kind::Restriction
            | Kind::Objection
            | Kind::ConsentWithdrawal
            | Kind::OptOut
            | Kind::Limit
            | Kind::Appeal
            | Kind::Complaint => None,
        }
    }
}

impl SubjectRequest {
    /// The bundle that answers it, if one does. None where staff believe that it is about a child: nobody has shown whose child
    /// it is, and nothing of a child is given out at a word.
    #[must_use]
    pub fn bundle_kind(&self) -> Option<BundleKind> {
        let asked = BundleKind::answering(self.kind).filter(|_| !self.is_of_child());
        if self.is_categories_only() { asked.map(|_| BundleKind::Know) } else { asked }
    }
}

/// Everything that the work needs to know of a job.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) kind: BundleKind,
    /// The reference of the request, or the tenant.
    pub(super) of: String,
    pub(super) regime: Option<String>,
    pub(super) received_at: Option<Timestamp>,
    /// What is older is in it.
    pub(super) covers_until: Timestamp,
    /// How far it reaches among the places that links lead to: what any of these allows.
    pub(super) limits: Vec<Limit>,
    /// The businesses that decide about a part, and whether theirs is in it.
    pub(super) businesses: Vec<(TenantId, bool)>,
    /// The businesses in whose accounts the person's word is enough.
    pub(super) told: BTreeSet<TenantId>,
    pub(super) links: Vec<KeyedRef>,
    pub(super) own: Own,
    /// What they logged in as, if they did: no link opens another user of an account.
    pub(super) user: Option<Place>,
    pub(super) tenant: Option<TenantId>,
    /// Whether it is made without what cannot be read.
    pub(super) leaves_out: bool,
    /// The window of the account, where it is one.
    pub(super) window: Window,
}

/// What a job came to before any work.
pub(super) enum Ordered {
    /// It is to be made, or told.
    Order(Box<Order>, Option<Box<SubjectRequest>>),
    /// There is no such request, or it asks for something else, or it is not verified.
    Idle,
    /// The account's export is not open.
    Closed,
    /// Somebody changed the request just now.
    Overtaken,
}

impl<L, Q, V, B, C> Exporter<'_, L, Q, V, B, C>
where
    L: RequestBook + DueIndex + BundleBook,
    V: Connections,
    C: Clock,
{
    pub(super) async fn order(&self, job: &ExportJob, now: Timestamp) -> Result<Ordered, Fault> {
        match job {
            ExportJob::Request(id) => match self.ledger.request(id).await? {
                Some(request) => self.of_person(request, now).await,
                None => Ok(Ordered::Idle),
            },
            ExportJob::Tenant(tenant) => self.of_tenant(job, tenant, now).await,
        }
    }

    /// Hands tenants their parts before anything is collected, so that nothing of theirs is given on another's word.
    async fn of_person(&self, request: SubjectRequest, now: Timestamp) -> Result<Ordered, Fault> {
        if request.bundle_kind().is_none() || !matches!(request.standing, Standing::InProgress { .. }) {
            return Ok(of_request(self.keys, self.map, request, BTreeSet::new()));
        }
        let parts = parts::seek(self.vault, self.keys, self.map, &request).await?;
        let handed = parts::hand_over(self.ledger, self.law, request, &parts.deciding, now).await?;
        Ok(match handed {
            Some(request) => of_request(self.keys, self.map, request, parts.told),
            None => Ordered::Overtaken,
        })
    }

    /// Whether an account's data was all there until now: it may have begun to go while it was collected.
    pub(super) async fn is_whole(&self, job: &ExportJob) -> Result<bool, Fault> {
        match job {
            ExportJob::Request(_) => Ok(true),
            ExportJob::Tenant(tenant) => {
                Ok(matches!(self.of_tenant(job, tenant, self.clock.now()).await?, Ordered::Order(..)))
            }
        }
    }

    /// What was begun of it goes with the next sweep, and nothing waits for it any more.
    async fn give_up(&self, job: &ExportJob, now: Timestamp) -> Result<(), Fault> {
        const WORKER: &str = "late";
        if let Claim::Granted(bundle) = self.ledger.claim(job, WORKER, now, now, now).await? {
            self.ledger.save(job, WORKER, &Bundle { erase_at: Some(now), ..bundle }).await?;
            self.ledger.let_go(job, WORKER).await?;
        }
        Ok(())
    }

    /// What was ordered in time is made to its end. Where that cannot be any more a person has to hear of it.
    async fn of_tenant(&self, job: &ExportJob, tenant: &TenantId, now: Timestamp) -> Result<Ordered, Fault> {
        let window = window(self.ledger, self.map, tenant, now).await?;
        match window {
            Window::Open { .. } => {}
            Window::NotYet => return Ok(Ordered::Closed),
            Window::Closed { latest, .. } => {
                if self.ledger.bundle(job).await?.is_none_or(|bundle| bundle.made_at.is_some()) {
                    return Ok(Ordered::Closed);
                }
                if latest.is_none_or(|latest| latest <= now) {
                    self.give_up(job, now).await?;
                    return Err(Fault::park("export.window", "what was ordered in time was not made before the purge"));
                }
            }
        }
        Ok(Ordered::Order(
            Box::new(Order {
                kind: BundleKind::Account,
                of: tenant.to_string(),
                regime: None,
                received_at: None,
                covers_until: now,
                limits: Vec::new(),
                businesses: Vec::new(),
                told: BTreeSet::new(),
                links: Vec::new(),
                own: Own::default(),
                user: None,
                tenant: Some(tenant.clone()),
                leaves_out: false,
                window,
            }),
            None,
        ))
    }
}

pub(super) fn of_request(
    keys: &SubjectKeys,
    map: &DataMap,
    request: SubjectRequest,
    told: BTreeSet<TenantId>,
) -> Ordered {
    let Some(kind) = request.bundle_kind() else { return Ordered::Idle };
    let since = match &request.standing {
        Standing::InProgress { since } if request.is_verified() => *since,
        Standing::Answered { at, .. } => *at,
        Standing::InProgress { .. }
        | Standing::Received
        | Standing::AwaitingVerification
        | Standing::Denied { .. }
        | Standing::Withdrawn { .. } => return Ordered::Idle,
    };
    let identities = request.identities();
    // Of nobody nothing can be said, least of all that we hold nothing.
    if identities.is_empty() {
        return Ordered::Idle;
    }
    let mut own = Own::default();
    for identity in &identities {
        match identity {
            Identity::Email(email) => own.know(email.expose()),
            Identity::Handle { handle, .. } => own.know(handle.expose()),
            // The names of a user stand in their own records.
            Identity::Member { .. } | Identity::Platform { .. } => {}
        }
    }
    let given = |part: &&Routed| part.instruction.is_some();
    let of_tenants = request.routed.iter().filter(given).map(|part| Limit::Tenant(part.tenant.clone()));
    let order = Order {
        kind,
        limits: std::iter::once(map.on_their_word(request.user())).chain(of_tenants).collect(),
        businesses: request.routed.iter().map(|part| (part.tenant.clone(), part.instruction.is_some())).collect(),
        told,
        of: request.id.as_str().to_owned(),
        regime: Some(request.regime.clone()),
        received_at: Some(request.received_at),
        covers_until: since,
        links: identities.iter().flat_map(|identity| keys.links(identity)).collect(),
        own,
        user: request.user(),
        tenant: None,
        leaves_out: false,
        window: Window::NotYet,
    };
    Ordered::Order(Box::new(order), Some(Box::new(request)))
}
