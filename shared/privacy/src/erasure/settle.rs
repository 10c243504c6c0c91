//! Settle: nothing of ours is left; every processor confirms or names a date, before anything counts as erased.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};

use super::{Aftermath, Reached, Stop, Visit, Worked};
use crate::fault::{Fault, Turn};
use crate::obligation::{Awaited, Head, State};
use crate::ports::{Clock, Connections, Ledger, NextAction, Stores, Suppressions};
use crate::processors::{Kept, Report, Trouble};
use crate::scope::Scope;

/// Calls to processors begin only this long after the lease was renewed, so that none outlasts it.
const CALLS: SignedDuration = SignedDuration::from_secs(30);

/// An open obligation is due at least this often, so that the sweeper counts it for its alarms.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(1);

impl<L, V, C, A> Visit<'_, '_, L, V, C, A>
where
    L: Ledger,
    V: Stores + Connections + Suppressions,
    C: Clock,
    A: Aftermath,
{
    /// Works every processor that is due until none is.
    pub(super) async fn settle(
        &self,
        head: &Head,
        scopes: &[Scope],
        confirmed_since: Option<Timestamp>,
    ) -> Result<Report, Stop> {
        let subjects = self.handed_on(head).await?;
        let reached = Reached { scopes, subjects: Some(&subjects), kept: &Kept::new() };
        self.settle_about(head, reached, confirmed_since).await
    }

    /// As [`Self::settle`], about what no hold keeps; without people where one keeps what is known of them as a whole.
    pub(super) async fn settle_about(
        &self,
        head: &Head,
        reached: Reached<'_>,
        mut confirmed_since: Option<Timestamp>,
    ) -> Result<Report, Stop> {
        loop {
            self.renew().await?;
            let now = self.engine.clock.now();
            let stop_at = self.stop_at.min(now + CALLS);
            let report = self.engine.aftermath.settle(head, reached, confirmed_since, stop_at).await?;
            confirmed_since = None;
            let is_due = report.next_action_at.is_some_and(|at| at <= self.engine.clock.now());
            if !is_due || !report.troubles.is_empty() {
                return Ok(report);
            }
        }
    }

    /// Everything of ours is done; some processors are not. The state stays, the row says since when and who is waited for, and the
    /// obligation is due with the next of them.
    pub(super) async fn wait_for_processors(&self, head: &Head, state: State, report: &Report) -> Result<Worked, Stop> {
        let now = self.engine.clock.now();
        let soonest = now + SignedDuration::from_secs(1);
        let next = report.next_action_at.map_or(soonest, |at| at.max(soonest)).min(now + LONGEST_WAIT);
        let unsettled = report.lines.iter().filter(|line| line.state.due().is_some());
        let gone_at = head.awaited.as_ref().map_or(now, |awaited| awaited.gone_at);
        let processors: BTreeMap<_, _> = unsettled.map(|line| (line.name.clone(), line.since)).collect();
        let unsettled = processors.keys().cloned().collect();
        let awaited = Some(Awaited { gone_at, processors });
        self.advance_awaiting(head, state, NextAction::At(next), awaited).await?;
        let is_parked = |trouble: &&Trouble| matches!(trouble.turn, Turn::Park);
        let line = |trouble: &Trouble| {
            let parked = if is_parked(&trouble) { "parked: " } else { "" };
            (trouble.name.clone(), format!("{parked}{}", trouble.cause))
        };
        Ok(Worked::Settling {
            unsettled,
            overdue: report.overdue.clone(),
            troubles: report.troubles.iter().map(line).collect(),
            parked: report.troubles.iter().filter(is_parked).count(),
            next_at: next,
        })
    }

    /// Once every processor has an answer: when the last date by which a copy expires is past, if it is not yet.
    pub(super) fn expired_at(&self, report: &Report) -> Result<Option<Timestamp>, Stop> {
        let now = self.engine.clock.now();
        if report.is_complete(now) {
            return Ok(None);
        }
        let outside = || Stop::Fault(Fault::park("settle", crate::deadline::OutsideCalendar));
        let Some(date) = report.expires_by() else { return Ok(None) };
        let after = date.checked_add(Span::new().days(1)).map_err(|_| outside())?;
        let midnight = after.to_zoned_datetime(TimeZone::UTC).map_err(|_| outside())?;
        Ok(Some(midnight.timestamp()))
    }
}
