//! Closes a request that staff have worked on: with an outcome and where its proof is kept, and only once every step is done.
//! An appeal that is upheld puts the request that it is about back to work.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::clock::model::Kind;
use crate::fault::Fault;
use crate::ids::TenantId;
use crate::instant;
use crate::law::Law;
use crate::obligation::{Head, ObligationId, State};
use crate::ports::{Freshness, Showcase};
use crate::record_act::{Done, NotDone, record_act};
use crate::reopen_request::reopen;
use crate::route_request::Changed;
use crate::subject_request::findings::EvidenceId;
use crate::subject_request::notice::{Notice, NoticeJob};
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
    /// Nobody has looked for the tenants that decide about a part. The sweep does, within minutes; where it cannot, it rings.
    SeekParts,
    /// The bundle that answers it is not there.
    Export,
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
            Self::SeekParts => "seek-parts",
            Self::Export => "export",
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
    /// Nothing of the appealed request was refused, or it is an appeal itself.
    #[error("there is no refusal to take back")]
    NotRefused,
    /// The dates of the request that is put back to work cannot be counted.
    #[error("the request has no dates from now on")]
    NoDates,
}

/// The erasures behind a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Erasures {
    /// Of what the person alone decides, or of what is a child's.
    pub own: Option<Head>,
    /// Tenants that want their part erased, of which a hold keeps some.
    pub held: BTreeSet<TenantId>,
}

impl Erasures {
    /// By strong reads.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn read(book: &impl Showcase, request: &SubjectRequest) -> Result<Self, Fault> {
        let head =
            async |id: ObligationId| Ok::<_, Fault>(book.show(&id, Freshness::Now).await?.map(|shown| shown.head));
        // Of a child's data, where that goes apart from what had begun before: it is all of it.
        let own = head(request.erasure_id()).await?;
        let mut held = BTreeSet::new();
        for routed in request.parts_to_erase() {
            held.extend(head(request.part_id(routed)).await?.filter(is_held).map(|_| routed.tenant.clone()));
        }
        Ok(Self { own, held })
    }

    /// Whether a hold keeps some of what we erase ourselves.
    fn is_held(&self) -> bool {
        self.own.as_ref().is_some_and(is_held)
    }
}

const fn is_held(head: &Head) -> bool {
    matches!(head.state, State::Held { .. })
}

/// What is left to do. A hold delays an erasure and is not waited for once the last day has begun: what it keeps goes when it is
/// lifted.
#[must_use]
pub fn steps(request: &SubjectRequest, erasures: &Erasures, now: Timestamp) -> Vec<Step> {
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
    let is_erased = |head: &Head| head.state.erased_at().is_some() || (is_held(head) && request.is_last_day(now));
    let is_left = erasures.own.as_ref().is_some_and(|head| !is_erased(head));
    let left = [
        (Step::Verify, !is_in_work),
        (Step::ReviewChild, request.about_child && request.course.child.is_none()),
        (Step::Begin, is_in_work && (is_by_machine || is_credible) && request.course.begun_at.is_none()),
        (Step::SeekParts, is_in_work && request.has_unsought_parts()),
        // What names nobody has no bundle: staff answer by hand.
        (Step::Export, request.awaits_bundle()),
        // An erasure of which we hold nothing ourselves is begun, and has no obligation.
        (Step::Erase, (erases || is_credible) && is_left),
        (Step::Correct, request.kind == Kind::Correction && !request.findings.is_corrected()),
        (Step::Tenant, !request.is_decided_but_for(&erasures.held, now)),
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
    erasures: &Erasures,
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
    if let Some(step) = steps(request, erasures, now).first() {
        return Err(NotClosed::Left(*step));
    }
    let is_kept = erasures.is_held() || request.has_undone_part();
    let in_part = outcome.is_partial() || request.findings.is_partial() || is_kept;
    let standing = Standing::Answered { at, in_part };
    let (version, next_action_at) = (request.version + 1, Some(at));
    let mut request = SubjectRequest { version, standing, next_action_at, ..request.clone() };
    request.findings.outcome = Some(outcome);
    Ok(Changed { request, act: by.did(Deed::Closed { outcome, evidence }, at) })
}

/// Closes, and has the person told.
///
/// # Errors
/// [`NotDone`]
pub async fn close_request(
    book: &(impl RequestBook + Showcase),
    queue: &impl NoticeQueue,
    law: &Law,
    id: &ObligationId,
    closure: &Closure,
    by: &By,
    now: Timestamp,
) -> Result<Done, NotDone<NotClosed>> {
    let request = book.request(id).await?.ok_or(NotDone::Unknown)?;
    let erasures = Erasures::read(book, &request).await?;
    let changed = close(&request, &erasures, closure, by, now);
    if matches!(changed, Err(NotClosed::Closed)) && is_repeat(book, id, closure, by).await? {
        return Ok(Done { request, is_new: false, unsent: None });
    }
    changed.map_err(NotDone::Refused)?;
    // What it is about goes first: should this break off, it is done again.
    if let (Outcome::Upheld, Kind::Appeal, Some(appealed)) = (closure.outcome, request.kind, &request.appeal_of) {
        match record_act(book, appealed, |refused| reopen(refused, &request, law, by, now)).await {
            Ok(done) => ask_for_proof(queue, done).await?,
            Err(NotDone::Unknown) => return Err(NotDone::Refused(NotClosed::NotRefused)),
            Err(error) => return Err(error),
        }
    }
    let stays = match (closure.outcome, &request.appeal_of) {
        (Outcome::Rejected, Some(appealed)) => book.request(appealed).await?.and_then(denied_for),
        (_, _) => None,
    };
    let change = |request: &SubjectRequest| {
        let mut changed = close(request, &erasures, closure, by, now)?;
        changed.request.findings.refused_parts.extend(stays.clone());
        Ok(Some(changed))
    };
    Ok(record_act(book, id, change).await?.told(queue, Notice::Answer).await)
}

/// Whoever has to show again who they are gets a code; should it be lost, they have another sent on the page.
async fn ask_for_proof(queue: &impl NoticeQueue, reopened: Done) -> Result<(), Fault> {
    let Done { request, is_new, .. } = reopened;
    if is_new && request.has_code_to_send() {
        let (id, round) = (request.id.clone(), request.next_round(Notice::Code));
        queue.notify(&NoticeJob { request: id, notice: Notice::Code, tenant: None, round, source: None }).await?;
    }
    Ok(())
}

/// The reason that stays when an appeal is not right: the person is told it again.
fn denied_for(appealed: SubjectRequest) -> Option<DenialCode> {
    match appealed.standing {
        Standing::Denied { reason, .. } => Some(reason),
        Standing::Received
        | Standing::AwaitingVerification
        | Standing::InProgress { .. }
        | Standing::Answered { .. }
        | Standing::Withdrawn { .. } => None,
    }
}

/// Whether this very closure stands in the trail.
async fn is_repeat(book: &impl RequestBook, id: &ObligationId, closure: &Closure, by: &By) -> Result<bool, Fault> {
    let deed = Deed::Closed { outcome: closure.outcome, evidence: closure.evidence.clone() };
    let is_it = |act: &crate::subject_request::Act| {
        act.deed == deed && act.actor == by.actor && act.why.as_ref() == Some(&by.why)
    };
    Ok(book.acts(id).await?.iter().any(is_it))
}

#[cfg(test)]
mod tests;
