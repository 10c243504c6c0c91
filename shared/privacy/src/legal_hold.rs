//! Legal holds: what must stay for now. A hold delays an erasure for exactly its scope and never refuses it; when it is
//! released, the work is due at once on its old clock (law: GDPR article 17(3)(e); Meta Platform Terms 3.d.ii).

mod in_force;
pub use in_force::InForce;

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use sha2::{Digest, Sha256};

use crate::data_map::{DataMap, StoreMap};
use crate::hex::first_hex;
use crate::ids::{ConnectionId, ContactId, InvalidId, TenantId, UserId};
use crate::instant;
use crate::scope::{Part, Place, is_covered};

/// A hold is looked at again after so many days at the latest.
pub const REVIEW_WITHIN_DAYS: i32 = 90;

/// What a person wrote about a hold: why, who said so, where the proof is. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Note(String);

impl Note {
    /// The longest, in characters of any script.
    pub const CHARACTERS_MAX: usize = 500;

    /// # Errors
    /// [`InvalidId`] when it is empty or longer than [`Note::CHARACTERS_MAX`].
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let text = text.trim();
        if (1..=Self::CHARACTERS_MAX).contains(&text.chars().count()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidId)
        }
    }

    /// For the row, and for staff.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

crate::redacted!(Note);

/// Names a hold: 8 to 40 characters of `[a-z0-9-]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HoldId(String);

impl HoldId {
    /// # Errors
    /// [`InvalidId`]
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let is_name = (8..=40).contains(&text.len()) && text.bytes().all(allowed);
        is_name.then(|| Self(text.to_owned())).ok_or(InvalidId)
    }

    /// The name of a hold that was given none: the same for the same hold, so that placing it again places it once. A hash
    /// of all that was said of it.
    #[must_use]
    pub fn derived(scope: &HoldScope, notes: [Option<&Note>; 3], review_by: Date) -> Self {
        let HoldScope { tenant, connection, contact, user, classes, from, until } = scope;
        let mut parts = vec![Some(tenant.as_str().to_owned()), Some(review_by.to_string())];
        parts.push(connection.as_ref().map(|connection| connection.as_str().to_owned()));
        parts.push(contact.as_ref().map(|contact| contact.as_str().to_owned()));
        parts.extend([from, until].map(|at| at.map(instant::to_text)));
        parts.extend(notes.map(|note| note.map(|note| note.expose().to_owned())));
        parts.extend(classes.iter().cloned().map(Some));
        let mut digest = Sha256::new();
        for part in parts {
            // Its length before each part: no two holds are one text.
            digest.update(part.map_or("-".to_owned(), |part| format!("{}:{part}", part.len())));
        }
        // Apart from the others, so that a hold without a user keeps the name it always had.
        if let Some(user) = user {
            digest.update(format!("user:{user}"));
        }
        Self(format!("hold-{}", first_hex(&digest.finalize(), 16)))
    }

    /// As it stands in rows.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For events: staff may have named it after somebody.
    #[must_use]
    pub fn log_ref(&self) -> String {
        first_hex(&Sha256::digest(self.0.as_bytes()), 6)
    }
}

/// What a hold covers. Whatever is absent is not narrowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldScope {
    /// Whose data. A hold is always of one tenant.
    pub tenant: TenantId,
    /// Through which connection.
    pub connection: Option<ConnectionId>,
    /// Of which contact.
    pub contact: Option<ContactId>,
    /// Of which user of the account.
    pub user: Option<UserId>,
    /// Of which record classes; empty: of all.
    pub classes: BTreeSet<String>,
    /// Records from this instant on. Records without a date in their key are held too.
    pub from: Option<Timestamp>,
    /// Records before this instant.
    pub until: Option<Timestamp>,
}

impl HoldScope {
    /// Everything of a tenant.
    #[must_use]
    pub const fn of_tenant(tenant: TenantId) -> Self {
        Self { tenant, connection: None, contact: None, user: None, classes: BTreeSet::new(), from: None, until: None }
    }
}

/// A hold that is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegalHold {
    /// Its name.
    pub id: HoldId,
    /// What it covers.
    pub scope: HoldScope,
    /// Why.
    pub reason: Note,
    /// Who approved it.
    pub approver: Note,
    /// Where the proof of the legal requirement is kept.
    pub proof: Option<Note>,
    /// Since when.
    pub placed_at: Timestamp,
    /// The last day on which somebody has to look at it again.
    pub review_by: Date,
}

/// A hold that cannot be placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidHold {
    /// It names a record class that the policy does not know.
    #[error("a record class is not one of the policy's")]
    Class,
    /// No record of a class, or of any, is of what it is narrowed to: it would keep nothing.
    #[error("nothing that is stored is of both what it names and what it is narrowed to")]
    Narrowed,
    /// It ends before it begins.
    #[error("it holds what is dated before its beginning")]
    Dates,
    /// It is reviewed too late, or never was going to be.
    #[error("the review is not within 90 days")]
    Review,
    /// It may hold a platform's data without saying where the proof of the legal requirement is.
    #[error("a proof reference is needed for platform data")]
    Proof,
}

/// Whether somebody should have looked at a hold again by now; the last day counts whole, in UTC.
#[must_use]
pub fn is_past_review(review_by: Date, now: Timestamp) -> bool {
    now.to_zoned_datetime(TimeZone::UTC).date() > review_by
}

