//! What settling came to: per processor, never rolled up into one "done".

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::last_day::{last_day, timeliness};
use super::settlement::Settlement;
use super::state::{Said, State};
use crate::deadline::DueBy;
use crate::fault::{Fault, Turn};
use crate::judgement::Timeliness;
use crate::policy::Model;

/// One processor, for pages and receipts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its name in the policy file.
    pub name: String,
    /// Its title for people.
    pub title: String,
    /// Where it stands.
    pub state: State,
    /// What it said when it was asked.
    pub said: Option<Said>,
    /// Since when it is to be settled.
    pub since: Timestamp,
    /// Its own last day, while it is not.
    pub due_by: Option<DueBy>,
}

/// A processor that did not work out in this visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Which.
    pub name: String,
    /// Whose turn it is.
    pub turn: Turn,
    /// The causes on one line, for the log.
    pub cause: String,
}

impl Trouble {
    pub(super) fn of(name: &str, fault: &Fault) -> Self {
        Self { name: name.to_owned(), turn: fault.turn, cause: fault.chain() }
    }
}

/// Where every processor of an obligation stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Every processor of the policy file, by name.
    pub lines: Vec<Line>,
    /// When somebody has to go on; past when this visit ran out of time; `None` when all are settled.
    pub next_action_at: Option<Timestamp>,
    /// Since when the oldest unsettled one is to be settled.
    pub oldest_unsettled_since: Option<Timestamp>,
    /// Unsettled for longer than their `alarm_after`.
    pub overdue: Vec<String>,
    /// What did not work out in this visit. [`Turn::Park`] is for a person at once.
    pub troubles: Vec<Trouble>,
}

impl Report {
    /// Reads a settlement. Processors that the policy file no longer names are left out.
    #[must_use]
    pub fn of(settlement: &Settlement, model: &Model, now: Timestamp, troubles: Vec<Trouble>) -> Self {
        let mut report = Self { troubles, ..Self::default() };
        for (name, processor) in &model.processor {
            let Some(entry) = settlement.entries.get(name) else { continue };
            if let Some(due) = entry.state.due() {
                let earliest = |known: Option<Timestamp>, at| Some(known.map_or(at, |known| known.min(at)));
                report.next_action_at = earliest(report.next_action_at, due.at());
                report.oldest_unsettled_since = earliest(report.oldest_unsettled_since, entry.since);
                if timeliness(&processor.settle, entry.since, now) != Timeliness::InTime {
                    report.overdue.push(name.clone());
                }
            }
            report.lines.push(Line {
                name: name.clone(),
                title: processor.title.clone(),
                state: entry.state.clone(),
                said: entry.said,
                since: entry.since,
                due_by: entry.state.due().and_then(|_| last_day(&processor.settle, entry.since)),
            });
        }
        report
    }

    /// Whether every processor has an answer: confirmed, retained with a reason, not concerned, or a date.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.next_action_at.is_none()
    }

    /// The last day on which any processor may still hold a copy; `None` when no answer is a date.
    #[must_use]
    pub fn expires_by(&self) -> Option<Date> {
        self.lines.iter().filter_map(|line| line.state.expires_by()).max()
    }

    /// Whether nothing is left anywhere: all settled, and every date past.
    #[must_use]
    pub fn is_complete(&self, now: Timestamp) -> bool {
        let today = now.to_zoned_datetime(TimeZone::UTC).date();
        self.is_settled() && self.expires_by().is_none_or(|date| today > date)
    }
}
