//! What an entry says. Keyed references, dates, counts and names out of the policy; nothing else has a type here.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::names::{InvalidName, Name, Section, Zone};
use super::stored;
use crate::audit::Acts;
use crate::data_map::DataMap;
use crate::ids::TenantId;
use crate::keys::{KeyedRef, SubjectKeys};
use crate::obligation::{Head, PlanHash};
use crate::plan::totals;
use crate::policy::Route;
use crate::scope::Scope;

/// The body of an entry, told apart by `kind`. A kind added later leaves old chains and old checkers valid. A body
/// names what it is about, so that no two occasions have the same one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Body {
    /// Everything that a request reached at one tenant is erased.
    ErasureReceipt(ErasureReceipt),
    /// What the ledger's stream has brought of acts, in one batch.
    Acts(Acts),
}

impl Body {
    /// Every kind that this version reads.
    pub(super) const KINDS: [&str; 2] = ["acts", "erasure-receipt"];
}

/// What was erased at one tenant for one request, once a strong read found nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErasureReceipt {
    /// The obligation, as [`SubjectKeys::receipt_obligation`] calls it.
    #[serde(with = "stored::keyed")]
    pub obligation: KeyedRef,
    /// Which request under its code, from 1.
    pub request: u32,
    /// How often a second look had re-opened it: each time there is another receipt.
    pub reopened: u32,
    /// How the request reached us.
    pub route: Route,
    /// The section of the policy that promises it.
    pub policy: Section,
    /// When the request was received.
    #[serde(with = "stored::instant")]
    pub received_at: Timestamp,
    /// The promised last day.
    pub due_by: LastDay,
    /// When a strong read found nothing.
    #[serde(with = "stored::instant")]
    pub erased_at: Timestamp,
    /// What became of each record class. There is no failure: what failed has no receipt yet.
    pub classes: BTreeMap<Name, ClassOutcome>,
    /// How each processor confirmed that its copy is gone.
    pub processors: BTreeMap<Name, Confirmation>,
    /// The plan that was worked off, 64 hex digits.
    #[serde(with = "stored::plan")]
    pub plan: PlanHash,
}

/// A day in the calendar of a zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LastDay {
    /// The day.
    pub date: Date,
    /// Whose calendar.
    pub time_zone: Zone,
}

/// What became of a record class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ClassOutcome {
    /// So many records were removed.
    Removed {
        /// How many.
        count: u64,
    },
    /// There was nothing.
    NothingFound,
    /// So many records stay.
    Retained {
        /// How many.
        count: u64,
        /// The rule of the policy that keeps them.
        because: Name,
    },
}

/// How a processor confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Confirmation {
    /// It accepted to erase something, and a query after that found nothing.
    Removed {
        /// When.
        #[serde(with = "stored::instant")]
        at: Timestamp,
    },
    /// It said that there was nothing when it was asked, and a query after that found nothing.
    NothingFound {
        /// When.
        #[serde(with = "stored::instant")]
        at: Timestamp,
    },
    /// A query after the erasure found nothing; what it said when it was asked, if it was, is not noted.
    FoundNothing {
        /// When.
        #[serde(with = "stored::instant")]
        at: Timestamp,
    },
    /// It keeps what the law asks it to keep, and a query found nothing else.
    Retained {
        /// When.
        #[serde(with = "stored::instant")]
        at: Timestamp,
    },
    /// It keeps nothing past this day.
    ExpiresBy {
        /// The day.
        date: Date,
    },
}

/// A receipt that cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Undraftable {
    /// The ring of subject keys is empty.
    #[error("there is no key to refer to the obligation with")]
    NoKey,
    /// The policy has no promise for the route.
    #[error("the policy promises nothing for this route")]
    NoPromise,
    /// A class, section or zone whose name a receipt may not hold.
    #[error(transparent)]
    Name(#[from] InvalidName),
}

/// Every tenant that a request reached: each gets a receipt in its chain.
#[must_use]
pub fn tenants(scopes: &[Scope]) -> BTreeSet<TenantId> {
    scopes.iter().map(|scope| scope.place.tenant.clone()).collect()
}

impl ErasureReceipt {
    /// The receipt of one tenant, from the scopes of the whole request. No class is retained and no processor named:
    /// who knows of such adds them.
    ///
    /// # Errors
    /// [`Undraftable`]
    pub fn draft(
        keys: &SubjectKeys,
        map: &DataMap,
        head: &Head,
        (erased_at, plan): (Timestamp, &PlanHash),
        (tenant, scopes): (&TenantId, &[Scope]),
    ) -> Result<Self, Undraftable> {
        let section = map.section(head.route, &head.target).ok_or(Undraftable::NoPromise)?;
        let own: Vec<Scope> = scopes.iter().filter(|scope| scope.place.tenant == *tenant).cloned().collect();
        let outcome =
            |count: u64| if count == 0 { ClassOutcome::NothingFound } else { ClassOutcome::Removed { count } };
        let counts = map.with_zeros(&head.target, &totals(&own));
        let classes = counts.into_iter().map(|(class, count)| Ok((Name::parse(&class)?, outcome(count))));
        Ok(Self {
            obligation: keys.receipt_obligation(&head.id).ok_or(Undraftable::NoKey)?,
            request: head.seq,
            reopened: head.reopened,
            route: head.route,
            policy: Section::parse(section)?,
            received_at: head.received_at,
            due_by: LastDay { date: head.due_by.date, time_zone: Zone::parse(&head.due_by.time_zone)? },
            erased_at,
            classes: classes.collect::<Result<_, InvalidName>>()?,
            processors: BTreeMap::new(),
            plan: plan.clone(),
        })
    }
}
