//! Ends: the one or two that stand of an account, and in which rows a new one is stored. Two stand side by side while something of
//! the older is open; the one that was received last says when the account may be exported and come back.

use jiff::Timestamp;

use super::told::Told;
use super::{Counted, NotEnding};
use crate::data_map::DataMap;
use crate::fault::Fault;
use crate::ids::TenantId;
use crate::obligation::{Head, NewObligation, ObligationId, State, Turn};
use crate::ports::{CancelUntil, Cancelled, DueIndex, Intake};

/// An end that stands.
#[derive(Clone, Debug)]
pub(crate) struct End {
    /// In which rows.
    pub(crate) turn: Turn,
    /// The phase that decides.
    pub(crate) window: Head,
}

/// The ends of an account, the one that was received last first; by strong reads, one for each.
pub(crate) async fn ends(ledger: &impl DueIndex, map: &DataMap, tenant: &TenantId) -> Result<Vec<End>, Fault> {
    let mut ends = Vec::with_capacity(Turn::ALL.len());
    for turn in Turn::ALL {
        let window = ledger.head(&ObligationId::of_turn(tenant, &map.model().termination.window, turn)).await?;
        ends.extend(window.map(|window| End { turn, window }));
    }
    ends.sort_by_key(|end| std::cmp::Reverse(end.window.received_at));
    Ok(ends)
}

impl End {
    /// An end that is later says by itself that the account lived on after this one: what nothing dates is not known to be of
    /// this end. One that was cancelled knows that already.
    pub(super) async fn note_later_end(
        &self,
        intake: &impl Intake,
        map: &DataMap,
        tenant: &TenantId,
        at: Timestamp,
    ) -> Result<(), Fault> {
        if matches!(self.window.state, State::Cancelled { .. }) {
            return Ok(());
        }
        for phase in map.model().termination.phase.keys() {
            intake.note_return(&ObligationId::of_turn(tenant, phase, self.turn), at).await?;
        }
        Ok(())
    }
}

impl Counted {
    /// In which rows this end stands, or is stored: those of the end before if that is over, else the others.
    pub(super) async fn turn(
        &self,
        ledger: &(impl Intake + DueIndex),
        map: &DataMap,
        ends: &[End],
        new: &NewObligation,
    ) -> Result<Turn, NotEnding> {
        if let Some(same) = ends.iter().find(|end| self.is_same(&end.window, new)) {
            return Ok(same.turn);
        }
        let latest = ends.first();
        match latest.map_or(Told::New, |latest| self.told(&latest.window, new)) {
            Told::Again => return Ok(latest.map_or(Turn::First, |latest| latest.turn)),
            Told::BeforeReturn => return Err(NotEnding::CameBack),
            Told::Other => return Err(NotEnding::OtherEnd),
            Told::New => {}
        }
        let [mut turn, mut other] = Turn::ALL;
        if latest.is_some_and(|latest| latest.turn == other) {
            std::mem::swap(&mut turn, &mut other);
        }
        for (turn, beside) in [(turn, other), (other, turn)] {
            let standing = |turn: Turn| ends.iter().find(|end| end.turn == turn).map(|end| &end.window);
            if self.is_worked_off(ledger, map, (turn, standing(turn))).await? {
                // Which of two was received last has to be plain.
                return match standing(beside) {
                    Some(window) if window.received_at >= self.now => {
                        Err(Fault::retry("termination", "the clock is behind the end before").into())
                    }
                    Some(_) | None => Ok(turn),
                };
            }
        }
        Err(NotEnding::OtherEnd)
    }

    /// Whether every phase of an end is over. What a reactivation left behind that was cut short is cancelled with its window;
    /// what has begun, waits for a bundle or is held goes on, and no second end may hide it.
    async fn is_worked_off(
        &self,
        ledger: &(impl Intake + DueIndex),
        map: &DataMap,
        (turn, window): (Turn, Option<&Head>),
    ) -> Result<bool, Fault> {
        if window.is_some_and(|head| !head.state.is_finished()) {
            return Ok(false);
        }
        let termination = &map.model().termination;
        let is_cancelled = window.is_some_and(|head| matches!(head.state, State::Cancelled { .. }));
        for phase in termination.phase.keys().filter(|phase| **phase != termination.window) {
            let id = ObligationId::of_turn(&self.tenant, phase, turn);
            if is_cancelled && ledger.cancel(&id, CancelUntil::Begun, self.now).await? != Cancelled::TooLate {
                continue;
            }
            if ledger.head(&id).await?.is_some_and(|head| !head.state.is_finished()) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
