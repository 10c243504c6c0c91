//! Copies: who asks for a copy and to be erased gets the copy first, and a bundle that nobody makes is ordered again.
//!
//! Nothing is erased to avoid an answer. An erasure of a person waits for the copies that the same person has asked for and shown
//! to be theirs, as long as no alarm rings for it; then it begins all the same. So does what a tenant wants erased of them, which is
//! mostly said later, half a day where nothing else leaves room. A child's data goes at once.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};

use super::course::Way;
use super::{Fulfilment, Stop, next};
use crate::clock::zone;
use crate::deadline::DueBy;
use crate::erasure::latest;
use crate::export::job::ExportQueue;
use crate::ingest_gate::FlagBook;
use crate::instant;
use crate::policy::Route;
use crate::ports::{Intake, WorkQueue};
use crate::subject_request::ports::{NoticeQueue, RequestBook};
use crate::subject_request::{Deed, Standing, SubjectRequest};

/// How long after it was ordered a bundle that is not there is ordered again: longer than its message is tried, and than most
/// take. A second message while the first is worked on changes nothing.
const FIRST: SignedDuration = SignedDuration::from_hours(3);
/// Every time twice as long after, and then once a day.
const LONGEST: SignedDuration = SignedDuration::from_hours(24);

impl SubjectRequest {
    /// Whether a bundle answers it that is not there yet: one that is there has answered it.
    pub(crate) fn awaits_bundle(&self) -> bool {
        matches!(self.standing, Standing::InProgress { .. })
            && self.bundle_kind().is_some()
            && self.may_be_carried_out()
            && !self.names_nobody()
    }

    /// When its bundle is ordered once more, the next time after an instant.
    pub(crate) fn next_order(&self, after: Timestamp) -> Option<Timestamp> {
        let begun_at = self.course.begun_at.filter(|_| self.awaits_bundle())?;
        let mut wait = FIRST;
        while begun_at + wait <= after {
            wait += wait.min(LONGEST);
        }
        Some(begun_at + wait)
    }

    /// Whether that time has come since it was to be looked at. It is looked at whenever one comes.
    pub(super) fn is_order_due(&self, now: Timestamp) -> bool {
        let Some(due_at) = self.next_action_at else { return false };
        self.next_order(due_at - SignedDuration::from_millis(1)).is_some_and(|turn| turn <= now)
    }
}

impl<L, V, Q> Fulfilment<'_, L, V, Q>
where
    L: RequestBook + Intake,
    V: FlagBook,
    Q: WorkQueue + ExportQueue + NoticeQueue,
{
    /// Notes once that it waits, and whose it is.
    pub(super) async fn wait(&self, request: SubjectRequest, now: Timestamp) -> Result<SubjectRequest, Stop> {
        if request.course.waits_since.is_some() {
            return Ok(request);
        }
        let mut waiting = next(&request);
        waiting.course.waits_since = Some(instant::to_millis(now));
        self.record(waiting, Deed::Waits, now).await
    }

    /// Whether it is an erasure that could begin since an instant and waits for a copy which one of the same person's other requests
    /// asks for.
    pub(super) fn waits_for_copy(
        &self,
        request: &SubjectRequest,
        others: &[SubjectRequest],
        (since, now): (Timestamp, Timestamp),
    ) -> bool {
        request.way() == Way::Engine
            && !request.is_of_child()
            && others.iter().any(SubjectRequest::awaits_bundle)
            && now < self.waits_until(request, since)
            && !request.carry_out_by().is_past(now)
    }

    /// Until when at most: as far as its law and each platform that it may reach leave room.
    fn waits_until(&self, request: &SubjectRequest, since: Timestamp) -> Timestamp {
        let alarm_before = self.map.promise(Route::SubjectRequest).map(|promise| promise.alarm_before);
        let alarm_before = alarm_before.unwrap_or_default();
        let received_on = zone::local_date(request.received_at, &TimeZone::UTC);
        let spans = self.map.model().platform.values().filter_map(|platform| platform.erase_within);
        let of_platforms = spans.filter_map(|within| received_on.checked_add(within).ok());
        let platforms = of_platforms.map(|date| (DueBy { date, time_zone: "UTC".to_owned() }, alarm_before));
        let law = (request.carry_out_by(), alarm_before);
        let all = platforms.chain([law]).map(|(due_by, before)| room_until(due_by, before, since));
        all.min().unwrap_or(since)
    }
}

/// Until when there is room before a last day and its alarm. One that is shown late is begun on the day before its last, if it can be.
fn room_until(due_by: DueBy, alarm_before: Span, since: Timestamp) -> Timestamp {
    let by_its_alarm = latest(&due_by, alarm_before, since);
    let date = due_by.date.yesterday().unwrap_or(due_by.date);
    by_its_alarm.min(latest(&DueBy { date, ..due_by }, Span::new(), since))
}
