//! What a tenant says about its part of a request: that it wants it carried out, that it does not and why, or that it needs more
//! time. Staff note its word, or the dashboard hands it over; either way it is the same act.
//!
//! Pure. Said twice it is said once. A tenant that has declined may still agree while the request is open; what it wanted done is
//! under way, and is not taken back.

use jiff::Timestamp;

use crate::ids::{InstructionId, TenantId};
use crate::instant;
use crate::law::Law;
use crate::law::denial::{DenialReason, NotDeniable};
use crate::route_request::{Changed, NotRouted, in_work, instruct};
use crate::subject_request::{Act, Actor, Declined, Deed, Instructed, Routed, SubjectRequest};

/// What it decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It wants done what the person asks for, with all that it has of them.
    Agree,
    /// It does not, for a reason that its law knows.
    Decline(DenialReason),
    /// It has not decided: staff see to it that there is time, if the law gives any.
    MoreTime,
}

/// A tenant's word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Whose.
    pub tenant: TenantId,
    /// Under what it was said.
    pub id: InstructionId,
    /// What.
    pub decision: Decision,
}

/// Notes the word of a tenant. `None`: it said so before.
///
/// # Errors
/// [`NotRouted`]
pub fn decide_part(
    request: &SubjectRequest,
    word: &Word,
    law: &Law,
    actor: Actor,
    now: Timestamp,
) -> Result<Option<Changed>, NotRouted> {
    let Word { tenant, id, decision } = word;
    let known = request.routed.iter().find(|routed| routed.tenant == *tenant).ok_or(NotRouted::OtherTenant)?;
    // It is about to end, and its answer says that nothing else was done.
    if request.is_refused_but_what_stands(law) {
        return Err(NotRouted::NotInWork);
    }
    match decision {
        Decision::Agree => instruct(request, tenant, id, actor, now),
        Decision::Decline(reason) => decline(request, known, (id, *reason), law, actor, now),
        Decision::MoreTime => ask_time(request, known, id, actor, now),
    }
}

fn decline(
    request: &SubjectRequest,
    known: &Routed,
    (id, reason): (&InstructionId, DenialReason),
    law: &Law,
    actor: Actor,
    now: Timestamp,
) -> Result<Option<Changed>, NotRouted> {
    match (&known.instruction, &known.declined) {
        (None, Some(said)) if said.id == *id && said.reason == reason.as_str() => return Ok(None),
        (None, None) => {}
        (Some(_), _) | (None, Some(_)) => return Err(NotRouted::OtherInstruction),
    }
    // It decides about its data: it cannot say that somebody else does.
    if reason == DenialReason::NotTheController {
        return Err(NotDeniable::NoReason { reason, kind: request.kind }.into());
    }
    law.denial(reason, &request.regime, request.kind)?;
    let at = instant::to_millis(now);
    let mut changed = undecided(request, now)?;
    let declined = Declined { id: id.clone(), reason: reason.as_str().to_owned(), at };
    for routed in changed.routed.iter_mut().filter(|routed| routed.tenant == known.tenant) {
        routed.declined = Some(declined.clone());
    }
    if changed.settled_at().is_some() {
        // It was answered, and this was the last word that was open.
        changed.next_action_at = None;
    }
    let (tenant, instruction) = (known.tenant.clone(), id.clone());
    let deed = Deed::Declined { tenant, instruction, reason: declined.reason };
    Ok(Some(Changed { request: changed, act: Act { deed, actor, why: None, at } }))
}

fn ask_time(
    request: &SubjectRequest,
    known: &Routed,
    id: &InstructionId,
    actor: Actor,
    now: Timestamp,
) -> Result<Option<Changed>, NotRouted> {
    if known.asked_time.as_ref().is_some_and(|asked| asked.id == *id) {
        return Ok(None);
    }
    if !known.is_silent() || known.asked_time.is_some() {
        return Err(NotRouted::OtherInstruction);
    }
    let at = instant::to_millis(now);
    let mut changed = undecided(request, now)?;
    for routed in changed.routed.iter_mut().filter(|routed| routed.tenant == known.tenant) {
        routed.asked_time = Some(Instructed { id: id.clone(), at });
    }
    let deed = Deed::AskedTime { tenant: known.tenant.clone(), instruction: id.clone() };
    Ok(Some(Changed { request: changed, act: Act { deed, actor, why: None, at } }))
}

/// The next version of a request whose tenants may still decide, due at once. What was answered stays answered.
fn undecided(request: &SubjectRequest, now: Timestamp) -> Result<SubjectRequest, NotRouted> {
    if request.is_open_to_tenants() {
        let next_action_at = Some(instant::to_millis(now));
        return Ok(SubjectRequest { version: request.version + 1, next_action_at, ..request.clone() });
    }
    in_work(request, now)
}

#[cfg(test)]
mod tests;
