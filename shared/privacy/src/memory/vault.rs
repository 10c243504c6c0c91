//! The engine's data ports in memory.

use std::ops::Bound;

use jiff::Timestamp;

use super::{ConnectionRow, Stored, World};
use crate::data_map::KeyRange;
use crate::fault::Fault;
use crate::ids::{Platform, TenantId};
use crate::ingest_gate::{Entry, Mark};
use crate::keys::KeyedRef;
use crate::ports::{Answer, Connected, Connections, Disarmed, Page, Read, Record, Stores, Suppressions};
use crate::scope::{Link, Place, Reach, is_covered};

/// The store that finds people.
const CONNECTIONS: &str = "connections";

impl Stored {
    fn unlink(&mut self, links: &[Link]) {
        for Link { reference, place } in links {
            if let Some(places) = self.links.get_mut(reference) {
                places.remove(place);
            }
        }
    }

    fn erase(&mut self, store: &str, range: &KeyRange, records: &[Record]) {
        for record in records {
            match range {
                KeyRange::Table { partition, .. } => {
                    if let Some(keys) = self.items.get_mut(&(store.to_owned(), partition.clone())) {
                        keys.remove(&record.key);
                    }
                    self.shared.remove(&(store.to_owned(), partition.clone(), record.key.clone()));
                    if record.key == "connection" {
                        self.connections.retain(|place, _| format!("connection#{place}") != *partition);
                    }
                }
                KeyRange::Bucket { .. } => {
                    let version = (record.key.clone(), record.version.clone().unwrap_or_default());
                    self.objects.entry(store.to_owned()).or_default().remove(&version);
                }
            }
        }
    }

    fn record(&self, store: &str, within: &str, key: &str, version: Option<&String>) -> Record {
        let written = self.written.get(&(store.to_owned(), within.to_owned(), key.to_owned()));
        Record { key: key.to_owned(), version: version.cloned(), written_at: written.copied() }
    }
}

impl Stores for World {
    async fn page(
        &self,
        store: &str,
        range: &KeyRange,
        after: Option<&Record>,
        limit: Option<u16>,
        read: Read,
    ) -> Answer<Page> {
        if self.stored().unreadable_store.as_deref() == Some(store) {
            return Err(Fault::retry("stores.page", "broken"));
        }
        self.call("stores.page", |stored| {
            let limit = limit.map_or(self.page_records, usize::from);
            let is_listed = |key: &&String| matches!(read, Read::Strong) || !stored.unlisted.contains(*key);
            // One more than fits tells whether there is another page.
            let mut records: Vec<Record> = match range {
                KeyRange::Table { partition, begins_with } => {
                    let from = after.map_or(Bound::Included(begins_with), |after| Bound::Excluded(&after.key));
                    let keys = stored.items.get(&(store.to_owned(), partition.clone()));
                    let keys = keys.into_iter().flat_map(|keys| keys.range::<String, _>((from, Bound::Unbounded)));
                    let matching = keys.take_while(|key| key.starts_with(begins_with)).filter(is_listed);
                    let matching = matching.take(limit + 1);
                    matching.map(|key| stored.record(store, partition, key, None)).collect()
                }
                KeyRange::Bucket { prefix } => {
                    let position = |after: &Record| (after.key.clone(), after.version.clone().unwrap_or_default());
                    let from = after.map_or(Bound::Included((prefix.clone(), String::new())), |after| {
                        Bound::Excluded(position(after))
                    });
                    let versions = stored.objects.get(store);
                    let versions = versions.into_iter().flat_map(|all| all.range((from.clone(), Bound::Unbounded)));
                    let matching = versions.take_while(|(key, _)| key.starts_with(prefix)).take(limit + 1);
                    matching.map(|(key, version)| stored.record(store, version, key, Some(version))).collect()
                }
            };
            let has_more = records.len() > limit;
            records.truncate(limit);
            let next = if has_more { records.last().cloned() } else { None };
            Page { records, next }
        })
    }

    async fn erase(&self, store: &str, range: &KeyRange, records: &[Record]) -> Answer<Vec<Record>> {
        if self.stored().broken_store.as_deref() == Some(store) {
            return Err(Fault::retry("stores.erase", "broken"));
        }
        self.call("stores.erase", |stored| {
            stored.erase(store, range, records);
            Vec::new()
        })
    }
}

