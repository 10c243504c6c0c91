//! Shows the business how far the export of its account is. Once it is whole a link is minted for each look, and works for minutes:
//! whoever looks has just been checked by the gateway. Nothing keeps it.

use jiff::Timestamp;

use super::download::LINK_LIFETIME;
use super::job::ExportJob;
use super::ports::{Bundle, BundleBook, BundleKey, BundleLinks, Link};
use super::window::{Window, window};
use crate::data_map::DataMap;
use crate::fault::Fault;
use crate::ids::TenantId;
use crate::ports::DueIndex;

/// How far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountExport {
    /// None was ordered, or none for this end of the account.
    None,
    /// It is ordered, or being made.
    InProgress,
    /// It was not made before its data had to go: there is none, and no other can be ordered.
    Failed,
    /// It is whole.
    Ready {
        /// Since when.
        made_at: Timestamp,
        /// How long it is.
        bytes: u64,
        /// From when on it is gone.
        erase_at: Timestamp,
        /// Where it is, for whoever has this.
        link: Link,
        /// How long that works: never longer than the bundle is there.
        link_until: Timestamp,
    },
    /// It is gone, or about to go.
    Erased,
}

/// By a strong read.
///
/// # Errors
/// [`Fault`]: ask again.
pub async fn show_account(
    book: &(impl BundleBook + DueIndex),
    links: &impl BundleLinks,
    map: &DataMap,
    tenant: &TenantId,
    now: Timestamp,
) -> Result<AccountExport, Fault> {
    let job = ExportJob::Tenant(tenant.clone());
    let Some(bundle) = book.bundle(&job).await? else { return Ok(AccountExport::None) };
    let window = window(book, map, tenant, now).await?;
    let (Some(made_at), Some(erase_at)) = (bundle.made_at, bundle.erase_at) else {
        return Ok(not_made(&bundle, window, now));
    };
    if window.is_after(made_at) {
        return Ok(AccountExport::None);
    }
    if bundle.erased_at.is_some() || erase_at <= now {
        return Ok(AccountExport::Erased);
    }
    let link = links.link(&BundleKey::of(&job, bundle.round)).await?;
    let link_until = (now + LINK_LIFETIME).min(erase_at);
    Ok(AccountExport::Ready { made_at, bytes: bundle.bytes, erase_at, link, link_until })
}

/// How far one is that was never whole.
fn not_made(bundle: &Bundle, window: Window, now: Timestamp) -> AccountExport {
    match window {
        Window::NotYet => AccountExport::None,
        Window::Open { .. } if bundle.is_open() => AccountExport::InProgress,
        Window::Open { .. } => AccountExport::None,
        Window::Closed { latest: Some(latest), .. } if bundle.is_open() && now < latest => AccountExport::InProgress,
        Window::Closed { .. } => AccountExport::Failed,
    }
}
