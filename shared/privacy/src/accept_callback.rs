//! Accepts a callback that Meta signed: what it covers, by when, under which code.

use jiff::{SignedDuration, Timestamp};

use crate::accept::{Accepted, accept};
use crate::data_map::DataMap;
use crate::deadline::DueBy;
use crate::fault::Fault;
use crate::identity::Identity;
use crate::instant;
use crate::keys::SubjectKeys;
use crate::obligation::NewObligation;
use crate::policy::Route;
use crate::ports::{Intake, WorkQueue};
use crate::signed_request::SignedRequest;
use crate::target::{Limit, Target};

/// Which of Meta's callbacks it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callback {
    /// The person asked for deletion.
    DataDeletion,
    /// The person removed the app.
    Deauthorize,
}

impl Callback {
    /// The promise that it starts.
    #[must_use]
    pub const fn route(self) -> Route {
        match self {
            Self::DataDeletion => Route::MetaDataDeletion,
            Self::Deauthorize => Route::MetaDeauthorize,
        }
    }
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
    callback: Callback,
    now: Timestamp,
) -> Result<Accepted, Fault> {
    accept(intake, queue, &obligation(terms, request, callback, now)?).await
}

fn obligation(
    terms: Terms<'_>,
    request: &SignedRequest,
    callback: Callback,
    now: Timestamp,
) -> Result<NewObligation, Fault> {
    let identity: Identity = match callback {
        Callback::DataDeletion => request.person(),
        Callback::Deauthorize => request.deauthorized(),
    };
    let reached = Some(&identity).filter(|identity| !identity.is_nobody());
    let route = callback.route();
    let counted = terms.map.counted(route).ok_or_else(|| Fault::park("accept", "the policy has no such promise"))?;
    let covers_until = request.issued_at.map_or(now, |issued_at| issued_at.at_most(now));
    Ok(NewObligation {
        id: terms.keys.obligation_id(&identity).ok_or_else(|| Fault::park("accept", "no key makes a code"))?,
        route,
        target: Target::Person {
            links: reached.map_or_else(Vec::new, |identity| terms.keys.links(identity)),
            suppressions: reached.map_or_else(Vec::new, |identity| terms.keys.suppressions(identity)),
            limit: Limit::Everywhere,
        },
        received_at: instant::to_millis(now),
        starts_at: None,
        covers_until: instant::to_millis(covers_until),
        is_dated: request.issued_at.is_some(),
        due_by: DueBy::of(counted, now).map_err(|error| Fault::park("accept", error))?,
        next_action_at: instant::to_millis(now + terms.stuck_after),
    })
}

#[cfg(test)]
mod tests;
