//! What a job asks for, and whether it may be had now.

use jiff::Timestamp;

use super::job::ExportJob;
use super::make_bundle::Exporter;
use super::people::Own;
use super::window::{Window, window};
use crate::clock::model::Kind;
use crate::fault::Fault;
use crate::identity::Identity;
use crate::ids::TenantId;
use crate::keys::{KeyedRef, SubjectKeys};
use crate::ports::{Clock, DueIndex};
use crate::scope::Place;
use crate::subject_request::ports::RequestBook;
use crate::subject_request::{Standing, SubjectRequest};

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
    pub(super) links: Vec<KeyedRef>,
    pub(super) own: Own,
    /// What they logged in as, if they did: no link opens another user of an account.
    pub(super) user: Option<Place>,
    pub(super) tenant: Option<TenantId>,
}

/// What a job came to before any work.
pub(super) enum Ordered {
    /// It is to be made, or told.
    Order(Box<Order>, Option<Box<SubjectRequest>>),
    /// There is no such request, or it asks for something else, or it is not verified.
    Idle,
    /// The account's export is not open.
    Closed,
}

impl<L, Q, V, B, C> Exporter<'_, L, Q, V, B, C>
where
    L: RequestBook + DueIndex,
    C: Clock,
{
    pub(super) async fn order(&self, job: &ExportJob, now: Timestamp) -> Result<Ordered, Fault> {
        match job {
            ExportJob::Request(id) => match self.ledger.request(id).await? {
                Some(request) => Ok(of_request(self.keys, request)),
                None => Ok(Ordered::Idle),
            },
            ExportJob::Tenant(tenant) => self.of_tenant(tenant, now).await,
        }
    }

    async fn of_tenant(&self, tenant: &TenantId, now: Timestamp) -> Result<Ordered, Fault> {
        let Window::Open { .. } = window(self.ledger, self.map, tenant, now).await? else { return Ok(Ordered::Closed) };
        Ok(Ordered::Order(
            Box::new(Order {
                kind: BundleKind::Account,
                of: tenant.to_string(),
                regime: None,
                received_at: None,
                covers_until: now,
                links: Vec::new(),
                own: Own::default(),
                user: None,
                tenant: Some(tenant.clone()),
            }),
            None,
        ))
    }
}

pub(super) fn of_request(keys: &SubjectKeys, request: SubjectRequest) -> Ordered {
    let Some(kind) = BundleKind::answering(request.kind) else { return Ordered::Idle };
    let since = match &request.standing {
        Standing::InProgress { since } if request.is_verified() => *since,
        Standing::Answered { at, .. } => *at,
        Standing::InProgress { .. } | Standing::Received | Standing::AwaitingVerification | Standing::Denied { .. } => {
            return Ordered::Idle;
        }
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
    let order = Order {
        kind,
        of: request.id.as_str().to_owned(),
        regime: Some(request.regime.clone()),
        received_at: Some(request.received_at),
        covers_until: since,
        links: identities.iter().flat_map(|identity| keys.links(identity)).collect(),
        own,
        user: request.user(),
        tenant: None,
    };
    Ordered::Order(Box::new(order), Some(Box::new(request)))
}
