//! What goes by its date: a purge raises no mark, so the gate goes by the date itself, without a read.

use jiff::Timestamp;

use super::{Flag, Purpose, Restricted, Suppressed};
use crate::purge::PeriodClass;
use crate::scope::Place;

/// A record of a class that goes by its date.
#[derive(Clone, Copy, Debug)]
pub struct Dated<'a> {
    /// Its class: of [`PeriodClass::all`].
    pub class: &'a PeriodClass,
    /// The instant in its key.
    pub recorded_at: Timestamp,
}

/// The row of a registry that names the connection of a record: without it no purge finds that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The partition: class, period and shard.
    pub partition: String,
    /// The sort key: whose connection.
    pub key: String,
}

impl Dated<'_> {
    /// Whether it may be used so: once it must be gone, it is there for keeping and for legal claims only, whatever has kept it: a hold, a
    /// purge that is late, or one that was halted.
    ///
    /// # Errors
    /// [`Restricted`]
    pub fn may_use(&self, purpose: Purpose, now: Timestamp) -> Result<(), Restricted> {
        let gone_by = self.class.must_be_gone_by(&self.class.period(self.recorded_at));
        let is_over = gone_by.is_some_and(|gone_by| gone_by <= now);
        if is_over && Flag::Quarantined.stops(purpose) { Err(Restricted) } else { Ok(()) }
    }

    /// Whether it may be stored: not once its period is purged, which would come past it.
    ///
    /// # Errors
    /// [`Suppressed`]
    pub fn admit(&self, now: Timestamp) -> Result<(), Suppressed> {
        let due_at = self.class.due_at(&self.class.period(self.recorded_at));
        if due_at.is_some_and(|due_at| now < due_at) { Ok(()) } else { Err(Suppressed) }
    }

    /// The line that stands with it, if its class has a registry: every record carries it, whoever has written it before, since the second
    /// look of a purge takes the line.
    #[must_use]
    pub fn line(&self, place: &Place) -> Option<Line> {
        let connection = place.whole_connection()?;
        let partition = self.class.registry(&self.class.period(self.recorded_at), &connection)?;
        Some(Line { partition, key: connection.to_string() })
    }
}

#[cfg(test)]
mod tests;
