//! The window of an account that ended: until it closes the account may come back, and until then it may be used. A phase that is
//! over before then leaves what is connected anew; it is looked for once the window has closed, when it is nobody's but the
//! ended account's.

use jiff::Timestamp;

use super::{Aftermath, Stop, Visit};
use crate::clock::zone;
use crate::ids::TenantId;
use crate::obligation::{Head, ObligationId, Turn};
use crate::ports::{Clock, Connections, Ledger, Stores, Suppressions};
use crate::target::Target;

impl<L, V, C, A> Visit<'_, '_, L, V, C, A>
where
    L: Ledger,
    V: Stores + Connections + Suppressions,
    C: Clock,
    A: Aftermath,
{
    /// When the window closes, for a phase that takes connections and begins before; `None` for everything else.
    pub(super) fn closes_at(&self, head: &Head) -> Option<Timestamp> {
        let Target::Tenant { phase, .. } = &head.target else { return None };
        let phase = self.engine.map.phase(phase).filter(|phase| self.engine.map.takes_connections(phase))?;
        let window = self.engine.map.phase(&self.engine.map.model().termination.window)?;
        let zone = zone::find(&head.due_by.time_zone).ok()?;
        let starts_on = head.starts_at?.to_zoned_datetime(zone.clone()).date();
        let ended_on = starts_on.checked_sub(phase.starts_after).ok()?;
        let closes_on = ended_on.checked_add(window.starts_after).ok().filter(|closes_on| starts_on < *closes_on)?;
        Some(closes_on.to_zoned_datetime(zone).ok()?.timestamp())
    }

    /// What is known of the account as a visit begins.
    pub(super) async fn take_note(&mut self, head: &Head, now: Timestamp) -> Result<(), Stop> {
        (self.returned_at, self.is_of_tenant) = (head.returned_at, matches!(head.target, Target::Tenant { .. }));
        self.closed_at = self.window_closed_at(head, now).await?;
        Ok(())
    }

    /// When it closed, if that is over and the account had not come back by then. One read, of phases that begin before.
    async fn window_closed_at(&self, head: &Head, now: Timestamp) -> Result<Option<Timestamp>, Stop> {
        let (Target::Tenant { tenant, phase }, Some(closes_at)) = (&head.target, self.closes_at(head)) else {
            return Ok(None);
        };
        if now < closes_at || head.returned_at.is_some_and(|returned_at| returned_at < closes_at) {
            return Ok(None);
        }
        Ok(if self.is_cancelled_with_its_window(head, tenant, phase).await? { None } else { Some(closes_at) })
    }

    /// Whether the window of the same end was cancelled: of two ends side by side, each has its own.
    pub(super) async fn is_cancelled_with_its_window(
        &self,
        head: &Head,
        tenant: &TenantId,
        phase: &str,
    ) -> Result<bool, Stop> {
        let turn = Turn::of(&head.id, tenant, phase);
        let window = ObligationId::of_turn(tenant, &self.engine.map.model().termination.window, turn);
        Ok(self.engine.ledger.is_cancelled(&window).await?)
    }

    /// Connections that were made before this instant are covered.
    pub(super) fn connections_until(&self, head: &Head) -> Timestamp {
        self.closed_at.map_or(head.covers(), |closed_at| closed_at.max(head.covers()))
    }
}
