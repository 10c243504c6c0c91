//! What a processor is asked about: opaque ids, by type.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::keys::KeyedRef;
use crate::policy::processor::{Exchange, Http, TargetKind};
use crate::scope::{Part, Place};

/// One person, or one place that was erased. Holds no platform id, name or address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// One person, by a keyed reference.
    Subject(KeyedRef),
    /// A place: a connection, a contact, a part of what a tenant has of its own.
    Place(Place),
}

impl Target {
    /// What it is; `None` for what a tenant has of its own, which no template names.
    #[must_use]
    pub const fn kind(&self) -> Option<TargetKind> {
        match self {
            Self::Subject(_) => Some(TargetKind::Subject),
            Self::Place(place) => match &place.part {
                Part::Connection(_, None) => Some(TargetKind::Connection),
                Part::Connection(_, Some(_)) => Some(TargetKind::Contact),
                Part::Own | Part::OwnContact(_) | Part::User(_) => None,
            },
        }
    }

    /// How a processor erases it, or `None` when the processor holds nothing of the kind.
    #[must_use]
    pub fn exchange<'h>(&self, http: &'h Http) -> Option<&'h Exchange> {
        self.kind().and_then(|kind| http.exchange(kind))
    }

    /// The id behind a placeholder, if a target of this kind has one.
    #[must_use]
    pub fn id(&self, placeholder: &str) -> Option<&str> {
        match (self, placeholder) {
            (Self::Subject(subject), "subject") => Some(subject.as_str()),
            (Self::Place(place), _) => place.id(placeholder),
            (Self::Subject(_), _) => None,
        }
    }

    fn canonical(&self) -> String {
        match self {
            Self::Subject(subject) => format!("subject#{subject}\n"),
            Self::Place(place) => format!("place#{place}\n"),
        }
    }
}

/// What a processor is not asked about for now, by its name.
pub type Kept = BTreeSet<(String, Target)>;

/// Of which of these targets a processor holds anything that may go.
pub(super) fn asked_about<'t>(
    name: &str,
    http: &Http,
    targets: &[&'t Target],
    kept: &Kept,
) -> impl Iterator<Item = &'t Target> {
    let kept: BTreeSet<&Target> = kept.iter().filter(|(of, _)| of == name).map(|(_, target)| target).collect();
    targets.iter().copied().filter(move |target| target.exchange(http).is_some() && !kept.contains(target))
}

/// Names a set of targets: SHA-256 in hex digits, whatever their order.
pub(super) fn digest(targets: &[&Target]) -> String {
    let mut hash = Sha256::new();
    for target in targets {
        hash.update(target.canonical().as_bytes());
    }
    data_encoding::HEXLOWER.encode(&hash.finalize())
}

/// Each target once, in an order that does not depend on the caller's.
pub(super) fn in_order(targets: &[Target]) -> Vec<&Target> {
    let mut ordered: Vec<&Target> = targets.iter().collect();
    ordered.sort();
    ordered.dedup();
    ordered
}