impl Connections for World {
    async fn of_tenant(&self, tenant: &TenantId) -> Answer<Vec<Connected>> {
        self.call("connections.of_tenant", |stored| {
            let rows = stored.connections.iter().filter(|(place, _)| place.tenant == *tenant);
            let connected = |(place, row): (&Place, &ConnectionRow)| Connected {
                reach: Reach { place: place.clone(), since: row.connected_at },
                platform: row.platform.clone(),
            };
            rows.map(connected).collect()
        })
    }

    async fn reach(&self, link: &KeyedRef) -> Answer<Vec<Reach>> {
        self.call("connections.reach", |stored| {
            let places = stored.links.get(link).into_iter().flatten();
            places.map(|(place, since)| Reach { place: place.clone(), since: *since }).collect()
        })
    }

    async fn disarm(&self, place: &Place, covers_until: Timestamp, _now: Timestamp) -> Answer<Disarmed> {
        self.call("connections.disarm", |stored| match stored.connections.get_mut(place) {
            None => Disarmed::Missing,
            Some(row) if !is_covered(row.connected_at, covers_until) => Disarmed::Newer,
            Some(row) => {
                row.has_tokens = false;
                Disarmed::Done { platform: Some(row.platform.clone()) }
            }
        })
    }

    async fn connected_at(&self, place: &Place) -> Answer<Option<Timestamp>> {
        let connection = place.whole_connection();
        self.call("connections.connected_at", |stored| {
            connection.and_then(|connection| stored.connections.get(&connection)).map(|row| row.connected_at)
        })
    }

    async fn platform_of(&self, place: &Place) -> Answer<Option<Platform>> {
        let Some(connection) = place.whole_connection() else { return Ok(None) };
        self.call("connections.platform_of", |stored| {
            stored.connections.get(&connection).map(|row| row.platform.clone())
        })
    }

    async fn unlink(&self, links: &[Link]) -> Answer<()> {
        self.call("connections.unlink", |stored| stored.unlink(links))
    }

    async fn erase_linked(&self, store: &str, range: &KeyRange, linked: &[(Record, Link)]) -> Answer<()> {
        if self.stored().broken_store.as_deref() == Some(store) {
            return Err(Fault::retry("connections.erase_linked", "broken"));
        }
        self.call("connections.erase_linked", |stored| {
            for (record, link) in linked {
                stored.erase(store, range, std::slice::from_ref(record));
                stored.unlink(std::slice::from_ref(link));
            }
        })
    }

    async fn take_out(
        &self,
        connection: &Place,
        covers_until: Timestamp,
        rows: &[Record],
        links: &[Link],
    ) -> Answer<bool> {
        if self.stored().broken_store.as_deref() == Some(CONNECTIONS) {
            return Err(Fault::retry("connections.take_out", "broken"));
        }
        self.call("connections.take_out", |stored| {
            let row = stored.connections.get(connection);
            if row.is_some_and(|row| !is_covered(row.connected_at, covers_until)) {
                return false;
            }
            stored.unlink(links);
            let partition = (CONNECTIONS.to_owned(), format!("connection#{connection}"));
            let keys = stored.items.entry(partition).or_default();
            keys.retain(|key| !rows.iter().any(|row| row.key == *key));
            if !keys.contains("connection") {
                stored.connections.remove(connection);
            }
            true
        })
    }
}

impl Suppressions for World {
    async fn raise(&self, mark: &Mark, covers_until: Timestamp) -> Answer<()> {
        self.call("suppressions.raise", |stored| {
            let entry = Entry { mark: mark.clone(), covers_until, expires_at: None };
            let known = stored.marks.entry(mark.clone()).or_insert_with(|| entry.clone());
            if known.covers_until < covers_until {
                *known = entry;
            }
        })
    }

    async fn date(&self, mark: &Mark, expires_at: Timestamp) -> Answer<()> {
        self.call("suppressions.date", |stored| {
            if let Some(entry) = stored.marks.get_mut(mark) {
                entry.expires_at = entry.expires_at.max(Some(expires_at));
            }
        })
    }
}
