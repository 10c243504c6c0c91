//! Closes a request that staff have worked on: with an outcome and where its proof is kept, and only once every step is done.
//! An appeal that is upheld puts the request that it is about back to work.

use jiff::Timestamp;

use crate::clock::model::Kind;
use crate::instant;
use crate::obligation::{Head, ObligationId};
use crate::ports::DueIndex;
use crate::record_act::{Done, NotDone, record_act};
use crate::route_request::Changed;
use crate::subject_request::findings::EvidenceId;
use crate::subject_request::notice::Notice;
use crate::subject_request::ports::{NoticeQueue, RequestBook};
use crate::subject_request::review::Outcome;
use crate::subject_request::{By, Deed, DenialCode, Standing, SubjectRequest};

/// Something that is left to do before a request can be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Nobody has verified it.
    Verify,
    /// Staff have not said whether a report about a child is credible.
    ReviewChild,
    /// It was not handed to whoever carries it out.
    Begin,
    /// Not everything is erased.
    Erase,
    /// A field is not decided.
    Correct,
    /// A tenant has not answered and still can, or what it wants is not done.
    Tenant,
}

impl Step {
    /// Its name in the interface.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::ReviewChild => "review-child",
            Self::Begin => "begin",
            Self::Erase => "erase",
            Self::Correct => "correct",
            Self::Tenant => "tenant",
        }
    }
}

/// Why a request stays open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotClosed {
    /// It was closed, as something else or with other evidence.
    #[error("the request is closed")]
    Closed,
    /// What was asked cannot end so.
    #[error("the request cannot end so")]
    Outcome,
    /// Something is left to do: this first.
    #[error("a step is left: {}", .0.as_str())]
    Left(Step),
    /// The appealed request is not one that was denied after somebody had verified it.
    #[error("there is no denial to take back")]
    NoDenial,
}

/// What is left to do; `erasure` is the obligation behind the request.
#[must_use]
pub fn steps(request: &SubjectRequest, erasure: Option<&Head>, now: Timestamp) -> Vec<Step> {
    let is_in_work = matches!(request.standing, Standing::InProgress { .. });
    let (is_credible, erases) = (request.is_of_child(), request.kind == Kind::Erasure);
    let is_by_machine = match request.kind {
        Kind::Correction | Kind::Appeal | Kind::Complaint => false,
        Kind::Access
        | Kind::Know
        | Kind::Erasure
        | Kind::Portability
        | Kind::Restriction
        | Kind::Objection
        | Kind::ConsentWithdrawal
        | Kind::OptOut
        | Kind::Limit => true,
    };
    let is_erased = erasure.is_some_and(|head| head.state.erased_at().is_some());
    let left = [
        (Step::Verify, !is_in_work),
        (Step::ReviewChild, request.about_child && request.course.child.is_none()),
        (Step::Begin, is_in_work && is_by_machine && request.course.begun_at.is_none()),
        // An erasure of which we hold nothing ourselves is begun, and has no obligation.
        (Step::Erase, (erases || is_credible) && erasure.is_some() && !is_erased),
        (Step::Correct, request.kind == Kind::Correction && !request.findings.is_corrected()),
        (Step::Tenant, !request.is_decided(now)),
    ];
    left.into_iter().filter(|(_, is_left)| *is_left).map(|(step, _)| step).collect()
}

/// What staff say of a request that they close.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closure {
    /// As what.
    pub outcome: Outcome,
    /// Where the proof is kept.
    pub evidence: EvidenceId,
}

/// The request, closed.
///
/// # Errors
/// [`NotClosed`]
pub fn close(
    request: &SubjectRequest,
    erasure: Option<&Head>,
    closure: &Closure,
    by: &By,
    now: Timestamp,
) -> Result<Changed, NotClosed> {
    let (at, Closure { outcome, evidence }) = (instant::to_millis(now), closure.clone());
    if request.standing.closed_at().is_some() {
        return Err(NotClosed::Closed);
    }
    if !outcome.is_of(request.kind) {
        return Err(NotClosed::Outcome);
    }
    if let Some(step) = steps(request, erasure, now).first() {
        return Err(NotClosed::Left(*step));
    }
    let in_part = outcome.is_partial() || request.findings.is_partial() || request.has_undone_part();
    let standing = Standing::Answered { at, in_part };
    let (version, next_action_at) = (request.version + 1, Some(at));
    let mut request = SubjectRequest { version, standing, next_action_at, ..request.clone() };
    request.findings.outcome = Some(outcome);
    Ok(Changed { request, act: by.did(Deed::Closed { outcome, evidence }, at) })
}

