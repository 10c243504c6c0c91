//! What staff and the dashboard are about to do or see that no other row names them for. It is written first: without it
//! nothing is done and nothing is shown.

use jiff::Timestamp;

use crate::ids::TenantId;
use crate::keys::KeyedRef;

/// What they are about to do or see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StaffDeed {
    /// Place a hold.
    PlaceHold(KeyedRef),
    /// Release a hold.
    ReleaseHold(KeyedRef),
    /// Confirm the plan of an obligation.
    ConfirmPlan(KeyedRef),
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
            Self::ReleaseHold(_) => "release-hold",
            Self::ConfirmPlan(_) => "confirm-plan",
            Self::LookAtRequest(_) => "look-at-request",
            Self::LookAtList => "look-at-list",
            Self::OrderExport(_) => "order-export",
            Self::LookAtExport(_) => "look-at-export",
        }
    }

    /// What it is about, where that is kept as a reference.
    #[must_use]
    pub const fn about(&self) -> Option<&KeyedRef> {
        match self {
            Self::PlaceHold(about)
            | Self::ReleaseHold(about)
            | Self::ConfirmPlan(about)
            | Self::LookAtRequest(about) => Some(about),
            Self::LookAtList | Self::OrderExport(_) | Self::LookAtExport(_) => None,
        }
    }

    /// A deed by its name, about a reference or a tenant, whichever it needs.
    #[must_use]
    pub fn named(name: &str, about: Option<KeyedRef>, tenant: Option<TenantId>) -> Option<Self> {
        match name {
            "place-hold" => about.map(Self::PlaceHold),
            "release-hold" => about.map(Self::ReleaseHold),
            "confirm-plan" => about.map(Self::ConfirmPlan),
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
