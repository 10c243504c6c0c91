//! Takes a request back: the person wants it no more, or whoever asked does not act for them. For as long as nothing of it is under
//! way that cannot be stopped; what is done by then stays done, and is said.
//!
//! | of the request | once it is taken back |
//! |---|---|
//! | a part that a business has not decided | dropped: a business that was asked is told |
//! | a part that is done, a flag that stands | stays; a flag is lifted by staff (`lift_flag.rs`) |
//! | an erasure that was handed to the engine, a part that a business wants done, a field that is being mended | not taken back before it has ended |
//! | a report about a child | never: staff read it, and what they believe is carried out |
//!
//! What an agent has asked for is taken back by the person alone: a code for it never goes to an address of the agent.

use jiff::Timestamp;

use crate::clock::model::Kind;
use crate::fault::Fault;
use crate::fulfil_request::raise_flags;
use crate::ids::TenantId;
use crate::ingest_gate::FlagBook;
use crate::instant;
use crate::keys::SubjectKeys;
use crate::login::Login;
use crate::obligation::{Head, ObligationId};
use crate::ports::DueIndex;
use crate::record_act::{Done, NotDone, record_act};
use crate::route_request::Changed;
use crate::subject_request::challenge::Challenge;
use crate::subject_request::findings::{Decision, EvidenceId};
use crate::subject_request::notice::{Notice, NoticeJob};
use crate::subject_request::ports::{Challenges, Limits, NoticeQueue, RequestBook};
use crate::subject_request::{Act, By, Deed, Proof, Routed, Standing, SubjectRequest};
use crate::verify_request::{ROUNDS, use_up};

/// Why a request is not taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotWithdrawn {
    /// It was answered or refused.
    #[error("the request is closed")]
    Closed,
    /// It is a report about a child.
    #[error("a report about a child is read, whoever wants it no more")]
    Child,
    /// Something of it is under way, or nothing is left of it.
    #[error("the request is being carried out")]
    Begun,
    /// All that it asks for stands already: staff lift that.
    #[error("what it asks for is in force")]
    InForce,
}

/// What somebody's word came to.
#[derive(Debug)]
pub enum Withdrawal {
    /// It is taken back.
    Done(Box<Done>),
    /// They have shown that it is theirs, and it cannot be taken back now.
    Against(NotWithdrawn),
    /// Not shown.
    Refused,
}

/// The request once it is taken back; `erasure` is the obligation behind it. `None`: it was before.
///
/// # Errors
/// [`NotWithdrawn`]
pub fn withdraw(
    request: &SubjectRequest,
    erasure: Option<&Head>,
    now: Timestamp,
) -> Result<Option<SubjectRequest>, NotWithdrawn> {
    if matches!(request.standing, Standing::Withdrawn { .. }) {
        return Ok(None);
    }
    if request.standing.closed_at().is_some() {
        return Err(NotWithdrawn::Closed);
    }
    if request.is_of_child() || request.awaits_child_review() {
        return Err(NotWithdrawn::Child);
    }
    if request.is_done_at_once() {
        return Err(NotWithdrawn::InForce);
    }
    let is_erased = erasure.is_some_and(|head| head.state.erased_at().is_some());
    if request.is_under_way(is_erased) || request.is_over(is_erased) {
        return Err(NotWithdrawn::Begun);
    }
    let at = instant::to_millis(now);
    let standing = Standing::Withdrawn { at, in_part: is_erased || request.has_something_done() };
    let mut withdrawn =
        SubjectRequest { version: request.version + 1, standing, next_action_at: Some(at), ..request.clone() };
    withdrawn.routed.retain(|part| !part.is_silent());
    withdrawn.course.waits_since = None;
    Ok(Some(withdrawn))
}

impl SubjectRequest {
    /// Whether something of it goes on whoever says what: an erasure that the engine has, another request's that has this one's with it,
    /// what a business wants done, a field that somebody was told to mend.
    fn is_under_way(&self, is_erased: bool) -> bool {
        let is_with_engine = self.has_begun_erasure() && !is_erased && !self.names_nobody();
        let is_wanted = |part: &Routed| part.instruction.is_some() && part.done_at.is_none();
        let is_mended =
            self.findings.corrections.iter().any(|field| matches!(field.decision, Decision::Instructed { .. }));
        is_with_engine || self.course.joined.is_some() || self.routed.iter().any(is_wanted) || is_mended
    }

