//! What is stored, and what was done so far of the things that are bounded.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use jiff::Timestamp;
use privacy::memory::{Stored, World};
use privacy::ports::Clock;

/// Records of a page in memory: small, so that every loop over pages is gone through.
const PAGE_RECORDS: usize = 2;

/// How much of the bounds is used up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Spent {
    /// Whether the person, and whether the stranger, has asked.
    pub asked: [bool; 2],
    /// Messages that were lost for good.
    pub lost: u8,
    /// Messages that were delivered and stay, to come again.
    pub doubled: u8,
    /// Workers that died in the middle.
    pub crashes: u8,
    /// Codes that were guessed or belong to another request.
    pub guesses: u8,
    /// Fresh codes that the person asked for.
    pub codes: u8,
    /// Whether the hold was placed, and whether it was released.
    pub holds: [bool; 2],
    /// Whether there was anything left to hold when it was placed.
    pub has_held: bool,
    /// Whether the processor that answers nothing was mended.
    pub is_mended: bool,
}

/// A state of the model.
#[derive(Clone)]
pub struct State {
    /// Everything that is stored.
    pub stored: Arc<Stored>,
    /// Which of [`crate::Bounds::hours`] it is.
    pub hour: usize,
    /// What of the bounds is used up.
    pub spent: Spent,
    /// What the clock shows.
    pub now: Timestamp,
    print: u64,
}

impl State {
    /// A state, with its fingerprint.
    #[must_use]
    pub fn of(world: World, hour: usize, spent: Spent) -> Self {
        world.strike(None);
        let now = world.now();
        let stored = Arc::new(world.into_stored());
        let mut hasher = DefaultHasher::new();
        let mut shadow = Stored::clone(&stored);
        shadow.requests.acts.clear();
        shadow.requests.heads.values_mut().for_each(|request| request.version = 0);
        format!("{shadow:?}").hash(&mut hasher);
        Self { stored, hour, spent, now, print: hasher.finish() }
    }

    /// The world as it is here, to do something to.
    #[must_use]
    pub fn world(&self) -> World {
        World::of(Stored::clone(&self.stored), PAGE_RECORDS)
    }
}

impl Hash for State {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.print, self.hour, self.spent).hash(state);
    }
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        (self.print, self.hour, self.spent) == (other.print, other.hour, other.spent)
    }
}

impl Eq for State {}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let requests = self.stored.requests.heads.values().map(|request| request.standing.name());
        let obligations = self.stored.heads.values().map(|head| head.state.name());
        f.debug_struct("State")
            .field("hour", &self.hour)
            .field("requests", &requests.collect::<Vec<_>>())
            .field("obligations", &obligations.collect::<Vec<_>>())
            .field("notices", &self.stored.requests.notices.len())
            .field("work", &self.stored.sent.len())
            .field("spent", &self.spent)
            .finish()
    }
}
