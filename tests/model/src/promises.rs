//! What must hold in every state, written from the policy and the law.

use jiff::{SignedDuration, Timestamp};
use privacy::obligation::{Head, State as Stage};
use privacy::subject_request::{Standing, SubjectRequest};
use stateright::{Checker, Expectation, Property};

use crate::action::Who;
use crate::bounds::Search;
use crate::dates::{is_over, legal, next_look};
use crate::ending::{ends_rightly, has_item, is_erased, is_not_denied_wrongly};
use crate::heard::{is_alarmed_when_left_alone, is_rung_for_in_time};
use crate::holds::{ALL, left};
use crate::office::Office;
use crate::reached::reached;
use crate::state::State;

/// Every promise.
#[must_use]
pub fn all() -> Vec<Property<Office>> {
    let mut all = always();
    all.extend(sometimes());
    all
}

fn always() -> Vec<Property<Office>> {
    vec![
        Property::always("nothing goes before somebody has shown who they are", |office: &Office, state: &State| {
            is_verified(state) || left(&state.stored) == ALL && office.copies.are_untouched(&state.stored)
        }),
        Property::always("nobody else's goes", |office: &Office, state: &State| {
            has_item(&state.stored, "contact#other#profile") && office.copies.are_of_other_untouched(&state.stored)
        }),
        Property::always(
            "what was not verified reaches no engine and no business, and is never answered",
            |_, state: &State| {
                unverified(state).all(|request| {
                    !state.stored.heads.contains_key(&request.id)
                        && request.routed.is_empty()
                        && !matches!(request.standing, Standing::Answered { .. } | Standing::InProgress { .. })
                })
            },
        ),
        Property::always("a guess and another's code show nothing", |_, state: &State| {
            request(state, Who::Stranger).is_none_or(|request| request.proven.is_empty())
        }),
        Property::always("a code shows nothing once another was asked for", |_, state: &State| {
            !state.spent.is_void_taken
        }),
        Property::always("no date moves, whatever anybody else does", |_, state: &State| {
            let legal = |id| legal(state.spent.asked_at.at(id));
            let requests = &state.stored.requests.heads;
            requests.values().all(|request| request.clocks.legal.date == legal(&request.id))
                && state.stored.heads.values().all(|head| head.due_by.date <= legal(&head.id))
        }),
        Property::always("what is held stays, but for one delete that was on its way", |_, state: &State| {
            let gone = state.spent.kept & !left(&state.stored);
            !state.spent.is_held() || gone.count_ones() <= u32::from(state.spent.is_amid_work)
        }),
        Property::always("erased means gone, here and at whoever was asked", |office: &Office, state: &State| {
            erasure(state).is_none_or(|head| {
                head.state.erased_at().is_none() || (left(&state.stored) == 0 && office.copies.are_gone(&state.stored))
            })
        }),
        Property::always("what is open is looked at again, in time for its alarms", |_, state: &State| {
            state.stored.requests.heads.values().all(|request| is_watched_request(request, state))
                && state.stored.heads.values().all(|head| is_watched(head, state))
        }),
        Property::always("a denial by the machine is for want of proof, on the last evening", |_, state: &State| {
            state.stored.requests.heads.values().all(|request| is_not_denied_wrongly(state, request))
        }),
        Property::always("no date passes of what is open and not held that no alarm has named before", |_, state| {
            is_rung_for_in_time(state)
        }),
        Property::always(
            "verified, unheld and confirmed: gone here within the hour where stores are mended, and erased where processors are",
            |office: &Office, state| !is_free_to_go(office, state) || is_gone_in_an_hour(office, state),
        ),
        Property::always("left alone, every way ends or has a next action and an alarm", |office: &Office, state| {
            is_alarmed_when_left_alone(state, &office.leave_alone(state))
        }),
        Property::always("every way ends, and rightly", |office: &Office, state| ends_rightly(office, state)),
    ]
}

