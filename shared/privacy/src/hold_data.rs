//! Places and releases legal holds. A placed hold is in force from the next chunk of any erasure on; a released one makes
//! what it kept due at once, on the old clock.

use jiff::Timestamp;

use crate::data_map::DataMap;
use crate::fault::Fault;
use crate::legal_hold::{HoldId, InvalidHold, LegalHold};
use crate::message::Work;
use crate::ports::{BookedHold, Due, DueIndex, HoldBook, NextAction, Placed, Released, WorkQueue};

/// Why a hold was not placed.
#[derive(Debug, thiserror::Error)]
pub enum NotPlaced {
    /// It may not be.
    #[error(transparent)]
    Invalid(#[from] InvalidHold),
    /// Another hold has its id, or it was released: an id is used once.
    #[error("the id of the hold is taken")]
    Taken,
    /// It could not be stored.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Places a hold. Doing it twice changes nothing.
///
/// # Errors
/// [`NotPlaced`]
pub async fn place_hold(
    book: &impl HoldBook,
    map: &DataMap,
    hold: &LegalHold,
    now: Timestamp,
) -> Result<(), NotPlaced> {
    if let Err(invalid) = hold.check(map, now) {
        // It may have been in order when it was placed: a call that is repeated later says the same.
        let booked = book.find(&hold.id).await?;
        return if booked.is_some_and(|booked| is_same(&booked, hold)) { Ok(()) } else { Err(invalid.into()) };
    }
    match book.place(hold).await? {
        Placed::New => Ok(()),
        Placed::Already(booked) if is_same(&booked, hold) => Ok(()),
        Placed::Already(_) => Err(NotPlaced::Taken),
    }
}

/// Whether a hold is in force as it is asked for.
fn is_same(booked: &BookedHold, hold: &LegalHold) -> bool {
    booked.released_at.is_none() && booked.hold == LegalHold { placed_at: booked.hold.placed_at, ..hold.clone() }
}

/// What a release came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// It is no longer in force, and so many obligations are due at once.
    Done {
        /// How many waited for it.
        waiting: usize,
    },
    /// There is no such hold.
    Unknown,
}

/// Releases a hold, then makes due what waited for it. A crash in between is mended by asking again; should nobody ask,
/// each obligation looks by itself within the hour.
///
/// # Errors
/// [`Fault`]: ask again.
pub async fn release_hold(
    book: &impl HoldBook,
    index: &impl DueIndex,
    queue: &impl WorkQueue,
    id: &HoldId,
    now: Timestamp,
) -> Result<Release, Fault> {
    match book.release(id, now).await? {
        Released::Done => {}
        Released::Unknown => return Ok(Release::Unknown),
    }
    let waiting = book.waiting(id).await?;
    for obligation in &waiting {
        if let Some(next_action_at) = index.head(obligation).await?.and_then(|head| head.next_action_at) {
            index.postpone(&Due { id: obligation.clone(), next_action_at }, NextAction::At(now)).await?;
            queue.send(&Work { obligation: obligation.clone() }).await?;
        }
    }
    Ok(Release::Done { waiting: waiting.len() })
}

#[cfg(test)]
mod tests;
