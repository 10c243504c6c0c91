//! The period that is being emptied, and what becomes of each record of it.

use std::collections::BTreeSet;

use super::class::PeriodClass;
use super::holds::InForce;
use super::period::Period;
use crate::data_map::{KeyRange, StoreMap};
use crate::fault::Fault;
use crate::ids::TenantId;
use crate::legal_hold::HoldId;
use crate::scope::Place;

/// What stays of a period.
#[derive(Debug, Default)]
pub(super) struct Stays {
    pub(super) held: u64,
    pub(super) kept: u64,
    pub(super) by: BTreeSet<HoldId>,
    /// Whether lines of its registry stay for its second look.
    pub(super) has_lines: bool,
}

impl Stays {
    pub(super) fn is_nothing(&self) -> bool {
        self.held + self.kept == 0
    }

    pub(super) fn add(&mut self, other: Self) {
        self.held += other.held;
        self.kept += other.kept;
        self.by.extend(other.by);
        self.has_lines |= other.has_lines;
    }

    pub(super) fn note(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Due => {}
            Verdict::Held(id) => {
                self.held += 1;
                self.by.insert(id.clone());
            }
            Verdict::Kept => self.kept += 1,
        }
    }
}

/// What becomes of a record.
#[derive(Debug)]
pub(super) enum Verdict {
    Due,
    Held(HoldId),
    Kept,
}

/// The period that is being emptied.
#[derive(Clone, Copy)]
pub(super) struct Target<'a> {
    pub(super) class: &'a PeriodClass,
    pub(super) store: &'a StoreMap,
    pub(super) period: &'a Period,
}

impl Target<'_> {
    /// Where the records of the period stand under a connection: their keys begin with this text and the period.
    pub(super) fn range(&self, connection: &Place, literal: &str) -> Result<KeyRange, Fault> {
        match self.store.range(connection) {
            // The text begins as the range of the connection does, by validation.
            Some(KeyRange::Table { partition, begins_with: _ }) => {
                Ok(KeyRange::Table { partition, begins_with: format!("{literal}{}#", self.period.text()) })
            }
            Some(KeyRange::Bucket { .. }) | None => {
                Err(Fault::park("purge", "its store has no table range of a connection"))
            }
        }
    }

    /// What becomes of a record of a place, or of the tenant that its key names.
    pub(super) fn judge(&self, holds: &InForce, place: Option<&Place>, key: &str) -> Verdict {
        let tenant = || self.store.captured(key, "tenant").and_then(|tenant| TenantId::parse(tenant).ok());
        let place = place.cloned().or_else(|| tenant().map(Place::of_tenant));
        let is_later = self.period.ends_at().is_none_or(|end| self.store.occurred_at(key).is_some_and(|at| at >= end));
        match place {
            Some(place) if self.store.classify(key) == self.class.name && !is_later => {
                holds.holding(&place, self.store, key).map_or(Verdict::Due, |id| Verdict::Held(id.clone()))
            }
            Some(_) | None => Verdict::Kept,
        }
    }
}
