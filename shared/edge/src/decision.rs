//! What a business decides about its part of a request, as the dashboard and staff write it.

use privacy::decide_part::Decision;
use privacy::law::denial::DenialReason;

use crate::json::Members;
use crate::problem::Problem;

/// A word of neither list.
#[derive(Debug, thiserror::Error)]
#[error("none of the words that this member may say")]
struct OtherWord;

/// `decision`, with its `reason` where it declines; `None` when there is neither.
///
/// # Errors
/// [`Problem::BadMember`]: of `reason` also where a decision lacks it or takes none, of `decision` where only a reason is given.
pub fn read(members: &Members) -> Result<Option<Decision>, Problem> {
    let reason = members.parse("reason", |code| DenialReason::parse(code).ok_or(OtherWord))?;
    let word = |text: &str| match text {
        "agree" | "decline" | "more-time" => Ok(text.to_owned()),
        _ => Err(OtherWord),
    };
    match (members.parse("decision", word)?.as_deref(), reason) {
        (None, None) => Ok(None),
        (Some("agree"), None) => Ok(Some(Decision::Agree)),
        (Some("more-time"), None) => Ok(Some(Decision::MoreTime)),
        (Some("decline"), Some(reason)) => Ok(Some(Decision::Decline(reason))),
        (Some(_), _) => Err(Problem::BadMember("reason")),
        (None, Some(_)) => Err(Problem::BadMember("decision")),
    }
}
