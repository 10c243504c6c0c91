//! Raises what a request has the product stop, and notes it.

use jiff::Timestamp;

use super::next;
use crate::fault::Fault;
use crate::ingest_gate::FlagBook;
use crate::instant;
use crate::keys::SubjectKeys;
use crate::subject_request::ports::RequestBook;
use crate::subject_request::{Act, Deed, SubjectRequest};

/// Raises every flag that the request may have by now; one that stands is left as it is. `None`: somebody else changed the
/// request meanwhile, and whoever comes next goes on.
///
/// # Errors
/// [`Fault`]: a flag may stand that is not noted yet; the sweep goes on with it.
pub async fn raise_flags(
    book: &impl RequestBook,
    vault: &impl FlagBook,
    keys: &SubjectKeys,
    mut request: SubjectRequest,
    now: Timestamp,
) -> Result<Option<SubjectRequest>, Fault> {
    for flag in request.flags() {
        let people: Vec<_> = request.flagged(flag).iter().flat_map(|identity| keys.suppressions(identity)).collect();
        for person in &people {
            vault.raise_flag(person, flag, instant::to_millis(now)).await?;
        }
        let mut flagged = next(&request);
        flagged.course.flags.push(flag);
        flagged.course.flagged.extend(people);
        let act = Act::of_service(Deed::Flagged { flag }, instant::to_millis(now));
        if !book.record(&flagged, &act, None).await? {
            return Ok(None);
        }
        request = flagged;
    }
    Ok(Some(request))
}
