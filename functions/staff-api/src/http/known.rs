//! What staff name in a body has to be known: a name that was mistyped is 404, with the member that holds it.

use privacy::find_tenant::{NotKnown, Whereabouts};
use privacy::ids::TenantId;
use privacy::legal_hold::{HoldScope, LegalHold};
use privacy::obligation::ObligationId;
use privacy::ports::{HoldBook, Ledger};
use privacy::subject_request::ports::RequestBook;
use privacy_edge::problem::Problem;

use super::{Rejected, Staff};

impl From<NotKnown> for Rejected {
    fn from(error: NotKnown) -> Self {
        match error {
            NotKnown::Tenant => Problem::Unknown("tenant_id").into(),
            NotKnown::Connection => Problem::Unknown("connection_id").into(),
            NotKnown::Contact => Problem::Unknown("contact").into(),
            NotKnown::User => Problem::Unknown("user").into(),
            NotKnown::Fault(fault) => fault.into(),
        }
    }
}

impl Staff {
    /// The tenant of a hold, and the connection, contact and user that it is narrowed to. Whoever has left meanwhile, a hold that was placed before is
    /// asked for again, and one in force is followed by the next when it has been reviewed.
    pub(super) async fn know_scope(&self, hold: &LegalHold) -> Result<(), Rejected> {
        if self.ledger.find(&hold.id).await?.is_some() {
            return Ok(());
        }
        let in_force = self.ledger.holds(&hold.scope.tenant).await?;
        let of = |scope: &HoldScope| (scope.connection.clone(), scope.contact.clone(), scope.user.clone());
        if in_force.iter().any(|known| of(&known.scope) == of(&hold.scope)) {
            return Ok(());
        }
        let keys = self.subject_keys.get().await?;
        let whereabouts = Whereabouts { vault: &self.vault, ledger: &self.ledger, keys: &keys, map: &self.map };
        whereabouts.find(&hold.scope.tenant, hold.scope.connection.as_ref()).await?;
        Ok(whereabouts.find_people(&hold.scope).await?)
    }

    /// A tenant.
    pub(super) async fn know_tenant(&self, tenant: &TenantId) -> Result<(), Rejected> {
        let keys = self.subject_keys.get().await?;
        let whereabouts = Whereabouts { vault: &self.vault, ledger: &self.ledger, keys: &keys, map: &self.map };
        Ok(whereabouts.find(tenant, None).await?)
    }

    /// A request that another one is about.
    pub(super) async fn know_request(&self, id: &ObligationId) -> Result<(), Rejected> {
        Ok(self.ledger.request(id).await?.map(drop).ok_or(Problem::Unknown("appeal_of"))?)
    }
}
