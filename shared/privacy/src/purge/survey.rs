//! Counts what a run would erase of a class before it erases any of it, so that a class above its ceiling halts whole: what is due
//! in every period, and in what is looked at again, keys only.
//!
//! What was read is kept for the erasing, up to a number of keys: so most runs read everything once. A period that has been due for
//! long is read strongly: nearly all of a first run finds nothing, and one reading is the proof then.

use std::collections::HashMap;

use jiff::Timestamp;

use super::ahead::Row;
use super::class::Layout;
use super::empty::Stop;
use super::listed;
use super::period::Period;
use super::ports::{Leftover, PurgeLedger, PurgePlan};
use super::target::{Target, Verdict};
use super::{Course, Purger};
use crate::data_map::{DataMap, KeyRange};
use crate::ports::{Clock, HoldBook, Read, Record, Stores};
use crate::scope::Place;

/// Keys and empty ranges that a run keeps for the erasing, of all classes together: about what a run may erase, and some 30 MB.
const KEPT_MAX: usize = 200_000;

/// A range as it was read to its end.
#[derive(Debug)]
pub(super) struct SeenRange {
    pub(super) records: Vec<Record>,
    is_strong: bool,
}

impl SeenRange {
    pub(super) fn is_proven_empty(&self) -> bool {
        self.is_strong && self.records.is_empty()
    }
}

/// What the survey of a class has read and keeps.
#[derive(Debug, Default)]
pub(super) struct Seen(HashMap<KeyRange, SeenRange>);

impl Seen {
    /// What was read of a range, once: what is read of it later is read anew.
    pub(super) fn take(&mut self, range: &KeyRange) -> Option<SeenRange> {
        self.0.remove(range)
    }

    fn has(&self, range: &KeyRange) -> bool {
        self.0.contains_key(range)
    }
}

/// How far a survey came.
struct Surveyed {
    records: u64,
    /// The first period that was not counted.
    until: Option<Period>,
    is_cut: bool,
}

