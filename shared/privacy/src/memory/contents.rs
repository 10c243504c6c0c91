//! What tables and buckets of the data map hold, in memory.

use std::collections::BTreeMap;
use std::ops::Bound;

use serde_json::Value;

use super::World;
use crate::data_map::KeyRange;
use crate::export::ports::{Contents, Object, Objects, Row, Rows};
use crate::fault::Fault;
use crate::ports::Answer;

impl Contents for World {
    async fn rows(&self, store: &str, range: &KeyRange, after: Option<&str>) -> Answer<Rows> {
        let KeyRange::Table { partition, begins_with } = range else { return Ok(Rows::default()) };
        self.readable(store)?;
        self.call("contents.rows", |stored| {
            let from = after.map_or(Bound::Included(begins_with.as_str()), Bound::Excluded);
            let rows = stored.exports.rows.get(&(store.to_owned(), partition.clone()));
            let rows = rows.into_iter().flat_map(|rows| rows.range::<str, _>((from, Bound::Unbounded)));
            let rows = rows.take_while(|(key, _)| key.starts_with(begins_with)).take(self.page_records + 1);
            let row = |(key, attributes): (&String, &BTreeMap<String, Value>)| Row {
                key: key.clone(),
                attributes: attributes.clone(),
            };
            let mut rows: Vec<Row> = rows.map(row).collect();
            let has_more = rows.len() > self.page_records;
            rows.truncate(self.page_records);
            let next = rows.last().filter(|_| has_more).map(|row| row.key.clone());
            Rows { rows, next }
        })
    }

    async fn objects(&self, store: &str, prefix: &str, after: Option<&str>) -> Answer<Objects> {
        self.readable(store)?;
        self.call("contents.objects", |stored| {
            let of_store = stored.exports.contents.iter().filter(|((known, _), _)| known == store);
            let wanted =
                of_store.filter(|((_, key), _)| key.starts_with(prefix) && after.is_none_or(|after| **key > *after));
            let object = |((_, key), content): (&(String, String), &Vec<u8>)| Object {
                key: key.clone(),
                bytes: content.len() as u64,
            };
            let mut objects: Vec<Object> = wanted.map(object).take(self.page_records + 1).collect();
            let has_more = objects.len() > self.page_records;
            objects.truncate(self.page_records);
            let next = objects.last().filter(|_| has_more).map(|object| object.key.clone());
            Objects { objects, next }
        })
    }

    async fn read(&self, store: &str, key: &str, from: u64, bytes: u64) -> Answer<Option<Vec<u8>>> {
        self.readable(key)?;
        self.call("contents.read", |stored| {
            let content = stored.exports.contents.get(&(store.to_owned(), key.to_owned()))?;
            let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
            Some(content.iter().skip(size(from)).take(size(bytes)).copied().collect())
        })
    }
}

impl World {
    /// A store that is broken cannot be read, nor can one object that is.
    fn readable(&self, name: &str) -> Answer<()> {
        let is_broken = self.stored().broken_store.as_deref() == Some(name);
        if is_broken { Err(Fault::park("contents", "broken")) } else { Ok(()) }
    }
}
