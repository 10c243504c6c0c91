//! One class in a run: how far it has come, what is left to do, and what there is to say about it.

use jiff::Timestamp;

use super::class::PeriodClass;
use super::empty::{Allowance, Stop};
use super::period::Period;
use super::ports::{Progress, PurgePlan};
use super::report::{ClassReport, PlanReport};
use super::standing::judge_class;
use super::target::Target;
use crate::data_map::DataMap;
use crate::fault::Fault;
use crate::legal_hold::InForce;

/// One class in a run.
pub(super) struct Course<'a> {
    pub(super) class: &'a PeriodClass,
    pub(super) progress: Progress,
    pub(super) allowance: Allowance,
    /// The period to begin with next, while there is one.
    pub(super) next: Option<Period>,
    /// Swept and not written down yet.
    pub(super) unsaved: u64,
    /// Whether the ledger has said how far it has come.
    pub(super) is_known: bool,
    /// Whether what is due was counted.
    pub(super) is_surveyed: bool,
    /// Whether the counting ended before all that is due: the rest waits for the next run.
    pub(super) is_cut: bool,
    /// What was counted begins before this instant; nothing else goes.
    pub(super) until: Option<Timestamp>,
    /// What staff have to confirm.
    pub(super) plan: Option<PurgePlan>,
    pub(super) report: ClassReport,
}

impl<'c> Course<'c> {
    pub(super) fn may_go_on(&self, is_dry_run: bool) -> bool {
        !self.report.truncated && self.report.fault.is_none() && (is_dry_run || !self.report.halted)
    }

    /// Whether a period lies behind what was counted.
    pub(super) fn has_passed(&self, period: &Period) -> bool {
        self.until.is_some_and(|until| period.starts_at().is_none_or(|starts_at| starts_at >= until))
    }

    pub(super) fn target<'t>(&self, map: &'t DataMap, period: &'t Period) -> Result<Target<'t>, Fault>
    where
        'c: 't,
    {
        let store = map.store(&self.class.store).ok_or_else(|| Fault::park("purge", "a class without a store"))?;
        Ok(Target { class: self.class, store, period })
    }

    pub(super) fn stop(&mut self, stop: Stop) {
        match stop {
            Stop::OutOfTime => self.report.truncated = true,
            Stop::AboveCeiling => self.report.halted = true,
            Stop::Fault(fault) => self.report.fault = Some(fault.chain()),
        }
    }

    /// The numbers of the report, from where the class stands now.
    pub(super) fn summarise(&mut self, in_force: &InForce, now: Timestamp) {
        let report = &mut self.report;
        report.purged = self.allowance.purged;
        report.halted |= self.plan.is_some();
        // The one that waits can be confirmed; what a dry run counts beside it cannot.
        let waiting = self.progress.waiting(self.class.ceiling_per_run());
        report.plan = waiting.or(self.plan.as_ref()).map(PlanReport::from);
        report.swept_until = self.progress.swept.map(|swept| swept.until);
        if !self.is_known {
            return;
        }
        // By the watermark that stands in the ledger: a dry run has passed periods that are still there.
        let standing = judge_class(self.class, &self.progress, in_force, now);
        report.held = standing.held_records;
        report.kept = standing.kept_records;
        report.held_periods = standing.held_periods;
        report.late = standing.late_periods;
        report.gone_by = standing.oldest_due.and_then(|due| self.class.must_be_gone_by(&due.period));
        report.halted |= standing.is_halted;
    }
}
