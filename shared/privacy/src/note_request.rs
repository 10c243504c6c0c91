//! Staff note a request that came by mail, by phone or on paper. Its clock began when it reached us, not when it was noted. It is
//! taken in like any other, and who noted it stands in its trail.

use jiff::Timestamp;

use crate::accept_request::{AcceptedRequest, Naming, Sent, Terms, accept_request};
use crate::fault::Fault;
use crate::obligation::ObligationId;
use crate::record_act::{NotDone, record_act};
use crate::route_request::Changed;
use crate::subject_request::ports::{NoticeQueue, RequestBook, RequestIntake};
use crate::subject_request::{By, Deed, SubjectRequest};

/// What stands in no trail of anybody else.
enum Never {}

/// Takes in and notes by whom. Noted again with the same content, it is the same request.
///
/// # Errors
/// [`Fault`]: to be sent again; what was stored is found then.
pub async fn note_request(
    book: &(impl RequestIntake + RequestBook),
    queue: &impl NoticeQueue,
    terms: Terms<'_>,
    name: &str,
    sent: Sent,
    by: &By,
    now: Timestamp,
) -> Result<AcceptedRequest, Fault> {
    let accepted = accept_request(book, queue, terms, Naming::Repeatable(name), sent, now).await?;
    let id = accepted.request.id.clone();
    if is_noted(book, &id).await? {
        return Ok(accepted);
    }
    let noted = |request: &SubjectRequest| {
        let request = SubjectRequest { version: request.version + 1, ..request.clone() };
        Ok::<_, Never>(Some(Changed { request, act: by.did(Deed::Received, now) }))
    };
    match record_act(book, &id, noted).await {
        Ok(done) => Ok(AcceptedRequest { request: done.request, ..accepted }),
        Err(NotDone::Fault(fault)) => Err(fault),
        Err(NotDone::Unknown) => Err(Fault::retry("note", "the request is gone")),
        Err(NotDone::Refused(never)) => match never {},
    }
}

async fn is_noted(book: &impl RequestBook, id: &ObligationId) -> Result<bool, Fault> {
    Ok(book.acts(id).await?.iter().any(|act| act.deed == Deed::Received))
}

#[cfg(test)]
mod tests;
