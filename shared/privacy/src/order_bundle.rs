//! Orders the bundle of a request again, because staff say that the one before is of no use: lost, spoilt, or opened by somebody
//! else.
//!
//! The request is in work again, with dates as of a receipt today, and nobody fetches the earlier bundle meanwhile; one that was
//! not only lost is erased at once. The exporter makes another of what is held by now, says that it is there, and closes the
//! request once more. Who opens it is not changed by an order: where a code or a login reached somebody else, that is to be mended first.
//!
//! Pure. An order is named by whoever gives it: sent again it is the same one, also once its bundle is there.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::export::job::{ExportJob, ExportQueue};
use crate::ids::{InstructionId, InvalidId};
use crate::instant;
use crate::law::Law;
use crate::obligation::ObligationId;
use crate::record_act::{Done, NotDone, record_act};
use crate::route_request::Changed;
use crate::subject_request::notice::Notice;
use crate::subject_request::ports::RequestBook;
use crate::subject_request::{By, Clocks, Deed, Standing, SubjectRequest};

/// Why it is made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OrderReason {
    /// Whoever asked has it no more, or it went before they had fetched it.
    Lost,
    /// It cannot be read, or holds what it must not, or lacks what it must.
    Spoilt,
    /// Somebody opened it whose it is not.
    OpenedByAnother,
}

impl OrderReason {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Lost, Self::Spoilt, Self::OpenedByAnother];

    /// Its code.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Spoilt => "spoilt",
            Self::OpenedByAnother => "opened-by-another",
        }
    }

    /// # Errors
    /// [`InvalidId`]
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text).ok_or(InvalidId)
    }
}

/// What staff order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Under what they do.
    pub id: InstructionId,
    /// Why.
    pub reason: OrderReason,
}

/// The last order of a request, as it is kept with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderedAgain {
    /// Under what it was given.
    pub id: InstructionId,
    /// Why.
    pub reason: OrderReason,
    /// Since when: the dates of the request count from here.
    pub at: Timestamp,
}

impl SubjectRequest {
    /// Since when the bundles of before are of no use, by the last order. One that was only lost is as good as it was.
    #[must_use]
    pub fn spoilt_at(&self) -> Option<Timestamp> {
        let spoils = |order: &&OrderedAgain| match order.reason {
            OrderReason::Lost => false,
            OrderReason::Spoilt | OrderReason::OpenedByAnother => true,
        };
        self.course.ordered_again.as_ref().filter(spoils).map(|order| order.at)
    }
}

/// Why nothing is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotOrdered {
    /// No bundle answers it: it asks for something else, or names nobody.
    #[error("no bundle answers it")]
    NoBundle,
    /// It was not answered: its bundle is being made, or it waits for something else.
    #[error("it is not answered")]
    NotAnswered,
    /// The same name stands for another order.
    #[error("another order has this name")]
    OtherOrder,
    /// Where they can be reached is erased, so nobody could be told or shown it; or somebody else opened it who is where an agent
    /// said that the person is, and would open it again: that takes a new request.
    #[error("nobody can be reached any more")]
    Unreachable,
    /// The law has no dates for it any more.
    #[error("the law has no dates for it")]
    NoDates,
}

/// The request in work again. `None`: this was ordered before.
///
/// # Errors
/// [`NotOrdered`]
pub fn order_again(
    request: &SubjectRequest,
    order: &Order,
    law: &Law,
    by: &By,
    now: Timestamp,
) -> Result<Option<Changed>, NotOrdered> {
    match &request.course.ordered_again {
        Some(known) if known.id == order.id && known.reason == order.reason => return Ok(None),
        Some(known) if known.id == order.id => return Err(NotOrdered::OtherOrder),
        Some(_) | None => {}
    }
    if request.bundle_kind().is_none() || request.names_nobody() {
        return Err(NotOrdered::NoBundle);
    }
    match request.standing {
        Standing::Answered { .. } => {}
        Standing::Received
        | Standing::AwaitingVerification
        | Standing::InProgress { .. }
        | Standing::Denied { .. }
        | Standing::Withdrawn { .. } => return Err(NotOrdered::NotAnswered),
    }
    let opens_for_same = order.reason == OrderReason::OpenedByAnother && request.is_opened_by_word_of_agent();
    if request.opened_by().is_none() || opens_for_same {
        return Err(NotOrdered::Unreachable);
    }
    let at = instant::to_millis(now);
    let row = law.governing_row(&request.regime, request.kind).map_err(|_| NotOrdered::NoDates)?.row;
    let zone = request.clocks.person_zone.as_deref();
    let clocks = Clocks::start_for(&row, at, zone).map_err(|_| NotOrdered::NoDates)?;
    let standing = Standing::InProgress { since: at };
    let version = request.version + 1;
    let mut changed = SubjectRequest { version, clocks, standing, next_action_at: Some(at), ..request.clone() };
    changed.course.begun_at = None;
    changed.course.ordered_again = Some(OrderedAgain { id: order.id.clone(), reason: order.reason, at });
    for notice in [Notice::Answer, Notice::AgentAnswer] {
        changed.told.remove(&notice);
        changed.undelivered.remove(&notice);
    }
    let deed = Deed::OrderedAgain { order: order.id.clone(), reason: order.reason };
    Ok(Some(Changed { request: changed, act: by.did(deed, at) }))
}

/// Orders it, and has the exporter know. Should that message be lost, the sweep sends it.
///
/// # Errors
/// [`NotDone`]
pub async fn order_bundle(
    book: &impl RequestBook,
    queue: &impl ExportQueue,
    law: &Law,
    id: &ObligationId,
    order: &Order,
    by: &By,
    now: Timestamp,
) -> Result<Done, NotDone<NotOrdered>> {
    let change = |request: &SubjectRequest| order_again(request, order, law, by, now);
    let done = record_act(book, id, change).await?;
    let unsent = match done.request.standing {
        Standing::InProgress { .. } => queue.export(&ExportJob::Request(id.clone())).await.err(),
        Standing::Received
        | Standing::AwaitingVerification
        | Standing::Answered { .. }
        | Standing::Denied { .. }
        | Standing::Withdrawn { .. } => None,
    };
    Ok(Done { unsent, ..done })
}

#[cfg(test)]
mod tests;