/// A denied request, in work again. `None`: it is.
///
/// # Errors
/// [`NotClosed::NoDenial`]
pub fn reopen(
    request: &SubjectRequest,
    appeal: &SubjectRequest,
    by: &By,
    now: Timestamp,
) -> Result<Option<Changed>, NotClosed> {
    let at = instant::to_millis(now);
    match &request.standing {
        Standing::InProgress { .. } => return Ok(None),
        Standing::Denied { .. } if request.is_verified() => {}
        Standing::Denied { .. } | Standing::Received | Standing::AwaitingVerification | Standing::Answered { .. } => {
            return Err(NotClosed::NoDenial);
        }
    }
    let mut changed = SubjectRequest { version: request.version + 1, next_action_at: Some(at), ..request.clone() };
    changed.standing = Standing::InProgress { since: at };
    changed.course.begun_at = None;
    changed.findings.outcome = None;
    // Where they could be reached was erased meanwhile; whoever appeals has shown that they are the same.
    let people = &request.course.people;
    if !request.has_contact() && !people.is_empty() && people.is_subset(&appeal.course.people) {
        changed.contact = appeal.contact.clone();
    }
    // It will have another end, of which they are told.
    changed.told.remove(&Notice::Denial);
    changed.told.remove(&Notice::AgentDenial);
    Ok(Some(Changed { request: changed, act: by.did(Deed::Reopened, at) }))
}

/// Closes, and has the person told.
///
/// # Errors
/// [`NotDone`]
pub async fn close_request(
    book: &(impl RequestBook + DueIndex),
    queue: &impl NoticeQueue,
    id: &ObligationId,
    closure: &Closure,
    by: &By,
    now: Timestamp,
) -> Result<Done, NotDone<NotClosed>> {
    let request = book.request(id).await?.ok_or(NotDone::Unknown)?;
    // Of a child's data, where that goes apart from what had begun before: it is all of it.
    let erasure = book.head(&request.erasure_id()).await?;
    let changed = close(&request, erasure.as_ref(), closure, by, now);
    if matches!(changed, Err(NotClosed::Closed)) && is_repeat(book, id, closure, by).await? {
        return Ok(Done { request, is_new: false, unsent: None }.told(queue, Notice::Answer).await);
    }
    changed.map_err(NotDone::Refused)?;
    // What it is about goes first: should this break off, it is done again.
    if let (Outcome::Upheld, Kind::Appeal, Some(appealed)) = (closure.outcome, request.kind, &request.appeal_of) {
        match record_act(book, appealed, |denied| reopen(denied, &request, by, now)).await {
            Ok(_) => {}
            Err(NotDone::Unknown) => return Err(NotDone::Refused(NotClosed::NoDenial)),
            Err(error) => return Err(error),
        }
    }
    let stays = match (closure.outcome, &request.appeal_of) {
        (Outcome::Rejected, Some(appealed)) => book.request(appealed).await?.and_then(denied_for),
        (_, _) => None,
    };
    let change = |request: &SubjectRequest| {
        let mut changed = close(request, erasure.as_ref(), closure, by, now)?;
        changed.request.findings.refused_parts.extend(stays.clone());
        Ok(Some(changed))
    };
    Ok(record_act(book, id, change).await?.told(queue, Notice::Answer).await)
}

/// The reason that stays when an appeal is not right: the person is told it again.
fn denied_for(appealed: SubjectRequest) -> Option<DenialCode> {
    match appealed.standing {
        Standing::Denied { reason, .. } => Some(reason),
        Standing::Received
        | Standing::AwaitingVerification
        | Standing::InProgress { .. }
        | Standing::Answered { .. } => None,
    }
}

/// Whether this very closure stands in the trail.
async fn is_repeat(
    book: &impl RequestBook,
    id: &ObligationId,
    closure: &Closure,
    by: &By,
) -> Result<bool, crate::fault::Fault> {
    let deed = Deed::Closed { outcome: closure.outcome, evidence: closure.evidence.clone() };
    let is_it = |act: &crate::subject_request::Act| {
        act.deed == deed && act.actor == by.actor && act.why.as_ref() == Some(&by.why)
    };
    Ok(book.acts(id).await?.iter().any(is_it))
}

#[cfg(test)]
mod tests;
