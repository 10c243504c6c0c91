//! Somebody shows that a request is theirs: by a code that was sent to what they say is theirs, by a login at the dashboard,
//! by a declaration under their name.
//!
//! A try is counted before it is looked at. Whatever fails looks the same: no such request, no code, a wrong, late or used
//! one, and so with logins. A proof changes the one request that it was given for. The tries that somebody burns are those
//! of one code: another code has three of its own.

use jiff::Timestamp;

use crate::fault::Fault;
use crate::instant;
use crate::keys::{KeyedRef, SubjectKeys};
use crate::login::Login;
use crate::obligation::ObligationId;
use crate::subject_request::challenge::Challenge;
use crate::subject_request::notice::{Notice, NoticeJob};
use crate::subject_request::ports::{Challenges, Limits, NoticeQueue, RequestBook};
use crate::subject_request::{Act, Deed, Proof, Proven, Standing, SubjectRequest, Words};

/// How often a change that somebody else was quicker with is tried again.
pub(crate) const ROUNDS: u32 = 3;

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
        if !self.awaits_proof() || !self.missing().any(|missing| missing == proof) {
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

    /// The request after a login. It is worth more than a code and all that goes with one, so it stands for whatever the
    /// person themselves has not shown yet; not for an agent's permission, who has a login of their own. What goes with an
    /// address that a code has shown, things to compare and a declaration, it stands for where the dashboard reaches its member
    /// at that address; else it may be of anybody, and says nothing of whose the address is.
    #[must_use]
    pub fn prove_login(&self, login: &Login, now: Timestamp) -> Option<Self> {
        let mut known = Self { member: Some(login.member.clone()), ..self.clone() };
        let missing: Vec<Proof> = self.missing().collect();
        if !missing.contains(&Proof::AccountLogin) && self.agent.is_none() && !self.about_child && !missing.is_empty() {
            let is_of_another = self.has_shown_email() && (login.email.is_none() || login.email != self.contact.email);
            let goes_with_address = |need: &Proof| matches!(need, Proof::DataPoints | Proof::Declaration);
            known.needs.retain(|need| !missing.contains(need) || (is_of_another && goes_with_address(need)));
            known.needs.push(Proof::AccountLogin);
        }
        // Whatever was typed before: the letters about an account go to whoever works with it. An address that a code has shown,
        // or still can, is whose data it is about: it stays, and the login shows nothing of another.
        if let Some(email) = login.email.as_ref().filter(|_| !known.needs.contains(&Proof::EmailCode)) {
            known.contact.email = Some(email.clone());
            known.is_address_vouched = true;
        }
        known.prove(Proof::AccountLogin, now)
    }

    /// The request after a declaration, if it was still waiting for one.
    #[must_use]
    pub fn declare(&self, name: &Words, now: Timestamp) -> Option<Self> {
        Self { declaration: Some(name.clone()), ..self.clone() }.prove(Proof::Declaration, now)
    }

    /// Whether something that the person can send us is still to be shown.
    #[must_use]
    pub fn awaits_proof(&self) -> bool {
        matches!(self.standing, Standing::Received | Standing::AwaitingVerification) && !self.is_verified()
    }
}

/// Has a fresh code sent. The one before is void once this has answered, whenever the worker makes the other.
///
/// # Errors
/// [`Fault`]: none may be on its way, though the one before may be void.
pub async fn send_code(
    book: &impl Challenges,
    queue: &impl NoticeQueue,
    request: &SubjectRequest,
    source: KeyedRef,
) -> Result<(), Fault> {
    book.void(&request.id).await?;
    let (notice, round) = (Notice::Code, request.next_round(Notice::Code));
    queue.notify(&NoticeJob { request: request.id.clone(), notice, tenant: None, round, source: Some(source) }).await
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
    let by_code = |request: &SubjectRequest| request.prove(challenge.proof, now);
    change(book, id, challenge.proof, Some(&challenge), by_code, now).await
}

/// Tries a login. It is used up once it would show something, whatever comes after: who logged in can do it again.
///
/// # Errors
/// [`Fault`]: nothing was shown, though the login may have been used up.
pub async fn verify_login(
    book: &impl RequestBook,
    limits: &impl Limits,
    keys: &SubjectKeys,
    id: &ObligationId,
    login: &Login,
    now: Timestamp,
) -> Result<Verified, Fault> {
    let by_login = |request: &SubjectRequest| request.prove_login(login, now);
    if book.request(id).await?.as_ref().and_then(by_login).is_none() || !use_up(limits, keys, login).await? {
        return Ok(Verified::Refused);
    }
    change(book, id, Proof::AccountLogin, None, by_login, now).await
}

/// Uses a login up; `false` if it was before. It counts by its name, which nobody can make up who cannot sign.
///
/// # Errors
/// [`Fault`]: it may have been used up.
pub async fn use_up(limits: &impl Limits, keys: &SubjectKeys, login: &Login) -> Result<bool, Fault> {
    let counter = keys.limit(&format!("login#{}", login.token_id));
    let counter = counter.ok_or_else(|| Fault::park("verify", "no key names a counter"))?;
    limits.admit(&counter, 1, login.expires_at).await
}

/// Takes a declaration. It shows nothing by itself: it is asked for beside what does.
///
/// # Errors
/// [`Fault`]: nothing was declared.
pub async fn declare(
    book: &impl RequestBook,
    id: &ObligationId,
    name: &Words,
    now: Timestamp,
) -> Result<Verified, Fault> {
    change(book, id, Proof::Declaration, None, |request| request.declare(name, now), now).await
}

async fn change(
    book: &impl RequestBook,
    id: &ObligationId,
    proof: Proof,
    used: Option<&Challenge>,
    prove: impl Fn(&SubjectRequest) -> Option<SubjectRequest>,
    now: Timestamp,
) -> Result<Verified, Fault> {
    for _ in 0..ROUNDS {
        let Some(request) = book.request(id).await? else { return Ok(Verified::Refused) };
        let Some(proved) = prove(&request) else { return Ok(Verified::Refused) };
        let act = Act::of_asker(Deed::Proved { proof }, now);
        if book.record(&proved, &act, used).await? {
            return Ok(Verified::Proved(Box::new(proved)));
        }
    }
    Err(Fault::retry("verify", "the request changed under every try"))
}

#[cfg(test)]
mod tests;