    /// Whether everything of an erasure is done, and its answer is due.
    fn is_over(&self, is_erased: bool) -> bool {
        let has_silent = self.routed.iter().any(Routed::is_silent);
        self.has_begun_erasure() && is_erased && !has_silent && !self.is_left_to_staff()
    }

    fn has_begun_erasure(&self) -> bool {
        self.kind == Kind::Erasure && self.course.begun_at.is_some()
    }

    /// Whether something that it asked for was done, or stands, beside an erasure.
    fn has_something_done(&self) -> bool {
        let is_done = |part: &Routed| part.done_at.is_some();
        !self.course.flags.is_empty() || self.routed.iter().any(is_done) || self.findings.is_mended()
    }

    /// What takes it back: what opens its bundle once it is verified. Before that the code, or the login, that would verify it, and
    /// after an agent's document a code to the person. Never anything that an agent could show; `None`: staff, on the person's word.
    #[must_use]
    pub fn withdrawn_by(&self) -> Option<Proof> {
        if self.standing.closed_at().is_some() || self.is_of_child() || self.awaits_child_review() {
            return None;
        }
        if self.is_verified() && !self.needs.is_empty() {
            return self.opened_by().filter(|proof| self.is_the_person_s(*proof));
        }
        let is_named = |proof: &Proof| match proof {
            Proof::EmailCode => self.contact.email.is_some(),
            Proof::HandleCode => self.contact.account.is_some(),
            Proof::AccountLogin | Proof::DataPoints | Proof::Declaration | Proof::AgentPermission => false,
        };
        let is_code = |proof: &Proof| matches!(proof, Proof::EmailCode | Proof::HandleCode);
        let missing = self.missing().find(is_code);
        let known = missing.is_none() && self.needs.contains(&Proof::AccountLogin);
        let by_login = known.then_some(Proof::AccountLogin);
        let codes = [Proof::EmailCode, Proof::HandleCode];
        let named = codes.into_iter().find(|proof| is_named(proof) && self.is_the_person_s(*proof));
        missing.filter(|proof| self.is_the_person_s(*proof)).or(by_login).or(named)
    }

    /// Whether what shows it is not in the hands of an agent, whose own address it may name as the person's.
    fn is_the_person_s(&self, proof: Proof) -> bool {
        match proof {
            Proof::EmailCode => !self.is_address_of_agent(),
            Proof::HandleCode | Proof::AccountLogin => true,
            Proof::DataPoints | Proof::Declaration | Proof::AgentPermission => false,
        }
    }

    /// Businesses that were asked for a part which was taken back, and have not been told.
    #[must_use]
    pub fn tenants_to_call_off(&self) -> Vec<TenantId> {
        if !matches!(self.standing, Standing::Withdrawn { .. }) {
            return Vec::new();
        }
        let was_asked = |tenant: &&TenantId| {
            let is_dropped = self.routed.iter().all(|part| part.tenant != **tenant);
            let rounds = |notice| self.tenant_rounds(tenant, notice);
            is_dropped && rounds(Notice::TenantForward) > 0 && rounds(Notice::TenantWithdrawal) == 0
        };
        self.told_tenants.keys().filter(was_asked).cloned().collect()
    }
}

/// Tries a code. It is used up by what it takes back.
///
/// # Errors
/// [`Fault`]: nothing was taken back, though a try may have been counted.
pub async fn withdraw_by_code(
    book: &(impl RequestBook + Challenges + DueIndex),
    queue: &impl NoticeQueue,
    (flags, keys): (&impl FlagBook, &SubjectKeys),
    id: &ObligationId,
    code: &str,
    now: Timestamp,
) -> Result<Withdrawal, Fault> {
    let Some(challenge) = book.attempt(id, now).await? else { return Ok(Withdrawal::Refused) };
    if !challenge.is_answered_by(keys, id, code) {
        return Ok(Withdrawal::Refused);
    }
    let takes_back = |request: &SubjectRequest| request.withdrawn_by() == Some(challenge.proof);
    by_asker(book, queue, (flags, keys), (id, challenge.proof, Some(&challenge)), takes_back, now).await
}

