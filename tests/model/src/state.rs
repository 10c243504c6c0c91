//! What is stored, and what was done so far of the things that are bounded.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use jiff::Timestamp;
use privacy::memory::{Stored, World};
use privacy::ports::Clock;

use crate::action::Who;
use crate::alarms::Heard;
use crate::asked::Asked;
use crate::holds::HOLDS;

/// Records of a page in memory: small, so that every loop over pages is gone through.
pub(crate) const PAGE_RECORDS: usize = 2;

/// How much of the bounds is used up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Spent {
    /// Whether the person, and whether the stranger, has asked.
    pub asked: [bool; 2],
    /// When.
    pub asked_at: Asked,
    /// Messages that were lost for good.
    pub lost: u8,
    /// Messages that were delivered and stay, to come again.
    pub doubled: u8,
    /// Workers that died in the middle.
    pub crashes: u8,
    /// Times that the schedule did not run, while days passed.
    pub outages: u8,
    /// Codes that were guessed or belong to another request.
    pub guesses: u8,
    /// Fresh codes that the person asked for.
    pub codes: u8,
    /// How many had gone out for the person's request when they asked for a fresh one: from then on those are void.
    pub codes_void: u8,
    /// Whether one of those showed something all the same.
    pub is_void_taken: bool,
    /// Of each hold, whether it was placed, and whether it was released.
    pub holds: [[bool; 2]; HOLDS],
    /// What was there when the first of the holds in force was placed, and so must stay.
    pub kept: u8,
    /// Whether it was placed while a worker was erasing: one delete may have been on its way.
    pub is_amid_work: bool,
    /// Whether the processor that answers nothing was mended, and the store that erases nothing.
    pub is_mended: bool,
    /// Whether staff have confirmed the plan that is above a ceiling.
    pub is_confirmed: bool,
}

impl Spent {
    /// Whether a hold is in force.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.holds.contains(&[true, false])
    }

    /// What went wrong by chance so far.
    #[must_use]
    pub const fn troubles(&self) -> u8 {
        self.lost + self.doubled + self.crashes + self.outages
    }
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
    /// What was heard of the schedule.
    pub heard: Heard,
    /// What the clock shows.
    pub now: Timestamp,
    print: u64,
}

impl State {
    /// A state, with its fingerprint.
    #[must_use]
    pub fn of(world: World, hour: usize, spent: Spent, heard: Heard) -> Self {
        world.strike(None);
        let now = world.now();
        let stored = Arc::new(world.into_stored());
        let print = print_of(&stored);
        Self { stored, hour, spent, heard, now, print }
    }

    /// The world as it is here, to do something to.
    #[must_use]
    pub fn world(&self) -> World {
        World::of(Stored::clone(&self.stored), PAGE_RECORDS)
    }

    /// The codes that were sent for the person's own request, in order: they can read them.
    pub(crate) fn codes(&self) -> impl Iterator<Item = &String> {
        let id = Who::Person.request();
        let letters = self.stored.requests.letters.iter().filter(move |letter| letter.request == id);
        letters.filter_map(|letter| letter.code.as_ref())
    }

    fn parts(&self) -> (u64, usize, Spent, &Heard) {
        (self.print, self.hour, self.spent, &self.heard)
    }
}

/// The fingerprint of all that anything is decided by. Left out: how often rows were changed, the list of acts, in what order
/// letters to different requests went out, how often a processor was asked, and when sentences were noted as proven.
pub(crate) fn print_of(stored: &Stored) -> u64 {
    let mut shadow = Stored::clone(stored);
    let requests = &mut shadow.requests;
    requests.acts.clear();
    requests.heads.values_mut().for_each(|request| request.version = 0);
    // Of one request they stay in their order.
    requests.letters.sort_by(|one, other| one.request.cmp(&other.request));
    shadow.hold_changes = 0;
    shadow.purges.proofs.clear();
    for vendor in shadow.vendors.by_name.values_mut() {
        vendor.asked.clear();
        vendor.looked_for.clear();
    }
    let mut hasher = DefaultHasher::new();
    hasher.write(format!("{shadow:?}").as_bytes());
    hasher.finish()
}

impl Hash for State {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts().hash(state);
    }
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
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
            .field("rung", &self.heard.rung.iter().map(|alarm| (alarm.why, alarm.is_in_time)).collect::<Vec<_>>())
            .finish()
    }
}
