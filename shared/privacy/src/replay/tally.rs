//! What a pass counts, and what one obligation is to a replay.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Replay, ReplayMark, ReplayStage};
use crate::obligation::{Head, State};

/// What a pass found. Every obligation that is looked at counts once in `asked`, `open`, `held`, `clean` or `erased_again`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Obligations that this pass has asked for a look.
    pub asked: u64,
    /// Whose look, or what it has found to do, is not done.
    pub open: u64,
    /// Of which a legal hold keeps a part; the rest is erased.
    pub held: u64,
    /// Of which nothing had come back.
    pub clean: u64,
    /// Of which something had come back and is gone.
    pub erased_again: u64,
    /// Of all of them, those that had been erased and of which something had come back.
    pub residue_found: u64,
    /// Requests whose flags were raised again.
    pub flagged: u64,
    /// Periods of what goes by its date that are still to be looked at.
    pub periods_open: u64,
}

impl Tally {
    /// Obligations that are looked at.
    #[must_use]
    pub const fn obligations(&self) -> u64 {
        self.asked + self.open + self.held + self.clean + self.erased_again
    }

    /// Whether nothing is left to do.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.asked == 0 && self.open == 0 && self.periods_open == 0
    }

    /// Counts one obligation.
    pub(super) fn count(&mut self, concern: Concern) {
        let Concern { what, had_residue } = concern;
        self.residue_found += u64::from(had_residue);
        match what {
            What::Nothing => {}
            What::Ask => self.asked += 1,
            What::AskedStill | What::Open => self.open += 1,
            What::Held => self.held += 1,
            What::Done if had_residue => self.erased_again += 1,
            What::Done => self.clean += 1,
        }
    }
}

/// What an obligation is to a replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Nothing that a backup could bring back: it was not begun, was cancelled, was erased before, or came after the restore.
    Nothing,
    /// It is to be asked.
    Ask,
    /// It was asked and nobody has looked yet.
    AskedStill,
    /// Something is being erased again.
    Open,
    /// A hold keeps a part.
    Held,
    /// A strong read has found nothing since.
    Done,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Concern {
    pub(super) what: What,
    pub(super) had_residue: bool,
}

/// Pure.
pub(super) fn concern(head: &Head, replay: &Replay, now: Timestamp) -> Concern {
    let mark = head.replay.filter(|mark| mark.asked_at >= replay.asked_at);
    let had_residue = mark.is_some_and(|mark| head.reopened > mark.reopened);
    let of = |what| Concern { what, had_residue };
    let is_begun = head.starts_at.is_none_or(|starts_at| starts_at <= now);
    // The backup was taken when a strong read had found nothing for a day.
    let was_gone = head.state.erased_at().is_some_and(|erased_at| erased_at < replay.since());
    match (&head.state, mark) {
        (State::Cancelled { .. }, _) => of(What::Nothing),
        (State::Held { .. }, Some(ReplayMark { stage: ReplayStage::Done, .. })) => of(What::Held),
        (_, Some(ReplayMark { stage: ReplayStage::Done, .. })) => of(What::Done),
        (_, Some(ReplayMark { stage: ReplayStage::Begun, .. })) => of(What::Open),
        (_, Some(ReplayMark { stage: ReplayStage::Asked, .. })) => of(What::AskedStill),
        (_, None) if is_begun && !was_gone && head.received_at <= replay.asked_at => of(What::Ask),
        (_, None) => of(What::Nothing),
    }
}
