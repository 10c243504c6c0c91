//! What tables and buckets really hold, by name: keys and names of attributes, page by page. Values are dropped where they
//! arrive, but the name of a platform and the second at which a row expires.
//!
//! The one place that scans. Staff run it, by hand, with `dynamodb:Scan` and `s3:ListBucketVersions` of their own; no role of
//! a function has the former.

use aws_sdk_dynamodb::types::AttributeValue;
use privacy::ids::Platform;
use privacy::ports::{Answer, Record};

use crate::attributes::Item;
use crate::connection::Connection;
use crate::faults::fault;

/// The attribute that says of which platform a connection is.
const PLATFORM: &str = "platform";

/// One row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The partition key; empty if it is no text.
    pub partition: String,
    /// The sort key, in tables that have one.
    pub sort: Option<String>,
    /// The names of its other attributes.
    pub attributes: Vec<String>,
    /// The platform that it says it is of.
    pub platform: Option<Platform>,
    /// The second since 1970 from which on the expiry of its table may take it.
    pub expires_at: Option<i64>,
}

/// Where a page of rows begins.
#[derive(Clone)]
pub struct RowsAfter(Item);

privacy::redacted!(RowsAfter);

/// A page of rows.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// In no order.
    pub rows: Vec<Row>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<RowsAfter>,
}

/// DynamoDB and S3, to be looked through.
#[derive(Clone, Debug)]
pub struct Inventory {
    dynamodb: aws_sdk_dynamodb::Client,
    s3: aws_sdk_s3::Client,
}

impl Inventory {
    /// All that these credentials can see.
    #[must_use]
    pub fn new(connection: &Connection) -> Self {
        Self { dynamodb: connection.dynamodb(), s3: connection.s3() }
    }

    /// One page of a table, of at most `limit` rows.
    ///
    /// # Errors
    /// [`privacy::fault::Fault`]
    pub async fn rows(&self, table: &str, limit: i32, after: Option<RowsAfter>) -> Answer<Rows> {
        let scan = self.dynamodb.scan().table_name(table).limit(limit);
        let scan = scan.set_exclusive_start_key(after.map(|RowsAfter(key)| key));
        let answer = scan.send().await.map_err(fault("inventory.rows"))?;
        let next = answer.last_evaluated_key.map(RowsAfter);
        Ok(Rows { rows: answer.items.unwrap_or_default().into_iter().map(row).collect(), next })
    }

    /// One page of a bucket, of at most `limit` versions and delete markers, after one of an earlier page. Only keys come back.
    ///
    /// # Errors
    /// [`privacy::fault::Fault`]
    pub async fn keys(&self, bucket: &str, limit: i32, after: Option<Record>) -> Answer<(Vec<String>, Option<Record>)> {
        let mut list = self.s3.list_object_versions().bucket(bucket).max_keys(limit);
        if let Some(Record { key, version, .. }) = after {
            list = list.key_marker(key).set_version_id_marker(version);
        }
        let answer = list.send().await.map_err(fault("inventory.keys"))?;
        let versions = answer.versions().iter().filter_map(|version| version.key());
        let markers = answer.delete_markers().iter().filter_map(|marker| marker.key());
        let keys = versions.chain(markers).map(str::to_owned).collect();
        let next = answer.next_key_marker().filter(|_| answer.is_truncated().unwrap_or_default());
        let version = answer.next_version_id_marker().map(str::to_owned);
        Ok((keys, next.map(|key| Record { key: key.to_owned(), version, written_at: None })))
    }
}

fn row(mut item: Item) -> Row {
    let text = |value: AttributeValue| if let AttributeValue::S(text) = value { text } else { String::new() };
    let partition = item.remove("pk").map(text).unwrap_or_default();
    let sort = item.remove("sk").map(text);
    let platform = item.get(PLATFORM).and_then(|value| value.as_s().ok()).and_then(|name| Platform::parse(name).ok());
    let expires_at = item.get("expires_at").and_then(|value| value.as_n().ok()?.parse().ok());
    Row { partition, sort, attributes: item.into_keys().collect(), platform, expires_at }
}
