//! Purges what goes by its date: for each class the periods that are due, from its watermark on, nearest deadline first over all
//! classes. What is due is computed, never searched for, so reads grow with what is due and not with what exists.
//!
//! What can still go in time goes before what is late, and of what is late the class of the shortest time first, until it has had its
//! share of a run: a backlog of one class makes no other late.
//!
//! Before anything of a class goes, all that is due of it is counted; above its ceiling it halts with a plan that staff confirm by its
//! hash. A watermark beyond what the clock allows is not believed: it is taken back, said, and everything is looked at again.
//!
//! A period is emptied shard by shard and proven empty by a strong read; then the watermark passes it. What legal holds keep,
//! or the data map does not know, does not stop the watermark: the period is listed and looked at again, at once when a hold is
//! released. Every period is looked at once more a day after it was due, for records that came late. Whatever DynamoDB's own
//! expiry has removed or not removed says nothing here: only a strong read does.

mod ahead;
mod class;
mod course;
mod empty;
mod holds;
mod leftovers;
mod listed;
mod noted;
mod own;
mod period;
mod ports;
mod report;
mod standing;
mod survey;
mod target;
mod together;

pub use class::PeriodClass;
pub use own::purge_own;
pub use period::Period;
pub use ports::{Cover, Leftover, Progress, PurgeLedger, PurgePlan, Reports, RunBook, RunOf, Swept};
pub(crate) use report::is_schedule_alive;
pub use report::{ClassReport, PlanReport, RunReport, store_due_report, store_report};
pub use standing::{ClassStanding, Due, Verdict, judge_class};

use jiff::{SignedDuration, Timestamp};

use crate::data_map::DataMap;
use crate::fault::Fault;
use crate::ports::{Clock, HoldBook, Stores};

use course::Course;
use empty::{Allowance, Stop};
use holds::InForce;
use noted::note_late;
use survey::Seen;

/// After so many empty periods the watermark is written down.
const PERIODS_PER_CHECKPOINT: u64 = 24;

/// A late class that has purged more than one of so many parts of a run waits for the other late ones.
const SHARES: u64 = 4;

/// When a period is looked at once more, from when it was due on.
const SECOND_LOOK: SignedDuration = SignedDuration::from_hours(24);

/// Bounds of a run.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Nothing is begun after this instant.
    pub stop_at: Timestamp,
    /// At about so many records the run ends.
    pub records_max: u64,
    /// Plan and write nothing.
    pub is_dry_run: bool,
}

/// One run.
pub(crate) struct Purger<'a, L, V, C> {
    ledger: &'a L,
    vault: &'a V,
    clock: &'a C,
    bounds: Bounds,
    in_force: InForce,
    purged: u64,
    /// Keys that surveys keep.
    kept: usize,
}

/// Purges every period that is due, as far as the bounds allow. A class that fails leaves the others swept and itself due.
pub async fn purge_periods(
    ledger: &(impl PurgeLedger + HoldBook),
    vault: &impl Stores,
    clock: &impl Clock,
    map: &DataMap,
    classes: &[PeriodClass],
    bounds: Bounds,
) -> RunReport {
    let mut report = RunReport::began(clock.now(), bounds.is_dry_run);
    match ledger.last_run(RunOf::Periods).await {
        Ok(at) => report.ran_last(at),
        Err(fault) => report.faults.push(fault.chain()),
    }
    let mut run = Purger { ledger, vault, clock, bounds, in_force: InForce::default(), purged: 0, kept: 0 };
    match run.in_force.refresh(ledger, clock).await {
        Ok(()) => report.holds_past_review = run.in_force.past_review(clock.now()),
        Err(fault) => report.faults.push(fault.chain()),
    }
    let mut courses = Vec::with_capacity(classes.len());
    for class in classes {
        courses.push(run.begin(class).await);
    }
    while let Some(course) = run.most_urgent(&mut courses) {
        run.step(map, course).await;
    }
    for course in &mut courses {
        run.look_at_leftovers(map, course).await;
        run.end(course).await;
    }
    report.ended_at = clock.now();
    report.classes = courses.into_iter().map(|course| (course.class.name.clone(), course.report)).collect();
    if !bounds.is_dry_run
        && let Err(fault) = ledger.note_run(RunOf::Periods, report.ended_at).await
    {
        report.faults.push(fault.chain());
    }
    report
}

