//! Orders the export of a tenant's account, while its window is open. Ordering again changes nothing: there is one bundle, until
//! it is erased.

use jiff::Timestamp;

use super::job::{ExportJob, ExportQueue};
use super::window::{Window, window};
use crate::data_map::DataMap;
use crate::fault::Fault;
use crate::ids::TenantId;
use crate::ports::DueIndex;

/// What an order came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountOrdered {
    /// The worker has it.
    Taken {
        /// From when on no other can be ordered.
        closes_at: Timestamp,
    },
    /// Nothing ends, or not yet.
    NotYet,
    /// The window is closed.
    TooLate,
}

/// Sends the account to the worker that exports.
///
/// # Errors
/// [`Fault`]: perhaps it was not sent; ask again.
pub async fn order_account(
    ledger: &impl DueIndex,
    queue: &impl ExportQueue,
    map: &DataMap,
    tenant: &TenantId,
    now: Timestamp,
) -> Result<AccountOrdered, Fault> {
    match window(ledger, map, tenant, now).await? {
        Window::Open { closes_at } => {
            queue.export(&ExportJob::Tenant(tenant.clone())).await?;
            Ok(AccountOrdered::Taken { closes_at })
        }
        Window::NotYet => Ok(AccountOrdered::NotYet),
        Window::Closed => Ok(AccountOrdered::TooLate),
    }
}
