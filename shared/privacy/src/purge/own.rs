//! Purges our own records when their months are over: requests from their closing on, holds from their release on, and long
//! before a request where its people can be reached. A floor leaves the whole last day, so a record goes the day after it.
//!
//! What belongs to a record goes first and the record last: a crash in between leaves it closed and due, and the next run
//! takes up what is left. A request that is asked again meanwhile stays, because the last step asks once more. So does one that had
//! the product stop something, while that stands: whoever asked can have it lifted as long. Before the record of a request goes, what
//! stood of its flags is dated where it is not: nothing finds these rows afterwards.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::Bounds;
use super::noted::note_late;
use super::ports::{PurgeLedger, PurgePlan};
use super::report::{ClassReport, PlanReport, RunReport};
use crate::data_map::DataMap;
use crate::fault::Fault;
use crate::ingest_gate::FlagBook;
use crate::instant;
use crate::lift_flag::kept_for;
use crate::policy::own::{Own, OwnKind, Purge};
use crate::ports::{Archive, Clock, Closed, ClosedRecord, archive_shards};
use crate::subject_request::ports::RequestBook;
use crate::subject_request::{Act, Deed, SubjectRequest};

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

    /// What a run may purge before it halts.
    fn ceiling(&self) -> u64 {
        self.own.ceiling_per_run.unwrap_or_default()
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
/// names of the policy file. A record that fails leaves the others purged and itself due; more of a kind than its ceiling halts
/// that kind until staff confirm.
pub async fn purge_own(
    ledger: &(impl Archive + PurgeLedger + RequestBook),
    flags: &impl FlagBook,
    clock: &impl Clock,
    map: &DataMap,
    bounds: Bounds,
    report: &mut RunReport,
) {
    let flags = Lifted { flags, keep_for: kept_for(map) };
    for rule in Rule::all(map) {
        let name = format!("own.{}", rule.kind.as_str());
        let mut of_kind = ClassReport::default();
        if let Err(fault) = purge_kind(ledger, &flags, clock, (&rule, &name), bounds, &mut of_kind).await {
            of_kind.fault.get_or_insert(fault.chain());
        }
        report.classes.insert(name, of_kind);
    }
    report.ended_at = clock.now();
}

/// Flags that were lifted, and how long what stood is kept; `None`: for good.
struct Lifted<'a, F> {
    flags: &'a F,
    keep_for: Option<Span>,
}

impl<F: FlagBook> Lifted<'_, F> {
    /// Dates what a request has raised and was lifted.
    async fn date(&self, book: &impl RequestBook, closed: &Closed) -> Result<(), Fault> {
        let (ClosedRecord::Asked(id), Some(keep_for)) = (&closed.record, self.keep_for) else { return Ok(()) };
        let request = book.request(id).await?.filter(|request| !request.course.lifted.is_empty());
        for person in request.iter().flat_map(|request| &request.course.flagged) {
            self.flags.date_lifted(person, keep_for).await?;
        }
        Ok(())
    }
}

