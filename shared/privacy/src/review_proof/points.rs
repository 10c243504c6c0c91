//! Data points: what our record says beside what the person named.

use std::collections::BTreeMap;

use super::{NotReviewed, Reading};
use crate::keys::SubjectKeys;
use crate::law::assurance::Asker;
use crate::law::{Law, NoRule};
use crate::subject_request::findings::FieldName;
use crate::subject_request::review::Review;
use crate::subject_request::{PointKind, PointValue, Proof, SubjectRequest};

/// So many data points at least, where a request asks for any.
const MATCHED_MIN: u8 = 2;

/// What staff enter. Personal data: compared, and kept nowhere.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// What our record says of the person.
    pub held: BTreeMap<PointKind, PointValue>,
    /// What the person has named since they sent the request, in a mail or a call.
    pub named: BTreeMap<PointKind, PointValue>,
}

impl SubjectRequest {
    /// How many data points have to agree.
    pub(crate) fn points_min(&self, law: &Law) -> Result<u8, NoRule> {
        let is_handle_only = self.contact.email.is_none() && self.contact.account.is_some();
        let asker = if is_handle_only { Asker::HandleOnly } else { Asker::Contact };
        Ok(law.assurance(&self.regime, self.kind, asker)?.data_points_min.max(MATCHED_MIN))
    }

    /// How many things they have still to name before anything can be compared.
    ///
    /// # Errors
    /// [`NoRule`]
    pub fn points_left(&self, law: &Law) -> Result<u8, NoRule> {
        let named = u8::try_from(self.data_points.len()).unwrap_or(u8::MAX);
        Ok(self.points_min(law)?.saturating_sub(named))
    }

    /// What staff have before them, as it stands in the trail: kinds and digests.
    pub(super) fn read(&self, reading: &Reading, law: &Law, keys: &SubjectKeys) -> Result<Review, NotReviewed> {
        match reading {
            Reading::Record(comparison) => self.compare(comparison, law, keys),
            Reading::Permission(document) => Ok(Review::AgentPermission { document: document.clone() }),
            Reading::PowerOfAttorney(document) => Ok(Review::PowerOfAttorney { document: document.clone() }),
        }
    }

    fn compare(&self, comparison: &Comparison, law: &Law, keys: &SubjectKeys) -> Result<Review, NotReviewed> {
        let Comparison { held, named } = comparison;
        // Nothing is compared that nobody waits for.
        let is_open = self.standing.closed_at().is_none();
        if !is_open || !self.needs.contains(&Proof::DataPoints) {
            return Err(NotReviewed::NotAsked);
        }
        let is_named = |kind: &PointKind| named.contains_key(kind) || self.data_points.contains_key(kind);
        if !held.keys().all(is_named) || !named.keys().all(|kind| held.contains_key(kind)) {
            return Err(NotReviewed::NotNamed);
        }
        let least = self.points_min(law)?;
        if held.len() < usize::from(least) {
            return Err(NotReviewed::TooFew(least));
        }
        let agrees = |(kind, value): &(&PointKind, &PointValue)| match named.get(*kind) {
            Some(named) => named == *value,
            None => self.is_point(keys, **kind, value),
        };
        let matched = held.iter().filter(agrees).map(|(kind, _)| kind);
        Ok(Review::DataPoints { compared: names(held.keys()), matched: names(matched), noted: names(named.keys()) })
    }
}

/// Every kind is the name of a field.
fn names<'a>(kinds: impl Iterator<Item = &'a PointKind>) -> Vec<FieldName> {
    kinds.filter_map(|kind| FieldName::parse(kind.as_str()).ok()).collect()
}
