//! What can happen, and when.

use privacy::memory::Strike;
use privacy::obligation::{Head, ObligationId};
use privacy::subject_request::SubjectRequest;

use crate::holds::HOLDS;
use crate::office::Office;
use crate::state::State;

/// Who asks for the erasure of the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    /// They themselves.
    Person,
    /// Somebody who knows their address.
    Stranger,
}

impl Who {
    /// The reference of their request.
    #[must_use]
    pub fn request(self) -> ObligationId {
        ObligationId::of_request(&[1 + self as u8; 20])
    }
}

/// Something that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// A request comes in.
    Ask(Who),
    /// The message to the worker that tells is delivered; it may stay, to come again.
    Tell { index: usize, stays: bool },
    /// It is lost for good.
    LoseNotice(usize),
    /// The person enters the newest code that was sent for their request. The function may die before it begins the work.
    Enter { dies: bool },
    /// The person asks for a fresh code.
    AskCode,
    /// A guess at the code of somebody's request.
    Guess(Who),
    /// The code of the person's request is entered for the stranger's.
    EnterForOther,
    /// The message to the engine is delivered; it may stay, to come again.
    Work { index: usize, stays: bool },
    /// The engine dies at one of its calls, before or after the effect. The message comes again.
    Die(Strike),
    /// It is lost for good.
    LoseWork(usize),
    /// The schedule: both sweeps.
    Sweep,
    /// A hold is placed.
    Hold(usize),
    /// The message to the engine is delivered, and the first hold is placed just before this call of its visit.
    HoldAmid(u64),
    /// A hold is released.
    Release(usize),
    /// The processor answers again, and the store erases again.
    Mend,
    /// Staff confirm the plan that waits above its ceiling.
    Confirm,
    /// Time passes; meanwhile the schedule runs once, an hour and a minute on, if it runs.
    Pass { is_swept: bool },
}

impl Office {
    /// What can happen now.
    pub(crate) fn possible(&self, state: &State) -> Vec<Action> {
        let (spent, most, stored) = (&state.spent, &self.bounds.most, &state.stored);
        let queued = |length: usize| 0..length.min(self.bounds.queued);
        let mut actions = Vec::new();
        let may_go_wrong = spent.troubles() < self.bounds.troubles;
        let mut when = |is_so: bool, action: Action| actions.extend(is_so.then_some(action));
        let has_code = state.codes().next().is_some();
        let may_ask = state.hour == 0 || self.bounds.asks_later;
        when(self.bounds.sweeps_at_will, Action::Sweep);
        when(may_ask && !spent.asked[0] && most.asked[0], Action::Ask(Who::Person));
        when(may_ask && !spent.asked[1] && most.asked[1], Action::Ask(Who::Stranger));
        for index in queued(stored.requests.notices.len()) {
            when(true, Action::Tell { index, stays: false });
            when(may_go_wrong && spent.doubled < most.doubled, Action::Tell { index, stays: true });
            when(may_go_wrong && spent.lost < most.lost, Action::LoseNotice(index));
        }
        for index in queued(stored.sent.len()) {
            when(true, Action::Work { index, stays: false });
            when(may_go_wrong && spent.doubled < most.doubled, Action::Work { index, stays: true });
            when(may_go_wrong && spent.lost < most.lost, Action::LoseWork(index));
        }
        if may_go_wrong && !stored.sent.is_empty() && spent.crashes < most.crashes {
            for call in &self.bounds.deaths {
                when(true, Action::Die(Strike::Before(*call)));
                when(true, Action::Die(Strike::After(*call)));
            }
        }
        when(spent.asked[0] && has_code, Action::Enter { dies: false });
        when(spent.asked[0] && has_code && may_go_wrong && spent.crashes < most.crashes, Action::Enter { dies: true });
        // A code that would show nothing leads nowhere.
        let waits_for_code =
            stored.requests.heads.get(&Who::Person.request()).is_some_and(SubjectRequest::has_code_to_send);
        when(waits_for_code && spent.codes < most.codes, Action::AskCode);
        for (who, asked) in [Who::Person, Who::Stranger].into_iter().zip(spent.asked) {
            when(asked && spent.guesses < most.guesses, Action::Guess(who));
        }
        when(spent.asked == [true; 2] && spent.guesses < most.guesses, Action::EnterForOther);
        for index in 0..HOLDS {
            // They are placed in their order, which says nothing less: neither is more than the other to what they both keep.
            let is_next = index == 0 || spent.holds[index - 1][0];
            when(most.holds[index][0] && !spent.holds[index][0] && is_next, Action::Hold(index));
            when(spent.holds[index] == [true, false], Action::Release(index));
        }
        if most.holds[0][0] && !spent.holds[0][0] && !stored.sent.is_empty() {
            self.bounds.amid.iter().for_each(|call| when(true, Action::HoldAmid(*call)));
        }
        // Before there is anything to ask a processor about, nobody can tell whether it answers.
        when(!spent.is_mended && most.is_mended && !stored.heads.is_empty(), Action::Mend);
        when(stored.heads.values().any(Head::is_halted), Action::Confirm);
        // No queue keeps a message for days: before they pass it is delivered or lost. What the schedule sends meanwhile comes late.
        let passes =
            stored.requests.notices.is_empty() && stored.sent.is_empty() && state.hour < self.bounds.hours.len();
        when(passes, Action::Pass { is_swept: true });
        when(passes && may_go_wrong && spent.outages < most.outages, Action::Pass { is_swept: false });
        actions
    }
}
