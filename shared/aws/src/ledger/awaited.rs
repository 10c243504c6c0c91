//! Which purges wait for which bundles: `pending#<tenant>` has one row for each request.

use privacy::export::job::ExportJob;
use privacy::export::ports::BundleBook;
use privacy::ids::TenantId;
use privacy::obligation::ObligationId;
use privacy::ports::Answer;
use privacy::subject_request::ports::RequestBook;

use super::LedgerTable;
use super::bundle_rows::pending;
use crate::attributes::{get_text, unreadable};

impl LedgerTable {
    /// The requests that a purge of a tenant was noted to wait for, by strong reads, and whether each is open.
    async fn waits(&self, action: &'static str, tenant: &TenantId) -> Answer<Vec<(ObligationId, bool)>> {
        let mut waits = Vec::new();
        for row in self.rows(action, pending(tenant), "").await? {
            let id = ObligationId::parse(get_text(&row, "sk")?).map_err(|_| unreadable("sk"))?;
            let is_open = self.request(&id).await?.is_some_and(|request| request.standing.closed_at().is_none());
            waits.push((id, is_open));
        }
        Ok(waits)
    }

    /// The open requests whose bundles a purge of a tenant waits for, by strong reads. One that was closed without a bundle has
    /// left its row, and is not waited for. The export of the account is one of them while it is ordered and not made.
    pub(super) async fn awaited(&self, tenant: &TenantId) -> Answer<Vec<ObligationId>> {
        let waits = self.waits("bundles.awaited", tenant).await?;
        let mut awaited: Vec<ObligationId> =
            waits.into_iter().filter_map(|(id, is_open)| is_open.then_some(id)).collect();
        let account = ExportJob::Tenant(tenant.clone());
        if self.bundle(&account).await?.is_some_and(|bundle| bundle.is_open()) {
            awaited.push(account.named());
        }
        Ok(awaited)
    }

    /// Takes away the rows of requests that are closed.
    pub(super) async fn stop_awaiting_closed(&self, tenant: &TenantId) -> Answer<()> {
        for (id, _) in self.waits("bundles.forget", tenant).await?.into_iter().filter(|(_, is_open)| !is_open) {
            self.stop_awaiting(tenant, &id).await?;
        }
        Ok(())
    }
}
