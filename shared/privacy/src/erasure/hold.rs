//! Hold: what legal holds keep is left where it is. They are read at the plan and again at every chunk, here and nowhere
//! else, so a hold takes effect while an erasure runs, and every path goes through it.

use jiff::{SignedDuration, Timestamp};

use super::{Aftermath, Executed, Reached, Stop, Visit, Worked};
use crate::data_map::{KeyRange, StoreMap};
use crate::fault::Fault;
use crate::legal_hold::LegalHold;
use crate::obligation::{Head, PlanRef, State};
use crate::ports::{Clock, Connections, Ledger, NextAction, Record, Stores, Suppressions};
use crate::processors::Target;
use crate::receipt::tenants;
use crate::scope::{Place, Scope};

/// How often an obligation that is held looks whether it still is, should a release not have reached it.
const RECHECK: SignedDuration = SignedDuration::from_hours(1);

/// In the first hours of each day: visits an hour and some minutes apart miss none.
const LOOKS: SignedDuration = SignedDuration::from_hours(2);

fn is_time_to_look(now: Timestamp) -> bool {
    now.as_second().rem_euclid(24 * 60 * 60) < LOOKS.as_secs()
}

impl<L, V, C, A> Visit<'_, '_, L, V, C, A>
where
    L: Ledger,
    V: Stores + Connections + Suppressions,
    C: Clock,
    A: Aftermath,
{
    /// The holds of the tenant of a place, as they are now.
    pub(super) async fn holds(&self, place: &Place) -> Result<Vec<LegalHold>, Stop> {
        Ok(self.engine.ledger.holds(&place.tenant).await?)
    }

    /// Which hold keeps each record of a place, if one does. A row that several connections feed stays with any of its sources:
    /// they are read only where a hold is as narrow as a source.
    pub(super) async fn kept_by<'h>(
        &self,
        place: &Place,
        store: &StoreMap,
        records: &[Record],
        holds: &'h [LegalHold],
    ) -> Result<Vec<Option<&'h LegalHold>>, Fault> {
        let keeping = |record: &Record| holds.iter().find(|hold| hold.holds(place, store, &record.key));
        let mut kept: Vec<Option<&LegalHold>> = records.iter().map(keeping).collect();
        let is_narrow = |hold: &LegalHold| hold.scope.connection.is_some() || hold.scope.contact.is_some();
        let range = store.range(place).filter(|_| store.is_shared() && holds.iter().any(is_narrow));
        let Some(KeyRange::Table { partition, .. }) = range else { return Ok(kept) };
        let free: Vec<(&Record, &mut Option<&LegalHold>)> =
            records.iter().zip(&mut kept).filter(|(_, kept)| kept.is_none()).collect();
        let keys: Vec<String> = free.iter().map(|(record, _)| record.key.clone()).collect();
        let sources = self.engine.vault.sources(&store.name, &partition, &keys).await?;
        for ((record, kept), sources) in free.into_iter().zip(sources) {
            let is_source_held =
                |hold: &&LegalHold| sources.iter().any(|source| hold.holds_source(place, store, (&record.key, source)));
            *kept = holds.iter().find(is_source_held);
        }
        Ok(kept)
    }

    /// Every hold of the tenants that were reached, as they are now.
    async fn in_force(&self, scopes: &[Scope]) -> Result<Vec<LegalHold>, Stop> {
        let mut holds = Vec::new();
        for tenant in tenants(scopes) {
            holds.extend(self.engine.ledger.holds(&tenant).await?);
        }
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
        let kept = self.kept_by(&scope.place, store, chunk, &holds).await?;
        for (record, kept) in chunk.iter().zip(kept) {
            match kept {
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

    /// Everything else is done, and is finished as if nothing were held: strong reads, processors, receipts. The holds decide
    /// when the rest goes on.
    pub(super) async fn hold(&mut self, head: &Head, plan: &PlanRef, mut scopes: Vec<Scope>) -> Result<Executed, Stop> {
        let verified = self.verify(head, &mut scopes).await?;
        if !verified.is_clean {
            return Ok(Executed::Unclean);
        }
        if !verified.unreadable.is_empty() {
            return self.failed(head, plan, verified.unreadable, &scopes).await.map(Executed::Stopped);
        }
        self.engine.ledger.save_outcomes(head, &self.outcomes(head, &scopes)).await?;
        for hold in self.held_by.keys() {
            self.engine.ledger.wait_for(&head.id, hold).await?;
        }
        let review_by = self.held_by.values().min().copied().unwrap_or(head.due_by.date);
        let by = self.held_by.keys().cloned().collect();
        self.is_released = false;
        let state = State::Held { plan: plan.clone(), by, review_by };
        let next = NextAction::At(self.engine.clock.now() + RECHECK);
        let held = self.advance(head, state, next).await?;
        self.finish_beside_holds(&held, &scopes).await.map(Executed::Stopped)
    }

    /// A held obligation once more: what is free is looked at every day, and processors and receipts go on.
    pub(super) async fn beside_holds(&mut self, head: &Head, mut scopes: Vec<Scope>) -> Result<Executed, Stop> {
        if is_time_to_look(self.engine.clock.now()) {
            let verified = self.verify(head, &mut scopes).await?;
            if !verified.is_clean {
                return Ok(Executed::Unclean);
            }
            if let Some((_, fault)) = verified.unreadable.into_iter().next() {
                return Err(Stop::Fault(fault));
            }
        }
        self.finish_beside_holds(head, &scopes).await.map(Executed::Stopped)
    }

    /// Processors, of all that no hold keeps as a whole. A hold that names classes keeps what there is at processors that get copies of
    /// one; one that names none, what there is at any of its places and, since nobody there can tell it apart, of the person. A receipt for
    /// each tenant of whom nothing is kept, unless the person is kept at processors: it says how each confirmed, and they have not.
    async fn finish_beside_holds(&self, head: &Head, scopes: &[Scope]) -> Result<Worked, Stop> {
        let State::Held { plan, review_by, .. } = &head.state else { return Err(Stop::LostLease) };
        let in_force = self.in_force(scopes).await?;
        let is_kept_whole =
            |place: &Place| in_force.iter().any(|hold| hold.scope.classes.is_empty() && hold.touches(place));
        let mut free: Vec<Scope> = scopes.iter().filter(|scope| !is_kept_whole(&scope.place)).cloned().collect();
        let is_whole = free.len() == scopes.len();
        let now = self.engine.clock.now();
        if free.is_empty() {
            self.advance(head, head.state.clone(), NextAction::At(now + RECHECK)).await?;
            return Ok(Worked::Held { review_by: *review_by });
        }
        let subjects = if is_whole { Some(self.handed_on(head).await?) } else { None };
        let kept = self.kept_at_processors(head, (&free, subjects.as_deref()), &in_force);
        let keeps_person = kept.iter().any(|(_, target)| matches!(target, Target::Subject(_)));
        let reached = Reached { scopes: &free, subjects: subjects.as_deref(), kept: &kept };
        let report = self.settle_about(head, reached, None).await?;
        if !report.is_settled() {
            return self.wait_for_processors(head, head.state.clone(), &report).await;
        }
        if is_whole && !keeps_person {
            free.retain(|scope| {
                scopes.iter().all(|other| other.place.tenant != scope.place.tenant || other.held.is_empty())
            });
            self.engine.aftermath.certify(head, (now, &plan.hash), &free, &report).await?;
        }
        self.advance(head, head.state.clone(), NextAction::At(self.engine.clock.now() + RECHECK)).await?;
        Ok(Worked::Held { review_by: *review_by })
    }

    /// The places as they stand if every hold that was met is in force; `None` if one is not: then what it kept is found again.
    pub(super) async fn let_go(&mut self, head: &Head) -> Result<Option<Vec<Scope>>, Stop> {
        let State::Held { by, .. } = &head.state else { return Ok(None) };
        let mut scopes = self.engine.ledger.scopes(head).await?;
        let in_force = self.in_force(&scopes).await?;
        if by.iter().all(|id| in_force.iter().any(|hold| hold.id == *id)) {
            return Ok(Some(scopes));
        }
        let keeps = |hold: &LegalHold| {
            by.contains(&hold.id) || scopes.iter().any(|scope| !scope.held.is_empty() && hold.touches(&scope.place))
        };
        self.is_released = !in_force.iter().any(keeps);
        for scope in scopes.iter_mut().filter(|scope| !scope.held.is_empty()) {
            scope.let_go();
            self.engine.ledger.save_scope(head, scope).await?;
        }
        Ok(None)
    }
}
