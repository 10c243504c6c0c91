//! What replays ask of the world.

use std::future::Future;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Replay, ReplayId};
use crate::obligation::{Head, ObligationId};
use crate::ports::Answer;

/// A part of the ledger's index, each in shards of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexPart {
    /// Obligations that somebody looks at again.
    Open,
    /// Closed obligations and requests, by when they were closed.
    Closed,
    /// Requests of people that are open.
    Asked,
    /// Requests of people that are closed and still say where people are reached, by when they were closed.
    Answered,
    /// Those of them of which nobody was reached with how they ended, by when they were closed.
    Unreached,
    /// Those that say so no more, and had the product stop something that is stopped still, by when they were closed.
    Standing,
}

impl IndexPart {
    /// In the order of a pass. What is closed meanwhile moves from the first part to the second, not back.
    pub const ALL: [Self; 6] = [Self::Open, Self::Closed, Self::Asked, Self::Answered, Self::Unreached, Self::Standing];

    /// Whether it is ordered by when something was closed.
    #[must_use]
    pub const fn is_of_closed(self) -> bool {
        matches!(self, Self::Closed | Self::Answered | Self::Unreached | Self::Standing)
    }
}

/// What an entry of the index names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Indexed {
    /// The newest request under a code.
    Obligation(ObligationId),
    /// A finished one beside its successor, by its number.
    Earlier(ObligationId, u32),
    /// What a person asked for.
    Asked(ObligationId),
}

/// An entry of the index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spot {
    /// By when it is ordered.
    pub at: Timestamp,
    /// What it names.
    pub indexed: Indexed,
}

/// Replays, and the obligations that they ask for a look.
pub trait ReplayBook: Sync {
    /// Every replay that is kept, in the order in which they were asked for, by a strong read.
    fn replays(&self) -> impl Future<Output = Answer<Vec<Replay>>> + Send;
    /// Stores a new one; `false` when there is one of its name.
    fn begin(&self, replay: &Replay) -> impl Future<Output = Answer<bool>> + Send;
    /// Stores how far one has come, over the version before; `false` when somebody else has done so.
    fn save(&self, replay: &Replay) -> impl Future<Output = Answer<bool>> + Send;
    /// Erases one whose months are over.
    fn forget(&self, id: &ReplayId) -> impl Future<Output = Answer<()>> + Send;
    /// A page of one shard of one part of the index, oldest first, after an entry of an earlier page; of what is closed, from
    /// an instant on. Index reads may be stale.
    fn spots(
        &self,
        part: (IndexPart, u8),
        closed_since: Timestamp,
        after: Option<&Spot>,
        limit: u16,
    ) -> impl Future<Output = Answer<Vec<Spot>>> + Send;
    /// Marks an obligation and makes it due now, unless it bears a mark of this or a later replay: then it is only made due,
    /// if its look has not begun.
    fn ask(&self, head: &Head, asked_at: Timestamp, now: Timestamp) -> impl Future<Output = Answer<()>> + Send;
}

/// Everything that a pass asks of the ledger.
pub trait Book:
    ReplayBook + crate::ports::Register + crate::subject_request::ports::RequestRegister + crate::purge::PurgeLedger
{
}

impl<L> Book for L where
    L: ReplayBook + crate::ports::Register + crate::subject_request::ports::RequestRegister + crate::purge::PurgeLedger
{
}
