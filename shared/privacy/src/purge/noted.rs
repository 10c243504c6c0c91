//! What a run writes down of a class besides its watermark: that it is halted, and that it is late. Others are told by these rows.

use jiff::Timestamp;

use super::Purger;
use super::course::Course;
use super::ports::{Progress, PurgeLedger};
use crate::fault::Fault;

impl<L: PurgeLedger, V, C> Purger<'_, L, V, C> {
    /// Writes down that the class is halted, or is so no more.
    pub(super) async fn note_halt(&self, course: &mut Course<'_>) -> Result<(), Fault> {
        let is_done = !course.report.truncated && !course.report.halted && course.report.fault.is_none();
        if let Some(plan) = &course.plan {
            if course.progress.halted.as_ref() != Some(plan) || course.progress.confirmed_plan.is_some() {
                self.ledger.halt(&course.class.name, plan).await?;
                course.progress.halted = Some(plan.clone());
                course.progress.confirmed_plan = None;
            }
        } else if is_done && course.progress.halted.is_some() {
            self.ledger.resume(&course.class.name).await?;
            course.progress.halted = None;
            course.progress.confirmed_plan = None;
        }
        Ok(())
    }
}

/// Writes down that a class has become late, or is so no more: the row is what tells others, so it is written once for each.
pub(super) async fn note_late(
    ledger: &impl PurgeLedger,
    class: &str,
    progress: &Progress,
    late: u64,
    now: Timestamp,
) -> Result<(), Fault> {
    match (late > 0, progress.late_since) {
        (true, None) => ledger.note_late(class, Some(now)).await,
        (false, Some(_)) => ledger.note_late(class, None).await,
        (true, Some(_)) | (false, None) => Ok(()),
    }
}
