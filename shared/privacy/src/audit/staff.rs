//! What staff and the dashboard are about to do or see that no other row names them for. It is written first: without it
//! nothing is done and nothing is shown.

use jiff::Timestamp;

use super::staff_reason::StaffReason;
use crate::ids::TenantId;
use crate::keys::KeyedRef;

/// What a row says of a deed beside its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Noted {
    /// What it is about, as a reference.
    pub about: Option<KeyedRef>,
    /// Whose account it is about.
    pub tenant: Option<TenantId>,
    /// Which record class it is about.
    pub class: Option<String>,
    /// Which instant it is about.
    pub since: Option<Timestamp>,
    /// Why; absent in rows of before there were reasons, and of deeds that have none.
    pub reason: Option<StaffReason>,
}

/// What they are about to do or see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StaffDeed {
    /// Place a hold.
    PlaceHold(KeyedRef),
    /// Release a hold.
    ReleaseHold(KeyedRef, StaffReason),
    /// Confirm the plan of an obligation.
    ConfirmPlan(KeyedRef, StaffReason),
    /// Confirm what a record class would purge.
    ConfirmPurge(String, StaffReason),
    /// Have everything looked at again that was erased since an instant, because a backup of then was restored.
    BeginReplay(Timestamp),
    /// See a request of a person, with its history.
    LookAtRequest(KeyedRef),
    /// See the list of requests.
    LookAtList,
    /// Order the export of an account.
    OrderExport(TenantId),
    /// See that export, with a link to it.
    LookAtExport(TenantId),
}

impl StaffDeed {
    /// Its name in rows.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::PlaceHold(_) => "place-hold",
            Self::ReleaseHold(..) => "release-hold",
            Self::ConfirmPlan(..) => "confirm-plan",
            Self::ConfirmPurge(..) => "confirm-purge",
            Self::BeginReplay(_) => "begin-replay",
            Self::LookAtRequest(_) => "look-at-request",
            Self::LookAtList => "look-at-list",
            Self::OrderExport(_) => "order-export",
            Self::LookAtExport(_) => "look-at-export",
        }
    }

    /// What is kept of it beside its name.
    #[must_use]
    pub fn noted(&self) -> Noted {
        let of = |about: &KeyedRef| Noted { about: Some(about.clone()), ..Noted::default() };
        let whose = |tenant: &TenantId| Noted { tenant: Some(tenant.clone()), ..Noted::default() };
        match self {
            Self::PlaceHold(about) | Self::LookAtRequest(about) => of(about),
            Self::ReleaseHold(about, reason) | Self::ConfirmPlan(about, reason) => {
                Noted { reason: Some(*reason), ..of(about) }
            }
            Self::ConfirmPurge(class, reason) => {
                Noted { class: Some(class.clone()), reason: Some(*reason), ..Noted::default() }
            }
            Self::BeginReplay(since) => Noted { since: Some(*since), ..Noted::default() },
            Self::LookAtList => Noted::default(),
            Self::OrderExport(tenant) | Self::LookAtExport(tenant) => whose(tenant),
        }
    }

    /// A deed by its name and what was kept of it. A reason that is missing was not said.
    #[must_use]
    pub fn named(name: &str, noted: Noted) -> Option<Self> {
        let Noted { about, tenant, class, since, reason } = noted;
        let reason = reason.unwrap_or(StaffReason::NotSaid);
        match name {
            "place-hold" => about.map(Self::PlaceHold),
            "release-hold" => about.map(|about| Self::ReleaseHold(about, reason)),
            "confirm-plan" => about.map(|about| Self::ConfirmPlan(about, reason)),
            "confirm-purge" => class.map(|class| Self::ConfirmPurge(class, reason)),
            "begin-replay" => since.map(Self::BeginReplay),
            "look-at-request" => about.map(Self::LookAtRequest),
            "look-at-list" => Some(Self::LookAtList),
            "order-export" => tenant.map(Self::OrderExport),
            "look-at-export" => tenant.map(Self::LookAtExport),
            _ => None,
        }
    }
}

/// Who is about to do what. Names staff as their access names them, and is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct StaffAct {
    /// What.
    pub deed: StaffDeed,
    /// The principal that the gateway has checked.
    pub who: String,
    /// When.
    pub at: Timestamp,
}

impl std::fmt::Debug for StaffAct {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StaffAct({}, redacted)", self.deed.name())
    }
}
