//! What has to have rung: for whatever is open, before its last day is over, and after it.

use privacy::obligation::{Head, ObligationId, State as Stage};

use crate::alarms::{Alarm, Dated, Rung};
use crate::dates::{has_time_left, is_open, is_over, is_theirs, is_theirs_to_come};
use crate::run_on::End;
use crate::state::State;

/// What names a date that comes near.
const NEAR: [&str; 3] = ["near-due", "near-legal", "last-day"];

/// Nothing that is open and not held is past its date that was not named before, if the schedule ran in the days before it.
pub(crate) fn is_rung_for_in_time(state: &State) -> bool {
    let (stored, asked) = (&state.stored, &state.spent.asked_at);
    let requests = stored.requests.heads.values().filter(|request| request.standing.closed_at().is_none());
    let requests = requests.map(|request| (Dated::Request(request.id.clone()), asked.at(&request.id)));
    let heads = stored.heads.values().filter(|head| is_open(head));
    let heads = heads.map(|head| (Dated::Obligation(head.id.clone()), asked.at(&head.id)));
    let mut late = requests.chain(heads).filter(|(_, asked_at)| is_over(*asked_at, state.now));
    late.all(|(of, _)| !state.heard.expected.contains(&of) || is_named(&state.heard.rung, &of))
}

/// Left alone, whatever is not over has a next action, and was named: before its date if there was time, and once that has
/// passed; what a hold keeps, once somebody should have looked at the hold again; what a processor keeps, days before its own last day,
/// and once that has passed.
pub(crate) fn is_alarmed_when_left_alone(state: &State, end: &End) -> bool {
    let (rung, asked) = (&state.heard.rung | &end.rung, &state.spent.asked_at);
    let is_in_time = |id: &ObligationId, of: &Dated| !has_time_left(asked.at(id), state.now) || is_named(&rung, of);
    let requests = end.stored.requests.heads.values().all(|request| {
        let of = Dated::Request(request.id.clone());
        match request.standing.closed_at() {
            Some(_) => request.settled_at().is_some(),
            None => {
                let is_alarmed = is_in_time(&request.id, &of) && has_rung(&rung, &of, "overdue");
                request.next_action_at.is_some() && is_alarmed
            }
        }
    });
    let is_alarmed = |head: &Head| {
        let of = Dated::Obligation(head.id.clone());
        match &head.state {
            Stage::Held { .. } => has_rung(&rung, &of, "hold-past-review"),
            // Whoever is asked has a last day of its own, and rings days before it.
            _ if is_theirs(head) => {
                let is_in_time = !is_theirs_to_come(head, state.now) || has_rung(&rung, &of, "processor-late");
                is_in_time && has_rung(&rung, &of, "processor-overdue")
            }
            _ => is_in_time(&head.id, &of) && has_rung(&rung, &of, "overdue"),
        }
    };
    let is_over = |head: &Head| head.state.closed_at().is_some() && head.next_action_at.is_none();
    requests && end.stored.heads.values().all(|head| is_over(head) || head.next_action_at.is_some() && is_alarmed(head))
}

fn is_named(rung: &Rung, of: &Dated) -> bool {
    rung.iter().any(|alarm| alarm.of == *of && alarm.is_in_time && NEAR.contains(&alarm.why))
}

fn has_rung(rung: &Rung, of: &Dated, why: &str) -> bool {
    rung.iter().any(|Alarm { of: known, why: known_why, .. }| known == of && *known_why == why)
}
