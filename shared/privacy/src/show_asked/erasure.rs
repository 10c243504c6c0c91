//! Which erasure is shown with a request.

use crate::fault::Fault;
use crate::ports::{Freshness, Showcase, Shown};
use crate::subject_request::SubjectRequest;

/// The erasure behind a request. Where it was to be shown anew, that of before is of somebody else.
pub(crate) async fn erasure_of(
    showcase: &impl Showcase,
    request: &SubjectRequest,
    of_before: Option<Shown>,
    freshness: Freshness,
) -> Result<Option<Shown>, Fault> {
    if request.course.anew_by.is_none() {
        return Ok(of_before);
    }
    showcase.show(&request.erasure_id(), freshness).await
}
