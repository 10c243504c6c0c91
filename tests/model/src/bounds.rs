//! The searches.

use jiff::SignedDuration;

use crate::office::Bounds;
use crate::state::Spent;

const DAY: i64 = 24 * 60;
const HOUR: i64 = 60;
/// The target; the first of the three days before the legal date; its last evening, when it is over for what nobody has shown and an
/// hour and more is left of it; the day after. From noon to noon, but for the evening.
const TARGET: i64 = 25 * DAY;
const NEAR_LEGAL: i64 = 27 * DAY;
const LAST_EVENING: i64 = 30 * DAY + 8 * HOUR + 30;
const DAY_AFTER: i64 = 31 * DAY;

fn minutes(minutes: &[i64]) -> Vec<SignedDuration> {
    minutes.iter().map(|minutes| SignedDuration::from_mins(*minutes)).collect()
}

/// Which search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Search {
    /// Two requests that name the same address, one of them a stranger's: codes and guesses, up to the legal date.
    Strangers,
    /// One request, whose messages are lost or come twice, up to the legal date and past it.
    Verification,
    /// An erasure under way: a hold placed and released, a processor that answers nothing until it is mended.
    Holds,
    /// An erasure under way: a plan above its ceiling, which waits until staff confirm it; a store that erases nothing until it is mended; a hold.
    Halts,
    /// An erasure under way: workers that die at any call, messages that are lost or come twice.
    Deaths,
    /// A person and a stranger, from the first letter on; a hold, a processor that answers nothing until it is mended, and one
    /// worker that dies or one message that is lost, anywhere.
    Product,
    /// Everything at once.
    Everything,
}

impl Search {
    /// Those that take seconds.
    pub const SHORT: [Self; 6] =
        [Self::Strangers, Self::Verification, Self::Holds, Self::Halts, Self::Deaths, Self::Product];

    /// Its bounds.
    #[must_use]
    pub fn bounds(self) -> Bounds {
        let most = Spent { asked: [true, false], is_mended: true, ..Spent::default() };
        let none = Bounds {
            hours: Vec::new(),
            most,
            deaths: Vec::new(),
            amid: Vec::new(),
            troubles: 2,
            asks_later: true,
            sweeps_at_will: true,
            queued: 2,
            is_verified: false,
            is_above_ceiling: false,
            broken_store: None,
        };
        match self {
            Self::Strangers => Bounds {
                hours: minutes(&[TARGET, NEAR_LEGAL, LAST_EVENING]),
                most: Spent { asked: [true; 2], guesses: 1, ..most },
                ..none
            },
            Self::Verification => Bounds {
                hours: minutes(&[NEAR_LEGAL, LAST_EVENING]),
                most: Spent { lost: 1, crashes: 1, codes: 1, ..most },
                troubles: 1,
                ..none
            },
            Self::Holds => Bounds {
                hours: minutes(&[2 * HOUR, NEAR_LEGAL, DAY_AFTER]),
                most: Spent { holds: [[true; 2]; 2], ..most },
                amid: (12..=40).step_by(4).collect(),
                sweeps_at_will: false,
                is_verified: true,
                ..none
            },
            Self::Halts => Bounds {
                hours: minutes(&[2 * HOUR, NEAR_LEGAL, DAY_AFTER]),
                most: Spent { lost: 1, crashes: 1, holds: [[true; 2], [false; 2]], ..most },
                deaths: vec![8, 16, 24],
                sweeps_at_will: false,
                is_verified: true,
                troubles: 1,
                is_above_ceiling: true,
                broken_store: Some("media"),
                ..none
            },
            Self::Deaths => Bounds {
                hours: minutes(&[NEAR_LEGAL, LAST_EVENING, DAY_AFTER]),
                most: Spent { lost: 1, doubled: 1, crashes: 1, outages: 1, ..most },
                deaths: (1..=40).collect(),
                is_verified: true,
                troubles: 1,
                ..none
            },
            Self::Product => Bounds {
                hours: minutes(&[NEAR_LEGAL, LAST_EVENING, DAY_AFTER]),
                most: Spent { asked: [true; 2], lost: 1, crashes: 1, holds: [[true; 2], [false; 2]], ..most },
                deaths: vec![16, 24],
                amid: (12..=40).step_by(4).collect(),
                troubles: 1,
                asks_later: false,
                sweeps_at_will: false,
                queued: 1,
                ..none
            },
            Self::Everything => Bounds {
                hours: minutes(&[2 * HOUR, TARGET, NEAR_LEGAL, LAST_EVENING, DAY_AFTER]),
                most: Spent {
                    asked: [true; 2],
                    lost: 1,
                    doubled: 1,
                    crashes: 1,
                    outages: 1,
                    guesses: 1,
                    codes: 1,
                    holds: [[true; 2]; 2],
                    ..most
                },
                deaths: vec![3, 8, 15, 22, 30],
                amid: vec![18, 24],
                ..none
            },
        }
    }
}
