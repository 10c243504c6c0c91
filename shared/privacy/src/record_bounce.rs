//! Records that a letter came back. Staff see it in the trail and as a mark on the request; it changes nothing else: a code
//! that bounced denies nothing, and the clocks run on.
//!
//! May come twice: what the trail says already is not written again, unless the letter has gone out once more since.

use jiff::Timestamp;

use crate::fault::Fault;
use crate::subject_request::bounce::{BounceReport, LetterName};
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
        if is_known(&request, &report.letter, &deed, &book.acts(&report.request).await?) {
            return Ok(Recorded::Known);
        }
        let act = Act::of_service(deed.clone(), now);
        if book.record(&marked(request, report), &act, None).await? {
            return Ok(Recorded::New);
        }
    }
    Err(Fault::retry("bounce", "the request changed under every try"))
}

/// Whether the trail says it. What is told anew, after an appeal or of another bundle, goes out in the same round once more, and may
/// come back once more: then only what came back since counts.
fn is_known(request: &SubjectRequest, letter: &LetterName, deed: &Deed, acts: &[Act]) -> bool {
    let sent = Deed::Told { notice: letter.notice.as_str().to_owned(), tenant: letter.tenant.clone() };
    let is_newest = is_newest(request, letter);
    let since_sent = acts.iter().rev().take_while(|act| !is_newest || act.deed != sent);
    since_sent.map(|act| &act.deed).any(|known| known == deed)
}

fn is_newest(request: &SubjectRequest, letter: &LetterName) -> bool {
    let newest = match &letter.tenant {
        Some(tenant) => request.tenant_rounds(tenant, letter.notice),
        None => request.told.get(&letter.notice).copied().unwrap_or(0),
    };
    letter.round >= newest
}

/// The mark is for the newest letter of its kind only: one that went out since may have arrived.
fn marked(request: SubjectRequest, report: &BounceReport) -> SubjectRequest {
    let is_newest = is_newest(&request, &report.letter);
    let mut marked = SubjectRequest { version: request.version + 1, ..request };
    if is_newest {
        marked.undelivered.insert(report.letter.notice);
    }
    marked
}

#[cfg(test)]
mod tests;
