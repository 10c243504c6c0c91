//! Orders the export of a tenant's account, while its window is open. Ordering again changes nothing: there is one bundle, until
//! it is erased or the account ends anew.
//!
//! An order is noted before it is answered: what was ordered in time the purge waits for, however late a worker comes to it.

use jiff::Timestamp;

use super::job::{ExportJob, ExportQueue};
use super::make_bundle::erase_at;
use super::ports::{BundleBook, Claim, Next};
use super::window::{Window, window};
use crate::data_map::DataMap;
use crate::fault::Fault;
use crate::ids::TenantId;
use crate::ports::DueIndex;

/// Whose the bundle is while an order is noted. It gives way to any worker at once.
const ORDER: &str = "order";

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
    ledger: &(impl DueIndex + BundleBook),
    queue: &impl ExportQueue,
    map: &DataMap,
    tenant: &TenantId,
    now: Timestamp,
) -> Result<AccountOrdered, Fault> {
    let window = window(ledger, map, tenant, now).await?;
    match window {
        Window::Open { closes_at, .. } => {
            let job = ExportJob::Tenant(tenant.clone());
            note(ledger, map, (&job, window), now).await?;
            queue.export(&job).await?;
            Ok(AccountOrdered::Taken { closes_at })
        }
        Window::NotYet => Ok(AccountOrdered::NotYet),
        Window::Closed { .. } => Ok(AccountOrdered::TooLate),
    }
}

/// Notes that it is to be made, unless one of this end is there or a worker has it.
async fn note(
    book: &impl BundleBook,
    map: &DataMap,
    (job, window): (&ExportJob, Window),
    now: Timestamp,
) -> Result<(), Fault> {
    let erase_at = erase_at(map, now)?;
    let Claim::Granted(bundle) = book.claim(job, ORDER, now, erase_at, now).await? else { return Ok(()) };
    if bundle.erased_at.is_some() || bundle.made_at.is_some_and(|made_at| window.is_after(made_at)) {
        book.renew(job, ORDER, &bundle, Next::beside(erase_at)).await?;
    }
    book.let_go(job, ORDER).await
}
