//! Tables of the data map: pages of keys and deletes by key. Buckets are next door.

use std::collections::HashSet;

use aws_sdk_dynamodb::types::Select;
use privacy::data_map::KeyRange;
use privacy::fault::Fault;
use privacy::ports::{Answer, Page, Part, Read, Record, Stores, WRITTEN_AT};

use super::Vault;
use super::batch::Key;
use crate::attributes::{Item, find_at, get_text, text};
use crate::faults::fault;

impl Stores for Vault {
    async fn page(
        &self,
        store: &str,
        range: &KeyRange,
        after: Option<&Record>,
        limit: Option<u16>,
        read: Read,
    ) -> Answer<Page> {
        let name = self.physical(store)?;
        match range {
            KeyRange::Table { partition, begins_with } => {
                let range = TableRange { table: name, partition, begins_with };
                self.table_page(range, after, limit, read).await
            }
            KeyRange::Bucket { prefix } => self.bucket_page(name, prefix, after, limit).await,
        }
    }

    async fn erase(&self, store: &str, range: &KeyRange, records: &[Record]) -> Answer<Vec<Record>> {
        let name = self.physical(store)?;
        match range {
            KeyRange::Table { partition, .. } => {
                let keys: Vec<Key<'_>> = records.iter().map(|record| Key { partition, sort: &record.key }).collect();
                let left: HashSet<&str> = self.batches(name).delete(&keys).await?.iter().map(|key| key.sort).collect();
                Ok(records.iter().filter(|record| left.contains(record.key.as_str())).cloned().collect())
            }
            KeyRange::Bucket { .. } => self.erase_versions(name, records).await,
        }
    }

    async fn erase_together(&self, store: &str, parts: &[Part<'_>]) -> Answer<usize> {
        let name = self.physical(store)?;
        let (mut keys, mut left) = (Vec::new(), 0);
        for part in parts {
            match part.range {
                KeyRange::Table { partition, .. } => {
                    keys.extend(part.records.iter().map(|record| Key { partition, sort: &record.key }));
                }
                KeyRange::Bucket { .. } => left += self.erase_versions(name, &part.records).await?.len(),
            }
        }
        Ok(left + self.batches(name).delete(&keys).await?.len())
    }
}

struct TableRange<'a> {
    table: &'a str,
    partition: &'a str,
    begins_with: &'a str,
}

impl Vault {
    async fn table_page(
        &self,
        range: TableRange<'_>,
        after: Option<&Record>,
        limit: Option<u16>,
        read: Read,
    ) -> Answer<Page> {
        let mut query = self
            .dynamodb
            .query()
            .table_name(range.table)
            .select(Select::SpecificAttributes)
            .projection_expression("sk, #written_at")
            .expression_attribute_names("#written_at", WRITTEN_AT)
            .consistent_read(matches!(read, Read::Strong))
            .set_limit(limit.map(i32::from))
            .expression_attribute_values(":partition", text(range.partition));
        query = if range.begins_with.is_empty() {
            query.key_condition_expression("pk = :partition")
        } else {
            let condition = "pk = :partition AND begins_with(sk, :beginning)";
            query.key_condition_expression(condition).expression_attribute_values(":beginning", text(range.begins_with))
        };
        if let Some(after) = after {
            query = query.set_exclusive_start_key(Some(Key { partition: range.partition, sort: &after.key }.item()));
        }
        let answer = query.send().await.map_err(fault("store.page"))?;
        let record = |item: &Item| -> Result<Record, Fault> {
            // What is no instant dates nothing.
            let written_at = find_at(item, WRITTEN_AT).unwrap_or_default();
            Ok(Record { key: get_text(item, "sk")?.to_owned(), version: None, written_at })
        };
        let records: Result<Vec<Record>, Fault> = answer.items().iter().map(record).collect();
        let next = answer.last_evaluated_key().map(record).transpose()?;
        Ok(Page { records: records?, next })
    }
}
