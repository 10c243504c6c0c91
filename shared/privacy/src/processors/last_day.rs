//! When a processor that has not confirmed rings, and what its own last day is. Both are counted from when it was first to be asked.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::state::Rule;
use crate::deadline::DueBy;
use crate::judgement::Timeliness;
use crate::policy::processor::Settle;

/// The last day of a processor that is unsettled `since`; `None` for one that is not asked.
#[must_use]
pub fn last_day(settle: &Settle, since: Timestamp) -> Option<DueBy> {
    let Settle::Http(http) = settle else { return None };
    let date = since.to_zoned_datetime(TimeZone::UTC).date().checked_add(http.within).ok()?;
    Some(DueBy { date, time_zone: "UTC".to_owned() })
}

/// Where a processor stands that is unsettled `since`: near its last day once its alarm rings. One that is no longer asked but was
/// never settled rings at once.
#[must_use]
pub fn timeliness(settle: &Settle, since: Timestamp, now: Timestamp) -> Timeliness {
    let alarm_after = match settle {
        Settle::Http(http) => Rule::of(http).map_or(SignedDuration::ZERO, |rule| rule.alarm_after),
        Settle::OwnInfrastructure(_) | Settle::Expires(_) => SignedDuration::ZERO,
    };
    if last_day(settle, since).is_some_and(|due_by| due_by.is_past(now)) {
        Timeliness::Overdue
    } else if now.duration_since(since) > alarm_after {
        Timeliness::NearDue
    } else {
        Timeliness::InTime
    }
}
