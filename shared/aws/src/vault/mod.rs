//! Everything the engine may touch of people's data: the tables and buckets of the data map, the connections
//! with their identity links, and the suppression marks.

pub(crate) mod batch;
mod connections;
mod contents;
mod objects;
mod pace;
mod shared;
mod stores;
mod suppressions;
mod transaction;

pub use pace::Share;
pub(crate) use suppressions::flags_of;

use std::collections::HashMap;
use std::sync::Arc;

use privacy::fault::Fault;
use tokio::time::Instant;

use crate::connection::Connection;
use batch::Batches;
use pace::Pace;

/// Physical names, by the names of the policy file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// Table or bucket of every store in the data map.
    pub stores: HashMap<String, String>,
    /// The table of connections and identity links.
    pub connections: String,
    /// Attributes of a connection that are dropped first.
    pub secrets: Vec<String>,
    /// The table of suppression marks.
    pub suppression: String,
}

impl Names {
    /// Only the tables and buckets of stores: no connection is disarmed and no mark raised by who has these.
    #[must_use]
    pub fn of_stores(stores: HashMap<String, String>) -> Self {
        Self { stores, connections: String::new(), secrets: Vec::new(), suppression: String::new() }
    }

    /// Only marks and flags: no record of anybody is read or erased by who has these.
    #[must_use]
    pub fn of_marks(suppression: String) -> Self {
        Self { suppression, ..Self::of_stores(HashMap::new()) }
    }
}

/// DynamoDB and S3 behind the engine's ports.
#[derive(Clone, Debug)]
pub struct Vault {
    dynamodb: aws_sdk_dynamodb::Client,
    s3: aws_sdk_s3::Client,
    names: Names,
    /// By physical name. A table without one is written to as fast as it goes.
    paces: HashMap<String, Arc<Pace>>,
}

impl Vault {
    /// A vault over these tables and buckets.
    #[must_use]
    pub fn new(connection: &Connection, names: Names) -> Self {
        Self { dynamodb: connection.dynamodb(), s3: connection.s3(), names, paces: HashMap::new() }
    }

    /// Erases no faster than this share of each table's throughput. `None` leaves it as fast as it goes.
    #[must_use]
    pub fn paced(mut self, share: Option<Share>) -> Self {
        let Some(units) = share.map(Share::of_one) else { return self };
        let tables = self.names.stores.values().chain([&self.names.connections]);
        self.paces = tables.map(|table| (table.clone(), Arc::new(Pace::new(units)))).collect();
        self
    }

    fn batches<'a>(&'a self, table: &'a str) -> Batches<'a> {
        Batches { client: &self.dynamodb, table, pace: self.paces.get(table).map(Arc::as_ref) }
    }

    /// Waits until the share of a table has room for so many units, of writes that go alone or together or not at all.
    async fn turn(&self, action: &'static str, table: &str, units: usize, deadline: Instant) -> Result<(), Fault> {
        let Some(pace) = self.paces.get(table) else { return Ok(()) };
        match pace.take(u32::try_from(units).unwrap_or(u32::MAX), deadline).await {
            true => Ok(()),
            false => Err(Fault::retry(action, "the share of its table had no room in time")),
        }
    }

    fn physical(&self, store: &str) -> Result<&str, Fault> {
        let name = self.names.stores.get(store).map(String::as_str);
        name.ok_or_else(|| Fault::park("store", "no table or bucket is configured for a store of the policy"))
    }
}