impl<'m, L, V, C> Purger<'_, L, V, C>
where
    L: PurgeLedger + HoldBook,
    V: Stores,
    C: Clock,
{
    /// Counts what is due of a class, once in a run. It takes half of the time that is left at most: what it does not reach waits
    /// for the next run.
    ///
    /// # Errors
    /// [`Stop::AboveCeiling`]: it is more than may go. A dry run goes on and says so.
    pub(super) async fn survey(&mut self, map: &'m DataMap, course: &mut Course<'_>) -> Result<(), Stop> {
        if course.is_surveyed {
            return Ok(());
        }
        let Surveyed { records, until, is_cut } = self.count_due(map, course).await?;
        course.is_surveyed = true;
        course.is_cut = is_cut;
        course.report.counted = records;
        course.until = until.as_ref().and_then(Period::starts_at);
        let ceiling = course.allowance.ceiling;
        if records <= ceiling {
            return Ok(());
        }
        let until = course.until.unwrap_or_else(|| self.clock.now());
        course.plan = Some(PurgePlan::new(&course.class.name, ceiling, records, until));
        if self.bounds.is_dry_run { Ok(()) } else { Err(Stop::AboveCeiling) }
    }

    async fn count_due(&mut self, map: &'m DataMap, course: &mut Course<'_>) -> Result<Surveyed, Stop> {
        let now = self.clock.now();
        let deadline = now + self.bounds.stop_at.duration_since(now) / 2;
        let confirmed_until = course.progress.confirmed().map(|plan| plan.until);
        let is_asked_for = |period: &Period| {
            confirmed_until.is_none_or(|until| period.starts_at().is_some_and(|starts_at| starts_at < until))
        };
        let mut records = 0_u64;
        for leftover in &course.progress.leftovers.clone() {
            let period = course.class.period(leftover.starts_at);
            if is_asked_for(&period) && self.is_to_be_looked_at(course, leftover).await? {
                // Mostly there is nothing: so one reading proves it.
                let of_listed = if leftover.held + leftover.kept == 0 { Read::Strong } else { Read::Eventual };
                records = records.saturating_add(self.count(map, course, &period, of_listed).await?);
            }
        }
        let (mut next, mut empty) = (course.next, Row::default());
        while let Some(period) = next.filter(|period| is_asked_for(period) && course.class.is_due(period, now)) {
            if self.clock.now() >= deadline {
                return Ok(Surveyed { records, until: next, is_cut: true });
            }
            if empty.is_long() {
                self.read_ahead(course, &period).await;
            }
            let of_period = self.count(map, course, &period, Read::Eventual).await?;
            empty.note(of_period);
            records = records.saturating_add(of_period);
            next = period.next();
        }
        Ok(Surveyed { records, until: next, is_cut: false })
    }

    /// Whether a period that the watermark has passed is due for another look. One that is not due itself never is: a clock that
    /// ran ahead may have listed it.
    pub(super) async fn is_to_be_looked_at(&mut self, course: &Course<'_>, leftover: &Leftover) -> Result<bool, Stop> {
        if !leftover.by.is_empty() {
            self.in_force.refresh(self.ledger, self.clock).await?;
        }
        let now = self.clock.now();
        let is_time = leftover.look_at <= now || !self.in_force.has_all(&leftover.by);
        Ok(is_time && course.class.is_due(&course.class.period(leftover.starts_at), now))
    }

    /// What is due of one period. How what a registry lists is read is the caller's to say.
    async fn count(
        &mut self,
        map: &'m DataMap,
        course: &mut Course<'_>,
        period: &Period,
        of_listed: Read,
    ) -> Result<u64, Stop> {
        let is_old = course.class.is_long_due(period, self.clock.now());
        let read = if is_old { Read::Strong } else { Read::Eventual };
        let target = course.target(map, period)?;
        let seen = &mut course.allowance.seen;
        let mut due = 0_u64;
        for range in target.class.partitions(period) {
            due = due.saturating_add(match &target.class.layout {
                Layout::Partitions(_) => self.count_range(target, &range, None, read, seen).await?,
                Layout::Connections { literal, .. } => {
                    self.count_listed(target, (&range, literal), (read, of_listed), seen).await?
                }
            });
        }
        Ok(due)
    }

    /// What is due under every connection that one shard of the registry lists.
    async fn count_listed(
        &mut self,
        target: Target<'_>,
        (registry, literal): (&KeyRange, &str),
        (read, of_listed): (Read, Read),
        seen: &mut Seen,
    ) -> Result<u64, Stop> {
        if seen.has(registry) {
            return Ok(0);
        }
        let (mut due, mut after, mut kept) = (0_u64, None, Some(Vec::new()));
        loop {
            let page = self.page(target, registry, after.as_ref(), read).await?;
            for place in page.records.iter().filter_map(|row| listed::connection(&row.key)) {
                let range = target.range(&place, literal)?;
                let of_place = self.count_range(target, &range, Some(&place), of_listed, seen).await?;
                due = due.saturating_add(of_place);
            }
            self.keep(&mut kept, page.records);
            after = page.next;
            if after.is_none() {
                self.note(seen, registry, kept, read);
                return Ok(due);
            }
        }
    }

    /// What is due in one range.
    async fn count_range(
        &mut self,
        target: Target<'_>,
        range: &KeyRange,
        place: Option<&Place>,
        read: Read,
        seen: &mut Seen,
    ) -> Result<u64, Stop> {
        if seen.has(range) {
            return Ok(0);
        }
        let (mut due, mut after, mut kept) = (0_u64, None, Some(Vec::new()));
        loop {
            let page = self.page(target, range, after.as_ref(), read).await?;
            if !page.records.is_empty() {
                self.in_force.refresh(self.ledger, self.clock).await?;
            }
            let is_due = |record: &&Record| matches!(target.judge(&self.in_force, place, &record.key), Verdict::Due);
            let of_page = page.records.iter().filter(is_due).count();
            due = due.saturating_add(u64::try_from(of_page).unwrap_or(u64::MAX));
            self.keep(&mut kept, page.records);
            after = page.next;
            if after.is_none() {
                self.note(seen, range, kept, read);
                return Ok(due);
            }
        }
    }

    async fn page(
        &self,
        target: Target<'_>,
        range: &KeyRange,
        after: Option<&Record>,
        read: Read,
    ) -> Result<crate::ports::Page, Stop> {
        if self.is_out_of_time() {
            return Err(Stop::OutOfTime);
        }
        Ok(self.vault.page(&target.class.store, range, after, None, read).await?)
    }

    /// Keeps what a page brought, while there is room.
    fn keep(&mut self, kept: &mut Option<Vec<Record>>, records: Vec<Record>) {
        match kept {
            Some(kept) if self.kept + kept.len() + records.len() < KEPT_MAX => kept.extend(records),
            Some(_) | None => *kept = None,
        }
    }

    pub(super) fn note(&mut self, seen: &mut Seen, range: &KeyRange, kept: Option<Vec<Record>>, read: Read) {
        let Some(records) = kept else { return };
        self.kept += records.len() + 1;
        seen.0.insert(range.clone(), SeenRange { records, is_strong: matches!(read, Read::Strong) });
    }
}

impl super::PeriodClass {
    /// Whether a period is to be purged by now.
    pub(super) fn is_due(&self, period: &Period, now: Timestamp) -> bool {
        self.due_at(period).is_some_and(|due_at| due_at <= now)
    }
}
