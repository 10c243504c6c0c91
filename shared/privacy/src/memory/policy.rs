//! The shipped policy for tests.

use crate::data_map::DataMap;
use crate::obligation::PlanHash;

/// A plan's hash.
#[must_use]
pub fn plan_hash() -> PlanHash {
    PlanHash::from_stored("0f".repeat(32))
}

/// The built-in policy, with processors that may be looked at as soon as they are asked.
///
/// # Panics
/// Never: the build has validated it.
#[must_use]
pub fn prompt_map() -> DataMap {
    built_in_map().confirming_after(jiff::Span::new())
}

/// The built-in policy.
///
/// # Panics
/// Never: the build has validated it.
#[must_use]
pub fn built_in_map() -> DataMap {
    match DataMap::built_in() {
        Ok(map) => map,
        Err(error) => unreachable!("{error}"),
    }
}
