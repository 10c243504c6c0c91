//! Platform connections and identity links.
//!
//! A connection is a partition `connection#<tenant>#<connection>`: its row `connection` and one row `link#<reference>`
//! per identity that finds it. `tenant#<tenant>` lists the connections of a tenant. A link is found under `link#<reference>`, sorted
//! by place: a connection, a contact, a user of an account.

use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use jiff::Timestamp;
use privacy::data_map::KeyRange;
use privacy::fault::Fault;
use privacy::ids::{Platform, TenantId};
use privacy::keys::KeyedRef;
use privacy::ports::{Answer, Connected, Connections, Disarmed, Record};
use privacy::scope::{Link, Place, Reach};
use tokio::time::Instant;

use super::Vault;
use super::batch::{Key, TURNS_WITHIN};
use super::transaction::{self, AT_ONCE, UNITS};
use crate::attributes::{Item, at, find_at, find_parsed, get_at, get_place, text, unreadable};
use crate::faults::{fault, refusing_row};

const ROW: &str = "connection";
/// How often the transaction that takes a connection out is tried, and one of a chunk of rows with their links.
const TRIES: u32 = 4;
const LINKED_TRIES: u32 = 8;

const ERASE_LINKED: &str = "links.erase";

fn partition(connection: &Place) -> String {
    format!("connection#{connection}")
}

/// The directory of a tenant: one row per connection, sorted by its id.
fn directory(tenant: &TenantId) -> String {
    format!("tenant#{tenant}")
}

fn link_partition(link: &KeyedRef) -> String {
    format!("link#{link}")
}

fn link_key(link: &Link) -> (String, String) {
    (link_partition(&link.reference), link.place.to_string())
}

fn reach(item: &Item) -> Result<Reach, Fault> {
    let since = match find_at(item, "known_since")? {
        Some(since) => since,
        None => get_at(item, "connected_at")?,
    };
    Ok(Reach { place: get_place(item)?, since })
}

fn connected(item: &Item) -> Result<Connected, Fault> {
    let platform = find_parsed(item, "platform", Platform::parse)?.ok_or_else(|| unreadable("platform"))?;
    Ok(Connected { reach: reach(item)?, platform })
}

impl Vault {
    /// Every row of a partition of the connections table, by strong reads.
    async fn connection_rows<T>(
        &self,
        action: &'static str,
        partition: String,
        read: fn(&Item) -> Result<T, Fault>,
    ) -> Answer<Vec<T>> {
        let mut rows = Vec::new();
        let mut start = None;
        loop {
            let query = self.dynamodb.query().table_name(&self.names.connections).consistent_read(true);
            let query =
                query.key_condition_expression("pk = :pk").expression_attribute_values(":pk", text(partition.clone()));
            let answer = query.set_exclusive_start_key(start).send().await.map_err(fault(action))?;
            for item in answer.items() {
                rows.push(read(item)?);
            }
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(rows);
            }
        }
    }
}

impl Vault {
    /// One attribute of the row of the connection that a place came through, by a strong read.
    async fn fact_of(&self, place: &Place, fact: &'static str) -> Answer<Option<Item>> {
        let Some(connection) = place.whole_connection() else { return Ok(None) };
        let key = Key { partition: &partition(&connection), sort: ROW }.item();
        let get = self.dynamodb.get_item().table_name(&self.names.connections).set_key(Some(key));
        let answer = get.consistent_read(true).projection_expression(fact).send().await;
        Ok(answer.map_err(fault("connections.read"))?.item)
    }
}

impl Connections for Vault {
    async fn of_tenant(&self, tenant: &TenantId) -> Answer<Vec<Connected>> {
        self.connection_rows("connections.of_tenant", directory(tenant), connected).await
    }

    async fn reach(&self, link: &KeyedRef) -> Answer<Vec<Reach>> {
        self.connection_rows("links.reach", link_partition(link), reach).await
    }

    async fn disarm(&self, place: &Place, covers_until: Timestamp, now: Timestamp) -> Answer<Disarmed> {
        let mut expression = "SET stopped_at = if_not_exists(stopped_at, :now)".to_owned();
        let mut update = self.dynamodb.update_item().table_name(&self.names.connections);
        for (index, secret) in self.names.secrets.iter().enumerate() {
            expression.push_str(if index == 0 { " REMOVE " } else { ", " });
            expression.push_str(&format!("#secret{index}"));
            update = update.expression_attribute_names(format!("#secret{index}"), secret);
        }
        let answer = update
            .set_key(Some(Key { partition: &partition(place), sort: ROW }.item()))
            .update_expression(expression)
            .condition_expression("attribute_exists(pk) AND connected_at < :covers_until")
            .expression_attribute_values(":now", at(now))
            .expression_attribute_values(":covers_until", at(covers_until))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match answer {
            Ok(done) => {
                let row = done.attributes.unwrap_or_default();
                Ok(Disarmed::Done { platform: find_parsed(&row, "platform", Platform::parse)? })
            }
            Err(error) => match refusing_row("connections.disarm")(error)? {
                Some(_) => Ok(Disarmed::Newer),
                None => Ok(Disarmed::Missing),
            },
        }
    }

