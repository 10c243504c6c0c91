//! Shows a request to whoever has its reference: what was asked, by when, what is left to do for them, what came of it.
//!
//! Says nothing of who asked or what they wrote, and until the request is verified nothing that only the person may know.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::clock::model::Kind;
use crate::data_map::DataMap;
use crate::deadline::DueBy;
use crate::fault::Fault;
use crate::obligation::ObligationId;
use crate::ports::Showcase;
use crate::show_request::{RequestView, view};
use crate::subject_request::{Proof, Standing, SubjectRequest};

/// Everything the status page says of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedView {
    /// Its reference.
    pub id: ObligationId,
    /// What was asked for.
    pub kind: Kind,
    /// Where it stands, by its name in the interface: of the work on it, once there is some.
    pub state: &'static str,
    /// When we received it.
    pub received_at: Timestamp,
    /// The last day.
    pub due_by: DueBy,
    /// The rule that set it.
    pub due_rule: String,
    /// Whether a code is what it waits for.
    pub waits_for_code: bool,
    /// Why we took more time, and the day it was due before.
    pub extended: Option<(String, Date)>,
    /// When it was answered or refused, and why it was refused.
    pub closed: Option<(Timestamp, Option<String>)>,
    /// The erasure, once it has begun.
    pub erasure: Option<RequestView>,
}

/// Reads and arranges one request; `None` when there is none.
///
/// # Errors
/// [`Fault`]
pub async fn show_asked(
    showcase: &impl Showcase,
    map: &DataMap,
    second_looks: &[jiff::Span],
    id: &ObligationId,
) -> Result<Option<AskedView>, Fault> {
    if !id.is_request() {
        return Ok(None);
    }
    let Some((request, shown)) = showcase.show_asked(id).await? else { return Ok(None) };
    let erasure = shown.map(|shown| view(shown, map, second_looks));
    Ok(Some(asked(request, erasure)))
}

fn asked(request: SubjectRequest, erasure: Option<RequestView>) -> AskedView {
    let is_open = request.standing.closed_at().is_none();
    let state = match (&request.standing, &erasure) {
        (Standing::InProgress { .. }, Some(erasure)) => erasure.state.name(),
        (standing, _) => standing.name(),
    };
    let is_code = |proof: Proof| matches!(proof, Proof::EmailCode | Proof::HandleCode);
    let waits_for_code = is_open && request.missing().any(is_code);
    let closed = match &request.standing {
        Standing::Answered { at, .. } => Some((*at, None)),
        Standing::Denied { at, reason } => Some((*at, Some(reason.clone()))),
        Standing::Received | Standing::AwaitingVerification | Standing::InProgress { .. } => None,
    };
    AskedView {
        kind: request.kind,
        state,
        received_at: request.received_at,
        due_by: request.clocks.legal_due(),
        due_rule: request.clocks.legal.rule.clone(),
        waits_for_code,
        extended: request.clocks.extended.map(|extended| (extended.reason, extended.first_legal)),
        closed,
        erasure,
        id: request.id,
    }
}
