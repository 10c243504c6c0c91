//! What a path names.

use privacy::find_obligation::Named;
use privacy::legal_hold::HoldId;
use privacy::obligation::ObligationId;
use privacy::replay::ReplayId;

use super::requests::ActPath;

/// What staff ask about.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// `/api/staff/holds`
    Holds,
    /// `/api/staff/holds/{hold_id}`
    Hold(HoldId),
    /// `/api/staff/obligations/{obligation_id}`; a ref of a log line will do.
    Obligation(Named),
    /// `/api/staff/obligations/{obligation_id}/plan-confirmation`
    Confirmation(Named),
    /// `/api/staff/purges/{class}`
    Purge(String),
    /// `/api/staff/purges/{class}/plan-confirmation`
    PurgeConfirmation(String),
    /// `/api/staff/promises`
    Promises,
    /// `/api/staff/replays`
    Replays,
    /// `/api/staff/replays/{replay_id}`
    Replay(ReplayId),
    /// `/api/staff/requests`
    Requests,
    /// `/api/staff/requests/{reference}`
    Request(ObligationId),
    /// `/api/staff/requests/{reference}/…`
    Act(ObligationId, ActPath),
}

pub(super) fn subject(path: &str) -> Option<Subject> {
    let parts: Vec<&str> = path.strip_prefix("/api/staff/")?.split('/').collect();
    match parts.as_slice() {
        ["holds"] => Some(Subject::Holds),
        ["holds", id] => HoldId::parse(id).ok().map(Subject::Hold),
        ["obligations", id] => Named::parse(id).map(Subject::Obligation),
        ["obligations", id, "plan-confirmation"] => Named::parse(id).map(Subject::Confirmation),
        ["purges", class] => Some(Subject::Purge((*class).to_owned())),
        ["purges", class, "plan-confirmation"] => Some(Subject::PurgeConfirmation((*class).to_owned())),
        ["promises"] => Some(Subject::Promises),
        ["replays"] => Some(Subject::Replays),
        ["replays", id] => ReplayId::parse(id).ok().map(Subject::Replay),
        ["requests"] => Some(Subject::Requests),
        ["requests", id] => reference(id).map(Subject::Request),
        ["requests", id, act] => Some(Subject::Act(reference(id)?, ActPath::parse(act)?)),
        _ => None,
    }
}

fn reference(text: &str) -> Option<ObligationId> {
    ObligationId::parse(text).ok().filter(ObligationId::is_request)
}
