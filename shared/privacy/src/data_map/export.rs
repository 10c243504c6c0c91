//! What an export asks of the data map: which classes it shows, and where a person's own names stand.

use super::{DataMap, KeyRange, StoreMap};
use crate::policy::model::Class;
use crate::scope::Place;

impl StoreMap {
    /// The range of the one record of a class that a place has, where its key names nothing but the place.
    #[must_use]
    pub fn single(&self, place: &Place, class: &str) -> Option<KeyRange> {
        let (_, pattern) = self.classes.iter().find(|(name, _)| name == class)?;
        let key = pattern.fill(|name| place.id(name)).ok()?;
        match self.range(place)? {
            KeyRange::Table { partition, .. } => Some(KeyRange::Table { partition, begins_with: key }),
            KeyRange::Bucket { .. } => None,
        }
    }
}

impl DataMap {
    /// A class by its name.
    #[must_use]
    pub fn class(&self, name: &str) -> Option<&Class> {
        self.model.class.get(name)
    }

    /// The classes of a store whose records say what a person is known by.
    pub fn identifying<'a>(&'a self, store: &'a StoreMap) -> impl Iterator<Item = (&'a str, &'a Class)> {
        let classes = self.model.class.iter().filter(|(_, class)| class.store == store.name && class.identifies);
        classes.map(|(name, class)| (name.as_str(), class))
    }
}
