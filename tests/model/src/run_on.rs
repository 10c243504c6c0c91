//! What becomes of a state when nothing new goes wrong: messages are delivered, the schedule runs, days pass.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use privacy::memory::{Stored, World};
use privacy::ports::Clock;

use crate::alarms::Rung;
use crate::asked::Asked;
use crate::dates::ends;
use crate::mended::mend;
use crate::office::{Office, STUCK_AFTER, begins_at};
use crate::state::{State, print_of};

/// Steps close to each other at first, then of a day.
const CLOSE_STEPS: usize = 3;
/// By then every date of the model is long over.
const DAYS: i32 = 130;

/// What a processor that is asked by the last day has of its own, and some days more.
const PROCESSORS_HAVE: SignedDuration = SignedDuration::from_hours(20 * 24);

/// How far it has come, and where to: with its world it decides the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Leg {
    /// To the end of it all.
    ToTheEnd { close_steps: usize },
    /// The same where nobody mends anything: looked at every other day until the last day is over, that of processors too, and every other
    /// week until every hold should have been looked at again.
    LeftAlone { close_steps: usize },
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
    /// The end of it all: holds released, plans confirmed, processors and stores mended, and as many days as there is anything to do.
    pub(crate) fn run_on(&self, state: &State) -> Arc<End> {
        let world = state.world();
        mend(&world);
        self.release_all(&world, &state.spent);
        self.run(world, &state.spent.asked_at, Leg::ToTheEnd { close_steps: CLOSE_STEPS })
    }

    /// As many days, but nobody mends or releases anything.
    pub(crate) fn leave_alone(&self, state: &State) -> Arc<End> {
        self.run(state.world(), &state.spent.asked_at, Leg::LeftAlone { close_steps: CLOSE_STEPS })
    }

    /// One hour on, in which nobody mends or releases anything.
    pub(crate) fn wait_an_hour(&self, state: &State) -> Arc<End> {
        let until = state.now + SignedDuration::from_hours(1);
        self.run(state.world(), &state.spent.asked_at, Leg::ForAnHour { until })
    }

    /// What many states come to is gone through once.
    fn run(&self, world: World, asked: &Asked, leg: Leg) -> Arc<End> {
        let (mut leg, mut way) = (leg, Vec::new());
        let mut end = loop {
            world.strike(None);
            let here = (print_of(&world.stored()), *asked, leg);
            if let Some(known) = self.ends.lock().expect("a lock").get(&here) {
                break Arc::clone(known);
            }
            if matches!(leg, Leg::ToTheEnd { .. }) {
                self.confirm(&world);
            }
            let rung = self.settle(&world, asked);
            way.push((here, rung));
            match next_leg(&world, asked, leg) {
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
    fn settle(&self, world: &World, asked: &Asked) -> Rung {
        let mut rung = Rung::new();
        for _ in 0..2 {
            let (notices, messages) = waiting(world);
            (0..notices).for_each(|_| self.tell(world, 0, false));
            (0..messages).for_each(|_| self.work(world, 0, false));
            rung.extend(self.sweep(world, asked));
        }
        rung
    }
}

/// When it is looked at next, if it is.
fn next_leg(world: &World, asked: &Asked, leg: Leg) -> Option<(Timestamp, Leg)> {
    let (now, next, day) = (world.now(), next_action(world)?, SignedDuration::from_hours(24));
    match leg {
        Leg::ToTheEnd { close_steps } => {
            let span = if close_steps > 0 { STUCK_AFTER } else { day };
            let at = next.max(now + span);
            let is_within = at < begins_at() + day * DAYS;
            is_within.then_some((at, Leg::ToTheEnd { close_steps: close_steps.saturating_sub(1) }))
        }
        Leg::LeftAlone { close_steps } => {
            let days = if now < last_day(asked) + PROCESSORS_HAVE { 2 } else { 14 };
            let span = if close_steps > 0 { STUCK_AFTER } else { day * days };
            let at = next.max(now + span);
            let is_within = at < begins_at() + day * 95;
            is_within.then_some((at, Leg::LeftAlone { close_steps: close_steps.saturating_sub(1) }))
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

/// The last day of the newest request.
fn last_day(asked: &Asked) -> Timestamp {
    ends(asked.newest().unwrap_or_else(begins_at))
}
