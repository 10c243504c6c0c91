//! Accepts an obligation, whatever brought it: one conditional write, then the queue, then the answer.
//!
//! Acknowledged means durable: the row is in the due index, so a message that was never sent is sent by the
//! sweeper. Nothing is erased here.

use jiff::Timestamp;

use crate::deadline::DueBy;
use crate::fault::Fault;
use crate::message::Work;
use crate::obligation::{Head, NewObligation, ObligationId, State};
use crate::ports::{Intake, Opened, WorkQueue};

/// What became of a request, for the log. From outside all are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Became {
    /// A new obligation.
    New,
    /// An open obligation that covers more now.
    Widened,
    /// A new request under the id of a finished one.
    Reopened,
    /// Known already.
    Duplicate,
}

impl Became {
    /// As it stands in logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Widened => "widened",
            Self::Reopened => "reopened",
            Self::Duplicate => "duplicate",
        }
    }
}

/// A stored request.
#[derive(Debug)]
pub struct Accepted {
    /// The key of the obligation; for a callback, the confirmation code.
    pub id: ObligationId,
    /// What became of it.
    pub became: Became,
    /// When it was first received.
    pub received_at: Timestamp,
    /// The promised last day: of the first receipt, however often it is repeated.
    pub due_by: DueBy,
    /// Nothing is done before this instant, if there is one.
    pub starts_at: Option<Timestamp>,
    /// The row as it stood there before, if one did and was left or widened.
    pub standing: Option<Box<Head>>,
    /// Why the queue did not take it, if it did not: the sweeper will send it.
    pub unsent: Option<Fault>,
}

/// How often a row that changes under our hands is tried before the caller is asked to come again.
const ROUNDS: u32 = 3;

/// Stores an obligation and sends it to the worker.
///
/// # Errors
/// [`Fault`]: nothing may have been stored, so the caller must not acknowledge.
pub async fn accept(intake: &impl Intake, queue: &impl WorkQueue, new: &NewObligation) -> Result<Accepted, Fault> {
    accept_where(intake, queue, new, |finished| is_new_request(new.is_dated, new.covers_until, finished)).await
}

/// As [`accept`]; `is_new` says whether it is a new request beside a finished one.
pub(crate) async fn accept_where(
    intake: &impl Intake,
    queue: &impl WorkQueue,
    new: &NewObligation,
    is_new: impl Fn(&Head) -> bool,
) -> Result<Accepted, Fault> {
    let Stored { became, received_at, due_by, starts_at, standing, is_waiting } = store(intake, new, is_new).await?;
    let id = new.id.clone();
    let is_due = new.starts_at.is_none_or(|starts_at| starts_at <= new.received_at);
    let unsent = if is_waiting && is_due { queue.send(&Work { obligation: id.clone() }).await.err() } else { None };
    Ok(Accepted { id, became, received_at, due_by, starts_at, standing, unsent })
}

struct Stored {
    became: Became,
    received_at: Timestamp,
    due_by: DueBy,
    starts_at: Option<Timestamp>,
    standing: Option<Box<Head>>,
    is_waiting: bool,
}

impl Stored {
    fn new(new: &NewObligation, became: Became) -> Self {
        Self {
            became,
            received_at: new.received_at,
            due_by: new.due_by.clone(),
            starts_at: new.starts_at,
            standing: None,
            is_waiting: true,
        }
    }

    fn known(head: Box<Head>, became: Became, is_waiting: bool) -> Self {
        Self {
            became,
            received_at: head.received_at,
            due_by: head.due_by.clone(),
            starts_at: head.starts_at,
            standing: Some(head),
            is_waiting,
        }
    }
}

async fn store(intake: &impl Intake, new: &NewObligation, is_new: impl Fn(&Head) -> bool) -> Result<Stored, Fault> {
    for _ in 0..ROUNDS {
        match intake.open(new).await? {
            Opened::New => return Ok(Stored::new(new, Became::New)),
            Opened::Widened(head) => return Ok(Stored::known(head, Became::Widened, true)),
            Opened::Already(head) if head.state.is_finished() && is_new(&head) => {
                if intake.reopen(&head, new).await? {
                    return Ok(Stored::new(new, Became::Reopened));
                }
                // Another request or a second look was quicker: what stands there now may still cover less.
            }
            // A write that timed out after it was carried out comes back as a failed condition on the retry,
            // so a duplicate of something that nobody has looked at yet is sent again.
            Opened::Already(head) => {
                let is_waiting = head.state == State::Received;
                return Ok(Stored::known(head, Became::Duplicate, is_waiting));
            }
        }
    }
    Err(Fault::retry("accept", "the row changed under every try"))
}

/// Whether a request is a new one beside a finished one: it is not dated, it covers more, or nothing was erased then.
pub(crate) fn is_new_request(is_dated: bool, covers_until: Timestamp, finished: &Head) -> bool {
    !is_dated || covers_until > finished.covers_until || finished.state.erased_at().is_none()
}
