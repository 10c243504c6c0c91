//! The row of an obligation as it is when it is opened.

use crate::obligation::{Head, NewObligation, State};

pub(crate) fn fresh(new: &NewObligation, seq: u32) -> Head {
    Head {
        id: new.id.clone(),
        seq,
        route: new.route,
        target: new.target.clone(),
        starts_at: new.starts_at,
        received_at: new.received_at,
        covers_until: new.covers_until,
        due_by: new.due_by.clone(),
        state: State::Received,
        next_action_at: Some(new.next_action_at),
        leased_until: None,
        reopened: 0,
        confirmed_plan: None,
        late_since: None,
        begun_at: None,
        returned_at: None,
        retained: Vec::new(),
        replay: None,
        held_by: Vec::new(),
        awaited: None,
    }
}
