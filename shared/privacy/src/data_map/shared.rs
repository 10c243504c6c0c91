//! From a pointer row to the shared row that it is a source of.

use super::StoreMap;
use crate::policy::model::{Class, Model};
use crate::policy::pattern::{InvalidPattern, Pattern};
use crate::scope::Place;

/// A row that stems from several connections, and one of its sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedRow {
    /// Name of a store.
    pub store: String,
    /// Partition key.
    pub partition: String,
    /// Sort key.
    pub sort: String,
    /// The source's entry in its map of sources.
    pub source: String,
    /// The attribute that adds the sources up, if there is one.
    pub total: Option<String>,
}

/// The pointer rows of one class.
#[derive(Debug)]
pub(super) struct Pointers {
    key: Pattern,
    store: String,
    /// The class of the shared row.
    class: Option<String>,
    partition: Pattern,
    sort: Pattern,
    source: Pattern,
    total: Option<String>,
}

impl Pointers {
    pub(super) fn of(class: &Class, model: &Model) -> Result<Option<Self>, InvalidPattern> {
        let Some(shared) = &class.shared else { return Ok(None) };
        let mut classes = model.class.iter();
        let owner = classes.find(|(_, other)| other.store == shared.store && other.key == shared.sort);
        Ok(Some(Self {
            key: Pattern::parse(&class.key)?,
            store: shared.store.clone(),
            class: owner.map(|(name, _)| name.clone()),
            partition: Pattern::parse(&shared.partition)?,
            sort: Pattern::parse(&shared.sort)?,
            source: Pattern::parse(&shared.source)?,
            total: shared.total.clone(),
        }))
    }
}

impl StoreMap {
    /// The shared row that a row of a place is a source of, if it is one.
    #[must_use]
    pub fn shared_row(&self, place: &Place, key: &str) -> Option<SharedRow> {
        let (pointers, captured) =
            self.pointers.iter().find_map(|pointers| Some((pointers, pointers.key.capture(key)?)))?;
        let value = |name: &str| match name {
            "tenant" | "connection" => place.id(name),
            _ => captured.iter().find(|(known, _)| *known == name).map(|(_, text)| *text),
        };
        Some(SharedRow {
            store: pointers.store.clone(),
            partition: pointers.partition.fill(value).ok()?,
            sort: pointers.sort.fill(value).ok()?,
            source: pointers.source.fill(value).ok()?,
            total: pointers.total.clone(),
        })
    }

    /// Whether rows of it are fed by several connections.
    #[must_use]
    pub const fn is_shared(&self) -> bool {
        !self.sources.is_empty()
    }

    /// What a source of a shared row of it says for a placeholder.
    pub fn named_by_source<'a>(&'a self, source: &'a str, name: &str) -> Option<&'a str> {
        let captured = self.sources.iter().find_map(|pattern| pattern.capture(source))?;
        captured.into_iter().find(|(known, _)| *known == name).map(|(_, text)| text)
    }

    /// The class of the shared row that a row is a source of.
    #[must_use]
    pub fn shared_class(&self, key: &str) -> Option<&str> {
        self.pointers.iter().find(|pointers| pointers.key.matches(key))?.class.as_deref()
    }
}
