//! The dates of a request as they are stored: each with the rule that set it, so that anyone can count it again.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::clock::ClockError;
use crate::clock::zone::{self, UnknownZone};
use crate::deadline::DueBy;
use crate::law::Row;
use crate::law::dates::{Receipt, RequestDates, SetDate, elapsed_days};
use crate::law::extension::NotExtended;

/// A date and the rule that set it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dated {
    /// The last day, in the zone of the clocks.
    pub date: Date,
    /// Counted again from the day of receipt it gives the same date.
    pub rule: String,
}

/// More time, granted once. What staff wrote to the person does not print.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extended {
    /// What the person is told.
    pub reason: String,
    /// When it was decided.
    pub at: Timestamp,
    /// The legal date that it replaced.
    pub first_legal: Date,
}

crate::redacted!(Extended);

/// A question to the person, until their answer: the clock of the law stands still, where it has that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// When they were asked.
    pub asked_at: Timestamp,
    /// When they answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Timestamp>,
}

/// Every clock of a request. They begin at its receipt, whatever comes later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clocks {
    /// Whose calendar counts: an IANA name.
    pub zone: String,
    /// The day of receipt there.
    pub received_on: Date,
    /// The zone of where the person lives, if it is another: of both dates the alarms take the earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person_zone: Option<String>,
    /// Confirmation of receipt.
    pub ack: Dated,
    /// What staff work to.
    pub target: Dated,
    /// The last day, never moved by weekends and never paused.
    pub legal: Dated,
    /// The law's last day with weekends and pauses, where its holidays are known. Shown, never worked to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rolled: Option<Dated>,
    /// The days on which alarms ring, in order: the acknowledgement, before the target, the target, before the legal date,
    /// the legal date.
    pub alarms: [Date; 5],
    /// More time, if it was granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extended: Option<Extended>,
    /// What the person was asked, in order: each was answered before the next.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<Pause>,
}

impl Clocks {
    /// Counts from the receipt.
    ///
    /// # Errors
    /// [`ClockError`]
    pub fn start(row: &Row<'_>, received_at: Timestamp) -> Result<Self, ClockError> {
        Self::start_for(row, received_at, None)
    }

    /// Counts from the receipt, for somebody who lives in this zone.
    ///
    /// # Errors
    /// [`ClockError`]
    pub fn start_for(row: &Row<'_>, received_at: Timestamp, person_zone: Option<&str>) -> Result<Self, ClockError> {
        let receipt = receipt(received_at, person_zone, 0);
        Ok(Self::of(&row.dates(&receipt)?, receipt.person_zone))
    }

    fn of(dates: &RequestDates, person_zone: Option<String>) -> Self {
        let zone = dates.legal_due.due_by.time_zone.clone();
        let dated = |set: &SetDate| Dated { date: set.due_by.date, rule: set.rule.clone() };
        Self {
            received_on: dates.received_date,
            person_zone: person_zone.filter(|person| *person != zone),
            zone,
            ack: dated(&dates.ack_due),
            target: dated(&dates.target_due),
            legal: dated(&dates.legal_due),
            rolled: dates.legal_due_rolled.as_ref().ok().map(dated),
            alarms: dates.alarms.map(|alarm| alarm.on),
            extended: dates.extension.as_ref().map(|extension| Extended {
                reason: extension.reason.clone(),
                at: extension.extended_at,
                first_legal: extension.first_legal_due,
            }),
            pauses: Vec::new(),
        }
    }

    /// More time, counted from the original receipt.
    ///
    /// # Errors
    /// [`NotExtended`]: without a reason, twice, where the law has none, or after the first legal date.
    pub fn extend(
        &self,
        row: &Row<'_>,
        received_at: Timestamp,
        reason: &str,
        now: Timestamp,
    ) -> Result<Self, NotExtended> {
        if self.extended.is_some() {
            return Err(NotExtended::Twice);
        }
        if self.legal_due().is_past(now) {
            return Err(NotExtended::TooLate(self.legal.date));
        }
        let days = self.paused_days().map_err(ClockError::from)?;
        let receipt = receipt(received_at, self.person_zone.as_deref(), days);
        let dates = row.extend(&receipt, &row.dates(&receipt)?, reason, now)?;
        let mut extended = Self::of(&dates, receipt.person_zone);
        extended.pauses.clone_from(&self.pauses);
        if let Some(extension) = &mut extended.extended {
            // The date that the person was promised, not what a newer table would give.
            extension.first_legal = self.legal.date;
        }
        Ok(extended)
    }

