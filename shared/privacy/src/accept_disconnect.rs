//! Accepts that a tenant disconnected an integration. The row that is written is keyed by the connection and checked by
//! the ingest gate, so the one write already stops ingest and the use of tokens; the erasure follows.
//!
//! Reconnecting makes a new connection and cancels nothing. What nobody knows is accepted all the same and ends
//! with "nothing found", on record.

use jiff::{SignedDuration, Timestamp};

use crate::accept::{Accepted, accept};
use crate::data_map::DataMap;
use crate::deadline::DueBy;
use crate::fault::Fault;
use crate::ids::Platform;
use crate::instant;
use crate::obligation::{NewObligation, ObligationId};
use crate::policy::{Counted, Route};
use crate::ports::{Intake, WorkQueue};
use crate::scope::Place;
use crate::target::Target;

/// How far the dashboard's clock may be ahead of ours.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// What the dashboard says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disconnect {
    /// Which connection; names no contact.
    pub place: Place,
    /// Of which platform.
    pub platform: Platform,
    /// When it was disconnected, if that was not now.
    pub disconnected_at: Option<Timestamp>,
}

/// A disconnect that is said to happen later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("disconnected_at lies in the future")]
pub struct NotYet;

impl Disconnect {
    /// # Errors
    /// [`NotYet`]
    pub fn check(&self, now: Timestamp) -> Result<(), NotYet> {
        if self.disconnected_at.is_some_and(|at| at > now + CLOCK_SKEW) { Err(NotYet) } else { Ok(()) }
    }
}

/// Stores a disconnect and sends it to the worker.
///
/// # Errors
/// [`Fault`]: nothing may have been stored, so the caller must not acknowledge.
pub async fn accept_disconnect(
    intake: &impl Intake,
    queue: &impl WorkQueue,
    map: &DataMap,
    stuck_after: SignedDuration,
    disconnect: Disconnect,
    now: Timestamp,
) -> Result<Accepted, Fault> {
    accept(intake, queue, &obligation(map, stuck_after, disconnect, now)?).await
}

fn obligation(
    map: &DataMap,
    stuck_after: SignedDuration,
    disconnect: Disconnect,
    now: Timestamp,
) -> Result<NewObligation, Fault> {
    let Disconnect { place, platform, disconnected_at } = disconnect;
    let ended_at = disconnected_at.map_or(now, |at| at.min(now));
    Ok(NewObligation {
        id: ObligationId::of_connection(&place),
        route: Route::Disconnect,
        received_at: instant::to_millis(now),
        starts_at: None,
        covers_until: instant::to_millis(ended_at),
        // Said without a date, it is meant as of now, also where an earlier one is still worked on: the connection may have been
        // made anew meanwhile.
        is_dated: true,
        due_by: due_by(map, &platform, ended_at)?,
        next_action_at: instant::to_millis(now + stuck_after),
        target: Target::Connection { place, platform },
    })
}

/// The promise runs from the disconnect itself; a platform's own limit wins where it is shorter.
pub(crate) fn due_by(map: &DataMap, platform: &Platform, ended_at: Timestamp) -> Result<DueBy, Fault> {
    let counted = map.counted(Route::Disconnect);
    let counted = counted.ok_or_else(|| Fault::park("accept", "the policy has no such promise"))?;
    let outside = |error| Fault::park("accept", error);
    let ours = DueBy::of(counted, ended_at).map_err(outside)?;
    let Some(within) = map.platform(platform).and_then(|platform| platform.erase_within) else { return Ok(ours) };
    let theirs = DueBy::of(&Counted { within, ..counted.clone() }, ended_at).map_err(outside)?;
    Ok(if theirs.date < ours.date { theirs } else { ours })
}

#[cfg(test)]
mod tests;
