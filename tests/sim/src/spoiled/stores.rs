//! What the adapters do with data of people, and the naive variants of that.

use aws_sdk_dynamodb::types::{DeleteRequest, WriteRequest};
use jiff::Timestamp;
use privacy::data_map::{KeyRange, SharedRow};
use privacy::fault::Fault;
use privacy::ids::{Platform, TenantId};
use privacy::ingest_gate::Mark;
use privacy::keys::KeyedRef;
use privacy::ports::{
    Answer, Connected, Connections, Detached, Disarmed, Page, Read, Record, SharedRows, Stores, Suppressions,
};
use privacy::scope::{Link, Place, Reach};

use super::{Spoiled, text};
use crate::naive::{self, Naive};

impl Spoiled<'_> {
    /// Whether a vendor has a copy of whoever this is about.
    fn waits_for_vendor(&self) -> bool {
        let cloud = &self.world.cloud;
        cloud.oracle.lock().unwrap().vendor_with_copy(&self.id, cloud.elapsed()).is_some()
    }
}

impl Stores for Spoiled<'_> {
    async fn page(
        &self,
        store: &str,
        range: &KeyRange,
        after: Option<&Record>,
        limit: Option<u16>,
        read: Read,
    ) -> Answer<Page> {
        if self.is(Naive::NoVerificationRead) && read == Read::Strong {
            return Ok(Page::default());
        }
        if self.is(Naive::SaysGoneUnread) && self.waits_for_vendor() {
            return Ok(Page::default());
        }
        let wide = match range {
            KeyRange::Bucket { prefix } if self.is(Naive::BeginningWithoutSeparator) => {
                KeyRange::Bucket { prefix: prefix.trim_end_matches('/').to_owned() }
            }
            _ => range.clone(),
        };
        let mut page = self.vault.page(store, &wide, after, limit, read).await?;
        if self.is(Naive::BatchWithoutUnprocessed) {
            let sent = self.world.memory.sent.lock().unwrap();
            let KeyRange::Table { partition, .. } = range else { return Ok(page) };
            page.records.retain(|record| !sent.contains(&(format!("{store} {partition}"), record.key.clone())));
        }
        Ok(page)
    }

    async fn erase(&self, store: &str, range: &KeyRange, records: &[Record]) -> Answer<Vec<Record>> {
        let (KeyRange::Table { partition, .. }, true) = (range, self.is(Naive::BatchWithoutUnprocessed)) else {
            return self.vault.erase(store, range, records).await;
        };
        for chunk in records.chunks(25) {
            let key =
                |record: &Record| DeleteRequest::builder().key("pk", text(partition)).key("sk", text(&record.key));
            let delete = |record: &Record| WriteRequest::builder().delete_request(key(record).build().unwrap()).build();
            let batch = self.client.batch_write_item().request_items(store, chunk.iter().map(delete).collect());
            batch.send().await.map_err(|_| Fault::retry("naive", "not deleted"))?;
            let sent = chunk.iter().map(|record| (format!("{store} {partition}"), record.key.clone()));
            self.world.memory.sent.lock().unwrap().extend(sent);
        }
        Ok(Vec::new())
    }
}

impl SharedRows for Spoiled<'_> {
    async fn detach(&self, rows: &[SharedRow]) -> Answer<Vec<Detached>> {
        self.vault.detach(rows).await
    }

    async fn sources(&self, store: &str, partition: &str, rows: &[String]) -> Answer<Vec<Vec<String>>> {
        self.vault.sources(store, partition, rows).await
    }
}

impl Connections for Spoiled<'_> {
    async fn of_tenant(&self, tenant: &TenantId) -> Answer<Vec<Connected>> {
        self.vault.of_tenant(tenant).await
    }

    async fn reach(&self, link: &KeyedRef) -> Answer<Vec<Reach>> {
        let mut reaches = self.vault.reach(link).await?;
        if self.is(Naive::IgnoresCover) {
            reaches.iter_mut().for_each(|reach| reach.since = Timestamp::UNIX_EPOCH);
        }
        if self.is(Naive::TakesWholeConnection) {
            for reach in &mut reaches {
                reach.place = reach.place.whole_connection().unwrap_or_else(|| reach.place.clone());
            }
        }
        Ok(reaches)
    }

    async fn disarm(&self, place: &Place, covers_until: Timestamp, now: Timestamp) -> Answer<Disarmed> {
        self.vault.disarm(place, self.covering(covers_until), now).await
    }

    async fn connected_at(&self, place: &Place) -> Answer<Option<Timestamp>> {
        if self.is(Naive::IgnoresCover) { Ok(None) } else { self.vault.connected_at(place).await }
    }

    async fn platform_of(&self, place: &Place) -> Answer<Option<Platform>> {
        self.vault.platform_of(place).await
    }

    async fn unlink(&self, links: &[Link]) -> Answer<()> {
        self.vault.unlink(links).await
    }

    async fn erase_linked(&self, store: &str, range: &KeyRange, linked: &[(Record, Link)]) -> Answer<()> {
        self.vault.erase_linked(store, range, linked).await
    }

    async fn take_out(&self, connection: &Place, until: Timestamp, rows: &[Record], links: &[Link]) -> Answer<bool> {
        if self.is(Naive::LinksBeforeRows) {
            self.vault.unlink(links).await?;
            naive::linger().await;
            let (partition, begins_with) = (format!("connection#{connection}"), String::new());
            self.vault.erase("connections", &KeyRange::Table { partition, begins_with }, rows).await?;
        }
        self.vault.take_out(connection, until, rows, links).await
    }
}

impl Suppressions for Spoiled<'_> {
    async fn raise(&self, mark: &Mark, covers_until: Timestamp) -> Answer<()> {
        if self.is(Naive::ReplayLeavesMarks) && self.world.cloud.is_replaying() {
            return Ok(());
        }
        if self.is(Naive::DeleteBeforeSuppress) {
            self.world.memory.unraised.lock().unwrap().insert(mark.clone(), covers_until);
            return Ok(());
        }
        self.vault.raise(mark, covers_until).await
    }

    async fn date(&self, mark: &Mark, expires_at: Timestamp) -> Answer<()> {
        let unraised = self.world.memory.unraised.lock().unwrap().get(mark).copied();
        if let Some(covers_until) = unraised {
            self.vault.raise(mark, covers_until).await?;
        }
        if self.is(Naive::MarksEndWithErasure) {
            let row = self.client.delete_item().table_name("suppression").key("pk", text(mark.as_str()));
            return row.send().await.map(drop).map_err(|_| Fault::retry("naive", "not deleted"));
        }
        self.vault.date(mark, expires_at).await
    }
}
