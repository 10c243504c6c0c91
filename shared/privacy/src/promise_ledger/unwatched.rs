//! The dated sentences that nothing here watches: said as such, so that the ledger is whole without claiming what nobody knows.

use crate::data_map::DataMap;
use crate::policy::unwatched::Unwatched;

/// What stands where a verdict would.
pub const NOT_WATCHED: &str = "not-watched";

/// A sentence without a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotWatched {
    /// Its section in `policy.toml`: `unwatched.changes`.
    pub promise: String,
    /// What the policy file says of it.
    pub said: Unwatched,
}

/// Every sentence that is not watched, in the order of their sections. Pure.
#[must_use]
pub fn unwatched(map: &DataMap) -> Vec<NotWatched> {
    let of =
        |(name, said): (&String, &Unwatched)| NotWatched { promise: format!("unwatched.{name}"), said: said.clone() };
    map.model().unwatched.iter().map(of).collect()
}
