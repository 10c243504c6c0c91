//! Purges our own records when their months are over: requests from their closing on, holds from their release on. A floor
//! leaves the whole last day, so a record goes the day after it.
//!
//! What belongs to a record goes first and the record last: a crash in between leaves it closed and due, and the next run
//! takes up what is left. A request that is asked again meanwhile stays, because the last step asks once more.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::Bounds;
use super::report::{ClassReport, RunReport};
use crate::data_map::DataMap;
use crate::fault::Fault;
use crate::policy::own::{Own, OwnKind, Purge};
use crate::ports::{Archive, Clock, Closed, archive_shards};

/// Records taken from one shard in one run.
const PER_SHARD_MAX: u16 = 1_000;

/// The clock of one kind of record.
struct Rule<'a> {
    kind: OwnKind,
    own: &'a Own,
}

impl<'a> Rule<'a> {
    fn all(map: &'a DataMap) -> impl Iterator<Item = Self> {
        let own = |kind: OwnKind| map.model().own.get(kind.as_str()).filter(|own| own.purge == Purge::Sweep);
        OwnKind::ALL.into_iter().filter_map(move |kind| own(kind).map(|own| Self { kind, own }))
    }

    /// From when on a record that was closed then is purged: the day after its floor.
    fn due_at(&self, closed_at: Timestamp) -> Option<Timestamp> {
        day_after(closed_at, self.own.clock.floor.unwrap_or_default(), Span::new())
    }

    /// From when on one that is still there is late: the alarm before its ceiling.
    fn late_at(&self, closed_at: Timestamp) -> Option<Timestamp> {
        day_after(closed_at, self.own.clock.ceiling?, self.own.alarm_before.unwrap_or_default())
    }

    fn is_due(&self, closed: &Closed, now: Timestamp) -> bool {
        self.due_at(closed.closed_at).is_some_and(|due_at| due_at <= now)
    }

    /// No record that is due was closed later: the floor back from tomorrow, because months have ends of their own.
    fn closed_until(&self, now: Timestamp) -> Option<Timestamp> {
        let tomorrow = now.to_zoned_datetime(TimeZone::UTC).checked_add(Span::new().days(1)).ok()?;
        tomorrow.checked_sub(self.own.clock.floor.unwrap_or_default()).ok().map(|at| at.timestamp())
    }
}

/// The first instant after the day that is `span` after `at`, less `before`, in UTC.
fn day_after(at: Timestamp, span: Span, before: Span) -> Option<Timestamp> {
    let last_day = at.to_zoned_datetime(TimeZone::UTC).date().checked_add(span).ok()?.checked_sub(before).ok()?;
    let day_after = last_day.checked_add(Span::new().days(1)).ok()?;
    day_after.to_zoned_datetime(TimeZone::UTC).ok().map(|at| at.timestamp())
}

/// Purges our own records that are due, as far as the bounds allow, and adds what came of it to the report of a run, by the
/// names of the policy file. A record that fails leaves the others purged and itself due.
pub async fn purge_own(
    archive: &impl Archive,
    clock: &impl Clock,
    map: &DataMap,
    bounds: Bounds,
    report: &mut RunReport,
) {
    for rule in Rule::all(map) {
        let mut of_kind = ClassReport::default();
        for shard in 0..archive_shards(rule.kind) {
            if let Err(fault) = purge_shard(archive, clock, &rule, shard, bounds, &mut of_kind).await {
                of_kind.fault.get_or_insert(fault.chain());
            }
        }
        report.classes.insert(format!("own.{}", rule.kind.as_str()), of_kind);
    }
    report.ended_at = clock.now();
}

async fn purge_shard(
    archive: &impl Archive,
    clock: &impl Clock,
    rule: &Rule<'_>,
    shard: u8,
    bounds: Bounds,
    report: &mut ClassReport,
) -> Result<(), Fault> {
    let now = clock.now();
    let Some(until) = rule.closed_until(now) else { return Ok(()) };
    let found = archive.closed(rule.kind, shard, until, PER_SHARD_MAX).await?;
    report.truncated |= found.len() >= usize::from(PER_SHARD_MAX);
    for closed in found.iter().filter(|closed| rule.is_due(closed, now)) {
        let is_out_of_time = clock.now() >= bounds.stop_at || report.purged >= bounds.records_max;
        report.truncated |= is_out_of_time;
        let purged = if is_out_of_time { Ok(false) } else { purge_record(archive, closed, bounds.is_dry_run).await };
        report.purged += u64::from(matches!(purged, Ok(true)));
        let is_late = rule.late_at(closed.closed_at).is_some_and(|late_at| late_at <= now);
        report.late += u64::from(is_late && (is_out_of_time || bounds.is_dry_run || purged.is_err()));
        if let Err(fault) = purged {
            report.fault.get_or_insert(fault.chain());
        }
    }
    Ok(())
}

/// Purges one record; whether it went.
async fn purge_record(archive: &impl Archive, closed: &Closed, is_dry_run: bool) -> Result<bool, Fault> {
    let Some(parts) = archive.parts(closed).await? else { return Ok(false) };
    if is_dry_run {
        return Ok(true);
    }
    if !parts.is_empty() {
        archive.erase_parts(closed, &parts).await?;
    }
    archive.erase_record(closed).await
}
