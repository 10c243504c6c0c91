//! What becomes of a state when nothing goes wrong any more: messages are delivered, the schedule runs, days pass.

use jiff::{SignedDuration, Timestamp};
use privacy::memory::{Stored, World};
use privacy::ports::Clock;

use crate::office::{Office, STUCK_AFTER, mend};
use crate::state::State;

/// Steps close to each other at first, then of a day.
const CLOSE_STEPS: usize = 6;
/// By then every date of the model is long over.
const STEPS: usize = 130;

impl Office {
    /// The end of it all: holds released, processors mended, and as many days as there is anything to do.
    pub(crate) fn run_on(&self, state: &State) -> Stored {
        let world = state.world();
        mend(&world);
        if state.spent.holds[0] {
            self.release(&world);
        }
        for step in 0..STEPS {
            self.settle(&world);
            let Some(next) = next_action(&world) else { break };
            let span = if step < CLOSE_STEPS { STUCK_AFTER } else { SignedDuration::from_hours(24) };
            let at = next.max(world.now() + span);
            world.stored().set_now(at);
        }
        world.into_stored()
    }

    /// Delivers all that waits, sweeps, and delivers what that brought.
    fn settle(&self, world: &World) {
        for _ in 0..2 {
            let (notices, messages) = waiting(world);
            (0..notices).for_each(|_| self.tell(world, 0, false));
            (0..messages).for_each(|_| self.work(world, 0, false));
            self.sweep(world);
        }
    }
}

/// How many messages wait for whoever tells, and for the engine.
fn waiting(world: &World) -> (usize, usize) {
    let stored = world.stored();
    (stored.requests.notices.len(), stored.sent.len())
}

/// When anything at all is looked at next.
fn next_action(world: &World) -> Option<Timestamp> {
    let stored = world.stored();
    let requests = stored.requests.heads.values().filter_map(|request| request.next_action_at);
    requests.chain(stored.heads.values().filter_map(|head| head.next_action_at)).min()
}