fn sometimes() -> Vec<Property<Office>> {
    vec![
        Property::sometimes("answered", |_, state: &State| is_answered(state, Who::Person)),
        Property::sometimes("denied", |_, state: &State| {
            state.stored.requests.heads.values().any(|request| matches!(request.standing, Standing::Denied { .. }))
        }),
        Property::sometimes("held", |_, state: &State| is_in(state, |stage| matches!(stage, Stage::Held { .. }))),
        Property::sometimes("waits for a processor", |_, state: &State| waits_for_processor(state)),
        Property::sometimes("looked at again", |_, state: &State| {
            is_in(state, |stage| matches!(stage, Stage::Verifying { looks, .. } if !looks.is_empty()))
        }),
        Property::sometimes("past its date, and named before", |_, state: &State| {
            let late = erasure(state).filter(|head| is_over(state.spent.asked_at.at(&head.id), state.now));
            late.is_some_and(crate::dates::is_open) && state.heard.rung.iter().any(|alarm| alarm.why == "near-due")
        }),
        Property::sometimes("waits for a processor past its own last day, and it rang", |_, state: &State| {
            erasure(state).is_some_and(crate::dates::is_theirs)
                && state.heard.rung.iter().any(|alarm| alarm.why == "processor-overdue")
        }),
        Property::sometimes("a request near its target, past it, near its last day and on it", |_, state: &State| {
            let rung = |why| state.heard.rung.iter().any(|alarm| alarm.why == why);
            ["near-target", "past-target", "near-legal", "last-day"].into_iter().all(rung)
        }),
        Property::sometimes("held before anybody has shown who they are", |_, state: &State| {
            state.spent.is_held() && !is_verified(state) && request(state, Who::Person).is_some()
        }),
        Property::sometimes("held once part of it was gone", |_, state: &State| {
            state.spent.is_held() && ![0, ALL].contains(&left(&state.stored))
        }),
        Property::sometimes("one of two holds released, the other in force", |_, state: &State| {
            state.spent.holds.contains(&[true; 2]) && is_in(state, |stage| matches!(stage, Stage::Held { .. }))
        }),
        Property::sometimes("held, and a worker died", |_, state: &State| {
            state.spent.crashes > 0 && is_in(state, |stage| matches!(stage, Stage::Held { .. }))
        }),
        Property::sometimes("held, and a message was lost", |_, state: &State| {
            state.spent.lost > 0 && is_in(state, |stage| matches!(stage, Stage::Held { .. }))
        }),
        Property::sometimes("erased beside a stranger who has asked the same", |_, state: &State| {
            erasure(state).is_some_and(|head| head.state.erased_at().is_some())
                && request(state, Who::Stranger).is_some_and(|request| request.standing.closed_at().is_none())
        }),
        Property::sometimes("released, and a processor still answers nothing", |_, state: &State| {
            state.spent.holds[0] == [true; 2] && !state.spent.is_held() && waits_for_processor(state)
        }),
        Property::sometimes("halted above a ceiling", |_, state: &State| erasure(state).is_some_and(Head::is_halted)),
        Property::sometimes("halted, named before its date, and past it", |_, state: &State| {
            let rung = |why| state.heard.rung.iter().any(|alarm| alarm.why == why);
            let late = erasure(state).filter(|head| is_over(state.spent.asked_at.at(&head.id), state.now));
            late.is_some_and(Head::is_halted) && rung("halted") && rung("near-due")
        }),
        Property::sometimes("a store has failed", |_, state: &State| {
            is_in(state, |stage| matches!(stage, Stage::Failed { .. }))
        }),
        Property::sometimes("a store has failed, and a hold is in force", |_, state: &State| {
            state.spent.is_held() && is_in(state, |stage| matches!(stage, Stage::Failed { .. }))
        }),
        Property::sometimes("confirmed, and erased", |_, state: &State| {
            state.spent.is_confirmed && erasure(state).is_some_and(|head| head.state.erased_at().is_some())
        }),
        Property::sometimes("shown by a fresh code, the one before void", |_, state: &State| {
            state.spent.codes_void > 0 && is_verified(state)
        }),
        Property::sometimes("a code is void, and the fresh one lost", |_, state: &State| {
            state.spent.codes_void > 0 && state.spent.lost > 0 && !is_verified(state)
        }),
        Property::sometimes("a message came twice", |_, state: &State| state.spent.doubled > 0),
        Property::sometimes("the schedule did not run", |_, state: &State| state.spent.outages > 0),
    ]
}

