//! Wait: what ends with a tenant goes after the bundles that its people have asked for, not before: nothing is purged to avoid an
//! answer. It waits as long as the phase has room before the day of its alarm, and no longer: it goes by its last day, answered or not.
//!
//! Only requests that were verified are waited for. Whose data an unverified one is about nobody has shown, so nobody is looked for by
//! it, and anybody could put off a purge with one.

use jiff::civil::Date;
use jiff::{SignedDuration, Span, Timestamp};

use super::{Aftermath, Stop, Visit, Worked};
use crate::deadline::DueBy;
use crate::instant;
use crate::obligation::{Head, State};
use crate::ports::{Clock, Connections, Ledger, NextAction, Stores, Suppressions};
use crate::target::Target;

/// What a phase keeps for the purge itself: half of its last day. A phase has a whole day at least, and waits the other half.
const HALF_A_DAY: SignedDuration = SignedDuration::from_hours(12);
/// When it is looked at again.
const AGAIN: SignedDuration = SignedDuration::from_mins(15);

impl<L, V, C, A> Visit<'_, '_, L, V, C, A>
where
    L: Ledger,
    V: Stores + Connections + Suppressions,
    C: Clock,
    A: Aftermath,
{
    /// What the visit comes to when its time has not come.
    pub(super) async fn not_yet(&mut self, head: &Head, now: Timestamp) -> Result<Option<Worked>, Stop> {
        if head.starts_at.is_some_and(|starts_at| now < starts_at) {
            return Ok(Some(Worked::Idle));
        }
        let Some(until) = self.waits_until(head, now).await? else { return Ok(None) };
        self.advance(head, State::Received, NextAction::At(until)).await?;
        Ok(Some(Worked::Waiting { until }))
    }

    /// When to look again at a phase that has to wait for a bundle; one read, and only before the phase begins.
    async fn waits_until(&self, head: &Head, now: Timestamp) -> Result<Option<Timestamp>, Stop> {
        let Target::Tenant { tenant, .. } = &head.target else { return Ok(None) };
        let latest = self.latest(head);
        if head.state != State::Received || latest <= now {
            return Ok(None);
        }
        let is_awaited = !self.engine.ledger.awaited_bundles(tenant).await?.is_empty();
        Ok(is_awaited.then(|| instant::to_millis(latest.min(now + AGAIN))))
    }

    /// Until when a phase may wait at most.
    fn latest(&self, head: &Head) -> Timestamp {
        let alarm_before = self.engine.map.alarm_before(head.route, &head.target).unwrap_or_default();
        latest(&head.due_by, alarm_before, head.open_since())
    }
}

/// Until when an erasure may wait at most that could begin `since`: half a day before the day on which its alarm begins to ring. One
/// that begins too late for that waits half a day, and leaves half a day of its last day, or half of what is left of that.
pub(crate) fn latest(due_by: &DueBy, alarm_before: Span, since: Timestamp) -> Timestamp {
    let end_of = |date: Date| DueBy { date, ..due_by.clone() }.at().ok().filter(|end| since < *end);
    let half_before = |end: Timestamp| Some(end - HALF_A_DAY).filter(|until| since < *until);
    let last_quiet_day = due_by.date.checked_sub(alarm_before).and_then(Date::yesterday).ok();
    let quiet = last_quiet_day.and_then(end_of).and_then(half_before);
    let end = end_of(due_by.date);
    let in_its_day = end.and_then(half_before).map(|until| until.min(since + HALF_A_DAY));
    let left = end.map_or(HALF_A_DAY, |end| (end.duration_since(since) / 2).min(HALF_A_DAY));
    quiet.or(in_its_day).unwrap_or(since + left)
}
