//! Judges one obligation against its date. The sweeper's alarms and the promise ledger both ask here, so that they never
//! disagree.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::clock::zone;
use crate::data_map::DataMap;
use crate::deadline::DueBy;
use crate::legal_hold::{InForce, is_past_review};
use crate::obligation::{Head, State};
use crate::processors::{last_day, timeliness};
use crate::subject_request::notice::{NOT_REACHED, Notice};
use crate::subject_request::{Routed, SubjectRequest};

/// What a letter about a part that was just found may take.
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// What an obligation comes to at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judged {
    /// Erased or cancelled: nothing of it is open.
    Finished,
    /// Nothing of ours is left, so its own date is met or was noted as missed. It is not erased before every processor has answered,
    /// and each of them is judged by its own date ([`awaited`]).
    Settling,
    /// A hold in force delays: what counts is whether somebody looks at it again in time.
    Held {
        /// Whether the review is over its day.
        is_past_review: bool,
    },
    /// Something is to be erased.
    Open(Open),
}

/// An open obligation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    /// When the work could begin; may lie ahead.
    pub since: Timestamp,
    /// Where it stands to its date.
    pub timeliness: Timeliness,
    /// What keeps it from going on by itself.
    pub trouble: Option<Trouble>,
}

/// Where an open obligation stands to the promised date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timeliness {
    /// There is time.
    InTime,
    /// Less is left than the alarm allows.
    NearDue,
    /// The last day is over.
    Overdue,
}

/// What a person must look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Its plan is above a ceiling and waits.
    Halted,
    /// A part could not be erased.
    Failed,
}

/// How near an open request of a person is to its dates, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nearness {
    /// There is time.
    InTime,
    /// The target is days away.
    NearTarget,
    /// The target is today or over.
    PastTarget,
    /// The legal date is days away.
    NearLegal,
    /// The legal date is today.
    LastDay,
    /// The legal date is over.
    Overdue,
}

/// Judges a request of a person; `None` once it is closed. By its dates as they are stored: an extension moves them, a pause
/// never did. Where a zone is not known, by the first alarm.
#[must_use]
pub fn judge_request(request: &SubjectRequest, now: Timestamp) -> Option<Nearness> {
    if request.standing.closed_at().is_some() {
        return None;
    }
    if request.clocks.legal_due().is_past(now) || request.carry_out_by().is_past(now) {
        return Some(Nearness::Overdue);
    }
    let [_, near_target, target, near_legal, legal] = request.clocks.alarms;
    let has_begun = |day: Date| has_begun(request, day, now);
    let steps = [
        (Nearness::LastDay, has_begun(legal) || request.is_last_day(now)),
        (Nearness::NearLegal, has_begun(near_legal)),
        (Nearness::PastTarget, has_begun(target)),
        // Of a child's ten days none is to be lost.
        (Nearness::NearTarget, has_begun(near_target) || request.is_of_child()),
    ];
    Some(steps.into_iter().find(|(_, is_so)| *is_so).map_or(Nearness::InTime, |(nearness, _)| nearness))
}

/// Whether the alarm of its acknowledgement rings: its day has begun, and none has gone out of an open request.
#[must_use]
pub fn is_unacknowledged(request: &SubjectRequest, now: Timestamp) -> bool {
    let [acknowledgement, ..] = request.clocks.alarms;
    let is_open = request.standing.closed_at().is_none();
    is_open && !request.was_told(Notice::Acknowledgement, 1) && has_begun(request, acknowledgement, now)
}

/// Whether whoever asked was not told which way an open request goes, of which a business decides a part, though the last day for that
/// has begun, and an hour is over since the part was found.
#[must_use]
pub fn is_way_untold(request: &SubjectRequest, now: Timestamp) -> bool {
    let is_late = |part: &Routed| {
        let zone = zone::find(&part.dates.zone).unwrap_or(TimeZone::UTC);
        let has_begun = zone::first_instant(part.dates.reply, &zone).is_none_or(|begins| begins <= now);
        part.is_silent() && has_begun && part.at + HOUR <= now
    };
    request.is_way_to_tell() && request.routed.iter().any(is_late)
}

impl SubjectRequest {
    /// Whether whoever asked is still to be told that a business decides a part of it.
    pub(crate) fn is_way_to_tell(&self) -> bool {
        let is_open = self.standing.closed_at().is_none();
        is_open && !self.was_told(Notice::Routed, NOT_REACHED) && self.routed.iter().any(Routed::is_silent)
    }
}

fn has_begun(request: &SubjectRequest, day: Date, now: Timestamp) -> bool {
    let zone = zone::find(&request.clocks.zone).unwrap_or(TimeZone::UTC);
    zone::first_instant(day, &zone).is_none_or(|begins| begins <= now)
}

/// Judges an obligation. One that waits for a hold which was released is open, on its old clock, whether or not a worker could
/// begin with it since; so is one for which a wider request has come in since: what no hold keeps of that has its date too. Pure.
#[must_use]
pub fn judge(head: &Head, map: &DataMap, in_force: &InForce, now: Timestamp) -> Judged {
    let trouble = match &head.state {
        State::Verifying { .. } | State::Completed { .. } | State::Cancelled { .. } => return Judged::Finished,
        State::Held { review_by, by, .. } if in_force.has_all(by) && !head.needs_plan() => {
            return Judged::Held { is_past_review: is_past_review(*review_by, now) };
        }
        State::Executing { .. } if head.ours_gone_at().is_some() => return Judged::Settling,
        State::Planned { .. } if head.is_halted() => Some(Trouble::Halted),
        State::Failed { .. } => Some(Trouble::Failed),
        // A plan that was confirmed or overtaken is worked on by itself.
        State::Received | State::Planned { .. } | State::Executing { .. } | State::Held { .. } => None,
    };
    let is_near = || map.alarm_before(head.route, &head.target).is_some_and(|before| head.due_by.is_near(before, now));
    let timeliness = if head.due_by.is_past(now) {
        Timeliness::Overdue
    } else if is_near() {
        Timeliness::NearDue
    } else {
        Timeliness::InTime
    };
    Judged::Open(Open { since: head.open_since(), timeliness, trouble })
}

/// A processor that an obligation waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwaitedProcessor<'a> {
    /// Its name in the policy file.
    pub name: &'a str,
    /// Since when it is to be settled.
    pub since: Timestamp,
    /// Its own last day.
    pub due_by: Option<DueBy>,
    /// Where it stands to that: near once its alarm rings.
    pub timeliness: Timeliness,
}

/// Judges every processor that an obligation waits for, also one that waits in its second looks or beside a hold. One that the policy
/// file no longer has is waited for no more. Pure.
pub fn awaited<'a>(
    head: &'a Head,
    map: &'a DataMap,
    now: Timestamp,
) -> impl Iterator<Item = AwaitedProcessor<'a>> + 'a {
    head.awaited.iter().flat_map(|awaited| &awaited.processors).filter_map(move |(name, since)| {
        let settle = &map.model().processor.get(name)?.settle;
        let (due_by, timeliness) = (last_day(settle, *since), timeliness(settle, *since, now));
        Some(AwaitedProcessor { name, since: *since, due_by, timeliness })
    })
}
