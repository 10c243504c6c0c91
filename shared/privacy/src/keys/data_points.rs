//! What is kept of the things that a person named to be known by: comparable by who has the key, and for one request only.

use hmac::Mac;

use super::{KeyedRef, Purpose, SubjectKeys, lower_base32};
use crate::obligation::ObligationId;
use crate::subject_request::{PointKind, PointValue};

/// 80 bits: nobody can try values out without the key, and the row of a request stays small.
const BYTES: usize = 10;

impl SubjectKeys {
    /// What is kept of something that a person named of themselves.
    #[must_use]
    pub fn data_point(&self, id: &ObligationId, kind: PointKind, value: &PointValue) -> Option<KeyedRef> {
        let current = self.versions.first()?;
        let digest = current.mac(Purpose::DataPoint, &canonical(id, kind, value)).finalize().into_bytes();
        let bytes: Vec<u8> = digest.iter().copied().take(BYTES).collect();
        Some(KeyedRef(format!("{}-{}", current.name, lower_base32().encode(&bytes))))
    }

    /// Whether something is what was kept, under any live key. Takes the same time for every value of a length.
    #[must_use]
    pub fn is_data_point(&self, id: &ObligationId, kind: PointKind, value: &PointValue, kept: &KeyedRef) -> bool {
        self.is_kept(Purpose::DataPoint, BYTES, &canonical(id, kind, value), kept)
    }
}

fn canonical(id: &ObligationId, kind: PointKind, value: &PointValue) -> String {
    format!("{}#{}#{}", id.as_str(), kind.as_str(), value.expose())
}
