//! Rows that name an identity link: a class whose key has the placeholder `{link}`. The link itself stands under the identity;
//! this row stands with the place that it leads to, so whoever empties the place finds every link to it.

use super::StoreMap;
use crate::ids::{ContactId, UserId};
use crate::keys::KeyedRef;
use crate::scope::{Link, Part, Place};

/// The placeholder.
pub(super) const SLOT: &str = "link";

impl StoreMap {
    /// Whether rows of a class name identity links.
    #[must_use]
    pub fn is_class_of_links(&self, class: &str) -> bool {
        self.links.iter().any(|(name, _)| name == class)
    }

    /// Whether a row names an identity link.
    #[must_use]
    pub fn is_link(&self, key: &str) -> bool {
        self.links.iter().any(|(_, pattern)| pattern.matches(key))
    }

    /// The identity link that a row of a place names.
    #[must_use]
    pub fn link(&self, place: &Place, key: &str) -> Option<Link> {
        let captured = self.links.iter().find_map(|(_, pattern)| pattern.capture(key))?;
        let (_, reference) = captured.into_iter().find(|(slot, _)| *slot == SLOT)?;
        Some(Link { reference: KeyedRef::from_stored(reference.to_owned()), place: self.owner(place, key) })
    }

    /// Whose a record of a place is: of the one person that its key names, or of the place as a whole.
    #[must_use]
    pub fn owner(&self, place: &Place, key: &str) -> Place {
        let contact = || self.captured(key, "contact").and_then(|id| ContactId::parse(id).ok());
        let user = || self.captured(key, "user").and_then(|id| UserId::parse(id).ok());
        let part = match &place.part {
            Part::Own => contact().map(Part::OwnContact).or_else(|| user().map(Part::User)),
            Part::Connection(connection, None) => {
                contact().map(|contact| Part::Connection(connection.clone(), Some(contact)))
            }
            Part::OwnContact(_) | Part::User(_) | Part::Connection(_, Some(_)) => None,
        };
        Place { tenant: place.tenant.clone(), part: part.unwrap_or_else(|| place.part.clone()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::{built_in_map, own_contact_place, place, user_place};

    #[test]
    fn a_row_names_the_link_of_the_person_it_stands_with() {
        let map = built_in_map();
        let own = Place::of_tenant(user_place("alder", "u1").tenant);
        let dated = "link#2026-02-01T00:00:00.000Z#v1-abc";
        let cases = [
            (
                "inbox",
                place("alder", "c1", None),
                format!("contact#p1#{dated}"),
                Some(place("alder", "c1", Some("p1"))),
            ),
            (
                "inbox",
                place("alder", "c1", Some("p1")),
                format!("contact#p1#{dated}"),
                Some(place("alder", "c1", Some("p1"))),
            ),
            ("accounts", own.clone(), format!("user#u1#{dated}"), Some(user_place("alder", "u1"))),
            ("conversations", own.clone(), format!("contact#p1#{dated}"), Some(own_contact_place("alder", "p1"))),
            ("connections", place("alder", "c1", None), "link#v1-abc".to_owned(), Some(place("alder", "c1", None))),
            ("inbox", place("alder", "c1", None), "contact#p1#score".to_owned(), None),
            ("accounts", own, "user#u1#profile".to_owned(), None),
        ];
        for (store, place, key, expected) in cases {
            let store = map.store(store).unwrap();
            let link = store.link(&place, &key);
            assert_eq!(link.as_ref().map(|link| &link.place), expected.as_ref(), "{key}");
            assert!(link.is_none_or(|link| link.reference.as_str() == "v1-abc"), "{key}");
            assert_eq!(store.is_link(&key), expected.is_some(), "{key}");
            assert_eq!(store.is_class_of_links(store.classify(&key)), expected.is_some(), "{key}");
        }
    }
}
