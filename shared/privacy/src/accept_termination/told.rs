//! Told: what an end is to the one that stands there. Ends are told apart by their days, and set against a return by when they
//! were decided. A message may come late, twice, or in another order: what may be an old one starts no clock.

use jiff::Timestamp;

use super::Counted;
use crate::clock::zone;
use crate::deadline::OutsideCalendar;
use crate::fault::Fault;
use crate::obligation::{Head, NewObligation, State};
use crate::policy::Phase;

/// What an end is to the window's row that stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// An end that starts clocks.
    New,
    /// The same end, told again.
    Again,
    /// One from before the account came back, or that may be.
    BeforeReturn,
    /// Another end than the one that is not over and may still be cancelled.
    Other,
}

impl Counted {
    pub(super) fn told(&self, standing: &Head, new: &NewObligation) -> Told {
        match (&standing.state, standing.returned_at) {
            (State::Cancelled { at }, _) => self.after_return(*at, standing, new),
            (State::Verifying { .. } | State::Completed { .. }, _)
                if self.is_dated && standing.starts_at >= new.starts_at && !self.is_decided_since(standing) =>
            {
                Told::Again
            }
            (State::Verifying { .. } | State::Completed { .. }, Some(at)) => self.after_return(at, standing, new),
            (State::Verifying { .. } | State::Completed { .. }, None) if self.is_dated => Told::New,
            // As far as anybody knows the account has not come back: what has ended does not end once more.
            (State::Verifying { .. }, None) => Told::Again,
            // Nobody looks any more either: old or new, it has to say so.
            (State::Completed { .. }, None) => Told::BeforeReturn,
            (
                State::Received
                | State::Planned { .. }
                | State::Executing { .. }
                | State::Failed { .. }
                | State::Held { .. },
                returned_at,
            ) => self.beside(returned_at, standing, new),
        }
    }

    /// What it is to an end of which something is still to be erased.
    fn beside(&self, returned_at: Option<Timestamp>, standing: &Head, new: &NewObligation) -> Told {
        // Without a day it means now, and what has ended and not come back does not end once more.
        let is_over = !self.is_dated && returned_at.is_none() && standing.starts_at <= new.starts_at;
        if is_over || (standing.starts_at == new.starts_at && !self.is_decided_since(standing)) {
            return Told::Again;
        }
        match returned_at {
            Some(back_at) => self.after_return(back_at, standing, new),
            // The window is closed: only a later end can still be another one, and says that the account lived on.
            None if standing.starts_at.is_some_and(|at| at <= self.now) && standing.starts_at < new.starts_at => {
                Told::New
            }
            None => Told::Other,
        }
    }

    /// Whether it is an end that stands, by its day, whatever came after that.
    pub(super) fn is_same(&self, standing: &Head, new: &NewObligation) -> bool {
        let is_cancelled = matches!(standing.state, State::Cancelled { .. });
        self.is_dated && !is_cancelled && standing.starts_at == new.starts_at && !self.is_decided_since(standing)
    }

    fn is_decided_since(&self, standing: &Head) -> bool {
        standing.returned_at.is_some_and(|returned_at| self.decided_at.is_some_and(|at| at >= returned_at))
    }

    /// The same end with the days and in the calendar of the window that stands: told again without a day it would mean another one.
    pub(super) fn as_it_stands(&self, window: &Head, phase: &Phase) -> Result<Self, Fault> {
        let unreadable = |error| Fault::park("termination", error);
        let zone = zone::find(&window.due_by.time_zone).map_err(|error| Fault::park("termination", error))?;
        let starts_at = window.starts_at.ok_or_else(|| Fault::park("termination", "a window without a beginning"))?;
        let starts_on = starts_at.to_zoned_datetime(zone.clone()).date();
        let ended_on = starts_on.checked_sub(phase.starts_after).map_err(unreadable)?;
        // Its instant is not in the row: where this one may be later on that day, the first.
        let is_its = self.is_dated && self.ended_on == ended_on && self.zone_name == window.due_by.time_zone;
        let began_at =
            zone::first_instant(ended_on, &zone).ok_or_else(|| Fault::park("termination", OutsideCalendar))?;
        let ended_at = if is_its { self.ended_at } else { began_at };
        Ok(Self { ended_on, ended_at, zone, zone_name: window.due_by.time_zone.clone(), ..self.clone() })
    }

    /// An end of an account that came back starts new clocks, unless it was told before the return or is the very one that stood, which may
    /// have lain ahead then. Without a day it means now: whoever sends messages twice says when the end was decided.
    fn after_return(&self, back_at: Timestamp, standing: &Head, new: &NewObligation) -> Told {
        let is_since = self.told_at.is_none_or(|at| at >= back_at);
        let is_another = !self.is_dated || self.decided_at.is_some() || standing.starts_at != new.starts_at;
        if is_since && is_another { Told::New } else { Told::BeforeReturn }
    }
}
