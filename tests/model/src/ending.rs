//! What every way has to end in, whatever has happened on it.

use jiff::{SignedDuration, Timestamp};
use privacy::memory::Stored;
use privacy::obligation::State as Stage;
use privacy::subject_request::notice::Notice;
use privacy::subject_request::{Standing, SubjectRequest};

use crate::action::Who;
use crate::dates::ends;
use crate::holds::{ALL, left};
use crate::office::Office;
use crate::state::State;

/// Until then before the end of the last day whoever asks may show who they are.
const LAST_HOURS: SignedDuration = SignedDuration::from_hours(2);

/// Once nothing goes wrong any more, each request has its answer: what was shown is erased before its date if there was time,
/// the rest is denied and untouched; people are told, evidence is gone, and nothing is left to do.
pub(crate) fn ends_rightly(office: &Office, state: &State) -> bool {
    let end = &office.run_on(state).stored;
    let is_settled = |request: &SubjectRequest| request.settled_at().is_some() && request.next_action_at.is_none();
    let requests = end.requests.heads.values();
    let is_told =
        requests.clone().all(|request| request.closing_notice().is_some_and(|notice| told_once(end, request, notice)));
    let are_answers_right = requests.clone().all(|request| match &request.standing {
        Standing::Answered { at, .. } => {
            request.is_verified() && (is_late(state, request) || *at <= ends_at(state, request))
        }
        Standing::Denied { .. } => is_not_denied_wrongly(state, request),
        Standing::Withdrawn { .. } => true,
        Standing::Received | Standing::AwaitingVerification | Standing::InProgress { .. } => false,
    });
    let is_shown = requests.clone().any(|request| request.is_verified());
    let copies = &office.copies;
    let is_gone =
        if is_shown { left(end) == 0 && copies.are_gone(end) } else { left(end) == ALL && copies.are_untouched(end) };
    let is_over =
        end.heads.values().all(|head| matches!(head.state, Stage::Completed { .. }) && head.next_action_at.is_none());
    requests.clone().all(is_settled)
        && is_told
        && are_answers_right
        && is_gone
        && is_over
        && has_item(end, "contact#other#profile")
        && copies.are_of_other_untouched(end)
}

pub(crate) fn is_not_denied_wrongly(state: &State, request: &SubjectRequest) -> bool {
    match &request.standing {
        Standing::Denied { at, reason } => {
            reason == "unverifiable" && !request.is_verified() && *at >= ends_at(state, request) - LAST_HOURS
        }
        Standing::Received
        | Standing::AwaitingVerification
        | Standing::InProgress { .. }
        | Standing::Answered { .. }
        | Standing::Withdrawn { .. } => true,
    }
}

/// Too little is left of the time: whatever held it up has held it up until the date.
fn is_late(state: &State, request: &SubjectRequest) -> bool {
    state.now + SignedDuration::from_hours(24) > ends_at(state, request)
}

fn told_once(end: &Stored, request: &SubjectRequest, notice: Notice) -> bool {
    end.requests.letters.iter().any(|letter| letter.request == request.id && letter.notice == notice)
}

fn ends_at(state: &State, request: &SubjectRequest) -> Timestamp {
    ends(state.spent.asked_at.at(&request.id))
}

/// Erased, and nothing left here or at whoever was asked.
pub(crate) fn is_erased(office: &Office, stored: &Stored) -> bool {
    let head = stored.heads.get(&Who::Person.request());
    left(stored) == 0 && office.copies.are_gone(stored) && head.is_some_and(|head| head.state.erased_at().is_some())
}

pub(crate) fn has_item(stored: &Stored, key: &str) -> bool {
    let partition = ("inbox".to_owned(), "alder#c1".to_owned());
    stored.items.get(&partition).is_some_and(|items| items.contains(key))
}
