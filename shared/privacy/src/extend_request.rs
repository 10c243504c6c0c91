//! Takes more time for a request: once, with a reason, before its first legal date. The person is told.

use jiff::Timestamp;

use crate::instant;
use crate::law::extension::NotExtended;
use crate::law::{Law, NoDeadline};
use crate::obligation::ObligationId;
use crate::record_act::{Done, NotDone, record_act};
use crate::route_request::Changed;
use crate::subject_request::notice::Notice;
use crate::subject_request::ports::{NoticeQueue, RequestBook};
use crate::subject_request::{By, Deed, SubjectRequest};

/// Why a request has no more time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotExtendable {
    /// It was answered.
    #[error("the request is closed")]
    Closed,
    /// Its answer was wrong, or its bundle of no use, and it is in work again: that takes no more time than it has.
    #[error("a request that was put back to work is not extended")]
    Reopened,
    /// The law has no row for it any more.
    #[error(transparent)]
    NoRow(#[from] NoDeadline),
    /// Twice, too late, or not in this law.
    #[error(transparent)]
    NotExtended(#[from] NotExtended),
}

/// The request with its later dates, counted from its receipt. `None`: it was extended for the same reason before.
///
/// # Errors
/// [`NotExtendable`]
pub fn extend(request: &SubjectRequest, law: &Law, by: &By, now: Timestamp) -> Result<Option<Changed>, NotExtendable> {
    let reason = by.why.expose();
    if request.clocks.extended.as_ref().is_some_and(|extended| extended.reason == reason) {
        return Ok(None);
    }
    if request.standing.closed_at().is_some() {
        return Err(NotExtendable::Closed);
    }
    if request.course.reopened.is_some() || request.course.ordered_again.is_some() {
        return Err(NotExtendable::Reopened);
    }
    let now = instant::to_millis(now);
    let row = law.governing_row(&request.regime, request.kind)?.row;
    let clocks = request.clocks.extend(&row, request.received_at, reason, now)?;
    // Due at once: should the message be lost, the sweeper has the person told.
    let (version, next_action_at) = (request.version + 1, Some(now));
    let request = SubjectRequest { version, clocks, next_action_at, ..request.clone() };
    Ok(Some(Changed { request, act: by.did(Deed::Extended, now) }))
}

/// Extends and has the person told, with the reason.
///
/// # Errors
/// [`NotDone`]
pub async fn extend_request(
    book: &impl RequestBook,
    queue: &impl NoticeQueue,
    law: &Law,
    id: &ObligationId,
    by: &By,
    now: Timestamp,
) -> Result<Done, NotDone<NotExtendable>> {
    let done = record_act(book, id, |request| extend(request, law, by, now)).await?;
    Ok(done.told(queue, Notice::Extension).await)
}

#[cfg(test)]
mod tests;
