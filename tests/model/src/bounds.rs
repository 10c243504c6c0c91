//! The searches.

use jiff::SignedDuration;

use crate::office::Bounds;
use crate::state::Spent;

const DAY: i64 = 24;
/// From noon to the last hour of the legal date, when it is over for what nobody has shown.
const LAST_EVENING: i64 = 30 * DAY + 9;

fn hours(hours: &[i64]) -> Vec<SignedDuration> {
    hours.iter().map(|hours| SignedDuration::from_hours(*hours)).collect()
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
    /// An erasure under way: workers that die at any call, messages that are lost or come twice.
    Deaths,
    /// Everything at once.
    Everything,
}

impl Search {
    /// Those that take seconds.
    pub const SHORT: [Self; 4] = [Self::Strangers, Self::Verification, Self::Holds, Self::Deaths];

    /// Its bounds.
    #[must_use]
    pub fn bounds(self) -> Bounds {
        let none =
            Bounds { hours: Vec::new(), most: Spent::default(), deaths: Vec::new(), queued: 2, is_verified: false };
        match self {
            Self::Strangers => Bounds {
                hours: hours(&[LAST_EVENING]),
                most: Spent { asked: [true; 2], guesses: 1, is_mended: true, ..Spent::default() },
                ..none
            },
            Self::Verification => Bounds {
                hours: hours(&[LAST_EVENING]),
                most: Spent {
                    asked: [true, false],
                    lost: 1,
                    crashes: 1,
                    codes: 1,
                    is_mended: true,
                    ..Spent::default()
                },
                ..none
            },
            Self::Holds => Bounds {
                hours: hours(&[1, 31 * DAY]),
                most: Spent { asked: [true, false], holds: [true; 2], is_mended: true, ..Spent::default() },
                is_verified: true,
                ..none
            },
            Self::Deaths => Bounds {
                hours: hours(&[20 * DAY]),
                most: Spent { asked: [true, false], lost: 1, crashes: 1, is_mended: true, ..Spent::default() },
                deaths: (1..=40).collect(),
                is_verified: true,
                ..none
            },
            Self::Everything => Bounds {
                hours: hours(&[2, 20 * DAY, LAST_EVENING]),
                most: Spent {
                    asked: [true; 2],
                    lost: 1,
                    doubled: 1,
                    crashes: 1,
                    guesses: 1,
                    codes: 1,
                    holds: [true; 2],
                    has_held: false,
                    is_mended: true,
                },
                deaths: vec![3, 8, 15, 22, 30],
                ..none
            },
        }
    }
}