    /// The same under another law, counted from the same receipt. Of two last days the one that ends first holds: what somebody was
    /// told does not move away from them, and what the law of where they live gives is not kept from them. Alarms ring by either.
    /// More time that was taken counts where that law would have given it then; its pauses are those that it has.
    ///
    /// # Errors
    /// [`ClockError`]
    pub fn moved(&self, row: &Row<'_>, counted_from: Timestamp, person_zone: Option<&str>) -> Result<Self, ClockError> {
        let pauses = if row.pauses() { self.pauses.clone() } else { Vec::new() };
        let days = if row.pauses() { self.paused_days()? } else { 0 };
        let receipt = receipt(counted_from, person_zone, days);
        let first = row.dates(&receipt)?;
        let dates = match &self.extended {
            None => first,
            Some(taken) => match row.extend(&receipt, &first, &taken.reason, taken.at) {
                Ok(later) => later,
                Err(NotExtended::Clock(error)) => return Err(error),
                Err(
                    NotExtended::NoReason | NotExtended::Twice | NotExtended::NoExtension(_) | NotExtended::TooLate(_),
                ) => first,
            },
        };
        let mut anew = Self::of(&dates, receipt.person_zone);
        if let (Some(taken), Some(kept)) = (&self.extended, &mut anew.extended) {
            kept.first_legal = taken.first_legal.min(kept.first_legal);
        }
        let ends = |clocks: &Self| clocks.legal_due().at().ok();
        let (first, second) = if ends(&anew) < ends(self) { (&anew, self) } else { (self, &anew) };
        let mut alarms = first.alarms;
        alarms.iter_mut().zip(second.alarms).for_each(|(on, other)| *on = other.min(*on));
        let person_zone = person_zone.filter(|zone| *zone != first.zone).map(str::to_owned);
        Ok(Self { person_zone, alarms, pauses, rolled: anew.rolled.clone(), ..first.clone() })
    }

    /// The same with these pauses. They move nothing but the date that is shown beside the legal one: work and alarms go by
    /// dates that no pause moves.
    ///
    /// # Errors
    /// [`ClockError`]
    pub fn paused(&self, row: &Row<'_>, received_at: Timestamp, pauses: Vec<Pause>) -> Result<Self, ClockError> {
        let paused = Self { pauses, ..self.clone() };
        let receipt = receipt(received_at, self.person_zone.as_deref(), paused.paused_days()?);
        let rolled = row.rolled(&receipt, self.extended.is_some())?;
        Ok(Self { rolled: Some(Dated { date: rolled.due_by.date, rule: rolled.rule }), ..paused })
    }

    /// Since when the person has not answered a question, if there is one.
    #[must_use]
    pub fn paused_since(&self) -> Option<Timestamp> {
        self.pauses.last().filter(|pause| pause.answered_at.is_none()).map(|pause| pause.asked_at)
    }

    /// Whole days that we have waited for answers of the person.
    fn paused_days(&self) -> Result<u32, UnknownZone> {
        let days = |pause: &Pause| match pause.answered_at {
            Some(answered_at) => elapsed_days(pause.asked_at, answered_at, &self.zone),
            None => Ok(0),
        };
        self.pauses.iter().map(days).sum()
    }

    /// The legal date with its zone.
    #[must_use]
    pub fn legal_due(&self) -> DueBy {
        DueBy { date: self.legal.date, time_zone: self.zone.clone() }
    }

    /// The first instant of the next day on which an alarm rings, after `now`.
    ///
    /// # Errors
    /// [`UnknownZone`]
    pub fn next_alarm(&self, now: Timestamp) -> Result<Option<Timestamp>, UnknownZone> {
        let zone = zone::find(&self.zone)?;
        let instants = self.alarms.iter().filter_map(|on| zone::first_instant(*on, &zone));
        Ok(instants.filter(|at| *at > now).min())
    }
}

fn receipt(received_at: Timestamp, person_zone: Option<&str>, paused_days: u32) -> Receipt {
    Receipt { received_at, person_zone: person_zone.map(str::to_owned), paused_days }
}
