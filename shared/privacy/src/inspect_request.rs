//! One request with its whole history, for staff: every act, what was told, the erasure behind it, what it appeals against.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::close_request::{Erasures, Step, steps};
use crate::data_map::DataMap;
use crate::fault::Fault;
use crate::list_requests::Listed;
use crate::obligation::ObligationId;
use crate::ports::{Freshness, Showcase};
use crate::show_asked::erasure_of;
use crate::show_request::{RequestView, view};
use crate::subject_request::ports::RequestBook;
use crate::subject_request::{Act, Standing, SubjectRequest};

/// Everything that staff see of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspected {
    /// As the list shows it.
    pub listed: Listed,
    /// What is left before it can be closed.
    pub left: Vec<Step>,
    /// Every act, oldest first.
    pub acts: Vec<Act>,
    /// The erasure, once it has begun.
    pub erasure: Option<RequestView>,
    /// Every other request of the same person, once both have shown that they are; the one received first comes first.
    pub same_person: Vec<SubjectRequest>,
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
    let Some(asked) = book.show_asked(id, Freshness::Now).await? else { return Ok(None) };
    let request = whole(book, asked.request).await?;
    let shown = erasure_of(book, &request, asked.erasure, Freshness::Now).await?;
    let acts = book.acts(id).await?;
    let appealed = match &request.appeal_of {
        Some(appealed) => book.request(appealed).await?,
        None => None,
    };
    let same_person = same_person(book, &request).await?;
    let left = match request.standing.closed_at() {
        Some(_) => Vec::new(),
        None => steps(&request, &Erasures::read(book, &request).await?, now),
    };
    let erasure = shown.map(|shown| view(shown, map, second_looks));
    let state = match (&request.standing, &erasure) {
        (Standing::InProgress { .. }, Some(erasure)) => erasure.state.name(),
        (standing, _) => standing.name(),
    };
    let listed = Listed::in_state(request, state, now);
    Ok(Some(Inspected { listed, left, acts, erasure, same_person, appealed }))
}

/// The request with everything that the person wrote: what is long stands beside it, and a status does not read it.
async fn whole(book: &impl RequestBook, request: SubjectRequest) -> Result<SubjectRequest, Fault> {
    if !request.has_words_beside {
        return Ok(request);
    }
    let details = book.request(&request.id).await?.and_then(|whole| whole.details);
    Ok(SubjectRequest { details, ..request })
}

async fn same_person(book: &impl RequestBook, request: &SubjectRequest) -> Result<Vec<SubjectRequest>, Fault> {
    let mut ids = BTreeSet::new();
    for person in &request.course.people {
        ids.extend(book.asked_by(person).await?);
    }
    ids.remove(&request.id);
    let mut found = Vec::with_capacity(ids.len());
    for id in &ids {
        found.extend(book.request(id).await?);
    }
    found.sort_by(|one, other| (one.received_at, &one.id).cmp(&(other.received_at, &other.id)));
    Ok(found)
}

#[cfg(test)]
mod tests;
