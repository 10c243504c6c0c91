//! Clocks that run without a request: the end of an account, invoices, security logs (policy section 9).
//!
//! `last_day` is the last date on which a record must still exist (a floor) or may still exist (a ceiling). A
//! floor is purged in the first hour of the day after; a ceiling must be empty before its last day ends, so its
//! purge starts on that day at the latest. Dates are those of the tenant's calendar for accounts, of UTC for logs.

use jiff::Span;
use jiff::civil::Date;

use crate::clock::ClockError;
use crate::law::Law;
use crate::law::names::NoOwnRule;

/// Why a retention clock has no date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoRetention {
    /// The law file has no clock of this name.
    #[error(transparent)]
    Rule(#[from] NoOwnRule),
    /// It cannot be counted.
    #[error(transparent)]
    Clock(#[from] ClockError),
}

/// How long one record stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// The last date on which it must, or may, exist.
    pub last_day: Date,
    /// The day in whose first hour its purge starts.
    pub purge_on: Date,
}

/// What follows from the end of the paid service on day T.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountEnd {
    /// Account data, floor and ceiling: the export is open through T+30, the purge runs on T+31.
    pub account: Keep,
    /// Conversation content, ceiling: gone by T+90. Its purge starts on T+31 already: with the export closed
    /// nothing needs it, and room is left to try again.
    pub conversations: Keep,
    /// T+75: somebody looks at conversation content that is still there.
    pub conversations_alarm_on: Date,
}

/// What a billing record is counted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BillingAnchor {
    /// The record's own date: the literal reading of "7 years".
    InvoiceDate,
    /// The end of the fiscal year that it lies in, on this day of each year: safe for taxes.
    FiscalYearEnd {
        /// 1 to 12.
        month: i8,
        /// 1 to 31; beyond a month's end it means the last day.
        day: i8,
    },
}

impl Law {
    /// The clocks of an account that ended on a date of the tenant's calendar: the end of the paid service, not
    /// the click on cancel. A second end after a return starts them anew.
    ///
    /// # Errors
    /// [`NoRetention`]
    pub fn account_end(&self, ended_on: Date) -> Result<AccountEnd, NoRetention> {
        let account = self.floor("POLICY_ACCOUNT", ended_on)?;
        let last_day = self.last_day("POLICY_CONVERSATION", ended_on)?;
        Ok(AccountEnd {
            account,
            conversations: Keep { last_day, purge_on: account.purge_on },
            conversations_alarm_on: self.last_day("POLICY_CONVERSATION_ALARM", ended_on)?,
        })
    }

    /// The clock of one invoice, credit note or payment, a floor. Each record has its own.
    ///
    /// # Errors
    /// [`NoRetention`]
    pub fn billing_record(&self, dated: Date, anchor: BillingAnchor) -> Result<Keep, NoRetention> {
        let start = match anchor {
            BillingAnchor::InvoiceDate => dated,
            BillingAnchor::FiscalYearEnd { month, day } => {
                fiscal_year_end(dated, month, day).ok_or(ClockError::OutsideCalendar)?
            }
        };
        self.floor("POLICY_BILLING", start)
    }

    /// The clock of one day's security events, a ceiling. A partition of more than a day goes by its oldest event.
    ///
    /// # Errors
    /// [`NoRetention`]
    pub fn security_events(&self, happened_on: Date) -> Result<Keep, NoRetention> {
        let last_day = self.last_day("POLICY_SECLOG", happened_on)?;
        Ok(Keep { last_day, purge_on: last_day })
    }

    fn floor(&self, clock: &str, start: Date) -> Result<Keep, NoRetention> {
        let last_day = self.last_day(clock, start)?;
        Ok(Keep { last_day, purge_on: last_day.tomorrow().map_err(|_| ClockError::OutsideCalendar)? })
    }

    fn last_day(&self, clock: &str, start: Date) -> Result<Date, NoRetention> {
        Ok(self.own_rule(clock, false)?.due_from(start, self.holidays())?)
    }
}

