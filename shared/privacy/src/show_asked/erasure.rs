//! Which erasure is shown with a request.

use crate::fault::Fault;
use crate::ports::{Freshness, Showcase, Shown};
use crate::subject_request::SubjectRequest;

/// The erasure behind a request. Where it was to be shown anew, that of before is of somebody else; where a child's goes beside it, of
/// something else.
pub(crate) async fn erasure_of(
    showcase: &impl Showcase,
    request: &SubjectRequest,
    of_before: Option<Shown>,
    freshness: Freshness,
) -> Result<Option<Shown>, Fault> {
    let id = request.erasure_id();
    if id == request.id { Ok(of_before) } else { showcase.show(&id, freshness).await }
}
