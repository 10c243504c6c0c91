//! A place in the work list. Opaque outside, and of one filter only.

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};

use super::{Filter, Listed};
use crate::hex::first_hex;
use crate::obligation::ObligationId;
use crate::subject_request::Turn;

/// Text that is no place in this list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this list")]
pub struct InvalidCursor;

/// A place: reports about children that nobody has read, then what is open, then what is closed; the last instant that counts, which; of a list with this filter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    rank: u8,
    due_at: i64,
    id: ObligationId,
    of: String,
}

const VERSION: &str = "2";

impl Cursor {
    pub(super) fn of(listed: &Listed, filter: &Filter) -> Self {
        let rank = match listed.turns.first() {
            Some(Turn::ReviewChild) => 0,
            _ if listed.request.standing.closed_at().is_none() => 1,
            // An answer that did not arrive, say.
            _ => 2,
        };
        // Two zones' days end at different instants. A zone that is not known counts as one where the day ends first.
        let due_at = listed.due_by.at().map_or(i64::MIN, |at| at.as_second());
        Self { rank, due_at, id: listed.request.id.clone(), of: digest(filter) }
    }

    /// For the next call.
    #[must_use]
    pub fn to_text(&self) -> String {
        let Self { rank, due_at, id, of } = self;
        BASE64URL_NOPAD.encode(format!("{VERSION}.{rank}.{due_at}.{}.{of}", id.as_str()).as_bytes())
    }

    /// Reads a place that a list with this filter gave.
    ///
    /// # Errors
    /// [`InvalidCursor`]
    pub fn parse(text: &str, filter: &Filter) -> Result<Self, InvalidCursor> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| InvalidCursor)?;
        let plain = String::from_utf8(bytes).map_err(|_| InvalidCursor)?;
        let mut parts = plain.split('.');
        let mut next = || parts.next().ok_or(InvalidCursor);
        let (version, rank, due_at, id, of) = (next()?, next()?, next()?, next()?, next()?);
        let rank = rank.parse().ok().filter(|rank| *rank <= 2).ok_or(InvalidCursor)?;
        let due_at = due_at.parse().map_err(|_| InvalidCursor)?;
        let id = ObligationId::parse(id).ok().filter(ObligationId::is_request).ok_or(InvalidCursor)?;
        let cursor = Self { rank, due_at, id, of: of.to_owned() };
        // One text for one place: nothing beside it is read, and nothing more follows.
        let is_whole = version == VERSION && cursor.to_text() == text && cursor.of == digest(filter);
        if is_whole { Ok(cursor) } else { Err(InvalidCursor) }
    }
}

fn digest(filter: &Filter) -> String {
    let digest = Sha256::digest(format!("{filter:?}").as_bytes());
    first_hex(&digest, 4)
}
