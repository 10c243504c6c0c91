//! More time, once: an event with a reason, before the first legal date, where the regime has it.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::clock::ClockError;
use crate::law::Row;
use crate::law::dates::{Receipt, RequestDates};

/// That the time was extended. The person must be told by `first_legal_due`, with the reason.
#[derive(Clone, PartialEq, Eq)]
pub struct Extension {
    /// For the person.
    pub reason: String,
    /// When it was decided.
    pub extended_at: Timestamp,
    /// The legal date that it replaced.
    pub first_legal_due: Date,
}

crate::redacted!(Extension);

/// Why there is no more time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotExtended {
    /// Nothing to tell the person.
    #[error("an extension needs a reason")]
    NoReason,
    /// There was one.
    #[error("the time was extended already")]
    Twice,
    /// The law has none for this.
    #[error("{0} has no extension for this request")]
    NoExtension(String),
    /// The legal date is over.
    #[error("the legal date {0} is over")]
    TooLate(Date),
    /// The new dates cannot be counted.
    #[error(transparent)]
    Clock(#[from] ClockError),
}

impl Row<'_> {
    /// New dates of a request, counted from its original receipt. The acknowledgement and the day of receipt stay.
    /// The target is `min(28, legal days - 5)` again, so it usually stays too; what moves is the legal date.
    ///
    /// # Errors
    /// [`NotExtended`]
    pub fn extend(
        &self,
        receipt: &Receipt,
        dates: &RequestDates,
        reason: &str,
        now: Timestamp,
    ) -> Result<RequestDates, NotExtended> {
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(NotExtended::NoReason);
        }
        if dates.extension.is_some() {
            return Err(NotExtended::Twice);
        }
        let extended = self.deadline.extended.as_ref();
        let extended = extended.ok_or_else(|| NotExtended::NoExtension(self.regime_name.to_owned()))?;
        // The date as stored, not counted again: what the person was promised stands.
        let first_legal_due = dates.legal_due.due_by.date;
        if dates.legal_due.due_by.is_past(now) {
            return Err(NotExtended::TooLate(first_legal_due));
        }
        let extension = Some(Extension { reason: reason.to_owned(), extended_at: now, first_legal_due });
        Ok(RequestDates { extension, ..self.dates_by(receipt, extended, &extended.rule)? })
    }
}

#[cfg(test)]
mod tests;
