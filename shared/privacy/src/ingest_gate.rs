//! The gate that the product passes before it writes a signal, so that erased data does not come back.
//!
//! Two forms. [`admit`] judges marks that were read: quick, and enough to drop what is clearly unwanted. The
//! conditional form hands [`checks`] to the store, which carries them out in one transaction with the write:
//! only this closes the race against a running erasure, which raises its marks before it reads anything.

mod dated;
mod flags;

pub use dated::{Dated, Line};
pub use flags::{Flag, FlagBook, FlagCheck, LiftedFlag, Purpose, Whose, may_process, processing_checks};

use std::fmt;

use jiff::Timestamp;

use crate::keys::KeyedRef;
use crate::obligation::ObligationId;
use crate::scope::{Part, Place, is_covered};

/// The key of a suppression entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark(String);

impl Mark {
    /// Refuses connections of this identity.
    #[must_use]
    pub fn subject(suppression: &KeyedRef) -> Self {
        Self(format!("subject#{suppression}"))
    }

    /// What is not to be done with the data of this identity, beyond keeping it.
    #[must_use]
    pub fn flags(suppression: &KeyedRef) -> Self {
        Self(format!("flags#{suppression}"))
    }

    /// Refuses everything of a connection, or of one contact.
    #[must_use]
    pub fn place(place: &Place) -> Self {
        let kind = match &place.part {
            Part::OwnContact(_) | Part::Connection(_, Some(_)) => "contact",
            Part::Connection(_, None) => "connection",
            Part::User(_) => "user",
            Part::Own => "tenant",
        };
        Self(format!("{kind}#{place}"))
    }

    /// The ledger row of a disconnected connection, by its partition key.
    #[must_use]
    pub fn disconnected(connection: &Place) -> Self {
        Self(ObligationId::of_connection(connection).partition())
    }

    /// A mark that was stored before.
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// As it stands in the suppression table.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Something the product is about to store.
#[derive(Clone, Debug)]
pub struct Arrival<'a> {
    /// Through which connection, and from which contact; or from which contact of the tenant's own.
    pub place: &'a Place,
    /// When the connection was made.
    pub connected_at: Timestamp,
    /// The suppression references of everybody whose connection it is, written at connect time.
    pub owners: &'a [KeyedRef],
    /// When it happened on the platform.
    pub occurred_at: Timestamp,
}

/// Where a mark stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptIn {
    /// In the suppression table.
    Suppression,
    /// In the ledger: the obligation of a disconnected connection is a mark itself.
    Ledger,
}

/// One condition of the gate: the mark must be absent, expired, or cover no more than `since`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Which mark.
    pub mark: Mark,
    /// Where it stands.
    pub kept_in: KeptIn,
    /// The instant that must not be covered: of connecting, or of the event.
    pub since: Timestamp,
}

/// Everything that must hold for an arrival to be stored.
#[must_use]
pub fn checks(arrival: &Arrival<'_>) -> Vec<Check> {
    let connection = arrival.place.whole_connection();
    let suppression = |mark, since| Check { mark, kept_in: KeptIn::Suppression, since };
    let by_connection = arrival.owners.iter().map(Mark::subject).chain(connection.as_ref().map(Mark::place));
    let mut checks: Vec<Check> = by_connection.map(|mark| suppression(mark, arrival.connected_at)).collect();
    let disconnected = connection.as_ref().map(Mark::disconnected);
    checks.extend(disconnected.map(|mark| Check { mark, kept_in: KeptIn::Ledger, since: arrival.connected_at }));
    if arrival.place.contact().is_some() {
        checks.push(suppression(Mark::place(arrival.place), arrival.occurred_at));
    }
    checks
}

/// A suppression entry as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its key.
    pub mark: Mark,
    /// It refuses what is older.
    pub covers_until: Timestamp,
    /// From then on it is treated as absent, whether or not the table still has it.
    pub expires_at: Option<Timestamp>,
}

impl Check {
    /// Whether an entry that was read refuses.
    #[must_use]
    pub fn is_refused_by(&self, entry: &Entry, now: Timestamp) -> bool {
        entry.mark == self.mark
            && entry.expires_at.is_none_or(|expires_at| now < expires_at)
            && is_covered(self.since, entry.covers_until)
    }
}