/// Stops where a promise does not hold, with the way there; or where the search came by too little to say so.
///
/// # Panics
/// Then.
pub fn assert_kept(found: &impl Checker<Office>, search: Search) {
    for property in all() {
        match property.expectation {
            Expectation::Sometimes if reached(search).contains(&property.name) => {
                found.assert_any_discovery(property.name);
            }
            Expectation::Sometimes => {}
            Expectation::Always | Expectation::Eventually => found.assert_no_discovery(property.name),
        }
    }
}

/// It is looked at within the hour where the sweep says so, and never later than the next alarm or the last day.
fn is_watched_request(request: &SubjectRequest, state: &State) -> bool {
    if request.settled_at().is_some() {
        return request.next_action_at.is_none();
    }
    let next_look = next_look(state.spent.asked_at.at(&request.id), now(state));
    let latest = next_look.unwrap_or(now(state) + SignedDuration::from_hours(24));
    request.next_action_at.is_some_and(|at| at <= latest)
}

fn is_watched(head: &Head, state: &State) -> bool {
    if head.state.closed_at().is_some() {
        return head.next_action_at.is_none();
    }
    let within = match head.state {
        // The next look has its own day.
        Stage::Verifying { .. } => SignedDuration::from_hours(24 * 31),
        _ => SignedDuration::from_hours(1),
    };
    head.next_action_at.is_some_and(|at| at <= now(state) + within)
}

fn now(state: &State) -> Timestamp {
    state.now
}

fn request(state: &State, who: Who) -> Option<&SubjectRequest> {
    state.stored.requests.heads.get(&who.request())
}

fn erasure(state: &State) -> Option<&Head> {
    state.stored.heads.get(&Who::Person.request())
}

fn unverified(state: &State) -> impl Iterator<Item = &SubjectRequest> {
    state.stored.requests.heads.values().filter(|request| !request.is_verified())
}

fn is_verified(state: &State) -> bool {
    request(state, Who::Person).is_some_and(SubjectRequest::is_verified)
}

fn is_answered(state: &State, who: Who) -> bool {
    request(state, who).is_some_and(|request| matches!(request.standing, Standing::Answered { .. }))
}

fn is_in(state: &State, is_so: impl Fn(&Stage) -> bool) -> bool {
    erasure(state).is_some_and(|head| is_so(&head.state))
}

fn waits_for_processor(state: &State) -> bool {
    left(&state.stored) == 0 && is_in(state, |stage| matches!(stage, Stage::Executing { .. }))
}

/// The person has shown who they are, nobody holds anything, no plan waits for staff, and no store for its next try.
fn is_free_to_go(office: &Office, state: &State) -> bool {
    let waits =
        office.bounds.is_above_ceiling && !state.spent.is_confirmed || erasure(state).is_some_and(Head::is_halted);
    let is_broken = office.bounds.broken_store.is_some() && !state.spent.is_mended;
    let is_tried_later = is_in(state, |stage| matches!(stage, Stage::Failed { .. }));
    is_verified(state) && !state.spent.is_held() && !waits && !is_broken && !is_tried_later
}

/// A processor that answers nothing keeps nothing here.
fn is_gone_in_an_hour(office: &Office, state: &State) -> bool {
    let end = &office.wait_an_hour(state).stored;
    left(end) == 0 && (!state.spent.is_mended || is_erased(office, end))
}
