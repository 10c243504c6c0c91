//! Erase: empty every store of a place, the one that finds people last, in chunks under the lease.

use jiff::SignedDuration;

use super::ahead::{Keys, Rows};
use super::remembered::Packed;
use super::{Aftermath, Failures, Stop, Visit, Worked};
use crate::data_map::{KeyRange, StoreMap, UNCLEAR};
use crate::fault::{Fault, Turn};
use crate::obligation::{Head, Outcome, PlanRef, State};
use crate::ports::{Clock, Connections, Ledger, NextAction, Record, Stores, Suppressions};
use crate::scope::{Scope, Stage};

/// Keys erased under one renewal of the lease.
pub(super) const CHUNK: usize = 2_000;

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
        self.read_empty.clear();
        for scope in scopes.iter_mut().filter(|scope| scope.stage != Stage::Erased) {
            scope.held.clear();
            self.held_owners.clear();
            let is_done = self.erase_scope(head, scope, &mut failures).await?;
            if is_done && scope.held.is_empty() {
                scope.is_returned |= scope.pending.contains_key(UNCLEAR);
                scope.stage = Stage::Erased;
                scope.pending.clear();
            }
            self.engine.ledger.save_scope(head, scope).await?;
        }
        Ok(failures)
    }

    /// Erases one place, what finds it and its people last. Whether all of it could be.
    async fn erase_scope(&mut self, head: &Head, scope: &mut Scope, failures: &mut Failures) -> Result<bool, Stop> {
        let mut is_done = scope.uncounted.is_empty();
        let mut with_links = Vec::new();
        for store in self.engine.map.stores_of(&head.target) {
            if scope.uncounted.contains_key(&store.name) || store.identities {
                continue;
            }
            let erased = self.erase_store(head, scope, store, &mut with_links).await;
            is_done &= self.carry_on(head, scope, (store, erased), failures).await?;
        }
        if is_done && (scope.held.is_empty() || !with_links.is_empty()) {
            is_done = self.is_all_else_gone(head, scope, failures).await?;
        }
        for store in with_links {
            if is_done {
                let erased = self.erase_links(head, scope, store).await;
                is_done = self.carry_on(head, scope, (store, erased), failures).await?;
            }
        }
        for store in self.engine.map.stores_of(&head.target).filter(|store| store.identities) {
            if !scope.held.is_empty() {
                let left = self.leave_finder(head, scope, store).await;
                is_done &= self.carry_on(head, scope, (store, left), failures).await?;
            } else if is_done && !scope.is_reused {
                let erased = self.erase_finder(head, scope, store).await;
                is_done = self.carry_on(head, scope, (store, erased), failures).await?;
            }
        }
        Ok(is_done)
    }

    /// A store that failed is noted, and the next one has its turn. Whether it did not fail.
    pub(super) async fn carry_on(
        &self,
        head: &Head,
        scope: &Scope,
        (store, erased): (&StoreMap, Result<(), Stop>),
        failures: &mut Failures,
    ) -> Result<bool, Stop> {
        match erased {
            Ok(()) => Ok(true),
            Err(Stop::Fault(fault)) => {
                failures.insert(store.name.clone(), fault);
                Ok(false)
            }
            Err(stop @ (Stop::OutOfTime | Stop::LostLease)) => {
                // Progress is worth keeping when time runs out; who lost the lease writes nothing.
                if matches!(stop, Stop::OutOfTime) {
                    self.engine.ledger.save_scope(head, scope).await?;
                }
                Err(stop)
            }
        }
    }

    /// Erases the records of a place in a store. Rows that name identity links stay; then the store is put on the list.
    async fn erase_store<'m>(
        &mut self,
        head: &Head,
        scope: &mut Scope,
        store: &'m StoreMap,
        with_links: &mut Vec<&'m StoreMap>,
    ) -> Result<(), Stop> {
        let Some(range) = store.range(&scope.place) else { return Ok(()) };
        let remembered = self.remembered.remove(&(scope.place.clone(), store.name.clone()));
        self.remembered_bytes -= remembered.as_ref().map_or(0, Packed::len);
        let mut keys = Keys::of(store, range, Rows::Others, remembered);
        loop {
            let chunk = self.chunk(head, scope, &mut keys).await?;
            if chunk.is_empty() {
                break;
            }
            self.erase_and_read(head, scope, &mut keys, &chunk).await?;
        }
        if keys.met_others {
            with_links.push(store);
        }
        Ok(())
    }

    pub(super) async fn erase_records(
        &mut self,
        scope: &mut Scope,
        store: &StoreMap,
        range: &KeyRange,
        records: &[Record],
    ) -> Result<(), Stop> {
        // Rows that name links come as one chunk: between two that name the same one nothing may end.
        let is_linked = records.first().is_some_and(|record| store.is_link(&record.key));
        let most = if is_linked { records.len() } else { CHUNK };
        for chunk in records.chunks(most) {
            self.renew().await?;
            let chunk = self.unheld(scope, store, chunk).await?;
            if chunk.is_empty() {
                continue;
            }
            self.detach(scope, store, &chunk).await?;
            let chunk = self.erase_linked(scope, (store, range), chunk).await?;
            if chunk.is_empty() {
                continue;
            }
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
            let finds = |store: &StoreMap| (store.identities && of(&store.name)) || store.is_class_of_links(class);
            self.engine.map.stores_of(&head.target).any(finds) || failures.keys().any(|store| of(store))
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
}
