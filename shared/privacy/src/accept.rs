//! Accepts an obligation, whatever brought it: one conditional write, then the queue, then the answer.
//!
//! Acknowledged means durable: the row is in the due index, so a message that was never sent is sent by the
//! sweeper. Nothing is erased here.

use jiff::Timestamp;

use crate::deadline::DueBy;
use crate::fault::Fault;
use crate::message::Work;
use crate::obligation::{NewObligation, ObligationId, State};
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
    /// The promised last day: of the first receipt, however often it is repeated.
    pub due_by: DueBy,
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
    let Stored { became, due_by, is_waiting } = store(intake, new).await?;
    let id = new.id.clone();
    let unsent = if is_waiting { queue.send(&Work { obligation: id.clone() }).await.err() } else { None };
    Ok(Accepted { id, became, due_by, unsent })
}

struct Stored {
    became: Became,
    due_by: DueBy,
    is_waiting: bool,
}

async fn store(intake: &impl Intake, new: &NewObligation) -> Result<Stored, Fault> {
    let stored = |became, due_by: &DueBy, is_waiting| Ok(Stored { became, due_by: due_by.clone(), is_waiting });
    for _ in 0..ROUNDS {
        match intake.open(new).await? {
            Opened::New => return stored(Became::New, &new.due_by, true),
            Opened::Widened(head) => return stored(Became::Widened, &head.due_by, true),
            Opened::Already(head) if head.state.erased_at().is_some() && is_new_request(new, head.covers_until) => {
                if intake.reopen(&head, new).await? {
                    return stored(Became::Reopened, &new.due_by, true);
                }
                // Another request or a second look was quicker: what stands there now may still cover less.
            }
            // A write that timed out after it was carried out comes back as a failed condition on the retry,
            // so a duplicate of something that nobody has looked at yet is sent again.
            Opened::Already(head) => return stored(Became::Duplicate, &head.due_by, head.state == State::Received),
        }
    }
    Err(Fault::retry("accept", "the row changed under every try"))
}

fn is_new_request(new: &NewObligation, covered_until: Timestamp) -> bool {
    !new.is_dated || new.covers_until > covered_until
}
