//! Judges a class that goes by its date. The report of a run, from which the alarms come, and the promise ledger both ask
//! here, so that they never disagree.

use jiff::Timestamp;

use super::class::PeriodClass;
use super::period::Period;
use super::ports::Progress;
use crate::legal_hold::InForce;

/// Whether what is said of a class is true at an instant. Where several keep it from being so, the first of them here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Broken: above its ceiling, nothing goes until staff confirm.
    Halted,
    /// Broken: the watermark says that periods were emptied which were not even due, so nothing it says is believed.
    Ahead,
    /// Broken: a period is due, and none was ever swept.
    NeverSwept,
    /// Broken: a period is still there though its alarm date has passed.
    Late,
    /// Legal holds keep records whose date has passed. That delays, and breaks nothing.
    Held,
    /// Nothing is overdue.
    Holds,
}

impl Verdict {
    /// As it stands in answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Halted => "halted",
            Self::Ahead => "ahead",
            Self::NeverSwept => "never-swept",
            Self::Late => "late",
            Self::Held => "held",
            Self::Holds => "holds",
        }
    }

    /// Whether an alarm is to ring.
    #[must_use]
    pub const fn is_broken(self) -> bool {
        match self {
            Self::Halted | Self::Ahead | Self::NeverSwept | Self::Late => true,
            Self::Held | Self::Holds => false,
        }
    }
}

/// A period, and from when on it is purged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// Which.
    pub period: Period,
    /// From when on.
    pub at: Timestamp,
}

/// Where a class stands at an instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClassStanding {
    /// Whether the watermark was ever written.
    pub is_swept: bool,
    /// Whether it waits for staff to confirm a plan.
    pub is_halted: bool,
    /// Whether its watermark lies beyond what the clock allows.
    pub is_ahead: bool,
    /// Periods that are due and still there: not swept, or with records that the data map does not know, or that a hold kept
    /// which was released. Held ones do not count.
    pub due_periods: u64,
    /// Of those, the ones whose alarm date has passed; of a class that was never swept, every one.
    pub late_periods: u64,
    /// Periods of which legal holds keep a part.
    pub held_periods: u64,
    /// Records that legal holds keep.
    pub held_records: u64,
    /// Records that stay because the data map does not know them, or they are dated after their period.
    pub kept_records: u64,
    /// The oldest of `due_periods`.
    pub oldest_due: Option<Due>,
    /// The first period that is not due yet; `None` at the end of the calendar.
    pub next_due: Option<Due>,
}

impl ClassStanding {
    /// What it comes to.
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        if self.is_halted {
            Verdict::Halted
        } else if self.is_ahead {
            Verdict::Ahead
        } else if self.late_periods > 0 && !self.is_swept {
            Verdict::NeverSwept
        } else if self.late_periods > 0 {
            Verdict::Late
        } else if self.held_periods > 0 {
            Verdict::Held
        } else {
            Verdict::Holds
        }
    }

    fn count_due(&mut self, due: Due, is_late: bool) {
        self.due_periods += 1;
        self.late_periods += u64::from(is_late);
        if self.oldest_due.is_none_or(|oldest| due.at < oldest.at) {
            self.oldest_due = Some(due);
        }
    }

    /// What the watermark has passed and is looked at again.
    fn count_leftovers(&mut self, class: &PeriodClass, progress: &Progress, in_force: &InForce, now: Timestamp) {
        for leftover in &progress.leftovers {
            let is_held = leftover.held > 0 && (leftover.by.is_empty() || in_force.has_any(&leftover.by));
            let is_released = leftover.held > 0 && !in_force.has_all(&leftover.by);
            self.held_periods += u64::from(is_held);
            self.held_records = self.held_records.saturating_add(if is_held { leftover.held } else { 0 });
            self.kept_records = self.kept_records.saturating_add(leftover.kept);
            let period = class.period(leftover.starts_at);
            match class.due_at(&period) {
                Some(at) if (leftover.kept > 0 || is_released) && at <= now => {
                    self.count_due(Due { period, at }, class.is_late(&period, now));
                }
                Some(_) | None => {}
            }
        }
    }

    /// What the watermark has not passed, up to the first period that is not due.
    fn count_open(&mut self, class: &PeriodClass, progress: &Progress, now: Timestamp) {
        let mut open = class.first_open(progress, now);
        while let Some(period) = open {
            let Some(at) = class.due_at(&period) else { return };
            let due = Due { period, at };
            if at > now {
                self.next_due = Some(due);
                return;
            }
            self.count_due(due, !self.is_swept || class.is_late(&period, now));
            open = period.next();
        }
    }
}

/// Judges a class by how far it has come. What holds kept that were released is due again, on its old clock. Pure.
#[must_use]
pub fn judge_class(class: &PeriodClass, progress: &Progress, in_force: &InForce, now: Timestamp) -> ClassStanding {
    let mut standing = ClassStanding {
        is_swept: progress.swept.is_some(),
        is_halted: progress.waiting(class.ceiling_per_run()).is_some(),
        is_ahead: class.is_ahead(progress, now),
        ..ClassStanding::default()
    };
    standing.count_leftovers(class, progress, in_force, now);
    standing.count_open(class, progress, now);
    standing
}

impl PeriodClass {
    /// What a run may purge before it halts: what the policy file says, or what staff have confirmed for this once.
    pub(super) fn ceiling(&self, progress: &Progress) -> u64 {
        self.ceiling_per_run().max(progress.confirmed().map_or(0, |plan| plan.records))
    }

    /// The oldest period that the watermark has not passed. One that cannot be true has passed nothing.
    pub(super) fn first_open(&self, progress: &Progress, now: Timestamp) -> Option<Period> {
        match progress.swept {
            Some(swept) if !self.is_ahead(progress, now) => Some(self.period(swept.until)),
            Some(_) | None => self.first(),
        }
    }

    /// Whether the watermark has passed a period that is not due: a clock ran ahead when it was written, or is behind now, or the
    /// policy file keeps the class longer than it did.
    pub(super) fn is_ahead(&self, progress: &Progress, now: Timestamp) -> bool {
        let Some(swept) = progress.swept else { return false };
        let is_first =
            self.first().and_then(|first| first.starts_at()).is_some_and(|starts_at| swept.until <= starts_at);
        !is_first && self.period(swept.until).previous().is_some_and(|passed| !self.is_due(&passed, now))
    }

    fn is_late(&self, period: &Period, now: Timestamp) -> bool {
        self.late_at(period).is_some_and(|late_at| late_at <= now)
    }
}

#[cfg(test)]
mod tests;
