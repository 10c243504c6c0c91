//! What the map knows: for every store, which keys there may be and what rows under them may hold.

mod kind;

pub(crate) use kind::Side;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use privacy::data_map::{DataMap, UnusablePolicy};
use privacy::ids::Platform;
use privacy::policy::Model;
use privacy::policy::model::Range;
use privacy::policy::own::Purge;
use privacy::policy::pattern::{InvalidPattern, Pattern};
use privacy::purge::PeriodClass;

use crate::shape::words_of;

/// The rows that say which connections have records of a period, and what they hold.
const REGISTRY: &str = "registry of periods";
const OWNER: [&str; 2] = ["tenant_id", "connection_id"];

/// Tenant and connection.
pub(crate) type Owner = (String, String);

fn owner(slots: Vec<(&str, &str)>) -> Option<Owner> {
    let value = |name: &str| slots.iter().find(|(slot, _)| *slot == name).map(|(_, value)| (*value).to_owned());
    Some((value("tenant")?, value("connection")?))
}

/// A connection that has records of a class in a period.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Listed {
    pub(crate) class: String,
    pub(crate) period: String,
    pub(crate) owner: Owner,
}

/// One kind of row or object.
#[derive(Debug)]
pub struct Kind {
    /// The record class, or the record of our own.
    pub name: String,
    shape: String,
    partition: Option<Pattern>,
    key: Option<Pattern>,
    attributes: BTreeSet<String>,
    /// The first days of the classes that go by their date, as they stand in keys: of one class, or of those of a registry.
    since: BTreeMap<String, String>,
    /// In how many shards a purge looks for a period of it.
    shards: Option<u8>,
    /// What its end depends on, where that is the expiry of its table.
    expiry: Option<Expiry>,
}

/// How the expiry of a table ends a kind of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expiry {
    /// A row expires from some day on, which it may not know yet.
    Later,
    /// Every row says when it expires, from its first write on.
    Always,
}

/// Why a row is still there that expiry ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unexpired {
    /// It was to go long enough ago.
    Overdue,
    /// It never expires.
    Never,
}

/// What the expiry of a table may take: `[own.limits]` of the policy counts on it.
const EXPIRY_TAKES: SignedDuration = SignedDuration::from_hours(48);

/// The map, ready to be asked.
#[derive(Debug, Default)]
pub struct Known {
    stores: BTreeMap<String, Vec<Kind>>,
    required: BTreeSet<String>,
    words: BTreeSet<String>,
    /// The store that says of which platform a connection is, and the partition of one.
    finders: Option<(String, Pattern)>,
    /// The platforms whose records a store never holds.
    excluded: BTreeMap<String, Vec<String>>,
    /// The classes that go by their date.
    periods: Vec<PeriodClass>,
}

impl Known {
    /// A validated policy.
    ///
    /// # Errors
    /// [`UnusablePolicy`], which validation has ruled out.
    pub fn of(model: &Model) -> Result<Self, UnusablePolicy> {
        // Ours count as well: a table of our own that nobody names would hold what nobody looks at.
        let required = model.store.keys().chain(model.own.values().filter_map(|own| own.store.as_ref()));
        let periods = PeriodClass::all(&DataMap::new(model.clone())?)?;
        let mut known = Self { required: required.cloned().collect(), periods, ..Self::default() };
        for (name, class) in &model.class {
            let Some(store) = model.store.get(&class.store) else { continue };
            for range in store.connection.iter().chain(&store.tenant) {
                let Range { partition, .. } = range;
                known.note(&class.store, name, (partition.as_deref(), Some(&class.key)), &class.attributes)?;
            }
            if let Some(period) = &store.period {
                if let Some(partition) = &period.partition {
                    known.note(&class.store, name, (Some(partition), Some(&class.key)), &class.attributes)?;
                }
                if let Some(registry) = &period.registry {
                    let owner = OWNER.map(str::to_owned);
                    known.note(&class.store, REGISTRY, (Some(registry), Some("{tenant}#{connection}")), &owner)?;
                }
            }
        }
        for (name, store) in &model.store {
            let connection = store.connection.as_ref().and_then(|range| range.partition.as_deref());
            if let Some(partition) = connection.filter(|_| store.identities) {
                known.finders = Some((name.clone(), Pattern::parse(partition)?));
            }
            if !store.excluded_platforms.is_empty() {
                known.excluded.insert(name.clone(), store.excluded_platforms.clone());
            }
        }
        for (name, own) in &model.own {
            let Some(store) = &own.store else { continue };
            for row in &own.rows {
                known.note(store, name, (row.partition.as_deref(), row.key.as_deref()), &row.attributes)?;
            }
            if own.purge != Purge::Expiry {
                continue;
            }
            let expiry = if own.clock.ceiling.is_some() { Expiry::Always } else { Expiry::Later };
            let kinds = known.stores.entry(store.clone()).or_default();
            kinds.iter_mut().filter(|kind| kind.name == *name).for_each(|kind| kind.expiry = Some(expiry));
        }
        for (name, class) in &model.class {
            let (Some(purge), Some(kinds)) = (&class.purge, known.stores.get_mut(&class.store)) else { continue };
            for kind in kinds.iter_mut().filter(|kind| kind.name == *name || kind.name == REGISTRY) {
                kind.since.insert(name.clone(), purge.since.to_string());
                kind.shards =
                    model.store.get(&class.store).and_then(|store| store.period.as_ref()).map(|period| period.shards);
            }
        }
        Ok(known)
    }