/// The arrival must not be stored. Says not why: that would tell something about somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("suppressed")]
pub struct Suppressed;

/// Judges an arrival by the entries that were read for its [`checks`].
///
/// # Errors
/// [`Suppressed`]
pub fn admit(arrival: &Arrival<'_>, entries: &[Entry], now: Timestamp) -> Result<(), Suppressed> {
    let is_refused = |check: &Check| entries.iter().any(|entry| check.is_refused_by(entry, now));
    if checks(arrival).iter().any(is_refused) { Err(Suppressed) } else { Ok(()) }
}

/// The tokens of a connection, about to be used.
#[derive(Clone, Debug)]
pub struct TokenUse<'a> {
    /// Which connection; a contact in it says nothing here.
    pub connection: &'a Place,
    /// When it was made.
    pub connected_at: Timestamp,
    /// The suppression references of everybody whose connection it is, written at connect time.
    pub owners: &'a [KeyedRef],
}

/// Everything that must hold for tokens to be used: no owner is suppressed, the connection is neither stopped nor disconnected.
#[must_use]
pub fn token_checks(tokens: &TokenUse<'_>) -> Vec<Check> {
    let Some(connection) = tokens.connection.whole_connection() else { return Vec::new() };
    let TokenUse { connected_at, owners, .. } = tokens;
    checks(&Arrival { place: &connection, connected_at: *connected_at, owners, occurred_at: *connected_at })
}

/// Whether tokens may be used now, by the entries that were read for their [`token_checks`]. The write that accepts a disconnect
/// already refuses them, before any worker has run.
///
/// # Errors
/// [`Suppressed`]; also for what is no connection.
pub fn may_use_tokens(tokens: &TokenUse<'_>, entries: &[Entry], now: Timestamp) -> Result<(), Suppressed> {
    let checks = token_checks(tokens);
    let is_refused = |check: &Check| entries.iter().any(|entry| check.is_refused_by(entry, now));
    if checks.is_empty() || checks.iter().any(is_refused) { Err(Suppressed) } else { Ok(()) }
}

/// It is kept, and not to be used. Says not why: that would tell something about somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("restricted")]
pub struct Restricted;

/// Everything that must hold for a record that is there to be used for something: that no erasure covers it. What one covers and has
/// left, as behind a legal hold, is there for legal claims and for nothing else.
#[must_use]
pub fn use_checks(purpose: Purpose, record: &Arrival<'_>) -> Vec<Check> {
    if Flag::Quarantined.stops(purpose) { checks(record) } else { Vec::new() }
}

