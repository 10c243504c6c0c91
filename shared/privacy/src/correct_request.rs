//! Mends what is wrong, field by field: staff name the fields, and decide each with evidence. When each is decided the request
//! is answered.

use jiff::Timestamp;

use crate::clock::model::Kind;
use crate::instant;
use crate::obligation::ObligationId;
use crate::record_act::{Done, NotDone, record_act};
use crate::route_request::Changed;
use crate::subject_request::findings::{Correction, Decision};
use crate::subject_request::notice::Notice;
use crate::subject_request::ports::{NoticeQueue, RequestBook};
use crate::subject_request::{By, Deed, Standing, SubjectRequest};

/// Fields that one request can name.
pub const FIELDS_MAX: usize = 20;

/// Why nothing is mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotCorrected {
    /// It asks for something else.
    #[error("the request does not ask for a correction")]
    OtherKind,
    /// Nobody has verified it yet, or it is closed.
    #[error("only a request in work is carried out")]
    NotInWork,
    /// A field was decided otherwise before.
    #[error("a field was decided otherwise")]
    Decided,
    /// More than [`FIELDS_MAX`].
    #[error("too many fields")]
    TooMany,
}

/// The request with these fields named or decided. `None`: all of it was so before.
///
/// # Errors
/// [`NotCorrected`]
pub fn correct(
    request: &SubjectRequest,
    fields: &[Correction],
    by: &By,
    now: Timestamp,
) -> Result<Option<Changed>, NotCorrected> {
    if request.kind != Kind::Correction {
        return Err(NotCorrected::OtherKind);
    }
    let at = instant::to_millis(now);
    let mut changed = SubjectRequest { version: request.version + 1, next_action_at: Some(at), ..request.clone() };
    let mut news = Vec::new();
    for one in fields {
        let known = &mut changed.findings.corrections;
        match known.binary_search_by(|known| known.field.cmp(&one.field)) {
            Err(place) => known.insert(place, one.clone()),
            Ok(place) => match known.get_mut(place) {
                // Named again, or decided so before.
                Some(known) if one.decision == Decision::Open || *known == *one => continue,
                Some(known) if known.decision == Decision::Open => *known = one.clone(),
                Some(_) | None => return Err(NotCorrected::Decided),
            },
        }
        news.push(one.clone());
    }
    if news.is_empty() {
        return Ok(None);
    }
    if changed.findings.corrections.len() > FIELDS_MAX {
        return Err(NotCorrected::TooMany);
    }
    if !matches!(request.standing, Standing::InProgress { .. }) {
        return Err(NotCorrected::NotInWork);
    }
    if changed.findings.is_corrected() {
        changed.standing = Standing::Answered { at, in_part: changed.findings.is_partial() };
    }
    Ok(Some(Changed { request: changed, act: by.did(Deed::Corrected { fields: news }, at) }))
}

/// Names or decides fields; has the person told once all are decided.
///
/// # Errors
/// [`NotDone`]
pub async fn correct_request(
    book: &impl RequestBook,
    queue: &impl NoticeQueue,
    id: &ObligationId,
    fields: &[Correction],
    by: &By,
    now: Timestamp,
) -> Result<Done, NotDone<NotCorrected>> {
    let done = record_act(book, id, |request| correct(request, fields, by, now)).await?;
    if done.request.findings.is_corrected() { Ok(done.told(queue, Notice::Answer).await) } else { Ok(done) }
}

#[cfg(test)]
mod tests;
