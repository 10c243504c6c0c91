//! In `routed-to#<tenant>`, under the reference of a request: that a part of it was handed to this tenant. Written with the act that
//! hands it over, and gone with the record of the request.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use privacy::fault::Fault;
use privacy::ids::TenantId;
use privacy::obligation::ObligationId;
use privacy::ports::Answer;
use privacy::subject_request::ports::RequestsOfTenants;
use privacy::subject_request::{Act, Deed};

use super::LedgerTable;
use super::requests::{TRAIL, act_of};
use crate::attributes::{Item, get_text, text, unreadable};

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
}
