//! Whether anybody knows a tenant, or a connection of one, before staff act on its name: a hold on a name that was mistyped would
//! keep nothing, and nobody would notice.
//!
//! Everything is read by its key and nothing is searched through. Receipts stay, so a tenant that has left long ago, and of whom
//! only invoices and logs are kept, is known too.

use crate::data_map::{DataMap, KeyRange};
use crate::fault::Fault;
use crate::ids::{ConnectionId, TenantId};
use crate::keys::SubjectKeys;
use crate::legal_hold::HoldScope;
use crate::obligation::{ObligationId, Turn};
use crate::ports::{Connections, DueIndex, Read, Stores};
use crate::receipt::ChainLedger;
use crate::scope::{Part, Place};

/// Why a name is not acted on.
#[derive(Debug, thiserror::Error)]
pub enum NotKnown {
    /// No record, connection, obligation or receipt is of this tenant.
    #[error("nobody has this tenant")]
    Tenant,
    /// The tenant is known; a connection of this name is not, and none was disconnected.
    #[error("the tenant has no such connection")]
    Connection,
    /// The tenant, or its connection, is known; nobody there has stored a contact of this name.
    #[error("the tenant has no such contact")]
    Contact,
    /// The account is known; a user of this name is not.
    #[error("the account has no such user")]
    User,
    /// It could not be read.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Where tenants and connections leave a trace.
#[derive(Debug)]
pub struct Whereabouts<'a, V, L> {
    /// The tables of the data map, and the directory of connections.
    pub vault: &'a V,
    /// Obligations and receipts.
    pub ledger: &'a L,
    /// What receipts call a tenant.
    pub keys: &'a SubjectKeys,
    /// Which tables hold what a tenant has of its own, and which phases its end has.
    pub map: &'a DataMap,
}

impl<V, L> Whereabouts<'_, V, L>
where
    V: Stores + Connections,
    L: DueIndex + ChainLedger,
{
    /// Nothing, if the tenant is known, and the connection where one is named.
    ///
    /// # Errors
    /// [`NotKnown`]
    pub async fn find(&self, tenant: &TenantId, connection: Option<&ConnectionId>) -> Result<(), NotKnown> {
        if let Some(connection) = connection
            && self.has_connection(tenant, connection).await?
        {
            return Ok(());
        }
        if !self.has_tenant(tenant).await? {
            return Err(NotKnown::Tenant);
        }
        connection.map_or(Ok(()), |_| Err(NotKnown::Connection))
    }

    /// Nothing, if the contact and the user that a hold is narrowed to have a row anywhere, or none is named. The tenant is known.
    ///
    /// # Errors
    /// [`NotKnown`]
    pub async fn find_people(&self, scope: &HoldScope) -> Result<(), NotKnown> {
        let HoldScope { tenant, connection, contact, user, .. } = scope;
        if let Some(contact) = contact {
            let through = |connection: &ConnectionId| Place {
                tenant: tenant.clone(),
                part: Part::Connection(connection.clone(), Some(contact.clone())),
            };
            let places = match connection {
                Some(connection) => vec![through(connection)],
                None => {
                    let all = self.vault.of_tenant(tenant).await?;
                    let through = all.iter().filter_map(|one| one.reach.place.connection().map(through));
                    std::iter::once(Place::of_own_contact(tenant.clone(), contact.clone())).chain(through).collect()
                }
            };
            if !self.has_any(&places).await? {
                return Err(NotKnown::Contact);
            }
        }
        if let Some(user) = user
            && !self.has_any(&[Place::of_user(tenant.clone(), user.clone())]).await?
        {
            return Err(NotKnown::User);
        }
        Ok(())
    }

    async fn has_any(&self, places: &[Place]) -> Result<bool, Fault> {
        for place in places {
            if self.has_records(place).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A row of it stands, or it was disconnected: the obligation is found by its name.
    async fn has_connection(&self, tenant: &TenantId, connection: &ConnectionId) -> Result<bool, Fault> {
        let place = Place::of_connection(tenant.clone(), connection.clone());
        Ok(self.vault.connected_at(&place).await?.is_some()
            || self.has_obligation(&ObligationId::of_connection(&place)).await?)
    }

    async fn has_tenant(&self, tenant: &TenantId) -> Result<bool, Fault> {
        Ok(self.has_records(&Place::of_tenant(tenant.clone())).await?
            || !self.vault.of_tenant(tenant).await?.is_empty()
            || self.has_ended(tenant).await?
            || self.has_receipts(tenant).await?)
    }

    /// Something of it stands in a table. Buckets are left out: whoever has files there has rows.
    async fn has_records(&self, place: &Place) -> Result<bool, Fault> {
        for store in self.map.stores() {
            if let Some(range @ KeyRange::Table { .. }) = store.range(place) {
                let page = self.vault.page(&store.name, &range, None, Some(1), Read::Strong).await?;
                if !page.records.is_empty() {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Its account has ended or will end.
    async fn has_ended(&self, tenant: &TenantId) -> Result<bool, Fault> {
        for phase in self.map.model().termination.phase.keys() {
            for turn in Turn::ALL {
                if self.has_obligation(&ObligationId::of_turn(tenant, phase, turn)).await? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Something of it was erased once.
    async fn has_receipts(&self, tenant: &TenantId) -> Result<bool, Fault> {
        for chain in self.keys.receipt_chains(tenant) {
            if self.ledger.hint(&chain).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn has_obligation(&self, id: &ObligationId) -> Result<bool, Fault> {
        Ok(self.ledger.head(id).await?.is_some())
    }
}

#[cfg(test)]
mod tests;
