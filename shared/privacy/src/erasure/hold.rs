//! Hold: what legal holds keep is left where it is. They are read at the plan and again at every chunk, here and nowhere
//! else, so a hold takes effect while an erasure runs, and every path goes through it.

use jiff::SignedDuration;

use super::{Aftermath, Stop, Visit, Worked};
use crate::data_map::StoreMap;
use crate::legal_hold::{HoldId, LegalHold};
use crate::obligation::{Head, PlanRef, State};
use crate::ports::{Clock, Connections, Ledger, NextAction, Record, Stores, Suppressions};
use crate::scope::{Place, Scope};

/// How often an obligation that is held looks whether it still is, should a release not have reached it.
const RECHECK: SignedDuration = SignedDuration::from_hours(1);

impl<L, V, C, A> Visit<'_, '_, L, V, C, A>
where
    L: Ledger,
    V: Stores + Connections + Suppressions,
    C: Clock,
    A: Aftermath,
{
    /// The holds that can touch a place, as they are now.
    pub(super) async fn holds(&self, place: &Place) -> Result<Vec<LegalHold>, Stop> {
        let mut holds = self.engine.ledger.holds(&place.tenant).await?;
        holds.retain(|hold| hold.touches(place));
        Ok(holds)
    }

    /// What of a chunk may go; the rest is counted as held.
    pub(super) async fn unheld<'r>(
        &mut self,
        scope: &mut Scope,
        store: &StoreMap,
        chunk: &'r [Record],
    ) -> Result<std::borrow::Cow<'r, [Record]>, Stop> {
        let holds = self.holds(&scope.place).await?;
        if holds.is_empty() {
            return Ok(chunk.into());
        }
        let mut free = Vec::with_capacity(chunk.len());
        for record in chunk {
            match holds.iter().find(|hold| hold.holds(&scope.place, store, &record.key)) {
                Some(hold) => {
                    self.held_by.insert(hold.id.clone(), hold.review_by);
                    *scope.held.entry(store.classify(&record.key).to_owned()).or_default() += 1;
                    self.held_owners.insert(store.owner(&scope.place, &record.key));
                }
                None => free.push(record.clone()),
            }
        }
        Ok(free.into())
    }

    /// Everything else is done; the holds decide when it goes on.
    pub(super) async fn hold(&self, head: &Head, plan: &PlanRef, scopes: &[Scope]) -> Result<Worked, Stop> {
        self.engine.ledger.save_outcomes(head, &self.outcomes(head, scopes)).await?;
        for hold in self.held_by.keys() {
            self.engine.ledger.wait_for(&head.id, hold).await?;
        }
        let now = self.engine.clock.now();
        let review_by = self.held_by.values().min().copied().unwrap_or(head.due_by.date);
        let by = self.held_by.keys().cloned().collect();
        let state = State::Held { plan: plan.clone(), by, review_by };
        self.advance(head, state, NextAction::At(now + RECHECK)).await?;
        Ok(Worked::Held { review_by })
    }

    /// Whether a hold that was met is no longer in force: then what it kept is found again.
    pub(super) async fn let_go(&self, head: &Head, by: &[HoldId]) -> Result<bool, Stop> {
        let mut scopes = self.engine.ledger.scopes(head).await?;
        let mut in_force = Vec::new();
        for scope in &scopes {
            in_force.extend(self.holds(&scope.place).await?.into_iter().map(|hold| hold.id));
        }
        if by.iter().all(|id| in_force.contains(id)) {
            let now = self.engine.clock.now();
            self.advance(head, head.state.clone(), NextAction::At(now + RECHECK)).await?;
            return Ok(false);
        }
        for scope in scopes.iter_mut().filter(|scope| !scope.held.is_empty()) {
            scope.let_go();
            self.engine.ledger.save_scope(head, scope).await?;
        }
        Ok(true)
    }
}
