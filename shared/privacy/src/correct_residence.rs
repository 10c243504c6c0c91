//! Mends where a person lives, once it turns out that it was noted wrongly: from then on the law of the right place holds for their
//! request, as if they had said so when it reached us.
//!
//! | of the request | becomes |
//! |---|---|
//! | its dates | counted anew from the receipt; a last day that was named before stays where it ends first ([`moved`](crate::subject_request::Clocks::moved)) |
//! | what has to be shown | as that law asks; who has shown less is asked for the rest, as long as what they ask for can still wait |
//! | ways on, pauses, reasons of a denial | that law's, which are read from the regime |
//!
//! The person hears of it by a letter where the law or a date is another. Pure; said again it changes nothing.

use jiff::Timestamp;

use crate::accept_request::needs_of;
use crate::clock::ClockError;
use crate::clock::model::Kind;
use crate::instant;
use crate::law::residence::Declared;
use crate::law::{Law, NoDeadline, NoRule};
use crate::obligation::ObligationId;
use crate::record_act::{Done, NotDone, record_act};
use crate::route_request::Changed;
use crate::subject_request::notice::Notice;
use crate::subject_request::ports::{NoticeQueue, RequestBook};
use crate::subject_request::{By, Deed, Proof, Relocated, Standing, SubjectRequest};

/// Where somebody lives.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Home<'a> {
    /// At a place, as it is named in an address.
    At(&'a str),
    /// Nobody knows, or at none of the places of the law file: the fallback holds.
    Elsewhere,
}

crate::redacted!(Home<'a>);

/// Why a request stays under its law.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotRelocated {
    /// It was answered.
    #[error("the request is closed")]
    Closed,
    /// The text names no place of the law file, or more than one.
    #[error("no such place is known")]
    Place,
    /// The law has no row for it.
    #[error(transparent)]
    NoRow(#[from] NoDeadline),
    /// The law does not say what is to be shown.
    #[error(transparent)]
    NoRule(#[from] NoRule),
    /// The dates cannot be counted.
    #[error(transparent)]
    Clock(#[from] ClockError),
}

/// The request under the law of where the person lives. `None`: that is so already.
///
/// # Errors
/// [`NotRelocated`]
pub fn relocate(
    request: &SubjectRequest,
    home: Home<'_>,
    law: &Law,
    by: &By,
    now: Timestamp,
) -> Result<Option<Changed>, NotRelocated> {
    let at = instant::to_millis(now);
    let residence = match home {
        Home::At(text) => law.residence(Some(text), request.received_at),
        Home::Elsewhere => law.residence(None, request.received_at),
    };
    if residence.declared == Declared::Unknown && home != Home::Elsewhere {
        return Err(NotRelocated::Place);
    }
    let regime = residence.regime_name;
    let governing = law.governing_row(regime, request.kind)?;
    let clocks = request.clocks.moved(&governing.row, request.dates_from(), residence.zone)?;
    let is_other_law = regime != request.regime;
    if !is_other_law && clocks == request.clocks {
        return Ok(None);
    }
    if request.standing.closed_at().is_some() {
        return Err(NotRelocated::Closed);
    }
    let mut changed = SubjectRequest { version: request.version + 1, next_action_at: Some(at), ..request.clone() };
    let has_other_date = clocks.legal_due() != request.clocks.legal_due();
    (changed.regime, changed.basis, changed.clocks) = (regime.to_owned(), governing.basis, clocks);
    if is_other_law {
        changed.show_by(law, at)?;
    }
    // Whoever has read nothing yet reads it in the acknowledgement.
    if (is_other_law || has_other_date) && changed.standing != Standing::Received {
        let letters = request.course.relocated.as_ref().map_or(0, |before| before.letters);
        changed.course.relocated = Some(Relocated { at, letters: letters + 1 });
    }
    let deed = Deed::Relocated { from: request.regime.clone(), to: regime.to_owned() };
    Ok(Some(Changed { request: changed, act: by.did(deed, at) }))
}

impl SubjectRequest {
    /// Whether the person has still to hear that another law holds for it.
    #[must_use]
    pub fn has_relocation_to_tell(&self) -> bool {
        let is_open = self.standing.closed_at().is_none();
        is_open
            && self.course.relocated.is_some()
            && !self.was_told(Notice::Relocated, self.round_to_tell(Notice::Relocated))
    }

    /// Asks for what its law wants shown. What has begun and cannot be called back goes on by what was shown for it.
    fn show_by(&mut self, law: &Law, at: Timestamp) -> Result<(), NoRule> {
        if self.is_beyond_recall() {
            return Ok(());
        }
        self.needs = needs_of(law, self)?;
        if !std::mem::take(&mut self.course.unshown).is_empty() {
            self.findings.refused_parts.retain(|code| code != crate::law::denial::DenialReason::Unverifiable.as_str());
        }
        if !self.needs.contains(&Proof::DataPoints) {
            // What need not be shown is not kept.
            self.data_points.clear();
        }
        let is_shown = self.is_verified() || self.is_of_child();
        match self.standing {
            Standing::AwaitingVerification if is_shown => self.standing = Standing::InProgress { since: at },
            Standing::InProgress { .. } if !is_shown => {
                (self.standing, self.course.begun_at) = (Standing::AwaitingVerification, None);
            }
            // A copy that is made right now names the ways of another law, and may be of less than was shown.
            Standing::InProgress { .. } if self.bundle_kind().is_some() && self.course.begun_at.is_some() => {
                (self.standing, self.course.begun_at) = (Standing::InProgress { since: at }, None);
            }
            Standing::Received
            | Standing::AwaitingVerification
            | Standing::InProgress { .. }
            | Standing::Answered { .. }
            | Standing::Denied { .. }
            | Standing::Withdrawn { .. } => {}
        }
        Ok(())
    }

    /// Whether something of it was done that asking for more would not undo. A copy is nobody's before it is given, and a
    /// correction nothing before a field is decided.
    fn is_beyond_recall(&self) -> bool {
        let is_open_still = match self.kind {
            Kind::Access | Kind::Know | Kind::Portability => true,
            Kind::Correction => self.findings.corrections.is_empty(),
            Kind::Erasure
            | Kind::Restriction
            | Kind::Objection
            | Kind::ConsentWithdrawal
            | Kind::OptOut
            | Kind::Limit
            | Kind::Appeal
            | Kind::Complaint => false,
        };
        self.course.begun_at.is_some() && (self.is_of_child() || !is_open_still)
    }
}

/// Mends it, and has the person told where they have to be.
///
/// # Errors
/// [`NotDone`]
pub async fn correct_residence(
    book: &impl RequestBook,
    queue: &impl NoticeQueue,
    law: &Law,
    id: &ObligationId,
    home: Home<'_>,
    by: &By,
    now: Timestamp,
) -> Result<Done, NotDone<NotRelocated>> {
    let done = record_act(book, id, |request| relocate(request, home, law, by, now)).await?;
    let is_to_tell = done.request.has_relocation_to_tell();
    // The sweep sends it too, should it be lost.
    Ok(if is_to_tell { done.told(queue, Notice::Relocated).await } else { done })
}

#[cfg(test)]
mod tests;
