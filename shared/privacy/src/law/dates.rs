//! The dates of one request, as a pure function of its receipt.
//!
//! | date | what it is |
//! |---|---|
//! | `ack_due` | receipt is confirmed: by the law's rule, else on the day of receipt (our choice) |
//! | `target_due` | what staff work to: `min(28, legal days - 5)` days after receipt |
//! | `legal_due` | the last day, never rolled and never paused |
//! | `legal_due_rolled` | the law's last day with its roll and its pause; shown, never worked to |
//!
//! Choices: the day of receipt is the local date in the regime's zone. Alarms go by the person's zone where
//! that gives an earlier date, and by the strict reading of a rule where there is one, so that they can only
//! come early.

use jiff::civil::Date;
use jiff::{Span, Timestamp};

use crate::clock::model::{Period, Work};
use crate::clock::zone::{self, UnknownZone};
use crate::clock::{ClockError, Rule};
use crate::deadline::DueBy;
use crate::law::Row;
use crate::law::extension::Extension;

/// What the dates are counted from. It never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// When it reached us on any channel, not when a ticket was made or the person verified.
    pub received_at: Timestamp,
    /// IANA name of the person's zone, where it is known.
    pub person_zone: Option<String>,
    /// Whole days that we waited for an answer of the person; see [`elapsed_days`].
    pub paused_days: u32,
}

/// A date and the rule that set it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetDate {
    /// The last day and its zone.
    pub due_by: DueBy,
    /// The whole rule. Counted again from the receipt it gives the same date.
    pub rule: String,
}

/// Which alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AlarmKind {
    /// The acknowledgement is due today.
    Ack,
    /// Days before the target.
    TargetNear,
    /// The target is today.
    Target,
    /// Days before the legal date.
    LegalNear,
    /// The legal date is today.
    Legal,
}

/// An alarm rings from the first instant of its day, unless the request is answered by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// Which one.
    pub kind: AlarmKind,
    /// The day, never before the receipt.
    pub on: Date,
    /// Its first instant in the regime's zone.
    pub at: Timestamp,
}

/// Everything that is stored of a request's clocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestDates {
    /// The day of receipt in the regime's zone.
    pub received_date: Date,
    /// Confirmation of receipt.
    pub ack_due: SetDate,
    /// What staff work to.
    pub target_due: SetDate,
    /// The last lawful day.
    pub legal_due: SetDate,
    /// For information. An error when its table of holidays ends before it; nothing depends on it.
    pub legal_due_rolled: Result<SetDate, ClockError>,
    /// In order: ack, seven days before the target, target, three days before the legal date, legal date.
    pub alarms: [Alarm; 5],
    /// The extension, once there was one.
    pub extension: Option<Extension>,
}

