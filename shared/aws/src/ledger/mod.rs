//! The ledger table. One partition per obligation: `obligation#<id>` with
//!
//! | sort key | holds |
//! |---|---|
//! | `earlier#<seq>` | a finished request under the same code; in the due index as closed |
//! | `head` | the obligation as it is now, under 1 KiB; in the due index, closed or not |
//! | `outcome#<seq>` | the outcome of every record class |
//! | `plan#<seq>` | counts, hash, ceilings |
//! | `processors#<seq>` | where every processor stands |
//! | `receipt#<seq>#<tenant>` | where its receipt goes, byte for byte |
//! | `scope#<seq>#<place>` | the checkpoint of one place |
//! | `subject#<seq>#<ref>` | somebody whom processors are asked about beside the places |
//!
//! so that what the status page shows is one key range. Beside them `chain#<chain>` with `hint`: the newest place of a
//! chain of receipts that was heard of. What holds, purges, replays and staff keep there
//! stands in `holds.rs`, `purges.rs`, `replays.rs` and `staff_acts.rs`.

mod archive;
mod audited;
mod awaited;
mod bundle_rows;
mod bundles;
mod challenges;
mod due;
mod engine;
mod holds;
mod images;
mod intake;
mod kept;
mod outcomes;
mod processors;
mod purges;
mod receipts;
mod replays;
mod requests;
mod routed;
mod rows;
mod show;
mod staff;
mod staff_acts;
mod targets;
mod words;

pub use audited::{Told, change_of_record, is_told};
pub use images::told_by;

use aws_sdk_dynamodb::Client;
use privacy::obligation::ObligationId;
use privacy::ports::Answer;

use crate::attributes::{Item, text};
use crate::connection::Connection;
use crate::faults::fault;

/// The sparse index of what is due: `due_shard`, `next_action_at`, keys only.
pub const DUE_INDEX: &str = "due";

pub(crate) const HEAD: &str = "head";

/// DynamoDB behind the ledger's ports.
#[derive(Clone, Debug)]
pub struct LedgerTable {
    client: Client,
    table: String,
}

impl LedgerTable {
    /// A ledger in this table.
    #[must_use]
    pub fn new(connection: &Connection, table: String) -> Self {
        Self { client: connection.dynamodb(), table }
    }

    /// The rows of a partition whose sort keys begin so, by strong reads.
    async fn rows(&self, action: &'static str, partition: String, beginning: &str) -> Answer<Vec<Item>> {
        let mut rows = Vec::new();
        let mut start = None;
        loop {
            let query = self.client.query().table_name(&self.table).consistent_read(true);
            let query = query.expression_attribute_values(":pk", text(partition.clone()));
            let query = if beginning.is_empty() {
                query.key_condition_expression("pk = :pk")
            } else {
                let query = query.key_condition_expression("pk = :pk AND begins_with(sk, :beginning)");
                query.expression_attribute_values(":beginning", text(beginning))
            };
            let answer = query.set_exclusive_start_key(start).send().await.map_err(fault(action))?;
            rows.extend(answer.items.unwrap_or_default());
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(rows);
            }
        }
    }
}

fn head_key(id: &ObligationId) -> Item {
    key(id, HEAD)
}

fn key(id: &ObligationId, sort: impl Into<String>) -> Item {
    Item::from([("pk".to_owned(), text(id.partition())), ("sk".to_owned(), text(sort))])
}

fn sequenced(kind: &str, seq: u32) -> String {
    format!("{kind}#{seq:06}")
}
