//! Clocks of what others decide: the data of a business that we only process for, and a child's.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::clock::{ClockError, Due};
use crate::deadline::DueBy;
use crate::law::Law;
use crate::law::names::NoOwnRule;

/// A request about data that a business decides on. Every date counts from our receipt: the business's own month may
/// have begun then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessorDates {
    /// The person is told which way their request goes.
    pub reply_due: DueBy,
    /// The business has it.
    pub forward_due: DueBy,
    /// The days on which a business that has not answered is asked again, in order.
    pub reminders_on: [DueBy; 3],
}

/// A credible report about a child's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChildDates {
    /// Nothing uses the data from here on: at once.
    pub quarantine_by: Timestamp,
    /// It is erased.
    pub erase_due: DueBy,
}

/// Why such a clock has no date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoRoutingDate {
    /// The law file has no clock of this name.
    #[error(transparent)]
    Rule(#[from] NoOwnRule),
    /// It cannot be counted.
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// It leads to an instant where a date is needed, or the other way round.
    #[error("the clock {0} does not end as it must")]
    Shape(&'static str),
}

impl Law {
    /// The dates of a request that is a business's to decide.
    ///
    /// # Errors
    /// [`NoRoutingDate`]
    pub fn processor_dates(&self, received_at: Timestamp) -> Result<ProcessorDates, NoRoutingDate> {
        let date = |clock| self.clock_date(clock, received_at);
        Ok(ProcessorDates {
            reply_due: date("PROCESSOR_REPLY")?,
            forward_due: date("PROCESSOR_FORWARD")?,
            reminders_on: [date("PROCESSOR_REMINDER_1")?, date("PROCESSOR_REMINDER_2")?, date("PROCESSOR_REMINDER_3")?],
        })
    }

    /// The dates of a report about a child.
    ///
    /// # Errors
    /// [`NoRoutingDate`]
    pub fn child_dates(&self, reported_at: Timestamp) -> Result<ChildDates, NoRoutingDate> {
        let quarantine = self.own_rule("CHILD_QUARANTINE", false)?.due(reported_at, self.holidays())?;
        let Due::At(quarantine_by) = quarantine else { return Err(NoRoutingDate::Shape("CHILD_QUARANTINE")) };
        Ok(ChildDates { quarantine_by, erase_due: self.clock_date("CHILD_ERASURE", reported_at)? })
    }

    fn clock_date(&self, clock: &'static str, start: Timestamp) -> Result<DueBy, NoRoutingDate> {
        let rule = self.own_rule(clock, false)?;
        match rule.due(start, self.holidays())? {
            Due::On(date) => Ok(due_by(date, rule.time_zone())),
            Due::At(_) => Err(NoRoutingDate::Shape(clock)),
        }
    }
}

fn due_by(date: Date, zone: Option<&str>) -> DueBy {
    DueBy { date, time_zone: zone.unwrap_or("UTC").to_owned() }
}

#[cfg(test)]
mod tests;