impl<'m, L, V, C> Purger<'_, L, V, C>
where
    L: PurgeLedger + HoldBook,
    V: Stores,
    C: Clock,
{
    async fn begin<'c>(&self, class: &'c PeriodClass) -> Course<'c> {
        let mut report = ClassReport::default();
        let mut is_known = true;
        let mut progress = self.ledger.progress(&class.name).await.unwrap_or_else(|fault| {
            report.fault = Some(fault.chain());
            is_known = false;
            Progress::default()
        });
        let now = self.clock.now();
        if is_known {
            let checked = match self.check_cover(class, &mut progress, now).await {
                Ok(()) => self.check_clock(class, &mut progress, &mut report, now).await,
                Err(fault) => Err(fault),
            };
            report.fault = checked.err().map(|fault| fault.chain());
        }
        report.halted = progress.waiting(class.ceiling_per_run()).is_some();
        let allowance = Allowance { ceiling: class.ceiling(&progress), purged: 0, seen: Seen::default() };
        Course {
            class,
            next: class.first_open(&progress, now),
            progress,
            allowance,
            unsaved: 0,
            is_known,
            is_surveyed: false,
            is_cut: false,
            until: None,
            plan: None,
            report,
        }
    }

    /// Takes back a watermark that was earned from a later day on than the policy file names now: what lies between was never looked
    /// at. Refuses fewer shards than were swept: what stands in the others would never be found.
    async fn check_cover(&self, class: &PeriodClass, progress: &mut Progress, now: Timestamp) -> Result<(), Fault> {
        let Some(from) = class.first().and_then(|first| first.starts_at()).filter(|from| *from <= now) else {
            return Ok(());
        };
        let shards = class.shards();
        let known = progress.cover.unwrap_or(Cover { from, shards });
        if shards < known.shards {
            return Err(Fault::park("purge", "`shards` was higher: what stands in the others is never looked for"));
        }
        let cover = Cover { from: from.min(known.from), shards };
        if progress.cover == Some(cover) {
            return Ok(());
        }
        if let Some(swept) = progress.swept.filter(|swept| from < known.from && from < swept.until) {
            if !self.bounds.is_dry_run {
                self.ledger.rewind(&class.name, swept.until, from, now).await?;
            }
            progress.swept = Some(Swept { until: from, at: Some(now) });
        }
        if !self.bounds.is_dry_run {
            self.ledger.note_cover(&class.name, cover).await?;
        }
        progress.cover = Some(cover);
        Ok(())
    }

    /// Takes back a watermark that the clock does not allow, and refuses a class that begins in the future: what is older than its
    /// first period is never looked for.
    async fn check_clock(
        &self,
        class: &PeriodClass,
        progress: &mut Progress,
        report: &mut ClassReport,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let Some(first) = class.first().and_then(|first| first.starts_at()) else { return Ok(()) };
        match progress.swept {
            None if first > now => {
                Err(Fault::park("purge", "`since` lies in the future: nothing of it is ever looked for"))
            }
            Some(swept) if class.is_ahead(progress, now) => {
                report.ahead = true;
                if !self.bounds.is_dry_run {
                    self.ledger.rewind(&class.name, swept.until, first, now).await?;
                    progress.swept = Some(Swept { until: first, at: Some(now) });
                }
                Ok(())
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The class whose next period has to go first, of those that have one that is due.
    fn most_urgent<'c, 'p>(&self, courses: &'c mut [Course<'p>]) -> Option<&'c mut Course<'p>> {
        let now = self.clock.now();
        let share = self.bounds.records_max / SHARES;
        let order = |course: &Course<'_>| {
            let period = course.next.as_ref().filter(|_| course.may_go_on(self.bounds.is_dry_run))?;
            if !course.class.is_due(period, now) || course.has_passed(period) {
                return None;
            }
            let urgency = course.class.urgency(period, now)?;
            Some((urgency.is_broken, urgency.is_broken && course.allowance.purged > share, urgency.deadline))
        };
        let due = courses.iter_mut().filter_map(|course| Some((order(course)?, course)));
        due.min_by_key(|(order, _)| *order).map(|(_, course)| course)
    }

    /// Empties the next period of a class and passes it.
    async fn step(&mut self, map: &'m DataMap, course: &mut Course<'_>) {
        let Some(period) = course.next else { return };
        if let Err(stop) = self.pass(map, course, &period).await {
            course.stop(stop);
        }
    }

    async fn pass(&mut self, map: &'m DataMap, course: &mut Course<'_>, period: &Period) -> Result<(), Stop> {
        if self.is_out_of_time() {
            return Err(Stop::OutOfTime);
        }
        self.survey(map, course).await?;
        if course.has_passed(period) {
            return Ok(());
        }
        let purged_before = course.allowance.purged;
        let target = course.target(map, period)?;
        let stays = self.empty(target, &mut course.allowance).await?;
        self.list(course, period, stays, false).await?;
        course.next = period.next();
        course.report.periods += 1;
        course.unsaved += 1;
        if course.allowance.purged > purged_before || course.unsaved >= PERIODS_PER_CHECKPOINT {
            self.save(course).await?;
        }
        Ok(())
    }

    /// Writes the watermark down.
    async fn save(&self, course: &mut Course<'_>) -> Result<(), Fault> {
        let Some(until) = course.next.as_ref().and_then(Period::starts_at).filter(|_| course.unsaved > 0) else {
            return Ok(());
        };
        if !self.bounds.is_dry_run {
            let now = self.clock.now();
            self.ledger.advance(&course.class.name, until, now).await?;
            course.progress.swept = Some(Swept { until, at: Some(now) });
        }
        course.unsaved = 0;
        Ok(())
    }

    /// Writes down how far the class has come, and what there is to say about it.
    async fn end(&mut self, course: &mut Course<'_>) {
        course.report.truncated |= course.is_cut;
        let mut ended = self.save(course).await;
        if ended.is_ok() && course.is_known && !self.bounds.is_dry_run {
            ended = self.note_halt(course).await;
        }
        if let Err(fault) = ended {
            course.report.fault.get_or_insert(fault.chain());
        }
        if let Some(cause) = &course.progress.unread {
            course.report.fault.get_or_insert_with(|| cause.clone());
        }
        let in_force = self.in_force_for(course).await;
        course.summarise(&in_force, self.clock.now());
        if course.is_known && !self.bounds.is_dry_run {
            let noted =
                note_late(self.ledger, &course.class.name, &course.progress, course.report.late, self.clock.now());
            if let Err(fault) = noted.await {
                course.report.fault.get_or_insert(fault.chain());
            }
        }
    }
}

#[cfg(test)]
mod tests;
