//! Requests of people, their verification, the obligations behind them, holds and processors: every way that they can go
//! within bounds, and what must hold on each.
//!
//! Nothing here says how a request moves: each step of the model is a use case of `privacy` over its ports in memory, so what is
//! explored is what runs. What *must* hold is written from the policy, in [`promises`].
//!
//! A state is everything that is stored, the hour, and what of the bounds is used up. Two states are one if they differ only in
//! what nothing decides by: how often a row was changed, and the list of acts.

mod action;
mod alarms;
mod asked;
mod bounds;
mod copies;
mod dates;
mod ending;
mod heard;
mod holds;
mod mended;
mod office;
pub mod promises;
mod reached;
mod run_on;
mod state;

pub use action::{Action, Who};
pub use alarms::{Alarm, Dated, Heard, Rung};
pub use asked::Asked;
pub use bounds::Search;
pub use office::{Bounds, Office};
pub use state::{Spent, State};

use stateright::{Model, Property};

impl Model for Office {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![self.begin()]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        actions.extend(self.possible(state));
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        let next = self.after(state, action);
        // What changes nothing leads nowhere.
        (next != *state).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        promises::all()
    }
}
