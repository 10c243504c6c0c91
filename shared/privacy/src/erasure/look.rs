//! Look again: what was erased must still be gone. A hit re-opens the case.

use jiff::Timestamp;

use super::{Aftermath, Stop, Visit, Worked};
use crate::deadline;
use crate::fault::Fault;
use crate::obligation::{Head, PlanHash, State};
use crate::ports::{Clock, Connections, Ledger, NextAction, Stores, Suppressions};
use crate::scope::Stage;
use crate::target::Target;

impl<L, V, C, A> Visit<'_, '_, L, V, C, A>
where
    L: Ledger,
    V: Stores + Connections + Suppressions,
    C: Clock,
    A: Aftermath,
{
    pub(super) async fn look(
        &mut self,
        head: &Head,
        (erased_at, plan): (Timestamp, &PlanHash),
        looks: &[Timestamp],
    ) -> Result<Worked, Stop> {
        let now = self.engine.clock.now();
        let due_at = self.look_due_at(erased_at, looks.len())?;
        let last_look = looks.last().copied().unwrap_or(erased_at);
        let is_closing = self.closed_at.is_some_and(|closed_at| last_look < closed_at);
        let is_early = due_at.is_some_and(|due_at| now < due_at);
        if is_early && !is_closing {
            return Ok(Worked::Idle);
        }
        let mut scopes = self.engine.ledger.scopes(head).await?;
        let verified = self.verify(head, &mut scopes).await?;
        if !verified.is_clean {
            let places = scopes.iter().filter(|scope| scope.stage == Stage::Found).count();
            self.advance(head, State::Received, NextAction::At(now)).await?;
            return Ok(Worked::Resurfaced { places });
        }
        if let Some((_, fault)) = verified.unreadable.into_iter().next() {
            return Err(Stop::Fault(fault));
        }
        let verifying = |looks| State::Verifying { plan: plan.clone(), erased_at, looks };
        // A processor that confirmed before this look was due is asked once more whether it still finds nothing.
        let report = self.settle(head, &scopes, due_at).await?;
        if !report.is_settled() {
            return self.wait_for_processors(head, verifying(looks.to_vec()), &report).await;
        }
        self.engine.aftermath.certify(head, (erased_at, plan), &scopes, &report).await?;
        let mut looks = looks.to_vec();
        if due_at.is_some() && !is_early {
            looks.push(now);
        }
        let is_written = matches!(head.target, Target::Tenant { .. })
            && head.returned_at.is_none()
            && (self.is_connected_since || scopes.iter().any(|scope| scope.is_returned));
        let looked =
            |is_last| if is_written { Worked::WrittenSince { is_last } } else { Worked::LookedClean { is_last } };
        let next = match self.look_due_at(erased_at, looks.len())? {
            Some(next) => Some(next),
            None => self.expired_at(&report)?,
        };
        let closes_at = self.closes_at(head).filter(|closes_at| now < *closes_at);
        let next = next.into_iter().chain(closes_at).min();
        match next {
            Some(next) => {
                self.advance(head, verifying(looks), NextAction::At(next)).await?;
                Ok(looked(false))
            }
            None => {
                let state = State::Completed { erased_at, completed_at: now, looks };
                self.advance(head, state, NextAction::Never).await?;
                Ok(looked(true))
            }
        }
    }

    pub(super) fn look_due_at(&self, erased_at: Timestamp, looks_done: usize) -> Result<Option<Timestamp>, Stop> {
        let Some(span) = self.engine.second_looks.get(looks_done) else {
            return Ok(None);
        };
        let due_at = deadline::after(erased_at, *span);
        due_at.map(Some).map_err(|error| Stop::Fault(Fault::park("look", error)))
    }
}