/// Tries a login of the same account holder. It is used up by it.
///
/// # Errors
/// [`Fault`]: nothing was taken back, though the login may have been used up.
pub async fn withdraw_by_login(
    book: &(impl RequestBook + DueIndex),
    queue: &impl NoticeQueue,
    limits: &impl Limits,
    (flags, keys): (&impl FlagBook, &SubjectKeys),
    (id, login): (&ObligationId, &Login),
    now: Timestamp,
) -> Result<Withdrawal, Fault> {
    let is_theirs = |request: &SubjectRequest| {
        let is_same = request.member.as_ref().is_none_or(|member| *member == login.member);
        request.withdrawn_by() == Some(Proof::AccountLogin) && is_same
    };
    if !book.request(id).await?.as_ref().is_some_and(is_theirs) || !use_up(limits, keys, login).await? {
        return Ok(Withdrawal::Refused);
    }
    by_asker(book, queue, (flags, keys), (id, Proof::AccountLogin, None), is_theirs, now).await
}

async fn by_asker(
    book: &(impl RequestBook + DueIndex),
    queue: &impl NoticeQueue,
    (flags, keys): (&impl FlagBook, &SubjectKeys),
    (id, proof, used): (&ObligationId, Proof, Option<&Challenge>),
    takes_back: impl Fn(&SubjectRequest) -> bool,
    now: Timestamp,
) -> Result<Withdrawal, Fault> {
    for _ in 0..ROUNDS {
        let Some(request) = book.request(id).await?.filter(&takes_back) else { return Ok(Withdrawal::Refused) };
        // What stands of it and is not noted would stay for good: once it is taken back, nobody notes it.
        let Some(request) = raise_flags(book, flags, keys, request, now).await? else { continue };
        let erasure = book.head(&request.erasure_id()).await?;
        let withdrawn = match withdraw(&request, erasure.as_ref(), now) {
            Ok(Some(withdrawn)) => withdrawn,
            Ok(None) => return Ok(Withdrawal::Refused),
            Err(against) => return Ok(Withdrawal::Against(against)),
        };
        let act = Act::of_asker(Deed::Withdrawn { proof: Some(proof), evidence: None }, now);
        if book.record(&withdrawn, &act, used).await? {
            let done = Done { request: withdrawn, is_new: true, unsent: None };
            return Ok(Withdrawal::Done(Box::new(told(done, queue).await)));
        }
    }
    Err(Fault::retry("withdraw", "the request changed under every try"))
}

/// Takes it back because staff know that the person wants it no more; `evidence` is where that is kept.
///
/// # Errors
/// [`NotDone`]
pub async fn withdraw_request(
    book: &(impl RequestBook + DueIndex),
    queue: &impl NoticeQueue,
    (flags, keys): (&impl FlagBook, &SubjectKeys),
    id: &ObligationId,
    evidence: &EvidenceId,
    by: &By,
    now: Timestamp,
) -> Result<Done, NotDone<NotWithdrawn>> {
    let request = book.request(id).await?.ok_or(NotDone::Unknown)?;
    let erasure = book.head(&request.erasure_id()).await?;
    raise_flags(book, flags, keys, request, now).await?;
    let deed = Deed::Withdrawn { proof: None, evidence: Some(evidence.clone()) };
    let change = |request: &SubjectRequest| {
        // Somebody was quicker, and a flag may stand that is not noted.
        if request.works_at_once() {
            return Err(NotWithdrawn::Begun);
        }
        let withdrawn = withdraw(request, erasure.as_ref(), now)?;
        Ok(withdrawn.map(|request| Changed { request, act: by.did(deed.clone(), instant::to_millis(now)) }))
    };
    Ok(told(record_act(book, id, change).await?, queue).await)
}

/// Whoever asked and the businesses that were asked hear of it; what is not sent, the sweep sends.
async fn told(done: Done, queue: &impl NoticeQueue) -> Done {
    if !done.is_new {
        return done;
    }
    let mut done = done.told(queue, Notice::Withdrawal).await;
    for tenant in done.request.tenants_to_call_off() {
        let (request, tenant) = (done.request.id.clone(), Some(tenant));
        let job = NoticeJob { request, notice: Notice::TenantWithdrawal, tenant, round: 1, source: None };
        done.unsent = queue.notify(&job).await.err().or(done.unsent);
    }
    done
}

#[cfg(test)]
mod tests;
