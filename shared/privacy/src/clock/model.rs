//! The shape of `law.toml`.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use super::holiday::CalendarName;
pub use super::kind::Kind;
use super::rights::agent::AgentRow;
use super::rights::assurance::AssuranceRow;
use super::rights::denial::{Authority, Denial, DenialReason};
use super::rights::residence::{Places, StateLetters};
use super::rule::{Roll, Rule};

/// A whole file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// What staff work to, and when alarms ring.
    pub work: Work,
    /// Tables of holidays.
    pub calendar: BTreeMap<CalendarName, Calendar>,
    /// Laws and promises, by a name that is also the `regime` of a request.
    pub regime: BTreeMap<String, Regime>,
    /// What each regime gives how long for.
    pub deadline: Vec<Deadline>,
    /// Single rules outside of requests, by name.
    pub clock: BTreeMap<String, Clock>,
    /// What holds whatever the regime.
    pub rights: Rights,
    /// Who lives where, by the name of the regime that holds there.
    pub residence: BTreeMap<String, Places>,
    /// Two letters that stand for a state behind a city, by the code of its country.
    pub state_letters: StateLetters,
    /// The zone furthest west in a place, by its code, where that is not the zone of its regime.
    pub zones: BTreeMap<String, String>,
    /// What a person shows of themselves before we act.
    pub assurance: Vec<AssuranceRow>,
    /// What somebody shows who asks for another.
    pub agent: Vec<AgentRow>,
    /// Why a request, or a part of it, is denied.
    pub denial: BTreeMap<DenialReason, Denial>,
}

/// What holds whatever the regime.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rights {
    /// The regime of whoever does not say where they live. It has a row for every kind, and its row answers where
    /// another regime has none.
    pub fallback: String,
    /// Why.
    pub source: String,
}

/// The same for every regime.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Work {
    /// The target is at most so many days after receipt.
    pub target_days_max: u32,
    /// The target is at least so many days before the legal date.
    pub target_before_legal_days: u32,
    /// The first alarm, before the target.
    pub alarm_before_target_days: u32,
    /// The third alarm, before the legal date.
    pub alarm_before_legal_days: u32,
    /// What nobody has verified is not denied within so many days of the acknowledgement, whatever its dates: 1 to 30.
    pub unverified_after_letter_days: u32,
}

/// What happens to a holiday on a weekend.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Observed {
    /// Nothing; substitutes are dated holidays of their own.
    #[default]
    AsDated,
    /// From Saturday to Friday, from Sunday to Monday.
    NearestWeekday,
}

/// A table of holidays for a range of years.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// For people.
    pub title: String,
    /// Where it is from.
    pub source: String,
    /// The first year known.
    pub first_year: i16,
    /// The last year known.
    pub last_year: i16,
    /// What happens to a holiday on a weekend.
    #[serde(default)]
    pub observed: Observed,
    /// The holidays.
    pub holidays: Vec<Holiday>,
}

/// One holiday: `month` and `day`; or `month`, `weekday` and `nth` (-1 is the last); or `easter`, days from
/// Easter Sunday; or one `date`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// For people.
    pub name: String,
    /// 1 to 12.
    pub month: Option<i8>,
    /// 1 to 31.
    pub day: Option<i8>,
    /// In lower case.
    pub weekday: Option<WeekdayName>,
    /// Which one of the month.
    pub nth: Option<i8>,
    /// Days from Easter Sunday.
    pub easter: Option<i32>,
    /// In one year only.
    pub date: Option<Date>,
}

/// `monday`, …
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "they say it all")]
pub enum WeekdayName {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl From<WeekdayName> for Weekday {
    fn from(name: WeekdayName) -> Self {
        match name {
            WeekdayName::Monday => Self::Monday,
            WeekdayName::Tuesday => Self::Tuesday,
            WeekdayName::Wednesday => Self::Wednesday,
            WeekdayName::Thursday => Self::Thursday,
            WeekdayName::Friday => Self::Friday,
            WeekdayName::Saturday => Self::Saturday,
            WeekdayName::Sunday => Self::Sunday,
        }
    }
}

/// A law, or a promise that works like one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regime {
    /// For people.
    pub title: String,
    /// IANA name of the zone whose calendar counts. For a country or state with several: the one of its capital.
    pub time_zone: String,
    /// Kinds that it gives no right to.
    #[serde(default)]
    pub no_right: Vec<Kind>,
    /// Other names for it in a `regime` column.
    #[serde(default)]
    pub also: Vec<String>,
    /// Since when it holds, where that is recent. Before that day nobody comes under it by where they live; whoever names it
    /// gets its dates all the same.
    pub in_force_from: Option<Date>,
    /// Whether it holds for people because of where they live; false where something else brings it about.
    #[serde(default = "yes")]
    pub by_residence: bool,
    /// Where people complain about us. Absent: the fallback's.
    #[serde(default)]
    pub authorities: Vec<Authority>,
    /// The law that opens the courts, where an answer must name that way.
    pub court: Option<String>,
}

/// How long regimes give for kinds of requests. Rules here only count; zone and roll are added to them.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deadline {
    /// Names it beside the regime: `OPTOUT` makes `CA_CCPA_OPTOUT`. Absent: it goes by the regime's name.
    pub label: Option<String>,
    /// Other names for it in a `regime` column.
    #[serde(default)]
    pub also: Vec<String>,
    /// Names of regimes.
    pub regimes: Vec<String>,
    /// What is asked for.
    pub kinds: Vec<Kind>,
    /// Confirmation of receipt. Absent: on the day of receipt, by our own choice.
    pub ack: Option<Period>,
    /// The answer.
    pub respond: Period,
    /// What the policy promises beside it; the earlier of both is the legal date.
    pub promise: Option<Period>,
    /// The answer after an extension, counted from the receipt. Absent: there is no extension.
    pub extended: Option<Period>,
    /// How the law rolls its last day.
    pub roll: Option<Roll>,
    /// Of which kinds the law stops the clock while we wait for the person.
    #[serde(default)]
    pub pauses: Vec<Kind>,
    /// What the numbers do not say.
    pub note: Option<String>,
}

/// A rule and where it is from.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// How to count.
    pub rule: Rule,
    /// A reading of the same law that is never later. Alarms go by it, and so does the date itself in a year
    /// that a table of holidays does not know.
    pub strict: Option<Rule>,
    /// Law, policy section, or `choice` of this project.
    pub source: String,
    /// False where nobody has read the number in the law's own text yet.
    #[serde(default = "yes")]
    pub confirmed: bool,
}

/// A single rule.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// For people: what ends, or what may begin.
    pub title: String,
    /// With its zone.
    pub rule: Rule,
    /// Law, policy section, or platform page.
    pub source: String,
    /// False where nobody has read the number in the law's own text yet.
    #[serde(default = "yes")]
    pub confirmed: bool,
}

pub(super) const fn yes() -> bool {
    true
}
