//! Conclude: what came of every record class, and the end of the erasure once a strong read found nothing.

use super::{Aftermath, Stop, Visit, Worked};
use crate::deadline;
use crate::fault::Fault;
use crate::ingest_gate::Mark;
use crate::obligation::{Head, Outcome, PlanRef, State};
use crate::plan;
use crate::policy::retained::Exception;
use crate::ports::{Advance, Clock, Connections, Ledger, NextAction, Stores, Suppressions};
use crate::scope::{Counts, Place, Scope};

impl<L, V, C, A> Visit<'_, '_, L, V, C, A>
where
    L: Ledger,
    V: Stores + Connections + Suppressions,
    C: Clock,
    A: Aftermath,
{
    /// A strong read found nothing: write the outcomes, hear every processor, let the marks expire in due time, plan the
    /// looks, and write the receipts.
    pub(super) async fn conclude(
        &self,
        head: &Head,
        plan: &PlanRef,
        scopes: &[Scope],
    ) -> Result<super::Executed, Stop> {
        let removed = plan::totals(scopes);
        let outcomes = self.outcomes(head, scopes);
        self.engine.ledger.save_outcomes(head, &outcomes).await?;
        let report = self.settle(head, scopes, None).await?;
        if !report.is_settled() {
            let state = State::Executing { plan: plan.clone() };
            return self.wait_for_processors(head, state, &report).await.map(super::Executed::Stopped);
        }
        let erased_at = self.engine.clock.now();
        let outside = |error: deadline::OutsideCalendar| Stop::Fault(Fault::park("conclude", error));
        let keep_for = self.engine.map.model().suppression.keep_for;
        let expires_at = deadline::after(erased_at, keep_for).map_err(outside)?;
        for mark in self.marks(head, scopes) {
            self.engine.vault.date(&mark, expires_at).await?;
        }
        self.note_retained(head, &outcomes).await?;
        let first_look = self.engine.second_looks.first().copied().unwrap_or_default();
        let next = deadline::after(erased_at, first_look).map_err(outside)?;
        let state = State::Verifying { plan: plan.hash.clone(), erased_at, looks: Vec::new() };
        let advance = Advance {
            if_covers_until: Some(plan.covers_until),
            replay: self.replayed,
            is_released: true,
            ..Advance::to(state, NextAction::At(next))
        };
        match self.engine.ledger.advance(&self.lease, &advance).await? {
            Some(verified) => {
                // A crash before this is mended by the next second look.
                self.engine.aftermath.certify(&verified, (erased_at, &plan.hash), scopes, &report).await?;
                Ok(super::Executed::Stopped(Worked::Erased { removed }))
            }
            None => Ok(super::Executed::Overtaken),
        }
    }

    /// A plan above its ceiling.
    pub(super) async fn halted(&self, head: &Head) -> Result<Worked, Stop> {
        let scopes = self.engine.ledger.scopes(head).await?;
        let over_ceiling = plan::plan(&head.id, head.covers_until, &scopes, self.engine.map).over_ceiling;
        Ok(Worked::Halted { over_ceiling })
    }

    /// By which exceptions of a law something stays, on the row itself: its change is what others are told.
    async fn note_retained(&self, head: &Head, outcomes: &[(String, Outcome)]) -> Result<(), Stop> {
        let code = |(_, outcome): &(String, Outcome)| match outcome {
            Outcome::Retained { code } => Some(*code),
            Outcome::Removed { .. } | Outcome::NothingFound | Outcome::Held { .. } | Outcome::Failed { .. } => None,
        };
        let all: Vec<Exception> = outcomes.iter().filter_map(code).collect();
        let codes: Vec<Exception> = Exception::ALL.into_iter().filter(|code| all.contains(code)).collect();
        if codes != head.retained {
            self.engine.ledger.note_retained(&self.lease, &codes).await?;
        }
        Ok(())
    }

    /// An outcome for every record class that the obligation is about, from what was counted; and for those that it leaves.
    pub(super) fn outcomes(&self, head: &Head, scopes: &[Scope]) -> Vec<(String, Outcome)> {
        let mut held = Counts::new();
        for (class, count) in scopes.iter().flat_map(|scope| &scope.held) {
            *held.entry(class.clone()).or_default() += count;
        }
        let outcome = |class: &str, count: u64| match (count, held.get(class).copied().unwrap_or_default()) {
            (0, 0) => Outcome::NothingFound,
            (count, 0) => Outcome::Removed { count },
            (count, held) => Outcome::Held { removed: count.saturating_sub(held), held },
        };
        let counts = self.engine.map.with_zeros(&head.target, &plan::totals(scopes));
        let found = counts.into_iter().map(|(class, count)| (class.clone(), outcome(&class, count)));
        let retained = self.engine.map.retained(head.route, scopes.iter().map(|scope| &scope.place));
        let retained = retained.map(|(class, retained)| (class.to_owned(), Outcome::Retained { code: retained.code }));
        found.chain(retained).collect()
    }

    pub(super) fn marks(&self, head: &Head, scopes: &[Scope]) -> Vec<Mark> {
        let places = scopes.iter().map(|scope: &Scope| -> &Place { &scope.place });
        let places = places.filter(|place| place.is_gated()).map(Mark::place);
        head.target.suppressions().iter().map(Mark::subject).chain(places).collect()
    }
}
