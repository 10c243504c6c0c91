//! Records that a letter came back. Staff see it in the trail and as a mark on the request; it changes nothing else: a code
//! that bounced denies nothing, and the clocks run on.
//!
//! May come twice: what the trail says already is not written again.

use jiff::Timestamp;

use crate::fault::Fault;
use crate::subject_request::bounce::BounceReport;
use crate::subject_request::ports::RequestBook;
use crate::subject_request::{Act, Deed, SubjectRequest};

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It stands in the trail now.
    New,
    /// It stood there before.
    Known,
    /// There is no such request any more.
    Gone,
}

/// Records one report.
///
/// # Errors
/// [`Fault`]: the same report is to be tried again.
pub async fn record_bounce(book: &impl RequestBook, report: &BounceReport, now: Timestamp) -> Result<Recorded, Fault> {
    let deed = Deed::Bounced {
        notice: report.letter.notice.as_str().to_owned(),
        tenant: report.letter.tenant.clone(),
        round: report.letter.round,
        cause: report.cause,
    };
    for _ in 0..3 {
        let Some(request) = book.request(&report.request).await? else { return Ok(Recorded::Gone) };
        if book.acts(&report.request).await?.iter().any(|act| act.deed == deed) {
            return Ok(Recorded::Known);
        }
        let act = Act::of_service(deed.clone(), now);
        if book.record(&marked(request, report), &act, None).await? {
            return Ok(Recorded::New);
        }
    }
    Err(Fault::retry("bounce", "the request changed under every try"))
}

/// The mark is for the newest letter of its kind only: one that went out since may have arrived.
fn marked(request: SubjectRequest, report: &BounceReport) -> SubjectRequest {
    let letter = &report.letter;
    let newest = match &letter.tenant {
        Some(tenant) => request.tenant_rounds(tenant, letter.notice),
        None => request.told.get(&letter.notice).copied().unwrap_or(0),
    };
    let mut marked = SubjectRequest { version: request.version + 1, ..request };
    if letter.round >= newest {
        marked.undelivered.insert(letter.notice);
    }
    marked
}

#[cfg(test)]
mod tests;
