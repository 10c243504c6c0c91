//! Looks at every request that is due: carries on what may be carried on, tells what was not told, denies what nobody has
//! shown to be theirs by its date, erases what served to verify once it is closed, and says which dates come near.
//!
//! Bounded and resumable: what is not reached stays due. Any step may run twice.

mod ending;
mod lapse;

use jiff::{SignedDuration, Timestamp};

use crate::export::job::ExportQueue;
use crate::fault::Fault;
use crate::fulfil_request::{Fulfilment, Pursued, Stop, raise_flags};
use crate::ingest_gate::FlagBook;
use crate::instant;
use crate::judgement::{Nearness, is_unacknowledged, is_way_untold, judge_request};
use crate::ports::{Clock, Connections, DUE_SHARDS, DueIndex, Intake, Ledger, Showcase, WorkQueue};
use crate::subject_request::challenge::LIFETIME;
use crate::subject_request::notice::{Notice, NoticeJob};
use crate::subject_request::ports::{Challenges, DueRequest, DueRequests, NoticeQueue, RequestBook};
use crate::subject_request::{Act, Deed, Standing, SubjectRequest};

/// How many entries are read at once.
const PAGE: u16 = 25;
/// When something that was sent and not noted is sent again, and how often a date that is near is counted.
const AGAIN: SignedDuration = SignedDuration::from_hours(1);

/// What one sweep came to.
#[derive(Debug, Default)]
pub struct RequestsSwept {
    /// Letters that were sent to the worker again.
    pub resent: u64,
    /// Requests that were answered.
    pub answered: u64,
    /// Requests that nobody verified in time.
    pub denied: u64,
    /// Closed requests whose evidence was erased.
    pub settled: u64,
    /// Open requests of which nobody was told that they have come in, or which way they go, though the day for that has begun.
    pub unacknowledged: u64,
    /// Open requests whose target or legal date is near or over.
    pub near: u64,
    /// Of those, the ones whose target has come.
    pub past_target: u64,
    /// Of those, the ones whose legal date is days away.
    pub near_legal: u64,
    /// Of those, the ones whose legal date is today, or over.
    pub last_day: u64,
    /// Open requests whose legal date is over.
    pub overdue: u64,
    /// Reports about children that staff have not read.
    pub unread_child_reports: u64,
    /// Tenants that have a part and did not answer their last reminder.
    pub silent_tenants: u64,
    /// Whether time ran out.
    pub is_truncated: bool,
    /// What could not be done; it is due again.
    pub faults: Vec<Fault>,
}

impl RequestsSwept {
    /// Counts an open request for its alarms.
    fn count(&mut self, request: &SubjectRequest, now: Timestamp) {
        self.unacknowledged += u64::from(is_unacknowledged(request, now) || is_way_untold(request, now));
        let Some(nearness) = judge_request(request, now) else { return };
        let at_least = |level: Nearness| u64::from(nearness >= level);
        self.near += at_least(Nearness::NearTarget);
        self.past_target += at_least(Nearness::PastTarget);
        self.near_legal += at_least(Nearness::NearLegal);
        self.last_day += at_least(Nearness::LastDay);
        self.overdue += at_least(Nearness::Overdue);
        self.unread_child_reports += u64::from(request.awaits_child_review());
        let is_silent = |part: &&crate::subject_request::Routed| part.is_silent() && part.next_reminder(now).is_none();
        self.silent_tenants += request.routed.iter().filter(is_silent).count() as u64;
    }
}

/// What a request needs now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// A letter.
    Tell(Notice),
    /// Nobody has verified it, and nobody can any more.
    Lapse,
    /// What served to verify goes, or nothing is left to do at all.
    EraseEvidence,
    /// Nothing but to be looked at later.
    Wait,
}

fn step(request: &SubjectRequest, now: Timestamp) -> Step {
    match (&request.standing, request.closing_notice()) {
        (_, Some(notice)) if !request.was_told(notice, 1) => Step::Tell(notice),
        (_, Some(_)) if request.evidence_erased && request.awaits_tenants(now) => Step::Wait,
        (_, Some(_)) => Step::EraseEvidence,
        (Standing::Received, None) if request.lapses_at() > now => Step::Tell(Notice::Acknowledgement),
        // It was kept back while what was asked for went on.
        (Standing::InProgress { .. }, None) if !request.was_told(Notice::Acknowledgement, 1) => {
            Step::Tell(Notice::Acknowledgement)
        }
        // By the first date, or the time was not taken.
        (_, None) if request.clocks.extended.is_some() && !request.was_told(Notice::Extension, 1) => {
            Step::Tell(Notice::Extension)
        }
        (_, None) if request.has_relocation_to_tell() => Step::Tell(Notice::Relocated),
        (Standing::Received, None) => Step::Lapse,
        (Standing::AwaitingVerification, None) if request.lapses_at() <= now => Step::Lapse,
        (Standing::AwaitingVerification, None) if request.has_to_ask_person() => Step::Tell(Notice::AgentConfirmation),
        (Standing::AwaitingVerification | Standing::InProgress { .. }, None) => Step::Wait,
        (Standing::Answered { .. } | Standing::Denied { .. } | Standing::Withdrawn { .. }, None) => Step::Wait,
    }
}

