//! Replay: a backup may have brought back what was erased. Marks are raised again, then a strong read decides; what was open is
//! counted, planned and erased afresh.

use super::{Aftermath, Stop, Visit, Worked};
use crate::deadline;
use crate::fault::Fault;
use crate::obligation::{Head, State};
use crate::ports::{Clock, Connections, Ledger, NextAction, Stores, Suppressions};
use crate::replay::ReplayStage;
use crate::scope::{Scope, Stage};

/// What the look of a replay came to.
pub(super) enum Replayed {
    /// Nothing more in this visit.
    Stopped(Worked),
    /// No look was asked for, or what was open is planned afresh.
    GoesOn(Box<Head>),
}

impl<L, V, C, A> Visit<'_, '_, L, V, C, A>
where
    L: Ledger,
    V: Stores + Connections + Suppressions,
    C: Clock,
    A: Aftermath,
{
    /// The look that a replay has asked for. The mark moves with the write that says what came of it, and only while it is the
    /// one that was seen here.
    pub(super) async fn replay(&mut self, head: Head) -> Result<Replayed, Stop> {
        if head.replay.is_none_or(|mark| mark.stage != ReplayStage::Asked) {
            return Ok(Replayed::GoesOn(Box::new(head)));
        }
        let head = &head;
        let mut scopes = self.engine.ledger.scopes(head).await?;
        if head.seq > 1 {
            self.adopt(head, &mut scopes).await?;
        }
        self.mark_again(head, &scopes).await?;
        match &head.state {
            State::Cancelled { .. } => Ok(Replayed::Stopped(Worked::Idle)),
            State::Verifying { .. } | State::Completed { .. } => {
                self.look_for_replay(head, scopes).await.map(Replayed::Stopped)
            }
            State::Received
            | State::Planned { .. }
            | State::Executing { .. }
            | State::Failed { .. }
            | State::Held { .. } => {
                for scope in scopes.iter_mut().filter(|scope| !scope.held.is_empty()) {
                    scope.let_go();
                    self.engine.ledger.save_scope(head, scope).await?;
                }
                self.moves_mark(head, ReplayStage::Asked, ReplayStage::Begun);
                self.prepare(head).await.map(|afresh| Replayed::GoesOn(Box::new(afresh)))
            }
        }
    }

    /// Raises every mark again that the obligation has raised, to expire when it would have.
    async fn mark_again(&self, head: &Head, scopes: &[Scope]) -> Result<(), Stop> {
        let keep_for = self.engine.map.model().suppression.keep_for;
        let expires_at = head.state.erased_at().map(|erased_at| deadline::after(erased_at, keep_for)).transpose();
        let expires_at = expires_at.map_err(|error| Stop::Fault(Fault::park("replay", error)))?;
        for mark in self.marks(head, scopes) {
            self.engine.vault.raise(&mark, head.covers_until).await?;
            if let Some(expires_at) = expires_at {
                self.engine.vault.date(&mark, expires_at).await?;
            }
        }
        Ok(())
    }

    /// Strong reads of everything that was erased. Clean: it stands where it stood. If not, the case is open again.
    async fn look_for_replay(&mut self, head: &Head, mut scopes: Vec<Scope>) -> Result<Worked, Stop> {
        let now = self.engine.clock.now();
        let verified = self.verify(head, &mut scopes).await?;
        if !verified.is_clean {
            let places = scopes.iter().filter(|scope| scope.stage == Stage::Found).count();
            self.moves_mark(head, ReplayStage::Asked, ReplayStage::Begun);
            self.advance(head, State::Received, NextAction::At(now)).await?;
            return Ok(Worked::Resurfaced { places });
        }
        if let Some((_, fault)) = verified.unreadable.into_iter().next() {
            return Err(Stop::Fault(fault));
        }
        let next = match &head.state {
            State::Verifying { erased_at, looks, .. } => {
                // With every look made, it waits for copies elsewhere: an ordinary visit knows until when.
                NextAction::At(self.look_due_at(*erased_at, looks.len())?.unwrap_or(now))
            }
            State::Received
            | State::Planned { .. }
            | State::Executing { .. }
            | State::Failed { .. }
            | State::Held { .. }
            | State::Completed { .. }
            | State::Cancelled { .. } => NextAction::Never,
        };
        self.moves_mark(head, ReplayStage::Asked, ReplayStage::Done);
        self.advance(head, head.state.clone(), next).await?;
        Ok(Worked::LookedClean { is_last: false })
    }

    /// From here on every transition of this visit moves the mark of the replay, if it stands where it is to move from.
    pub(super) fn moves_mark(&mut self, head: &Head, from: ReplayStage, to: ReplayStage) {
        let moving = head.replay.filter(|mark| mark.stage == from).map(|mark| (mark.asked_at, to));
        self.replayed = moving.or(self.replayed);
    }
}