/// The first such day that is not before `dated`.
fn fiscal_year_end(dated: Date, month: i8, day: i8) -> Option<Date> {
    let in_year = |year: i16| {
        let first = Date::new(year, month, 1).ok()?;
        let day = Span::new().try_days(i32::from(day.clamp(1, first.days_in_month())) - 1).ok()?;
        first.checked_add(day).ok()
    };
    let this_year = in_year(dated.year())?;
    if this_year >= dated { Some(this_year) } else { in_year(dated.year().checked_add(1)?) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn law() -> Law {
        Law::built_in().unwrap()
    }

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn the_end_of_an_account_sets_each_of_its_dates() {
        let cases = [
            ("2026-01-31", "2026-03-02", "2026-03-03", "2026-04-16", "2026-05-01"),
            ("2028-01-31", "2028-03-01", "2028-03-02", "2028-04-15", "2028-04-30"),
            ("2026-11-30", "2026-12-30", "2026-12-31", "2027-02-13", "2027-02-28"),
            ("2026-12-31", "2027-01-30", "2027-01-31", "2027-03-16", "2027-03-31"),
        ];
        for (ended_on, export_until, purge_on, alarm_on, gone_by) in cases {
            let end = law().account_end(date(ended_on)).unwrap();
            assert_eq!(end.account, Keep { last_day: date(export_until), purge_on: date(purge_on) }, "{ended_on}");
            assert_eq!(end.conversations, Keep { last_day: date(gone_by), purge_on: date(purge_on) }, "{ended_on}");
            assert_eq!(end.conversations_alarm_on, date(alarm_on), "{ended_on}");
        }
    }

    #[test]
    fn an_invoice_stays_seven_years_from_its_date_or_from_the_end_of_its_fiscal_year() {
        let year_end = BillingAnchor::FiscalYearEnd { month: 12, day: 31 };
        let february = BillingAnchor::FiscalYearEnd { month: 2, day: 29 };
        let cases = [
            ("2025-12-31", BillingAnchor::InvoiceDate, "2032-12-31", "2033-01-01"),
            ("2021-02-28", BillingAnchor::InvoiceDate, "2028-02-28", "2028-02-29"),
            // The anniversary of a leap day is the 28th; a floor is purged on March 1st.
            ("2024-02-29", BillingAnchor::InvoiceDate, "2031-02-28", "2031-03-01"),
            ("2026-01-15", year_end, "2033-12-31", "2034-01-01"),
            ("2026-12-31", year_end, "2033-12-31", "2034-01-01"),
            ("2026-01-15", BillingAnchor::FiscalYearEnd { month: 3, day: 31 }, "2033-03-31", "2033-04-01"),
            ("2026-04-01", BillingAnchor::FiscalYearEnd { month: 3, day: 31 }, "2034-03-31", "2034-04-01"),
            ("2026-02-28", february, "2033-02-28", "2033-03-01"),
            ("2024-02-29", february, "2031-02-28", "2031-03-01"),
        ];
        for (dated, anchor, last_day, purge_on) in cases {
            let kept = law().billing_record(date(dated), anchor).unwrap();
            assert_eq!(kept, Keep { last_day: date(last_day), purge_on: date(purge_on) }, "{dated} {anchor:?}");
        }
        let nonsense = law().billing_record(date("2026-01-15"), BillingAnchor::FiscalYearEnd { month: 13, day: 1 });
        assert_eq!(nonsense, Err(NoRetention::Clock(ClockError::OutsideCalendar)));
    }

    #[test]
    fn security_events_are_gone_before_their_last_day_ends() {
        for (happened_on, last_day) in [("2024-02-29", "2025-02-28"), ("2026-07-01", "2027-07-01")] {
            let kept = law().security_events(date(happened_on)).unwrap();
            assert_eq!(kept, Keep { last_day: date(last_day), purge_on: date(last_day) });
        }
    }
}
