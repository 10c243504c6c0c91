//! What may go wrong in one run. Each seed draws its own: nothing at all, everything, or mostly some faults at some rates, so that every
//! pair of faults meets somewhere, and each is met alone.

use std::fmt;

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

/// One run in so many has no fault at all, and one all of them; outages beside.
const EXTREMES: u32 = 10;

/// The faults of one run.
#[derive(Clone, Debug, Default)]
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
    /// In 1,000 letters: the post takes it not.
    pub refused_letters: u32,
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
        match rng.u32(..EXTREMES) {
            0 => Self::default(),
            1 => Self::foul(rng, true),
            _ => Self::foul(rng, false),
        }
    }

    /// Faults of every kind, or of some.
    fn foul(rng: &mut Rng, is_all: bool) -> Self {
        let mut rates = [0; 12];
        let wild = level(rng, &[0, 1, 1, 2, 4], is_all);
        for (rate, trouble) in rates.iter_mut().zip(Trouble::ALL) {
            if !is_all && rng.bool() {
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
            jumps_seconds: level(rng, &[0, 0, 30, 90, 3_600], is_all),
            doubled: level(rng, &[0, 100, 300], is_all),
            held_back: level(rng, &[0, 100, 300], is_all),
            lost: level(rng, &[0, 50, 200], is_all),
            refused_letters: level(rng, &[0, 100, 200], is_all),
            outage_days: if rng.u32(..6) == 0 { rng.u64(24..36) } else { 0 },
            vendor_faults: level(rng, &[0, 0, 100, 400], is_all),
            vendor_slowest_hours: level(rng, &[0, 0, 2, 72], is_all),
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

/// One of some levels, which begin with none; another than none where everything is to go wrong.
fn level<T: Copy + Default + PartialEq>(rng: &mut Rng, levels: &[T], is_all: bool) -> T {
    let none = levels.iter().take_while(|level| **level == T::default()).count();
    levels[rng.usize(if is_all { none } else { 0 }..levels.len())]
}

impl fmt::Display for Weather {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let calls = self.rates.iter().zip(Trouble::ALL).filter(|(rate, _)| **rate > 0);
        let others = [
            ("clocks that jump", self.jumps_seconds > 0),
            ("messages that come twice", self.doubled > 0),
            ("late messages", self.held_back > 0),
            ("lost messages", self.lost > 0),
            ("refused letters", self.refused_letters > 0),
            ("no workers for weeks", self.outage_days > 0),
            ("vendors that fail", self.vendor_faults > 0),
            ("vendors that forget", self.vendor_slowest_hours > 0),
            ("no vendors for days", self.vendor_outage_days > 0),
            ("no deletes for hours", self.deletes_out_hours > 0),
        ];
        let others = others.into_iter().filter_map(|(name, strikes)| strikes.then_some(name));
        let all: Vec<&str> = calls.map(|(_, trouble)| trouble.name()).chain(others).collect();
        if all.is_empty() {
            f.write_str("nothing goes wrong")
        } else {
            write!(f, "what goes wrong: {}", all.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_have_no_fault_or_all_or_any_of_them() {
        let all: Vec<Weather> = (0..1_000).map(|seed| Weather::draw(&mut Rng::with_seed(seed))).collect();
        let fair = all.iter().filter(|weather| weather.to_string() == "nothing goes wrong").count();
        let foul = all.iter().filter(|weather| weather.rates.iter().all(|rate| *rate > 0)).count();
        assert!((60..160).contains(&fair) && (60..160).contains(&foul), "{fair} fair, {foul} foul");
        for (one, trouble) in Trouble::ALL.into_iter().enumerate() {
            let struck: Vec<&Weather> = all.iter().filter(|weather| weather.rates[one] > 0).collect();
            assert!((250..750).contains(&struck.len()), "{} in {}", trouble.name(), struck.len());
            for other in (0..12).filter(|other| *other != one) {
                let without = struck.iter().filter(|weather| weather.rates[other] == 0).count();
                assert!(without > 20, "{} never without {}", trouble.name(), Trouble::ALL[other].name());
            }
        }
    }

    #[test]
    fn a_trace_says_what_goes_wrong() {
        let mut weather = Weather { lost: 50, outage_days: 30, ..Weather::default() };
        weather.rates[0] = 20;
        assert_eq!(weather.to_string(), "what goes wrong: request lost, lost messages, no workers for weeks");
    }
}
