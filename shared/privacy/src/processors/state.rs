//! Where one processor stands with one obligation, and the one function that moves it.

use jiff::civil::Date;
use jiff::{SignedDuration, SpanRelativeTo, Timestamp};
use serde::{Deserialize, Serialize};

use crate::deadline::OutsideCalendar;
use crate::fault::Turn;
use crate::policy::processor::Http;

const FIRST_RETRY: SignedDuration = SignedDuration::from_mins(5);
const LONGEST_RETRY: SignedDuration = SignedDuration::from_hours(1);

/// Bounds of what a processor may wish for when it says "later".
const SOONEST: SignedDuration = SignedDuration::from_mins(1);
const LATEST: SignedDuration = SignedDuration::from_hours(6);

/// How it is known that nothing is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// Every follow-up query found nothing.
    FollowUp,
    /// Its copies are our stores, which a strong read found empty.
    OwnErasure,
}

/// What a processor said when it was asked. Only follow-up queries prove that nothing is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Said {
    /// Of one target at least, that it erases it.
    Accepted,
    /// Of every target, that there is nothing.
    NothingThere,
}

impl Said {
    /// What it said of all, given what it said of those before and of one more.
    #[must_use]
    pub fn and(before: Option<Self>, one: Self) -> Self {
        match (before, one) {
            (Some(Self::Accepted), _) | (_, Self::Accepted) => Self::Accepted,
            (Some(Self::NothingThere) | None, Self::NothingThere) => Self::NothingThere,
        }
    }
}

/// Where a processor stands. A state holds what is true in it and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum State {
    /// To be asked.
    Waiting {
        /// When.
        next_try_at: Timestamp,
        /// How often in a row it did not work out.
        attempts: u32,
    },
    /// Asked; the follow-up query is to come.
    Asked {
        /// When the last target was asked about.
        asked_at: Timestamp,
        /// When it is looked.
        confirm_at: Timestamp,
        /// How often in a row it did not work out.
        attempts: u32,
    },
    /// Nothing is left there.
    Confirmed {
        /// Since when that is known.
        at: Timestamp,
        /// How.
        how: How,
    },
    /// It cannot be asked; the copy is gone after this day.
    ExpiresBy {
        /// The last day, in UTC.
        date: Date,
    },
    /// Nothing is left there but what it must keep.
    Retained {
        /// Since when that is known.
        at: Timestamp,
        /// For people: what and why.
        reason: String,
    },
    /// It holds nothing that this request is about.
    NotConcerned,
}

/// What is to be done about a processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Ask it, not before the instant.
    Ask(Timestamp),
    /// Look at it, not before the instant.
    Confirm(Timestamp),
}

impl Due {
    /// The instant.
    #[must_use]
    pub const fn at(self) -> Timestamp {
        match self {
            Self::Ask(at) | Self::Confirm(at) => at,
        }
    }
}

impl State {
    /// What is to be done, or `None` when it is settled: confirmed, dated, retained or not concerned.
    #[must_use]
    pub const fn due(&self) -> Option<Due> {
        match self {
            Self::Waiting { next_try_at, .. } => Some(Due::Ask(*next_try_at)),
            Self::Asked { confirm_at, .. } => Some(Due::Confirm(*confirm_at)),
            Self::Confirmed { .. } | Self::ExpiresBy { .. } | Self::Retained { .. } | Self::NotConcerned => None,
        }
    }

    /// The last day on which it may still hold a copy, if it has such a date.
    #[must_use]
    pub const fn expires_by(&self) -> Option<Date> {
        match self {
            Self::ExpiresBy { date } => Some(*date),
            Self::Waiting { .. }
            | Self::Asked { .. }
            | Self::Confirmed { .. }
            | Self::Retained { .. }
            | Self::NotConcerned => None,
        }
    }

    /// What was settled by a follow-up query before `since` is looked at again; anything else stays.
    #[must_use]
    pub fn looked_at_again(&self, since: Timestamp, now: Timestamp) -> Self {
        match self {
            Self::Confirmed { at, how: How::FollowUp } | Self::Retained { at, .. } if *at < since => {
                Self::Asked { asked_at: *at, confirm_at: now, attempts: 0 }
            }
            Self::Retained { .. }
            | Self::Waiting { .. }
            | Self::Asked { .. }
            | Self::Confirmed { .. }
            | Self::ExpiresBy { .. }
            | Self::NotConcerned => self.clone(),
        }
    }
}

/// What an HTTP processor's part of the policy file says about its states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// From the ask to the follow-up query.
    pub confirm_after: SignedDuration,
    /// Unsettled for longer rings.
    pub alarm_after: SignedDuration,
    /// What stays there when all else is gone.
    pub retains: Option<String>,
}

impl Rule {
    /// The rule of a processor.
    ///
    /// # Errors
    /// [`OutsideCalendar`] for spans in months, which the build has refused.
    pub fn of(http: &Http) -> Result<Self, OutsideCalendar> {
        let exact =
            |span: jiff::Span| span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| OutsideCalendar);
        Ok(Self {
            confirm_after: exact(http.confirm_after)?,
            alarm_after: exact(http.alarm_after)?,
            retains: http.retains.as_ref().map(|retains| retains.reason.clone()),
        })
    }
}

/// What happened to a processor that was due, over all its targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// It accepted every ask.
    Accepted,
    /// Every query found nothing.
    Gone,
    /// A query found something.
    StillThere,
    /// It wants to be asked later.
    Later {
        /// By how much.
        after: SignedDuration,
    },
    /// It could not be asked or looked at; whose turn that is.
    Failed(Turn),
}

/// The state after what happened. Pure, and total: what does not fit a state leaves it.
#[must_use]
pub fn step(state: &State, happened: Happened, rule: &Rule, now: Timestamp) -> State {
    match (state, happened) {
        (State::Waiting { attempts, .. }, Happened::Accepted) => {
            State::Asked { asked_at: now, confirm_at: now + rule.confirm_after, attempts: *attempts }
        }
        (State::Waiting { attempts, .. }, Happened::Later { .. } | Happened::Failed(_))
        | (State::Asked { attempts, .. }, Happened::StillThere) => {
            let attempts = attempts.saturating_add(1);
            State::Waiting { next_try_at: now + wait(happened, attempts), attempts }
        }
        (State::Asked { asked_at, attempts, .. }, Happened::Later { .. } | Happened::Failed(_)) => {
            let attempts = attempts.saturating_add(1);
            State::Asked { asked_at: *asked_at, confirm_at: now + wait(happened, attempts), attempts }
        }
        (State::Asked { .. }, Happened::Gone) => match &rule.retains {
            None => State::Confirmed { at: now, how: How::FollowUp },
            Some(reason) => State::Retained { at: now, reason: reason.clone() },
        },
        (State::Waiting { .. }, Happened::Gone | Happened::StillThere)
        | (State::Asked { .. }, Happened::Accepted)
        | (State::Confirmed { .. } | State::ExpiresBy { .. } | State::Retained { .. } | State::NotConcerned, _) => {
            state.clone()
        }
    }
}

/// Doubling from 5 minutes to 1 hour; what a person has to mend is tried hourly; a wish is granted within bounds.
fn wait(happened: Happened, attempts: u32) -> SignedDuration {
    match happened {
        Happened::Later { after } => after.clamp(SOONEST, LATEST),
        Happened::Failed(Turn::Park) => LONGEST_RETRY,
        Happened::Failed(Turn::Retry) | Happened::StillThere | Happened::Accepted | Happened::Gone => {
            (FIRST_RETRY * (1 << attempts.saturating_sub(1).min(6))).min(LONGEST_RETRY)
        }
    }
}
