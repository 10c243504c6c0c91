//! Staff have asked the person something without which they cannot go on, such as which data is meant. Where the law of the
//! request stops its clock meanwhile, that is noted, and the answer sets it going again. The date that this moves is shown with
//! the rule that set it and can be argued; what staff work to, the legal date and the alarms never move (a choice).

use jiff::Timestamp;

use crate::clock::ClockError;
use crate::instant;
use crate::law::{Law, NoDeadline};
use crate::route_request::Changed;
use crate::subject_request::{By, Deed, Pause, SubjectRequest};

/// Why nothing is noted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotPaused {
    /// It was answered.
    #[error("the request is closed")]
    Closed,
    /// The law of the request does not stop its clock for what is asked for.
    #[error("the law of the request has no pause for it")]
    NotInThisLaw,
    /// The last day was over when the person was asked.
    #[error("the last day was over")]
    TooLate,
    /// They have been asked something that they have not answered.
    #[error("the person has been asked already")]
    Asked,
    /// They were asked nothing.
    #[error("the person was asked nothing")]
    NotAsked,
    /// It was asked before its dates begin or the answer before, or answered before it was asked, or either is still to come.
    #[error("the instant is not one at which that can have been")]
    Instant,
    /// The law has no row for it any more.
    #[error(transparent)]
    NoRow(#[from] NoDeadline),
    /// The date cannot be counted.
    #[error(transparent)]
    Clock(#[from] ClockError),
}

/// The person was asked, at `asked_at`. `None`: that is known.
///
/// # Errors
/// [`NotPaused`]
pub fn pause(
    request: &SubjectRequest,
    law: &Law,
    asked_at: Option<Timestamp>,
    by: &By,
    now: Timestamp,
) -> Result<Option<Changed>, NotPaused> {
    let now = instant::to_millis(now);
    let asked_at_or_now = instant::to_millis(asked_at.unwrap_or(now));
    let last = request.clocks.pauses.last();
    match last {
        Some(Pause { asked_at: known, answered_at: None }) if asked_at.is_none() || *known == asked_at_or_now => {
            return Ok(None);
        }
        Some(Pause { answered_at: None, .. }) => return Err(NotPaused::Asked),
        Some(Pause { answered_at: Some(_), .. }) | None => {}
    }
    let earliest = last.and_then(|last| last.answered_at).unwrap_or_else(|| request.dates_from());
    if !(earliest..=now).contains(&asked_at_or_now) {
        return Err(NotPaused::Instant);
    }
    let mut pauses = request.clocks.pauses.clone();
    pauses.push(Pause { asked_at: asked_at_or_now, answered_at: None });
    if request.clocks.legal_due().is_past(asked_at_or_now) {
        return Err(NotPaused::TooLate);
    }
    changed(request, law, pauses, by.did(Deed::Paused { asked_at: asked_at_or_now }, now))
}

/// They have answered, at `answered_at`. `None`: that is known.
///
/// # Errors
/// [`NotPaused`]
pub fn resume(
    request: &SubjectRequest,
    law: &Law,
    answered_at: Option<Timestamp>,
    by: &By,
    now: Timestamp,
) -> Result<Option<Changed>, NotPaused> {
    let now = instant::to_millis(now);
    let answered_at_or_now = instant::to_millis(answered_at.unwrap_or(now));
    let mut pauses = request.clocks.pauses.clone();
    let last = pauses.last_mut().ok_or(NotPaused::NotAsked)?;
    match last.answered_at {
        Some(known) if answered_at.is_none() || known == answered_at_or_now => return Ok(None),
        Some(_) => return Err(NotPaused::NotAsked),
        None if !(last.asked_at..=now).contains(&answered_at_or_now) => return Err(NotPaused::Instant),
        None => last.answered_at = Some(answered_at_or_now),
    }
    changed(request, law, pauses, by.did(Deed::Resumed { answered_at: answered_at_or_now }, now))
}

fn changed(
    request: &SubjectRequest,
    law: &Law,
    pauses: Vec<Pause>,
    act: crate::subject_request::Act,
) -> Result<Option<Changed>, NotPaused> {
    if request.standing.closed_at().is_some() {
        return Err(NotPaused::Closed);
    }
    let row = law.governing_row(&request.regime, request.kind)?.row;
    if !row.pauses() {
        return Err(NotPaused::NotInThisLaw);
    }
    let clocks = request.clocks.paused(&row, request.dates_from(), pauses)?;
    let request = SubjectRequest { version: request.version + 1, clocks, ..request.clone() };
    Ok(Some(Changed { request, act }))
}

#[cfg(test)]
mod tests;