/// Whether a record may be used so, by the entries that were read for its [`use_checks`].
///
/// # Errors
/// [`Restricted`]
pub fn may_use(purpose: Purpose, record: &Arrival<'_>, entries: &[Entry], now: Timestamp) -> Result<(), Restricted> {
    let is_refused = |check: &Check| entries.iter().any(|entry| check.is_refused_by(entry, now));
    if use_checks(purpose, record).iter().any(is_refused) { Err(Restricted) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_erasure_covers_is_for_keeping_and_for_legal_claims() {
        let (place, connected_at) = (place(Some("p1")), at("2026-03-01T00:00:00Z"));
        let record = Arrival { place: &place, connected_at, owners: &[], occurred_at: connected_at };
        let covering = [entry(Mark::place(&place), "2026-03-02T00:00:00Z", None)];
        let newer = [entry(Mark::place(&place), "2026-03-01T00:00:00Z", None)];
        for purpose in Purpose::ALL {
            let may = |entries: &[Entry]| may_use(purpose, &record, entries, at("2026-03-10T00:00:00Z")).is_ok();
            assert_eq!(may(&covering), [Purpose::Keeping, Purpose::LegalClaims].contains(&purpose), "{purpose:?}");
            assert!(may(&[]) && may(&newer), "{purpose:?}");
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn place(contact: Option<&str>) -> Place {
        crate::memory::place("alder", "c1", contact)
    }

    fn entry(mark: Mark, covers_until: &str, expires_at: Option<&str>) -> Entry {
        Entry { mark, covers_until: at(covers_until), expires_at: expires_at.map(at) }
    }

    /// Connected on 1 March, the event happened on 5 March, now is 10 March.
    fn judge(entries: &[Entry]) -> Result<(), Suppressed> {
        let (place, owners) = (place(Some("p1")), [KeyedRef::from_stored("v1-owner".to_owned())]);
        let arrival = Arrival {
            place: &place,
            connected_at: at("2026-03-01T00:00:00Z"),
            owners: &owners,
            occurred_at: at("2026-03-05T00:00:00Z"),
        };
        admit(&arrival, entries, at("2026-03-10T00:00:00Z"))
    }

    #[test]
    fn tokens_are_refused_by_what_stops_their_connection_and_by_nothing_of_a_contact() {
        let (connection, owners) = (place(None), [KeyedRef::from_stored("v1-owner".to_owned())]);
        let connected_at = at("2026-03-01T00:00:00Z");
        let after = "2026-03-02T00:00:00Z";
        let cases = [
            ("nothing", vec![], true),
            ("disconnected", vec![entry(Mark::disconnected(&connection), after, None)], false),
            ("made again since", vec![entry(Mark::disconnected(&connection), "2026-03-01T00:00:00Z", None)], true),
            ("stopped", vec![entry(Mark::place(&connection), after, None)], false),
            ("its owner asked", vec![entry(Mark::subject(&owners[0]), after, None)], false),
            ("a contact asked", vec![entry(Mark::place(&place(Some("p1"))), after, None)], true),
        ];
        for (case, entries, may) in cases {
            let tokens = TokenUse { connection: &connection, connected_at, owners: &owners };
            assert_eq!(may_use_tokens(&tokens, &entries, at("2026-03-10T00:00:00Z")).is_ok(), may, "{case}");
            // Named by one of its contacts, it is the same connection.
            let by_contact = place(Some("p1"));
            let tokens = TokenUse { connection: &by_contact, ..tokens };
            assert_eq!(token_checks(&tokens), token_checks(&TokenUse { connection: &connection, ..tokens.clone() }));
            assert_eq!(may_use_tokens(&tokens, &entries, at("2026-03-10T00:00:00Z")).is_ok(), may, "{case}");
        }
        let own = Place::of_tenant(connection.tenant.clone());
        let nothing = TokenUse { connection: &own, connected_at, owners: &[] };
        assert!(may_use_tokens(&nothing, &[], connected_at).is_err(), "a tenant has no tokens");
    }

    #[test]
    fn the_gate_refuses_what_is_older_than_the_mark() {
        let owner = || Mark::subject(&KeyedRef::from_stored("v1-owner".to_owned()));
        let cases = [
            ("nobody is suppressed", vec![], Ok(())),
            ("the owner asked after connecting", vec![entry(owner(), "2026-03-02T00:00:00Z", None)], Err(Suppressed)),
            ("the owner came back", vec![entry(owner(), "2026-03-01T00:00:00Z", None)], Ok(())),
            (
                "the mark has expired",
                vec![entry(owner(), "2026-03-02T00:00:00Z", Some("2026-03-10T00:00:00Z"))],
                Ok(()),
            ),
            (
                "the mark expires later",
                vec![entry(owner(), "2026-03-02T00:00:00Z", Some("2026-03-10T00:00:01Z"))],
                Err(Suppressed),
            ),
            (
                "the connection is stopped",
                vec![entry(Mark::place(&place(None)), "2026-03-02T00:00:00Z", None)],
                Err(Suppressed),
            ),
            (
                "the connection was disconnected",
                vec![entry(Mark::disconnected(&place(None)), "2026-03-02T00:00:00Z", None)],
                Err(Suppressed),
            ),
            (
                "it was disconnected and connected again",
                vec![entry(Mark::disconnected(&place(None)), "2026-03-01T00:00:00Z", None)],
                Ok(()),
            ),
            (
                "the contact wrote before asking",
                vec![entry(Mark::place(&place(Some("p1"))), "2026-03-06T00:00:00Z", None)],
                Err(Suppressed),
            ),
            (
                "the contact wrote after asking",
                vec![entry(Mark::place(&place(Some("p1"))), "2026-03-05T00:00:00Z", None)],
                Ok(()),
            ),
            (
                "another contact is suppressed",
                vec![entry(Mark::place(&place(Some("p2"))), "2026-03-09T00:00:00Z", None)],
                Ok(()),
            ),
        ];
        for (case, entries, expected) in cases {
            assert_eq!(judge(&entries), expected, "{case}");
        }
    }
}
