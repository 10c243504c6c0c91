//! Mends what is wrong, field by field: staff name the fields, and decide each with evidence. This service writes in no table of
//! the product, so a field that is to be mended goes to whoever keeps it, as an instruction, and counts as mended once they have
//! confirmed it. When each is decided the request is answered; the sweep does it where tenants have a part.

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
    /// Nobody has verified it yet, or it is closed, or a report about a child that staff have to read first or that they believe.
    #[error("only a request in work is carried out")]
    NotInWork,
    /// A field was confirmed that nobody had been told to mend, or as something else than they were told, or by nothing but
    /// that they were told.
    #[error("a field was confirmed without an instruction")]
    NotInstructed,
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
    let mut changed = SubjectRequest { version: request.version + 1, ..request.clone() };
    // Decided here it would be answered, and a report about a child leave the list unread, or before what is the child's is gone.
    let is_of_child = request.awaits_child_review() || request.is_of_child();
    let is_in_work = matches!(request.standing, Standing::InProgress { .. }) && !is_of_child;
    let mut news = Vec::new();
    for one in fields {
        let known = &mut changed.findings.corrections;
        let place = known.binary_search_by(|known| known.field.cmp(&one.field));
        let before = place.ok().and_then(|place| known.get(place)).map_or(&Decision::Open, |known| &known.decision);
        let is_known = place.is_ok() && (one.decision == Decision::Open || *before == one.decision);
        // Named again, or decided so before.
        if is_known {
            continue;
        }
        match may_follow(before, &one.decision) {
            // Whatever else is wrong with it.
            Err(NotCorrected::NotInstructed) if !is_in_work => return Err(NotCorrected::NotInWork),
            allowed => allowed?,
        }
        match place.map(|place| known.get_mut(place)) {
            Err(place) => known.insert(place, one.clone()),
            Ok(Some(known)) => *known = one.clone(),
            Ok(None) => {}
        }
        news.push(one.clone());
    }
    if news.is_empty() {
        return Ok(None);
    }
    if changed.findings.corrections.len() > FIELDS_MAX {
        return Err(NotCorrected::TooMany);
    }
    if !is_in_work {
        return Err(NotCorrected::NotInWork);
    }
    if changed.findings.is_corrected() {
        // Perhaps a tenant has a part: the sweep answers, once it has looked.
        if !request.has_unsought_parts() && request.routed.is_empty() {
            changed.standing = Standing::Answered { at, in_part: changed.findings.is_partial() };
        }
        changed.next_action_at = Some(at);
    }
    Ok(Some(Changed { request: changed, act: by.did(Deed::Corrected { fields: news }, at) }))
}

/// Whether a decision can follow another one. A field is mended when whoever keeps it says so, with evidence of its own.
fn may_follow(before: &Decision, decision: &Decision) -> Result<(), NotCorrected> {
    match (before, decision) {
        (Decision::Open, Decision::Open | Decision::Instructed { .. } | Decision::Refused { .. })
        | (Decision::Instructed { .. }, Decision::Refused { .. }) => Ok(()),
        (Decision::Open, Decision::Applied { .. }) => Err(NotCorrected::NotInstructed),
        (Decision::Instructed { evidence: told, value: wanted }, Decision::Applied { evidence, value }) => {
            if told != evidence && wanted == value { Ok(()) } else { Err(NotCorrected::NotInstructed) }
        }
        (
            Decision::Instructed { .. } | Decision::Applied { .. } | Decision::Refused { .. },
            Decision::Open | Decision::Instructed { .. },
        )
        | (Decision::Applied { .. } | Decision::Refused { .. }, Decision::Applied { .. } | Decision::Refused { .. }) => {
            Err(NotCorrected::Decided)
        }
    }
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
    let is_answered = matches!(done.request.standing, Standing::Answered { .. });
    if is_answered { Ok(done.told(queue, Notice::Answer).await) } else { Ok(done) }
}

#[cfg(test)]
mod tests;