/// When it is looked at next: at its next alarm, and every hour once the first alarm before its target has rung or a child
/// is concerned; as soon as what is under way can have moved; on a tenant's next reminder, and every day while one has not been asked;
/// every hour until whoever asks was told that a tenant decides; when a bundle is ordered again.
pub(crate) fn next_look(request: &SubjectRequest, soon: Option<SignedDuration>, now: Timestamp) -> Timestamp {
    let again = instant::to_millis(now + AGAIN);
    let is_near = judge_request(request, now).is_some_and(|nearness| nearness > Nearness::InTime);
    let regular = if is_near || request.awaits_child_review() {
        let turns = [request.last_day_begins(), request.lapses_at()].into_iter().filter(|turn| *turn > now);
        turns.fold(again, Timestamp::min)
    } else {
        let alarm = request.clocks.next_alarm(now).ok().flatten().unwrap_or(again);
        if request.awaits_tenants(now) { alarm.min(request.tenants_heard_until()) } else { alarm }
    };
    let soon = soon.map(|soon| instant::to_millis(now + soon));
    let reminders = request.routed.iter().filter_map(|part| part.next_reminder(now));
    let unasked = request.has_unasked_tenant().then(|| instant::to_millis(now + SignedDuration::from_hours(24)));
    let untold = request.is_way_to_tell().then_some(again);
    reminders.chain(soon).chain(unasked).chain(untold).chain(request.next_order(now)).fold(regular, Timestamp::min)
}

/// When a letter that does not go out is sent again: `soon` where something is under way, `stuck_after` for what closes it.
fn told_again_at(
    request: &SubjectRequest,
    notice: Notice,
    (soon, stuck_after): (Option<SignedDuration>, SignedDuration),
    now: Timestamp,
) -> Timestamp {
    let is_acknowledgement = notice == Notice::Acknowledgement;
    if is_acknowledgement && matches!(request.standing, Standing::InProgress { .. }) {
        // Its dates and what is under way are looked at as ever. A letter that was kept back has its turn the next day.
        return next_look(request, soon, now).min(instant::to_millis(now + SignedDuration::from_hours(24)));
    }
    instant::to_millis(now + if is_acknowledgement { AGAIN } else { AGAIN.min(stuck_after) })
}

/// Sweeps until nothing is due or `stop_at`.
pub async fn sweep_requests<L, V, Q>(
    fulfilment: &Fulfilment<'_, L, V, Q>,
    clock: &impl Clock,
    stop_at: Timestamp,
) -> RequestsSwept
where
    L: DueRequests + RequestBook + Challenges + Intake + Showcase + DueIndex + Ledger,
    V: FlagBook + Connections,
    Q: WorkQueue + ExportQueue + NoticeQueue,
{
    let mut swept = RequestsSwept::default();
    for shard in 0..DUE_SHARDS {
        if let Err(fault) = sweep_shard(fulfilment, clock, stop_at, shard, &mut swept).await {
            swept.faults.push(fault);
        }
    }
    swept
}

/// Sweeps one part of the due index until `stop_at`; what is left is due the next time, as after a [`Fault`].
pub async fn sweep_shard<L, V, Q>(
    fulfilment: &Fulfilment<'_, L, V, Q>,
    clock: &impl Clock,
    stop_at: Timestamp,
    shard: u8,
    swept: &mut RequestsSwept,
) -> Result<(), Fault>
where
    L: DueRequests + RequestBook + Challenges + Intake + Showcase + DueIndex + Ledger,
    V: FlagBook + Connections,
    Q: WorkQueue + ExportQueue + NoticeQueue,
{
    let book = fulfilment.ledger;
    // Entries that cannot be read cannot be moved on either: every page begins with them.
    let mut unread = 0;
    loop {
        let limit = PAGE.saturating_add(u16::try_from(unread).unwrap_or(u16::MAX));
        let page = book.due_requests(shard, clock.now(), limit).await?;
        let is_last = page.len() < usize::from(limit);
        let (due, faults): (Vec<_>, Vec<_>) = page.into_iter().partition(Result::is_ok);
        let known = unread;
        unread = faults.len().max(known);
        swept.faults.extend(faults.into_iter().skip(known).filter_map(Result::err));
        for due in due.into_iter().flatten() {
            if clock.now() >= stop_at {
                swept.is_truncated = true;
                return Ok(());
            }
            // One that cannot be worked on does not keep the others waiting.
            if let Err(fault) = look_at(fulfilment, &due, clock.now(), swept).await {
                swept.faults.push(fault);
                book.postpone_request(&due, instant::to_millis(clock.now() + AGAIN)).await?;
            }
        }
        if is_last {
            return Ok(());
        }
    }
}

