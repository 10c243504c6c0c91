//! Wait: what ends with a tenant goes after the bundles that its users have asked for, not before: nothing is purged to avoid an
//! answer. But it goes on its day.

use jiff::{SignedDuration, Timestamp};

use super::{Aftermath, Stop, Visit, Worked};
use crate::instant;
use crate::obligation::{Head, State};
use crate::ports::{Clock, Connections, Ledger, NextAction, Stores, Suppressions};
use crate::target::Target;

/// How long the beginning of a phase waits. A phase has a whole day at least: half of it is left for the purge.
const AT_MOST: SignedDuration = SignedDuration::from_hours(12);
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
        let latest = head.open_since() + AT_MOST;
        if head.state != State::Received || latest <= now {
            return Ok(None);
        }
        let is_awaited = !self.engine.ledger.awaited_bundles(tenant).await?.is_empty();
        Ok(is_awaited.then(|| instant::to_millis(latest.min(now + AGAIN))))
    }
}
