//! Lease: every chunk renews it, and every transition is made under it.

use std::ops::ControlFlow;

use jiff::SignedDuration;

use super::worked::Executed;
use super::{Aftermath, Stop, Visit, Worked};
use crate::obligation::{Awaited, Head, State};
use crate::ports::{Advance, Clock, Connections, Leased, Ledger, NextAction, Stores, Suppressions};

/// How long a worker may be silent before another may take over.
pub(super) const LEASE: SignedDuration = SignedDuration::from_secs(60);

impl<L, V, C, A> Visit<'_, '_, L, V, C, A>
where
    L: Ledger,
    V: Stores + Connections + Suppressions,
    C: Clock,
    A: Aftermath,
{
    /// A chunk begins: is there time, and is the obligation still ours? The row as it is now.
    pub(super) async fn renew(&self) -> Result<Head, Stop> {
        let now = self.engine.clock.now();
        if now >= self.stop_at {
            return Err(Stop::OutOfTime);
        }
        match self.engine.ledger.lease(&self.lease, now, now + LEASE).await? {
            // The account came back meanwhile: another visit reads with that in mind.
            Leased::Granted(head) if head.returned_at != self.returned_at => Err(Stop::OutOfTime),
            Leased::Granted(head) => Ok(*head),
            Leased::Busy | Leased::Gone => Err(Stop::LostLease),
        }
    }

    /// A transition that only the lease guards.
    pub(super) async fn advance(&self, head: &Head, state: State, next_action: NextAction) -> Result<Head, Stop> {
        self.advance_awaiting(head, state, next_action, None).await
    }

    /// The same, while processors are waited for.
    pub(super) async fn advance_awaiting(
        &self,
        head: &Head,
        state: State,
        next_action: NextAction,
        awaited: Option<Awaited>,
    ) -> Result<Head, Stop> {
        let is_reopening = head.state.erased_at().is_some() && state.erased_at().is_none();
        let (replay, is_released) = (self.replayed, self.is_released);
        let advance = Advance { state, next_action, if_covers_until: None, is_reopening, replay, is_released, awaited };
        self.engine.ledger.advance(&self.lease, &advance).await?.ok_or(Stop::LostLease)
    }

    /// The row to go on with after a round, or what the visit came to.
    pub(super) async fn goes_on(&mut self, head: &Head, executed: Executed) -> Result<ControlFlow<Worked, Head>, Stop> {
        match executed {
            Executed::Stopped(worked) => Ok(ControlFlow::Break(worked)),
            Executed::Overtaken => self.renew().await.map(ControlFlow::Continue),
            Executed::Unclean => self.prepare(head).await.map(ControlFlow::Continue),
        }
    }
}
