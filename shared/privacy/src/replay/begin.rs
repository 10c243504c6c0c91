//! Begins a replay on the word of staff. Nothing is looked at here: the sweeper takes it up.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Replay, ReplayBook, ReplayId, Tally};
use crate::data_map::DataMap;
use crate::fault::Fault;
use crate::instant;
use crate::policy::own::OwnKind;
use crate::subject_request::{Actor, By};

/// Why a replay is not begun.
#[derive(Debug, thiserror::Error)]
pub enum NotBegun {
    /// Nothing was restored to an instant that has not come.
    #[error("restored to an instant that has not come")]
    Future,
    /// The ledger no longer has all that was closed since.
    #[error("restored to an instant of which the ledger has forgotten what came after")]
    Forgotten,
    /// It is not known whether it is stored; ask again.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Stores a replay of everything since the instant that the data tables were restored to; the one for the same instant that is
/// still open, if there is one. Asked twice at once there may be two: each looks at everything, which harms nothing.
///
/// # Errors
/// [`NotBegun`]
pub async fn begin_replay(
    book: &impl ReplayBook,
    map: &DataMap,
    restored_to: Timestamp,
    by: &By,
    now: Timestamp,
) -> Result<Replay, NotBegun> {
    let (restored_to, asked_at) = (instant::to_millis(restored_to), instant::to_millis(now));
    if restored_to > asked_at {
        return Err(NotBegun::Future);
    }
    if restored_to < remembered_since(map, asked_at)? {
        return Err(NotBegun::Forgotten);
    }
    let is_same = |known: &Replay| known.is_open() && known.restored_to == restored_to;
    if let Some(known) = book.replays().await?.into_iter().find(is_same) {
        return Ok(known);
    }
    let asked_by = match &by.actor {
        Actor::Staff(who) => who.clone(),
        Actor::Asker | Actor::Service | Actor::Tenant(_) => String::new(),
    };
    let replay = Replay {
        id: ReplayId::of(asked_at),
        restored_to,
        reason: by.why.expose().to_owned(),
        asked_by,
        asked_at,
        completed_at: None,
        pass: 1,
        cursor: None,
        running: Tally::default(),
        last: None,
        listed: BTreeSet::new(),
        version: 1,
    };
    if book.begin(&replay).await? {
        return Ok(replay);
    }
    // Somebody else has begun one in the same millisecond, or our own write came through after all.
    let known =
        book.replays().await?.into_iter().find(|known| known.id == replay.id && known.restored_to == restored_to);
    Ok(known.ok_or_else(|| Fault::retry("replay.begin", "another replay has this name"))?)
}

/// Since when the record of every request is there: their months back.
fn remembered_since(map: &DataMap, now: Timestamp) -> Result<Timestamp, Fault> {
    let floor = map.model().own.get(OwnKind::Requests.as_str()).and_then(|own| own.clock.floor).unwrap_or_default();
    let since = now.to_zoned_datetime(TimeZone::UTC).checked_sub(floor);
    since.map(|since| since.timestamp()).map_err(|error| Fault::park("replay.begin", error))
}
