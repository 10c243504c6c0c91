//! Erase: empty every store of a place, the one that finds people last, in chunks under the lease.

use jiff::SignedDuration;

use super::{Aftermath, Failures, Stop, Visit, Worked};
use crate::data_map::{KeyRange, StoreMap};
use crate::deadline;
use crate::fault::{Fault, Turn};
use crate::keys::KeyedRef;
use crate::obligation::{Head, Outcome, PlanRef, State};
use crate::plan;
use crate::ports::{Advance, Clock, Connections, Ledger, NextAction, Page, Read, Record, Stores, Suppressions};
use crate::scope::{Counts, Place, Scope, Stage};

/// Keys erased under one renewal of the lease.
const CHUNK: usize = 2_000;

/// How sort keys of the reverse links in a connection's own partition begin.
const REVERSE_LINK: &str = "link#";

/// The first wait after a failure. It doubles, but never past an hour: the sweeper counts for its alarms what is due,
/// so an open obligation must be due at least that often.
const FIRST_RETRY: SignedDuration = SignedDuration::from_mins(5);
const LONGEST_RETRY: SignedDuration = SignedDuration::from_hours(1);

impl<L, V, C, A> Visit<'_, '_, L, V, C, A>
where
    L: Ledger,
    V: Stores + Connections + Suppressions,
    C: Clock,
    A: Aftermath,
{
    /// Erases every place that is not erased, as it was counted. A store that fails leaves the others done and itself due.
    pub(super) async fn erase_all(&mut self, head: &Head, scopes: &mut [Scope]) -> Result<Failures, Stop> {
        let mut failures = std::mem::take(&mut self.unreadable);
        for scope in scopes.iter_mut().filter(|scope| scope.stage != Stage::Erased) {
            let mut is_done = scope.uncounted.is_empty();
            scope.held.clear();
            for store in self.engine.map.stores_of(&head.target) {
                if store.identities && !scope.held.is_empty() {
                    // What finds the rest stays with what is held.
                    let classes = self.engine.map.classes_of(&store.name);
                    let found = classes.filter_map(|class| Some((class.to_owned(), *scope.pending.get(class)?)));
                    scope.held.extend(found.collect::<Vec<_>>());
                    continue;
                }
                if scope.uncounted.contains_key(&store.name) || (store.identities && (scope.is_reused || !is_done)) {
                    continue;
                }
                match self.erase_store(head, scope, store).await {
                    Ok(()) => {}
                    Err(Stop::Fault(fault)) => {
                        is_done = false;
                        failures.insert(store.name.clone(), fault);
                    }
                    Err(stop @ (Stop::OutOfTime | Stop::LostLease)) => {
                        // Progress is worth keeping when time runs out; who lost the lease writes nothing.
                        if matches!(stop, Stop::OutOfTime) {
                            self.engine.ledger.save_scope(head, scope).await?;
                        }
                        return Err(stop);
                    }
                }
            }
            if is_done && scope.held.is_empty() {
                scope.stage = Stage::Erased;
                scope.pending.clear();
            }
            self.engine.ledger.save_scope(head, scope).await?;
        }
        Ok(failures)
    }

    async fn erase_store(&mut self, head: &Head, scope: &mut Scope, store: &StoreMap) -> Result<(), Stop> {
        let range = store.range(&scope.place);
        if store.identities {
            let mut links = head.target.links().to_vec();
            if let Some(range) = &range {
                links.extend(self.reverse_links(store, range).await?);
            }
            self.renew().await?;
            self.engine.vault.unlink(&scope.place, &links).await?;
        }
        let Some(range) = range else { return Ok(()) };
        if let Some(records) = self.remembered.remove(&(scope.place.clone(), store.name.clone())) {
            self.remembered_keys -= records.len();
            return self.erase_records(scope, store, &range, &records).await;
        }
        let mut after: Option<Record> = None;
        loop {
            let Page { records, next } =
                self.page(head, scope, (store, &range), after.as_ref(), Read::Eventual).await?;
            self.erase_records(scope, store, &range, &records).await?;
            if next.is_none() {
                return Ok(());
            }
            after = next;
        }
    }

    async fn reverse_links(&self, store: &StoreMap, range: &KeyRange) -> Result<Vec<KeyedRef>, Stop> {
        let mut links = Vec::new();
        let mut after: Option<Record> = None;
        loop {
            let page = self.engine.vault.page(&store.name, range, after.as_ref(), None, Read::Strong).await?;
            let keys = page.records.iter().filter_map(|record| record.key.strip_prefix(REVERSE_LINK));
            links.extend(keys.map(|key| KeyedRef::from_stored(key.to_owned())));
            after = page.next;
            if after.is_none() {
                return Ok(links);
            }
        }
    }

    async fn erase_records(
        &mut self,
        scope: &mut Scope,
        store: &StoreMap,
        range: &KeyRange,
        records: &[Record],
    ) -> Result<(), Stop> {
        for chunk in records.chunks(CHUNK) {
            self.renew().await?;
            let chunk = self.unheld(scope, store, chunk).await?;
            if chunk.is_empty() {
                continue;
            }
            self.detach(scope, store, &chunk).await?;
            let left = self.engine.vault.erase(&store.name, range, &chunk).await?;
            let removed = chunk.len().saturating_sub(left.len());
            scope.removed = scope.removed.saturating_add(u64::try_from(removed).unwrap_or(u64::MAX));
            if !left.is_empty() {
                return Err(Stop::Fault(Fault::retry("erase", format!("{} records left undone", left.len()))));
            }
        }
        Ok(())
    }

    /// Everything else is done; the failed stores are due again later.
    pub(super) async fn failed(
        &self,
        head: &Head,
        plan: &PlanRef,
        failures: Failures,
        scopes: &[Scope],
    ) -> Result<Worked, Stop> {
        let attempts = self.failed_before.saturating_add(1);
        let wait = (FIRST_RETRY * (1 << attempts.saturating_sub(1).min(6))).min(LONGEST_RETRY);
        let now = self.engine.clock.now();
        let retry_at = now + wait;
        // What finds people waits for the stores that failed, so it is not erased either.
        let is_failed = |class: &str| {
            let of = |store: &str| self.engine.map.classes_of(store).any(|name| name == class);
            self.engine.map.stores_of(&head.target).any(|store| store.identities && of(&store.name))
                || failures.keys().any(|store| of(store))
        };
        let failed = |(class, outcome): (String, Outcome)| {
            let outcome = if is_failed(&class) { Outcome::Failed { retry_at } } else { outcome };
            (class, outcome)
        };
        let outcomes: Vec<(String, Outcome)> = self.outcomes(head, scopes).into_iter().map(failed).collect();
        self.engine.ledger.save_outcomes(head, &outcomes).await?;
        let state = State::Failed { plan: plan.clone(), retry_at, attempts };
        self.advance(head, state, NextAction::At(retry_at)).await?;
        let is_parked = |fault: &Fault| matches!(fault.turn, Turn::Park);
        let line = |fault: &Fault| format!("{}{}", if is_parked(fault) { "parked: " } else { "" }, fault.chain());
        let stores = failures.iter().map(|(store, fault)| (store.clone(), line(fault))).collect();
        Ok(Worked::Failed { stores, retry_at })
    }

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
        let first_look = self.engine.second_looks.first().copied().unwrap_or_default();
        let next = deadline::after(erased_at, first_look).map_err(outside)?;
        let advance = Advance {
            state: State::Verifying { plan: plan.hash.clone(), erased_at, looks: Vec::new() },
            next_action: NextAction::At(next),
            if_covers_until: Some(plan.covers_until),
            is_reopening: false,
        };
        match self.engine.ledger.advance(&self.lease, &advance).await? {
            Some(verified) => {
                // A crash before this is mended by the next second look.
                self.engine.aftermath.certify(&verified, scopes, &report).await?;
                Ok(super::Executed::Stopped(Worked::Erased { removed }))
            }
            None => Ok(super::Executed::Overtaken),
        }
    }

    /// An outcome for every record class that the obligation is about, from what was counted.
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
        counts.into_iter().map(|(class, count)| (class.clone(), outcome(&class, count))).collect()
    }

    fn marks(&self, head: &Head, scopes: &[Scope]) -> Vec<crate::ingest_gate::Mark> {
        use crate::ingest_gate::Mark;
        let places = scopes.iter().map(|scope: &Scope| -> &Place { &scope.place });
        let places = places.filter(|place| place.connection.is_some()).map(Mark::place);
        head.target.suppressions().iter().map(Mark::subject).chain(places).collect()
    }
}
