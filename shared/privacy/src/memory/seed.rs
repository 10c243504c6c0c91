//! Writes to the world in memory what the product would write.

use jiff::Timestamp;

use super::{ConnectionRow, World, place};
use crate::ingest_gate::{self, Arrival, Suppressed};
use crate::instant;
use crate::keys::KeyedRef;
use crate::scope::{Part, Place};

impl World {
    /// Connects a person by a platform named `facebook`: row, links both ways.
    pub fn connect(&self, tenant: &str, connection: &str, connected_at: Timestamp, links: &[KeyedRef]) -> Place {
        self.connect_by("facebook", tenant, connection, connected_at, links)
    }

    /// Connects a person: row, links both ways.
    pub fn connect_by(
        &self,
        platform: &str,
        tenant: &str,
        connection: &str,
        connected_at: Timestamp,
        links: &[KeyedRef],
    ) -> Place {
        let place = place(tenant, connection, None);
        let mut stored = self.stored();
        stored.connections.insert(place.clone(), ConnectionRow::new(platform, connected_at));
        let partition = ("connections".to_owned(), format!("connection#{tenant}#{connection}"));
        let rows = stored.items.entry(partition).or_default();
        rows.insert("connection".to_owned());
        rows.extend(links.iter().map(|link| format!("link#{link}")));
        for link in links {
            stored.links.entry(link.clone()).or_default().insert(place.clone(), connected_at);
        }
        place
    }

    /// Links an identity to a contact or a user: the link, and the row that names it beside them.
    pub fn link(&self, place: &Place, since: Timestamp, link: &KeyedRef) {
        let dated = format!("link#{}#{link}", instant::to_text(since));
        let tenant = &place.tenant;
        match &place.part {
            Part::User(user) => {
                self.put_item("accounts", &format!("account#{tenant}"), &format!("user#{user}#{dated}"))
            }
            Part::OwnContact(contact) => {
                self.put_item("conversations", tenant.as_str(), &format!("contact#{contact}#{dated}"));
            }
            Part::Connection(connection, Some(contact)) => {
                self.put(tenant.as_str(), connection.as_str(), &format!("contact#{contact}#{dated}"));
            }
            Part::Own | Part::Connection(_, None) => {}
        }
        self.stored().links.entry(link.clone()).or_default().insert(place.clone(), since);
    }

    /// Stores an item as the product would, without asking the gate.
    pub fn put(&self, tenant: &str, connection: &str, key: &str) {
        let partition = ("inbox".to_owned(), format!("{tenant}#{connection}"));
        self.stored().items.entry(partition).or_default().insert(key.to_owned());
    }

    /// Stores an item of any table.
    pub fn put_item(&self, store: &str, partition: &str, key: &str) {
        let partition = (store.to_owned(), partition.to_owned());
        self.stored().items.entry(partition).or_default().insert(key.to_owned());
    }

    /// Stores an item that says when it was written, over what stood there.
    pub fn put_written(&self, store: &str, partition: &str, key: &str, at: Timestamp) {
        self.put_item(store, partition, key);
        self.stored().written.insert((store.to_owned(), partition.to_owned(), key.to_owned()), at);
    }

    /// Stores an object version that was written then.
    pub fn put_version_at(&self, store: &str, key: &str, version: &str, at: Timestamp) {
        self.put_version(store, key, version);
        self.stored().written.insert((store.to_owned(), version.to_owned(), key.to_owned()), at);
    }

    /// Stores an object version of any bucket.
    pub fn put_version(&self, store: &str, key: &str, version: &str) {
        let objects = &mut self.stored().objects;
        objects.entry(store.to_owned()).or_default().insert((key.to_owned(), version.to_owned()));
    }

    /// Stores an item through the gate, in one transaction with its conditions.
    ///
    /// # Errors
    /// [`Suppressed`]
    pub fn ingest(&self, arrival: &Arrival<'_>, key: &str) -> Result<(), Suppressed> {
        let mut stored = self.stored();
        let entries = stored.entries();
        ingest_gate::admit(arrival, &entries, stored.now)?;
        let around = arrival.place.whole_connection();
        let partition = around.map_or_else(|| arrival.place.tenant.to_string(), |connection| connection.to_string());
        stored.items.entry(("inbox".to_owned(), partition)).or_default().insert(key.to_owned());
        Ok(())
    }

    /// Stores an object version.
    pub fn put_object(&self, key: &str, version: &str) {
        let objects = &mut self.stored().objects;
        objects.entry("media".to_owned()).or_default().insert((key.to_owned(), version.to_owned()));
    }
}
