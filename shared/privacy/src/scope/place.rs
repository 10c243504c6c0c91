//! Whose data: a tenant, and which part of what it has. A combination that no store knows cannot be written down.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{ConnectionId, ContactId, TenantId, UserId};

/// A part of what a tenant has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// All that it has of its own: its account, its conversations.
    Own,
    /// One contact in what it has of its own.
    OwnContact(ContactId),
    /// One user of its account.
    User(UserId),
    /// What came through one connection: all of it, or what is of one contact.
    Connection(ConnectionId, Option<ContactId>),
}

/// A part of the data of a tenant. Every delete names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Ids", into = "Ids")]
pub struct Place {
    /// Whose data it is.
    pub tenant: TenantId,
    /// Which part of it.
    pub part: Part,
}

/// The ids of a place that do not fit together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no part of a tenant has these ids together")]
pub struct InvalidPlace;

/// The ids of a place one by one, as rows and messages hold them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ids {
    /// Whose data it is.
    pub tenant: TenantId,
    /// Through which connection it came.
    #[serde(default)]
    pub connection: Option<ConnectionId>,
    /// Of which contact.
    #[serde(default)]
    pub contact: Option<ContactId>,
    /// Of which user of the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
}

impl TryFrom<Ids> for Place {
    type Error = InvalidPlace;

    fn try_from(ids: Ids) -> Result<Self, InvalidPlace> {
        let Ids { tenant, connection, contact, user } = ids;
        let part = match (connection, contact, user) {
            (None, None, None) => Part::Own,
            (None, Some(contact), None) => Part::OwnContact(contact),
            (None, None, Some(user)) => Part::User(user),
            (Some(connection), contact, None) => Part::Connection(connection, contact),
            (Some(_), _, Some(_)) | (None, Some(_), Some(_)) => return Err(InvalidPlace),
        };
        Ok(Self { tenant, part })
    }
}

impl From<Place> for Ids {
    fn from(place: Place) -> Self {
        let (connection, contact, user) =
            (place.connection().cloned(), place.contact().cloned(), place.user().cloned());
        Self { tenant: place.tenant, connection, contact, user }
    }
}

impl Place {
    /// What a tenant has of its own.
    #[must_use]
    pub const fn of_tenant(tenant: TenantId) -> Self {
        Self { tenant, part: Part::Own }
    }

    /// Everything of one connection.
    #[must_use]
    pub const fn of_connection(tenant: TenantId, connection: ConnectionId) -> Self {
        Self { tenant, part: Part::Connection(connection, None) }
    }

    /// One user of the tenant's account.
    #[must_use]
    pub const fn of_user(tenant: TenantId, user: UserId) -> Self {
        Self { tenant, part: Part::User(user) }
    }

    /// One contact in what the tenant has of its own.
    #[must_use]
    pub const fn of_own_contact(tenant: TenantId, contact: ContactId) -> Self {
        Self { tenant, part: Part::OwnContact(contact) }
    }

    /// The connection that it came through.
    #[must_use]
    pub const fn connection(&self) -> Option<&ConnectionId> {
        match &self.part {
            Part::Connection(connection, _) => Some(connection),
            Part::Own | Part::OwnContact(_) | Part::User(_) => None,
        }
    }

    /// The one contact that it is about.
    #[must_use]
    pub const fn contact(&self) -> Option<&ContactId> {
        match &self.part {
            Part::OwnContact(contact) | Part::Connection(_, Some(contact)) => Some(contact),
            Part::Own | Part::User(_) | Part::Connection(_, None) => None,
        }
    }

    /// The one user that it is about.
    #[must_use]
    pub const fn user(&self) -> Option<&UserId> {
        match &self.part {
            Part::User(user) => Some(user),
            Part::Own | Part::OwnContact(_) | Part::Connection(..) => None,
        }
    }

