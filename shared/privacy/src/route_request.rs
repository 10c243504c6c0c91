//! The part of a request that a tenant decides: it is handed over with its dates, and carried out once the tenant says so.
//!
//! Pure. What is done twice changes nothing, and nothing is done to a request that nobody has verified: it would tell a
//! tenant what a stranger wrote.

use jiff::Timestamp;

use crate::ids::{InstructionId, TenantId};
use crate::instant;
use crate::law::Law;
use crate::law::denial::NotDeniable;
use crate::law::routing::NoRoutingDate;
use crate::subject_request::notice::Notice;
use crate::subject_request::{Act, Actor, Deed, Instructed, Routed, Standing, SubjectRequest};

/// A request after a change, and the act that is stored with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// As it is now.
    pub request: SubjectRequest,
    /// What was done.
    pub act: Act,
}

/// Why a request stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotRouted {
    /// Nobody has verified it yet, or it is closed.
    #[error("only a request in work has a part that a tenant decides")]
    NotInWork,
    /// The tenant has no part in it.
    #[error("the request was not routed to this tenant")]
    OtherTenant,
    /// The tenant said so before, under another name.
    #[error("the tenant has given another instruction")]
    OtherInstruction,
    /// Its law knows no such reason for what is asked for.
    #[error(transparent)]
    Reason(#[from] NotDeniable),
    /// Its dates cannot be counted.
    #[error(transparent)]
    Dates(#[from] NoRoutingDate),
}

/// Hands a part of a request to a tenant. `None`: it has it already.
///
/// # Errors
/// [`NotRouted`]
pub fn route(
    request: &SubjectRequest,
    tenant: &TenantId,
    law: &Law,
    actor: Actor,
    now: Timestamp,
) -> Result<Option<Changed>, NotRouted> {
    if request.routed.iter().any(|routed| routed.tenant == *tenant) {
        return Ok(None);
    }
    let dates = law.processor_dates(request.dates_from())?.into();
    let mut changed = in_work(request, now)?;
    let at = instant::to_millis(now);
    changed.routed.push(Routed {
        tenant: tenant.clone(),
        at,
        dates,
        instruction: None,
        declined: None,
        asked_time: None,
        done_at: None,
    });
    let act = Act { deed: Deed::Routed { tenant: tenant.clone() }, actor, why: None, at };
    Ok(Some(Changed { request: changed, act }))
}

/// Notes that a tenant wants its part carried out; it is due at once. A copy that was given without that part is made anew with
/// it. `None`: it said so before.
///
/// # Errors
/// [`NotRouted`]
pub fn instruct(
    request: &SubjectRequest,
    tenant: &TenantId,
    instruction: &InstructionId,
    actor: Actor,
    now: Timestamp,
) -> Result<Option<Changed>, NotRouted> {
    let known = request.routed.iter().find(|routed| routed.tenant == *tenant).ok_or(NotRouted::OtherTenant)?;
    match &known.instruction {
        Some(given) if given.id == *instruction => return Ok(None),
        Some(_) => return Err(NotRouted::OtherInstruction),
        None => {}
    }
    let at = instant::to_millis(now);
    let mut changed = if request.is_open_to_tenants() {
        let mut anew = SubjectRequest { standing: Standing::InProgress { since: at }, ..request.clone() };
        // It is answered once more.
        anew.told.remove(&Notice::Answer);
        anew.told.remove(&Notice::AgentAnswer);
        anew
    } else {
        request.clone()
    };
    if request.bundle_kind().is_some() && matches!(changed.standing, Standing::InProgress { .. }) {
        // A bundle that is made right now is without it.
        changed.standing = Standing::InProgress { since: at };
        changed.course.begun_at = None;
    }
    let mut changed = in_work(&changed, now)?;
    for routed in changed.routed.iter_mut().filter(|routed| routed.tenant == *tenant) {
        (routed.instruction, routed.declined) = (Some(Instructed { id: instruction.clone(), at }), None);
    }
    let deed = Deed::Instructed { tenant: tenant.clone(), instruction: instruction.clone() };
    Ok(Some(Changed { request: changed, act: Act { deed, actor, why: None, at } }))
}

/// The next version of a request that is in work, due at once.
pub(crate) fn in_work(request: &SubjectRequest, now: Timestamp) -> Result<SubjectRequest, NotRouted> {
    match request.standing {
        Standing::InProgress { .. } => Ok(SubjectRequest {
            version: request.version + 1,
            next_action_at: Some(instant::to_millis(now)),
            ..request.clone()
        }),
        Standing::Received
        | Standing::AwaitingVerification
        | Standing::Answered { .. }
        | Standing::Denied { .. }
        | Standing::Withdrawn { .. } => Err(NotRouted::NotInWork),
    }
}

#[cfg(test)]
mod tests;
