//! Tells again what happened since an instant, from what the rows of the ledger say of it: for events that were given up on, or that
//! nobody could read. Nothing is changed; who listens drops what they know by its id.

use std::future::Future;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::data_map::DataMap;
use crate::fault::Fault;
use crate::ledger_event::{Told, hold_told_again, purge_told_again, told_again};
use crate::obligation::Head;
use crate::policy::own::OwnKind;
use crate::ports::{Answer, Clock, DUE_SHARDS, HoldBook};
use crate::purge::PurgeLedger;
use crate::replay::{IndexPart, Indexed, ReplayBook};

/// How far back it goes: a little more than a month, in which a bus that takes nothing has long been noticed.
pub const SPAN_MAX: SignedDuration = SignedDuration::from_hours(35 * 24);

/// What is open, then what was closed since. What is closed meanwhile moves from the first to the second, not back.
const PARTS: [IndexPart; 2] = [IndexPart::Open, IndexPart::Closed];

/// Entries of the index that are taken at a time.
const PAGE: u16 = 100;

/// Where events go.
pub trait Bus: Sync {
    /// Puts every event on the bus. At least once: after a fault any of them may be there.
    fn publish(&self, events: &[Told]) -> impl Future<Output = Answer<()>> + Send;
}

/// Obligations as rows have them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    /// Those that can be read.
    pub heads: Vec<Head>,
    /// How many cannot: a later version of this service has written them.
    pub unreadable: u64,
}

/// Obligations by their places in the index.
pub trait KeptHeads: Sync {
    /// Those that are still there, finished ones beside their successors too, by strong reads, in any order; requests of people are
    /// no obligations.
    fn kept(&self, named: &[Indexed]) -> impl Future<Output = Answer<Kept>> + Send;
}

/// Which shard of which part of the index comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Walked {
    part: usize,
    shard: u8,
}

impl Walked {
    const fn next(self) -> Self {
        let Self { part, shard } = self;
        if shard + 1 < DUE_SHARDS { Self { part, shard: shard + 1 } } else { Self { part: part + 1, shard: 0 } }
    }
}

/// What was told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Again {
    /// How many events.
    pub told: usize,
    /// How many obligations could not be read.
    pub unreadable: u64,
    /// Where to go on; absent at the end.
    pub next: Option<Walked>,
}

/// Why nothing was told, or not all.
#[derive(Debug, thiserror::Error)]
pub enum NotTold {
    /// It begins in the future, or too long ago.
    #[error("only what happened in the last 35 days is told again")]
    Span,
    /// Ask again, from the same place.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Tells everything since an instant, from a place on; holds and purges at the beginning. A shard that is begun before `stop_at` is told
/// to its end. Done twice it is told twice.
///
/// # Errors
/// [`NotTold`]
pub async fn tell_again(
    ledger: &(impl ReplayBook + KeptHeads + HoldBook + PurgeLedger),
    bus: &impl Bus,
    map: &DataMap,
    (since, from): (Timestamp, Option<Walked>),
    (clock, stop_at): (&impl Clock, Timestamp),
) -> Result<Again, NotTold> {
    let now = clock.now();
    if since > now || since < now - SPAN_MAX {
        return Err(NotTold::Span);
    }
    let mut again = Again::default();
    let mut at = match from {
        Some(at) => at,
        None => {
            again.told += tell_holds_and_purges(ledger, bus, map, since).await?;
            Walked { part: 0, shard: 0 }
        }
    };
    while let Some(part) = PARTS.get(at.part) {
        if clock.now() >= stop_at {
            again.next = Some(at);
            break;
        }
        tell_shard(ledger, bus, (*part, at.shard), since, &mut again).await?;
        at = at.next();
    }
    Ok(again)
}

async fn tell_holds_and_purges(
    ledger: &(impl HoldBook + PurgeLedger),
    bus: &impl Bus,
    map: &DataMap,
    since: Timestamp,
) -> Result<usize, Fault> {
    let mut told = Vec::new();
    for booked in ledger.all().await? {
        told.extend(hold_told_again(&booked, since).into_iter().map(Told::Hold));
    }
    let own = OwnKind::ALL.into_iter().map(|kind| format!("own.{}", kind.as_str()));
    let classes = map.model().class.iter().filter(|(_, class)| class.purge.is_some()).map(|(name, _)| name.clone());
    for class in classes.chain(own) {
        let progress = ledger.progress(&class).await?;
        told.extend(purge_told_again(&class, &progress, since).into_iter().map(Told::Purge));
    }
    bus.publish(&told).await?;
    Ok(told.len())
}

async fn tell_shard(
    ledger: &(impl ReplayBook + KeptHeads),
    bus: &impl Bus,
    part: (IndexPart, u8),
    since: Timestamp,
    again: &mut Again,
) -> Result<(), Fault> {
    let mut after = None;
    loop {
        let spots = ledger.spots(part, since, after.as_ref(), PAGE).await?;
        let named: Vec<Indexed> = spots.iter().map(|spot| spot.indexed.clone()).collect();
        let Kept { heads, unreadable } = ledger.kept(&named).await?;
        let told: Vec<Told> = heads.iter().flat_map(|head| told_again(head, since)).map(Told::Obligation).collect();
        bus.publish(&told).await?;
        again.told += told.len();
        again.unreadable += unreadable;
        after = spots.last().filter(|_| spots.len() >= usize::from(PAGE)).cloned();
        if after.is_none() {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests;
