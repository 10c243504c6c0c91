//! What staff make of a report about a child. One that they believe needs nobody's login: the data rests at once and goes
//! within days. Whose data that is, the report says by the account that it names, or staff do; the address of whoever reports
//! is never taken for the child's. Pure; judging the same again changes nothing.

use jiff::Timestamp;

use crate::instant;
use crate::law::Law;
use crate::law::routing::NoRoutingDate;
use crate::route_request::Changed;
use crate::subject_request::letter::Recipient;
use crate::subject_request::notice::Notice;
use crate::subject_request::{Act, Actor, ChildReview, Contact, Deed, Standing, SubjectRequest};

/// Why there is nothing to judge.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotReviewable {
    /// The request is not about a child.
    #[error("the request is not about a child")]
    NoReport,
    /// It was answered.
    #[error("the request is closed")]
    Closed,
    /// The data is on its way out already.
    #[error("the report was found credible before")]
    Credible,
    /// Neither the report nor staff name the child.
    #[error("nobody says who the child is")]
    Unnamed,
    /// The last day cannot be counted.
    #[error(transparent)]
    Dates(#[from] NoRoutingDate),
}

/// The report is believed. The request is in work from here on, due at once, whatever was shown. `child`: whom staff name
/// as the child, needed where the report names no account. `None`: it was believed before, of the same child.
///
/// # Errors
/// [`NotReviewable`]
pub fn find_credible(
    request: &SubjectRequest,
    child: Option<&Contact>,
    law: &Law,
    actor: Actor,
    now: Timestamp,
) -> Result<Option<Changed>, NotReviewable> {
    let at = instant::to_millis(now);
    let mut changed = match judged(request)? {
        Some(ChildReview::Credible { child: known, .. }) if known.as_ref() == child => return Ok(None),
        // Its data rests by now; another child is another report.
        Some(ChildReview::Credible { .. }) => return Err(NotReviewable::Credible),
        Some(ChildReview::NotCredible { .. }) | None => next(request, now),
    };
    if child.is_none() && request.contact.account.is_none() {
        return Err(NotReviewable::Unnamed);
    }
    // The days count from the report, not from when somebody read it.
    let due = law.child_dates(request.dates_from())?.erase_due;
    // What had begun before an appeal is of who had shown that.
    let was_answered = changed.course.reopened.as_ref().is_some_and(|reopened| reopened.was_answered);
    let is_apart = changed.course.begun_at.take().is_some() || was_answered;
    let (erase_by, zone, child) = (due.date, due.time_zone, child.cloned());
    changed.course.child = Some(ChildReview::Credible { at, erase_by, zone, is_apart, child });
    // Whoever it is hears of it, also where another was told of a report before an appeal.
    changed.told.remove(&Notice::Quarantined);
    if !matches!(changed.standing, Standing::InProgress { .. }) {
        changed.standing = Standing::InProgress { since: at };
    }
    Ok(Some(Changed { request: changed, act: Act { deed: Deed::FoundCredible, actor, why: None, at } }))
}

/// The report is not believed; the request goes on as any other. `None`: that was said before.
///
/// # Errors
/// [`NotReviewable`]
pub fn find_not_credible(
    request: &SubjectRequest,
    actor: Actor,
    now: Timestamp,
) -> Result<Option<Changed>, NotReviewable> {
    let at = instant::to_millis(now);
    match judged(request)? {
        Some(ChildReview::Credible { .. }) => return Err(NotReviewable::Credible),
        Some(ChildReview::NotCredible { .. }) => return Ok(None),
        None => {}
    }
    let mut changed = next(request, now);
    changed.course.child = Some(ChildReview::NotCredible { at });
    Ok(Some(Changed { request: changed, act: Act { deed: Deed::FoundNotCredible, actor, why: None, at } }))
}

fn judged(request: &SubjectRequest) -> Result<Option<&ChildReview>, NotReviewable> {
    if !request.about_child {
        return Err(NotReviewable::NoReport);
    }
    if request.standing.closed_at().is_some() {
        return Err(NotReviewable::Closed);
    }
    Ok(request.course.child.as_ref())
}

fn next(request: &SubjectRequest, now: Timestamp) -> SubjectRequest {
    let next_action_at = Some(instant::to_millis(now));
    SubjectRequest { version: request.version + 1, next_action_at, ..request.clone() }
}

impl SubjectRequest {
    /// Where whose data is said to be a child's can be reached: as staff named the child, else by the account that the report names.
    /// The address of whoever reports is never it.
    pub(crate) fn owner(&self) -> Option<Recipient<'_>> {
        let Some(ChildReview::Credible { child, .. }) = &self.course.child else { return None };
        let email = child.as_ref().and_then(|child| child.email.as_ref());
        let account = child.as_ref().map_or(&self.contact, |child| child).account.as_ref();
        email.map(Recipient::Email).or_else(|| account.map(Recipient::Account))
    }

    /// Whether they have not been told yet that it rests and goes.
    #[must_use]
    pub fn has_owner_to_tell(&self) -> bool {
        self.is_of_child() && !self.was_told(Notice::Quarantined, 1) && self.owner().is_some()
    }
}

#[cfg(test)]
mod tests;
