//! What receipts call tenants and obligations.

use super::{KeyedRef, Purpose, SubjectKeys};
use crate::ids::TenantId;
use crate::obligation::ObligationId;

impl SubjectKeys {
    /// The chain that the receipts of a tenant stand in, under the current key: a new key version begins a new chain.
    #[must_use]
    pub fn receipt_chain(&self, tenant: &TenantId) -> Option<KeyedRef> {
        self.receipt(&chain(tenant))
    }

    /// Every chain that receipts of a tenant may stand in, one per key version, current first.
    #[must_use]
    pub fn receipt_chains(&self, tenant: &TenantId) -> Vec<KeyedRef> {
        let chain = chain(tenant);
        self.versions.iter().map(|version| version.reference(Purpose::Receipt, &chain)).collect()
    }

    /// What receipts call an obligation: the same in every chain, and not the code, which opens the status page.
    #[must_use]
    pub fn receipt_obligation(&self, id: &ObligationId) -> Option<KeyedRef> {
        self.receipt(&format!("obligation#{}", id.as_str()))
    }

    fn receipt(&self, canonical: &str) -> Option<KeyedRef> {
        self.versions.first().map(|current| current.reference(Purpose::Receipt, canonical))
    }
}

fn chain(tenant: &TenantId) -> String {
    format!("tenant#{tenant}")
}
