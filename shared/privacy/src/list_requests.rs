//! The work list of staff: reports about children that nobody has read, then what is open, then what is closed and waits for them
//! all the same; each by the day on which it is due.
//!
//! It reads the due index, where every request stands until nothing is left to do, beside it those that are closed and have reached
//! nobody, and the rows it names; never the table.

mod cursor;

pub use cursor::{Cursor, InvalidCursor};

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;

use crate::clock::model::Kind;
use crate::deadline::DueBy;
use crate::fault::Fault;
use crate::obligation::ObligationId;
use crate::policy::own::OwnKind;
use crate::ports::{DUE_SHARDS, Register, archive_shards};
use crate::show_request::PublicState;
use crate::subject_request::ports::RequestRegister;
use crate::subject_request::{Standing, SubjectRequest, Turn};

/// Entries of the due index that one answer reads of one shard: 10,000 requests in all.
const PER_SHARD_MAX: usize = 1_250;
/// Entries read at a time.
const PAGE: u16 = 1_000;
/// Rows read at a time.
const BATCH: usize = 100;
/// What was closed last, of one shard.
const SETTLED_MAX: u16 = 100;
/// What was closed and has reached nobody, of one shard.
const UNREACHED_MAX: u16 = 1_000;

/// What is listed; what is not said is not narrowed. Without a state: what is open, and what somebody does not know is closed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// A state of the interface.
    pub state: Option<String>,
    /// What was asked for.
    pub kind: Option<Kind>,
    /// Due before this day.
    pub due_before: Option<Date>,
    /// Whether the day is over.
    pub is_overdue: Option<bool>,
    /// Whether it waits for staff.
    pub is_waiting: Option<bool>,
    /// Whether it is about a child.
    pub is_about_child: Option<bool>,
    /// Whether a letter of it reached nobody.
    pub is_bounced: Option<bool>,
}

/// The states of the interface.
pub const STATES: [&str; 9] = [
    "received",
    "awaiting-verification",
    "in-progress",
    "verifying",
    "held",
    "completed",
    "partly-retained",
    "denied",
    "failed",
];

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The request.
    pub request: SubjectRequest,
    /// Its state in the interface: of the work on it, once there is some.
    pub state: &'static str,
    /// What it waits for that only staff can do.
    pub turns: Vec<Turn>,
    /// The day on which it must be done.
    pub due_by: DueBy,
    /// See [`DueBy::days_left`].
    pub days_left: i64,
    /// Whether it is open and the day is over.
    pub is_overdue: bool,
}

/// A page of the list.
#[derive(Debug, PartialEq, Eq)]
pub struct Page {
    /// In order.
    pub requests: Vec<Listed>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<Cursor>,
    /// Whether everything open was read, and everything that has reached nobody.
    pub is_complete: bool,
}

impl Filter {
    fn wants_closed(&self) -> bool {
        self.state.as_deref().is_some_and(|state| ["completed", "partly-retained", "denied"].contains(&state))
    }

    fn wants_unreached(&self) -> bool {
        self.state.is_none() || self.wants_closed()
    }

    fn admits(&self, listed: &Listed) -> bool {
        let is = |wanted: Option<bool>, is: bool| wanted.is_none_or(|wanted| wanted == is);
        let is_shown = match &self.state {
            Some(state) => *state == listed.state,
            None => listed.request.standing.closed_at().is_none() || !listed.turns.is_empty(),
        };
        is_shown
            && self.kind.is_none_or(|kind| kind == listed.request.kind)
            && self.due_before.is_none_or(|day| listed.due_by.date < day)
            && is(self.is_overdue, listed.is_overdue)
            && is(self.is_waiting, !listed.turns.is_empty())
            && is(self.is_about_child, listed.request.about_child)
            && is(self.is_bounced, !listed.request.undelivered.is_empty())
    }
}

