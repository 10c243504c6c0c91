//! Accepts the erasure that a verified subject request asks for. The same engine works it; what is its own is brought by the
//! request: whom it is about, in keyed references of every identity that was verified, and the last day that its law gives.
//!
//! Only who has verified the person may call this: nothing here looks at who asks.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::accept::{Accepted, accept};
use crate::clock::zone;
use crate::data_map::DataMap;
use crate::deadline::DueBy;
use crate::fault::Fault;
use crate::ids::Platform;
use crate::instant;
use crate::keys::KeyedRef;
use crate::obligation::{NewObligation, ObligationId};
use crate::policy::Route;
use crate::ports::{Intake, WorkQueue};
use crate::target::{Limit, Target};

/// A verified request to erase a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectErasure {
    /// [`ObligationId::of_request`], or [`ObligationId::of_part`] of one: the same for every delivery of the same request.
    pub id: ObligationId,
    /// Which of the places that the links lead to: whoever said so decides about no others.
    pub limit: Limit,
    /// Where links of every verified identity stand, under every key version.
    pub links: Vec<KeyedRef>,
    /// Where suppression entries of every verified identity stand, under every key version.
    pub suppressions: Vec<KeyedRef>,
    /// When the request itself was received, not when the person was verified: the clock of the law began then.
    pub received_at: Timestamp,
    /// What is older is erased. Not later than now.
    pub covers_until: Timestamp,
    /// The last day that the law of the request gives.
    pub due_by: DueBy,
}

/// Stores the erasure and sends it to the worker. `stuck_after` is how long the stored row may wait for its worker before the
/// sweeper sends it again.
///
/// # Errors
/// [`Fault`]: nothing may have been stored, so the caller must not acknowledge. Parked where the request is none: an id of
/// another kind, no identity, a policy without the promise.
pub async fn accept_subject_erasure(
    intake: &impl Intake,
    queue: &impl WorkQueue,
    map: &DataMap,
    stuck_after: SignedDuration,
    request: SubjectErasure,
    now: Timestamp,
) -> Result<Accepted, Fault> {
    accept(intake, queue, &obligation(map, stuck_after, request, now)?).await
}

fn obligation(
    map: &DataMap,
    stuck_after: SignedDuration,
    request: SubjectErasure,
    now: Timestamp,
) -> Result<NewObligation, Fault> {
    let SubjectErasure { id, limit, links, suppressions, received_at, covers_until, due_by } = request;
    let route = Route::SubjectRequest;
    if map.promise(route).is_none() {
        return Err(Fault::park("accept", "the policy has no such promise"));
    }
    if !id.is_request() && !id.is_part() {
        return Err(Fault::park("accept", "not the id of a subject request"));
    }
    if links.is_empty() || suppressions.is_empty() {
        // It would find nothing, and say so to somebody who is known.
        return Err(Fault::park("accept", "a subject request without a verified identity"));
    }
    Ok(NewObligation {
        id,
        route,
        target: Target::Person { links, suppressions, limit },
        received_at: instant::to_millis(received_at.min(now)),
        starts_at: None,
        covers_until: instant::to_millis(covers_until.min(now)),
        is_dated: true,
        due_by,
        next_action_at: instant::to_millis(now + stuck_after),
    })
}

/// The last day that a platform's own limit leaves a request which reaches data of it, counted from the receipt. Where more than
/// that went by before anything could begin (nobody had verified it, a tenant had to say), it is the day on which it begins.
///
/// # Errors
/// [`Fault`]: outside the calendar.
pub(crate) fn due_by(
    map: &DataMap,
    platform: &Platform,
    received_at: Timestamp,
    now: Timestamp,
) -> Result<Option<DueBy>, Fault> {
    let Some(within) = map.platform(platform).and_then(|platform| platform.erase_within) else { return Ok(None) };
    let utc = |at| zone::local_date(at, &TimeZone::UTC);
    let date = utc(received_at).checked_add(within).map_err(|error| Fault::park("accept", error))?;
    Ok(Some(DueBy { date: date.max(utc(now)), time_zone: "UTC".to_owned() }))
}

#[cfg(test)]
mod tests;
