//! What becomes of a state when nothing new goes wrong: messages are delivered, the schedule runs, days pass.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use privacy::memory::{Stored, World};
use privacy::ports::Clock;

use crate::alarms::Rung;
use crate::office::{Office, STUCK_AFTER, begins_at, mend};
use crate::state::{State, print_of};

/// Steps close to each other at first, then of a day.
const CLOSE_STEPS: usize = 6;
/// By then every date of the model is long over, and every hold should have been looked at again.
const DAYS: i64 = 130;

/// How far it has come, and where to: with its world it decides the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Leg {
    /// To the end of it all.
    ToTheEnd { close_steps: usize },
    /// For an hour: until then.
    ForAnHour { until: Timestamp },
}

/// What it came to.
#[derive(Debug)]
pub(crate) struct End {
    /// Everything that is stored.
    pub(crate) stored: Arc<Stored>,
    /// What rang on the way.
    pub(crate) rung: Rung,
}

impl Office {
    /// The end of it all: holds released, processors mended, and as many days as there is anything to do.
    pub(crate) fn run_on(&self, state: &State) -> Arc<End> {
        let world = state.world();
        mend(&world);
        self.release_all(&world, &state.spent);
        self.run(world, Leg::ToTheEnd { close_steps: CLOSE_STEPS })
    }

    /// As many days, but nobody mends or releases anything.
    pub(crate) fn leave_alone(&self, state: &State) -> Arc<End> {
        self.run(state.world(), Leg::ToTheEnd { close_steps: CLOSE_STEPS })
    }

    /// One hour on, in which nobody mends or releases anything.
    pub(crate) fn wait_an_hour(&self, state: &State) -> Arc<End> {
        let until = state.now + SignedDuration::from_hours(1);
        self.run(state.world(), Leg::ForAnHour { until })
    }

    /// What many states come to is gone through once.
    fn run(&self, world: World, leg: Leg) -> Arc<End> {
        let (mut leg, mut way) = (leg, Vec::new());
        let mut end = loop {
            world.strike(None);
            let here = (print_of(&world.stored()), leg);
            if let Some(known) = self.ends.lock().expect("a lock").get(&here) {
                break Arc::clone(known);
            }
            let rung = self.settle(&world);
            way.push((here, rung));
            match next_leg(&world, leg) {
                Some((at, next)) => {
                    world.stored().set_now(at);
                    leg = next;
                }
                None => break Arc::new(End { stored: Arc::new(world.into_stored()), rung: Rung::new() }),
            }
        };
        let mut ends = self.ends.lock().expect("a lock");
        for (here, rung) in way.into_iter().rev() {
            if !rung.is_subset(&end.rung) {
                end = Arc::new(End { stored: Arc::clone(&end.stored), rung: &rung | &end.rung });
            }
            ends.insert(here, Arc::clone(&end));
        }
        end
    }

    /// Delivers all that waits, sweeps, and delivers what that brought.
    fn settle(&self, world: &World) -> Rung {
        let mut rung = Rung::new();
        for _ in 0..2 {
            let (notices, messages) = waiting(world);
            (0..notices).for_each(|_| self.tell(world, 0, false));
            (0..messages).for_each(|_| self.work(world, 0, false));
            rung.extend(self.sweep(world));
        }
        rung
    }
}

/// When it is looked at next, if it is.
fn next_leg(world: &World, leg: Leg) -> Option<(Timestamp, Leg)> {
    let (now, next) = (world.now(), next_action(world)?);
    match leg {
        Leg::ToTheEnd { close_steps } => {
            let span = if close_steps > 0 { STUCK_AFTER } else { SignedDuration::from_hours(24) };
            let at = next.max(now + span);
            let is_within = at < begins_at() + SignedDuration::from_hours(24 * DAYS);
            is_within.then_some((at, Leg::ToTheEnd { close_steps: close_steps.saturating_sub(1) }))
        }
        Leg::ForAnHour { until } => {
            let at = next.max(now + STUCK_AFTER);
            (at <= until).then_some((at, leg))
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