/// One page of at most `limit` requests that the filter admits, after a place that an earlier page gave.
///
/// # Errors
/// [`Fault`]
pub async fn list_requests(
    register: &(impl RequestRegister + Register),
    filter: &Filter,
    after: Option<&Cursor>,
    limit: usize,
    now: Timestamp,
) -> Result<Page, Fault> {
    let (mut ids, mut is_complete) = read_due(register).await?;
    for shard in 0..archive_shards(OwnKind::Requests) {
        if filter.wants_closed() {
            ids.extend(register.settled_requests(shard, SETTLED_MAX).await?);
        }
        if filter.wants_unreached() {
            let unreached = register.unreached_requests(shard, UNREACHED_MAX).await?;
            is_complete &= unreached.len() < usize::from(UNREACHED_MAX);
            ids.extend(unreached);
        }
    }
    let mut rows = read_rows(register, &ids.into_iter().collect::<Vec<_>>(), now).await?;
    rows.retain(|listed| filter.admits(listed));
    let mut placed: Vec<(Cursor, Listed)> =
        rows.into_iter().map(|listed| (Cursor::of(&listed, filter), listed)).collect();
    placed.sort_by(|(one, _), (other, _)| one.cmp(other));
    placed.retain(|(place, _)| after.is_none_or(|after| place > after));
    let is_more = placed.len() > limit;
    placed.truncate(limit);
    let next = placed.last().filter(|_| is_more).map(|(place, _)| place.clone());
    Ok(Page { requests: placed.into_iter().map(|(_, listed)| listed).collect(), next, is_complete })
}

/// Every request that the due index names, which are the open ones and those of which something is left to do; and whether
/// these are all.
///
/// # Errors
/// [`Fault`]
pub async fn read_requests(register: &impl RequestRegister) -> Result<(Vec<SubjectRequest>, bool), Fault> {
    let (ids, is_complete) = read_due(register).await?;
    let ids: Vec<ObligationId> = ids.into_iter().collect();
    let mut requests = Vec::with_capacity(ids.len());
    for batch in ids.chunks(BATCH) {
        requests.extend(register.requests(batch).await?);
    }
    Ok((requests, is_complete))
}

async fn read_due(register: &impl RequestRegister) -> Result<(BTreeSet<ObligationId>, bool), Fault> {
    let (mut ids, mut is_complete) = (BTreeSet::new(), true);
    for shard in 0..DUE_SHARDS {
        let (mut after, mut read) = (None, 0);
        loop {
            let page = register.request_page(shard, after.as_ref(), PAGE).await?;
            read += page.len();
            let is_last = page.len() < usize::from(PAGE);
            after = page.last().cloned();
            ids.extend(page.into_iter().map(|due| due.id));
            if is_last {
                break;
            }
            if read >= PER_SHARD_MAX {
                is_complete = false;
                break;
            }
        }
    }
    Ok((ids, is_complete))
}

async fn read_rows(
    register: &(impl RequestRegister + Register),
    ids: &[ObligationId],
    now: Timestamp,
) -> Result<Vec<Listed>, Fault> {
    let mut rows = Vec::with_capacity(ids.len());
    for batch in ids.chunks(BATCH) {
        let requests = register.requests(batch).await?;
        let in_work = requests.iter().filter(|request| matches!(request.standing, Standing::InProgress { .. }));
        let in_work: Vec<ObligationId> = in_work.map(|request| request.id.clone()).collect();
        let heads = if in_work.is_empty() { Vec::new() } else { register.heads(&in_work).await? };
        let states: BTreeMap<ObligationId, &'static str> =
            heads.into_iter().map(|head| (head.id.clone(), PublicState::of(&head, &[]).name())).collect();
        rows.extend(requests.into_iter().map(|request| {
            let state = states.get(&request.id).copied().unwrap_or_else(|| request.standing.name());
            Listed::in_state(request, state, now)
        }));
    }
    Ok(rows)
}

impl Listed {
    /// A line for a request of which no work is known.
    #[must_use]
    pub fn of(request: SubjectRequest, now: Timestamp) -> Self {
        let state = request.standing.name();
        Self::in_state(request, state, now)
    }

    pub(crate) fn in_state(request: SubjectRequest, state: &'static str, now: Timestamp) -> Self {
        let due_by = request.carry_out_by();
        let is_overdue = request.standing.closed_at().is_none() && due_by.is_past(now);
        Self { state, turns: request.turns(), days_left: due_by.days_left(now), due_by, is_overdue, request }
    }
}

#[cfg(test)]
mod tests;
