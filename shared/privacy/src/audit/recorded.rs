//! What an entry of the trail says. Keyed references, dates, counts and words of closed lists; nothing else has a type here.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::act_kind::ActKind;
use super::facts::{self, Facts};
use super::kinds::kinds;
use super::row::{Change, Image};
use crate::keys::{KeyedRef, SubjectKeys};
use crate::obligation::PlanHash;
use crate::receipt::{EventName, Name, stored};

/// How much of a hash names a change.
const EVENT_BYTES: usize = 16;

/// A keyed reference in a signed text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ref(#[serde(with = "stored::keyed")] pub KeyedRef);

/// The hash of a plan in a signed text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlanName(#[serde(with = "stored::plan")] pub PlanHash);

/// An instant in a signed text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct At(#[serde(with = "stored::instant")] pub Timestamp);

/// Who did it, as far as the row says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "who", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Doer {
    /// The row names nobody: a function of this service, or whoever may write the table.
    Service,
    /// Whoever asks: the person, or their agent.
    Asker,
    /// Somebody whom the gateway has checked.
    Staff {
        /// Who, as [`SubjectKeys::audit_staff`] calls them.
        principal: Ref,
        /// The role that they have taken on, if it is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<Ref>,
    },
    /// Somebody who works with the account of a business, as the dashboard names them.
    Tenant {
        /// Who, as [`SubjectKeys::audit_user`] calls them.
        user: Ref,
    },
}

/// What it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// The obligation or the request, as receipts call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub obligation: Option<Ref>,
    /// Which request under an obligation, or which version of a request of a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// The tenant, as the chain of its receipts is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<Ref>,
    /// The holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<Ref>,
    /// The record class of a purge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<Name>,
    /// Up to when a class is purged, which period is left, or of when a restored backup is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<At>,
    /// The plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanName>,
    /// The word of a closed list that says more: a reason of a law or of staff, a flag, a notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Name>,
    /// How many records, by class.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub counts: BTreeMap<Name, u64>,
    /// Where processors stand.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub processors: BTreeMap<Name, Name>,
}

/// One change of one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recorded {
    /// Names the change: the same however often it is delivered.
    pub event: EventName,
    /// When the ledger changed, whole seconds.
    pub at: At,
    /// Which row, as [`SubjectKeys::audit_row`] calls it.
    pub row: Ref,
    /// What was done.
    pub acts: Vec<ActKind>,
    /// By whom.
    pub by: Doer,
    /// About what.
    pub about: About,
    /// Names what counted in the row before; absent when there was no row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Ref>,
    /// Names what counts in it now; absent when it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Ref>,
}

/// What one batch of the stream brought, in its order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acts {
    /// At least one.
    pub changes: Vec<Recorded>,
}

/// What is to be recorded of a change; `None` of one that only moved a lease or a date of the next look.
///
/// `None` as well when the ring of keys is empty, which no ring that was parsed is.
#[must_use]
pub fn record(keys: &SubjectKeys, change: &Change) -> Option<Recorded> {
    let digest = |image: &Option<Image>| match image {
        Some(image) => keys.audit_digest(&change.key, &image.counted).map(|digest| Some(Ref(digest))),
        None => Some(None),
    };
    let (before, after) = (digest(&change.before)?, digest(&change.after)?);
    if before == after {
        return None;
    }
    let acts = kinds(change);
    let is_readable = !acts.contains(&ActKind::Unreadable);
    let row = change.after.as_ref().or(change.before.as_ref()).and_then(|image| image.row.as_ref());
    let Facts { by, about } = row.filter(|_| is_readable).map(|row| facts::of(keys, row)).unwrap_or_default();
    let row = Ref(keys.audit_row(&change.key)?);
    Some(Recorded { event: event_name(&change.event)?, at: At(change.at), row, acts, by, about, before, after })
}

fn event_name(event: &str) -> Option<EventName> {
    let digest = Sha256::digest(event.as_bytes());
    EventName::parse(&HEXLOWER.encode(digest.get(..EVENT_BYTES)?)).ok()
}
