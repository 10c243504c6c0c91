//! Finds the obligation behind a ref of a log line, so that staff need no code in their shell.

use crate::fault::Fault;
use crate::obligation::ObligationId;
use crate::ports::{DUE_SHARDS, Register};

/// Entries read at a time.
const PAGE: u16 = 1_000;

/// How staff name an obligation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// By its id.
    Id(ObligationId),
    /// As logs name it: see [`ObligationId::log_ref`].
    Ref(String),
}

impl Named {
    /// An id, or 12 hex digits; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() == 12 && text.bytes().all(is_hex) {
            return Some(Self::Ref(text.to_owned()));
        }
        ObligationId::parse(text).ok().map(Self::Id)
    }
}

/// The id behind a name. A ref is looked for among the obligations that are not completed, in the one shard that its
/// first digits name, `entries_max` entries at most.
///
/// # Errors
/// [`Fault`]
pub async fn find_obligation(
    register: &impl Register,
    named: Named,
    entries_max: usize,
) -> Result<Option<ObligationId>, Fault> {
    let wanted = match named {
        Named::Id(id) => return Ok(Some(id)),
        Named::Ref(wanted) => wanted,
    };
    let first = wanted.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()).unwrap_or_default();
    let shard = first % DUE_SHARDS;
    let (mut after, mut read) = (None, 0);
    while read < entries_max {
        let page = register.page(shard, after.as_ref(), PAGE).await?;
        read += page.len();
        if let Some(found) = page.iter().find(|due| due.id.log_ref() == wanted) {
            return Ok(Some(found.id.clone()));
        }
        after = page.last().cloned();
        if page.len() < usize::from(PAGE) {
            break;
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
