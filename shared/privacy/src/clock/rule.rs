//! A rule as a value, and its text.
//!
//! ```text
//! rule  = op { token } [ "#" note ]
//! op    = "months:" N | "days:" N | "bdays:" N | "hours:" N | "years:" N | "min(" op "," op ")" | "chain(" op "," op ")"
//! token = "cal:" ("US_FED" | "WEEKDAYS") | "tz:" zone | "roll:" ("none" | "WEEKEND" | "EW" | "DE")
//!       | "pause_days:" N | "anchor:" date
//! ```
//!
//! Tokens stand in any order, each at most once. The note reaches to the end of the text. A printed rule has
//! its tokens in the order above, and parses to itself.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::holiday::CalendarName;

/// A text that is no rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("bad rule at `{token}`: {problem}")]
pub struct BadRule {
    /// The piece that cannot be read, at most 40 characters of it.
    pub token: String,
    /// In a few words.
    pub problem: &'static str,
}

/// How to count. The day of the event never counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// The same date so many months on, or the last day of that month.
    Months(u32),
    /// Calendar days.
    Days(u32),
    /// Business days of the rule's calendar; at least one.
    BusinessDays(u32),
    /// Elapsed hours. Leads to an instant.
    Hours(u32),
    /// The same date so many years on; February 29th becomes the 28th.
    Years(u32),
    /// Both from the same start, the earlier one.
    Min(Box<Op>, Box<Op>),
    /// The second from where the first ends. This is how a date clamps twice, so only where it is asked for.
    Chain(Box<Op>, Box<Op>),
}

impl Op {
    /// Whether business days are counted anywhere in it.
    pub(super) fn has_business_days(&self) -> bool {
        match self {
            Self::BusinessDays(_) => true,
            Self::Months(_) | Self::Days(_) | Self::Hours(_) | Self::Years(_) => false,
            Self::Min(a, b) | Self::Chain(a, b) => a.has_business_days() || b.has_business_days(),
        }
    }

    /// Whether hours are counted anywhere in it.
    pub(super) fn has_hours(&self) -> bool {
        match self {
            Self::Hours(_) => true,
            Self::Months(_) | Self::Days(_) | Self::BusinessDays(_) | Self::Years(_) => false,
            Self::Min(a, b) | Self::Chain(a, b) => a.has_hours() || b.has_hours(),
        }
    }

    /// After how many calendar days it has ended at the latest; `None` where it does not say so in days.
    #[must_use]
    pub fn days_at_most(&self) -> Option<u32> {
        match self {
            Self::Days(days) => Some(*days),
            Self::Min(a, b) => a.days_at_most().into_iter().chain(b.days_at_most()).min(),
            Self::Chain(a, b) => a.days_at_most()?.checked_add(b.days_at_most()?),
            Self::Months(_) | Self::BusinessDays(_) | Self::Hours(_) | Self::Years(_) => None,
        }
    }

    /// Whether it can end at a date rather than an instant.
    pub(super) fn may_end_at_a_date(&self) -> bool {
        match self {
            Self::Hours(_) => false,
            Self::Months(_) | Self::Days(_) | Self::BusinessDays(_) | Self::Years(_) => true,
            Self::Min(a, b) => a.may_end_at_a_date() || b.may_end_at_a_date(),
            Self::Chain(_, b) => b.may_end_at_a_date(),
        }
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Months(n) => write!(f, "months:{n}"),
            Self::Days(n) => write!(f, "days:{n}"),
            Self::BusinessDays(n) => write!(f, "bdays:{n}"),
            Self::Hours(n) => write!(f, "hours:{n}"),
            Self::Years(n) => write!(f, "years:{n}"),
            Self::Min(a, b) => write!(f, "min({a},{b})"),
            Self::Chain(a, b) => write!(f, "chain({a},{b})"),
        }
    }
}

/// Which days are business days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BusinessCalendar {
    /// Monday to Friday without United States federal holidays.
    UsFederal,
    /// Monday to Friday. The strict reading: never later than with holidays. Also what a rule without `cal:` means.
    Weekdays,
}

impl BusinessCalendar {
    pub(super) const ALL: [Self; 2] = [Self::UsFederal, Self::Weekdays];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::UsFederal => "US_FED",
            Self::Weekdays => "WEEKDAYS",
        }
    }

    pub(super) const fn holidays(self) -> Option<CalendarName> {
        match self {
            Self::UsFederal => Some(CalendarName::UsFederal),
            Self::Weekdays => None,
        }
    }
}

