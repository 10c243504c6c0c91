//! Replays the ledger over data tables that a backup has brought back: whatever was erased, purged or marked since then is looked
//! at again, and erased, purged and marked again.
//!
//! ```text
//! staff: restored to B ─► a row ─► pass over the index: ask each obligation for a look ─► worker: mark, look, erase again
//!                                    ▲                                                       │
//!                                    └── the next pass, until one finds nothing to ask ◄─────┘
//! ```
//!
//! The ledger lives apart from what it is about and is never restored, so it knows. An obligation is asked by a mark on its row,
//! which makes it due; the engine takes the mark down only in the write that says what its look came to. So a pass, an ask
//! and a look may each run twice, die anywhere, or meet another replay, and nothing is missed: a pass that asks nobody and finds
//! nobody waiting is the end. Dates, holds and receipts stay as they are.

mod begin;
mod pass;
mod periods;
mod ports;
mod tally;

pub use begin::{NotBegun, begin_replay};
pub use pass::{ReplaySweep, sweep_replays};
pub use ports::{Book, IndexPart, Indexed, ReplayBook, Spot};
pub use tally::Tally;

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ids::InvalidId;

/// What was erased or closed so long before the instant of a backup is looked at too: nobody's clock is that wrong.
pub(crate) const MARGIN: SignedDuration = SignedDuration::from_hours(24);

/// How far the look at an obligation has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReplayStage {
    /// Asked for.
    Asked,
    /// Something came back, or the obligation was open: it is counted, planned and erased afresh.
    Begun,
    /// A strong read has found nothing since; or a hold keeps the rest.
    Done,
}

impl ReplayStage {
    /// Every stage.
    pub const ALL: [Self; 3] = [Self::Asked, Self::Begun, Self::Done];

    /// As it stands in rows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Begun => "begun",
            Self::Done => "done",
        }
    }
}

/// What a replay leaves on the row of an obligation. One that was asked later stands for all that were asked before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReplayMark {
    /// When the replay was asked for.
    pub asked_at: Timestamp,
    /// How far the look has come.
    pub stage: ReplayStage,
    /// How often the obligation had been re-opened when it was asked.
    pub reopened: u32,
}

/// Names a replay: `r` and the instant at which it was asked for, 17 digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReplayId(String);

impl ReplayId {
    /// # Errors
    /// [`InvalidId`]
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let is_id = |digits: &str| digits.len() == 17 && digits.bytes().all(|byte| byte.is_ascii_digit());
        if text.strip_prefix('r').is_some_and(is_id) { Ok(Self(text.to_owned())) } else { Err(InvalidId) }
    }

    fn of(asked_at: Timestamp) -> Self {
        let digits: String = crate::instant::to_text(asked_at).chars().filter(char::is_ascii_digit).collect();
        Self(format!("r{digits}"))
    }

    /// As it stands in rows and addresses.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where a pass goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cursor {
    /// The part of the index, by its place in [`IndexPart::ALL`].
    part: usize,
    shard: u8,
    after: Option<Spot>,
}

/// One replay: what staff have said, and how far it has come.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replay {
    /// Its name.
    pub id: ReplayId,
    /// The instant that the data tables were restored to.
    pub restored_to: Timestamp,
    /// Why, in the words of staff.
    pub reason: String,
    /// Who has asked for it: the principal that signed the call.
    pub asked_by: String,
    /// When.
    pub asked_at: Timestamp,
    /// When a pass found nothing left to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
    /// Counts the passes, from 1.
    pub pass: u32,
    /// Where the pass goes on; it begins without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cursor: Option<Cursor>,
    /// What the pass has found so far.
    pub(crate) running: Tally,
    /// What the last whole pass found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) last: Option<Tally>,
    /// The record classes that go by their date whose periods are listed for another look.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) listed: BTreeSet<String>,
    /// Counts the writes: one sweeper's is not lost in another's.
    pub version: u32,
}

impl std::fmt::Debug for Replay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { id, restored_to, completed_at, pass, .. } = self;
        let known = f.debug_struct("Replay").field("id", id).field("restored_to", restored_to).finish_non_exhaustive();
        known.and_then(|()| write!(f, " pass {pass}, {}", if completed_at.is_some() { "complete" } else { "open" }))
    }
}

impl Replay {
    /// Whether anything may still be left of what came back.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.completed_at.is_none()
    }

    /// What the last whole pass found; of the first one, what it has found so far.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        self.last.as_ref().unwrap_or(&self.running)
    }

    /// From when on what was erased or closed is looked at.
    #[must_use]
    pub fn since(&self) -> Timestamp {
        self.restored_to.checked_sub(MARGIN).unwrap_or(self.restored_to)
    }
}

#[cfg(test)]
mod tests;
