//! When the account of a tenant may be exported: from the end of the service through the last day before its data goes. What was
//! ordered by then is made after it, too: the purge waits for it, as long as it waits for the bundle of a person.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::accept_termination::{End, ends};
use crate::clock::zone;
use crate::data_map::DataMap;
use crate::deadline::OutsideCalendar;
use crate::erasure::latest;
use crate::fault::Fault;
use crate::ids::TenantId;
use crate::obligation::State;
use crate::ports::DueIndex;

/// Where the window stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Window {
    /// Nothing ends, or not yet.
    NotYet,
    /// It is open.
    Open {
        /// Since when this end is known: what was made before is of an earlier one.
        since: Timestamp,
        /// The first instant at which it is not any more.
        closes_at: Timestamp,
    },
    /// Its last day is over.
    Closed {
        /// Since when this end is known.
        since: Timestamp,
        /// Until when what was ordered in time may still be made; `None` once the purge has begun.
        latest: Option<Timestamp>,
    },
}

impl Window {
    /// Whether what was made then is of an earlier end than this.
    pub(super) fn is_after(&self, made_at: Timestamp) -> bool {
        match self {
            Self::NotYet => false,
            Self::Open { since, .. } | Self::Closed { since, .. } => made_at < *since,
        }
    }
}

/// By the phase that `[termination]` names, by a strong read.
pub(super) async fn window(
    ledger: &impl DueIndex,
    map: &DataMap,
    tenant: &TenantId,
    now: Timestamp,
) -> Result<Window, Fault> {
    let name = &map.model().termination.window;
    // Of two ends side by side, the one that was received last: what the account has now goes by that.
    let Some(End { window: head, .. }) = ends(ledger, map, tenant).await?.into_iter().next() else {
        return Ok(Window::NotYet);
    };
    let since = head.received_at;
    let closes_at = head.starts_at.unwrap_or(since);
    let starts_after = map.phase(name).map_or_else(Span::new, |phase| phase.starts_after);
    let opens_at = opens_at(closes_at, starts_after, &head.due_by.time_zone)
        .ok_or_else(|| Fault::park("export.window", OutsideCalendar))?;
    Ok(match head.state {
        State::Cancelled { .. } => Window::NotYet,
        State::Received if now < opens_at => Window::NotYet,
        State::Received if now < closes_at => Window::Open { since, closes_at },
        State::Received => {
            let alarm_before = map.alarm_before(head.route, &head.target).unwrap_or_default();
            Window::Closed { since, latest: Some(latest(&head.due_by, alarm_before, head.open_since())) }
        }
        State::Planned { .. }
        | State::Executing { .. }
        | State::Failed { .. }
        | State::Held { .. }
        | State::Verifying { .. }
        | State::Completed { .. } => Window::Closed { since, latest: None },
    })
}

/// The first instant of the window: days are counted on the tenant's calendar, whose clocks may have changed in between. Where its zone is
/// not known, in UTC.
fn opens_at(closes_at: Timestamp, starts_after: Span, time_zone: &str) -> Option<Timestamp> {
    let zone = zone::find(time_zone).unwrap_or(TimeZone::UTC);
    let closes_on = zone::local_date(closes_at, &zone);
    zone::first_instant(closes_on.checked_sub(starts_after).ok()?, &zone)
}
