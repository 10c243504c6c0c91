//! The dates of the policy and the law, counted here once more: thirty days, and the days on which somebody has to hear of them.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use privacy::obligation::{Head, State as Stage};
use privacy::subject_request::SubjectRequest;

/// So many days before its last one an obligation rings.
const DAYS_OF_OBLIGATION: i64 = 7;
/// So many days before its last one a request rings.
const DAYS_OF_REQUEST: i64 = 3;

/// The days after which somebody looks at an open request at the latest: a week before its target, on its target, days before its last one
/// and on its last one. Until the first of them, nobody need.
const LOOKS_AT_REQUEST: [i64; 4] = [18, 25, 27, 30];

/// So many days a processor has from when it was first to be asked.
const DAYS_OF_PROCESSOR: i64 = 17;

/// The last day of a request: thirty days, where its calendar counts them. No weekend moves it, for a month is never less.
pub(crate) fn legal(asked_at: Timestamp) -> Date {
    let asked_on = asked_at.to_zoned_datetime(brussels()).date();
    asked_on.checked_add(Span::new().days(30)).expect("a day")
}

/// When it is over.
pub(crate) fn ends(asked_at: Timestamp) -> Timestamp {
    midnight(legal(asked_at).tomorrow().expect("a day after"))
}

pub(crate) fn is_over(asked_at: Timestamp, now: Timestamp) -> bool {
    now >= ends(asked_at)
}

/// When somebody looks next, at the latest, at an open request; `None` on its last day and after it.
pub(crate) fn next_look(asked_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let asked_on = asked_at.to_zoned_datetime(brussels()).date();
    let looks = LOOKS_AT_REQUEST.map(|days| midnight(asked_on.checked_add(Span::new().days(days)).expect("a day")));
    looks.into_iter().find(|at| *at > now)
}

/// Open, in the days before its last one is over.
pub(crate) fn is_in_window_of_request(request: &SubjectRequest, asked_at: Timestamp, now: Timestamp) -> bool {
    request.standing.closed_at().is_none() && is_within(asked_at, DAYS_OF_REQUEST, now)
}

/// Open, and kept by no hold, in the days before its last one is over.
pub(crate) fn is_in_window_of_head(head: &Head, asked_at: Timestamp, now: Timestamp) -> bool {
    is_open(head) && is_within(asked_at, DAYS_OF_OBLIGATION, now)
}

/// Whether something is to be erased here that no hold keeps. What processors still have is theirs to be late with.
pub(crate) fn is_open(head: &Head) -> bool {
    let is_kept = matches!(head.state, Stage::Held { .. });
    head.state.erased_at().is_none() && head.state.closed_at().is_none() && !is_kept && !is_theirs(head)
}

/// Whether nothing of ours is left, and processors are waited for.
pub(crate) fn is_theirs(head: &Head) -> bool {
    head.awaited.is_some() && head.covers_until <= head.state.plan().map_or(head.covers_until, |plan| plan.covers_until)
}

/// Whether time is left in which the schedule has to ring for what only processors still have: it looks every other day at the latest.
pub(crate) fn is_theirs_to_come(head: &Head, now: Timestamp) -> bool {
    let has = SignedDuration::from_hours(24 * (DAYS_OF_PROCESSOR - 2));
    head.awaited.iter().flat_map(|awaited| awaited.processors.values()).all(|since| now < *since + has)
}

fn is_within(asked_at: Timestamp, days: i64, now: Timestamp) -> bool {
    let first = legal(asked_at).checked_sub(Span::new().days(days)).expect("a day before");
    midnight(first) <= now && !is_over(asked_at, now)
}

/// Whether time is left in which the schedule has to ring for it: it looks at whatever is open within the hour.
pub(crate) fn has_time_left(asked_at: Timestamp, now: Timestamp) -> bool {
    now + SignedDuration::from_hours(1) < ends(asked_at)
}

fn midnight(day: Date) -> Timestamp {
    brussels().to_timestamp(day.at(0, 0, 0, 0)).expect("a midnight")
}

fn brussels() -> TimeZone {
    TimeZone::get("Europe/Brussels").expect("a zone")
}
