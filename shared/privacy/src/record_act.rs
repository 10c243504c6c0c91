//! One act of staff on a request: read, changed by a pure transition, stored with who did it and why, all or nothing. Done
//! twice it is done once; what somebody else did meanwhile is looked at again.

use crate::fault::Fault;
use crate::obligation::ObligationId;
use crate::route_request::Changed;
use crate::subject_request::SubjectRequest;
use crate::subject_request::notice::{Notice, NoticeJob};
use crate::subject_request::ports::{NoticeQueue, RequestBook};

/// How often a change that somebody else was quicker with is tried again.
const ROUNDS: u32 = 3;

/// Why nothing was done. `E` is what the request itself has against it.
#[derive(Debug, thiserror::Error)]
pub enum NotDone<E> {
    /// There is no such request.
    #[error("there is no such request")]
    Unknown,
    /// It may not be done, or not now.
    #[error("the request does not allow it")]
    Refused(E),
    /// Nothing may have been stored.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// An act that is stored.
#[derive(Debug)]
pub struct Done {
    /// The request as it is now.
    pub request: SubjectRequest,
    /// Whether it was stored just now.
    pub is_new: bool,
    /// Why the worker that tells was not told, if it was not: the sweeper will.
    pub unsent: Option<Fault>,
}

/// Carries out a transition; `None` of it: that is so already.
///
/// # Errors
/// [`NotDone`]
pub async fn record_act<E: Send>(
    book: &impl RequestBook,
    id: &ObligationId,
    change: impl Fn(&SubjectRequest) -> Result<Option<Changed>, E> + Send + Sync,
) -> Result<Done, NotDone<E>> {
    for _ in 0..ROUNDS {
        let request = book.request(id).await?.ok_or(NotDone::Unknown)?;
        let Some(Changed { request, act }) = change(&request).map_err(NotDone::Refused)? else {
            return Ok(Done { request, is_new: false, unsent: None });
        };
        if book.record(&request, &act, None).await? {
            return Ok(Done { request, is_new: true, unsent: None });
        }
    }
    Err(Fault::retry("act", "the request changed under every try").into())
}

impl Done {
    /// Has whoever asks told what is so now, if they were not. Of an act that is repeated the letter may be under way, and would go out
    /// twice: every act makes its request due at once, and the sweep sends what was lost.
    pub async fn told(mut self, queue: &impl NoticeQueue, notice: Notice) -> Self {
        let round = self.request.round_to_tell(notice);
        if self.is_new && !self.request.was_told(notice, round) {
            let job = NoticeJob { request: self.request.id.clone(), notice, tenant: None, round, source: None };
            self.unsent = queue.notify(&job).await.err();
        }
        self
    }
}
