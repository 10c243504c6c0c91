//! Physical names of the stores of the policy: each names its variable, `inbox` is in `INBOX_TABLE`, `media` in `MEDIA_BUCKET`.

use std::collections::HashMap;

use privacy::data_map::DataMap;
use privacy::policy::model::{Store, StoreKind};

use crate::env::{self, BadEnvironment};

/// Table or bucket of every store that is wanted.
///
/// # Errors
/// [`BadEnvironment`]
pub fn names(map: &DataMap, is_wanted: fn(&Store) -> bool) -> Result<HashMap<String, String>, BadEnvironment> {
    let wanted = map.model().store.iter().filter(|(_, store)| is_wanted(store));
    let physical = wanted.map(|(name, store)| {
        let kind = match store.kind {
            StoreKind::Table => "TABLE",
            StoreKind::Bucket => "BUCKET",
        };
        Ok((name.clone(), env::required(&format!("{}_{kind}", name.to_ascii_uppercase()))?))
    });
    physical.collect()
}
