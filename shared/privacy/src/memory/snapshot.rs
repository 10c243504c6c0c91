//! Worlds taken up and put down, for a model that tries every way on; and what a tenant has in one.

use std::sync::{Mutex, PoisonError};

use super::{Stored, World};

impl World {
    /// The world as it was stored elsewhere: a model that tries every way on begins each step so.
    #[must_use]
    pub fn of(stored: Stored, page_records: usize) -> Self {
        Self { stored: Mutex::new(stored), page_records, ..Self::default() }
    }

    /// What is stored, when the world is over.
    #[must_use]
    pub fn into_stored(self) -> Stored {
        self.stored.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything of a tenant, to be compared before and after.
    #[must_use]
    pub fn of_tenant(&self, tenant: &str) -> Vec<String> {
        let stored = self.stored();
        let names = |text: &str| text.split(['#', '/']).any(|part| part == tenant);
        let items = stored.items.iter().filter(|((_, partition), _)| names(partition));
        let mut lines: Vec<String> = items
            .flat_map(|((store, partition), keys)| keys.iter().map(move |key| format!("{store} {partition} {key}")))
            .collect();
        lines.extend(stored.shared_lines(names));
        for (store, versions) in &stored.objects {
            let objects = versions.iter().filter(|(key, _)| names(key));
            lines.extend(objects.map(|(key, version)| format!("{store} {key} {version}")));
        }
        lines.extend(
            stored
                .connections
                .iter()
                .filter(|(place, _)| place.tenant.as_str() == tenant)
                .map(|row| format!("{row:?}")),
        );
        let links = stored.links.iter().flat_map(|(link, places)| places.iter().map(move |place| (link, place)));
        lines.extend(links.filter(|(_, (place, _))| place.tenant.as_str() == tenant).map(|link| format!("{link:?}")));
        lines
    }
}