    /// The id that stands for a placeholder of a key pattern, if the place has it.
    #[must_use]
    pub fn id(&self, placeholder: &str) -> Option<&str> {
        match placeholder {
            "tenant" => Some(self.tenant.as_str()),
            "connection" => self.connection().map(ConnectionId::as_str),
            "contact" => self.contact().map(ContactId::as_str),
            "user" => self.user().map(UserId::as_str),
            _ => None,
        }
    }

    /// Whether it is one whole connection.
    #[must_use]
    pub const fn is_connection(&self) -> bool {
        matches!(self.part, Part::Connection(_, None))
    }

    /// The whole connection that it came through.
    #[must_use]
    pub fn whole_connection(&self) -> Option<Self> {
        self.connection().map(|connection| Self::of_connection(self.tenant.clone(), connection.clone()))
    }

    /// Whether what arrives late of it is refused by a mark of its own: a connection, or one contact of anything.
    #[must_use]
    pub const fn is_gated(&self) -> bool {
        match &self.part {
            Part::OwnContact(_) | Part::Connection(..) => true,
            Part::Own | Part::User(_) => false,
        }
    }
}

/// `alder`, `alder##contact#p1`, `alder##user#u1`, `alder#c1`, `alder#c1#p1`: no id is empty, so no two places are one text.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenant = &self.tenant;
        match &self.part {
            Part::Own => write!(f, "{tenant}"),
            Part::OwnContact(contact) => write!(f, "{tenant}##contact#{contact}"),
            Part::User(user) => write!(f, "{tenant}##user#{user}"),
            Part::Connection(connection, None) => write!(f, "{tenant}#{connection}"),
            Part::Connection(connection, Some(contact)) => write!(f, "{tenant}#{connection}#{contact}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Place, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn a_place_is_written_as_it_always_was_and_read_back() {
        let cases = [
            (r#"{"tenant":"alder","connection":null,"contact":null}"#, "alder"),
            (r#"{"tenant":"alder","connection":"c1","contact":null}"#, "alder#c1"),
            (r#"{"tenant":"alder","connection":"c1","contact":"p1"}"#, "alder#c1#p1"),
            (r#"{"tenant":"alder","connection":null,"contact":"p1"}"#, "alder##contact#p1"),
            (r#"{"tenant":"alder","connection":null,"contact":null,"user":"u1"}"#, "alder##user#u1"),
        ];
        for (json, text) in cases {
            let place = read(json).unwrap();
            assert_eq!((place.to_string().as_str(), serde_json::to_string(&place).unwrap().as_str()), (text, json));
        }
    }

    #[test]
    fn ids_that_no_part_has_together_are_no_place() {
        for bad in [
            r#"{"tenant":"alder","connection":"c1","user":"u1"}"#,
            r#"{"tenant":"alder","contact":"p1","user":"u1"}"#,
            r#"{"tenant":"alder","connection":"c1","contact":"p1","user":"u1"}"#,
            r#"{"connection":"c1"}"#,
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_order_of_connections_and_their_contacts_stays() {
        let texts = ["alder", "alder##contact#p1", "alder##user#u1", "alder#c1", "alder#c1#p1", "alder#c2", "birch"];
        let ids = |connection: Option<&str>, contact: Option<&str>, user: Option<&str>, tenant: &str| {
            let ids = serde_json::json!({"tenant": tenant, "connection": connection, "contact": contact, "user": user});
            read(&ids.to_string()).unwrap()
        };
        let mut places = [
            ids(None, None, None, "birch"),
            ids(Some("c2"), None, None, "alder"),
            ids(Some("c1"), Some("p1"), None, "alder"),
            ids(None, None, Some("u1"), "alder"),
            ids(Some("c1"), None, None, "alder"),
            ids(None, Some("p1"), None, "alder"),
            ids(None, None, None, "alder"),
        ];
        places.sort();
        assert_eq!(places.map(|place| place.to_string()), texts);
    }
}