async fn look_at<L, V, Q>(
    fulfilment: &Fulfilment<'_, L, V, Q>,
    due: &DueRequest,
    now: Timestamp,
    swept: &mut RequestsSwept,
) -> Result<(), Fault>
where
    L: DueRequests + RequestBook + Challenges + Intake + Showcase + DueIndex + Ledger,
    V: FlagBook + Connections,
    Q: WorkQueue + ExportQueue + NoticeQueue,
{
    let book = fulfilment.ledger;
    // The index may be behind the row.
    let Some(request) = book.request(&due.id).await? else { return Ok(()) };
    if request.next_action_at.is_none_or(|at| at > now) {
        return Ok(());
    }
    swept.count(&request, now);
    if request.has_owner_to_tell() {
        tell_again(fulfilment.queues, &request, Notice::Quarantined, swept).await?;
    }
    if request.is_refused_but_what_stands(fulfilment.law) {
        let flagged = raise_flags(book, fulfilment.vault, fulfilment.keys, request, now).await?;
        return match flagged {
            Some(request) => ending::end(book, &request, now, swept).await,
            None => Ok(()),
        };
    }
    let was_open = request.standing.closed_at().is_none();
    let Pursued { request, is_under_way } = match fulfilment.pursue(request, now).await {
        Ok(pursued) => pursued,
        // Whoever was quicker has made it due as it must be.
        Err(Stop::Overtaken) => return Ok(()),
        Err(Stop::Fault(fault)) => return Err(fault),
    };
    if was_open && request.standing.closed_at().is_some() {
        swept.answered += 1;
        return Ok(());
    }
    // What was carried on may have moved it.
    let due = DueRequest { id: request.id.clone(), next_action_at: request.next_action_at.unwrap_or(now) };
    let soon = is_under_way.then_some(fulfilment.stuck_after);
    match step(&request, now) {
        Step::Tell(notice) => {
            tell_again(fulfilment.queues, &request, notice, swept).await?;
            book.postpone_request(&due, told_again_at(&request, notice, (soon, fulfilment.stuck_after), now)).await
        }
        Step::Lapse => ending::lapse(fulfilment, &request, &due, now, swept).await,
        Step::EraseEvidence => {
            book.forget(&request.id, evidence_until(&request, now)).await?;
            let erased = changed(&request, request.standing.clone(), now).without_evidence();
            // A tenant may still have more given.
            let next_action_at = request.awaits_tenants(now).then(|| next_look(&request, None, now));
            let settled = SubjectRequest { next_action_at, ..erased };
            swept.settled += u64::from(book.record(&settled, &Act::of_service(Deed::EvidenceErased, now), None).await?);
            Ok(())
        }
        Step::Wait => book.postpone_request(&due, next_look(&request, soon, now)).await,
    }
}

/// Has a letter sent that was not noted as told.
async fn tell_again(
    queue: &impl NoticeQueue,
    request: &SubjectRequest,
    notice: Notice,
    swept: &mut RequestsSwept,
) -> Result<(), Fault> {
    let round = request.round_to_tell(notice);
    let job = NoticeJob { request: request.id.clone(), notice, tenant: None, round, source: None };
    queue.notify(&job).await?;
    swept.resent += 1;
    Ok(())
}

/// What served to verify it were codes that were sent before it was closed. One that was sent since is for its bundle: the
/// person is about to enter it, and what is not used goes with the bundle.
fn evidence_until(request: &SubjectRequest, now: Timestamp) -> Timestamp {
    let is_for_bundle = matches!(request.standing, Standing::Answered { .. }) && request.bundle_kind().is_some();
    let closed_at = request.standing.closed_at().filter(|_| is_for_bundle);
    closed_at.map_or(now + LIFETIME * 2, |closed_at| now.max(closed_at + LIFETIME))
}

/// The request after a change; due at once for what follows.
fn changed(request: &SubjectRequest, standing: Standing, now: Timestamp) -> SubjectRequest {
    let next_action_at = Some(instant::to_millis(now));
    SubjectRequest { version: request.version + 1, standing, next_action_at, ..request.clone() }
}

#[cfg(test)]
mod tests;
