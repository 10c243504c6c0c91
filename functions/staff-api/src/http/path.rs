//! What a path names.

use privacy::find_obligation::Named;
use privacy::legal_hold::HoldId;

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
    /// `/api/staff/promises`
    Promises,
}

pub(super) fn subject(path: &str) -> Option<Subject> {
    let parts: Vec<&str> = path.strip_prefix("/api/staff/")?.split('/').collect();
    match parts.as_slice() {
        ["holds"] => Some(Subject::Holds),
        ["holds", id] => HoldId::parse(id).ok().map(Subject::Hold),
        ["obligations", id] => Named::parse(id).map(Subject::Obligation),
        ["obligations", id, "plan-confirmation"] => Named::parse(id).map(Subject::Confirmation),
        ["promises"] => Some(Subject::Promises),
        _ => None,
    }
}
