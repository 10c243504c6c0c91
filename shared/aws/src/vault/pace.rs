//! How fast a table is written to: one bucket of write units a table, which every batch of an invocation draws on.
//!
//! The rate of the crates that do this is fixed when the bucket is made; ours falls and rises with what the table says.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout_at};

/// A call of 25 may begin before any of it is paid for: that much less is a second's part.
const ONE_CALL: u32 = 25;
/// What a timer that fired late may catch up with.
const CATCH_UP: Duration = Duration::from_millis(20);
/// A second's units without what is caught up with, in percent.
const STEADY_PERCENT: u32 = 98;
/// The whole rate, in thousandths.
const FULL: u32 = 1_000;
/// As slow as it gets: an eighth. A table that cannot take that is left alone by the calls' own waits.
const LEAST: u32 = FULL / 8;
/// What a call that went well gives back: after 100 of them a halved rate is whole again.
const STEP: u32 = FULL / 200;

/// What erasing may take of a table's throughput, and among how many functions it is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// What a table takes, in write units a second.
    pub table_units: u32,
    /// The part of it that erasing may use. 1 to 100.
    pub percent: u32,
    /// How many workers erase at the same time. The sweeper purges beside them.
    pub workers: u32,
}

impl Share {
    /// What one function may write to one table, in units a second. All of them together stay within the share.
    #[must_use]
    pub fn of_one(self) -> u32 {
        let all = u64::from(self.table_units) * u64::from(self.percent.min(100)) / 100;
        u32::try_from(all / u64::from(self.workers).saturating_add(1)).unwrap_or(u32::MAX)
    }
}

/// The pace of one table.
#[derive(Debug)]
pub(crate) struct Pace {
    /// Units a second when nothing is throttled.
    steady: u32,
    front: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// When everything that was taken is paid for.
    paid_at: Instant,
    /// Thousandths of the steady rate.
    level: u32,
    slowed_at: Option<Instant>,
}

impl Pace {
    /// In any second at most `units` are taken, where that is more than a call's 25.
    pub(crate) fn new(units: u32) -> Self {
        let steady = units.saturating_sub(ONE_CALL).saturating_mul(STEADY_PERCENT).div_euclid(100).max(1);
        let state = State { paid_at: Instant::now(), level: FULL, slowed_at: None };
        Self { steady, front: tokio::sync::Mutex::new(()), state: Mutex::new(state) }
    }

    /// Waits for its turn and takes `units`. `false` when the turn does not come before `deadline`: then nothing is taken.
    pub(crate) async fn take(&self, units: u32, deadline: Instant) -> bool {
        timeout_at(deadline, self.turn(units)).await.is_ok()
    }

    /// One waits at the front, the others behind it: what is learnt meanwhile counts for all of them.
    async fn turn(&self, units: u32) {
        let _front = self.front.lock().await;
        while let Some(turn) = self.with(|state| self.try_take(state, units)) {
            sleep_until(turn).await;
        }
    }

    /// When to ask again, unless they are taken.
    fn try_take(&self, state: &mut State, units: u32) -> Option<Instant> {
        let now = Instant::now();
        if state.paid_at > now {
            return Some(state.paid_at);
        }
        let turn = state.paid_at.max(now.checked_sub(CATCH_UP).unwrap_or(now));
        state.paid_at = turn + self.cost(units, state.level);
        None
    }

    /// A record takes a unit for each KiB, and indexes take theirs: what was more than was taken beforehand is paid by those who come next.
    pub(crate) fn pay(&self, units: u32) {
        self.with(|state| state.paid_at += self.cost(units, state.level));
    }

    /// Half the rate. Calls that were under way when it was halved say nothing new.
    pub(crate) fn slow(&self, sent_at: Instant) {
        self.with(|state| {
            if state.slowed_at.is_none_or(|slowed_at| sent_at > slowed_at) {
                state.level = (state.level / 2).max(LEAST);
                state.slowed_at = Some(Instant::now());
            }
        });
    }

    /// A little faster, up to the whole rate.
    pub(crate) fn quicken(&self) {
        self.with(|state| state.level = (state.level + STEP).min(FULL));
    }

    fn cost(&self, units: u32, level: u32) -> Duration {
        Duration::from_secs(1) * units * FULL / (self.steady.saturating_mul(level)).max(1)
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