impl LegalHold {
    /// Whether it may be placed.
    ///
    /// # Errors
    /// [`InvalidHold`]
    pub fn check(&self, map: &DataMap, now: Timestamp) -> Result<(), InvalidHold> {
        let classes = &map.model().class;
        if !self.scope.classes.iter().all(|class| classes.contains_key(class)) {
            return Err(InvalidHold::Class);
        }
        if !self.can_hold(map) {
            return Err(InvalidHold::Narrowed);
        }
        if self.scope.from.zip(self.scope.until).is_some_and(|(from, until)| from >= until) {
            return Err(InvalidHold::Dates);
        }
        let today = now.to_zoned_datetime(TimeZone::UTC).date();
        let latest = today.checked_add(Span::new().days(REVIEW_WITHIN_DAYS)).map_err(|_| InvalidHold::Review)?;
        if self.review_by <= today || self.review_by > latest {
            return Err(InvalidHold::Review);
        }
        // What came through a connection, wherever it stands: under it, or added up in rows of the tenant.
        let is_platforms = |class: &str| {
            classes.get(class).is_some_and(|class| {
                class.clock.anchor == "disconnected_at"
                    || class.scope.iter().any(|part| part == "connection")
                    || classes.values().filter_map(|other| other.shared.as_ref()).any(|to| to.store == class.store)
            })
        };
        let names_none = self.scope.classes.is_empty() && self.scope.user.is_none();
        let may_hold_platforms = names_none || self.scope.classes.iter().any(|class| is_platforms(class));
        if may_hold_platforms && self.proof.is_none() {
            return Err(InvalidHold::Proof);
        }
        Ok(())
    }

    /// Whether each class that it names, or any where it names none, has records of what it is narrowed to.
    fn can_hold(&self, map: &DataMap) -> bool {
        let HoldScope { connection, contact, user, classes, .. } = &self.scope;
        let narrowed: Vec<&str> =
            [(connection.is_some(), "connection"), (contact.is_some(), "contact"), (user.is_some(), "user")]
                .into_iter()
                .filter_map(|(is_named, part)| is_named.then_some(part))
                .collect();
        let known = &map.model().class;
        let has_all = |scope: &[String]| narrowed.iter().all(|part| scope.iter().any(|known| known == part));
        // What is added up from records of several connections is held with them.
        let can = |class: &str| {
            known.get(class).is_some_and(|class| {
                let sources =
                    known.values().filter(|other| other.shared.as_ref().is_some_and(|to| to.store == class.store));
                has_all(&class.scope) || sources.into_iter().any(|source| has_all(&source.scope))
            })
        };
        if classes.is_empty() { known.keys().any(|class| can(class)) } else { classes.iter().all(|class| can(class)) }
    }

    /// Whether anything of a place can be held.
    #[must_use]
    pub fn touches(&self, place: &Place) -> bool {
        let HoldScope { tenant, connection, contact, user, .. } = &self.scope;
        let has_contact = |contact| match &place.part {
            Part::Own | Part::Connection(_, None) => true,
            Part::OwnContact(other) | Part::Connection(_, Some(other)) => other == contact,
            Part::User(_) => false,
        };
        let has_user = |user| match &place.part {
            Part::Own => true,
            Part::User(other) => other == user,
            Part::OwnContact(_) | Part::Connection(..) => false,
        };
        *tenant == place.tenant
            && connection.as_ref().is_none_or(|connection| place.connection() == Some(connection))
            && contact.as_ref().is_none_or(has_contact)
            && user.as_ref().is_none_or(has_user)
    }

    /// Whether everything of a place is held, whatever its record.
    #[must_use]
    pub fn keeps_whole(&self, place: &Place) -> bool {
        let HoldScope { contact, user, classes, from, until, .. } = &self.scope;
        self.touches(place)
            && classes.is_empty()
            && from.is_none()
            && until.is_none()
            && contact.as_ref().is_none_or(|contact| place.id("contact") == Some(contact.as_str()))
            && user.as_ref().is_none_or(|user| place.id("user") == Some(user.as_str()))
    }

    /// Whether a row that several connections feed is held with one of its sources. Of a hold that names neither a connection nor a
    /// contact [`LegalHold::holds`] knows all.
    #[must_use]
    pub fn holds_source(&self, place: &Place, store: &StoreMap, (key, source): (&str, &str)) -> bool {
        let HoldScope { tenant, connection, contact, user, classes, .. } = &self.scope;
        let is_named = |slot: &str, id: &str| store.named_by_source(source, slot) == Some(id);
        *tenant == place.tenant
            && user.is_none()
            && (connection.is_some() || contact.is_some())
            && connection.as_ref().is_none_or(|connection| is_named("connection", connection.as_str()))
            && contact.as_ref().is_none_or(|contact| is_named("contact", contact.as_str()))
            && (classes.is_empty() || classes.contains(store.classify(key)))
    }

    /// Whether one record of a place is held.
    #[must_use]
    pub fn holds(&self, place: &Place, store: &StoreMap, key: &str) -> bool {
        if !self.touches(place) {
            return false;
        }
        let HoldScope { contact, user, classes, from, until, .. } = &self.scope;
        let names = |slot: &str, id: &str| {
            place.id(slot).or_else(|| store.captured(key, slot)).is_some_and(|named| named == id)
        };
        let is_of_person = contact.as_ref().is_none_or(|contact| names("contact", contact.as_str()))
            && user.as_ref().is_none_or(|user| names("user", user.as_str()));
        let is_named = |class: &str| classes.contains(class);
        // What a held row was added up from is held with it.
        let is_of_class =
            classes.is_empty() || is_named(store.classify(key)) || store.shared_class(key).is_some_and(is_named);
        let is_dated_so = store.occurred_at(key).is_none_or(|at| {
            from.is_none_or(|from| !is_covered(at, from)) && until.is_none_or(|until| is_covered(at, until))
        });
        is_of_person && is_of_class && is_dated_so
    }
}

#[cfg(test)]
mod tests;
