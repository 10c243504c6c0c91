//! In `routed-to#<tenant>`, under the reference of a request: that a part of it was handed to this tenant. Written with the act that
//! hands it over, and gone with the record of the request.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use privacy::fault::Fault;
use privacy::ids::TenantId;
use privacy::list_parts::KeyStart;
use privacy::obligation::ObligationId;
use privacy::ports::Answer;
use privacy::subject_request::ports::RequestsOfTenants;
use privacy::subject_request::{Act, Deed};

use super::LedgerTable;
use super::requests::{TRAIL, act_of};
use crate::attributes::{Item, get_text, text, unreadable};
use crate::faults::fault;

pub(super) const ROUTED_TO: &str = "routed-to#";

fn partition(tenant: &TenantId) -> String {
    format!("{ROUTED_TO}{tenant}")
}

/// What stands beside an act that hands a part over.
pub(super) fn beside(table: &str, id: &ObligationId, act: &Act) -> Result<Option<TransactWriteItem>, Fault> {
    let Deed::Routed { tenant } = &act.deed else { return Ok(None) };
    let put = Put::builder().table_name(table).item("pk", text(partition(tenant))).item("sk", text(id.as_str()));
    let put = put.build().map_err(|error| Fault::park("requests.route", error))?;
    Ok(Some(TransactWriteItem::builder().put(put).build()))
}

/// The partitions that name a request of which these are the rows. By what was done: a request that an appeal put back to work
/// may have forgotten its parts.
pub(super) fn naming(rows: &[Item]) -> Result<Vec<String>, Fault> {
    let mut partitions = Vec::new();
    for row in rows.iter().filter(|row| get_text(row, "sk").is_ok_and(|sort| sort.starts_with(TRAIL))) {
        if let Deed::Routed { tenant } = act_of(row)?.deed {
            partitions.push(partition(&tenant));
        }
    }
    partitions.sort_unstable();
    partitions.dedup();
    Ok(partitions)
}

impl RequestsOfTenants for LedgerTable {
    async fn routed_to(&self, tenant: &TenantId) -> Answer<Vec<ObligationId>> {
        let rows = self.rows("requests.routed-to", partition(tenant), "").await?;
        let id = |row: &Item| ObligationId::parse(get_text(row, "sk")?).map_err(|_| unreadable("sk"));
        rows.iter().map(id).collect()
    }

    async fn routed_after(&self, tenant: &TenantId, after: Option<&KeyStart>, limit: u16) -> Answer<Vec<ObligationId>> {
        let id = |row: &Item| ObligationId::parse(get_text(row, "sk")?).map_err(|_| unreadable("sk"));
        // Before every id: a key is never empty.
        let mut after = after.map_or_else(|| " ".to_owned(), KeyStart::last);
        let mut ids = Vec::new();
        loop {
            let left = usize::from(limit) - ids.len();
            let query = self.client.query().table_name(&self.table).consistent_read(true);
            let query = query
                .key_condition_expression("pk = :pk AND sk > :after")
                .expression_attribute_values(":pk", text(partition(tenant)))
                .expression_attribute_values(":after", text(after))
                .limit(i32::try_from(left).unwrap_or(i32::MAX));
            let answer = query.send().await.map_err(fault("requests.routed-after"))?;
            let is_last = answer.last_evaluated_key.is_none();
            for row in answer.items.unwrap_or_default().iter().take(left) {
                ids.push(id(row)?);
            }
            match ids.last().filter(|_| !is_last && ids.len() < usize::from(limit)) {
                Some(last) => after = last.as_str().to_owned(),
                None => return Ok(ids),
            }
        }
    }
}