impl Row<'_> {
    /// The dates of a request, not extended.
    ///
    /// # Errors
    /// [`ClockError`]: a zone or a year that is not known, or the end of the calendar.
    pub fn dates(&self, receipt: &Receipt) -> Result<RequestDates, ClockError> {
        let respond = &self.deadline.respond;
        let legal = Period { rule: self.deadline.legal_rule(), ..respond.clone() };
        self.dates_by(receipt, &legal, &respond.rule)
    }

    /// `legal` sets the legal date and its alarms, `law` the date that is shown with roll and pause.
    pub(super) fn dates_by(&self, receipt: &Receipt, legal: &Period, law: &Rule) -> Result<RequestDates, ClockError> {
        let received = Received::of(receipt, &self.regime.time_zone)?;
        let work = &self.law.model.work;
        let ack = self.ack();
        let legal_due = self.set_known(legal, received.date)?;
        let target = target_days(work, received.date, legal_due.due_by.date);
        let target = Rule::days(target).noted("the target: min(28, legal days - 5)");
        let rolled = self.rolled_rule(law, receipt);
        let (ack_alarm, legal_alarm) = (self.earliest(&ack, &received)?, self.earliest(legal, &received)?);
        Ok(RequestDates {
            received_date: received.date,
            ack_due: self.set_known(&ack, received.date)?,
            target_due: self.set(&target, received.date)?,
            legal_due,
            legal_due_rolled: self.set(&rolled, received.date),
            alarms: received.alarms(work, ack_alarm, legal_alarm, &self.regime.time_zone)?,
            extension: None,
        })
    }

    /// The date that is shown beside the legal one: the law's own, with its roll and the pauses that it has.
    ///
    /// # Errors
    /// [`ClockError`]: among others a year that the table of holidays does not know.
    pub fn rolled(&self, receipt: &Receipt, is_extended: bool) -> Result<SetDate, ClockError> {
        let law = match &self.deadline.extended {
            Some(extended) if is_extended => extended,
            Some(_) | None => &self.deadline.respond,
        };
        self.set(&self.rolled_rule(&law.rule, receipt), Received::of(receipt, &self.regime.time_zone)?.date)
    }

    fn rolled_rule(&self, law: &Rule, receipt: &Receipt) -> Rule {
        let law = law.clone().paused(if self.pauses() { receipt.paused_days } else { 0 });
        self.deadline.roll.map_or(law.clone(), |roll| law.rolled(roll))
    }

    /// Where the law has no rule, confirmations are sent on the day of receipt: a choice.
    fn ack(&self) -> Period {
        let source = || "choice: sent at intake".to_owned();
        let ours = || Period { rule: Rule::days(0), strict: None, source: source(), confirmed: true };
        self.deadline.ack.clone().unwrap_or_else(ours)
    }

    fn set(&self, rule: &Rule, start: Date) -> Result<SetDate, ClockError> {
        let rule = rule.clone().or_in_zone(&self.regime.time_zone);
        let date = rule.due_from(start, &self.law.holidays)?;
        let due_by = DueBy { date, time_zone: self.regime.time_zone.clone() };
        Ok(SetDate { due_by, rule: rule.to_string() })
    }

    /// In a year that its table does not know, by the strict reading: it needs no table and is never later.
    fn set_known(&self, period: &Period, start: Date) -> Result<SetDate, ClockError> {
        match (self.set(&period.rule, start), &period.strict) {
            (Err(ClockError::Year(_)), Some(strict)) => self.set(strict, start),
            (set, _) => set,
        }
    }

    /// The earliest date that any reading gives.
    fn earliest(&self, period: &Period, received: &Received) -> Result<Date, ClockError> {
        let date = self.set_known(period, received.earliest)?.due_by.date;
        let strict = period.strict.as_ref().map(|strict| self.set(strict, received.earliest)).transpose()?;
        Ok(strict.map_or(date, |strict| strict.due_by.date.min(date)))
    }
}

/// The day of receipt, as the regime sees it and as the first of both sees it.
struct Received {
    date: Date,
    earliest: Date,
}

impl Received {
    fn of(receipt: &Receipt, regime_zone: &str) -> Result<Self, UnknownZone> {
        let date = zone::local_date(receipt.received_at, &zone::find(regime_zone)?);
        let in_person_zone = |name: &String| zone::find(name).map(|zone| zone::local_date(receipt.received_at, &zone));
        let person = receipt.person_zone.as_ref().map(in_person_zone).transpose()?;
        Ok(Self { date, earliest: person.map_or(date, |person| person.min(date)) })
    }

    fn alarms(&self, work: &Work, ack: Date, legal: Date, zone_name: &str) -> Result<[Alarm; 5], ClockError> {
        let zone = zone::find(zone_name)?;
        let before = |date: Date, days: u32| date.saturating_sub(Span::new().days(days)).max(self.earliest);
        let target = self.earliest.saturating_add(Span::new().days(target_days(work, self.earliest, legal)));
        let alarm = |kind: AlarmKind, on: Date| {
            let at = zone::first_instant(on, &zone).ok_or(ClockError::OutsideCalendar)?;
            Ok::<Alarm, ClockError>(Alarm { kind, on, at })
        };
        Ok([
            alarm(AlarmKind::Ack, ack)?,
            alarm(AlarmKind::TargetNear, before(target, work.alarm_before_target_days))?,
            alarm(AlarmKind::Target, target)?,
            alarm(AlarmKind::LegalNear, before(legal, work.alarm_before_legal_days))?,
            alarm(AlarmKind::Legal, legal)?,
        ])
    }
}

/// `min(28, legal days - 5)`, and never before the receipt.
fn target_days(work: &Work, received: Date, legal: Date) -> u32 {
    let legal_days = u32::try_from(legal.duration_since(received).as_hours() / 24).unwrap_or(0);
    work.target_days_max.min(legal_days.saturating_sub(work.target_before_legal_days))
}

/// Whole days between asking the person and their answer, as dates of a zone. Both end days count as ours, which
/// is a day less than the law allows: a choice.
///
/// # Errors
/// [`UnknownZone`]
pub fn elapsed_days(asked_at: Timestamp, answered_at: Timestamp, zone_name: &str) -> Result<u32, UnknownZone> {
    let zone = zone::find(zone_name)?;
    let days = zone::local_date(answered_at, &zone).duration_since(zone::local_date(asked_at, &zone)).as_hours() / 24;
    Ok(u32::try_from(days).unwrap_or(0))
}

#[cfg(test)]
mod tests;
