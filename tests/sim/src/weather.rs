//! What may go wrong in one run. Each seed draws its own: some faults at some rates, others not at all, so that every pair of
//! faults meets somewhere.

use fastrand::Rng;

/// What goes wrong with one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It never arrives.
    Lost,
    /// It is carried out and nobody hears of it.
    AnswerLost,
    /// It is carried out long after its sender gave up.
    Late,
    /// The service is down.
    Down,
    /// The service is too busy.
    Throttled,
    /// It takes seconds.
    Slow,
    /// A batch leaves all but its first item undone.
    Unprocessed,
    /// The process dies before the call is carried out.
    CrashBefore,
    /// The process dies after it.
    CrashAfter,
    /// An eventually consistent read, or an index, shows an older state.
    Stale,
    /// A page ends early.
    ShortPage,
    /// A transaction of somebody else holds a row that is to be written.
    Conflict,
}

impl Trouble {
    /// Every trouble.
    pub const ALL: [Self; 12] = [
        Self::Lost,
        Self::AnswerLost,
        Self::Late,
        Self::Down,
        Self::Throttled,
        Self::Slow,
        Self::Unprocessed,
        Self::CrashBefore,
        Self::CrashAfter,
        Self::Stale,
        Self::ShortPage,
        Self::Conflict,
    ];

    /// As a trace names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lost => "request lost",
            Self::AnswerLost => "answer lost",
            Self::Late => "carried out late",
            Self::Down => "service down",
            Self::Throttled => "throttled",
            Self::Slow => "slow",
            Self::Unprocessed => "all but one unprocessed",
            Self::CrashBefore => "process dies before",
            Self::CrashAfter => "process dies after",
            Self::Stale => "stale read",
            Self::ShortPage => "short page",
            Self::Conflict => "transaction conflict",
        }
    }

    /// Whether it can happen to calls of any kind; the others need a kind of their own.
    const fn is_general(self) -> bool {
        !matches!(self, Self::Unprocessed | Self::Stale | Self::ShortPage | Self::Conflict)
    }
}

/// The faults of one run.
#[derive(Clone, Debug)]
pub struct Weather {
    /// In 10,000 calls, by [`Trouble::ALL`].
    rates: [u32; 12],
    /// Clocks of processes jump by up to so many seconds, forward and back.
    pub jumps_seconds: i64,
    /// In 1,000 messages: delivered twice, held back for long, lost.
    pub doubled: u32,
    /// In 1,000 messages.
    pub held_back: u32,
    /// In 1,000 messages.
    pub lost: u32,
    /// For so many days from the first hours on no worker runs.
    pub outage_days: u64,
    /// In 1,000 calls of a vendor: down, or busy.
    pub vendor_faults: u32,
    /// The longest that a vendor takes to erase what it said it would; more than none, and it forgets now and then.
    pub vendor_slowest_hours: u64,
    /// For so many days from the beginning on vendors answer nothing.
    pub vendor_outage_days: u64,
    /// For so many hours from the beginning on no batch of deletes goes through, so that work is under way when holds come.
    pub deletes_out_hours: u64,
}

impl Weather {
    /// Draws the weather of a run.
    pub fn draw(rng: &mut Rng) -> Self {
        let mut rates = [0; 12];
        let wild = [0, 1, 1, 2, 4][rng.usize(..5)];
        for (rate, trouble) in rates.iter_mut().zip(Trouble::ALL) {
            if rng.u32(..3) == 0 {
                continue;
            }
            *rate = match trouble {
                // Most writes can meet it.
                Trouble::Conflict => rng.u32(100..1_000),
                // What only some calls can meet may be frequent.
                _ if !trouble.is_general() => rng.u32(500..4_000),
                _ => rng.u32(20..120) * wild,
            };
        }
        Self {
            rates,
            jumps_seconds: [0, 0, 30, 90, 3_600][rng.usize(..5)],
            doubled: [0, 100, 300][rng.usize(..3)],
            held_back: [0, 100, 300][rng.usize(..3)],
            lost: [0, 50, 200][rng.usize(..3)],
            outage_days: if rng.u32(..6) == 0 { rng.u64(24..36) } else { 0 },
            vendor_faults: [0, 0, 100, 400][rng.usize(..4)],
            vendor_slowest_hours: [0, 0, 2, 72][rng.usize(..4)],
            vendor_outage_days: if rng.u32(..12) == 0 { rng.u64(2..36) } else { 0 },
            deletes_out_hours: if rng.u32(..12) == 0 { rng.u64(1..7) } else { 0 },
        }
    }

    /// Whether some call may ever see an older state.
    #[must_use]
    pub const fn has_stale_reads(&self) -> bool {
        self.rates[9] > 0
    }

    /// What goes wrong with a call that only the given special troubles can meet.
    pub fn strike(&self, rng: &mut Rng, special: &[Trouble]) -> Option<Trouble> {
        for (rate, trouble) in self.rates.iter().zip(Trouble::ALL) {
            let applies = trouble.is_general() || special.contains(&trouble);
            if applies && *rate > 0 && rng.u32(..10_000) < *rate {
                return Some(trouble);
            }
        }
        None
    }
}
