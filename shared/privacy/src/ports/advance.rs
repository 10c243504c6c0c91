//! A step of an obligation.

use jiff::Timestamp;

use super::NextAction;
use crate::obligation::{Awaited, State};
use crate::replay::ReplayStage;

/// A transition of an obligation under a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advance {
    /// The new state.
    pub state: State,
    /// When it is looked at next.
    pub next_action: NextAction,
    /// Only if it still covers exactly this; a newer callback may have come in.
    pub if_covers_until: Option<Timestamp>,
    /// Counts one more re-opening by a second look.
    pub is_reopening: bool,
    /// How far the look of a replay has come, if it moves; only while the mark is still of that replay.
    pub replay: Option<(Timestamp, ReplayStage)>,
    /// No hold that was met is in force any more.
    pub is_released: bool,
    /// Who is waited for from then on, and nobody else.
    pub awaited: Option<Awaited>,
}

impl Advance {
    /// Into a state, and nothing else with it.
    #[must_use]
    pub const fn to(state: State, next_action: NextAction) -> Self {
        Self {
            state,
            next_action,
            if_covers_until: None,
            is_reopening: false,
            replay: None,
            is_released: false,
            awaited: None,
        }
    }

    /// Whether no hold keeps anything from then on, as far as it is known.
    #[must_use]
    pub const fn forgets_holds(&self) -> bool {
        self.is_released || self.state.is_finished()
    }
}
