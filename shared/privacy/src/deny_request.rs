//! Denies a request, or a part of it, for a coded reason that the law has for what was asked. The person is told why, and
//! where to turn.

use jiff::Timestamp;

use crate::clock::model::Kind;
use crate::instant;
use crate::law::Law;
use crate::law::denial::{DenialReason, NotDeniable, Refuses};
use crate::obligation::ObligationId;
use crate::ports::{Freshness, Showcase, Shown};
use crate::record_act::{Done, NotDone, record_act};
use crate::route_request::Changed;
use crate::subject_request::findings::Erased;
use crate::subject_request::notice::Notice;
use crate::subject_request::ports::{NoticeQueue, RequestBook};
use crate::subject_request::{By, Deed, DenialCode, Proof, Standing, SubjectRequest};

/// Why a request is not denied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotDenied {
    /// It was answered.
    #[error("the request is closed")]
    Closed,
    /// It is being carried out, or a child's data goes whatever else is said.
    #[error("the request is being carried out")]
    Begun,
    /// It is a report about a child that staff have not read.
    #[error("staff have not said whether the report is credible")]
    Unread,
    /// The law has no such reason for it.
    #[error(transparent)]
    Law(#[from] NotDeniable),
    /// All that it asks for stands already: staff lift that first.
    #[error("what it asks for is in force")]
    InForce,
    /// The reason does not hold for this request: it was verified and names somebody, or its agent has shown the permission, or has
    /// to show none; no business has it.
    #[error("the reason does not hold for this request")]
    NotSo,
}

/// The request as it is after that. A reason that refuses a part leaves the rest to be carried out. One that refuses all leaves
/// what was stopped before anybody had shown anything, and the request ends with that. `own`: the erasure behind it, by a strong read.
/// `None`: it was denied for this reason before.
///
/// # Errors
/// [`NotDenied`]
pub fn deny(
    request: &SubjectRequest,
    own: Option<&Shown>,
    law: &Law,
    reason: DenialReason,
    by: &By,
    now: Timestamp,
) -> Result<Option<Changed>, NotDenied> {
    let (at, code) = (instant::to_millis(now), reason.as_str().to_owned());
    match &request.standing {
        Standing::Denied { reason, .. } if *reason == code => return Ok(None),
        Standing::Answered { .. } if request.stops_at_once() && request.findings.refused_parts.contains(&code) => {
            return Ok(None);
        }
        Standing::Denied { .. } | Standing::Answered { .. } | Standing::Withdrawn { .. } => {
            return Err(NotDenied::Closed);
        }
        Standing::Received | Standing::AwaitingVerification | Standing::InProgress { .. } => {}
    }
    if request.awaits_child_review() {
        return Err(NotDenied::Unread);
    }
    let denied = law.denial(reason, &request.regime, request.kind)?;
    let mut changed = SubjectRequest { version: request.version + 1, next_action_at: Some(at), ..request.clone() };
    let deed = match denied.denial.refuses {
        Refuses::Request if reason == DenialReason::Unverifiable && request.is_categories_only() => return Ok(None),
        Refuses::Request if reason == DenialReason::Unverifiable && request.is_shown_for_categories() => {
            changed.with_categories_only(now)
        }
        Refuses::Request if !holds(request, reason) => return Err(NotDenied::NotSo),
        Refuses::Request if request.is_of_child() || has_begun(request, own) => return Err(NotDenied::Begun),
        Refuses::Request if request.is_in_force() => return Err(NotDenied::InForce),
        Refuses::Request if !request.stops_at_once() => {
            changed.standing = Standing::Denied { at, reason: code.clone() };
            Deed::Denied { reason: code }
        }
        Refuses::Part | Refuses::Request if request.findings.refused_parts.contains(&code) => return Ok(None),
        Refuses::Part | Refuses::Request => changed.refuse(code),
    };
    Ok(Some(Changed { request: changed, act: by.did(deed, at) }))
}

impl SubjectRequest {
    /// Refuses all but what else is done of it.
    pub(crate) fn refuse(&mut self, code: DenialCode) -> Deed {
        self.findings.refused_parts.push(code.clone());
        Deed::RefusedPart { reason: code }
    }
}

/// What the engine erases for the person, and what a tenant wants done with its part, whatever that is, is not called denied. Where a
/// tenant decides and has not, an erasure that has looked and found nothing of ours is none. To nobody nothing is done.
fn has_begun(request: &SubjectRequest, own: Option<&Shown>) -> bool {
    let is_erased = request.kind == Kind::Erasure && (request.course.begun_at.is_some() || own.is_some());
    let is_begun = if request.routed.is_empty() {
        is_erased
    } else {
        let is_instructed = request.routed.iter().any(|routed| routed.instruction.is_some());
        is_instructed || (is_erased && !own.is_some_and(has_found_nothing))
    };
    is_begun && !request.names_nobody()
}

/// Whether it is over, and there was nothing.
fn has_found_nothing(own: &Shown) -> bool {
    let outcomes = own.outcomes.iter().map(|(_, outcome)| outcome);
    own.head.state.erased_at().is_some() && Erased::of(outcomes) == Some(Erased::Nothing)
}

/// Whether what the request has shown leaves room for the reason.
fn holds(request: &SubjectRequest, reason: DenialReason) -> bool {
    match reason {
        DenialReason::Unverifiable => !request.is_verified() || request.names_nobody(),
        DenialReason::PermissionMissing => request.missing().any(|missing| missing == Proof::AgentPermission),
        DenialReason::ManifestlyUnfounded
        | DenialReason::Excessive
        | DenialReason::NotARightHere
        | DenialReason::OthersRights
        | DenialReason::ProtectedSecrets
        | DenialReason::LegalObligation
        | DenialReason::LegalClaims
        | DenialReason::Security
        | DenialReason::Transaction
        | DenialReason::FoundAccurate
        | DenialReason::OverridingGrounds => true,
        // It says that a business has something of theirs, and whether it was passed on: to who has shown that it is theirs, once
        // that is known.
        DenialReason::NotTheController => {
            !request.routed.is_empty() && !request.identities().is_empty() && request.is_passed_on_as_far_as_can_be()
        }
    }
}

/// Denies and has the person told, with the reason and the ways on.
///
/// # Errors
/// [`NotDone`]
pub async fn deny_request(
    book: &(impl RequestBook + Showcase),
    queue: &impl NoticeQueue,
    law: &Law,
    id: &ObligationId,
    reason: DenialReason,
    by: &By,
    now: Timestamp,
) -> Result<Done, NotDone<NotDenied>> {
    let request = book.request(id).await?.ok_or(NotDone::Unknown)?;
    let is_erasure = request.kind == Kind::Erasure;
    let own = if is_erasure { book.show(&request.erasure_id(), Freshness::Now).await? } else { None };
    let done = record_act(book, id, |request| deny(request, own.as_ref(), law, reason, by, now)).await?;
    match done.request.standing {
        Standing::Denied { .. } => Ok(done.told(queue, Notice::Denial).await),
        Standing::Answered { .. } => Ok(done.told(queue, Notice::Answer).await),
        // The answer names the part. Where nothing else is left of it, the sweep ends it.
        Standing::Received
        | Standing::AwaitingVerification
        | Standing::InProgress { .. }
        | Standing::Withdrawn { .. } => Ok(done),
    }
}

#[cfg(test)]
mod tests;