    fn note(
        &mut self,
        store: &str,
        name: &str,
        (partition, key): (Option<&str>, Option<&str>),
        attributes: &[String],
    ) -> Result<(), InvalidPattern> {
        let shape = partition.into_iter().chain(key).collect::<Vec<_>>().join(" | ");
        self.words.extend(partition.into_iter().chain(key).flat_map(words_of).map(str::to_owned));
        let (partition, key) = (partition.map(Pattern::parse).transpose()?, key.map(Pattern::parse).transpose()?);
        let attributes = attributes.iter().cloned();
        let kinds = self.stores.entry(store.to_owned()).or_default();
        // One row may be part of two records, each with an end of its own.
        match kinds.iter_mut().find(|known| (&known.partition, &known.key) == (&partition, &key)) {
            Some(known) => known.attributes.extend(attributes),
            None => {
                let (name, attributes) = (name.to_owned(), attributes.collect());
                kinds.push(Kind {
                    name,
                    shape,
                    partition,
                    key,
                    attributes,
                    since: BTreeMap::new(),
                    shards: None,
                    expiry: None,
                });
            }
        }
        Ok(())
    }

    /// Every store of the map; first those that may hold records of any platform, which say of which one a connection is.
    pub fn stores(&self) -> impl Iterator<Item = &str> {
        let (open, closed): (Vec<&str>, Vec<&str>) =
            self.stores.keys().map(String::as_str).partition(|store| !self.excluded.contains_key(*store));
        open.into_iter().chain(closed)
    }

    /// The connection that a row of a store says the platform of.
    #[must_use]
    pub fn connection(&self, store: &str, partition: &str) -> Option<Owner> {
        let (finders, pattern) = self.finders.as_ref()?;
        if finders == store { owner(pattern.capture(partition)?) } else { None }
    }

    /// The name of a platform as a store has it that never holds its records.
    #[must_use]
    pub fn excluded(&self, store: &str, platform: &Platform) -> Option<&str> {
        let excluded = self.excluded.get(store)?;
        excluded.iter().map(String::as_str).find(|name| *name == platform.as_str())
    }

    /// Whether any store never holds records of a platform.
    #[must_use]
    pub fn is_excluded(&self, platform: &Platform) -> bool {
        self.excluded.keys().any(|store| self.excluded(store, platform).is_some())
    }

    /// Whether a record that no line lists has to have one: its period is over, and no purge is about to take both.
    pub(crate) fn is_to_be_listed(&self, listed: &Listed, now: Timestamp) -> bool {
        let class = self.periods.iter().find(|class| class.name == listed.class);
        let (Some(class), Some(at)) = (class, first_instant(&listed.period)) else { return false };
        let period = class.period(at);
        let is_past = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
        let is_purged_now = is_past(class.due_at(&period)) && !is_past(class.late_at(&period));
        is_past(period.ends_at()) && !is_purged_now
    }

    /// Every kind of row and object, with its store.
    pub fn kinds(&self) -> impl Iterator<Item = (&str, &Kind)> {
        self.stores.iter().flat_map(|(store, kinds)| kinds.iter().map(move |kind| (store.as_str(), kind)))
    }

    /// Whether people's data lives in a store: it must be there to be checked.
    #[must_use]
    pub fn is_required(&self, store: &str) -> bool {
        self.required.contains(store)
    }

    /// Whether a word stands in a pattern of the map, and so says nothing about anybody.
    #[must_use]
    pub fn is_word(&self, word: &str) -> bool {
        self.words.contains(word)
    }

    /// The kind of a row or object, if the map knows it.
    #[must_use]
    pub fn kind(&self, store: &str, partition: Option<&str>, key: Option<&str>) -> Option<&Kind> {
        let fits = |pattern: &Option<Pattern>, text: Option<&str>| match (pattern, text) {
            (Some(pattern), Some(text)) => pattern.matches(text),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        self.stores.get(store)?.iter().find(|kind| fits(&kind.partition, partition) && fits(&kind.key, key))
    }
}

/// The first instant of a period as it stands in keys: an hour, a day or a month.
fn first_instant(period: &str) -> Option<Timestamp> {
    let rest = "-01T00:00:00Z";
    let rest = match period.len() {
        7 => rest,
        10 => rest.get(3..)?,
        _ => rest.get(6..)?,
    };
    format!("{period}{rest}").parse().ok()
}
