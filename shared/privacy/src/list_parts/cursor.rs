//! A place in the list of a business. Opaque outside, and of that business only.
//!
//! It names requests by the reference that the business knows, and by the first characters of the id that opens the person's
//! page: so few that what is left of the id, a hundred bits, is nobody's to guess.

use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::PartLine;
use crate::hex::first_hex;
use crate::ids::TenantId;
use crate::obligation::ObligationId;

/// Text that is no place in this list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this list")]
pub struct InvalidPlace;

/// Where a line stands among those that were read with it: what may be decided first, then by day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    is_closed: bool,
    due_on: Date,
    received_at: Timestamp,
    reference: String,
}

impl Rank {
    pub(super) fn of(line: &PartLine) -> Self {
        let (due_on, received_at) = (line.due_by.date, line.received_at);
        Self { is_closed: !line.is_open, due_on, received_at, reference: line.reference.clone() }
    }
}

/// Which requests are read, and after which of them it goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartsCursor {
    /// They come after this one; `None` at the beginning.
    pub(super) read_after: Option<KeyStart>,
    /// After this line; `None` at the first of them.
    pub(super) after: Option<Rank>,
    of: String,
}

const VERSION: &str = "1";
const NOTHING: &str = "-";

/// The beginning of the id of a request, by which its row is found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyStart(String);

impl KeyStart {
    /// The `8` and sixty bits.
    const LENGTH: usize = 13;

    /// Of a request.
    #[must_use]
    pub fn of(id: &ObligationId) -> Self {
        Self(id.as_str().chars().take(Self::LENGTH).collect())
    }

    fn parse(text: &str) -> Result<Self, InvalidPlace> {
        let is_key = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        if is_key && text.len() == Self::LENGTH { Ok(Self(text.to_owned())) } else { Err(InvalidPlace) }
    }

    /// The last key that begins so: whatever is behind it comes after this request.
    #[must_use]
    pub fn last(&self) -> String {
        format!("{}~", self.0)
    }
}

impl PartsCursor {
    pub(super) fn new(tenant: &TenantId, read_after: Option<KeyStart>, after: Option<Rank>) -> Self {
        Self { read_after, after, of: digest(tenant) }
    }

    /// For the next call.
    #[must_use]
    pub fn to_text(&self) -> String {
        let read_after = self.read_after.as_ref().map_or(NOTHING, |start| &start.0);
        let after = self.after.as_ref().map_or_else(
            || NOTHING.to_owned(),
            |Rank { is_closed, due_on, received_at, reference }| {
                format!("{}_{due_on}_{}_{reference}", u8::from(*is_closed), received_at.as_millisecond())
            },
        );
        BASE64URL_NOPAD.encode(format!("{VERSION}.{read_after}.{after}.{}", self.of).as_bytes())
    }

    /// Reads a place that the list of this business gave.
    ///
    /// # Errors
    /// [`InvalidPlace`]
    pub fn parse(text: &str, tenant: &TenantId) -> Result<Self, InvalidPlace> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| InvalidPlace)?;
        let plain = String::from_utf8(bytes).map_err(|_| InvalidPlace)?;
        let mut parts = plain.split('.');
        let mut next = || parts.next().ok_or(InvalidPlace);
        let (_version, read_after, after) = (next()?, next()?, next()?);
        let read_after = (read_after != NOTHING).then(|| KeyStart::parse(read_after)).transpose()?;
        let after = (after != NOTHING).then(|| rank(after)).transpose()?;
        let cursor = Self::new(tenant, read_after, after);
        // One text for one place of one list: nothing beside it is read.
        if cursor.to_text() == text { Ok(cursor) } else { Err(InvalidPlace) }
    }
}

fn rank(text: &str) -> Result<Rank, InvalidPlace> {
    let mut parts = text.split('_');
    let mut next = || parts.next().ok_or(InvalidPlace);
    let (closed, due_on, received_at, reference) = (next()?, next()?, next()?, next()?);
    let received_at = received_at.parse().map_err(|_| InvalidPlace)?;
    Ok(Rank {
        is_closed: closed == "1",
        due_on: due_on.parse().map_err(|_| InvalidPlace)?,
        received_at: Timestamp::from_millisecond(received_at).map_err(|_| InvalidPlace)?,
        reference: reference.to_owned(),
    })
}

fn digest(tenant: &TenantId) -> String {
    first_hex(&Sha256::digest(format!("parts of {tenant}").as_bytes()), 4)
}