/// Where a date goes that falls on a day off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Roll {
    /// It stays. Also what a rule without `roll:` means.
    #[serde(rename = "none")]
    None,
    /// From Saturday and Sunday to Monday.
    #[serde(rename = "WEEKEND")]
    Weekend,
    /// From weekends and bank holidays of England and Wales to the next working day.
    #[serde(rename = "EW")]
    EnglandWales,
    /// From weekends and holidays of all Germany to the next working day.
    #[serde(rename = "DE")]
    Germany,
}

impl Roll {
    pub(super) const ALL: [Self; 4] = [Self::None, Self::Weekend, Self::EnglandWales, Self::Germany];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Weekend => "WEEKEND",
            Self::EnglandWales => "EW",
            Self::Germany => "DE",
        }
    }

    pub(super) const fn holidays(self) -> Option<CalendarName> {
        match self {
            Self::None | Self::Weekend => None,
            Self::EnglandWales => Some(CalendarName::EnglandWales),
            Self::Germany => Some(CalendarName::Germany),
        }
    }
}

/// A parsed rule. Made by parsing only, so every value is one that its text can say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Rule {
    pub(super) op: Op,
    pub(super) calendar: Option<BusinessCalendar>,
    pub(super) time_zone: Option<String>,
    pub(super) roll: Option<Roll>,
    pub(super) pause_days: Option<u32>,
    pub(super) anchor: Option<Date>,
    pub(super) note: Option<String>,
}

impl Rule {
    /// Reads a rule.
    ///
    /// # Errors
    /// [`BadRule`], which names the first piece that cannot be read.
    pub fn parse(text: &str) -> Result<Self, BadRule> {
        super::parse::rule(text)
    }

    /// What it counts.
    #[must_use]
    pub fn op(&self) -> &Op {
        &self.op
    }

    /// The zone whose calendar counts, when the rule names one.
    #[must_use]
    pub fn time_zone(&self) -> Option<&str> {
        self.time_zone.as_deref()
    }

    /// Whether it counts and says nothing else, `cal:` aside: how rules stand in a row of `law.toml`.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        let Self { op: _, calendar: _, time_zone, roll, pause_days, anchor, note } = self;
        time_zone.is_none() && roll.is_none() && pause_days.is_none() && anchor.is_none() && note.is_none()
    }

    /// The same rule in the calendar of a zone, unless it names one itself.
    #[must_use]
    pub fn or_in_zone(mut self, name: &str) -> Self {
        self.time_zone.get_or_insert_with(|| name.to_owned());
        self
    }

    /// The same rule, rolled.
    #[must_use]
    pub fn rolled(mut self, roll: Roll) -> Self {
        self.roll = Some(roll);
        self
    }

    /// The same rule with days taken off the clock; none changes nothing.
    #[must_use]
    pub fn paused(mut self, days: u32) -> Self {
        self.pause_days = (days > 0).then_some(days);
        self
    }

    /// The same rule with a note.
    #[must_use]
    pub fn noted(mut self, note: &str) -> Self {
        self.note = Some(note.trim().to_owned());
        self
    }

    /// The earlier of this rule and the count of another, in this rule's calendar.
    #[must_use]
    pub fn or_earlier(mut self, other: &Self) -> Self {
        self.op = Op::Min(Box::new(self.op), Box::new(other.op.clone()));
        self
    }

    /// So many days, and nothing else.
    #[must_use]
    pub fn days(days: u32) -> Self {
        let op = Op::Days(days);
        Self { op, calendar: None, time_zone: None, roll: None, pause_days: None, anchor: None, note: None }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { op, calendar, time_zone, roll, pause_days, anchor, note } = self;
        write!(f, "{op}")?;
        if let Some(calendar) = calendar {
            write!(f, " cal:{}", calendar.as_str())?;
        }
        if let Some(zone) = time_zone {
            write!(f, " tz:{zone}")?;
        }
        if let Some(roll) = roll {
            write!(f, " roll:{}", roll.as_str())?;
        }
        if let Some(days) = pause_days {
            write!(f, " pause_days:{days}")?;
        }
        if let Some(date) = anchor {
            write!(f, " anchor:{date}")?;
        }
        note.as_ref().map_or(Ok(()), |note| write!(f, " #{note}"))
    }
}

impl From<Rule> for String {
    fn from(rule: Rule) -> Self {
        rule.to_string()
    }
}

impl TryFrom<String> for Rule {
    type Error = BadRule;

    fn try_from(text: String) -> Result<Self, BadRule> {
        Self::parse(&text)
    }
}
