//! One request with its whole history, for staff: every act, what was told, the erasure behind it, what it appeals against.

use jiff::Timestamp;

use crate::close_request::{Step, steps};
use crate::data_map::DataMap;
use crate::deadline::DueBy;
use crate::fault::Fault;
use crate::obligation::ObligationId;
use crate::ports::Showcase;
use crate::show_request::{RequestView, view};
use crate::subject_request::ports::RequestBook;
use crate::subject_request::{Act, Standing, SubjectRequest, Turn};

/// Everything that staff see of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspected {
    /// As it is now.
    pub request: SubjectRequest,
    /// Its state in the interface: of the work on it, once there is some.
    pub state: &'static str,
    /// What it waits for that only staff can do.
    pub turns: Vec<Turn>,
    /// What is left before it can be closed.
    pub left: Vec<Step>,
    /// The day on which it must be done.
    pub due_by: DueBy,
    /// See [`DueBy::days_left`].
    pub days_left: i64,
    /// Whether it is open and the day is over.
    pub is_overdue: bool,
    /// Every act, oldest first.
    pub acts: Vec<Act>,
    /// The erasure, once it has begun.
    pub erasure: Option<RequestView>,
    /// The request whose denial it appeals against, where there is one.
    pub appealed: Option<SubjectRequest>,
}

/// Reads one request; `None` when there is none.
///
/// # Errors
/// [`Fault`]
pub async fn inspect_request(
    book: &(impl RequestBook + Showcase),
    map: &DataMap,
    second_looks: &[jiff::Span],
    id: &ObligationId,
    now: Timestamp,
) -> Result<Option<Inspected>, Fault> {
    let Some((request, shown)) = book.show_asked(id).await? else { return Ok(None) };
    let acts = book.acts(id).await?;
    let appealed = match &request.appeal_of {
        Some(appealed) => book.request(appealed).await?,
        None => None,
    };
    let left = match request.standing.closed_at() {
        Some(_) => Vec::new(),
        None => steps(&request, shown.as_ref().map(|shown| &shown.head)),
    };
    let erasure = shown.map(|shown| view(shown, map, second_looks));
    let state = match (&request.standing, &erasure) {
        (Standing::InProgress { .. }, Some(erasure)) => erasure.state.name(),
        (standing, _) => standing.name(),
    };
    let due_by = request.due_by();
    let is_overdue = request.standing.closed_at().is_none() && due_by.is_past(now);
    let (turns, days_left) = (request.turns(), due_by.days_left(now));
    Ok(Some(Inspected { request, state, turns, left, due_by, days_left, is_overdue, acts, erasure, appealed }))
}

#[cfg(test)]
mod tests;