    async fn connected_at(&self, place: &Place) -> Answer<Option<Timestamp>> {
        let row = self.fact_of(place, "connected_at").await?;
        row.map_or(Ok(None), |row| find_at(&row, "connected_at"))
    }

    async fn platform_of(&self, place: &Place) -> Answer<Option<Platform>> {
        let row = self.fact_of(place, "platform").await?;
        row.map_or(Ok(None), |row| find_parsed(&row, "platform", Platform::parse))
    }

    async fn unlink(&self, links: &[Link]) -> Answer<()> {
        let mut named: Vec<(String, String)> = links.iter().map(link_key).collect();
        // A batch that names a key twice is refused as a whole.
        named.sort_unstable();
        named.dedup();
        self.delete_each(&named).await
    }

    async fn erase_linked(&self, store: &str, range: &KeyRange, linked: &[(Record, Link)]) -> Answer<()> {
        let table = self.physical(store)?;
        let KeyRange::Table { partition, .. } = range else {
            return Err(Fault::park(ERASE_LINKED, "an object cannot go in one write with a link"));
        };
        let mut ordered: Vec<(&str, (String, String))> =
            linked.iter().map(|(record, link)| (record.key.as_str(), link_key(link))).collect();
        ordered.sort_unstable_by(|(_, one), (_, other)| one.cmp(other));
        // A link goes with the last of the rows that name it: a transaction names a key once.
        let (mut pairs, mut earlier) = (Vec::with_capacity(ordered.len()), Vec::new());
        for of_one_link in ordered.chunk_by(|(_, one), (_, other)| one == other) {
            if let Some(((sort, link), others)) = of_one_link.split_last() {
                earlier.extend(others.iter().map(|(sort, _)| Key { partition, sort }));
                pairs.push((Key { partition, sort }, link));
            }
        }
        if !self.batches(table).delete(&earlier).await?.is_empty() {
            return Err(Fault::retry(ERASE_LINKED, "rows left undone"));
        }
        // One after another: rows of a place stand in one partition, and its writes a second are soon used up.
        let deadline = Instant::now() + TURNS_WITHIN;
        for pairs in pairs.chunks(AT_ONCE / 2) {
            for table in [table, &self.names.connections] {
                self.turn(ERASE_LINKED, table, pairs.len() * UNITS, deadline).await?;
            }
            let deletes = pairs.iter().flat_map(|(row, (partition, sort))| {
                let link = transaction::delete(&self.names.connections, &Key { partition, sort });
                [transaction::delete(table, row), link]
            });
            if !transaction::send(&self.dynamodb, ERASE_LINKED, deletes, LINKED_TRIES).await? {
                return Err(Fault::park(ERASE_LINKED, "refused by a condition that is not there"));
            }
        }
        Ok(())
    }

    async fn take_out(
        &self,
        connection: &Place,
        covers_until: Timestamp,
        rows: &[Record],
        links: &[Link],
    ) -> Answer<bool> {
        let listed = connection.connection().map(|id| (directory(&connection.tenant), id.to_string()));
        let row = (partition(connection), ROW.to_owned());
        let rows = rows.iter().map(|record| (partition(connection), record.key.clone()));
        // What leads here stands at the end: it is in the one write whatever goes before. So does the row, listed or not: it decides.
        let all = rows.filter(|key| *key != row).chain(links.iter().map(link_key)).chain(listed);
        let mut named: Vec<(String, String)> = Vec::with_capacity(links.len() + 2);
        for key in all {
            // A transaction that names a key twice is refused as a whole, as a batch is.
            if !named.contains(&key) {
                named.push(key);
            }
        }
        let (first, at_once) = named.split_at(named.len().saturating_sub(AT_ONCE - 1));
        if !first.is_empty() {
            if self.connected_at(connection).await?.is_some_and(|at| at >= covers_until) {
                return Ok(false);
            }
            self.delete_each(first).await?;
        }
        self.delete_at_once(at_once, &row, covers_until).await
    }
}

impl Vault {
    async fn delete_each(&self, named: &[(String, String)]) -> Answer<()> {
        let keys: Vec<Key<'_>> = named.iter().map(|(partition, sort)| Key { partition, sort }).collect();
        let left = self.batches(&self.names.connections).delete(&keys).await?;
        if left.is_empty() { Ok(()) } else { Err(Fault::retry("links.unlink", "links left undone")) }
    }

    /// Deletes all of it with the row of the connection, or nothing: `false` where that was made at `covers_until` or later.
    async fn delete_at_once(
        &self,
        named: &[(String, String)],
        (partition, sort): &(String, String),
        covers_until: Timestamp,
    ) -> Answer<bool> {
        let table = self.names.connections.as_str();
        let units = (named.len() + 1) * UNITS;
        self.turn("connections.take_out", table, units, Instant::now() + TURNS_WITHIN).await?;
        let named = named.iter().map(|(partition, sort)| transaction::delete(table, &Key { partition, sort }));
        let row = transaction::delete(table, &Key { partition, sort })
            .condition_expression("attribute_not_exists(pk) OR connected_at < :covers_until")
            .expression_attribute_values(":covers_until", at(covers_until));
        transaction::send(&self.dynamodb, "connections.take_out", named.chain([row]), TRIES).await
    }
}
