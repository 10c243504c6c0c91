//! Lifts a flag that a request has raised, because the person wants it no more: staff say so, and in which request or otherwise
//! the person did. From then on the product may do again what the flag stopped; what stood from when to when stays.
//!
//! The act is stored first, so that nothing is opened without a trace of who did it; sent again, what is left of it is done, and what
//! was raised since stays.

use jiff::{Span, Timestamp};

use crate::data_map::DataMap;
use crate::deadline;
use crate::ids::InvalidId;
use crate::ingest_gate::{Flag, FlagBook};
use crate::instant;
use crate::keys::SubjectKeys;
use crate::obligation::ObligationId;
use crate::policy::own::{FLAGS, Purge};
use crate::record_act::{Done, NotDone, record_act};
use crate::route_request::Changed;
use crate::subject_request::ports::RequestBook;
use crate::subject_request::{Act, By, Deed, Standing, SubjectRequest};

/// What is lifted, and on whose word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lift {
    /// Which flag.
    pub flag: Flag,
    /// The request in which the person said so; without one, staff say how they know.
    pub asked_in: Option<ObligationId>,
}

/// Why a flag stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotLifted {
    /// The request has raised no such flag.
    #[error("the request has raised no such flag")]
    NotRaised,
    /// What is a child's rests until it is erased, whoever says what.
    #[error("what is a child's rests until it is erased")]
    Child,
    /// The request that is named is not there, not verified, or of somebody else.
    #[error("not the word of this person")]
    OtherPerson,
}

impl Flag {
    /// # Errors
    /// [`InvalidId`]
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let written = text.replace('-', "_");
        Self::ALL.into_iter().find(|flag| flag.attribute() == written).ok_or(InvalidId)
    }
}

/// How long what stood is kept once no flag of a person stands any more; `None`: the policy ends it by nothing.
#[must_use]
pub fn kept_for(map: &DataMap) -> Option<Span> {
    let flags = map.model().own.get(FLAGS).filter(|own| own.purge == Purge::Expiry);
    flags.and_then(|own| own.clock.floor)
}

/// The request without the flag. `None`: it was lifted before.
///
/// # Errors
/// [`NotLifted`]
pub fn lift(request: &SubjectRequest, lift: &Lift, by: &By, now: Timestamp) -> Result<Option<Changed>, NotLifted> {
    let Lift { flag, asked_in } = lift.clone();
    if flag == Flag::Quarantined {
        return Err(NotLifted::Child);
    }
    if request.course.lifted.contains(&flag) {
        return Ok(None);
    }
    if !request.course.flags.contains(&flag) && !request.is_raised_at_tenant(flag) {
        return Err(NotLifted::NotRaised);
    }
    let mut changed = SubjectRequest { version: request.version + 1, ..request.clone() };
    changed.course.flags.retain(|known| *known != flag);
    changed.course.lifted.push(flag);
    let act = by.did(Deed::Lifted { flag, asked_in }, instant::to_millis(now));
    Ok(Some(Changed { request: changed, act }))
}

impl SubjectRequest {
    /// Whether something that it had the product stop is stopped still, and can be lifted.
    #[must_use]
    pub fn has_standing_flag(&self) -> bool {
        let stands = |flag: Flag| self.course.flags.contains(&flag) || self.is_raised_at_tenant(flag);
        Flag::ALL.into_iter().any(|flag| flag != Flag::Quarantined && !self.has_lifted(flag) && stands(flag))
    }

    /// Whether it is closed for good, and kept beyond its months because of that.
    #[must_use]
    pub fn is_kept_by_flag(&self) -> bool {
        self.settled_at().is_some() && !self.has_contact() && self.has_standing_flag()
    }

    /// Whether a tenant has said that it stands in its data.
    fn is_raised_at_tenant(&self, flag: Flag) -> bool {
        self.flag_of_tenants() == Some(flag) && self.routed.iter().any(|part| part.done_at.is_some())
    }
}

/// Lifts a flag of a request and has the product know. What stood is kept for a span after the last flag of a person was lifted; `None`:
/// for good.
///
/// # Errors
/// [`NotDone`]: after a fault it may stand in the trail and not be lifted yet; sent again it is.
pub async fn lift_flag(
    book: &impl RequestBook,
    flags: &impl FlagBook,
    keys: &SubjectKeys,
    (id, wanted): (&ObligationId, &Lift),
    by: &By,
    (now, kept_for): (Timestamp, Option<Span>),
) -> Result<Done, NotDone<NotLifted>> {
    let request = book.request(id).await?.ok_or(NotDone::Unknown)?;
    if let Some(asked_in) = &wanted.asked_in {
        let asked = book.request(asked_in).await?;
        if !asked.is_some_and(|asked| is_word_of(&asked, &request, keys)) {
            return Err(NotDone::Refused(NotLifted::OtherPerson));
        }
    }
    let done = record_act(book, id, |request| lift(request, wanted, by, now)).await?;
    let lifted_at = if done.is_new { None } else { lifted_at(&book.acts(id).await?, wanted.flag) };
    let lifted_at = lifted_at.unwrap_or_else(|| instant::to_millis(now));
    // Beyond the calendar nothing expires.
    let keep_until = kept_for.and_then(|kept_for| deadline::after(lifted_at, kept_for).ok());
    for person in &done.request.course.flagged {
        flags.lift_flag(person, wanted.flag, lifted_at, keep_until).await?;
    }
    Ok(done)
}

/// When a flag was lifted the last time.
fn lifted_at(acts: &[Act], lifted: Flag) -> Option<Timestamp> {
    let is_it = |act: &&Act| matches!(act.deed, Deed::Lifted { flag, .. } if flag == lifted);
    acts.iter().filter(is_it).map(|act| act.at).max()
}

/// Whether a request is of somebody who has shown that the flags are theirs.
fn is_word_of(asked: &SubjectRequest, flagged: &SubjectRequest, keys: &SubjectKeys) -> bool {
    let is_refused = matches!(asked.standing, Standing::Denied { .. } | Standing::Withdrawn { .. });
    let shown = asked.identities();
    let mut people = shown.iter().flat_map(|identity| keys.suppressions(identity));
    !is_refused && people.any(|person| flagged.course.flagged.contains(&person))
}

#[cfg(test)]
mod tests;
