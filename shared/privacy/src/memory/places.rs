//! Places by their ids, for tests.

use crate::ids::{ConnectionId, ContactId, InvalidId, TenantId, UserId};
use crate::scope::{Part, Place};

/// A place by its ids. Test ids are valid by construction; others become the id `invalid`.
#[must_use]
pub fn place(tenant: &str, connection: &str, contact: Option<&str>) -> Place {
    let part =
        Part::Connection(id(ConnectionId::parse, connection), contact.map(|contact| id(ContactId::parse, contact)));
    Place { tenant: id(TenantId::parse, tenant), part }
}

/// A user of a tenant's account, as [`place`].
#[must_use]
pub fn user_place(tenant: &str, user: &str) -> Place {
    Place::of_user(id(TenantId::parse, tenant), id(UserId::parse, user))
}

/// A contact of the tenant's own, as [`place`].
#[must_use]
pub fn own_contact_place(tenant: &str, contact: &str) -> Place {
    Place::of_own_contact(id(TenantId::parse, tenant), id(ContactId::parse, contact))
}

fn id<T>(parse: fn(&str) -> Result<T, InvalidId>, text: &str) -> T {
    match parse(text).or_else(|_| parse("invalid")) {
        Ok(id) => id,
        Err(_) => unreachable!("`invalid` is a valid id"),
    }
}
