//! The policy file made ready for work: key ranges to fill and patterns to recognise keys by.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::ids::Platform;
use crate::policy::model::{Model, PlatformRule, Range, StoreKind};
use crate::policy::pattern::{InvalidPattern, Pattern};
use crate::policy::{Promise, Route};
use crate::scope::Place;

/// The class of a key that no pattern of the data map matches. It is erased with its range and reported.
pub const UNCLASSIFIED: &str = "unclassified";

/// The policy that was built in cannot be used: only a test with a policy of its own can meet this.
#[derive(Debug, thiserror::Error)]
pub enum UnusablePolicy {
    /// Not the shape of a policy.
    #[error("policy: not the expected shape")]
    Shape(#[from] serde_json::Error),
    /// A pattern that validation would have refused.
    #[error(transparent)]
    Pattern(#[from] InvalidPattern),
}

/// Where one store keeps what belongs to a [`Place`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyRange {
    /// Sort keys of one partition of a table, all or those with a beginning.
    Table {
        /// The partition key.
        partition: String,
        /// What the sort keys begin with; empty for all.
        begins_with: String,
    },
    /// Object keys of a bucket.
    Bucket {
        /// What the object keys begin with.
        prefix: String,
    },
}

/// One store with its parsed ranges and classes.
#[derive(Debug)]
pub struct StoreMap {
    /// Its name in the policy file.
    pub name: String,
    /// Whether it finds people: erased last.
    pub identities: bool,
    connection: Option<RangeMap>,
    contact: Option<RangeMap>,
    classes: Vec<(String, Pattern)>,
}

#[derive(Debug)]
enum RangeMap {
    Table { partition: Pattern, begins_with: Option<Pattern> },
    Bucket { prefix: Pattern },
}

impl StoreMap {
    /// The range of a place in this store, or `None` when the store holds nothing of such a place.
    #[must_use]
    pub fn range(&self, place: &Place) -> Option<KeyRange> {
        let range = if place.contact.is_some() { &self.contact } else { &self.connection };
        let value = |name: &str| match name {
            "tenant" => Some(place.tenant.as_str()),
            "connection" => Some(place.connection.as_str()),
            "contact" => place.contact.as_ref().map(crate::ids::ContactId::as_str),
            _ => None,
        };
        match range.as_ref()? {
            RangeMap::Table { partition, begins_with } => Some(KeyRange::Table {
                partition: partition.fill(value).ok()?,
                begins_with: begins_with.as_ref().map_or(Ok(String::new()), |pattern| pattern.fill(value)).ok()?,
            }),
            RangeMap::Bucket { prefix } => Some(KeyRange::Bucket { prefix: prefix.fill(value).ok()? }),
        }
    }

    /// The record class of a key, [`UNCLASSIFIED`] when the data map does not know it.
    #[must_use]
    pub fn classify(&self, key: &str) -> &str {
        self.classes.iter().find(|(_, pattern)| pattern.matches(key)).map_or(UNCLASSIFIED, |(name, _)| name)
    }

    /// When a record happened, if its key says so in a placeholder `{instant}`.
    #[must_use]
    pub fn occurred_at(&self, key: &str) -> Option<Timestamp> {
        let captured = self.classes.iter().find_map(|(_, pattern)| pattern.capture(key))?;
        captured.into_iter().find(|(name, _)| *name == "instant").and_then(|(_, text)| text.parse().ok())
    }
}

/// A policy ready for work.
#[derive(Debug)]
pub struct DataMap {
    model: Model,
    stores: Vec<StoreMap>,
}

impl DataMap {
    /// The policy file that this crate was built with.
    ///
    /// # Errors
    /// [`UnusablePolicy`], which the build has ruled out.
    pub fn built_in() -> Result<Self, UnusablePolicy> {
        Self::new(serde_json::from_str(include_str!(concat!(env!("OUT_DIR"), "/policy.json")))?)
    }

    /// Makes a validated policy ready.
    ///
    /// # Errors
    /// [`UnusablePolicy`]
    pub fn new(model: Model) -> Result<Self, UnusablePolicy> {
        let mut stores = Vec::with_capacity(model.store.len());
        for (name, store) in &model.store {
            let mut classes = Vec::new();
            for (class, described) in model.class.iter().filter(|(_, class)| class.store == *name) {
                classes.push((class.clone(), Pattern::parse(&described.key)?));
            }
            stores.push(StoreMap {
                name: name.clone(),
                identities: store.identities,
                connection: store.connection.as_ref().map(|range| range_map(store.kind, range)).transpose()?,
                contact: store.contact.as_ref().map(|range| range_map(store.kind, range)).transpose()?,
                classes,
            });
        }
        stores.sort_by_key(|store| store.identities);
        Ok(Self { model, stores })
    }

    /// The policy file itself.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Every store, the one that finds people last.
    #[must_use]
    pub fn stores(&self) -> &[StoreMap] {
        &self.stores
    }

    /// The promise of a route. Validation ensures that there is one.
    #[must_use]
    pub fn promise(&self, route: Route) -> Option<&Promise> {
        self.model.promise.get(&route)
    }

    /// What a platform's terms ask beyond the promises, if the policy knows it.
    #[must_use]
    pub fn platform(&self, platform: &Platform) -> Option<&PlatformRule> {
        self.model.platform.get(platform.as_str())
    }

    /// What a plan may erase of a class before it halts; an unclassified record always halts it.
    #[must_use]
    pub fn ceiling(&self, class: &str) -> u64 {
        self.model.class.get(class).map_or(0, |class| class.ceiling_per_request)
    }

    /// The title of a class for people.
    #[must_use]
    pub fn title<'a>(&'a self, class: &'a str) -> &'a str {
        self.model.class.get(class).map_or("Other records of the connection", |class| &class.title)
    }

    /// The classes that live in a store.
    pub fn classes_of<'a>(&'a self, store: &'a str) -> impl Iterator<Item = &'a str> {
        self.model.class.iter().filter(move |(_, class)| class.store == store).map(|(name, _)| name.as_str())
    }

    /// The counts of a plan with every class of the data map in it, zero where nothing was found.
    #[must_use]
    pub fn with_zeros(&self, counts: &BTreeMap<String, u64>) -> BTreeMap<String, u64> {
        let mut all: BTreeMap<String, u64> = self.model.class.keys().map(|name| (name.clone(), 0)).collect();
        all.extend(counts.iter().map(|(name, count)| (name.clone(), *count)));
        all
    }
}

fn range_map(kind: StoreKind, range: &Range) -> Result<RangeMap, InvalidPattern> {
    let parse = |text: &Option<String>| Pattern::parse(text.as_deref().unwrap_or_default());
    match kind {
        StoreKind::Table => Ok(RangeMap::Table {
            partition: parse(&range.partition)?,
            begins_with: range.begins_with.as_deref().map(Pattern::parse).transpose()?,
        }),
        StoreKind::Bucket => Ok(RangeMap::Bucket { prefix: parse(&range.prefix)? }),
    }
}