async fn purge_kind(
    ledger: &(impl Archive + PurgeLedger + RequestBook),
    flags: &Lifted<'_, impl FlagBook>,
    clock: &impl Clock,
    (rule, name): (&Rule<'_>, &str),
    bounds: Bounds,
    report: &mut ClassReport,
) -> Result<(), Fault> {
    let now = clock.now();
    let progress = ledger.progress(name).await?;
    let confirmed = progress.confirmed();
    // What staff have confirmed goes alone: what was due by then.
    let until = confirmed.map_or(now, |plan| plan.until.min(now));
    let due = find(ledger, rule, until, report).await;
    let ceiling = rule.ceiling().max(confirmed.map_or(0, |plan| plan.records));
    let records = u64::try_from(due.len()).unwrap_or(u64::MAX);
    let plan = (records > ceiling).then(|| PurgePlan::new(name, ceiling, records, instant::to_millis(until)));
    // A plan that waits is not made anew at every run: staff may be looking at it.
    let waiting = progress.waiting(rule.ceiling()).cloned();
    report.halted = waiting.is_some() || plan.is_some();
    report.plan = waiting.as_ref().or(plan.as_ref()).map(PlanReport::from);
    let is_stopped = report.halted && !bounds.is_dry_run;
    // Of a shard that is full nobody can tell what was counted from what was not. So one run uses the confirmation up, whatever it comes to,
    // and what is left of more than a ceiling waits for the next plan.
    let is_for_one_run = report.truncated && confirmed.is_some() && !report.halted;
    if is_for_one_run && !bounds.is_dry_run && clock.now() < bounds.stop_at {
        ledger.resume(name).await?;
    }
    for closed in &due {
        let is_out_of_time = clock.now() >= bounds.stop_at || report.purged >= bounds.records_max;
        report.truncated |= is_out_of_time && !is_stopped;
        let stays = is_out_of_time || is_stopped;
        let purged = match rule.kind {
            _ if stays => Ok(false),
            OwnKind::ContactData => scrub(ledger, closed, now, bounds.is_dry_run).await,
            OwnKind::Requests | OwnKind::Holds => purge_record(ledger, flags, closed, bounds.is_dry_run).await,
        };
        report.purged += u64::from(matches!(purged, Ok(true)));
        let is_late = rule.late_at(closed.closed_at).is_some_and(|late_at| late_at <= now);
        report.late += u64::from(is_late && (stays || bounds.is_dry_run || purged.is_err()));
        if let Err(fault) = purged {
            report.fault.get_or_insert(fault.chain());
        }
    }
    if bounds.is_dry_run {
        return Ok(());
    }
    match plan {
        Some(plan) if waiting.is_none() => ledger.halt(name, &plan).await?,
        None if !report.halted && progress.halted.is_some() && !report.truncated && report.fault.is_none() => {
            ledger.resume(name).await?;
        }
        Some(_) | None => {}
    }
    if let Some(cause) = &progress.unread {
        report.fault.get_or_insert_with(|| cause.clone());
    }
    note_late(ledger, name, &progress, report.late, now).await
}

/// What is due in every shard. A shard, or an entry of it, that cannot be read leaves the others found.
async fn find(archive: &impl Archive, rule: &Rule<'_>, now: Timestamp, report: &mut ClassReport) -> Vec<Closed> {
    let mut due = Vec::new();
    let Some(until) = rule.closed_until(now) else { return due };
    for shard in 0..archive_shards(rule.kind) {
        match archive.closed(rule.kind, shard, until, PER_SHARD_MAX).await {
            Ok(found) => {
                report.truncated |= found.len() >= usize::from(PER_SHARD_MAX);
                for closed in found {
                    match closed {
                        Ok(closed) => due.extend(Some(closed).filter(|closed| rule.is_due(closed, now))),
                        Err(fault) => drop(report.fault.get_or_insert(fault.chain())),
                    }
                }
            }
            Err(fault) => drop(report.fault.get_or_insert(fault.chain())),
        }
    }
    due
}

/// Purges one record; whether it went.
async fn purge_record(
    archive: &(impl Archive + RequestBook),
    flags: &Lifted<'_, impl FlagBook>,
    closed: &Closed,
    is_dry_run: bool,
) -> Result<bool, Fault> {
    if let ClosedRecord::Asked(id) = &closed.record
        && archive.request(id).await?.is_some_and(|request| request.has_standing_flag())
    {
        return Ok(false);
    }
    let Some(parts) = archive.parts(closed).await? else { return Ok(false) };
    if is_dry_run {
        return Ok(true);
    }
    flags.date(archive, closed).await?;
    if !parts.is_empty() {
        archive.erase_parts(closed, &parts).await?;
    }
    archive.erase_record(closed).await
}

/// Takes out of a closed request where its people can be reached, with an act that says so; whether it did. One that was put
/// back to work meanwhile keeps it.
pub(super) async fn scrub(
    book: &impl RequestBook,
    closed: &Closed,
    now: Timestamp,
    is_dry_run: bool,
) -> Result<bool, Fault> {
    let ClosedRecord::Asked(id) = &closed.record else { return Ok(false) };
    let Some(request) = book.request(id).await? else { return Ok(false) };
    if request.settled_at() != Some(closed.closed_at) || !request.has_contact() {
        return Ok(false);
    }
    if is_dry_run {
        return Ok(true);
    }
    let scrubbed = SubjectRequest { version: request.version + 1, ..request.without_contact() };
    book.record(&scrubbed, &Act::of_service(Deed::ContactErased, instant::to_millis(now)), None).await
}
