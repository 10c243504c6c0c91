//! Looks at every request that is due: tells what was not told, denies what could not be verified by its date, erases what
//! served to verify once it is closed, and says which dates come near.
//!
//! Bounded and resumable: what is not reached stays due. Any step may run twice.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::clock::zone;
use crate::fault::Fault;
use crate::instant;
use crate::ports::{Clock, DUE_SHARDS};
use crate::subject_request::notice::{Notice, NoticeJob};
use crate::subject_request::ports::{Challenges, DueRequest, DueRequests, NoticeQueue, RequestBook};
use crate::subject_request::{Act, Deed, Standing, SubjectRequest};

/// How many entries are read at once.
const PAGE: u16 = 25;
/// When something that was sent and not noted is sent again, and how often a date that is near is counted.
const AGAIN: SignedDuration = SignedDuration::from_hours(1);

/// The reason of a denial because nobody has shown by its date that a request is theirs.
pub const UNVERIFIABLE: &str = "unverifiable";

/// What one sweep came to.
#[derive(Debug, Default)]
pub struct RequestsSwept {
    /// Letters that were sent to the worker again.
    pub resent: u64,
    /// Requests that nobody verified in time.
    pub denied: u64,
    /// Closed requests whose evidence was erased.
    pub settled: u64,
    /// Open requests whose target or legal date is near or over.
    pub near: u64,
    /// Open requests whose legal date is over.
    pub overdue: u64,
    /// Whether time ran out.
    pub is_truncated: bool,
    /// What could not be done; it is due again.
    pub faults: Vec<Fault>,
}

/// What a request needs now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// A letter.
    Tell(Notice),
    /// Nobody verified it.
    Deny,
    /// What served to verify goes.
    EraseEvidence,
    /// Nothing but to be looked at later.
    Wait,
}

fn step(request: &SubjectRequest, now: Timestamp) -> Step {
    match (&request.standing, request.closing_notice()) {
        (_, Some(notice)) if !request.was_told(notice, 1) => Step::Tell(notice),
        (_, Some(_)) => Step::EraseEvidence,
        (Standing::Received, None) => Step::Tell(Notice::Acknowledgement),
        // By the first date, or the time was not taken.
        (_, None) if request.clocks.extended.is_some() && !request.was_told(Notice::Extension, 1) => {
            Step::Tell(Notice::Extension)
        }
        (Standing::AwaitingVerification, None) if last_day_begins(request) <= now => Step::Deny,
        (Standing::AwaitingVerification, None) if request.has_to_ask_person() => Step::Tell(Notice::AgentConfirmation),
        (Standing::AwaitingVerification | Standing::InProgress { .. }, None) => Step::Wait,
        (Standing::Answered { .. } | Standing::Denied { .. }, None) => Step::Wait,
    }
}

/// The first instant of the legal date where its calendar counts; in UTC where the zone is not known.
fn last_day_begins(request: &SubjectRequest) -> Timestamp {
    let zone = zone::find(&request.clocks.zone).unwrap_or(TimeZone::UTC);
    zone::first_instant(request.clocks.legal.date, &zone).unwrap_or(request.received_at)
}

/// When it is looked at next: at its next alarm, and every hour once the first alarm before its target has rung.
fn next_look(request: &SubjectRequest, now: Timestamp) -> Timestamp {
    let again = instant::to_millis(now + AGAIN);
    if is_near(request, now) {
        let last_day = last_day_begins(request);
        return if last_day > now { again.min(last_day) } else { again };
    }
    request.clocks.next_alarm(now).ok().flatten().unwrap_or(again)
}

/// Whether the alarm before its target has rung.
fn is_near(request: &SubjectRequest, now: Timestamp) -> bool {
    let zone = zone::find(&request.clocks.zone).unwrap_or(TimeZone::UTC);
    let [_, near, ..] = request.clocks.alarms;
    zone::first_instant(near, &zone).is_none_or(|at| at <= now)
}

/// Sweeps until nothing is due or `stop_at`.
pub async fn sweep_requests(
    book: &(impl DueRequests + RequestBook + Challenges),
    queue: &impl NoticeQueue,
    clock: &impl Clock,
    stop_at: Timestamp,
) -> RequestsSwept {
    let mut swept = RequestsSwept::default();
    for shard in 0..DUE_SHARDS {
        if let Err(fault) = sweep_shard(book, queue, clock, stop_at, shard, &mut swept).await {
            swept.faults.push(fault);
        }
    }
    swept
}

async fn sweep_shard(
    book: &(impl DueRequests + RequestBook + Challenges),
    queue: &impl NoticeQueue,
    clock: &impl Clock,
    stop_at: Timestamp,
    shard: u8,
    swept: &mut RequestsSwept,
) -> Result<(), Fault> {
    loop {
        let page = book.due_requests(shard, clock.now(), PAGE).await?;
        let is_last = page.len() < usize::from(PAGE);
        for due in page {
            if clock.now() >= stop_at {
                swept.is_truncated = true;
                return Ok(());
            }
            // One that cannot be worked on does not keep the others waiting.
            if let Err(fault) = look_at(book, queue, &due, clock.now(), swept).await {
                swept.faults.push(fault);
                book.postpone_request(&due, instant::to_millis(clock.now() + AGAIN)).await?;
            }
        }
        if is_last {
            return Ok(());
        }
    }
}

async fn look_at(
    book: &(impl DueRequests + RequestBook + Challenges),
    queue: &impl NoticeQueue,
    due: &DueRequest,
    now: Timestamp,
    swept: &mut RequestsSwept,
) -> Result<(), Fault> {
    // The index may be behind the row.
    let Some(request) = book.request(&due.id).await? else { return Ok(()) };
    if request.next_action_at.is_none_or(|at| at > now) {
        return Ok(());
    }
    if request.standing.closed_at().is_none() && is_near(&request, now) {
        swept.near += 1;
        swept.overdue += u64::from(request.clocks.legal_due().is_past(now));
    }
    match step(&request, now) {
        Step::Tell(notice) => {
            let job = NoticeJob { request: request.id.clone(), notice, tenant: None, round: 1, source: None };
            queue.notify(&job).await?;
            swept.resent += 1;
            book.postpone_request(due, instant::to_millis(now + AGAIN)).await
        }
        Step::Deny => {
            let reason = UNVERIFIABLE.to_owned();
            let act = Act::of_service(Deed::Denied { reason: reason.clone() }, now);
            let standing = Standing::Denied { at: instant::to_millis(now), reason };
            swept.denied += u64::from(book.record(&changed(&request, standing, now), &act, None).await?);
            Ok(())
        }
        Step::EraseEvidence => {
            book.forget(&request.id).await?;
            let standing = request.standing.clone();
            let erased = changed(&request, standing, now).without_evidence();
            let settled = SubjectRequest { next_action_at: None, ..erased };
            let act = Act::of_service(Deed::EvidenceErased, now);
            swept.settled += u64::from(book.record(&settled, &act, None).await?);
            Ok(())
        }
        Step::Wait => book.postpone_request(due, next_look(&request, now)).await,
    }
}

/// The request after a change; due at once for what follows.
fn changed(request: &SubjectRequest, standing: Standing, now: Timestamp) -> SubjectRequest {
    let next_action_at = Some(instant::to_millis(now));
    SubjectRequest { version: request.version + 1, standing, next_action_at, ..request.clone() }
}

#[cfg(test)]
mod tests;
