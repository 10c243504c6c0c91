//! What an answer says, judged by the policy file.

use http::{HeaderMap, HeaderName, header};
use jiff::SignedDuration;
use jiff::fmt::rfc2822;
use privacy::policy::processor::{Ask, Confirm, Sign};
use privacy::processors::{Finding, Reply};
use serde_json::Value;

use crate::client::Answer;
use crate::problem::Problem;

/// What an ask came to.
pub(crate) fn reply(ask: &Ask, answer: &Answer) -> Result<Reply, Problem> {
    let status = answer.status.as_u16();
    if ask.expected.contains(&status) {
        Ok(Reply::Accepted)
    } else if ask.nothing_there.contains(&status) {
        Ok(Reply::NothingThere)
    } else {
        later(answer).map(|after| Reply::Later { after })
    }
}

/// Whether a follow-up query can be judged only by its body.
pub(crate) fn is_body_read(confirm: &Confirm, status: u16) -> bool {
    confirm.gone.iter().any(|sign| sign.status == status && sign.pointer.is_some())
}

/// What a follow-up query came to. Nothing that is missing from an answer is a sign of absence.
pub(crate) fn finding(confirm: &Confirm, answer: &Answer) -> Result<Finding, Problem> {
    let status = answer.status.as_u16();
    let signs: Vec<&Sign> = confirm.gone.iter().filter(|sign| sign.status == status).collect();
    if signs.iter().any(|sign| sign.pointer.is_none()) {
        return Ok(Finding::Gone);
    }
    if !signs.is_empty() {
        let body: Value = serde_json::from_slice(&answer.body).map_err(|_| Problem::Unreadable)?;
        for sign in signs {
            if is_shown(sign, &body)? {
                return Ok(Finding::Gone);
            }
        }
        return Ok(Finding::StillThere);
    }
    if confirm.still_there.contains(&status) {
        return Ok(Finding::StillThere);
    }
    later(answer).map(|after| Finding::Later { after })
}

fn is_shown(sign: &Sign, body: &Value) -> Result<bool, Problem> {
    let found = sign.pointer.as_deref().and_then(|pointer| body.pointer(pointer));
    match (&sign.equals, found) {
        (Some(expected), Some(found)) => Ok(found == expected),
        // A body that is JSON but lacks the field: the thing is there and says nothing of its end.
        (Some(_), None) if body.is_object() => Ok(false),
        (None, Some(Value::Array(values))) => Ok(values.is_empty()),
        (Some(_) | None, _) => Err(Problem::Unreadable),
    }
}

/// An answer that nothing expects: a wish to be asked later, or a problem.
fn later(answer: &Answer) -> Result<SignedDuration, Problem> {
    let status = answer.status.as_u16();
    let wish = if [429, 503].contains(&status) { retry_after(&answer.headers) } else { None };
    wish.ok_or(Problem::Status(status))
}

/// `Retry-After` in seconds, or as a date: then relative to the answer's own `Date`, since no clock is read here.
fn retry_after(headers: &HeaderMap) -> Option<SignedDuration> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let wish = text(header::RETRY_AFTER)?;
    if let Ok(seconds) = wish.parse::<u32>() {
        return Some(SignedDuration::from_secs(i64::from(seconds)));
    }
    let (then, now) = (rfc2822::parse(wish).ok()?, rfc2822::parse(text(header::DATE)?).ok()?);
    Some(then.timestamp().duration_since(now.timestamp()))
}
