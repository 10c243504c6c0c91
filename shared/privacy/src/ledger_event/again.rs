//! What a row still says of what happened to it, as the events that its changes were: for when those were lost on their way. Whoever
//! heard them knows each by its id.
//!
//! A row keeps when it was accepted, erased, completed, cancelled or late, and where it stands. What it was in between, held or
//! failed for a while, it does not keep.

use jiff::Timestamp;

use super::{HoldEvent, HoldKind, Kind, LedgerEvent, PurgeEvent, class_events, events, hold_events, leftover_events};
use crate::instant;
use crate::obligation::{Head, PlanHash, State};
use crate::policy::Route;
use crate::ports::BookedHold;
use crate::purge::Progress;

/// The events of an obligation since an instant; of what bears no instant, such as a hold that keeps a part, what stands now.
#[must_use]
pub fn told_again(head: &Head, since: Timestamp) -> Vec<LedgerEvent> {
    let told = |kind: Kind, reopened: u32, fact: &str| LedgerEvent::new(&Head { reopened, ..head.clone() }, kind, fact);
    let is_since = |at: Option<Timestamp>| at.is_some_and(|at| at >= since);
    let mut again = Vec::new();
    let is_over = ended_at(&head.state).is_some_and(|ended_at| ended_at < since);
    if !is_over && may_be_stored_since(head, since) {
        again.push(told(Kind::Accepted, 0, &instant::to_text(head.received_at)));
    }
    if !is_over {
        again.extend((1..=head.reopened).map(|reopened| told(Kind::Resurfaced, reopened, "")));
    }
    if let Some(late_since) = head.late_since.filter(|at| is_since(Some(*at))) {
        // How often it had been re-opened by then is not kept: under one of these ids it was told.
        let late = |reopened| told(Kind::Late, reopened, &instant::to_text(late_since));
        again.extend((0..=head.reopened).map(late));
    }
    again.extend(of_state(head, since));
    again
}

/// A request of a person is stored once they are verified, which may be long after it was received, and when is not kept.
fn may_be_stored_since(head: &Head, since: Timestamp) -> bool {
    match head.route {
        Route::SubjectRequest => true,
        Route::MetaDataDeletion | Route::MetaDeauthorize | Route::Disconnect | Route::Termination => {
            head.received_at >= since
        }
    }
}

const fn ended_at(state: &State) -> Option<Timestamp> {
    match state {
        State::Verifying { erased_at, .. } | State::Completed { erased_at, .. } => Some(*erased_at),
        State::Cancelled { at } => Some(*at),
        State::Received
        | State::Planned { .. }
        | State::Executing { .. }
        | State::Failed { .. }
        | State::Held { .. } => None,
    }
}

fn of_state(head: &Head, since: Timestamp) -> Vec<LedgerEvent> {
    let entering = |state: State| {
        // What is held was not held before; that it was let go since is told by no row.
        let before = Head { state: State::Received, held_by: Vec::new(), ..head.clone() };
        events(Some(&before), &Head { state, ..head.clone() })
    };
    let mut entered = Vec::new();
    if let State::Completed { erased_at, looks, .. } = &head.state
        && *erased_at >= since
    {
        // Which plan was worked off is no part of what is told.
        let plan = PlanHash::from_stored(String::new());
        entered.extend(entering(State::Verifying { plan, erased_at: *erased_at, looks: looks.clone() }));
    }
    let entered_at = match &head.state {
        State::Completed { completed_at, .. } => Some(*completed_at),
        state @ (State::Verifying { .. }
        | State::Cancelled { .. }
        | State::Received
        | State::Planned { .. }
        | State::Executing { .. }
        | State::Failed { .. }
        | State::Held { .. }) => ended_at(state),
    };
    if entered_at.is_none_or(|at| at >= since) {
        entered.extend(entering(head.state.clone()));
    }
    entered
}

/// The events of a hold since an instant.
#[must_use]
pub fn hold_told_again(booked: &BookedHold, since: Timestamp) -> Vec<HoldEvent> {
    let at = |kind: HoldKind| match kind {
        HoldKind::Placed => Some(booked.hold.placed_at),
        HoldKind::Released => booked.released_at,
    };
    hold_events(None, booked).into_iter().filter(|event| at(event.kind).is_some_and(|at| at >= since)).collect()
}

/// Where a class of records that go by their date stands: since when it is late, if that is since an instant; the plan that waits;
/// what holds keep, under the id of its newest look.
#[must_use]
pub fn purge_told_again(class: &str, progress: &Progress, since: Timestamp) -> Vec<PurgeEvent> {
    let late_since = progress.late_since.filter(|at| *at >= since);
    let of_class = class_events(class, None, &Progress { late_since, ..progress.clone() });
    let kept = progress.leftovers.iter().flat_map(|leftover| leftover_events(class, None, Some(leftover)));
    of_class.into_iter().chain(kept).collect()
}

#[cfg(test)]
mod tests;
