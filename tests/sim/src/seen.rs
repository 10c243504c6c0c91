//! What runs have shown, and how often: a fault that never strikes proves nothing.

use std::collections::BTreeMap;

use crate::cast::Actor;
use crate::weather::Trouble;

/// A hold keeps something that was to go.
pub const HOLD: &str = "a hold keeps what was to go";
/// A restore brings back what was erased.
pub const RESTORE: &str = "a restore brings back what was erased";
/// A right code comes too late.
pub const LATE_CODE: &str = "a code comes too late";
/// Somebody guesses a code.
pub const LIE: &str = "a liar guesses";

/// How often, by what.
pub type Seen = BTreeMap<&'static str, u64>;

/// Everything that many runs must show.
pub fn all() -> impl Iterator<Item = &'static str> {
    let actors = Actor::ALL.into_iter().map(Actor::name);
    Trouble::ALL.into_iter().map(Trouble::name).chain(actors).chain([HOLD, RESTORE, LATE_CODE, LIE])
}

/// What none of the runs has shown.
#[must_use]
pub fn missing(seen: &Seen) -> Vec<&'static str> {
    all().filter(|what| !seen.contains_key(what)).collect()
}
