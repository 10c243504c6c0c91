//! Accepts a callback that Meta signed: one conditional write, then the queue, then the answer.
//!
//! Acknowledged means durable: the row is in the due index, so a message that was never sent is sent by the
//! sweeper. Nothing is erased here.

use jiff::{SignedDuration, Timestamp};

use crate::data_map::DataMap;
use crate::deadline::DueBy;
use crate::fault::Fault;
use crate::identity::Identity;
use crate::instant;
use crate::keys::SubjectKeys;
use crate::message::Work;
use crate::obligation::{NewObligation, ObligationId, State};
use crate::policy::Route;
use crate::ports::{Intake, Opened, WorkQueue};
use crate::signed_request::SignedRequest;

/// What became of a callback, for the log. From outside all are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Became {
    /// A new obligation.
    New,
    /// An open obligation that covers more now.
    Widened,
    /// A new request under the code of a finished one.
    Reopened,
    /// Known already.
    Duplicate,
}

/// A stored callback.
#[derive(Debug)]
pub struct Accepted {
    /// The confirmation code.
    pub id: ObligationId,
    /// What became of it.
    pub became: Became,
    /// Why the queue did not take it, if it did not: the sweeper will send it.
    pub unsent: Option<Fault>,
}

/// What accepting needs besides its ports.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// Makes the code and the references.
    pub keys: &'a SubjectKeys,
    /// Knows the promise.
    pub map: &'a DataMap,
    /// How long a stored row may wait for its worker before the sweeper sends it again.
    pub stuck_after: SignedDuration,
}

/// Stores a callback and sends it to the worker.
///
/// # Errors
/// [`Fault`]: nothing may have been stored, so the caller must not acknowledge.
pub async fn accept_callback(
    intake: &impl Intake,
    queue: &impl WorkQueue,
    terms: Terms<'_>,
    request: &SignedRequest,
    route: Route,
    now: Timestamp,
) -> Result<Accepted, Fault> {
    let new = obligation(terms, request, route, now)?;
    let id = new.id.clone();
    let (became, is_waiting) = store(intake, &new).await?;
    let unsent = if is_waiting { queue.send(&Work { obligation: id.clone() }).await.err() } else { None };
    Ok(Accepted { id, became, unsent })
}

/// How often a row that changes under our hands is tried before the caller is asked to come again.
const ROUNDS: u32 = 3;

/// What became of the request, and whether it waits for a worker.
async fn store(intake: &impl Intake, new: &NewObligation) -> Result<(Became, bool), Fault> {
    for _ in 0..ROUNDS {
        match intake.open(new).await? {
            Opened::New => return Ok((Became::New, true)),
            Opened::Widened => return Ok((Became::Widened, true)),
            Opened::Already(head) if head.state.erased_at().is_some() && is_new_request(new, head.covers_until) => {
                if intake.reopen(&head, new).await? {
                    return Ok((Became::Reopened, true));
                }
                // Another callback or a second look was quicker: what stands there now may still cover less.
            }
            // A write that timed out after it was carried out comes back as a failed condition on the retry,
            // so a duplicate of something that nobody has looked at yet is sent again.
            Opened::Already(head) => return Ok((Became::Duplicate, head.state == State::Received)),
        }
    }
    Err(Fault::retry("accept", "the row changed under every try"))
}

fn is_new_request(new: &NewObligation, covered_until: Timestamp) -> bool {
    !new.is_dated || new.covers_until > covered_until
}

fn obligation(terms: Terms<'_>, request: &SignedRequest, route: Route, now: Timestamp) -> Result<NewObligation, Fault> {
    let identity: Identity = match route {
        Route::MetaDataDeletion => request.person(),
        Route::MetaDeauthorize => request.deauthorized(),
    };
    let promise = terms.map.promise(route).ok_or_else(|| Fault::park("accept", "the policy has no such promise"))?;
    let covers_until = request.issued_at.map_or(now, |issued_at| issued_at.at_most(now));
    Ok(NewObligation {
        id: terms.keys.obligation_id(&identity).ok_or_else(|| Fault::park("accept", "no key makes a code"))?,
        route,
        links: terms.keys.links(&identity),
        suppressions: terms.keys.suppressions(&identity),
        received_at: instant::to_millis(now),
        covers_until: instant::to_millis(covers_until),
        is_dated: request.issued_at.is_some(),
        due_by: DueBy::of(promise, now).map_err(|error| Fault::park("accept", error))?,
        next_action_at: instant::to_millis(now + terms.stuck_after),
    })
}

#[cfg(test)]
mod tests;
