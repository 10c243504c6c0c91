//! Somebody shows that a request is theirs: by a code that was sent to what they say is theirs.
//!
//! A try is counted before it is looked at. Whatever fails looks the same: no such request, no code, a wrong, late or used
//! one. A proof changes the one request that it was given for.

use jiff::Timestamp;

use crate::fault::Fault;
use crate::instant;
use crate::keys::SubjectKeys;
use crate::obligation::ObligationId;
use crate::subject_request::ports::{Challenges, RequestBook};
use crate::subject_request::{Act, Deed, Proof, Proven, Standing, SubjectRequest};

/// How often a change that somebody else was quicker with is tried again.
const ROUNDS: u32 = 3;

/// What a proof came to.
#[derive(Debug)]
pub enum Verified {
    /// The request as it is now: in work if nothing else is missing.
    Proved(Box<SubjectRequest>),
    /// Not shown.
    Refused,
}

impl SubjectRequest {
    /// The request after something was shown, if it was still waiting for that.
    #[must_use]
    pub fn prove(&self, proof: Proof, now: Timestamp) -> Option<Self> {
        let now = instant::to_millis(now);
        if !matches!(self.standing, Standing::Received | Standing::AwaitingVerification)
            || !self.missing().any(|missing| missing == proof)
        {
            return None;
        }
        let mut proved = Self { version: self.version + 1, ..self.clone() };
        proved.proven.push(Proven { proof, at: now });
        if proved.is_verified() {
            proved.standing = Standing::InProgress { since: now };
            // Whoever works on it may never be told: it is looked at again at once.
            proved.next_action_at = Some(now);
        }
        Some(proved)
    }
}

/// Tries a code.
///
/// # Errors
/// [`Fault`]: nothing was shown, though a try may have been counted.
pub async fn verify_request(
    book: &(impl RequestBook + Challenges),
    keys: &SubjectKeys,
    id: &ObligationId,
    code: &str,
    now: Timestamp,
) -> Result<Verified, Fault> {
    let Some(challenge) = book.attempt(id, now).await? else { return Ok(Verified::Refused) };
    if !challenge.is_answered_by(keys, id, code) {
        return Ok(Verified::Refused);
    }
    for _ in 0..ROUNDS {
        let Some(request) = book.request(id).await? else { return Ok(Verified::Refused) };
        let Some(proved) = request.prove(challenge.proof, now) else { return Ok(Verified::Refused) };
        let act = Act::of_asker(Deed::Proved { proof: challenge.proof }, now);
        if book.record(&proved, &act, Some(&challenge)).await? {
            return Ok(Verified::Proved(Box::new(proved)));
        }
    }
    Err(Fault::retry("verify", "the request changed under every try"))
}

#[cfg(test)]
mod tests;
